"""The proxy in a running event loop: listeners, sessions, pools and their connections, put together from a configuration."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from typing import Any

from respkit.acl.rules import apply_rules
from respkit.acl.user import Denial
from respkit.acl.users import Users
from respkit.errors import ConfigError
from respkit.link.handshake import Login
from respkit.net.connect import Endpoint
from respkit.net.listener import Listener, listen_tcp, listen_unix
from respkit.net.poller import Poller
from respkit.proxy import config as settings
from respkit.proxy.config import EMBEDDED, Config, Listen, Server
from respkit.proxy.connector import Connector
from respkit.proxy.pool import Pool, Router
from respkit.proxy.session import Session, Shared
from respkit.proxy.upstream import Clock, Upstream

log = logging.getLogger("respkit.proxy")

TOO_MANY = b"-ERR max number of clients reached\r\n"
#: How long a stop waits for replies that are on their way.
STOP_SECONDS = 5.0


class Proxy:
    """One proxy. ``embedded`` are the servers of pools that name none."""

    def __init__(self, config: Config, embedded: list[Server] | None = None) -> None:
        self.config = config
        self.embedded = embedded or []
        self.loop = asyncio.get_running_loop()
        self.poller = Poller.of(self.loop)
        self.clock = Clock()
        self.poller.gather_us = config.limits.gather_us
        self.poller.turn_starts.append(self.clock)
        self.connectors: dict[Connector, asyncio.Task[None]] = {}
        self.listeners: list[Listener] = []
        self.sessions: set[Session] = set()
        # Who has not logged in, and when its time is up; the oldest first.
        self.strangers: dict[Session, float] = {}
        self._deadline: asyncio.TimerHandle | None = None
        self.failed_log_ins = 0
        self.connections = 0
        self.open = not config.users
        self.users = users_of(config)
        self.pools = self._pools()
        self.shared = Shared(
            self.users,
            Router([(route.prefix.encode(), self.pools[route.pool]) for route in config.routes]),
            self.pools[config.pool or next(iter(self.pools))],
            self._user_pools(),
            config.limits,
            self.clock,
            self,
        )

    # Pools -----------------------------------------------------------------------------------------------------------

    def _pools(self) -> dict[str, Pool]:
        described = self.config.pools or {EMBEDDED: settings.Pool()}
        return {name: self._pool(name, pool) for name, pool in described.items()}

    def _pool(self, name: str, pool: settings.Pool) -> Pool:
        if pool.servers is not None:
            servers = [settings.static_server(text) for text in pool.servers]
        elif pool.url is not None:
            server, pool = settings.single_server(pool)
            servers = [server]
        else:
            servers = self.embedded
        context: Any = None
        if pool.tls is not None:
            from respkit.net.tls import client_context

            context = client_context(pool.tls.ca, verify=pool.tls.verify)

        def make(proto: int) -> list[Upstream]:
            return [self._upstream(server, pool, context, proto) for server in servers]

        return Pool(name, settings.placement_of(pool, servers), make)

    def _upstream(self, server: Server, pool: settings.Pool, context: Any, proto: int) -> Upstream:
        limits = self.config.limits
        upstream = Upstream(
            server.name,
            server.address,
            self.clock,
            self.loop,
            pool.timeout_ms,
            limits.upstream_pause_bytes,
            limits.reply_bytes,
        )
        endpoint = Endpoint(
            host=server.host,
            port=server.port,
            path=server.path or None,
            tls=context,
            server_hostname=pool.tls.server_name if pool.tls is not None else None,
            keepalive_seconds=60,
        )
        login = Login(protocol=proto, username=pool.username, password=pool.password, database=pool.db)
        connector = Connector(upstream, endpoint, login)
        self.connectors[connector] = self.loop.create_task(connector.run())
        return upstream

    def _user_pools(self) -> dict[bytes, Pool]:
        found: dict[bytes, Pool] = {}
        for user in self.config.users:
            if user.pool is not None:
                found[settings.user_words(user.acl)[0]] = self.pools[user.pool]
        return found

    async def wait_connected(self, seconds: float) -> bool:
        """Give the servers a moment before clients come; whether all of them are connected."""
        upstreams = [upstream for pool in self.pools.values() for upstream in pool.upstreams()]
        end = self.loop.time() + seconds
        while self.loop.time() < end and not all(upstream.state for upstream in upstreams):
            await asyncio.sleep(0.005)
        return all(upstream.wire is not None for upstream in upstreams)

    # Beginning and end -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Listen. ConfigError, with the address and the reason, where that cannot be."""
        for listen in self.config.listen or [Listen()]:
            listener = Listener(
                self.poller,
                self._sockets(listen),
                self._session,
                tls=self._tls(listen),
                refuse=self._refuse,
                keepalive_seconds=300,
            )
            listener.start()
            self.listeners.append(listener)

    def _sockets(self, listen: Listen) -> list[socket.socket]:
        kind, host, port = settings.bind_address(listen.bind)
        try:
            return [listen_unix(host)] if kind == "unix" else listen_tcp([host], port)
        except OSError as error:
            self._close_listeners()
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise ConfigError(f"cannot listen on {listen.bind}: {reason}") from None

    def _tls(self, listen: Listen) -> Any:
        if listen.tls is None:
            return None
        from respkit.net.tls import server_context

        return server_context(listen.tls.cert, listen.tls.key)

    @property
    def addresses(self) -> list[str]:
        return [address for listener in self.listeners for address in listener.addresses]

    @property
    def port(self) -> int:
        return next((listener.port for listener in self.listeners if listener.port), 0)

    def _close_listeners(self) -> None:
        for listener in self.listeners:
            listener.close()
        self.listeners.clear()

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Listen no more; close each client when it has its replies, and after ``seconds`` anyway."""
        self._close_listeners()
        for session in list(self.sessions):
            self.in_turn(session.leave)
        end = self.loop.time() + seconds
        while self.sessions and self.loop.time() < end:
            await asyncio.sleep(0.01)
        for session in list(self.sessions):
            session.carrier.abort()
        for task in self.connectors.values():
            task.cancel()
        await asyncio.gather(*self.connectors.values(), return_exceptions=True)
        for pool in self.pools.values():
            for upstream in pool.upstreams():
                upstream.close()
        while self.sessions or any(upstream.wire for pool in self.pools.values() for upstream in pool.upstreams()):
            await asyncio.sleep(0)
        if self._deadline is not None:
            self._deadline.cancel()
        self.poller.turn_starts.remove(self.clock)
        self.poller.gather_us = 0

    # Who comes in ------------------------------------------------------------------------------------------------------

    def _session(self) -> Session:
        return Session(self.shared)

    def _refuse(self, sock: socket.socket) -> bytes | None:
        return TOO_MANY if len(self.sessions) >= self.config.limits.clients else None

    def opened(self, session: Session) -> None:
        self.sessions.add(session)
        self.connections += 1

    def ended(self, session: Session, reason: BaseException | None) -> None:
        self.sessions.discard(session)
        self.strangers.pop(session, None)
        if reason is not None and not isinstance(reason, OSError):
            log.error("client %d: %r", session.id, reason)

    def logged_in(self, session: Session) -> None:
        self.strangers.pop(session, None)

    def logged_out(self, session: Session) -> None:
        """Not logged in (yet): it has so much time, and so many may be there. Of more, the oldest must go."""
        if session in self.strangers:
            return
        limits = self.config.limits
        self.strangers[session] = self.loop.time() + limits.login_ms / 1000
        if len(self.strangers) > limits.unauthenticated:
            oldest = next(iter(self.strangers))
            del self.strangers[oldest]
            oldest.carrier.abort()
        if self._deadline is None:
            self._deadline = self.loop.call_later(limits.login_ms / 1000, self._too_late)

    def _too_late(self) -> None:
        self._deadline = None
        now = self.loop.time()
        while self.strangers:
            session, due = next(iter(self.strangers.items()))
            if due > now:
                self._deadline = self.loop.call_at(due, self._too_late)
                return
            del self.strangers[session]
            session.carrier.abort()

    def failed_log_in(self, session: Session, name: bytes) -> None:
        self.failed_log_ins += 1
        log.warning("client %s: wrong password for user %.64r", session.carrier.peer, name.decode("utf-8", "replace"))

    def denied(self, session: Session, denial: Denial) -> None:
        """ACL LOG has its place here."""

    def requests(self) -> int:
        """How many have been sent to servers so far."""
        return sum(upstream.requests for pool in self.pools.values() for upstream in pool.upstreams())

    # The loop ----------------------------------------------------------------------------------------------------------

    def soon(self, callback: Callable[[], None]) -> None:
        """Call it once this turn is over, in a turn of its own."""
        self.loop.call_soon(self.in_turn, callback)

    def in_turn(self, callback: Callable[[], object]) -> None:
        opened = self.poller.enter()
        try:
            callback()
        finally:
            if opened:
                self.poller.leave()


def users_of(config: Config) -> Users:
    """Who may log in. Where there are users, who has not logged in is nobody, unless ``default`` is among them."""
    users = Users()
    if config.users:
        apply_rules(users.default, [b"reset"])
    for user in config.users:
        name, rules = settings.user_words(user.acl)
        if name == b"default":
            apply_rules(users.default, [b"reset"])
        users.set(name, rules)
    return users
