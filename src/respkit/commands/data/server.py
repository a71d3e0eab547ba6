"""The server commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "server"

COMMANDS = """
acl                     | -2 | 6.0.0
acl|cat                 | -2 | 6.0.0  | noscript loading stale
acl|deluser             | -3 | 6.0.0  | admin noscript loading stale
acl|dryrun              | -4 | 7.0.0  | admin noscript loading stale
acl|genpass             | -2 | 6.0.0  | noscript loading stale
acl|getuser             |  3 | 6.0.0  | admin noscript loading stale
acl|help                |  2 | 6.0.0  | loading stale
acl|list                |  2 | 6.0.0  | admin noscript loading stale
acl|load                |  2 | 6.0.0  | admin noscript loading stale
acl|log                 | -2 | 6.0.0  | admin noscript loading stale
acl|save                |  2 | 6.0.0  | admin noscript loading stale
acl|setuser             | -3 | 6.0.0  | admin noscript loading stale
acl|users               |  2 | 6.0.0  | admin noscript loading stale
acl|whoami              |  2 | 6.0.0  | noscript loading stale
bgrewriteaof            |  1 | 1.0.0  | admin noscript no_async_loading
bgsave                  | -1 | 1.0.0  | admin noscript no_async_loading
command                 | -1 | 2.8.13 | loading stale                                    | connection
    tips: nondeterministic_output_order
command|count           |  2 | 2.8.13 | loading stale                                    | connection
command|docs            | -2 | 7.0.0  | loading stale                                    | connection
    tips: nondeterministic_output_order
command|getkeys         | -4 | 2.8.13 | loading stale                                    | connection
command|getkeysandflags | -4 | 7.0.0  | loading stale                                    | connection
command|help            |  2 | 5.0.0  | loading stale                                    | connection
command|info            | -2 | 2.8.13 | loading stale                                    | connection
    tips: nondeterministic_output_order
command|list            | -2 | 7.0.0  | loading stale                                    | connection
    tips: nondeterministic_output_order
config                  | -2 | 2.0.0
config|get              | -3 | 2.0.0  | admin noscript loading stale
config|help             |  2 | 5.0.0  | loading stale
config|resetstat        |  2 | 2.0.0  | admin noscript loading stale
config|rewrite          |  2 | 2.8.0  | admin noscript loading stale
config|set              | -4 | 2.0.0  | admin noscript loading stale
    tips: request_policy:all_nodes response_policy:all_succeeded
dbsize                  |  1 | 1.0.0  | readonly fast                                    | keyspace
    tips: request_policy:all_shards response_policy:agg_sum
debug                   | -2 | 1.0.0  | admin noscript loading stale protected
failover                | -1 | 6.2.0  | admin noscript stale
flushall                | -1 | 1.0.0  | write                                            | keyspace dangerous
    tips: request_policy:all_shards response_policy:all_succeeded
flushdb                 | -1 | 1.0.0  | write                                            | keyspace dangerous
    tips: request_policy:all_shards response_policy:all_succeeded
info                    | -1 | 1.0.0  | loading stale                                    | dangerous
    tips: nondeterministic_output request_policy:all_shards response_policy:special
lastsave                |  1 | 1.0.0  | loading stale fast                               | admin dangerous
    tips: nondeterministic_output
latency                 | -2 | 2.8.13
latency|doctor          |  2 | 2.8.13 | admin noscript loading stale
    tips: nondeterministic_output request_policy:all_nodes response_policy:special
latency|graph           |  3 | 2.8.13 | admin noscript loading stale
    tips: nondeterministic_output request_policy:all_nodes response_policy:special
latency|help            |  2 | 2.8.13 | loading stale
latency|histogram       | -2 | 7.0.0  | admin noscript loading stale
    tips: nondeterministic_output request_policy:all_nodes response_policy:special
latency|history         |  3 | 2.8.13 | admin noscript loading stale
    tips: nondeterministic_output request_policy:all_nodes response_policy:special
latency|latest          |  2 | 2.8.13 | admin noscript loading stale
    tips: nondeterministic_output request_policy:all_nodes response_policy:special
latency|reset           | -2 | 2.8.13 | admin noscript loading stale
    tips: request_policy:all_nodes response_policy:all_succeeded
lolwut                  | -1 | 5.0.0  | readonly fast
memory                  | -2 | 4.0.0
memory|doctor           |  2 | 4.0.0
    tips: nondeterministic_output request_policy:all_shards response_policy:special
memory|help             |  2 | 4.0.0  | loading stale
memory|malloc-stats     |  2 | 4.0.0
    tips: nondeterministic_output request_policy:all_shards response_policy:special
memory|purge            |  2 | 4.0.0
    tips: request_policy:all_shards response_policy:all_succeeded
memory|stats            |  2 | 4.0.0
    tips: nondeterministic_output request_policy:all_shards response_policy:special
memory|usage            | -3 | 4.0.0  | readonly                                         |                    | 2 RO
module                  | -2 | 4.0.0
module|help             |  2 | 5.0.0  | loading stale
module|list             |  2 | 4.0.0  | admin noscript
    tips: nondeterministic_output_order
module|load             | -3 | 4.0.0  | admin noscript no_async_loading protected
module|loadex           | -3 | 7.0.0  | admin noscript no_async_loading protected
module|unload           |  3 | 4.0.0  | admin noscript no_async_loading protected
monitor                 |  1 | 1.0.0  | admin noscript loading stale
psync                   | -3 | 2.8.0  | admin noscript no_async_loading no_multi
replconf                | -1 | 3.0.0  | admin noscript loading stale allow_busy
replicaof               |  3 | 5.0.0  | admin noscript stale no_async_loading
restore-asking          | -4 | 3.0.0  | write denyoom asking                             | keyspace dangerous
    keys: 1 OW update
role                    |  1 | 2.8.12 | noscript loading stale fast                      | admin dangerous
save                    |  1 | 1.0.0  | admin noscript no_async_loading no_multi
shutdown                | -1 | 1.0.0  | admin noscript loading stale no_multi allow_busy
slaveof                 |  3 | 1.0.0  | admin noscript stale no_async_loading
slowlog                 | -2 | 2.2.12
slowlog|get             | -2 | 2.2.12 | admin loading stale
    tips: request_policy:all_nodes nondeterministic_output
slowlog|help            |  2 | 6.2.0  | loading stale
slowlog|len             |  2 | 2.2.12 | admin loading stale
    tips: request_policy:all_nodes response_policy:agg_sum nondeterministic_output
slowlog|reset           |  2 | 2.2.12 | admin loading stale
    tips: request_policy:all_nodes response_policy:all_succeeded
swapdb                  |  3 | 4.0.0  | write fast                                       | keyspace dangerous
sync                    |  1 | 1.0.0  | admin noscript no_async_loading no_multi
time                    |  1 | 2.6.0  | loading stale fast
    tips: nondeterministic_output
"""
