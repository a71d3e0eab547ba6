"""The commands of the asyncio client: names, arguments and types are redis-py's.

``sync_commands.py`` and ``pipeline_commands.py`` are generated from this file (``python -m tools.client_commands``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from typing import Any, Generic, Literal

from respkit.client.typing import (
    Encodable,
    Expiry,
    Key,
    Moment,
    Pattern,
    S,
    milliseconds,
    seconds,
    unix_milliseconds,
    unix_seconds,
)


class AsyncCommands(Generic[S]):
    """Each method sends its command at once; what it returns is awaited for the reply."""

    def execute_command(self, *args: Encodable) -> Awaitable[Any]:
        """Send any command: its name, then its arguments. A name may hold spaces (``"CONFIG GET"``)."""
        raise NotImplementedError

    # Strings.

    def append(self, key: Key, value: Encodable) -> Awaitable[int]:
        """Append to the value; its new length in bytes."""
        return self.execute_command("APPEND", key, value)

    def decr(self, name: Key, amount: int = 1) -> Awaitable[int]:
        """Subtract; the new value."""
        return self.execute_command("DECRBY", name, amount)

    decrby = decr

    def get(self, name: Key) -> Awaitable[S | None]:
        """The value, None if there is no such key."""
        return self.execute_command("GET", name)

    def getdel(self, name: Key) -> Awaitable[S | None]:
        """The value of a key that is deleted."""
        return self.execute_command("GETDEL", name)

    def getex(
        self,
        name: Key,
        ex: Expiry | None = None,
        px: Expiry | None = None,
        exat: Moment | None = None,
        pxat: Moment | None = None,
        persist: bool = False,
    ) -> Awaitable[S | None]:
        """The value of a key that gets another time to live (at most one of the options)."""
        args: list[Encodable] = ["GETEX", name, *_expiry(ex, px, exat, pxat)]
        if persist:
            args.append("PERSIST")
        return self.execute_command(*args)

    def getrange(self, key: Key, start: int, end: int) -> Awaitable[S]:
        """The bytes from ``start`` to ``end``, both included; negative ones count from the end."""
        return self.execute_command("GETRANGE", key, start, end)

    def getset(self, name: Key, value: Encodable) -> Awaitable[S | None]:
        """Set the value; the old one."""
        return self.execute_command("GETSET", name, value)

    def incr(self, name: Key, amount: int = 1) -> Awaitable[int]:
        """Add; the new value."""
        return self.execute_command("INCRBY", name, amount)

    incrby = incr

    def incrbyfloat(self, name: Key, amount: float = 1.0) -> Awaitable[float]:
        """Add; the new value."""
        return self.execute_command("INCRBYFLOAT", name, amount)

    def lcs(
        self,
        key1: Key,
        key2: Key,
        len: bool = False,  # noqa: A002  (redis-py's name)
        idx: bool = False,
        minmatchlen: int = 0,
        withmatchlen: bool = False,
    ) -> Awaitable[S | int | dict[S, Any]]:
        """The longest common subsequence; its length (``len``), or where it lies (``idx``)."""
        args: list[Encodable] = ["LCS", key1, key2]
        if len:
            args.append("LEN")
        if idx:
            args.append("IDX")
        if minmatchlen:
            args += ["MINMATCHLEN", minmatchlen]
        if withmatchlen:
            args.append("WITHMATCHLEN")
        return self.execute_command(*args)

    def mget(self, keys: Key | Iterable[Key], *args: Key) -> Awaitable[list[S | None]]:
        """The values, in the order of the keys."""
        return self.execute_command("MGET", *_keys(keys, args))

    def mset(self, mapping: Mapping[Any, Encodable]) -> Awaitable[bool]:
        """Set every key of the mapping."""
        return self.execute_command("MSET", *_pairs(mapping))

    def msetnx(self, mapping: Mapping[Any, Encodable]) -> Awaitable[bool]:
        """Set every key of the mapping, if none of them exists."""
        return self.execute_command("MSETNX", *_pairs(mapping))

    def psetex(self, name: Key, time_ms: Expiry, value: Encodable) -> Awaitable[bool]:
        """Set the value, to live for milliseconds."""
        return self.execute_command("PSETEX", name, milliseconds(time_ms), value)

    def set(
        self,
        name: Key,
        value: Encodable,
        ex: Expiry | None = None,
        px: Expiry | None = None,
        nx: bool = False,
        xx: bool = False,
        keepttl: bool = False,
        get: bool = False,
        exat: Moment | None = None,
        pxat: Moment | None = None,
    ) -> Awaitable[bool | S | None]:
        """Set the value, to live for seconds (``ex``), milliseconds (``px``) or until a moment (``exat``, ``pxat``).

        ``nx``: only if the key is new; ``xx``: only if it exists; ``get``: answer with the old value. True when it was
        set, None when not.
        """
        if not (ex or px or nx or xx or keepttl or get or exat or pxat) and ex is px is exat is pxat is None:
            return self.execute_command("SET", name, value)
        args: list[Encodable] = ["SET", name, value, *_expiry(ex, px, exat, pxat)]
        if keepttl:
            args.append("KEEPTTL")
        if nx:
            args.append("NX")
        if xx:
            args.append("XX")
        if get:
            args.append("GET")
        return self.execute_command(*args)

    def setex(self, name: Key, time: Expiry, value: Encodable) -> Awaitable[bool]:
        """Set the value, to live for seconds."""
        return self.execute_command("SETEX", name, seconds(time), value)

    def setnx(self, name: Key, value: Encodable) -> Awaitable[bool]:
        """Set the value, if the key is new."""
        return self.execute_command("SETNX", name, value)

    def setrange(self, name: Key, offset: int, value: Encodable) -> Awaitable[int]:
        """Overwrite the bytes from ``offset`` on; the new length."""
        return self.execute_command("SETRANGE", name, offset, value)

    def strlen(self, name: Key) -> Awaitable[int]:
        """The length of the value in bytes."""
        return self.execute_command("STRLEN", name)

    def substr(self, name: Key, start: int, end: int = -1) -> Awaitable[S]:
        """``getrange`` by its old name."""
        return self.execute_command("SUBSTR", name, start, end)

    # Keys.

    def copy(
        self, source: Key, destination: Key, destination_db: int | None = None, replace: bool = False
    ) -> Awaitable[bool]:
        """Copy the value to another key, over what is there if ``replace``."""
        args: list[Encodable] = ["COPY", source, destination]
        if destination_db is not None:
            args += ["DB", destination_db]
        if replace:
            args.append("REPLACE")
        return self.execute_command(*args)

    def delete(self, *names: Key) -> Awaitable[int]:
        """Delete keys; how many there were."""
        return self.execute_command("DEL", *names)

    def dump(self, name: Key) -> Awaitable[bytes | None]:
        """The value in the form that ``restore`` takes: bytes, whatever ``decode_responses`` says."""
        return self.execute_command("DUMP", name)

    def exists(self, *names: Key) -> Awaitable[int]:
        """How many of the keys exist; one named twice counts twice."""
        return self.execute_command("EXISTS", *names)

    def expire(
        self, name: Key, time: Expiry, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Awaitable[bool]:
        """Let the key live for seconds, if it has no expiry (``nx``), has one (``xx``), a lesser or a greater one."""
        return self.execute_command("EXPIRE", name, seconds(time), *_condition(nx, xx, gt, lt))

    def expireat(
        self, name: Key, when: Moment, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Awaitable[bool]:
        """Let the key live until a moment."""
        return self.execute_command("EXPIREAT", name, unix_seconds(when), *_condition(nx, xx, gt, lt))

    def expiretime(self, key: Key) -> Awaitable[int]:
        """The moment of expiry in seconds; -1 if there is none, -2 if there is no such key."""
        return self.execute_command("EXPIRETIME", key)

    def keys(self, pattern: Pattern = "*") -> Awaitable[list[S]]:
        """Every key that matches the pattern; the server does nothing else meanwhile."""
        return self.execute_command("KEYS", pattern)

    def move(self, name: Key, db: int) -> Awaitable[bool]:
        """Move the key to another database."""
        return self.execute_command("MOVE", name, db)

    def object(
        self, infotype: Literal["ENCODING", "FREQ", "IDLETIME", "REFCOUNT"] | str, key: Key
    ) -> Awaitable[int | S | None]:
        """How the value is kept."""
        return self.execute_command("OBJECT", infotype, key)

    def persist(self, name: Key) -> Awaitable[bool]:
        """Take the key's expiry away."""
        return self.execute_command("PERSIST", name)

    def pexpire(
        self, name: Key, time: Expiry, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Awaitable[bool]:
        """Let the key live for milliseconds."""
        return self.execute_command("PEXPIRE", name, milliseconds(time), *_condition(nx, xx, gt, lt))

    def pexpireat(
        self, name: Key, when: Moment, nx: bool = False, xx: bool = False, gt: bool = False, lt: bool = False
    ) -> Awaitable[bool]:
        """Let the key live until a moment, in milliseconds."""
        return self.execute_command("PEXPIREAT", name, unix_milliseconds(when), *_condition(nx, xx, gt, lt))

    def pexpiretime(self, key: Key) -> Awaitable[int]:
        """The moment of expiry in milliseconds; -1 if there is none, -2 if there is no such key."""
        return self.execute_command("PEXPIRETIME", key)

    def pttl(self, name: Key) -> Awaitable[int]:
        """How many milliseconds the key still lives; -1 for ever, -2 if there is no such key."""
        return self.execute_command("PTTL", name)

    def randomkey(self) -> Awaitable[S | None]:
        """Any key, None if there is none."""
        return self.execute_command("RANDOMKEY")

    def rename(self, src: Key, dst: Key) -> Awaitable[bool]:
        """Give the value another key, over what is there."""
        return self.execute_command("RENAME", src, dst)

    def renamenx(self, src: Key, dst: Key) -> Awaitable[bool]:
        """Give the value another key, if that is new."""
        return self.execute_command("RENAMENX", src, dst)

    def restore(
        self,
        name: Key,
        ttl: int,
        value: bytes,
        replace: bool = False,
        absttl: bool = False,
        idletime: int | None = None,
        frequency: int | None = None,
    ) -> Awaitable[bool]:
        """Make a key of what ``dump`` gave, to live for ``ttl`` milliseconds, 0 for ever."""
        args: list[Encodable] = ["RESTORE", name, ttl, value]
        if replace:
            args.append("REPLACE")
        if absttl:
            args.append("ABSTTL")
        if idletime is not None:
            args += ["IDLETIME", idletime]
        if frequency is not None:
            args += ["FREQ", frequency]
        return self.execute_command(*args)

    def scan(
        self,
        cursor: int = 0,
        match: Pattern | None = None,
        count: int | None = None,
        _type: str | None = None,
    ) -> Awaitable[tuple[int, list[S]]]:
        """Some keys, and the cursor to go on from; 0 when all have been seen."""
        args: list[Encodable] = ["SCAN", cursor]
        if match is not None:
            args += ["MATCH", match]
        if count is not None:
            args += ["COUNT", count]
        if _type is not None:
            args += ["TYPE", _type]
        return self.execute_command(*args)

    async def scan_iter(
        self, match: Pattern | None = None, count: int | None = None, _type: str | None = None
    ) -> AsyncIterator[S]:
        """Every key, by ``scan``: one that is there all the time comes at least once."""
        cursor = -1
        while cursor:
            cursor, found = await self.scan(max(cursor, 0), match, count, _type)
            for key in found:
                yield key

    def touch(self, *args: Key) -> Awaitable[int]:
        """Have keys used just now; how many there are."""
        return self.execute_command("TOUCH", *args)

    def ttl(self, name: Key) -> Awaitable[int]:
        """How many seconds the key still lives; -1 for ever, -2 if there is no such key."""
        return self.execute_command("TTL", name)

    def type(self, name: Key) -> Awaitable[S]:
        """``string``, ``list`` and so on; ``none`` if there is no such key."""
        return self.execute_command("TYPE", name)

    def unlink(self, *names: Key) -> Awaitable[int]:
        """Delete keys, and free their memory later; how many there were."""
        return self.execute_command("UNLINK", *names)

    # The server.

    def dbsize(self) -> Awaitable[int]:
        """How many keys there are."""
        return self.execute_command("DBSIZE")

    def echo(self, value: Encodable) -> Awaitable[S]:
        """The value, back from the server."""
        return self.execute_command("ECHO", value)

    def flushall(self, asynchronous: bool = False) -> Awaitable[bool]:
        """Delete all keys of all databases."""
        return self.execute_command("FLUSHALL", *(("ASYNC",) if asynchronous else ()))

    def flushdb(self, asynchronous: bool = False) -> Awaitable[bool]:
        """Delete all keys."""
        return self.execute_command("FLUSHDB", *(("ASYNC",) if asynchronous else ()))

    def ping(self) -> Awaitable[bool]:
        """True when the server answers."""
        return self.execute_command("PING")

    def swapdb(self, first: int, second: int) -> Awaitable[bool]:
        """Exchange two databases."""
        return self.execute_command("SWAPDB", first, second)

    def time(self) -> Awaitable[tuple[int, int]]:
        """The server's clock: Unix seconds, and microseconds within them."""
        return self.execute_command("TIME")


def _expiry(ex: Expiry | None, px: Expiry | None, exat: Moment | None, pxat: Moment | None) -> list[Encodable]:
    args: list[Encodable] = []
    if ex is not None:
        args += ["EX", seconds(ex)]
    if px is not None:
        args += ["PX", milliseconds(px)]
    if exat is not None:
        args += ["EXAT", unix_seconds(exat)]
    if pxat is not None:
        args += ["PXAT", unix_milliseconds(pxat)]
    return args


def _condition(nx: bool, xx: bool, gt: bool, lt: bool) -> list[Encodable]:
    return [word for word, wanted in (("NX", nx), ("XX", xx), ("GT", gt), ("LT", lt)) if wanted]


def _keys(keys: Key | Iterable[Key], more: tuple[Key, ...]) -> list[Key]:
    first: list[Key] = [keys] if isinstance(keys, (bytes, str, memoryview)) else list(keys)
    return [*first, *more]


def _pairs(mapping: Mapping[Any, Encodable]) -> list[Encodable]:
    args: list[Encodable] = []
    for key, value in mapping.items():
        args += [key, value]
    return args
