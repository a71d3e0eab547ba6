# cython: annotation_typing=False
"""What a client must know of a command before it sends it: where it may travel, and what becomes of its reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: It may share a connection with other calls.
SHARED = 0
#: It waits on the server, and so would everybody behind it: it gets a connection of its own.
OWN = 1
#: It changes the connection for those who share it.
REFUSED = 2


class CommandKind:
    """One command, as the clients see it."""

    def __init__(
        self,
        name: str,
        convert: Callable[[Any], Any] | None = None,
        route: int = SHARED,
        raw: bool = False,
        reason: str = "",
    ) -> None:
        self.name = name
        self.convert = convert
        self.route = route
        self.raw = raw
        self.reason = reason


def _is_ok(reply: Any) -> Any:
    """+OK as True; a value (SET … GET) and a null (SET … NX) as they are."""
    return True if reply in (b"OK", "OK") else reply


def _is_pong(reply: Any) -> Any:
    return True if reply in (b"PONG", "PONG") else reply


def _number(reply: Any) -> Any:
    return reply if reply is None else float(reply)


def _scan(reply: Any) -> Any:
    cursor, keys = reply
    return int(cursor), keys


def _lcs(reply: Any) -> Any:
    """LCS … IDX comes as a map (RESP3) or a flat list (RESP2): a dict for both."""
    if isinstance(reply, list):
        return dict(zip(reply[::2], reply[1::2], strict=True))
    return reply


def _time(reply: Any) -> Any:
    seconds, microseconds = reply
    return int(seconds), int(microseconds)


_CONVERTED: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        ("SET", "MSET", "SETEX", "PSETEX", "RENAME", "FLUSHDB", "FLUSHALL", "SWAPDB", "RESTORE", "MIGRATE"), _is_ok
    ),
    **dict.fromkeys(
        ("SETNX", "MSETNX", "EXPIRE", "EXPIREAT", "PEXPIRE", "PEXPIREAT", "PERSIST", "MOVE", "RENAMENX", "COPY"), bool
    ),
    "INCRBYFLOAT": _number,
    "PING": _is_pong,
    "SCAN": _scan,
    "LCS": _lcs,
    "TIME": _time,
}

_RAW = ("DUMP",)

_WAITING = (
    *("BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP"),
    *("XREAD", "XREADGROUP"),
)

_IN_PIPELINE = "is for pipeline(): on a connection that other calls share it would take theirs with it"
_AT_THE_START = "would change a connection that other calls share, and be lost when it is made anew: "
_NOT_HERE = "has no place on a connection that other calls share"

_REFUSED: dict[str, str] = {
    **dict.fromkeys(("MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH"), _IN_PIPELINE),
    "SELECT": _AT_THE_START + "give db= to the client",
    "AUTH": _AT_THE_START + "give username= and password= to the client",
    "HELLO": _AT_THE_START + "give protocol= to the client",
    "RESET": _AT_THE_START + "close the client instead",
    "QUIT": _AT_THE_START + "close the client instead",
    **dict.fromkeys(
        (
            *("SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE", "MONITOR"),
            *("WAIT", "WAITAOF", "SYNC", "PSYNC", "REPLCONF", "READONLY", "READWRITE", "ASKING"),
            *("CLIENT REPLY", "CLIENT TRACKING", "CLIENT CACHING", "CLIENT SETNAME", "CLIENT NO-EVICT", "SCRIPT DEBUG"),
        ),
        _NOT_HERE,
    ),
}

_CONTAINERS = frozenset(name.split()[0] for name in _REFUSED if " " in name)

#: By name in capitals; and as people wrote them, up to a bound.
KINDS: dict[Any, CommandKind] = {
    **{name: CommandKind(name, convert) for name, convert in _CONVERTED.items()},
    **{name: CommandKind(name, raw=True) for name in _RAW},
    **{name: CommandKind(name, route=OWN) for name in _WAITING},
    **{name: CommandKind(name, route=REFUSED, reason=f"{name} {reason}") for name, reason in _REFUSED.items()},
}
_MOST_KINDS = 2048


def kind_of(name: Any, subcommand: Any = None) -> CommandKind:
    """The kind of the command called ``name`` (str or bytes, any case)."""
    text = _text(name)
    if text in _CONTAINERS and subcommand is not None:
        found = KINDS.get(f"{text} {_text(subcommand)}")
        if found is not None:
            return found
        return CommandKind(text)  # not kept: the next may have another subcommand
    kind = KINDS.get(text)
    if kind is None:
        kind = CommandKind(text)
    if len(KINDS) < _MOST_KINDS and isinstance(name, (str, bytes)) and text not in _CONTAINERS:
        KINDS[text] = KINDS[name] = kind
    return kind


def _text(name: Any) -> str:
    if isinstance(name, str):
        return name.upper()
    if isinstance(name, (bytes, bytearray, memoryview)):
        return bytes(name).decode("utf-8", "replace").upper()
    return str(name).upper()


def split_name(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """``("CONFIG GET", "save")`` as ``("CONFIG", "GET", "save")``: redis-py lets a name be written so."""
    first = args[0]
    if isinstance(first, str) and " " in first:
        return (*first.split(), *args[1:])
    return args


def block_seconds(args: tuple[Any, ...]) -> float | None:
    """How long a waiting command may wait by itself; None for ever.

    Its reply's deadline begins when that is over. What is no number gets an error from the server at once.
    """
    name = _text(args[0])
    try:
        if name in ("BLMPOP", "BZMPOP"):
            seconds = float(args[1])
        elif name in ("XREAD", "XREADGROUP"):
            words = [_text(word) if isinstance(word, (str, bytes)) else "" for word in args]
            if "BLOCK" not in words:
                return 0.0
            seconds = float(args[words.index("BLOCK") + 1]) / 1000
        else:
            seconds = float(args[-1])
    except (ValueError, IndexError, TypeError):
        return 0.0
    return None if seconds == 0 else seconds
