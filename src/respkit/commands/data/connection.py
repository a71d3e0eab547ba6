"""The connection commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "connection"

COMMANDS = """
auth                | -2 | 1.0.0  | noscript loading stale fast no_auth allow_busy | connection
client              | -2 | 2.4.0
client|caching      |  3 | 6.0.0  | noscript loading stale                         | connection
client|getname      |  2 | 2.6.9  | noscript loading stale                         | connection
client|getredir     |  2 | 6.0.0  | noscript loading stale                         | connection
client|help         |  2 | 5.0.0  | loading stale                                  | connection
client|id           |  2 | 5.0.0  | noscript loading stale                         | connection
client|info         |  2 | 6.2.0  | noscript loading stale                         | connection
    tips: nondeterministic_output
client|kill         | -3 | 2.4.0  | admin noscript loading stale                   | connection
client|list         | -2 | 2.4.0  | admin noscript loading stale                   | connection
    tips: nondeterministic_output
client|no-evict     |  3 | 7.0.0  | admin noscript loading stale                   | connection
client|pause        | -3 | 2.9.50 | admin noscript loading stale                   | connection
client|reply        |  3 | 3.2.0  | noscript loading stale                         | connection
client|setname      |  3 | 2.6.9  | noscript loading stale                         | connection
client|tracking     | -3 | 6.0.0  | noscript loading stale                         | connection
client|trackinginfo |  2 | 6.2.0  | noscript loading stale                         | connection
client|unblock      | -3 | 5.0.0  | admin noscript loading stale                   | connection
client|unpause      |  2 | 6.2.0  | admin noscript loading stale                   | connection
echo                |  2 | 1.0.0  | loading stale fast                             | connection
hello               | -1 | 6.0.0  | noscript loading stale fast no_auth allow_busy | connection
ping                | -1 | 1.0.0  | fast                                           | connection
    tips: request_policy:all_shards response_policy:all_succeeded
quit                | -1 | 1.0.0  | noscript loading stale fast no_auth allow_busy | connection
reset               |  1 | 6.2.0  | noscript loading stale fast no_auth allow_busy | connection
select              |  2 | 1.0.0  | loading stale fast                             | connection
"""
