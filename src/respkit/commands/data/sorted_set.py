"""The sorted-set commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "sorted-set"

COMMANDS = """
bzmpop           | -5 | 7.0.0 | write blocking               | sortedset | #2 RW access delete
bzpopmax         | -3 | 5.0.0 | write noscript blocking fast | sortedset | 1..-2 RW access delete
bzpopmin         | -3 | 5.0.0 | write noscript blocking fast | sortedset | 1..-2 RW access delete
zadd             | -4 | 1.2.0 | write denyoom fast           | sortedset | 1 RW update
zcard            |  2 | 1.2.0 | readonly fast                | sortedset | 1 RO
zcount           |  4 | 2.0.0 | readonly fast                | sortedset | 1 RO access
zdiff            | -3 | 6.2.0 | readonly                     | sortedset | #1 RO access
zdiffstore       | -4 | 6.2.0 | write denyoom                | sortedset | 1 OW update; #2 RO access
zincrby          |  4 | 1.2.0 | write denyoom fast           | sortedset | 1 RW access update
zinter           | -3 | 6.2.0 | readonly                     | sortedset | #1 RO access
zintercard       | -3 | 7.0.0 | readonly                     | sortedset | #1 RO access
zinterstore      | -4 | 2.0.0 | write denyoom                | sortedset | 1 OW update; #2 RO access
zlexcount        |  4 | 2.8.9 | readonly fast                | sortedset | 1 RO access
zmpop            | -4 | 7.0.0 | write                        | sortedset | #1 RW access delete
zmscore          | -3 | 6.2.0 | readonly fast                | sortedset | 1 RO access
zpopmax          | -2 | 5.0.0 | write fast                   | sortedset | 1 RW access delete
zpopmin          | -2 | 5.0.0 | write fast                   | sortedset | 1 RW access delete
zrandmember      | -2 | 6.2.0 | readonly                     | sortedset | 1 RO access
    tips: nondeterministic_output
zrange           | -4 | 1.2.0 | readonly                     | sortedset | 1 RO access
zrangebylex      | -4 | 2.8.9 | readonly                     | sortedset | 1 RO access
zrangebyscore    | -4 | 1.0.5 | readonly                     | sortedset | 1 RO access
zrangestore      | -5 | 6.2.0 | write denyoom                | sortedset | 1 OW update; 2 RO access
zrank            |  3 | 2.0.0 | readonly fast                | sortedset | 1 RO access
zrem             | -3 | 1.2.0 | write fast                   | sortedset | 1 RW delete
zremrangebylex   |  4 | 2.8.9 | write                        | sortedset | 1 RW delete
zremrangebyrank  |  4 | 2.0.0 | write                        | sortedset | 1 RW delete
zremrangebyscore |  4 | 1.2.0 | write                        | sortedset | 1 RW delete
zrevrange        | -4 | 1.2.0 | readonly                     | sortedset | 1 RO access
zrevrangebylex   | -4 | 2.8.9 | readonly                     | sortedset | 1 RO access
zrevrangebyscore | -4 | 2.2.0 | readonly                     | sortedset | 1 RO access
zrevrank         |  3 | 2.0.0 | readonly fast                | sortedset | 1 RO access
zscan            | -3 | 2.8.0 | readonly                     | sortedset | 1 RO access
    tips: nondeterministic_output
zscore           |  3 | 1.2.0 | readonly fast                | sortedset | 1 RO access
zunion           | -3 | 6.2.0 | readonly                     | sortedset | #1 RO access
zunionstore      | -4 | 2.0.0 | write denyoom                | sortedset | 1 OW update; #2 RO access
"""
