"""Connecting to a server, on TCP, a unix socket or TLS: as a carrier for an event loop, or as a socket that waits."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from respkit import errors
from respkit.net.blocking import BlockingStream
from respkit.net.carrier import Carrier, Protocol
from respkit.net.listener import set_tcp_options
from respkit.net.poller import Poller

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is: a host and port, or the path of a unix socket; and TLS on it, if there is a context."""

    host: str = "localhost"
    port: int = 6379
    path: str | None = None
    tls: ssl.SSLContext | None = None
    #: The name that the certificate must have; the host's, where None.
    server_hostname: str | None = None
    #: Seconds of silence after which TCP asks whether the peer is there; 0 to never ask.
    keepalive_seconds: int = 0

    def __str__(self) -> str:
        return self.path if self.path is not None else f"{self.host}:{self.port}"

    @property
    def certificate_name(self) -> str | None:
        """What TLS asks the certificate for."""
        return self.server_hostname or (self.host if self.path is None else None)


async def connect(endpoint: Endpoint, protocol: Protocol, timeout: float | None = None) -> Carrier:
    """A started carrier with ``protocol`` on it, on the running loop.

    errors.ConnectionError when it cannot be made, errors.TimeoutError when that takes longer than ``timeout`` seconds (name
    resolution and the TLS handshake included). Where several addresses belong to the host they are tried in turn.
    """
    try:
        async with asyncio.timeout(timeout):
            return await _connect(endpoint, protocol)
    except TimeoutError as error:
        raise errors.TimeoutError(f"connecting to {endpoint} took longer than {timeout} s") from error
    except OSError as error:
        raise connection_error(endpoint, error) from error


def connect_blocking(
    endpoint: Endpoint, connect_timeout: float | None = None, timeout: float | None = None
) -> BlockingStream:
    """A connected stream that waits up to ``timeout`` seconds for progress. The errors are those of ``connect``."""
    try:
        sock = _blocking_socket(endpoint, connect_timeout)
        try:
            if endpoint.path is None:
                set_tcp_options(sock, endpoint.keepalive_seconds)
            if endpoint.tls is None:
                return BlockingStream(sock, timeout)
            from respkit.net.blocking_tls import BlockingTls, wrap

            sock = wrap(sock, endpoint.tls, endpoint.certificate_name)
            return BlockingTls(sock, timeout)
        except BaseException:
            sock.close()
            raise
    except TimeoutError as error:
        raise errors.TimeoutError(f"connecting to {endpoint} took longer than {connect_timeout} s") from error
    except OSError as error:
        raise connection_error(endpoint, error) from error


def _blocking_socket(endpoint: Endpoint, timeout: float | None) -> socket.socket:
    if endpoint.path is None:
        return socket.create_connection((endpoint.host, endpoint.port), timeout)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect(endpoint.path)
    except BaseException:
        sock.close()
        raise
    return sock


def connection_error(endpoint: Endpoint, error: OSError) -> errors.ConnectionError:
    """What a client is told."""
    # asyncio's loops word a refused connection each in their own way.
    known = (
        error.errno in errno.errorcode
        and not isinstance(error, socket.gaierror)
        and "ssl" not in type(error).__module__
    )
    reason = os.strerror(error.errno or 0) if known else error.strerror or str(error)
    return errors.ConnectionError(f"cannot connect to {endpoint}: {reason}")


async def _connect(endpoint: Endpoint, protocol: Protocol) -> Carrier:
    loop = asyncio.get_running_loop()
    sock = await _connected_socket(loop, endpoint)
    try:
        if endpoint.path is None:
            set_tcp_options(sock, endpoint.keepalive_seconds)
        if endpoint.tls is None:
            carrier = Carrier(Poller.of(loop), sock, protocol)
            carrier.start()
            return carrier
        from respkit.net.tls import TlsCarrier

        shaken = loop.create_future()
        secure = TlsCarrier(
            Poller.of(loop),
            sock,
            protocol,
            endpoint.tls,
            server_side=False,
            server_hostname=endpoint.certificate_name,
            on_handshake=lambda error: _settle(shaken, error),
        )
    except BaseException:
        sock.close()
        raise
    try:
        secure.start()
        await shaken
    except BaseException as error:
        secure.abort(error)
        raise
    return secure


def _settle(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


async def _connected_socket(loop: asyncio.AbstractEventLoop, endpoint: Endpoint) -> socket.socket:
    last: OSError | None = None
    for family, address in await _addresses(loop, endpoint):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            last = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise last if last is not None else OSError("the name has no address")


async def _addresses(loop: asyncio.AbstractEventLoop, endpoint: Endpoint) -> list[tuple[int, Any]]:
    if endpoint.path is not None:
        return [(socket.AF_UNIX, os.fspath(endpoint.path))]
    for family in (socket.AF_INET, socket.AF_INET6):
        try:  # an address needs no resolver, and so no thread
            socket.inet_pton(family, endpoint.host)
        except OSError:
            continue
        return [(family, (endpoint.host, endpoint.port))]
    found = await loop.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found]
