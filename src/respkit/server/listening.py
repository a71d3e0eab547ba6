"""The sockets that a server listens on, and what becomes of those who knock."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

from respkit.errors import ConfigError
from respkit.net.carrier import Carrier
from respkit.net.poller import CallbackChannel
from respkit.server.config.settings import Settings
from respkit.server.session import Session

if TYPE_CHECKING:
    from respkit.server.app import Server

# So many connections are accepted in one turn, that a flood of them does not keep the others waiting.
ACCEPTS = 1000

# A `-` before an address says that it need not exist on this machine, nor its protocol.
_ABSENT = (
    errno.EADDRNOTAVAIL,
    errno.ENOPROTOOPT,
    errno.EPROTONOSUPPORT,
    errno.ESOCKTNOSUPPORT,
    errno.EPFNOSUPPORT,
    errno.EAFNOSUPPORT,
)
# There are no descriptors or no memory for another connection: try again a little later, and do not spin meanwhile.
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

TOO_MANY = b"-ERR max number of clients reached\r\n"
PROTECTED = (
    b"-DENIED Redis is running in protected mode: it has no password for the default user, and so it talks to clients "
    b"of this machine only. To let others in, set a password ('requirepass', or a user of the ACL), or turn "
    b"'protected-mode' off if the network may be trusted.\r\n"
)


class ListenError(ConfigError):
    """A socket to listen on could not be had; the log says which and why."""


class Listener:
    """One socket that listens."""

    def __init__(self, server: Server, sock: socket.socket, kind: str) -> None:
        assert server.poller is not None
        self.server = server
        self.sock = sock
        self.kind = kind
        # Until which time nothing is accepted, because the last attempt found no descriptor left.
        self.resting = False
        sock.setblocking(False)
        self.channel = CallbackChannel(server.poller, sock.fileno(), on_readable=self.accept)
        server.poller.watch(self.channel)

    def close(self) -> None:
        assert self.server.poller is not None
        self.server.poller.unwatch(self.channel)
        self.sock.close()

    def rest(self, resting: bool) -> None:
        """Accept nothing for a while, or go on."""
        if resting != self.resting:
            assert self.server.poller is not None
            self.resting = resting
            self.server.poller.want(self.channel, not resting, False)

    def accept(self) -> None:
        """Takes in those who wait."""
        for _ in range(ACCEPTS):
            try:
                sock, address = self.sock.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue
            except OSError as error:
                self.server.log.warning(f"Accepting client connection: accept: {error.strerror}")
                if error.errno in _EXHAUSTED:
                    self.rest(True)
                return
            try:
                self.welcome(sock, address)
            except OSError:  # it has gone again
                sock.close()

    def welcome(self, sock: socket.socket, address: object) -> None:
        """Makes a connection a session, or turns it away."""
        server = self.server
        server.statistics.connections_received += 1
        local = self.kind == "unix" or (isinstance(address, tuple) and address[0] in ("127.0.0.1", "::1"))
        refusal = b""
        if len(server.sessions) >= server.settings["maxclients"]:
            refusal = TOO_MANY
        elif not local and server.settings["protected-mode"] and server.open_door():
            refusal = PROTECTED
        if refusal:
            server.statistics.connections_rejected += 1
            sock.setblocking(False)
            try:
                sock.send(refusal)
            finally:
                sock.close()
            return
        if self.kind != "unix":
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            keep_alive(sock, server.settings["tcp-keepalive"])
        assert server.poller is not None
        session = Session(server.state)
        Carrier(server.poller, sock, session).start()
        server.log.verbose(f"Accepted {session.carrier.peer}")


class Listeners:
    """All sockets that a server listens on."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.tcp: list[Listener] = []
        self.unix: Listener | None = None
        # Where it listens; 0 where it does not. With `any_port`, port 0 of the configuration stands for a free one.
        self.port = 0
        self.tls_port = 0
        self.any_port = False

    def open(self) -> None:
        """Listen as the configuration says; ListenError if one of the sockets cannot be had, and then none is left."""
        settings = self.server.settings
        self.listen_tcp()
        if settings["unixsocket"]:
            try:
                self.unix = Listener(self.server, unix_socket(settings["unixsocket"], settings), "unix")
            except OSError as error:
                self.close()
                self.server.log.warning(f"Failed opening Unix socket: bind: {error.strerror}")
                raise ListenError("no unix socket") from None
        if not self.tcp and self.unix is None:
            self.server.log.warning("Configured to not listen anywhere, exiting.")
            raise ListenError("nowhere to listen")

    def listen_tcp(self) -> None:
        """Listen on the addresses and the port that the configuration says now, and no more on those before."""
        settings = self.server.settings
        port = settings["port"]
        new: list[socket.socket] = []
        if port or self.any_port:
            try:
                new = self.bind(settings["bind"], port)
            except OSError:
                self.server.log.warning(f"Failed listening on port {port} (TCP), aborting.")
                raise ListenError(f"cannot listen on port {port}") from None
        self.replace(new)

    def bind(self, addresses: Iterable[bytes], port: int) -> list[socket.socket]:
        """A socket for each address; OSError, logged, and none of them where one that is needed cannot be had."""
        sockets: list[socket.socket] = []
        backlog = self.server.settings["tcp-backlog"]
        for text in addresses:
            address = text.decode("utf-8", "surrogateescape")
            optional = address.startswith("-")
            address = address.removeprefix("-")
            try:
                sock = tcp_socket(address, port, backlog)
            except OSError as error:
                reason = error.strerror or str(error)
                self.server.log.warning(
                    f"Warning: Could not create server TCP listening socket {address}:{port}: bind: {reason}"
                )
                if optional and error.errno in _ABSENT:
                    continue
                for sock in sockets:
                    sock.close()
                raise
            sockets.append(sock)
            port = port or sock.getsockname()[1]
        return sockets

    def replace(self, sockets: list[socket.socket]) -> None:
        old = self.tcp
        self.tcp = [Listener(self.server, sock, "tcp") for sock in sockets]
        self.port = sockets[0].getsockname()[1] if sockets else 0
        for listener in old:
            listener.close()

    def change(self) -> None:
        """Follow a change of `port` or `bind`; ValueError, and nothing changes, where that cannot be."""
        settings = self.server.settings
        if settings["port"] == self.port:
            # The old sockets hold the port on addresses that may be wanted again.
            before = [listener.sock.getsockname() for listener in self.tcp]
            self.replace([])
            try:
                self.listen_tcp()
            except ListenError:
                self.replace([tcp_socket(name[0], name[1], settings["tcp-backlog"]) for name in before])
                raise ValueError("Failed to bind to specified addresses.") from None
            return
        try:
            self.listen_tcp()
        except ListenError:
            raise ValueError("Unable to listen on this port. Check server logs.") from None

    def retry(self) -> None:
        """Accept again where descriptors had run out."""
        for listener in self.tcp:
            listener.rest(False)
        if self.unix is not None:
            self.unix.rest(False)

    def close(self) -> None:
        """Listen no more."""
        self.replace([])
        if self.unix is not None:
            self.unix.close()
            self.unix = None
            self.server.log.notice("Removing the unix socket file.")
            try:
                os.unlink(self.server.settings["unixsocket"])
            except OSError:
                pass


def tcp_socket(address: str, port: int, backlog: int) -> socket.socket:
    """A socket bound to an address, ``*`` and ``::*`` being all of a protocol's, and listening."""
    if address in ("*", ""):
        address = "0.0.0.0"  # noqa: S104  (what the configuration asks for)
    elif address == "::*":
        address = "::"
    try:
        family, kind, protocol, _, name = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise OSError(errno.EADDRNOTAVAIL, error.strerror) from None
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(name)
        sock.listen(backlog)
    except OSError:
        sock.close()
        raise
    return sock


def unix_socket(path: bytes, settings: Settings) -> socket.socket:
    """A unix socket at `path`, where a file that an earlier server left is removed."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(path)
        if settings["unixsocketperm"]:
            os.chmod(path, settings["unixsocketperm"])
        sock.listen(settings["tcp-backlog"])
    except OSError:
        sock.close()
        raise
    return sock


def keep_alive(sock: socket.socket, seconds: int) -> None:
    """Have the kernel find out that a peer is gone, after about twice `seconds`."""
    if not seconds:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, max(seconds // 3, 1))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
