"""INFO: what a server is and does, in sections of ``field:value`` lines.

The fields are those of Redis 7.0, since programs look for them; what this server does not do is zero.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from respkit.__about__ import __version__
from respkit.net import clock
from respkit.resp.inbuf import Args
from respkit.server.connection import REDIS_VERSION
from respkit.server.memory import allocated_bytes, resident_bytes, system_bytes
from respkit.server.session import Commands, Session

if TYPE_CHECKING:
    from respkit.server.app import Server

Fields = Iterable[tuple[str, object]]


def install(commands: Commands) -> None:
    """Gives the command of this module its handler."""
    commands.attach_python(b"info", info_command)


def info_command(session: Session, args: Args) -> None:
    """``INFO [section …]``"""
    wanted = {args.bytes_at(i).lower().decode("latin-1") for i in range(1, len(args))}
    session.out.verbatim(b"txt", info_text(session.server.app, wanted).encode("utf-8", "surrogateescape"))


def info_text(server: Server, wanted: set[str]) -> str:
    """The sections of these names; ``default``, ``all`` and ``everything`` stand for several; none for the default."""
    names = set(wanted)
    if not names or "default" in names:
        names |= DEFAULT
    if names & {"all", "everything"}:
        names |= SECTIONS.keys()
    parts = []
    for name, (title, fields) in SECTIONS.items():
        if name in names:
            parts.append(f"# {title}\r\n" + "".join([f"{field}:{value}\r\n" for field, value in fields(server)]))
    return "\r\n".join(parts)


def human(size: int) -> str:
    """A size for people: ``1.50M``."""
    if size < 1024:
        return f"{size}B"
    power = min((size.bit_length() - 1) // 10, 5)
    return f"{size / 1024**power:.2f}{' KMGTP'[power]}"


def server_section(server: Server) -> Fields:
    system = os.uname()
    now_us = clock.unix_us()
    uptime = (now_us // 1000 - server.started_ms) // 1000
    settings = server.settings
    loop = type(server.poller.loop).__module__.partition(".")[0] if server.poller else ""
    return (
        ("redis_version", REDIS_VERSION.decode()),
        ("redis_git_sha1", "00000000"),
        ("redis_git_dirty", 0),
        ("redis_build_id", "0"),
        ("redis_mode", "standalone"),
        ("os", f"{system.sysname} {system.release} {system.machine}"),
        ("arch_bits", 64 if sys.maxsize > 2**32 else 32),
        ("monotonic_clock", "POSIX clock_gettime"),
        ("multiplexing_api", "epoll" if sys.platform == "linux" else loop),
        ("atomicvar_api", "none"),
        ("gcc_version", "0.0.0"),
        ("respkit_version", __version__),
        ("python_version", f"{platform.python_implementation()} {platform.python_version()}"),
        ("event_loop", loop),
        ("process_id", os.getpid()),
        ("process_supervised", "no"),
        ("run_id", server.run_id),
        ("tcp_port", server.listeners.port or server.listeners.tls_port),
        ("server_time_usec", now_us),
        ("uptime_in_seconds", uptime),
        ("uptime_in_days", uptime // 86400),
        ("hz", settings["hz"]),
        ("configured_hz", settings["hz"]),
        ("lru_clock", server.state.now_ms // 1000 & 0xFFFFFF),
        ("executable", os.fsdecode(server.executable)),
        ("config_file", os.fsdecode(server.config_file or b"")),
        ("io_threads_active", 0),
    )


def clients_section(server: Server) -> Fields:
    sessions = server.sessions.values()
    return (
        ("connected_clients", len(sessions)),
        ("cluster_connections", 0),
        ("maxclients", server.settings["maxclients"]),
        ("client_recent_max_input_buffer", max([session.unread_bytes(True) for session in sessions], default=0)),
        ("client_recent_max_output_buffer", max([session.out.size() for session in sessions], default=0)),
        ("blocked_clients", 0),
        ("tracking_clients", 0),
        ("clients_in_timeout_table", 0),
    )


def memory_section(server: Server) -> Fields:
    used = allocated_bytes()
    resident = resident_bytes()
    statistics = server.statistics
    statistics.peak_memory = max(statistics.peak_memory, used)
    startup = min(server.startup_bytes, used)
    system = system_bytes()
    limit = server.settings["maxmemory"]
    return (
        ("used_memory", used),
        ("used_memory_human", human(used)),
        ("used_memory_rss", resident),
        ("used_memory_rss_human", human(resident)),
        ("used_memory_peak", statistics.peak_memory),
        ("used_memory_peak_human", human(statistics.peak_memory)),
        ("used_memory_peak_perc", f"{used * 100 / max(statistics.peak_memory, 1):.2f}%"),
        ("used_memory_overhead", startup),
        ("used_memory_startup", startup),
        ("used_memory_dataset", used - startup),
        ("used_memory_dataset_perc", f"{100.0 if used > startup else 0.0:.2f}%"),
        ("allocator_allocated", used),
        ("allocator_active", resident),
        ("allocator_resident", resident),
        ("total_system_memory", system),
        ("total_system_memory_human", human(system)),
        ("used_memory_lua", 0),
        ("used_memory_vm_eval", 0),
        ("used_memory_lua_human", human(0)),
        ("used_memory_scripts_eval", 0),
        ("number_of_cached_scripts", 0),
        ("number_of_functions", 0),
        ("number_of_libraries", 0),
        ("used_memory_vm_functions", 0),
        ("used_memory_vm_total", 0),
        ("used_memory_vm_total_human", human(0)),
        ("used_memory_functions", 0),
        ("used_memory_scripts", 0),
        ("used_memory_scripts_human", human(0)),
        ("maxmemory", limit),
        ("maxmemory_human", human(limit)),
        ("maxmemory_policy", server.settings["maxmemory-policy"]),
        ("allocator_frag_ratio", "1.00"),
        ("allocator_frag_bytes", 0),
        ("allocator_rss_ratio", "1.00"),
        ("allocator_rss_bytes", 0),
        ("rss_overhead_ratio", "1.00"),
        ("rss_overhead_bytes", 0),
        ("mem_fragmentation_ratio", f"{resident / max(used, 1):.2f}"),
        ("mem_fragmentation_bytes", resident - used),
        ("mem_not_counted_for_evict", 0),
        ("mem_replication_backlog", 0),
        ("mem_total_replication_buffers", 0),
        ("mem_clients_slaves", 0),
        ("mem_clients_normal", 0),
        ("mem_cluster_links", 0),
        ("mem_aof_buffer", 0),
        ("mem_allocator", "libc"),
        ("active_defrag_running", 0),
        ("lazyfree_pending_objects", 0),
        ("lazyfreed_objects", 0),
    )


def persistence_section(server: Server) -> Fields:
    return (
        ("loading", 0),
        ("async_loading", 0),
        ("current_cow_peak", 0),
        ("current_cow_size", 0),
        ("current_cow_size_age", 0),
        ("current_fork_perc", "0.00"),
        ("current_save_keys_processed", 0),
        ("current_save_keys_total", 0),
        ("rdb_changes_since_last_save", server.state.dirty),
        ("rdb_bgsave_in_progress", 0),
        ("rdb_last_save_time", server.started_ms // 1000),
        ("rdb_last_bgsave_status", "ok"),
        ("rdb_last_bgsave_time_sec", -1),
        ("rdb_current_bgsave_time_sec", -1),
        ("rdb_saves", 0),
        ("rdb_last_cow_size", 0),
        ("rdb_last_load_keys_expired", 0),
        ("rdb_last_load_keys_loaded", 0),
        ("aof_enabled", 0),
        ("aof_rewrite_in_progress", 0),
        ("aof_rewrite_scheduled", 0),
        ("aof_last_rewrite_time_sec", -1),
        ("aof_current_rewrite_time_sec", -1),
        ("aof_last_bgrewrite_status", "ok"),
        ("aof_rewrites", 0),
        ("aof_rewrites_consecutive_failures", 0),
        ("aof_last_write_status", "ok"),
        ("aof_last_cow_size", 0),
        ("module_fork_in_progress", 0),
        ("module_fork_last_cow_size", 0),
    )


def stats_section(server: Server) -> Fields:
    statistics = server.statistics
    state = server.state
    return (
        ("total_connections_received", statistics.connections_received),
        ("total_commands_processed", server.commands_processed()),
        ("instantaneous_ops_per_sec", round(statistics.commands.value())),
        ("total_net_input_bytes", server.bytes_in()),
        ("total_net_output_bytes", server.bytes_out()),
        ("total_net_repl_input_bytes", 0),
        ("total_net_repl_output_bytes", 0),
        ("instantaneous_input_kbps", f"{statistics.input.value() / 1024:.2f}"),
        ("instantaneous_output_kbps", f"{statistics.output.value() / 1024:.2f}"),
        ("instantaneous_input_repl_kbps", "0.00"),
        ("instantaneous_output_repl_kbps", "0.00"),
        ("rejected_connections", statistics.connections_rejected),
        ("sync_full", 0),
        ("sync_partial_ok", 0),
        ("sync_partial_err", 0),
        ("expired_keys", server.keyspace.expired_keys),
        ("expired_stale_perc", "0.00"),
        ("expired_time_cap_reached_count", 0),
        ("expire_cycle_cpu_milliseconds", statistics.expire_cycle_us // 1000),
        ("evicted_keys", 0),
        ("evicted_clients", 0),
        ("total_eviction_exceeded_time", 0),
        ("current_eviction_exceeded_time", 0),
        ("keyspace_hits", state.keyspace_hits),
        ("keyspace_misses", state.keyspace_misses),
        ("pubsub_channels", 0),
        ("pubsub_patterns", 0),
        ("pubsubshard_channels", 0),
        ("latest_fork_usec", 0),
        ("total_forks", 0),
        ("migrate_cached_sockets", 0),
        ("slave_expires_tracked_keys", 0),
        ("active_defrag_hits", 0),
        ("active_defrag_misses", 0),
        ("active_defrag_key_hits", 0),
        ("active_defrag_key_misses", 0),
        ("total_active_defrag_time", 0),
        ("current_active_defrag_time", 0),
        ("tracking_total_keys", 0),
        ("tracking_total_items", 0),
        ("tracking_total_prefixes", 0),
        ("unexpected_error_replies", 0),
        ("total_error_replies", sum(state.error_counts.values())),
        ("dump_payload_sanitizations", 0),
        ("total_reads_processed", 0),
        ("total_writes_processed", 0),
        ("io_threaded_reads_processed", 0),
        ("io_threaded_writes_processed", 0),
        ("reply_buffer_shrinks", 0),
        ("reply_buffer_expands", 0),
    )


def replication_section(server: Server) -> Fields:
    return (
        ("role", "master"),
        ("connected_slaves", 0),
        ("master_failover_state", "no-failover"),
        ("master_replid", server.replication_id),
        ("master_replid2", "0" * 40),
        ("master_repl_offset", 0),
        ("second_repl_offset", -1),
        ("repl_backlog_active", 0),
        ("repl_backlog_size", server.settings["repl-backlog-size"]),
        ("repl_backlog_first_byte_offset", 0),
        ("repl_backlog_histlen", 0),
    )


def cpu_section(server: Server) -> Fields:
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield "used_cpu_sys", f"{own.ru_stime:.6f}"
    yield "used_cpu_user", f"{own.ru_utime:.6f}"
    yield "used_cpu_sys_children", f"{children.ru_stime:.6f}"
    yield "used_cpu_user_children", f"{children.ru_utime:.6f}"
    if hasattr(resource, "RUSAGE_THREAD"):
        thread = resource.getrusage(resource.RUSAGE_THREAD)
        yield "used_cpu_sys_main_thread", f"{thread.ru_stime:.6f}"
        yield "used_cpu_user_main_thread", f"{thread.ru_utime:.6f}"


def modules_section(server: Server) -> Fields:
    return ()


def commandstats_section(server: Server) -> Fields:
    for command in server.all_commands():
        calls = command.calls
        if calls or command.rejected or command.failed:
            per_call = command.microseconds / calls if calls else 0.0
            yield (
                f"cmdstat_{safe(command.name)}",
                f"calls={calls},usec={command.microseconds},usec_per_call={per_call:.2f}"
                f",rejected_calls={command.rejected},failed_calls={command.failed}",
            )


def errorstats_section(server: Server) -> Iterator[tuple[str, object]]:
    for code, count in sorted(server.state.error_counts.items()):
        yield f"errorstat_{safe(code)}", f"count={count}"


def latencystats_section(server: Server) -> Fields:
    return ()


def cluster_section(server: Server) -> Fields:
    return (("cluster_enabled", 0),)


def keyspace_section(server: Server) -> Iterator[tuple[str, object]]:
    for db in server.state.databases:
        if db.size():
            yield f"db{db.index}", f"keys={db.size()},expires={db.table.expiring()},avg_ttl={db.avg_ttl_ms}"


def safe(name: bytes) -> str:
    """A name that does not break a line of INFO."""
    return name.translate(_SAFE).decode("utf-8", "surrogateescape")


_SAFE = bytes.maketrans(b"#:\n\r", b"____")

# In the order in which INFO has them.
SECTIONS: dict[str, tuple[str, Callable[[Server], Fields]]] = {
    "server": ("Server", server_section),
    "clients": ("Clients", clients_section),
    "memory": ("Memory", memory_section),
    "persistence": ("Persistence", persistence_section),
    "stats": ("Stats", stats_section),
    "replication": ("Replication", replication_section),
    "cpu": ("CPU", cpu_section),
    "module_list": ("Modules", modules_section),
    "commandstats": ("Commandstats", commandstats_section),
    "errorstats": ("Errorstats", errorstats_section),
    "latencystats": ("Latencystats", latencystats_section),
    "cluster": ("Cluster", cluster_section),
    "keyspace": ("Keyspace", keyspace_section),
}
DEFAULT = SECTIONS.keys() - {"commandstats", "latencystats"}
