"""The cluster commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "cluster"

COMMANDS = """
asking                        |  1 | 3.0.0 | fast                         | connection
cluster                       | -2 | 3.0.0
cluster|addslots              | -3 | 3.0.0 | admin stale no_async_loading
cluster|addslotsrange         | -4 | 7.0.0 | admin stale no_async_loading
cluster|bumpepoch             |  2 | 3.0.0 | admin stale no_async_loading
    tips: nondeterministic_output
cluster|count-failure-reports |  3 | 3.0.0 | admin stale
    tips: nondeterministic_output
cluster|countkeysinslot       |  3 | 3.0.0 | stale
cluster|delslots              | -3 | 3.0.0 | admin stale no_async_loading
cluster|delslotsrange         | -4 | 7.0.0 | admin stale no_async_loading
cluster|failover              | -2 | 3.0.0 | admin stale no_async_loading
cluster|flushslots            |  2 | 3.0.0 | admin stale no_async_loading
cluster|forget                |  3 | 3.0.0 | admin stale no_async_loading
cluster|getkeysinslot         |  4 | 3.0.0 | stale
    tips: nondeterministic_output
cluster|help                  |  2 | 5.0.0 | loading stale
cluster|info                  |  2 | 3.0.0 | stale
    tips: nondeterministic_output
cluster|keyslot               |  3 | 3.0.0 | stale
cluster|links                 |  2 | 7.0.0 | stale
    tips: nondeterministic_output
cluster|meet                  | -4 | 3.0.0 | admin stale no_async_loading
cluster|myid                  |  2 | 3.0.0 | stale
cluster|nodes                 |  2 | 3.0.0 | stale
    tips: nondeterministic_output
cluster|replicas              |  3 | 5.0.0 | admin stale
    tips: nondeterministic_output
cluster|replicate             |  3 | 3.0.0 | admin stale no_async_loading
cluster|reset                 | -2 | 3.0.0 | admin noscript stale
cluster|saveconfig            |  2 | 3.0.0 | admin stale no_async_loading
cluster|set-config-epoch      |  3 | 3.0.0 | admin stale no_async_loading
cluster|setslot               | -4 | 3.0.0 | admin stale no_async_loading
cluster|shards                |  2 | 7.0.0 | stale
    tips: nondeterministic_output
cluster|slaves                |  3 | 3.0.0 | admin stale
    tips: nondeterministic_output
cluster|slots                 |  2 | 3.0.0 | stale
    tips: nondeterministic_output
readonly                      |  1 | 3.0.0 | loading stale fast           | connection
readwrite                     |  1 | 3.0.0 | loading stale fast           | connection
"""
