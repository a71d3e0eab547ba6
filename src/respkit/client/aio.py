"""The asyncio client. Programs import it from ``respkit.asyncio``.

All calls share one connection, and pipelining is implicit: what is asked for in one turn of the event loop leaves in one write. A
call returns a future, so that ``asyncio.gather`` needs no tasks. Cancelling a call, or its timing out, never disturbs
another's reply. When the connection is lost the calls in flight fail with ConnectionError (whether the server ran
them is not known), and the next call connects again.

What waits on the server (BLPOP and its like, ``watch()``) takes a connection of its own from a small pool.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Generator
from typing import Any, Generic, Literal, Self, overload

from respkit import errors
from respkit.client.async_commands import AsyncCommands
from respkit.client.kinds import OWN, REFUSED, CommandKind, block_seconds, kind_of, split_name
from respkit.client.options import keywords_from_url, options_from
from respkit.client.pipeline import Command, PipelineBase
from respkit.client.typing import Key, S
from respkit.client.wire import Batch, Caller, FutureSlot, Wire
from respkit.net.connect import connect

#: Connections of their own that are kept for the next call that needs one.
_MOST_IDLE = 8


class Redis(Caller, AsyncCommands[S]):
    """A client of one server. It connects with its first call; ``aclose()`` ends it.

    The keywords are those of ``respkit.client.options.Options``.
    """

    @overload
    def __init__(
        self: Redis[bytes],
        host: str = ...,
        port: int = ...,
        db: int = ...,
        password: str | None = ...,
        *,
        decode_responses: Literal[False] = ...,
        **keywords: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: Redis[str],
        host: str = ...,
        port: int = ...,
        db: int = ...,
        password: str | None = ...,
        *,
        decode_responses: Literal[True],
        **keywords: Any,
    ) -> None: ...
    def __init__(
        self, host: str = "localhost", port: int = 6379, db: int = 0, password: str | None = None, **keywords: Any
    ) -> None:
        self.options = options_from({"host": host, "port": port, "db": db, "password": password, **keywords})
        self._endpoint = self.options.endpoint()
        self._login = self.options.login
        self._encoding = self.options.encoding if self.options.decode_responses else None
        self._idle: list[Wire] = []
        super().__init__(self.options.socket_timeout or 0.0)

    @classmethod
    def from_url(cls, url: str, **keywords: Any) -> Redis[Any]:
        """A client for ``redis://``, ``rediss://`` or ``unix://``; what the URL says wins over the keywords."""
        return cls(**{**keywords, **keywords_from_url(url)})

    def __repr__(self) -> str:
        return f"<respkit.asyncio.Redis {self._endpoint} db {self.options.db}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __await__(self) -> Generator[Any, None, Self]:
        return self.initialize().__await__()

    async def initialize(self) -> Self:
        """Connect and log in now, so that what is wrong shows here."""
        wire = self.wire
        if wire is None or wire.over or wire.loop is not asyncio.get_running_loop():
            wire = self.open_wire()
        await asyncio.shield(wire.logged_in)
        return self

    async def aclose(self) -> None:
        """Close all connections; calls in flight fail with ConnectionError."""
        wires, self.wire, self._idle = [self.wire, *self._idle], None, []
        for wire in wires:
            if wire is not None:
                wire.close(errors.ConnectionError("the client was closed"))
        await asyncio.sleep(0)  # the connections' own last turn

    def __del__(self) -> None:
        wire = getattr(self, "wire", None)
        if wire is None or wire.over:
            return
        warnings.warn(f"unclosed client {self!r}", ResourceWarning, stacklevel=2, source=self)
        wire.close(errors.ConnectionError("the client was dropped"))

    def pipeline(self, transaction: bool = True, shard_hint: None = None) -> Pipeline[S]:
        """Commands that are sent together, as a transaction or not."""
        return Pipeline(self, transaction)

    # For the shared connection.

    def open_wire(self) -> Wire:
        old = self.wire
        self.wire = wire = self._new_wire()
        if old is not None and not old.over:  # it belongs to another event loop
            old.close(errors.ConnectionError("the client went on in another event loop"))
        return wire

    def call_otherwise(self, args: tuple[Any, ...]) -> asyncio.Future[Any]:
        args = split_name(args)
        kind = kind_of(*args[:2])
        wire = self.wire
        assert wire is not None
        if kind.route == OWN:
            return asyncio.ensure_future(self._call_on_own(args, kind))
        future: asyncio.Future[Any] = wire.loop.create_future()
        try:
            if kind.route == REFUSED:
                raise errors.RedisError(kind.reason)
            wire.send(args, FutureSlot(future, kind.convert, kind.raw), self.timeout)
        except Exception as error:
            future.set_exception(error)
        return future

    def run_batch(self, commands: list[Command], wire: Wire | None = None) -> asyncio.Future[list[Any]]:
        """Send commands in one piece, on the shared connection or ``wire``; the future has all replies."""
        if wire is None:
            wire = self.wire
            if wire is None or wire.over or wire.loop is not asyncio.get_running_loop():
                wire = self.open_wire()
        future: asyncio.Future[list[Any]] = wire.loop.create_future()
        wire.send_all(commands, Batch(future, len(commands)), self.timeout)
        return future

    # Connections of their own.

    def borrow(self) -> Wire:
        """A connection for one caller alone, to be given back, or closed where its state is not known."""
        loop = asyncio.get_running_loop()
        while self._idle:
            wire = self._idle.pop()
            if not wire.over and wire.loop is loop:
                return wire
        return self._new_wire()

    def give_back(self, wire: Wire) -> None:
        """``wire`` is as it was when it was borrowed."""
        if not wire.over and len(self._idle) < _MOST_IDLE:
            self._idle.append(wire)
        else:
            wire.close(errors.ConnectionError("not needed any more"))

    async def _call_on_own(self, args: tuple[Any, ...], kind: CommandKind) -> Any:
        seconds = block_seconds(args)
        timeout = seconds + self.timeout if seconds is not None and self.timeout else 0.0
        wire = self.borrow()
        try:
            result = await call_on(wire, args, kind, timeout)
        except errors.ResponseError:
            self.give_back(wire)
            raise
        except BaseException:  # the server may still be about to answer
            wire.close(errors.ConnectionError("the call was given up"))
            raise
        self.give_back(wire)
        return result

    def _new_wire(self) -> Wire:
        wire = Wire(
            asyncio.get_running_loop(),
            self._login,
            self.timeout,
            self._encoding,
            self.options.encoding_errors,
            str(self._endpoint),
        )
        wire.task = wire.loop.create_task(self._make(wire))
        return wire

    async def _make(self, wire: Wire) -> None:
        limit = self.options.socket_connect_timeout
        try:
            async with asyncio.timeout(limit):
                await connect(self._endpoint, wire)
                await asyncio.shield(wire.logged_in)
        except TimeoutError:
            wire.end(errors.TimeoutError(f"connecting to {self._endpoint} took longer than {limit} s"))
        except asyncio.CancelledError:
            wire.end(errors.ConnectionError("the client was closed while it connected"))
            raise
        except Exception as error:  # a refused login has been told to those who wait
            wire.end(error)
        finally:
            if wire.over and wire.made:
                wire.carrier.abort()
            wire.task = None


def call_on(wire: Wire, args: tuple[Any, ...], kind: CommandKind, timeout: float) -> asyncio.Future[Any]:
    """Send one command on ``wire``."""
    future: asyncio.Future[Any] = wire.loop.create_future()
    wire.send(args, FutureSlot(future, kind.convert, kind.raw), timeout)
    return future


class Pipeline(PipelineBase, Generic[S]):
    """Commands that are sent together: ``await pipeline.execute()`` gives their results."""

    def __init__(self, client: Redis[S], transaction: bool) -> None:
        super().__init__(transaction, client._encoding, client.options.encoding_errors)
        self.client: Redis[S] = client
        self.wire: Wire | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.reset()

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Send the commands; their results, in order. The first error is raised, or stands in its place.

        WatchError if a watched key changed. Afterwards the pipeline is empty.
        """
        commands = self.commands
        try:
            if not commands:
                return []
            replies = await self.client.run_batch(self._packed(), self.wire)
            return self._results(commands, replies, raise_on_error)
        except BaseException as error:
            if not isinstance(error, errors.RedisError) or isinstance(
                error, errors.ConnectionError | errors.TimeoutError
            ):
                self._drop()
            raise
        finally:
            await self.reset()

    async def watch(self, *names: Key) -> bool:
        """Watch keys; the pipeline has a connection of its own until it is executed or reset."""
        if self.explicit:
            raise errors.RedisError("watch() comes before multi()")
        if self.wire is None:
            self.wire = self.client.borrow()
        self.watching = True
        return bool(await self._run_now(("WATCH", *names)))

    async def unwatch(self) -> bool:
        """Watch nothing any more."""
        if not self.watching:
            return True
        await self._run_now(("UNWATCH",))
        self.watching = False
        return True

    async def discard(self) -> None:
        """Forget the commands, and watch nothing."""
        await self.reset()

    async def reset(self) -> None:
        """As new: no commands, nothing watched."""
        self.commands = []
        self.explicit = False
        wire, self.wire = self.wire, None
        watching, self.watching = self.watching, False
        if wire is None:
            return
        if watching and not wire.over:
            try:
                await call_on(wire, ("UNWATCH",), CommandKind("UNWATCH"), self.client.timeout)
            except BaseException:
                wire.close(errors.ConnectionError("the pipeline was given up"))
                raise
        self.client.give_back(wire)

    def _run_now(self, args: tuple[Any, ...]) -> Any:
        assert self.wire is not None
        if args[0] in ("WATCH", "UNWATCH"):
            return self._result(args, CommandKind(args[0], lambda reply: reply in (b"OK", "OK")))
        packed, kind = self._checked(args)
        return self._result(tuple(packed), kind)

    async def _result(self, args: tuple[Any, ...], kind: CommandKind) -> Any:
        wire = self.wire
        assert wire is not None
        try:
            return await call_on(wire, args, kind, self.client.timeout)
        except errors.ResponseError:
            raise
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        """The connection may hold what nobody will read."""
        wire, self.wire = self.wire, None
        self.watching = False
        if wire is not None:
            wire.close(errors.ConnectionError("the pipeline was given up"))


def from_url(url: str, **keywords: Any) -> Redis[Any]:
    """``Redis.from_url``."""
    return Redis.from_url(url, **keywords)
