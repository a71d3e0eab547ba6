"""The transactions commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "transactions"

COMMANDS = """
discard |  1 | 2.0.0 | noscript loading stale fast allow_busy | transaction
exec    |  1 | 1.2.0 | noscript loading stale skip_slowlog    | transaction
multi   |  1 | 1.2.0 | noscript loading stale fast allow_busy | transaction
unwatch |  1 | 2.2.0 | noscript loading stale fast allow_busy | transaction
watch   | -2 | 2.2.0 | noscript loading stale fast allow_busy | transaction | 1..-1 RO
"""
