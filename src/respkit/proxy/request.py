# cython: annotation_typing=False
"""A client's requests, in the order in which it must have their replies.

Every request is in two queues: the client's, by ``follow``, and that of the server which was asked, by ``next``. The
reply to a client's oldest request goes straight into its write buffer, and lets those behind it follow that are already there;
any other waits in its request. When a client goes, its requests lose it: their replies are read and dropped.

Requests are used again and again: on the way of a command nothing is allocated.
"""

from __future__ import annotations

from typing import Any

from respkit.errors import RedisError
from respkit.link.link import Slot
from respkit.net.carrier import Protocol
from respkit.resp.outbuf import OutBuffer

#: Requests kept for later use. More were in flight at once: what is above goes back.
KEPT = 8192


class UpstreamError(RedisError):
    """There will be no reply: ``reply`` is the error that clients get, whole, as it stands on the wire."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.reply = b"-ERR " + text.encode("utf-8", "replace").translate(_LINE_ENDS) + b"\r\n"


_LINE_ENDS = bytes.maketrans(b"\r\n", b"  ")


class Pending(Slot):
    """A slot that knows since when it waits, by the proxy's clock."""

    def __init__(self) -> None:
        self.started_ms = 0


class Request(Pending):
    """One request of one client, with one reply."""

    def __init__(self) -> None:
        super().__init__()
        # None once the client has gone, or the request is over.
        self.client: Client | None = None
        self.follow: Request | None = None
        # A reply that came before its turn.
        self.done = False
        self.reply: bytes = b""

    def reply_frame(self, at: bytes, size: int) -> int:
        client = self.client
        if client is None:
            put_back(self)
        elif client.head is self:
            client.out.put(at, size)
            client.advance()
        else:
            self.reply = at[:size]
            self.done = True
            client.stored += size
            if client.stored > client.close_bytes:
                client.overflow()
        return 0

    def failed(self, error: Any) -> int:
        reply: bytes = error.reply if isinstance(error, UpstreamError) else UpstreamError(str(error)).reply
        return self.reply_frame(reply, len(reply))


class Client(Protocol):
    """Whoever is owed replies: the queue of its requests, and its write buffer."""

    def __init__(self) -> None:
        self.head: Request | None = None
        self.tail: Request | None = None
        self.in_flight = 0
        # Bytes of replies that wait for their turn, and how many unsent ones are too many.
        self.stored = 0
        self.close_bytes = 1 << 62
        # It is not read from: see Session.hold.
        self.held = False
        # Close when the last reply has been written.
        self.leaving = False
        self.out = OutBuffer()

    def append(self, request: Request) -> int:
        """Queue a request behind the others."""
        request.client = self
        if self.tail is None:
            self.head = request
        else:
            self.tail.follow = request
        self.tail = request
        self.in_flight += 1
        return 0

    def new_request(self) -> Request:
        """A plain request, queued."""
        global _free, _free_count
        request = _free
        if request is None:
            request = Request()
        else:
            _free = request.follow
            _free_count -= 1
            request.follow = None
        self.append(request)
        return request

    def answer(self, reply: bytes) -> int:
        """Answer here and now, but in order: behind what is still waited for."""
        if self.head is None:
            self.out.raw(reply)
            self.carrier.flush_soon()
            return 0
        request = self.new_request()
        request.reply = reply
        request.done = True
        self.stored += len(reply)
        return 0

    def advance(self) -> int:
        """The oldest request's reply is in ``out``: on to the next that has none yet."""
        request = self.head
        while request is not None:
            self.head = request.follow
            self.in_flight -= 1
            put_back(request)
            request = self.head
            if request is None or not request.done:
                break
            self.stored -= len(request.reply)
            self.out.raw(request.reply)
        if self.head is None:
            self.tail = None
            if self.leaving:
                self.carrier.close()
        if not self.carrier.flush_wanted:
            self.carrier.flush_soon()
        if self.held:
            self.wake()
        elif self.out.end - self.out.start > self.close_bytes:
            self.overflow()
        return 0

    def abandon(self) -> int:
        """The client has gone: nobody waits for its requests any more."""
        request = self.head
        self.head = self.tail = None
        self.in_flight = 0
        while request is not None:
            following = request.follow
            request.follow = None
            request.client = None
            if request.done:
                put_back(request)
            request = following
        return 0

    def wake(self) -> int:
        """Something happened that a held client may have waited for."""
        return 0

    def overflow(self) -> int:
        """The client does not read, and more is kept for it than anybody may have."""
        self.carrier.abort()
        return 0


# Requests that are over, for the next. The list is linked by `follow`.
_free: Request | None = None
_free_count = 0


def put_back(request: Request) -> int:
    """The request is over: in no queue any more."""
    global _free, _free_count
    request.client = None
    if request.done:
        request.done = False
        request.reply = b""
    # Anything but a plain request is made for one use.
    if _free_count < KEPT and type(request) is Request:
        request.follow = _free
        _free = request
        _free_count += 1
    else:
        request.follow = None
    return 0
