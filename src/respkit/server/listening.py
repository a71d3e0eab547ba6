"""The sockets that a server listens on, as its configuration says, and who may come in."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING

from respkit.errors import ConfigError
from respkit.net.listener import Listener, listen_tcp, listen_unix
from respkit.server.session import Session

if TYPE_CHECKING:
    import ssl

    from respkit.server.app import Server

TOO_MANY = b"-ERR max number of clients reached\r\n"
PROTECTED = (
    b"-DENIED Redis is running in protected mode: it has no password for the default user, and so it talks to clients "
    b"of this machine only. To let others in, set a password ('requirepass', or a user of the ACL), or turn "
    b"'protected-mode' off if the network may be trusted.\r\n"
)
LOOPBACK = ("127.0.0.1", "::1")


class ListenError(ConfigError):
    """A socket to listen on could not be had. The log says which and why."""


class Listeners:
    """All sockets that a server listens on."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.tcp: Listener | None = None
        self.tls: Listener | None = None
        self.unix: Listener | None = None
        # Port 0 of the configuration stands for any free one, instead of none.
        self.any_port = False

    @property
    def port(self) -> int:
        """The TCP port; 0 where there is none."""
        return self.tcp.port if self.tcp else 0

    @property
    def tls_port(self) -> int:
        return self.tls.port if self.tls else 0

    def open(self) -> None:
        """Listen as the configuration says; ListenError if one of the sockets cannot be had, and then none is left."""
        settings = self.server.settings
        try:
            if settings["port"] or self.any_port:
                self.tcp = self.listen(settings["port"], "TCP", None)
            if settings["tls-port"]:
                self.tls = self.listen(settings["tls-port"], "TLS", self.tls_context())
            if settings["unixsocket"]:
                self.unix = self.listen_unix()
            if self.any_port:  # CONFIG GET port tells which it is
                settings.override("port", self.port)
        except ListenError:
            self.close()
            raise
        if not (self.tcp or self.tls or self.unix):
            self.server.log.warning("Configured to not listen anywhere, exiting.")
            raise ListenError("nowhere to listen")

    def listen(self, port: int, kind: str, tls: ssl.SSLContext | None) -> Listener | None:
        """A listener on a port of all addresses of `bind`; None where there are none."""
        settings = self.server.settings
        hosts = [address.decode("utf-8", "surrogateescape") for address in settings["bind"]]
        try:
            sockets = listen_tcp(hosts, port, backlog=settings["tcp-backlog"])
        except OSError as error:
            where = str(error.filename).replace("0.0.0.0:", "*:").replace("[::]:", "::*:")  # as they are configured
            log = self.server.log
            log.warning(f"Warning: Could not create server TCP listening socket {where}: bind: {error.strerror}")
            log.warning(f"Failed listening on port {port} ({kind}), aborting.")
            raise ListenError(f"cannot listen on port {port}") from None
        return self.accept(sockets, tls) if sockets else None

    def listen_unix(self) -> Listener:
        settings = self.server.settings
        path = os.fsdecode(settings["unixsocket"])
        permissions = settings["unixsocketperm"] or None
        try:
            sock = listen_unix(path, permissions=permissions, backlog=settings["tcp-backlog"])
        except OSError as error:
            self.server.log.warning(f"Failed opening Unix socket: bind: {error.strerror}")
            raise ListenError(f"cannot listen at {path}") from None
        return self.accept([sock], None)

    def accept(self, sockets: Sequence[socket.socket], tls: ssl.SSLContext | None) -> Listener:
        assert self.server.poller is not None
        listener = Listener(
            self.server.poller,
            sockets,
            self.session,
            tls=tls,
            refuse=self.refuse,
            keepalive_seconds=self.server.settings["tcp-keepalive"],
        )
        listener.start()
        return listener

    def session(self) -> Session:
        """The session of a new connection."""
        return Session(self.server.state)

    def refuse(self, sock: socket.socket) -> bytes | None:
        """What to tell a connection that may not come in; None to let it in."""
        server = self.server
        server.statistics.connections_received += 1
        refusal = None
        if len(server.sessions) >= server.settings["maxclients"]:
            refusal = TOO_MANY
        elif server.settings["protected-mode"] and server.open_door() and not is_local(sock):
            refusal = PROTECTED
        if refusal is not None:
            server.statistics.connections_rejected += 1
        return refusal

    def tls_context(self) -> ssl.SSLContext:
        """As the tls parameters say; ListenError where a file cannot be used."""
        from respkit.net.tls import server_context

        settings = self.server.settings
        cert, key, ca = [
            os.fsdecode(settings[name]) or None for name in ("tls-cert-file", "tls-key-file", "tls-ca-cert-file")
        ]
        clients = settings["tls-auth-clients"]
        try:
            if cert is None:
                raise ConfigError("No tls-cert-file configured!")
            if ca is None and clients != "no":
                raise ConfigError("No tls-ca-cert-file configured, and tls-auth-clients is not 'no'!")
            return server_context(cert, key, None if clients == "no" else ca, require_client=clients == "yes")
        except ConfigError as error:
            self.server.log.warning(f"Failed to configure TLS: {error}")
            raise ListenError("cannot configure TLS") from None

    # Changes while it runs. ValueError, and what was stays, where one cannot be made.

    def change_port(self) -> None:
        """Follow a change of `port`."""
        port = self.server.settings["port"]
        if port == self.port:
            return
        try:
            new = self.listen(port, "TCP", None) if port else None
        except ListenError:
            raise ValueError("Unable to listen on this port. Check server logs.") from None
        old, self.tcp = self.tcp, new
        if old:
            old.close()

    def change_tls(self) -> None:
        """Follow a change of `tls-port`, of the certificates or of who must show one."""
        port = self.server.settings["tls-port"]
        try:
            context = self.tls_context() if port else None
        except ListenError:
            raise ValueError("Unable to update TLS configuration. Check server logs.") from None
        if self.tls and context and port == self.tls.port:
            self.tls.tls = context
            return
        try:
            new = self.listen(port, "TLS", context) if port else None
        except ListenError:
            raise ValueError("Unable to listen on this port. Check server logs.") from None
        old, self.tls = self.tls, new
        if old:
            old.close()

    def change_addresses(self) -> None:
        """Follow a change of `bind`."""
        settings = self.server.settings
        if settings["port"]:
            self.tcp = self.rebound(self.tcp, settings["port"], "TCP")
        if settings["tls-port"]:
            self.tls = self.rebound(self.tls, settings["tls-port"], "TLS")

    def rebound(self, old: Listener | None, port: int, kind: str) -> Listener | None:
        # The old sockets hold the port, maybe on the very addresses that are wanted again.
        names = []
        tls = None
        if old:
            names = [sock.getsockname()[0] for sock in old.sockets]
            tls = old.tls
            old.close()
        elif kind == "TLS":
            tls = self.tls_context()
        try:
            return self.listen(port, kind, tls)
        except ListenError:
            if old:
                old.sockets.extend(listen_tcp(names, port, backlog=self.server.settings["tcp-backlog"]))
                old.start()
            raise ValueError("Failed to bind to specified addresses.") from None

    def change_keepalive(self) -> None:
        """Follow a change of `tcp-keepalive`, for connections to come."""
        for listener in (self.tcp, self.tls):
            if listener:
                listener.keepalive_seconds = self.server.settings["tcp-keepalive"]

    def close(self) -> None:
        """Listen no more."""
        for listener in (self.tcp, self.tls):
            if listener:
                listener.close()
        if self.unix:
            self.server.log.notice("Removing the unix socket file.")
            self.unix.close()
        self.tcp = self.tls = self.unix = None


def is_local(sock: socket.socket) -> bool:
    """Whether a connection comes from this machine."""
    if sock.family == getattr(socket, "AF_UNIX", None):
        return True
    return sock.getpeername()[0] in LOOPBACK
