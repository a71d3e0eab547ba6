"""The set commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "set"

COMMANDS = """
sadd        | -3 | 1.0.0 | write denyoom fast | set | 1 RW insert
scard       |  2 | 1.0.0 | readonly fast      | set | 1 RO
sdiff       | -2 | 1.0.0 | readonly           | set | 1..-1 RO access
    tips: nondeterministic_output_order
sdiffstore  | -3 | 1.0.0 | write denyoom      | set | 1 OW update; 2..-1 RO access
sinter      | -2 | 1.0.0 | readonly           | set | 1..-1 RO access
    tips: nondeterministic_output_order
sintercard  | -3 | 7.0.0 | readonly           | set | #1 RO access
sinterstore | -3 | 1.0.0 | write denyoom      | set | 1 RW update; 2..-1 RO access
sismember   |  3 | 1.0.0 | readonly fast      | set | 1 RO
smembers    |  2 | 1.0.0 | readonly           | set | 1 RO access
    tips: nondeterministic_output_order
smismember  | -3 | 6.2.0 | readonly fast      | set | 1 RO access
smove       |  4 | 1.0.0 | write fast         | set | 1 RW access delete; 2 RW insert
spop        | -2 | 1.0.0 | write fast         | set | 1 RW access delete
    tips: nondeterministic_output
srandmember | -2 | 1.0.0 | readonly           | set | 1 RO access
    tips: nondeterministic_output
srem        | -3 | 1.0.0 | write fast         | set | 1 RW delete
sscan       | -3 | 2.8.0 | readonly           | set | 1 RO access
    tips: nondeterministic_output
sunion      | -2 | 1.0.0 | readonly           | set | 1..-1 RO access
    tips: nondeterministic_output_order
sunionstore | -3 | 1.0.0 | write denyoom      | set | 1 OW update; 2..-1 RO access
"""
