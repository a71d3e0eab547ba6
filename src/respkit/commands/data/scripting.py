"""The scripting commands. The columns are explained in ``respkit.commands.data``."""

GROUP = "scripting"

COMMANDS = """
eval             | -3 | 2.6.0 | noscript stale skip_monitor no_mandatory_keys may_replicate | scripting
    keys: #2 RW access update
eval_ro          | -3 | 7.0.0 | readonly noscript stale skip_monitor no_mandatory_keys      | scripting | #2 RO access
evalsha          | -3 | 2.6.0 | noscript stale skip_monitor no_mandatory_keys may_replicate | scripting
    keys: #2 RW access update
evalsha_ro       | -3 | 7.0.0 | readonly noscript stale skip_monitor no_mandatory_keys      | scripting | #2 RO access
fcall            | -3 | 7.0.0 | noscript stale skip_monitor no_mandatory_keys may_replicate | scripting
    keys: #2 RW access update
fcall_ro         | -3 | 7.0.0 | readonly noscript stale skip_monitor no_mandatory_keys      | scripting | #2 RO access
function         | -2 | 7.0.0
function|delete  |  3 | 7.0.0 | write noscript                                              | scripting
    tips: request_policy:all_shards response_policy:all_succeeded
function|dump    |  2 | 7.0.0 | noscript                                                    | scripting
function|flush   | -2 | 7.0.0 | write noscript                                              | scripting
    tips: request_policy:all_shards response_policy:all_succeeded
function|help    |  2 | 7.0.0 | loading stale                                               | scripting
function|kill    |  2 | 7.0.0 | noscript allow_busy                                         | scripting
    tips: request_policy:all_shards response_policy:one_succeeded
function|list    | -2 | 7.0.0 | noscript                                                    | scripting
    tips: nondeterministic_output_order
function|load    | -3 | 7.0.0 | write denyoom noscript                                      | scripting
    tips: request_policy:all_shards response_policy:all_succeeded
function|restore | -3 | 7.0.0 | write denyoom noscript                                      | scripting
    tips: request_policy:all_shards response_policy:all_succeeded
function|stats   |  2 | 7.0.0 | noscript allow_busy                                         | scripting
    tips: nondeterministic_output request_policy:all_shards response_policy:special
script           | -2 | 2.6.0
script|debug     |  3 | 3.2.0 | noscript                                                    | scripting
script|exists    | -3 | 2.6.0 | noscript                                                    | scripting
    tips: request_policy:all_shards response_policy:agg_logical_and
script|flush     | -2 | 2.6.0 | noscript                                                    | scripting
    tips: request_policy:all_nodes response_policy:all_succeeded
script|help      |  2 | 5.0.0 | loading stale                                               | scripting
script|kill      |  2 | 2.6.0 | noscript allow_busy                                         | scripting
    tips: request_policy:all_shards response_policy:one_succeeded
script|load      |  3 | 2.6.0 | noscript stale                                              | scripting
    tips: request_policy:all_nodes response_policy:all_succeeded
"""
