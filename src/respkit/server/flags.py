"""The bits of the server: what gates a command, who observes the keyspace, the classes of keyspace events.

A compiled module cimports these as C constants; the same numbers stand in ``flags.pxd``, and a test compares them.
"""

from __future__ import annotations

# Session.gate: states that can refuse or divert a command. A command's own ``gates`` says which of them stop it.
GATE_UNAUTHENTICATED = 1
GATE_ACL = 2
GATE_REPLY = 4

# ServerState.observers: who listens at all. Changed keys, and commands that go to the AOF and the replicas.
OBSERVE_KEYS = 1
OBSERVE_COMMANDS = 2
OBSERVE_DATABASES = 4

# Classes of keyspace events, the letters of notify-keyspace-events.
NOTIFY_KEYSPACE = 1  # K
NOTIFY_KEYEVENT = 2  # E
NOTIFY_GENERIC = 4  # g
NOTIFY_STRING = 8  # $
NOTIFY_LIST = 16  # l
NOTIFY_SET = 32  # s
NOTIFY_HASH = 64  # h
NOTIFY_ZSET = 128  # z
NOTIFY_EXPIRED = 256  # x
NOTIFY_EVICTED = 512  # e
NOTIFY_STREAM = 1024  # t
NOTIFY_KEY_MISS = 2048  # m
NOTIFY_LOADED = 4096
NOTIFY_MODULE = 8192  # d
NOTIFY_NEW = 16384  # n
