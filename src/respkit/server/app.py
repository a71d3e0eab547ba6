"""One server: its configuration, databases, commands, users and sessions, and what keeps them going.

It lives in a running event loop and touches nothing of the process around it; ``process`` adds what a program
of its own does (signals, the log file, fork), ``embed`` what a guest in somebody's program needs.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator

from respkit.acl.users import Users
from respkit.net import clock
from respkit.net.poller import Poller
from respkit.server import connection, expires, keys, lcs, strings
from respkit.server.config.settings import Settings
from respkit.server.cron import UNCOUNTED_REPLY_BYTES, Cron
from respkit.server.effects import Observers
from respkit.server.listening import ListenError, Listeners
from respkit.server.log import LEVELS, Log, to_logging
from respkit.server.memory import allocated_bytes
from respkit.server.registry import build_commands
from respkit.server.session import Clock, ServerCommand, ServerState, Session
from respkit.server.statistics import Statistics
from respkit.store.database import Database, Keyspace

MIN_HZ = 1
MAX_HZ = 500
NO_LIMIT = (1 << 63) - 1
TLS_PARAMETERS = ("tls-port", "tls-cert-file", "tls-key-file", "tls-ca-cert-file", "tls-auth-clients")


class Server:
    """A server. `start` makes it listen, in the running loop; `stop` ends it."""

    def __init__(self, settings: Settings | None = None, log: Log | None = None, owns_process: bool = False) -> None:
        self.settings = Settings() if settings is None else settings
        self.log = Log(to_logging) if log is None else log
        # Whether signals and the working directory are ours to touch.
        self.owns_process = owns_process
        # What SHUTDOWN does, given by whoever owns the process; None: it is refused.
        self.on_shutdown: Callable[[], None] | None = None
        self.config_file: bytes | None = None
        self.executable = b""
        self.users = Users()
        self.keyspace = Keyspace()
        self.state = ServerState(self)
        self.state.now_ms = clock.unix_ms()
        self.state.databases = [Database(i, self.keyspace) for i in range(self.settings["databases"])]
        self.state.commands = build_commands()
        for module in (connection, strings, lcs, keys, expires):
            module.install(self.state.commands)
        self.observers = Observers(self.state)
        self.keyspace.on_expired = self.observers.key_expired
        self.statistics = Statistics()
        self.sessions: dict[int, Session] = {}
        self.last_client_id = 0
        # Sessions that go on in the next turn.
        self.waiting: list[Session] = []
        self.run_id = os.urandom(20).hex()
        self.replication_id = os.urandom(20).hex()
        self.started_ms = self.state.now_ms
        self.startup_bytes = allocated_bytes()
        self.poller: Poller | None = None
        self.clock = Clock(self.state)
        self.listeners = Listeners(self)
        self.cron = Cron(self)
        self.follow_settings()

    def follow_settings(self) -> None:
        """Makes the configuration take effect, now and when it changes."""
        settings = self.settings
        for names, effect in (
            (("requirepass",), self.apply_password),
            (("loglevel",), self.apply_log_level),
            (("proto-max-bulk-len",), self.apply_max_bulk),
            (("client-query-buffer-limit", "client-output-buffer-limit"), self.apply_client_limits),
            (("maxmemory-policy", "lfu-log-factor", "lfu-decay-time"), self.apply_eviction),
        ):
            effect()
            settings.on_change(names, effect)
        settings.on_change(("hz",), self.apply_hz)
        listeners = self.listeners
        settings.on_change(("port",), listeners.change_port)
        settings.on_change(("bind",), listeners.change_addresses)
        settings.on_change(("tcp-keepalive",), listeners.change_keepalive)
        settings.on_change(TLS_PARAMETERS, listeners.change_tls)
        settings.on_change(("maxclients",), self.apply_maxclients)

    # Life.

    def start(self) -> None:
        """Listen as the configuration says, and begin to serve. ListenError where a socket cannot be had."""
        self.poller = Poller.of(asyncio.get_running_loop())
        self.poller.turn_starts.append(self.clock)
        try:
            self.listeners.open()
        except ListenError:
            self.poller.turn_starts.remove(self.clock)
            raise
        self.cron.start()

    def stop(self) -> None:
        """End every connection, and listen no more."""
        self.cron.stop()
        self.listeners.close()
        for session in list(self.sessions.values()):
            session.kill(None)
        assert self.poller is not None
        self.poller.turn_starts.remove(self.clock)

    # What sessions call.

    def connected(self, session: Session) -> None:
        """A session has begun."""
        self.last_client_id += 1
        session.client_id = self.last_client_id
        session.parser.max_bulk = self.settings["proto-max-bulk-len"]
        self.sessions[session.client_id] = session
        self.log.verbose(f"Accepted {session.carrier.peer}")
        session.become(self.users.default, self.open_door())

    def disconnected(self, session: Session) -> None:
        """A session has ended."""
        self.sessions.pop(session.client_id, None)
        self.statistics.bytes_in += session.carrier.bytes_in
        self.statistics.bytes_out += session.carrier.bytes_out
        self.log.verbose(f"Client closed connection {session.carrier.peer}")

    def resume_later(self, session: Session) -> None:
        """Let a session go on in the next turn: no event of its socket says that it has still work to do."""
        if not self.waiting:
            assert self.poller is not None
            self.poller.loop.call_soon(self.resume_waiting)
        self.waiting.append(session)

    def resume_waiting(self) -> None:
        """Lets the waiting sessions go on, each for one more share."""
        waiting, self.waiting = self.waiting, []
        assert self.poller is not None
        opened = self.poller.enter()
        try:
            for session in waiting:
                session.resume()
        finally:
            if opened:
                self.poller.leave()

    # Users.

    def open_door(self) -> bool:
        """Whether a client need not log in."""
        return self.users.default.enabled and self.users.default.no_password

    def users_changed(self) -> None:
        """The rules of users have changed: what sessions may do follows."""
        for session in self.sessions.values():
            session.apply_user()

    def apply_password(self) -> None:
        """``requirepass`` is the default user's password."""
        self.users.require_password(self.settings["requirepass"])
        self.users_changed()

    # The configuration's other effects.

    def apply_log_level(self) -> None:
        self.log.level = LEVELS[self.settings["loglevel"]]

    def apply_max_bulk(self) -> None:
        for session in self.sessions.values():
            session.parser.max_bulk = self.settings["proto-max-bulk-len"]

    def apply_client_limits(self) -> None:
        self.state.max_unread = self.settings["client-query-buffer-limit"]
        hard = self.settings["client-output-buffer-limit"][0][0]
        self.state.max_unsent = min(hard + UNCOUNTED_REPLY_BYTES, NO_LIMIT) if hard else NO_LIMIT

    def apply_eviction(self) -> None:
        self.keyspace.lfu = self.settings["maxmemory-policy"].endswith("-lfu")
        self.keyspace.lfu_log_factor = self.settings["lfu-log-factor"]
        self.keyspace.lfu_decay_minutes = self.settings["lfu-decay-time"]

    def apply_hz(self) -> None:
        self.settings.override("hz", min(max(self.settings["hz"], MIN_HZ), MAX_HZ))
        self.cron.start()

    def apply_maxclients(self) -> None:
        if self.owns_process:
            from respkit.server.process import adjust_open_files

            wanted = self.settings["maxclients"]
            adjust_open_files(self.settings, self.log)
            if self.settings["maxclients"] != wanted:
                raise ValueError(
                    "The operating system is not able to handle the specified number of clients, "
                    f"try with {self.settings['maxclients']}"
                )

    def rewrite_config(self, everything: bool) -> None:
        """CONFIG REWRITE: `everything` writes the parameters at their default too. OSError where it cannot be done."""
        from respkit.server.config.rewrite import replace_file, rewritten

        assert self.config_file is not None
        try:
            with open(self.config_file, "rb") as file:
                text = file.read()
        except FileNotFoundError:
            text = b""
        users = [] if self.settings["aclfile"] else self.users.lines()
        replace_file(self.config_file, rewritten(text, self.settings, users, everything))

    # Statistics.

    def all_commands(self) -> Iterator[ServerCommand]:
        """Every command and subcommand."""
        return iter(self.state.commands.known.values())

    def commands_processed(self) -> int:
        """How many commands have been run since the last reset of the statistics."""
        return sum([command.calls for command in self.all_commands()])

    def bytes_in(self) -> int:
        return self.statistics.bytes_in + sum([session.carrier.bytes_in for session in self.sessions.values()])

    def bytes_out(self) -> int:
        return self.statistics.bytes_out + sum([session.carrier.bytes_out for session in self.sessions.values()])

    def reset_statistics(self) -> None:
        """CONFIG RESETSTAT."""
        for command in self.all_commands():
            command.reset_stats()
        state = self.state
        state.error_counts.clear()
        state.keyspace_hits = state.keyspace_misses = 0
        self.keyspace.expired_keys = 0
        self.statistics.reset()
        # What living connections have moved so far is not to be counted again.
        self.statistics.bytes_in = -self.bytes_in()
        self.statistics.bytes_out = -self.bytes_out()
