"""The string commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "string"

COMMANDS = """
append      |  3 | 2.0.0 | write denyoom fast | string | 1 RW insert
decr        |  2 | 1.0.0 | write denyoom fast | string | 1 RW access update
decrby      |  3 | 1.0.0 | write denyoom fast | string | 1 RW access update
get         |  2 | 1.0.0 | readonly fast      | string | 1 RO access
getdel      |  2 | 6.2.0 | write fast         | string | 1 RW access delete
getex       | -2 | 6.2.0 | write fast         | string | 1 RW access update
getrange    |  4 | 2.4.0 | readonly           | string | 1 RO access
getset      |  3 | 1.0.0 | write denyoom fast | string | 1 RW access update
incr        |  2 | 1.0.0 | write denyoom fast | string | 1 RW access update
incrby      |  3 | 1.0.0 | write denyoom fast | string | 1 RW access update
incrbyfloat |  3 | 2.6.0 | write denyoom fast | string | 1 RW access update
lcs         | -3 | 7.0.0 | readonly           | string | 1..2 RO access
mget        | -2 | 1.0.0 | readonly fast      | string | 1..-1 RO access
    tips: request_policy:multi_shard
mset        | -3 | 1.0.1 | write denyoom      | string | 1..-1/2 OW update
    tips: request_policy:multi_shard response_policy:all_succeeded
msetnx      | -3 | 1.0.1 | write denyoom      | string | 1..-1/2 OW insert
    tips: request_policy:multi_shard response_policy:agg_min
psetex      |  4 | 2.6.0 | write denyoom      | string | 1 OW update
set         | -3 | 1.0.0 | write denyoom      | string | 1 RW access update variable_flags
setex       |  4 | 2.0.0 | write denyoom      | string | 1 OW update
setnx       |  3 | 1.0.0 | write denyoom fast | string | 1 OW insert
setrange    |  4 | 2.2.0 | write denyoom      | string | 1 RW update
strlen      |  2 | 2.2.0 | readonly fast      | string | 1 RO
substr      |  4 | 1.0.0 | readonly           | string | 1 RO access
"""
