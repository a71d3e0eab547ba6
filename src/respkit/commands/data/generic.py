"""The generic commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "generic"

COMMANDS = """
copy            | -3 | 6.2.0 | write denyoom                   | keyspace
    keys: 1 RO access; 2 OW update
del             | -2 | 1.0.0 | write                           | keyspace                     | 1..-1 RM delete
    tips: request_policy:multi_shard response_policy:agg_sum
dump            |  2 | 2.6.0 | readonly                        | keyspace                     | 1 RO access
    tips: nondeterministic_output
exists          | -2 | 1.0.0 | readonly fast                   | keyspace                     | 1..-1 RO
    tips: request_policy:multi_shard response_policy:agg_sum
expire          | -3 | 1.0.0 | write fast                      | keyspace                     | 1 RW update
expireat        | -3 | 1.2.0 | write fast                      | keyspace                     | 1 RW update
expiretime      |  2 | 7.0.0 | readonly fast                   | keyspace                     | 1 RO access
keys            |  2 | 1.0.0 | readonly                        | keyspace dangerous
    tips: request_policy:all_shards nondeterministic_output_order
migrate         | -6 | 2.6.0 | write                           | keyspace dangerous
    keys: 3 RW access delete; KEYS@-2..-1 RW access delete incomplete
    tips: nondeterministic_output
move            |  3 | 1.0.0 | write fast                      | keyspace                     | 1 RW access update
object          | -2 | 2.2.3
object|encoding |  3 | 2.2.3 | readonly                        | keyspace                     | 2 RO
    tips: nondeterministic_output
object|freq     |  3 | 4.0.0 | readonly                        | keyspace                     | 2 RO
    tips: nondeterministic_output
object|help     |  2 | 6.2.0 | loading stale                   | keyspace
object|idletime |  3 | 2.2.3 | readonly                        | keyspace                     | 2 RO
    tips: nondeterministic_output
object|refcount |  3 | 2.2.3 | readonly                        | keyspace                     | 2 RO
    tips: nondeterministic_output
persist         |  2 | 2.2.0 | write fast                      | keyspace                     | 1 RW update
pexpire         | -3 | 2.6.0 | write fast                      | keyspace                     | 1 RW update
pexpireat       | -3 | 2.6.0 | write fast                      | keyspace                     | 1 RW update
pexpiretime     |  2 | 7.0.0 | readonly fast                   | keyspace                     | 1 RO access
pttl            |  2 | 2.6.0 | readonly fast                   | keyspace                     | 1 RO access
    tips: nondeterministic_output
randomkey       |  1 | 1.0.0 | readonly touches_arbitrary_keys | keyspace
    tips: request_policy:all_shards nondeterministic_output
rename          |  3 | 1.0.0 | write                           | keyspace
    keys: 1 RW access delete; 2 OW update
renamenx        |  3 | 1.0.0 | write fast                      | keyspace
    keys: 1 RW access delete; 2 OW insert
restore         | -4 | 2.6.0 | write denyoom                   | keyspace dangerous           | 1 OW update
scan            | -2 | 2.8.0 | readonly touches_arbitrary_keys | keyspace
    tips: nondeterministic_output request_policy:special
sort            | -2 | 1.0.0 | write denyoom                   | set sortedset list dangerous
    keys: 1 RO access; ? RO access; ? OW update
sort_ro         | -2 | 7.0.0 | readonly                        | set sortedset list dangerous
    keys: 1 RO access; ? RO access
touch           | -2 | 3.2.1 | readonly fast                   | keyspace                     | 1..-1 RO
    tips: request_policy:multi_shard response_policy:agg_sum
ttl             |  2 | 1.0.0 | readonly fast                   | keyspace                     | 1 RO access
    tips: nondeterministic_output
type            |  2 | 1.0.0 | readonly fast                   | keyspace                     | 1 RO
unlink          | -2 | 4.0.0 | write fast                      | keyspace                     | 1..-1 RM delete
    tips: request_policy:multi_shard response_policy:agg_sum
wait            |  3 | 3.0.0 | noscript                        | connection
    tips: request_policy:all_shards response_policy:agg_min
"""
