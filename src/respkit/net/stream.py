"""A socket with its two buffers, and the system calls between them (plain form).

``receive`` and ``transmit`` make one call each and return the number of bytes moved, 0 from ``receive`` being the end of the
stream. A negative number is ``-errno``: nothing was moved, and ``-EAGAIN`` alone is no reason to give up.
"""

from __future__ import annotations

import errno
import socket

from respkit.net.poller import Channel, Poller
from respkit.resp.inbuf import InBuffer
from respkit.resp.outbuf import OutBuffer

#: A host that embeds us may not ignore SIGPIPE.
_SEND_FLAGS = getattr(socket, "MSG_NOSIGNAL", 0)


class Stream(Channel):
    """A non-blocking stream socket, what came from it and what is to go."""

    def __init__(self, poller: Poller, sock: socket.socket) -> None:
        super().__init__(poller, sock.fileno())
        self.sock = sock
        self.inbuf = InBuffer()
        self.outbuf = OutBuffer()

    def receive(self) -> int:
        """Read once into ``inbuf``, as much as it has room for."""
        try:
            count = self.sock.recv_into(self.inbuf.writable())
        except (BlockingIOError, InterruptedError):
            return -errno.EAGAIN
        except OSError as error:
            return -(error.errno or errno.EIO)
        self.inbuf.filled(count)
        return count

    def transmit(self) -> int:
        """Send once from ``outbuf``, which is not empty; what was sent leaves it."""
        try:
            count = self.sock.send(self.outbuf.data, _SEND_FLAGS)
        except (BlockingIOError, InterruptedError):
            return -errno.EAGAIN
        except OSError as error:
            return -(error.errno or errno.EIO)
        self.outbuf.sent(count)
        return count

    def take_some(self, limit: int) -> bytes:
        """Up to ``limit`` of the bytes that wait in ``outbuf``, taken out of it."""
        data = bytes(self.outbuf.data[:limit])
        self.outbuf.sent(len(data))
        return data
