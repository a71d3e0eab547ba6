"""TLS for the blocking client: Python's own SSLSocket behind the interface of ``BlockingStream``."""

from __future__ import annotations

import select
import socket
import ssl

from respkit.net.blocking import BlockingStream

_READ_BYTES = 65536


class BlockingTls(BlockingStream):
    """A TLS connection whose handshake is made."""

    sock: ssl.SSLSocket

    def send(self) -> int:
        if self.outbuf.size() > 0:
            self.sock.sendall(self.outbuf.take())
        return 0

    def receive(self) -> int:
        data = self.sock.recv(_READ_BYTES)
        self.inbuf.feed(data)
        return len(data)

    def set_timeout(self, timeout: float | None) -> int:
        self.sock.settimeout(timeout)
        return 0

    def stale(self) -> bool:
        return self.inbuf.size() > 0 or self.sock.pending() > 0 or bool(select.select([self.sock], [], [], 0)[0])


def wrap(sock: socket.socket, context: ssl.SSLContext, server_hostname: str | None) -> ssl.SSLSocket:
    """The handshake, within the socket's timeout."""
    return context.wrap_socket(sock, server_hostname=server_hostname)
