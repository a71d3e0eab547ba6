# cython: annotation_typing=False
"""One connection to a server, without I/O: which reply answers which request.

The owner appends a request to ``outbuf`` and queues its ``Slot``; it has what comes appended to ``inbuf`` and calls
``received()``. Replies come in the order of the requests. A push (``>``, RESP3) answers nothing, and attributes (``|``)
belong to the reply that follows them. When the connection is lost every slot in flight fails, once.

``FrameLink`` hands replies on as they stand on the wire (the proxy); ``objects.ObjectLink`` as Python objects (clients).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from respkit.errors import InvalidResponse, RedisError, reply_error
from respkit.link.ends import Ends
from respkit.resp.frames import FrameScanner
from respkit.resp.inbuf import InBuffer
from respkit.resp.outbuf import OutBuffer


class Slot:
    """One request in flight. Exactly one of its three methods is called, once.

    The base drops the reply: so does the slot of an owner who has gone, whose reply is read all the same.
    """

    next: Slot | None
    raw: bool

    def __init__(self) -> None:
        self.raw = False  # objects only: leave the strings of the reply as bytes

    def reply_frame(self, at: bytes, size: int) -> int:
        """The reply as it stands on the wire, its attributes included. Compiled: a pointer, valid during the call."""
        return 0

    def reply_object(self, reply: Any) -> int:
        """The reply as an object; an error reply as an exception."""
        return 0

    def failed(self, error: BaseException) -> int:
        """There will be no reply."""
        return 0


class CallbackSlot(Slot):
    """A slot that calls Python functions, with a frame as bytes or with an object, as its link has it."""

    def __init__(
        self, on_reply: Callable[[Any], object], on_failed: Callable[[BaseException], object] | None = None
    ) -> None:
        super().__init__()
        self.on_reply = on_reply
        self.on_failed = on_failed

    def reply_frame(self, at: bytes, size: int) -> int:
        self.on_reply(at[:size])
        return 0

    def reply_object(self, reply: Any) -> int:
        self.on_reply(reply)
        return 0

    def failed(self, error: BaseException) -> int:
        if self.on_failed is not None:
            self.on_failed(error)
        return 0


class Link(Ends):
    """The queue of requests in flight on one connection."""

    def __init__(self, inbuf: InBuffer, outbuf: OutBuffer) -> None:
        super().__init__(inbuf, outbuf)
        self.first: Slot | None = None
        self.last: Slot | None = None
        self.in_flight = 0
        self.ready = False
        self.proto = 2
        self.broken: BaseException | None = None

    def request(self, slot: Slot) -> int:
        """Queue ``slot`` for the request that was just appended to ``outbuf``. On a lost connection it fails at once."""
        if self.broken is not None:
            slot.failed(self.broken)
            return 0
        slot.next = None
        if self.last is None:
            self.first = slot
        else:
            self.last.next = slot
        self.last = slot
        self.in_flight += 1
        return 0

    def received(self) -> int:
        """Hand on every complete reply in ``inbuf``.

        InvalidResponse when the stream is not RESP or a reply answers nothing; the connection is of no use then.
        """
        raise NotImplementedError

    def lost(self, error: BaseException) -> int:
        """The connection has gone: fail every slot in flight, and whatever is queued later."""
        if self.broken is not None:
            return 0
        self.broken = error
        self.ready = False
        while self.first is not None:
            slot = self.answered()
            slot.failed(error)
        return 0

    def error_of(self, reply: Any) -> RedisError | None:
        """The error that ``reply`` is, in the form that this link's slots get it; None for a proper reply."""
        return reply if isinstance(reply, RedisError) else None

    def oldest(self) -> Slot | None:
        """The slot that is to be answered next."""
        return self.first

    def answered(self) -> Slot:
        """Take the oldest slot out of the queue."""
        slot = self.first
        if slot is None:
            raise InvalidResponse("a reply that answers nothing")
        self.first = slot.next
        slot.next = None
        if self.first is None:
            self.last = None
        self.in_flight -= 1
        return slot


class FrameLink(Link):
    """Replies as they stand on the wire: found, not decoded."""

    def __init__(self, inbuf: InBuffer, outbuf: OutBuffer) -> None:
        super().__init__(inbuf, outbuf)
        self.scanner = FrameScanner()

    def received(self) -> int:
        while self.broken is None:
            size = self.scanner.scan(self.inbuf)
            if size == 0:
                break
            at = self.front(size)
            if at[0] == 0x3E:
                self.pushed_frame(at, size)
            else:
                slot = self.answered()
                slot.reply_frame(at, size)
            self.inbuf.consume(size)
        return 0

    def pushed_frame(self, at: bytes, size: int) -> int:
        """A push came. Dropped, unless a subclass wants it."""
        return 0

    def error_of(self, reply: Any) -> RedisError | None:
        frame: bytes = reply
        if frame.startswith(b"-"):
            return reply_error(frame[1:-2].decode("utf-8", "replace"))
        if frame.startswith(b"!"):
            return reply_error(frame[frame.index(b"\r\n") + 2 : -2].decode("utf-8", "replace"))
        return None
