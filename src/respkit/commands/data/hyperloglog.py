"""The hyperloglog commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "hyperloglog"

COMMANDS = """
pfadd      | -2 | 2.8.9 | write denyoom fast     | hyperloglog | 1 RW insert
pfcount    | -2 | 2.8.9 | readonly may_replicate | hyperloglog | 1..-1 RW access
pfdebug    |  3 | 2.8.9 | write denyoom admin    | hyperloglog | 2 RW access
pfmerge    | -2 | 2.8.9 | write denyoom          | hyperloglog | 1 RW access insert; 2..-1 RO access
pfselftest |  1 | 2.8.9 | admin                  | hyperloglog
"""
