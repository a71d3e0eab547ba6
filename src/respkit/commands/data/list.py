"""The list commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "list"

COMMANDS = """
blmove     |  6 | 6.2.0 | write denyoom noscript blocking | list | 1 RW access delete; 2 RW insert
blmpop     | -5 | 7.0.0 | write blocking                  | list | #2 RW access delete
blpop      | -3 | 2.0.0 | write noscript blocking         | list | 1..-2 RW access delete
brpop      | -3 | 2.0.0 | write noscript blocking         | list | 1..-2 RW access delete
brpoplpush |  4 | 2.2.0 | write denyoom noscript blocking | list | 1 RW access delete; 2 RW insert
lindex     |  3 | 1.0.0 | readonly                        | list | 1 RO access
linsert    |  5 | 2.2.0 | write denyoom                   | list | 1 RW insert
llen       |  2 | 1.0.0 | readonly fast                   | list | 1 RO
lmove      |  5 | 6.2.0 | write denyoom                   | list | 1 RW access delete; 2 RW insert
lmpop      | -4 | 7.0.0 | write                           | list | #1 RW access delete
lpop       | -2 | 1.0.0 | write fast                      | list | 1 RW access delete
lpos       | -3 | 6.0.6 | readonly                        | list | 1 RO access
lpush      | -3 | 1.0.0 | write denyoom fast              | list | 1 RW insert
lpushx     | -3 | 2.2.0 | write denyoom fast              | list | 1 RW insert
lrange     |  4 | 1.0.0 | readonly                        | list | 1 RO access
lrem       |  4 | 1.0.0 | write                           | list | 1 RW delete
lset       |  4 | 1.0.0 | write denyoom                   | list | 1 RW update
ltrim      |  4 | 1.0.0 | write                           | list | 1 RW delete
rpop       | -2 | 1.0.0 | write fast                      | list | 1 RW access delete
rpoplpush  |  3 | 1.2.0 | write denyoom                   | list | 1 RW access delete; 2 RW insert
rpush      | -3 | 1.0.0 | write denyoom fast              | list | 1 RW insert
rpushx     | -3 | 2.2.0 | write denyoom fast              | list | 1 RW insert
"""
