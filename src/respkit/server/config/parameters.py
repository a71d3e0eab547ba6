"""The table of configuration parameters: every one that Redis 7.0.15 knows, with its type, default and bounds.

What this server does not have yet is accepted, checked, shown and kept all the same, as a redis.conf mentions it.
"""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter

from respkit.server.config.kinds import (
    DENY_LOADING,
    GB,
    HIDDEN,
    IMMUTABLE,
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    MB,
    MULTI,
    PROTECTED,
    SENSITIVE,
    UINT_MAX,
    ULONG_MAX,
    VOLATILE,
    Addresses,
    Choice,
    Directory,
    Events,
    Integers,
    Master,
    Memory,
    MemoryOrPercent,
    Number,
    Octal,
    OutputLimits,
    Parameter,
    Percentiles,
    SavePoints,
    ShutdownFlags,
    Switch,
    Text,
)

EVICTION_POLICIES = (
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "noeviction",
)
SHUTDOWN_WORDS = ("default", "save", "nosave", "now", "force")

# What proc-title-template may mention.
TITLE_FIELDS = ("title", "listen-addr", "server-mode", "port", "tls-port", "unixsocket", "config-file")
MAX_HOSTNAME_BYTES = 256


def a_file(name: str, kind: str, empty: bool = False) -> Callable[[bytes], None]:
    """Checks for a name without a folder."""

    def check(value: bytes) -> None:
        if not value and not empty:
            raise ValueError(f"{name} can't be empty")
        if b"/" in value or b"\\" in value:
            raise ValueError(f"{name} can't be a path, just a {kind}")

    return check


def a_hostname(value: bytes) -> None:
    if len(value) >= MAX_HOSTNAME_BYTES:
        raise ValueError(f"Hostnames must be less than {MAX_HOSTNAME_BYTES} characters")
    if not value.replace(b"-", b"").replace(b".", b"").isalnum():
        raise ValueError("Hostnames may only contain alphanumeric characters, hyphens or dots")


def a_title(value: bytes) -> None:
    try:
        fields = {field for _, field, _, _ in Formatter().parse(value.decode("latin-1")) if field is not None}
    except ValueError:
        fields = {""}
    if not value or not fields <= set(TITLE_FIELDS):
        raise ValueError("template format is invalid or contains unknown variables")


def no_defragmentation(value: bool) -> None:
    if value:
        raise ValueError(
            "Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc "
            "like the one shipped by default with the Redis source distribution"
        )


PARAMETERS: tuple[Parameter, ...] = (
    Switch("rdbchecksum", True, IMMUTABLE),
    Switch("daemonize", False, IMMUTABLE),
    Switch("io-threads-do-reads", False, IMMUTABLE),
    Switch("always-show-logo", False, IMMUTABLE),
    Switch("protected-mode", True),
    Switch("rdbcompression", True),
    Switch("rdb-del-sync-files", False),
    Switch("activerehashing", True),
    Switch("stop-writes-on-bgsave-error", True),
    Switch("set-proc-title", True, IMMUTABLE),
    Switch("dynamic-hz", True),
    Switch("lazyfree-lazy-eviction", False),
    Switch("lazyfree-lazy-expire", False),
    Switch("lazyfree-lazy-server-del", False),
    Switch("lazyfree-lazy-user-del", False),
    Switch("lazyfree-lazy-user-flush", False),
    Switch("repl-disable-tcp-nodelay", False),
    Switch("repl-diskless-sync", True),
    Switch("aof-rewrite-incremental-fsync", True),
    Switch("no-appendfsync-on-rewrite", False),
    Switch("cluster-require-full-coverage", True),
    Switch("rdb-save-incremental-fsync", True),
    Switch("aof-load-truncated", True),
    Switch("aof-use-rdb-preamble", True),
    Switch("aof-timestamp-enabled", False),
    Switch("cluster-replica-no-failover", False, alias="cluster-slave-no-failover"),
    Switch("replica-lazy-flush", False, alias="slave-lazy-flush"),
    Switch("replica-serve-stale-data", True, alias="slave-serve-stale-data"),
    Switch("replica-read-only", True, alias="slave-read-only"),
    Switch("replica-ignore-maxmemory", True, alias="slave-ignore-maxmemory"),
    Switch("jemalloc-bg-thread", True),
    Switch("activedefrag", False, check=no_defragmentation),
    Switch("syslog-enabled", False, IMMUTABLE),
    Switch("cluster-enabled", False, IMMUTABLE),
    Switch("appendonly", False, DENY_LOADING),
    Switch("cluster-allow-reads-when-down", False),
    Switch("cluster-allow-pubsubshard-when-down", True),
    Switch("crash-log-enabled", True),
    Switch("crash-memcheck-enabled", True),
    Switch("use-exit-on-panic", False, HIDDEN),
    Switch("disable-thp", True, IMMUTABLE),
    Switch("cluster-allow-replica-migration", True),
    Switch("replica-announced", True),
    Switch("latency-tracking", True),
    Switch("aof-disable-auto-gc", False),
    Switch("replica-ignore-disk-write-errors", False),
    Text("aclfile", b"", IMMUTABLE),
    Text("unixsocket", b"", IMMUTABLE, nullable=True),
    Text("pidfile", b"", IMMUTABLE, nullable=True),
    Text("replica-announce-ip", b"", alias="slave-announce-ip", nullable=True),
    Text("masteruser", b"", SENSITIVE, nullable=True),
    Text("cluster-announce-ip", b"", nullable=True),
    Text("cluster-config-file", b"nodes.conf", IMMUTABLE),
    Text("cluster-announce-hostname", b"", nullable=True, check=a_hostname),
    Text("syslog-ident", b"redis", IMMUTABLE),
    Text("dbfilename", b"dump.rdb", PROTECTED, check=a_file("dbfilename", "filename", empty=True)),
    Text("appendfilename", b"appendonly.aof", IMMUTABLE, check=a_file("appendfilename", "filename")),
    Text("appenddirname", b"appendonlydir", IMMUTABLE, check=a_file("appenddirname", "dirname")),
    Text("server_cpulist", b"", IMMUTABLE, nullable=True),
    Text("bio_cpulist", b"", IMMUTABLE, nullable=True),
    Text("aof_rewrite_cpulist", b"", IMMUTABLE, nullable=True),
    Text("bgsave_cpulist", b"", IMMUTABLE, nullable=True),
    Text("ignore-warnings", b""),
    Text("proc-title-template", b"{title} {listen-addr} {server-mode}", check=a_title),
    Text("bind-source-addr", b"", nullable=True),
    Text("logfile", b"", IMMUTABLE),
    Text("masterauth", b"", SENSITIVE, nullable=True),
    Text("requirepass", b"", SENSITIVE, nullable=True),
    Choice("supervised", "no", ("upstart", "systemd", "auto", "no"), IMMUTABLE),
    Choice(
        "syslog-facility",
        "local0",
        ("user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"),
        IMMUTABLE,
    ),
    Choice("repl-diskless-load", "disabled", ("disabled", "on-empty-db", "swapdb"), DENY_LOADING),
    Choice("loglevel", "notice", ("debug", "verbose", "notice", "warning")),
    Choice("maxmemory-policy", "noeviction", EVICTION_POLICIES),
    Choice("appendfsync", "everysec", ("everysec", "always", "no")),
    Choice("oom-score-adj", "no", ("no", "yes", "relative", "absolute"), synonyms={"relative": "yes"}),
    Choice("acl-pubsub-default", "resetchannels", ("allchannels", "resetchannels")),
    Choice("sanitize-dump-payload", "no", ("no", "yes", "clients")),
    Choice("enable-protected-configs", "no", ("no", "yes", "local"), IMMUTABLE),
    Choice("enable-debug-command", "no", ("no", "yes", "local"), IMMUTABLE),
    Choice("enable-module-command", "no", ("no", "yes", "local"), IMMUTABLE),
    Choice("cluster-preferred-endpoint-type", "ip", ("ip", "hostname", "unknown-endpoint")),
    Choice("propagation-error-behavior", "ignore", ("ignore", "panic", "panic-on-replicas")),
    ShutdownFlags("shutdown-on-sigint", "default", SHUTDOWN_WORDS, MULTI),
    ShutdownFlags("shutdown-on-sigterm", "default", SHUTDOWN_WORDS, MULTI),
    Number("databases", 16, 1, INT_MAX, IMMUTABLE),
    Number("port", 6379, 0, 65535),
    Number("io-threads", 1, 1, 128, IMMUTABLE),
    Number("auto-aof-rewrite-percentage", 100, 0, INT_MAX),
    Number("cluster-replica-validity-factor", 10, 0, INT_MAX, alias="cluster-slave-validity-factor"),
    Number("list-max-listpack-size", -2, INT_MIN, INT_MAX, alias="list-max-ziplist-size"),
    Number("tcp-keepalive", 300, 0, INT_MAX),
    Number("cluster-migration-barrier", 1, 0, INT_MAX),
    Number("active-defrag-cycle-min", 1, 1, 99),
    Number("active-defrag-cycle-max", 25, 1, 99),
    Number("active-defrag-threshold-lower", 10, 0, 1000),
    Number("active-defrag-threshold-upper", 100, 0, 1000),
    Number("lfu-log-factor", 10, 0, INT_MAX),
    Number("lfu-decay-time", 1, 0, INT_MAX),
    Number("replica-priority", 100, 0, INT_MAX, alias="slave-priority"),
    Number("repl-diskless-sync-delay", 5, 0, INT_MAX),
    Number("maxmemory-samples", 5, 1, INT_MAX),
    Number("maxmemory-eviction-tenacity", 10, 0, 100),
    Number("timeout", 0, 0, INT_MAX),
    Number("replica-announce-port", 0, 0, 65535, alias="slave-announce-port"),
    Number("tcp-backlog", 511, 0, INT_MAX, IMMUTABLE),
    Number("cluster-port", 0, 0, 65535, IMMUTABLE),
    Number("cluster-announce-bus-port", 0, 0, 65535),
    Number("cluster-announce-port", 0, 0, 65535),
    Number("cluster-announce-tls-port", 0, 0, 65535),
    Number("repl-timeout", 60, 1, INT_MAX),
    Number("repl-ping-replica-period", 10, 1, INT_MAX, alias="repl-ping-slave-period"),
    Number("list-compress-depth", 0, 0, INT_MAX),
    Number("rdb-key-save-delay", 0, INT_MIN, INT_MAX, HIDDEN),
    Number("key-load-delay", 0, INT_MIN, INT_MAX, HIDDEN),
    Number("active-expire-effort", 1, 1, 10),
    Number("hz", 10, 0, INT_MAX),
    Number("min-replicas-to-write", 0, 0, INT_MAX, alias="min-slaves-to-write"),
    Number("min-replicas-max-lag", 10, 0, INT_MAX, alias="min-slaves-max-lag"),
    Number("watchdog-period", 0, 0, INT_MAX, HIDDEN),
    Number("shutdown-timeout", 10, 0, INT_MAX),
    Number("repl-diskless-sync-max-replicas", 0, 0, INT_MAX),
    Number("maxclients", 10000, 1, UINT_MAX),
    Octal("unixsocketperm", 0, 0, 511, IMMUTABLE),
    Number("socket-mark-id", 0, 0, UINT_MAX, IMMUTABLE),
    Number("active-defrag-max-scan-fields", 1000, 1, LONG_MAX),
    Number("slowlog-max-len", 128, 0, LONG_MAX),
    Number("acllog-max-len", 128, 0, LONG_MAX),
    Number("busy-reply-threshold", 5000, 0, LONG_MAX, alias="lua-time-limit"),
    Number("cluster-node-timeout", 15000, 0, LONG_MAX),
    Number("slowlog-log-slower-than", 10000, -1, LONG_MAX),
    Number("latency-monitor-threshold", 0, 0, LONG_MAX),
    Memory("proto-max-bulk-len", 512 * MB, 1 * MB, LONG_MAX),
    Number("stream-node-max-entries", 100, 0, LONG_MAX),
    Memory("repl-backlog-size", 1 * MB, 1, LONG_MAX),
    Memory("maxmemory", 0, 0, ULONG_MAX),
    Memory("cluster-link-sendbuf-limit", 0, 0, ULONG_MAX),
    Number("hash-max-listpack-entries", 512, 0, LONG_MAX, alias="hash-max-ziplist-entries"),
    Number("set-max-intset-entries", 512, 0, LONG_MAX),
    Number("zset-max-listpack-entries", 128, 0, LONG_MAX, alias="zset-max-ziplist-entries"),
    Memory("active-defrag-ignore-bytes", 100 * MB, 1, LONG_MAX),
    Memory("hash-max-listpack-value", 64, 0, LONG_MAX, alias="hash-max-ziplist-value"),
    Memory("stream-node-max-bytes", 4096, 0, LONG_MAX),
    Memory("zset-max-listpack-value", 64, 0, LONG_MAX, alias="zset-max-ziplist-value"),
    Memory("hll-sparse-max-bytes", 3000, 0, LONG_MAX),
    Number("tracking-table-max-keys", 1000000, 0, LONG_MAX),
    Memory("client-query-buffer-limit", 1 * GB, 1 * MB, LONG_MAX),
    MemoryOrPercent("maxmemory-clients", 0, -100, LONG_MAX),
    Number("repl-backlog-ttl", 3600, 0, LONG_MAX),
    Memory("auto-aof-rewrite-min-size", 64 * MB, 0, LONG_MAX),
    Number("loading-process-events-interval-bytes", 2 * MB, 1024, INT_MAX, HIDDEN),
    Number("tls-port", 0, 0, 65535),
    Number("tls-session-cache-size", 20480, 0, INT_MAX),
    Number("tls-session-cache-timeout", 300, 0, INT_MAX),
    Switch("tls-cluster", False),
    Switch("tls-replication", False),
    Choice("tls-auth-clients", "yes", ("no", "yes", "optional")),
    Switch("tls-prefer-server-ciphers", False),
    Switch("tls-session-caching", True),
    Text("tls-cert-file", b"", VOLATILE, nullable=True),
    Text("tls-key-file", b"", VOLATILE, nullable=True),
    Text("tls-key-file-pass", b"", nullable=True),
    Text("tls-client-cert-file", b"", VOLATILE, nullable=True),
    Text("tls-client-key-file", b"", VOLATILE, nullable=True),
    Text("tls-client-key-file-pass", b"", nullable=True),
    Text("tls-dh-params-file", b"", VOLATILE, nullable=True),
    Text("tls-ca-cert-file", b"", VOLATILE, nullable=True),
    Text("tls-ca-cert-dir", b"", VOLATILE, nullable=True),
    Text("tls-protocols", b"", nullable=True),
    Text("tls-ciphers", b"", nullable=True),
    Text("tls-ciphersuites", b"", nullable=True),
    Directory("dir", b"", PROTECTED | DENY_LOADING),
    SavePoints("save", ((3600, 1), (300, 100), (60, 10000)), MULTI),
    OutputLimits("client-output-buffer-limit", ((0, 0, 0), (256 * MB, 64 * MB, 60), (32 * MB, 8 * MB, 60)), MULTI),
    Integers("oom-score-adj-values", (0, 200, 800), MULTI),
    Events("notify-keyspace-events", 0),
    Addresses("bind", (b"*", b"-::*"), MULTI),
    Master("replicaof", None, IMMUTABLE | MULTI, alias="slaveof"),
    Percentiles("latency-tracking-info-percentiles", (50.0, 99.0, 99.9), MULTI),
)

# By name, aliases too.
BY_NAME: dict[str, Parameter] = {parameter.name: parameter for parameter in PARAMETERS} | {
    parameter.alias: parameter for parameter in PARAMETERS if parameter.alias
}
