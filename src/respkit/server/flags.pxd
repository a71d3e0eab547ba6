# The bits of the server: what gates a command, who observes the keyspace, the classes of keyspace events.
# Compiled callers read them as C constants, through the module: `from respkit.server cimport flags` in the .pxd beside
# `from respkit.server import flags` in the .py. The plain form is flags.py; a test compares the two.

cpdef enum:
    # Session.gate
    GATE_UNAUTHENTICATED = 1
    GATE_ACL = 2
    GATE_REPLY = 4

cpdef enum:
    # ServerState.observers
    OBSERVE_KEYS = 1
    OBSERVE_COMMANDS = 2
    OBSERVE_DATABASES = 4

cpdef enum:
    NOTIFY_KEYSPACE = 1
    NOTIFY_KEYEVENT = 2
    NOTIFY_GENERIC = 4
    NOTIFY_STRING = 8
    NOTIFY_LIST = 16
    NOTIFY_SET = 32
    NOTIFY_HASH = 64
    NOTIFY_ZSET = 128
    NOTIFY_EXPIRED = 256
    NOTIFY_EVICTED = 512
    NOTIFY_STREAM = 1024
    NOTIFY_KEY_MISS = 2048
    NOTIFY_LOADED = 4096
    NOTIFY_MODULE = 8192
    NOTIFY_NEW = 16384
