"""The pubsub commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "pubsub"

COMMANDS = """
psubscribe           | -2 | 2.0.0 | pubsub noscript loading stale
publish              |  3 | 2.0.0 | pubsub loading stale fast may_replicate
pubsub               | -2 | 2.8.0
pubsub|channels      | -2 | 2.8.0 | pubsub loading stale
pubsub|help          |  2 | 6.2.0 | loading stale
pubsub|numpat        |  2 | 2.8.0 | pubsub loading stale
pubsub|numsub        | -2 | 2.8.0 | pubsub loading stale
pubsub|shardchannels | -2 | 7.0.0 | pubsub loading stale
pubsub|shardnumsub   | -2 | 7.0.0 | pubsub loading stale
punsubscribe         | -1 | 2.0.0 | pubsub noscript loading stale
spublish             |  3 | 7.0.0 | pubsub loading stale fast may_replicate |  | 1 not_key
ssubscribe           | -2 | 7.0.0 | pubsub noscript loading stale           |  | 1..-1 not_key
subscribe            | -2 | 2.0.0 | pubsub noscript loading stale
sunsubscribe         | -1 | 7.0.0 | pubsub noscript loading stale           |  | 1..-1 not_key
unsubscribe          | -1 | 2.0.0 | pubsub noscript loading stale
"""
