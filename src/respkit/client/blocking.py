"""The blocking client. Programs import it as ``from respkit import Redis``.

It is thread-safe: a call takes a connection nobody else is using, the one used last, or makes one. A connection on which
something went wrong, an error reply aside, is closed, so that no reply is ever another's. After a fork the child makes its
own connections.
"""

from __future__ import annotations

import os
import threading
import time
import warnings
import weakref
from typing import Any, Generic, Literal, Self, overload

from respkit import errors
from respkit.client.channel import ReplyChannel
from respkit.client.kinds import KINDS, OWN, REFUSED, CommandKind, block_seconds, kind_of, split_name
from respkit.client.options import keywords_from_url, options_from
from respkit.client.pipeline import Command, PipelineBase
from respkit.client.sync_commands import SyncCommands
from respkit.client.typing import Key, S
from respkit.net.connect import connect_blocking

#: A connection that rested for longer is looked at before it is used: the server may have closed it.
_FRESH_SECONDS = 0.05


class Redis(SyncCommands[S]):
    """A client of one server. It connects when it must; ``close()`` ends it.

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
        self._idle: list[ReplyChannel] = []
        self.options = options_from({"host": host, "port": port, "db": db, "password": password, **keywords})
        self._endpoint = self.options.endpoint()
        self._login = self.options.login
        self._encoding = self.options.encoding if self.options.decode_responses else None
        self._made = 0
        self._lock = threading.Lock()
        _clients.add(self)

    @classmethod
    def from_url(cls, url: str, **keywords: Any) -> Redis[Any]:
        """A client for ``redis://``, ``rediss://`` or ``unix://``; what the URL says wins over the keywords."""
        return cls(**{**keywords, **keywords_from_url(url)})

    def __repr__(self) -> str:
        return f"<respkit.Redis {self._endpoint} db {self.options.db}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that nobody is using. The next call makes a new one."""
        while self._idle:
            self.drop(self._idle.pop())

    def __del__(self) -> None:
        if getattr(self, "_idle", None):
            warnings.warn(f"unclosed client {self!r}", ResourceWarning, stacklevel=2, source=self)
            self.close()

    def execute_command(self, *args: Any) -> Any:
        """Send any command: its name, then its arguments. A name may hold spaces (``"CONFIG GET"``)."""
        if not args:
            raise TypeError("a command has at least its name")
        kind = KINDS.get(args[0])
        if kind is None or kind.route:
            args = split_name(args)
            kind = kind_of(*args[:2])
            if kind.route == REFUSED:
                raise errors.RedisError(kind.reason)
            if kind.route == OWN:
                return self._wait_for(args, kind)
        channel = self.take()
        try:
            reply = channel.call(args, kind.raw)
        except (errors.DataError, UnicodeError):  # nothing was sent; or all came, and cannot be decoded
            self.give_back(channel)
            raise
        except BaseException:
            self.drop(channel)
            raise
        self.give_back(channel)
        if isinstance(reply, errors.RedisError):
            raise reply
        return reply if kind.convert is None else kind.convert(reply)

    def pipeline(self, transaction: bool = True, shard_hint: None = None) -> Pipeline[S]:
        """Commands that are sent together, as a transaction or not."""
        return Pipeline(self, transaction)

    # Connections.

    def take(self) -> ReplyChannel:
        """A connection for this thread alone, to be given back or dropped."""
        while True:
            try:
                channel = self._idle.pop()
            except IndexError:
                return self._connect()
            if time.monotonic() - channel.used_at < _FRESH_SECONDS or not channel.stream.stale():
                return channel
            self.drop(channel)

    def give_back(self, channel: ReplyChannel) -> None:
        """``channel`` is as it was when it was taken."""
        channel.used_at = time.monotonic()
        self._idle.append(channel)

    def drop(self, channel: ReplyChannel) -> None:
        """Close ``channel``: what it would say next is not known."""
        channel.close()
        with self._lock:
            self._made -= 1

    def _connect(self) -> ReplyChannel:
        options = self.options
        with self._lock:
            if options.max_connections is not None and self._made >= options.max_connections:
                raise errors.MaxConnectionsError(f"all {options.max_connections} connections are in use")
            self._made += 1
        try:
            stream = connect_blocking(self._endpoint, options.socket_connect_timeout, options.socket_connect_timeout)
            channel = ReplyChannel(stream, self._encoding, options.encoding_errors)
            try:
                channel.login(self._login)
                stream.set_timeout(options.socket_timeout)
            except BaseException:
                channel.close()
                raise
        except BaseException:
            with self._lock:
                self._made -= 1
            raise
        return channel

    def _wait_for(self, args: tuple[Any, ...], kind: CommandKind) -> Any:
        """A command that waits by itself: its reply's time begins when that is over."""
        seconds, timeout = block_seconds(args), self.options.socket_timeout
        channel = self.take()
        try:
            channel.stream.set_timeout(None if seconds is None or timeout is None else seconds + timeout)
            reply = channel.call(args, kind.raw)
            channel.stream.set_timeout(timeout)
        except BaseException:
            self.drop(channel)
            raise
        self.give_back(channel)
        if isinstance(reply, errors.RedisError):
            raise reply
        return reply if kind.convert is None else kind.convert(reply)

    def _forget(self) -> None:
        """In the child of a fork: the connections are the parent's."""
        for channel in self._idle:
            channel.stream.close()
        self._idle = []
        self._made = 0
        self._lock = threading.Lock()


class Pipeline(PipelineBase, Generic[S]):
    """Commands that are sent together: ``execute()`` gives their results."""

    def __init__(self, client: Redis[S], transaction: bool) -> None:
        super().__init__(transaction, client._encoding, client.options.encoding_errors)
        self.client: Redis[S] = client
        self._channel: ReplyChannel | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.reset()

    def __del__(self) -> None:
        if getattr(self, "_channel", None) is not None:
            self._drop()

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Send the commands; their results, in order. The first error is raised, or stands in its place.

        WatchError if a watched key changed. Afterwards the pipeline is empty.
        """
        commands = self.commands
        try:
            if not commands:
                return []
            replies = self._run(self._packed())
            return self._results(commands, replies, raise_on_error)
        finally:
            self.reset()

    def watch(self, *names: Key) -> bool:
        """Watch keys; the pipeline has a connection of its own until it is executed or reset."""
        if self.explicit:
            raise errors.RedisError("watch() comes before multi()")
        if self._channel is None:
            self._channel = self.client.take()
        self.watching = True
        return bool(self._run_now(("WATCH", *names)))

    def unwatch(self) -> bool:
        """Watch nothing any more."""
        if self.watching:
            self._run_now(("UNWATCH",))
            self.watching = False
        return True

    def discard(self) -> None:
        """Forget the commands, and watch nothing."""
        self.reset()

    def reset(self) -> None:
        """As new: no commands, nothing watched."""
        self.commands = []
        self.explicit = False
        if self._channel is None:
            return
        if self.watching:
            self._run_now(("UNWATCH",))
            self.watching = False
        channel, self._channel = self._channel, None
        self.client.give_back(channel)

    def _run(self, packed: list[Command]) -> list[Any]:
        channel = self._channel or self.client.take()
        try:
            replies = channel.call_all(packed)
        except BaseException:
            self._channel = channel
            self._drop()
            raise
        if self._channel is None:
            self.client.give_back(channel)
        return replies

    def _run_now(self, args: tuple[Any, ...]) -> Any:
        assert self._channel is not None
        if args[0] in ("WATCH", "UNWATCH"):
            kind = CommandKind(args[0], lambda reply: reply in (b"OK", "OK"))
        else:
            packed, kind = self._checked(args)
            args = tuple(packed)
        try:
            reply = self._channel.call(args, kind.raw)
        except (errors.DataError, UnicodeError):
            raise
        except BaseException:
            self._drop()
            raise
        if isinstance(reply, errors.RedisError):
            raise reply
        return reply if kind.convert is None else kind.convert(reply)

    def _drop(self) -> None:
        channel, self._channel = self._channel, None
        self.watching = False
        if channel is not None:
            self.client.drop(channel)


_clients: weakref.WeakSet[Redis[Any]] = weakref.WeakSet()


def _after_fork() -> None:
    for client in list(_clients):
        client._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def from_url(url: str, **keywords: Any) -> Redis[Any]:
    """``Redis.from_url``."""
    return Redis.from_url(url, **keywords)
