"""Readiness of many sockets, and one flush of everything that they wrote a turn (plain form).

A turn is: the ``turn_starts`` hooks, the callbacks of the channels that are ready, the ``turn_ends`` hooks,
then one ``flush_turn()`` of every channel that asked for it with ``flush_later()``. So a hook of ``turn_ends`` runs
before any reply of the turn leaves. Outside a turn, ``flush_later()`` has the event loop run such an end soon.

The compiled form watches an epoll descriptor for a whole turn; here each event is a turn of its own, which asyncio's
``add_reader`` and ``add_writer`` deliver. A channel whose callback raises is reported to the loop's exception handler,
told so by ``failed()``, and never called again. The methods that return an int return 0.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

#: What a channel waits for.
READ = 1
WRITE = 2

#: A flush may ask for another flush (a drained peer writes on); after so many the rest waits for the loop.
FLUSH_PASSES = 3


class TurnHook:
    """Something to run at each turn's start or end; compiled subclasses override ``run`` without a Python call."""

    def run(self) -> int:
        """Called once a turn."""
        return 0


class Channel:
    """One descriptor and what to do when it is ready. The owner closes the descriptor, after ``Poller.unwatch``."""

    fd: int
    poller: Poller

    def __init__(self, poller: Poller, fd: int) -> None:
        self.poller = poller
        self.fd = fd
        self.events = 0
        self.generation = 0
        self.flush_wanted = False

    def readable(self) -> int:
        """There is something to read, or the peer has gone."""
        return 0

    def writable(self) -> int:
        """There is room to write, or the peer has gone."""
        return 0

    def flush_turn(self) -> int:
        """The end of a turn in which ``flush_later`` was asked for."""
        return 0

    def failed(self, error: Exception) -> int:
        """A callback raised ``error``, which has been reported: end it, so that it cannot fire again."""
        self.poller.unwatch(self)
        return 0


class CallbackChannel(Channel):
    """A channel that calls Python functions: for listeners, pipes and whatever is not hot."""

    def __init__(
        self,
        poller: Poller,
        fd: int,
        on_readable: Callable[[], object] | None = None,
        on_writable: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(poller, fd)
        self.on_readable = on_readable
        self.on_writable = on_writable

    def readable(self) -> int:
        if self.on_readable is not None:
            self.on_readable()
        return 0

    def writable(self) -> int:
        if self.on_writable is not None:
            self.on_writable()
        return 0


class Poller:
    """The channels of one event loop. Get it with ``Poller.of(loop)``.

    It lives as long as somebody holds it, and holds nothing of the loop's while no channel is watched.

    ``gather_us`` is for the compiled form, where a turn under load may wait for more to come; here each event is a turn.
    """

    loop: asyncio.AbstractEventLoop
    in_turn: bool

    def __init__(self, loop: asyncio.AbstractEventLoop, native: bool = True) -> None:
        self.loop = loop
        self.native = False
        self.in_turn = False
        self.scheduled = False
        self.dirty: list[Channel] = []
        self.watched = 0
        self.generations = 0
        self.gather_us = 0
        self.turn_starts: list[TurnHook | Callable[[], object]] = []
        self.turn_ends: list[TurnHook | Callable[[], object]] = []

    @staticmethod
    def of(loop: asyncio.AbstractEventLoop) -> Poller:
        """The loop's poller, made when nobody holds one."""
        poller = _pollers.get(id(loop))
        if poller is None:  # a poller holds its loop, so that an id belongs to one loop while its poller lives
            _pollers[id(loop)] = poller = Poller(loop)
        return poller

    def watch(self, channel: Channel) -> int:
        """Begin to call ``channel.readable()``."""
        if channel.generation:
            return 0
        self.generations += 1
        channel.generation = self.generations
        self.watched += 1
        self.want(channel, True, False)
        return 0

    def unwatch(self, channel: Channel) -> int:
        """Stop calling the channel, whatever has been noticed already. Does nothing to one that is not watched."""
        if not channel.generation:
            return 0
        if not self.loop.is_closed():
            self.want(channel, False, False)
        channel.events = 0
        channel.generation = 0
        self.watched -= 1
        return 0

    def want(self, channel: Channel, read: bool, write: bool) -> int:
        """Choose what a watched channel waits for. One that wants nothing is not told that its peer has gone."""
        if not channel.generation:
            return 0
        if read and not channel.events & READ:
            self.loop.add_reader(channel.fd, self._fire, channel, READ)
        elif not read and channel.events & READ:
            self.loop.remove_reader(channel.fd)
        if write and not channel.events & WRITE:
            self.loop.add_writer(channel.fd, self._fire, channel, WRITE)
        elif not write and channel.events & WRITE:
            self.loop.remove_writer(channel.fd)
        channel.events = (READ if read else 0) | (WRITE if write else 0)
        return 0

    def flush_later(self, channel: Channel) -> int:
        """Have ``channel.flush_turn()`` called once, at the end of this turn or soon."""
        if channel.flush_wanted:
            return 0
        channel.flush_wanted = True
        self.dirty.append(channel)
        if not self.in_turn and not self.scheduled:
            self._schedule()
        return 0

    def enter(self) -> bool:
        """Open a turn for what comes from elsewhere (a timer, a TLS transport).

        True when it was opened here: then ``leave()`` must end it. False inside a turn.
        """
        if self.in_turn:
            return False
        self.in_turn = True
        self._run_hooks(self.turn_starts)
        return True

    def leave(self) -> int:
        """End the turn that ``enter()`` opened: the hooks, then the flush."""
        try:
            self._run_hooks(self.turn_ends)
            self._flush_dirty()
        finally:
            self.in_turn = False
        if self.dirty:
            self._schedule()
        return 0

    def _fire(self, channel: Channel, event: int) -> None:
        if self.in_turn or not channel.events & event:
            return
        self.enter()
        try:
            if event == READ:
                channel.readable()
            else:
                channel.writable()
        except Exception as error:
            self._report(channel, error)
        finally:
            self.leave()

    def _flush_dirty(self) -> None:
        for _ in range(FLUSH_PASSES):
            batch, self.dirty = self.dirty, []
            for channel in batch:
                channel.flush_wanted = False
                try:
                    channel.flush_turn()
                except Exception as error:
                    self._report(channel, error)
            if not self.dirty:
                break

    def _schedule(self) -> None:
        if self.loop.is_closed():  # nothing runs any more: what is left to say is said now
            self._flush_dirty()
            return
        self.scheduled = True
        self.loop.call_soon(self._run_scheduled)

    def _run_scheduled(self) -> None:
        self.scheduled = False
        if not self.in_turn:
            self.in_turn = True
            self.leave()

    def _run_hooks(self, hooks: list[Any]) -> None:
        for hook in hooks:
            try:
                if isinstance(hook, TurnHook):
                    hook.run()
                else:
                    hook()
            except Exception as error:
                self.loop.call_exception_handler({"message": f"turn hook {hook!r} failed", "exception": error})

    def _report(self, channel: Channel, error: Exception) -> None:
        self.loop.call_exception_handler({"message": f"{channel!r} failed", "exception": error})
        try:
            channel.failed(error)
        except Exception as second:
            self.loop.call_exception_handler({"message": f"{channel!r} failed while ending", "exception": second})
            self.unwatch(channel)


_pollers: WeakValueDictionary[int, Poller] = WeakValueDictionary()
