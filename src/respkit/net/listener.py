"""Listening sockets and the connections that come in on them.

``listen_tcp`` and ``listen_unix`` make the sockets, ``Listener`` accepts on them: it sets each connection's options, asks
``refuse`` whether it may come in, and puts a protocol on a carrier. Accepting goes on after whatever goes wrong with one
connection; while the process has no descriptor left it pauses and tries again.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import stat
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from respkit.net.carrier import Carrier, Protocol, address_text
from respkit.net.poller import CallbackChannel, Poller

if TYPE_CHECKING:
    import ssl  # loaded by who configures TLS, and not for anybody else

log = logging.getLogger("respkit.net")

#: Accepted in one turn: a crowd that connects must not starve those who are connected.
ACCEPTS_A_TURN = 64
#: How long accepting rests when there are no descriptors, or no memory for one.
EXHAUSTED_SECONDS = 0.1

BACKLOG = 511

_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Listener:
    """Accepts connections on ``sockets``, which it owns from now on."""

    def __init__(
        self,
        poller: Poller,
        sockets: Iterable[socket.socket],
        make: Callable[[], Protocol],
        *,
        tls: ssl.SSLContext | None = None,
        refuse: Callable[[socket.socket], bytes | None] | None = None,
        keepalive_seconds: int = 0,
    ) -> None:
        """``make`` gives the protocol of a new connection.

        ``refuse`` is asked before that, with the accepted socket; it answers None to let it in, else what to tell
        it (as far as it can be told without waiting) before it is closed. ``keepalive_seconds`` is the idle time after which
        TCP asks whether the peer is still there; 0 to never ask.
        """
        self.poller = poller
        self.make = make
        self.tls = tls
        self.refuse = refuse
        self.keepalive_seconds = keepalive_seconds
        self.sockets = list(sockets)
        self._channels: list[CallbackChannel] = []
        self._resume: asyncio.TimerHandle | None = None
        self._own_paths = {sock.fileno(): _identity(sock) for sock in self.sockets if _is_unix(sock)}

    @property
    def addresses(self) -> list[str]:
        """``host:port``, or the path, of each socket."""
        return [_where(sock) for sock in self.sockets]

    @property
    def port(self) -> int:
        """The TCP port, 0 where there is none."""
        return next((sock.getsockname()[1] for sock in self.sockets if not _is_unix(sock)), 0)

    def start(self) -> None:
        """Begin, or begin again after ``pause()``."""
        if self._channels:
            return
        for sock in self.sockets:
            channel = CallbackChannel(self.poller, sock.fileno(), partial(self._accept_some, sock))
            self.poller.watch(channel)
            self._channels.append(channel)

    def pause(self) -> None:
        """Accept nothing for now: who connects waits in the kernel's queue."""
        if self._resume is not None:
            self._resume.cancel()
            self._resume = None
        for channel in self._channels:
            self.poller.unwatch(channel)
        self._channels.clear()

    def close(self) -> None:
        """Listen no more. The connections live on; a unix socket's path is removed if it is still ours."""
        self.pause()
        for sock in self.sockets:
            own = self._own_paths.get(sock.fileno())
            path = sock.getsockname() if own is not None else ""
            sock.close()
            if own is not None:
                unlink_own(path, own)
        self.sockets.clear()

    def _accept_some(self, sock: socket.socket) -> None:
        for _ in range(ACCEPTS_A_TURN):
            if not self._channels:
                return
            try:
                accepted, _address = sock.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    self._rest(error)
                    return
                continue  # the peer was gone before it was accepted
            try:
                self._admit(accepted)
            except OSError:
                accepted.close()  # it went while it was being set up
            except Exception as error:
                accepted.close()
                self.poller.loop.call_exception_handler(
                    {"message": "a new connection could not be served", "exception": error}
                )

    def _admit(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        if self.refuse is not None:
            farewell = self.refuse(sock)
            if farewell is not None:
                if farewell and self.tls is None:
                    sock.send(farewell)
                sock.close()
                return
        if not _is_unix(sock):
            set_tcp_options(sock, self.keepalive_seconds)
        carrier: Carrier
        if self.tls is None:
            carrier = Carrier(self.poller, sock, self.make())
        else:
            from respkit.net.tls import TlsCarrier

            carrier = TlsCarrier(self.poller, sock, self.make(), self.tls, server_side=True)
        carrier.start()

    def _rest(self, error: OSError) -> None:
        log.warning("accepting pauses for %g s: %s", EXHAUSTED_SECONDS, os.strerror(error.errno or 0))
        self.pause()
        self._resume = self.poller.loop.call_later(EXHAUSTED_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._resume = None
        self.start()


def set_tcp_options(sock: socket.socket, keepalive_seconds: int = 0) -> None:
    """No delay; and after ``keepalive_seconds`` of silence ask three times, at thirds of that time, before giving up."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if keepalive_seconds <= 0:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", keepalive_seconds),
        ("TCP_KEEPINTVL", max(1, keepalive_seconds // 3)),
        ("TCP_KEEPCNT", 3),
    ):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def listen_tcp(
    hosts: Sequence[str], port: int, *, backlog: int = BACKLOG, reuse_port: bool = False
) -> list[socket.socket]:
    """Sockets that listen on ``port`` of every host; port 0 takes a free one, the same for all.

    A host is an address or a name, ``*`` all of IPv4, ``::*`` all of IPv6. One that begins with ``-`` may be unavailable.
    OSError, with the address as its ``filename``, for the others; then nothing is left listening.
    """
    sockets: list[socket.socket] = []
    try:
        for host in hosts:
            optional = host.startswith("-")
            try:
                for family, address in _resolve(host.removeprefix("-"), port):
                    sockets.append(_listen_on(family, address, backlog, reuse_port))
                    port = sockets[-1].getsockname()[1]
            except OSError:
                if not optional:
                    raise
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def check_port_free(hosts: Sequence[str], port: int) -> None:
    """OSError if somebody listens already. With SO_REUSEPORT the kernel would not say so: the parent asks before it forks."""
    for sock in listen_tcp(hosts, port):
        sock.close()


def listen_unix(path: str, *, permissions: int | None = None, backlog: int = BACKLOG) -> socket.socket:
    """A socket that listens at ``path``. What a dead process left there is replaced; a live one's is not (OSError)."""
    _clear_stale(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.bind(path)
        if permissions is not None:
            os.chmod(path, permissions)
        sock.listen(backlog)
    except OSError as error:
        sock.close()
        raise OSError(error.errno, os.strerror(error.errno or 0), path) from error
    return sock


def unlink_own(path: str, identity: tuple[int, int]) -> None:
    """Remove the unix socket at ``path`` if it is still the one of ``identity``: somebody may have replaced it."""
    try:
        found = os.stat(path)
        if (found.st_dev, found.st_ino) == identity:
            os.unlink(path)
    except OSError:
        pass


def _resolve(host: str, port: int) -> list[tuple[int, tuple[object, ...]]]:
    if host == "*":
        return [(socket.AF_INET, ("0.0.0.0", port))]  # noqa: S104  (asked for by name)
    if host == "::*":
        return [(socket.AF_INET6, ("::", port))]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise OSError(errno.EADDRNOTAVAIL, error.strerror, f"{host}:{port}") from error
    return list({(family, address): None for family, _, _, _, address in found})


def _listen_on(family: int, address: tuple[object, ...], backlog: int, reuse_port: bool) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind(address)
        sock.listen(backlog)
    except OSError as error:
        sock.close()
        raise OSError(error.errno, os.strerror(error.errno or 0), address_text(address)) from error
    return sock


def _clear_stale(path: str) -> None:
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            raise OSError(errno.EADDRINUSE, "there is something else than a socket", path)
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            try:
                os.unlink(path)
            except FileNotFoundError:
                pass
        else:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE), path)


def _is_unix(sock: socket.socket) -> bool:
    return sock.family == getattr(socket, "AF_UNIX", None)


def _identity(sock: socket.socket) -> tuple[int, int]:
    found = os.stat(sock.getsockname())
    return found.st_dev, found.st_ino


def _where(sock: socket.socket) -> str:
    return sock.getsockname() if _is_unix(sock) else address_text(sock.getsockname())
