"""The stream commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "stream"

COMMANDS = """
xack                  | -4 | 5.0.0 | write fast         | stream | 1 RW update
xadd                  | -5 | 5.0.0 | write denyoom fast | stream | 1 RW update
    tips: nondeterministic_output
xautoclaim            | -6 | 6.2.0 | write fast         | stream | 1 RW delete
    tips: nondeterministic_output
xclaim                | -6 | 5.0.0 | write fast         | stream | 1 RW update
    tips: nondeterministic_output
xdel                  | -3 | 5.0.0 | write fast         | stream | 1 RW delete
xgroup                | -2 | 5.0.0
xgroup|create         | -5 | 5.0.0 | write denyoom      | stream | 2 RW insert
xgroup|createconsumer |  5 | 6.2.0 | write denyoom      | stream | 2 RW insert
xgroup|delconsumer    |  5 | 5.0.0 | write              | stream | 2 RW delete
xgroup|destroy        |  4 | 5.0.0 | write              | stream | 2 RW delete
xgroup|help           |  2 | 5.0.0 | loading stale      | stream
xgroup|setid          | -5 | 5.0.0 | write              | stream | 2 RW update
xinfo                 | -2 | 5.0.0
xinfo|consumers       |  4 | 5.0.0 | readonly           | stream | 2 RO access
    tips: nondeterministic_output
xinfo|groups          |  3 | 5.0.0 | readonly           | stream | 2 RO access
xinfo|help            |  2 | 5.0.0 | loading stale      | stream
xinfo|stream          | -3 | 5.0.0 | readonly           | stream | 2 RO access
xlen                  |  2 | 5.0.0 | readonly fast      | stream | 1 RO
xpending              | -3 | 5.0.0 | readonly           | stream | 1 RO access
    tips: nondeterministic_output
xrange                | -4 | 5.0.0 | readonly           | stream | 1 RO access
xread                 | -4 | 5.0.0 | readonly blocking  | stream | STREAMS@1..-1%2 RO access
xreadgroup            | -7 | 5.0.0 | write blocking     | stream | STREAMS@4..-1%2 RO access
xrevrange             | -4 | 5.0.0 | readonly           | stream | 1 RO access
xsetid                | -3 | 5.0.0 | write denyoom fast | stream | 1 RW update
xtrim                 | -4 | 5.0.0 | write              | stream | 1 RW delete
    tips: nondeterministic_output
"""
