"""A socket that waits, for the blocking client (plain form).

The methods raise TimeoutError after ``timeout`` seconds without progress, and OSError when the connection breaks; the
connection is of no use afterwards. No two threads may use one stream at a time.
"""

from __future__ import annotations

import select
import socket

from respkit.resp.inbuf import InBuffer
from respkit.resp.outbuf import OutBuffer

_SEND_FLAGS = getattr(socket, "MSG_NOSIGNAL", 0)


class BlockingStream:
    """A connected socket, which it owns from now on, with its two buffers."""

    def __init__(self, sock: socket.socket, timeout: float | None = None) -> None:
        self.sock = sock
        self.inbuf = InBuffer()
        self.outbuf = OutBuffer()
        self.timeout: float | None = None
        self.set_timeout(timeout)

    def send(self) -> int:
        """Send all of ``outbuf``."""
        while self.outbuf.size() > 0:
            self.outbuf.sent(self.sock.send(self.outbuf.data, _SEND_FLAGS))
        return 0

    def receive(self) -> int:
        """Read into ``inbuf`` what there is, waiting for some; how many bytes, 0 at the end of the stream."""
        count = self.sock.recv_into(self.inbuf.writable())
        self.inbuf.filled(count)
        return count

    def set_timeout(self, timeout: float | None) -> int:
        """From now on wait so many seconds for progress, for ever if None."""
        self.sock.settimeout(timeout)
        self.timeout = timeout
        return 0

    def stale(self) -> bool:
        """Whether an idle connection is of no use: the server has closed it, or said something unasked."""
        if self.inbuf.size() > 0:
            return True
        return bool(select.select([self.sock], [], [], 0)[0])

    def close(self) -> int:
        """Let the socket go. Twice is once."""
        self.sock.close()
        self.inbuf.release()
        self.outbuf.release()
        return 0
