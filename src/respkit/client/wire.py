# cython: annotation_typing=False
"""The asyncio client's connection and its calls in flight.

Every call is a request on one connection, a slot in its queue and a future. What is asked for in one turn of the loop
leaves in one write; a call alone leaves at once. A caller that goes away (cancelled, timed out) leaves its slot: the
reply is read and dropped, so that nobody gets another's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from respkit import errors
from respkit.client.kinds import KINDS
from respkit.errors import InvalidResponse, RedisError
from respkit.link.handshake import Handshake, Login
from respkit.link.link import Link, Slot
from respkit.link.objects import ObjectLink
from respkit.net.carrier import Protocol
from respkit.resp.inbuf import InBuffer
from respkit.resp.outbuf import OutBuffer


class CallSlot(Slot):
    """A request whose caller waits until ``deadline``, in the loop's time; 0 for ever."""

    deadline: float

    def waited_for(self) -> bool:
        """Whether somebody still waits for it."""
        return False


class FutureSlot(CallSlot):
    """A request whose reply goes to a future, made what ``convert`` makes of it."""

    def __init__(self, future: asyncio.Future[Any], convert: Callable[[Any], Any] | None, raw: bool = False) -> None:
        self.future = future
        self.convert = convert
        self.raw = raw
        self.deadline = 0.0

    def waited_for(self) -> bool:
        return not self.future.done()

    def reply_object(self, reply: Any) -> int:
        future = self.future
        if future.done():
            return 0
        if isinstance(reply, RedisError):
            future.set_exception(reply)
        elif self.convert is None:
            future.set_result(reply)
        else:
            try:
                reply = self.convert(reply)
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(reply)
        return 0

    def failed(self, error: BaseException) -> int:
        if not self.future.done():
            self.future.set_exception(_copy(error))
        return 0


class Batch:
    """The replies of a pipeline: ``future`` has all of them, in order, errors among them."""

    def __init__(self, future: asyncio.Future[list[Any]], missing: int) -> None:
        self.future = future
        self.replies: list[Any] = []
        self.missing = missing


class BatchSlot(CallSlot):
    """One request of a pipeline."""

    def __init__(self, batch: Batch, raw: bool = False) -> None:
        self.batch = batch
        self.raw = raw
        self.deadline = 0.0

    def waited_for(self) -> bool:
        return not self.batch.future.done()

    def reply_object(self, reply: Any) -> int:
        batch = self.batch
        batch.replies.append(reply)
        batch.missing -= 1
        if batch.missing == 0 and not batch.future.done():
            batch.future.set_result(batch.replies)
        return 0

    def failed(self, error: BaseException) -> int:
        batch = self.batch
        if isinstance(error, errors.ConnectionError | errors.TimeoutError):
            if not batch.future.done():
                batch.future.set_exception(_copy(error))
        else:
            self.reply_object(error)  # this reply could not be decoded; the others can
        return 0


class Wire(Protocol):
    """One connection. It takes requests from the start, and sends them when it is made and logged in."""

    link: ObjectLink

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        login: Login,
        timeout: float,
        encoding: str | None,
        encoding_errors: str,
        what: str,
    ) -> None:
        """``timeout`` is how many seconds of silence a call waits for its reply, 0 for any time; while the server
        sends, whoever is in the queue waits on. ``what`` names the server in errors.
        """
        self.loop = loop
        self.clock = loop.time
        self.ready = False
        self.over = False
        self.task: asyncio.Task[None] | None = None
        self.timeout = timeout
        self.encoding = encoding
        self.encoding_errors = encoding_errors
        self.timer: asyncio.TimerHandle | None = None
        self.heard = 0.0
        self.served = False
        self.handshake: Handshake | None = None
        self.batch = 0
        self.last_batch = 0
        self.made = False
        self.early = Link(InBuffer(), OutBuffer())
        self.login = login
        self.logged_in: asyncio.Future[None] = loop.create_future()
        self.what = what

    # What the carrier calls.

    def connected(self) -> int:
        carrier = self.carrier
        self.made = True
        self.link = ObjectLink(carrier.inbuf, carrier.outbuf, self.encoding, self.encoding_errors)
        self.handshake = Handshake(self.link, self.login, self._logged_in)
        self.handshake.begin()
        carrier.flush_soon()
        return 0

    def received(self) -> int:
        if self.timeout > 0:
            self.heard = self.clock()
        self.served = self.ready
        try:
            self.link.received()
        except InvalidResponse as error:
            self.carrier.abort(error)
            return 0
        if not self.ready and self.carrier.outbuf.size() > 0:
            self.carrier.flush_soon()  # the login goes on
        return 0

    def lost(self, reason: BaseException | None) -> int:
        why = "the server closed it" if reason is None else str(reason) or type(reason).__name__
        if not self.served and self.handshake is not None and self.handshake.refusal is not None:
            why += f", after it answered: {self.handshake.refusal}"
        self.end(errors.ConnectionError(f"the connection to {self.what} was lost: {why}"))
        return 0

    # What the client calls.

    def end(self, error: BaseException) -> None:
        """It is over: every call that waits fails with ``error``, and none is taken any more."""
        if self.over:
            return
        self.over = True
        self.ready = False
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.made:
            self.link.lost(error)
        self.early.lost(error)
        self._settle_login(error)

    def close(self, error: BaseException) -> None:
        """End it from our side."""
        self.end(error)
        if self.task is not None:
            self.task.cancel()
        if self.made:
            self.carrier.abort()

    def send(self, args: Any, slot: CallSlot, timeout: float) -> int:
        """Send one command. DataError, and nothing is sent, where an argument cannot be encoded."""
        if self.ready:
            if self.link.outbuf.size() == 0:
                self.last_batch = self.batch
                self.batch = 0
            self.link.outbuf.command(args)
            self.batch += 1
            self.queue(slot, timeout)
            self.push_out()
        else:
            self.early.outbuf.command(args)
            self.queue(slot, timeout)
        return 0

    def send_all(self, commands: list[Any], batch: Batch, timeout: float) -> int:
        """Send commands in one piece, ``(arguments, kind)`` each. DataError, and nothing is sent, as in ``send``."""
        out = self.link.outbuf if self.ready else self.early.outbuf
        if out.size() == 0:
            self.last_batch = self.batch
            self.batch = 0
        place = out.mark()
        try:
            for args, _kind in commands:
                out.command(args)
        except BaseException:
            out.truncate(place)
            raise
        for _args, kind in commands:
            slot = BatchSlot(batch, kind.raw)
            self.queue(slot, timeout)
        self.batch += len(commands)
        if self.ready:
            self.push_out()
        return 0

    # How it is done.

    def queue(self, slot: CallSlot, timeout: float) -> int:
        if not self.ready:
            slot.deadline = timeout  # counts from the moment when it can be sent
            self.early.request(slot)
            return 0
        if timeout > 0:
            slot.deadline = self.clock() + timeout
            if self.timer is None:
                self.timer = self.loop.call_later(timeout, self.check_deadlines)
        else:
            slot.deadline = 0
        self.link.request(slot)
        return 0

    def begin(self) -> int:
        """The login is done: send what was asked for meanwhile."""
        self.ready = True
        self.batch = self.early.in_flight
        self.link.outbuf.raw(self.early.outbuf.take())
        while self.early.in_flight > 0:
            slot = self.early.answered()
            assert isinstance(slot, CallSlot)
            self.queue(slot, slot.deadline)
        self.carrier.flush_soon()
        return 0

    def push_out(self) -> int:
        """At once when nothing is in flight and nobody seems to be about to ask too; else once this turn."""
        if self.link.in_flight == 1 and self.last_batch <= 1:
            self.carrier.flush()
        elif not self.carrier.flush_wanted:
            self.carrier.flush_soon()
        return 0

    def check_deadlines(self) -> int:
        """Tell callers whose time is up. A connection whose oldest request is stuck is of no use to those behind it."""
        self.timer = None
        if self.over or self.link.first is None:
            return 0
        now = self.clock()
        following = 0.0
        slot: Slot | None = self.link.first
        while slot is not None:
            if isinstance(slot, CallSlot):
                call = slot
                if call.deadline > 0:
                    due = max(call.deadline, self.heard + self.timeout)
                    if due <= now:
                        if call.waited_for():
                            call.failed(errors.TimeoutError(f"no reply from {self.what} within the time allowed"))
                        if slot is self.link.first:
                            due += self.timeout  # so long it may still come
                            if due <= now:
                                self.carrier.abort(errors.TimeoutError("its oldest request got no reply"))
                                return 0
                    if due > now and (following == 0 or due < following):
                        following = due
            slot = slot.next
        if following > 0:
            self.timer = self.loop.call_at(following, self.check_deadlines)
        return 0

    def _logged_in(self, error: BaseException | None) -> None:
        if error is None:
            self.begin()
            self._settle_login(None)
        else:
            self.end(error)
            self.carrier.close()

    def _settle_login(self, error: BaseException | None) -> None:
        if self.logged_in.done() or self.loop.is_closed():
            return
        if error is None:
            self.logged_in.set_result(None)
        else:
            self.logged_in.set_exception(error)
            self.logged_in.exception()  # whoever waits for it gets it; nobody need


class Caller:
    """The part of the asyncio client that runs for every call."""

    def __init__(self, timeout: float) -> None:
        self.wire: Wire | None = None
        self.timeout = timeout
        self.kinds = KINDS
        self.running_loop = asyncio.get_running_loop

    def execute_command(self, *args: Any) -> asyncio.Future[Any]:
        """Send any command: its name, then its arguments. A name may hold spaces (``"CONFIG GET"``)."""
        return self.call(args)

    def call(self, args: tuple[Any, ...]) -> asyncio.Future[Any]:
        """Send a command on the shared connection; the future has its reply."""
        if not args:
            raise TypeError("a command has at least its name")
        wire = self.wire
        if wire is None or wire.over or wire.loop is not self.running_loop():
            wire = self.open_wire()
        kind = self.kinds.get(args[0])
        if kind is None or kind.route:
            return self.call_otherwise(args)
        future = wire.loop.create_future()
        slot = FutureSlot.__new__(FutureSlot)  # a third of the price of a call with arguments
        slot.future = future
        slot.convert = kind.convert
        slot.raw = kind.raw
        try:
            wire.send(args, slot, self.timeout)
        except Exception as error:
            future.set_exception(error)
        return future

    def open_wire(self) -> Wire:
        """A new connection, being made, which ``wire`` is from now on."""
        raise NotImplementedError

    def call_otherwise(self, args: tuple[Any, ...]) -> asyncio.Future[Any]:
        """A command that is new, or not for the shared connection."""
        raise NotImplementedError


def _copy(error: BaseException) -> BaseException:
    """Its own exception for each caller: they are raised in different places."""
    copy = type(error)(*error.args)
    copy.__cause__ = error.__cause__
    return copy
