"""The two buffers of a link (plain form)."""

from __future__ import annotations

from respkit.resp.inbuf import InBuffer
from respkit.resp.outbuf import OutBuffer


class Ends:
    """What a connection receives and sends. The buffers are the carrier's, or whoever's moves the bytes."""

    def __init__(self, inbuf: InBuffer, outbuf: OutBuffer) -> None:
        self.inbuf = inbuf
        self.outbuf = outbuf

    def front(self, size: int) -> bytes:
        """The first ``size`` bytes received; compiled, a pointer to them, valid until ``inbuf`` is consumed or filled."""
        return bytes(memoryview(self.inbuf.data)[:size])
