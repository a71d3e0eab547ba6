# cython: annotation_typing=False
"""One server as the proxy talks to it: one connection, shared by all clients.

Requests are appended to ``out``, the connection's write buffer, which is sent once a turn. While the connection is being made
they wait, their time running; while the server is known to be down they fail at once. A request that has had no reply
for ``timeout_ms`` fails, and with it all others in flight: replies come in order, so the connection is stuck, and is closed.
Connecting, and again and again after a failure, is ``connector``'s business.
"""

from __future__ import annotations

import errno
import os
from typing import Any

from respkit.errors import InvalidResponse
from respkit.link.link import FrameLink, Slot
from respkit.net import clock
from respkit.net.carrier import Protocol
from respkit.net.poller import TurnHook
from respkit.proxy.request import Pending, UpstreamError
from respkit.resp.inbuf import Args
from respkit.resp.outbuf import OutBuffer

#: Nothing is there yet, or what was there has just been lost: requests wait.
CONNECTING = 0
#: Requests go out.
UP = 1
#: The last attempt failed: requests fail.
DOWN = 2

_CONNECTING = CONNECTING
_UP = UP
_DOWN = DOWN


class Clock(TurnHook):
    """The time of this turn, in milliseconds of the monotonic clock: what a request is dated with."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.run()

    def run(self) -> int:
        self.now_ms = clock.monotonic_us() // 1000
        return 0


class Upstream:
    """A server, and what is in flight to it."""

    def __init__(
        self, name: str, address: str, clock: Clock, loop: Any, timeout_ms: int, pause_bytes: int, max_reply: int
    ) -> None:
        self.name = name
        self.address = address
        self.clock = clock
        self.loop = loop
        self.timeout_ms = timeout_ms
        self.pause_bytes = pause_bytes
        self.max_reply = max_reply
        self.state = _CONNECTING
        self.wire: Wire = None  # type: ignore[assignment]  # only while UP, and then it is there
        self.link: FrameLink = None  # type: ignore[assignment]
        # What was appended and queued before there is a connection.
        self.waiting = OutBuffer()
        self.out = self.waiting
        self.first: Slot | None = None
        self.last: Slot | None = None
        self.timing = False
        self.timer: Any = None
        # Why it is down.
        self.failure = UpstreamError(f"upstream {name} ({address}): not connected yet")
        # Clients that are not read from until `out` has drained.
        self.blocked: list[Any] = []
        # While a command is split: how many of its keys are this server's, and its part of it.
        self.picked = 0
        self.part: Any = None
        # What an operator wants to know.
        self.requests = 0
        self.failures = 0
        self.connections = 0

    def error(self, reason: str) -> UpstreamError:
        """What clients are told: which server, and what is the matter with it."""
        return UpstreamError(f"upstream {self.name} ({self.address}): {reason}")

    # The way of a command ------------------------------------------------------------------------------------------

    def send(self, args: Args, request: Pending) -> int:
        """Pass a client's command on as it is."""
        if self.state == _DOWN:
            self.failures += 1
            return request.failed(self.failure)
        self.out.forward(args)
        return self.queue(request)

    def queue(self, request: Pending) -> int:
        """The request has been appended to ``out``; not to be called while down."""
        request.started_ms = self.clock.now_ms
        self.requests += 1
        if self.state == _UP:
            self.link.request(request)
            if not self.wire.carrier.flush_wanted:
                self.wire.carrier.flush_soon()
        else:
            request.next = None
            if self.last is None:
                self.first = request
            else:
                self.last.next = request
            self.last = request
        if not self.timing:
            self.begin_timing()
        return 0

    def is_full(self) -> bool:
        """Whether the server takes less than it is sent, so that whoever sends should wait."""
        return self.out.end - self.out.start > self.pause_bytes

    @property
    def is_blocking(self) -> bool:
        """Whether clients are held because of it."""
        return bool(self.blocked)

    @property
    def unanswered(self) -> int:
        """How many requests wait for their replies, or for a connection."""
        if self.state == _UP:
            return self.link.in_flight
        count = 0
        slot = self.first
        while slot is not None:
            count += 1
            slot = slot.next
        return count

    # The connection --------------------------------------------------------------------------------------------------

    def up(self, wire: Wire) -> int:
        """Logged in: what waited goes out."""
        self.wire = wire
        self.link = wire.link
        self.state = _UP
        self.connections += 1
        waiting = self.waiting
        self.waiting = OutBuffer()
        self.out = wire.carrier.outbuf
        self.out.raw(waiting.take())
        slot = self.first
        self.first = self.last = None
        while slot is not None:
            following = slot.next
            slot.next = None
            self.link.request(slot)
            slot = following
        wire.carrier.flush_soon()
        self.unblock()
        return 0

    def lost(self, error: UpstreamError) -> int:
        """The connection has gone. What was in flight has failed; what comes now waits for the next connection."""
        self.state = _CONNECTING
        self.wire = None  # type: ignore[assignment]
        self.link = None  # type: ignore[assignment]
        self.failure = error
        self.out = self.waiting
        self.unblock()
        return 0

    def down(self, error: UpstreamError) -> int:
        """A connection could not be made: fail what waits for one, and what comes until there is one."""
        self.state = _DOWN
        self.failure = error
        self.fail_waiting(error)
        return 0

    def fail_waiting(self, error: UpstreamError) -> int:
        slot = self.first
        self.first = self.last = None
        self.waiting.release()
        while slot is not None:
            following = slot.next
            slot.next = None
            self.failures += 1
            slot.failed(error)
            slot = following
        self.unblock()
        return 0

    def unblock(self) -> int:
        """Those who had to wait for room may go on."""
        blocked = self.blocked
        if blocked:
            self.blocked = []
            for client in blocked:
                client.wake()
        return 0

    def unblock_one(self, client: Any) -> int:
        """This one waits no longer, or is gone."""
        if client in self.blocked:
            self.blocked.remove(client)
        return 0

    def close(self) -> int:
        """For good."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.wire is not None:
            self.wire.carrier.close()
        return 0

    # Deadlines: one timer, for the oldest -----------------------------------------------------------------------------

    def begin_timing(self) -> int:
        self.timing = True
        self.timer = self.loop.call_later(self.timeout_ms / 1000, self.on_timer)
        return 0

    def on_timer(self) -> None:
        """Is the oldest request too old? Then so is everything: else look again when it would be."""
        self.timer = None
        self.timing = False
        self.clock.run()
        oldest: Any = self.link.first if self.state == _UP else self.first
        if oldest is None:
            return
        due_ms = oldest.started_ms + self.timeout_ms
        if self.wire is not None and self.wire.in_reply():
            # A large reply is on its way: while it grows, it is not stuck.
            due_ms = max(due_ms, self.wire.received_ms + self.timeout_ms)
        if due_ms > self.clock.now_ms:
            self.timing = True
            self.timer = self.loop.call_later((due_ms - self.clock.now_ms) / 1000, self.on_timer)
            return
        error = self.error(f"no reply within {self.timeout_ms} ms")
        if self.state == _UP:
            self.failures += self.link.in_flight
            self.wire.give_up(error)
        else:
            self.fail_waiting(self.error(f"not connected within {self.timeout_ms} ms"))


class Wire(Protocol):
    """One connection of an upstream. ``on_connected`` and ``on_lost`` are the connector's, and told once each."""

    def __init__(self, upstream: Upstream, on_connected: Any, on_lost: Any) -> None:
        self.upstream = upstream
        self.on_connected = on_connected
        self.on_lost = on_lost
        self.link: FrameLink = None  # type: ignore[assignment]  # until connected
        self.received_ms = 0
        self.error: UpstreamError | None = None

    def connected(self) -> int:
        self.link = FrameLink(self.carrier.inbuf, self.carrier.outbuf)
        self.link.scanner.max_frame = self.upstream.max_reply
        self.on_connected(self)
        return 0

    def received(self) -> int:
        self.received_ms = self.upstream.clock.now_ms
        try:
            self.link.received()
        except InvalidResponse as error:
            self.give_up(self.upstream.error(f"it broke the protocol: {error}"))
        return 0

    def in_reply(self) -> bool:
        """Whether part of a reply has come."""
        return self.carrier.inbuf.end - self.carrier.inbuf.start > 0

    def drained(self) -> int:
        self.upstream.unblock()
        return 0

    def give_up(self, error: UpstreamError) -> int:
        """Fail all that is in flight, now, and end the connection."""
        self.error = error
        if self.link is not None:
            self.link.lost(error)
        self.carrier.abort(error)
        return 0

    def lost(self, reason: Any) -> int:
        upstream = self.upstream
        error = self.error
        if error is None:
            error = upstream.error(f"connection lost: {reason_text(reason)}" if reason else "closed the connection")
        if self.link is not None:
            upstream.failures += self.link.in_flight
            self.link.lost(error)
        if upstream.wire is self:
            upstream.lost(error)
        self.on_lost(error)
        return 0


def reason_text(error: BaseException) -> str:
    """An exception in the words of the operating system, in lower case."""
    text = str(error) or type(error).__name__
    if isinstance(error, OSError):
        # asyncio's loops word a refused connection each in their own way; TLS and resolvers number theirs otherwise.
        own = error.errno in errno.errorcode and type(error).__module__ == "builtins"
        text = os.strerror(error.errno or 0) if own else error.strerror or text
    return text[0].lower() + text[1:]
