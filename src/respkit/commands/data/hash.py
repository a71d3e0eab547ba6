"""The hash commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "hash"

COMMANDS = """
hdel         | -3 | 2.0.0 | write fast         | hash | 1 RW delete
hexists      |  3 | 2.0.0 | readonly fast      | hash | 1 RO
hget         |  3 | 2.0.0 | readonly fast      | hash | 1 RO access
hgetall      |  2 | 2.0.0 | readonly           | hash | 1 RO access
    tips: nondeterministic_output_order
hincrby      |  4 | 2.0.0 | write denyoom fast | hash | 1 RW access update
hincrbyfloat |  4 | 2.6.0 | write denyoom fast | hash | 1 RW access update
hkeys        |  2 | 2.0.0 | readonly           | hash | 1 RO access
    tips: nondeterministic_output_order
hlen         |  2 | 2.0.0 | readonly fast      | hash | 1 RO
hmget        | -3 | 2.0.0 | readonly fast      | hash | 1 RO access
hmset        | -4 | 2.0.0 | write denyoom fast | hash | 1 RW update
hrandfield   | -2 | 6.2.0 | readonly           | hash | 1 RO access
    tips: nondeterministic_output
hscan        | -3 | 2.8.0 | readonly           | hash | 1 RO access
    tips: nondeterministic_output
hset         | -4 | 2.0.0 | write denyoom fast | hash | 1 RW update
hsetnx       |  4 | 2.0.0 | write denyoom fast | hash | 1 RW insert
hstrlen      |  3 | 3.2.0 | readonly fast      | hash | 1 RO
hvals        |  2 | 2.0.0 | readonly           | hash | 1 RO access
    tips: nondeterministic_output_order
"""
