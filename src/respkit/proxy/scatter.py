# cython: annotation_typing=False
"""One command to several servers: its parts, and the one reply that is made of theirs.

If a part fails, or is answered with an error, that error is the reply: never an OK, a count or values for something that was
not done. What other servers have done by then stays done.
"""

from __future__ import annotations

from typing import Any

from respkit.proxy.plan import COUNT, VALUES
from respkit.proxy.request import Pending, Request, UpstreamError
from respkit.resp.outbuf import OutBuffer

_VALUES = VALUES
_COUNT = COUNT


class Gather(Request):
    """The whole command, in its client's queue."""

    def __init__(self, kind: int, proto: int, count: int) -> None:
        super().__init__()
        self.kind = kind
        self.proto = proto
        # How many parts have not come yet.
        self.left = count
        self.parts: list[Part] = []
        # MGET: whose part each key is in, in the client's order.
        self.order: list[Part] = []

    def came(self) -> int:
        """A part has its reply."""
        self.left -= 1
        if self.left == 0:
            client = self.client
            if client is not None:
                out = OutBuffer(self.proto)
                self.merge(out)
                reply = out.take()
                self.parts = []
                self.order = []
                self.reply_frame(reply, len(reply))
        return 0

    def merge(self, out: OutBuffer) -> int:
        """Write the one reply."""
        for part in self.parts:
            if part.reply[:1] in (b"-", b"!"):
                return out.raw(part.reply)
        if self.kind == _VALUES:
            return self.merge_values(out)
        total = 0
        for part in self.parts:
            if self.kind == _COUNT:
                if part.reply[:1] != b":":
                    return out.raw(part.strange().reply)
                total += int(part.reply[1:-2])
            elif part.reply != b"+OK\r\n":
                return out.raw(part.strange().reply)
        return out.integer(total) if self.kind == _COUNT else out.ok()

    def merge_values(self, out: OutBuffer) -> int:
        """The elements of the parts' arrays, in the order of the client's keys."""
        for part in self.parts:
            if part.reply[:1] != b"*":
                return out.raw(part.strange().reply)
            part.at = part.reply.index(b"\n") + 1
        out.array(len(self.order))
        for part in self.order:
            start = part.at
            end = part.next_element()
            if end < 0:
                out.release()
                return out.raw(part.strange().reply)
            out.raw(part.reply[start:end])
        return 0


class Part(Pending):
    """What one server has of it."""

    def __init__(self, gather: Gather, upstream: Any) -> None:
        super().__init__()
        self.gather = gather
        self.upstream = upstream
        self.reply = b""
        # Where, in the reply, the next element begins.
        self.at = 0

    def reply_frame(self, at: bytes, size: int) -> int:
        self.reply = at[:size]
        return self.gather.came()

    def failed(self, error: Any) -> int:
        self.reply = error.reply if isinstance(error, UpstreamError) else UpstreamError(str(error)).reply
        return self.gather.came()

    def strange(self) -> UpstreamError:
        """Not what such a command is answered with."""
        error: UpstreamError = self.upstream.error("it gave a reply of another kind")
        return error

    def next_element(self) -> int:
        """The end of the element at ``at``, a bulk string or a null, and from there on to the next; -1 for anything else."""
        reply = self.reply
        at = self.at
        size = len(reply)
        kind = reply[at] if at < size else 0
        line = reply.find(b"\r\n", at)
        if line < 0:
            return -1
        end = line + 2
        if kind == 0x24:
            length = int(reply[at + 1 : line])
            if length >= 0:
                end += length + 2
        elif kind != 0x5F:
            return -1
        if end > size:
            return -1
        self.at = end
        return end
