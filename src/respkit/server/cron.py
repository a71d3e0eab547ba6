"""What happens without a client: expired keys go, idle clients go, rates are measured.

A tick comes `hz` times a second, each inside a turn of the poller, so that it sees the time of day and what it writes is
sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from respkit.net import clock
from respkit.server.memory import allocated_bytes
from respkit.server.statistics import SAMPLE_MS

if TYPE_CHECKING:
    from respkit.server.app import Server

# Of a tick's time, the share that looking for expired keys may take at most, in per cent.
EXPIRE_TIME_PERCENT = 25
# Keys looked at between two looks at the clock.
EXPIRE_KEYS = 200
# Entries of a flushed database freed a tick.
FREE_ENTRIES = 50_000
# All clients are looked at once in that time, and so many a tick at least.
CLIENTS_ROUND_MS = 1000
MIN_CLIENTS = 5
# As in Redis, a client's first replies are in a buffer that it has anyway, and count towards no limit.
UNCOUNTED_REPLY_BYTES = 16384


class Cron:
    """A timer, and what it does."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.timer: asyncio.TimerHandle | None = None
        self.active_expire = True
        # DEBUG PAUSE-CRON.
        self.paused = False
        self.last_sample_ms = 0
        self.last_memory_ms = 0
        # Clients to look at, in rounds.
        self.client_ids: list[int] = []
        # Done at every tick besides, by whoever owns the process.
        self.extra: list[Callable[[], None]] = []

    def start(self) -> None:
        """Begin to tick; again, to tick at the rate that the configuration says now."""
        self.stop()
        assert self.server.poller is not None
        self.timer = self.server.poller.loop.call_later(1 / self.server.settings["hz"], self.tick)

    def stop(self) -> None:
        """Tick no more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def tick(self) -> None:
        """One tick, and the timer for the next."""
        server = self.server
        assert server.poller is not None
        self.start()
        opened = server.poller.enter()
        try:
            if not self.paused:
                self.run()
        except Exception as error:  # a tick that fails must not be the last
            server.log.warning(f"Internal error in the timer: {error!r}")
        finally:
            if opened:
                server.poller.leave()

    def run(self) -> None:
        """What a tick does."""
        now_ms = self.server.state.now_ms
        if self.active_expire:
            self.expire(now_ms)
        self.server.keyspace.free_some(FREE_ENTRIES)
        self.look_at_clients(now_ms)
        if now_ms - self.last_sample_ms >= SAMPLE_MS:
            self.last_sample_ms = now_ms
            self.sample(now_ms)
        for extra in list(self.extra):
            extra()

    def expire(self, now_ms: int) -> None:
        """Remove expired keys, for a part of the tick at most."""
        server = self.server
        begin_us = clock.monotonic_us()
        end_us = begin_us + EXPIRE_TIME_PERCENT * 10_000 // server.settings["hz"]
        while server.keyspace.expire_some(server.state.databases, now_ms, EXPIRE_KEYS) * 10 > EXPIRE_KEYS:
            if clock.monotonic_us() > end_us:
                break
        server.statistics.expire_cycle_us += clock.monotonic_us() - begin_us

    def look_at_clients(self, now_ms: int) -> None:
        """A part of all clients each tick: those idle for `timeout` seconds go, and those that are too slow to read."""
        server = self.server
        idle_ms = server.settings["timeout"] * 1000
        soft_bytes, soft_seconds = server.settings["client-output-buffer-limit"][0][1:]
        if not idle_ms and not soft_bytes:
            return
        if not self.client_ids:
            self.client_ids = list(server.sessions)
        share = len(server.sessions) * 1000 // (CLIENTS_ROUND_MS * server.settings["hz"])
        for _ in range(max(share, MIN_CLIENTS)):
            if not self.client_ids:
                break
            session = server.sessions.get(self.client_ids.pop())
            if session is None:
                continue
            if idle_ms and now_ms - session.active_ms > idle_ms:
                server.log.verbose("Closing idle client")
                session.kill(None)
            elif not soft_bytes or session.out.size() <= soft_bytes + UNCOUNTED_REPLY_BYTES:
                session.over_soft_ms = 0
            elif not session.over_soft_ms:
                session.over_soft_ms = now_ms
            elif now_ms - session.over_soft_ms > soft_seconds * 1000:
                session.end_over_limit("overcoming of output buffer limits", session.out.size())

    def sample(self, now_ms: int) -> None:
        """Note how much was done since the last time."""
        server = self.server
        statistics = server.statistics
        statistics.commands.sample(server.commands_processed(), now_ms)
        if now_ms - self.last_memory_ms >= 1000:  # what costs more, less often
            self.last_memory_ms = now_ms
            statistics.input.sample(server.bytes_in(), now_ms)
            statistics.output.sample(server.bytes_out(), now_ms)
            statistics.peak_memory = max(statistics.peak_memory, allocated_bytes())
