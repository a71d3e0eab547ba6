"""The kinds of configuration parameters: how a value is read, checked, shown and written into redis.conf.

A parameter reads its value from words (one, unless it is marked MULTI), and raises ValueError with Redis's text where
they are wrong. What it gives is what the rest of the server works with: bool, int, bytes, str for a choice,
tuples for those of several words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from respkit.resp.inbuf import parse_double, parse_integer
from respkit.server.effects import events_of_flags, flags_of_events
from respkit.server.quoting import quoted

# CONFIG SET refuses it.
IMMUTABLE = 1
# CONFIG GET finds it by its exact name only.
HIDDEN = 2
# CONFIG SET asks enable-protected-configs.
PROTECTED = 4
# Kept out of logs.
SENSITIVE = 8
# Takes several words; CONFIG SET gives them as one, separated by spaces.
MULTI = 16
# Refused while data is being loaded.
DENY_LOADING = 32
# Applied even when it is set to what it was: a file's content may have changed.
VOLATILE = 64

INT_MIN = -(2**31)
INT_MAX = 2**31 - 1
UINT_MAX = 2**32 - 1
LONG_MAX = 2**63 - 1
ULONG_MAX = 2**64 - 1
KB = 1024
MB = 1024 * KB
GB = 1024 * MB

_MEMORY = re.compile(rb"([0-9]*)(|b|k|kb|m|mb|g|gb)", re.IGNORECASE)
_UNITS = {b"": 1, b"b": 1, b"k": 1000, b"kb": KB, b"m": 1000**2, b"mb": MB, b"g": 1000**3, b"gb": GB}
_LEADING_INTEGER = re.compile(rb"[ \t\n\v\f\r]*[+-]?[0-9]+")
MAX_BIND_ADDRESSES = 16
_CLIENT_CLASSES = {b"normal": 0, b"slave": 1, b"replica": 1, b"pubsub": 2}


def parse_memory(text: bytes) -> int | None:
    """``100mb`` in bytes: kb, mb and gb count in 1024, k, m and g in 1000."""
    found = _MEMORY.fullmatch(text)
    if found is None or len(found[1]) > 127:
        return None
    return min(int(found[1] or b"0"), ULONG_MAX) * _UNITS[found[2].lower()]


def format_memory(value: int) -> bytes:
    """As redis.conf has it: the largest unit that leaves no remainder."""
    for unit, name in ((GB, b"gb"), (MB, b"mb"), (KB, b"kb")):
        if value and value % unit == 0:
            return b"%d%s" % (value // unit, name)
    return b"%d" % value


def loose_integer(text: bytes) -> int | None:
    """An integer as C's strtoll takes it: leading spaces, a sign and leading zeros are allowed; nothing may follow."""
    if not text:
        return 0
    return int(text) if _LEADING_INTEGER.fullmatch(text) else None


class Parameter:
    """One parameter: its names, its default, what may be done to it."""

    def __init__(self, name: str, default: Any, flags: int = 0, alias: str = "") -> None:
        self.name = name
        self.default = default
        self.flags = flags
        self.alias = alias

    def parse(self, words: list[bytes], current: Any) -> Any:
        """The value that `words` say; `current` is what some keep a part of. ValueError with Redis's text."""
        raise NotImplementedError

    def show(self, value: Any) -> bytes:
        """As CONFIG GET replies it."""
        raise NotImplementedError

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        """The lines of redis.conf that set it, and whether each must be there even if the file had none."""
        return [(name + b" " + self.show(value), value != self.default)]


class Switch(Parameter):
    """``yes`` or ``no``."""

    def __init__(
        self, name: str, default: bool, flags: int = 0, alias: str = "", check: Callable[[bool], None] | None = None
    ) -> None:
        super().__init__(name, default, flags, alias)
        self.check = check

    def parse(self, words: list[bytes], current: Any) -> bool:
        word = words[0].lower() if len(words) == 1 else b""
        if word not in (b"yes", b"no"):
            raise ValueError("argument must be 'yes' or 'no'")
        if self.check:
            self.check(word == b"yes")
        return word == b"yes"

    def show(self, value: Any) -> bytes:
        return b"yes" if value else b"no"


class Text(Parameter):
    """Any bytes. `nullable`: empty means that it is not set, and redis.conf then does not mention it."""

    def __init__(
        self,
        name: str,
        default: bytes,
        flags: int = 0,
        alias: str = "",
        nullable: bool = False,
        check: Callable[[bytes], None] | None = None,
    ) -> None:
        super().__init__(name, default, flags, alias)
        self.nullable = nullable
        self.check = check

    def parse(self, words: list[bytes], current: Any) -> bytes:
        value = words[0]
        if self.check and not (self.nullable and not value):
            self.check(value)
        return value

    def show(self, value: Any) -> bytes:
        text: bytes = value
        return text

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        if self.nullable and not value:
            return []
        return [(name + b" " + quoted(value), self.nullable or value != self.default)]


class Choice(Parameter):
    """One word of a few. A word may be another's synonym: ``synonyms`` says whose."""

    def __init__(
        self,
        name: str,
        default: str,
        words: Iterable[str],
        flags: int = 0,
        alias: str = "",
        synonyms: dict[str, str] | None = None,
    ) -> None:
        super().__init__(name, default, flags, alias)
        self.words = tuple(words)
        self.synonyms = synonyms or {}

    def refusal(self) -> ValueError:
        return ValueError("argument(s) must be one of the following: " + ", ".join(self.words))

    def parse(self, words: list[bytes], current: Any) -> str:
        word = words[0].decode("latin-1").lower() if len(words) == 1 else ""
        if word not in self.words:
            raise self.refusal()
        return self.synonyms.get(word, word)

    def show(self, value: Any) -> bytes:
        text: str = value
        return text.encode()


class ShutdownFlags(Choice):
    """What a signal's shutdown does: ``default``, or some of ``save nosave now force``. Kept in that order."""

    def parse(self, words: list[bytes], current: Any) -> str:
        chosen = {word.decode("latin-1").lower() for word in words}
        if not chosen or not chosen <= set(self.words):
            raise self.refusal()
        if {"save", "nosave"} <= chosen:
            raise ValueError("shutdown options SAVE and NOSAVE can't be used simultaneously")
        return " ".join([word for word in self.words[1:] if word in chosen]) or self.words[0]


class Number(Parameter):
    """An integer within bounds, in decimal."""

    mistake = "argument couldn't be parsed into an integer"

    def __init__(self, name: str, default: int, low: int, high: int, flags: int = 0, alias: str = "") -> None:
        super().__init__(name, default, flags, alias)
        self.low = low
        self.high = high

    def number(self, text: bytes) -> int | None:
        return parse_integer(text)

    def bound(self, value: int) -> str:
        return str(value)

    def parse(self, words: list[bytes], current: Any) -> int:
        value = self.number(words[0]) if len(words) == 1 else None
        if value is None:
            raise ValueError(self.mistake)
        if not self.low <= value <= self.high:
            raise ValueError(f"argument must be between {self.bound(self.low)} and {self.bound(self.high)} inclusive")
        return value

    def show(self, value: Any) -> bytes:
        return b"%d" % value


class Octal(Number):
    """File permissions."""

    mistake = "argument couldn't be parsed as an octal number"

    def number(self, text: bytes) -> int | None:
        return int(text, 8) if re.fullmatch(rb"[0-7]+", text) else None

    def bound(self, value: int) -> str:
        return f"{value:o}"

    def show(self, value: Any) -> bytes:
        return b"%o" % value


class Memory(Number):
    """Bytes, with or without a unit."""

    mistake = "argument must be a memory value"

    def number(self, text: bytes) -> int | None:
        return parse_memory(text)

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        return [(name + b" " + format_memory(value), value != self.default)]


class MemoryOrPercent(Memory):
    """Bytes, or a share of maxmemory, kept as a negative number."""

    mistake = "argument must be a memory or percent value"

    def parse(self, words: list[bytes], current: Any) -> int:
        if len(words) == 1 and words[0].endswith(b"%"):
            share = parse_integer(words[0][:-1])
            if share is None or share < 0:
                raise ValueError(self.mistake)
            if -share < self.low:
                raise ValueError(f"percentage argument must be less or equal to {-self.low}")
            return -share
        return super().parse(words, current)

    def show(self, value: Any) -> bytes:
        return b"%d%%" % -value if value < 0 else b"%d" % value

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        if value < 0:
            return [(name + b" " + self.show(value), True)]
        return super().lines(name, value)


class SavePoints(Parameter):
    """``save <seconds> <changes> …``, pairs; empty: never."""

    def parse(self, words: list[bytes], current: Any) -> tuple[tuple[int, int], ...]:
        if words in ([], [b""]):
            return ()
        numbers = [loose_integer(word) for word in words]
        if len(numbers) % 2 or any(number is None or number < (0 if i % 2 else 1) for i, number in enumerate(numbers)):
            raise ValueError("Invalid save parameters")
        pairs = [number for number in numbers if number is not None]
        return tuple(zip(pairs[::2], pairs[1::2], strict=True))

    def show(self, value: Any) -> bytes:
        return b" ".join([b"%d %d" % point for point in value])

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        return [(name + b" %d %d" % point, True) for point in value] or [(name + b' ""', True)]


class OutputLimits(Parameter):
    """client-output-buffer-limit: hard and soft limit in bytes and the soft one's seconds, for three classes of clients."""

    def parse(self, words: list[bytes], current: Any) -> tuple[tuple[int, int, int], ...]:
        if len(words) % 4:
            raise ValueError("Wrong number of arguments in buffer limit configuration.")
        limits = list(current)
        for i in range(0, len(words), 4):
            place = _CLIENT_CLASSES.get(words[i].lower())
            if place is None:
                raise ValueError("Invalid client class specified in buffer limit configuration.")
            hard, soft, seconds = parse_memory(words[i + 1]), parse_memory(words[i + 2]), loose_integer(words[i + 3])
            if hard is None or soft is None or seconds is None or seconds < 0:
                raise ValueError("Error in hard, soft or soft_seconds setting in buffer limit configuration.")
            limits[place] = (hard, soft, seconds)
        return tuple(limits)

    def show(self, value: Any) -> bytes:
        return " ".join(
            [f"{name} {h} {s} {t}" for name, (h, s, t) in zip(("normal", "slave", "pubsub"), value, strict=True)]
        ).encode()

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        return [
            (
                b"%s %s %s %s %d" % (name, client.encode(), format_memory(limit[0]), format_memory(limit[1]), limit[2]),
                limit != default,
            )
            for client, limit, default in zip(("normal", "replica", "pubsub"), value, self.default, strict=True)
        ]


class Integers(Parameter):
    """oom-score-adj-values: three integers."""

    def parse(self, words: list[bytes], current: Any) -> tuple[int, ...]:
        if len(words) != len(self.default):
            raise ValueError("wrong number of arguments")
        numbers = [loose_integer(word) for word in words]
        if any(number is None or not -2000 <= number <= 2000 for number in numbers):
            raise ValueError("Invalid oom-score-adj-values, elements must be between -2000 and 2000.")
        return tuple([number for number in numbers if number is not None])

    def show(self, value: Any) -> bytes:
        return b" ".join([b"%d" % number for number in value])


class Events(Parameter):
    """notify-keyspace-events: letters, kept as the flags of ``server.flags``."""

    def parse(self, words: list[bytes], current: Any) -> int:
        if len(words) != 1:
            raise ValueError("wrong number of arguments")
        flags = flags_of_events(words[0])
        if flags is None:
            raise ValueError("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.")
        return flags

    def show(self, value: Any) -> bytes:
        return events_of_flags(value)

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        return [(name + b" " + quoted(self.show(value)), value != 0)]


class Addresses(Parameter):
    """bind: addresses to listen on."""

    def parse(self, words: list[bytes], current: Any) -> tuple[bytes, ...]:
        if len(words) > MAX_BIND_ADDRESSES:
            raise ValueError("Too many bind addresses specified.")
        return () if words == [b""] else tuple(words)

    def show(self, value: Any) -> bytes:
        return b" ".join(value)

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        return [] if value == self.default else [(name + b" " + (self.show(value) or b'""'), True)]


class Master(Parameter):
    """replicaof: host and port, or None."""

    def parse(self, words: list[bytes], current: Any) -> tuple[bytes, int] | None:
        if len(words) != 2:
            raise ValueError("wrong number of arguments")
        if words[0].lower() == b"no" and words[1].lower() == b"one":
            return None
        port = loose_integer(words[1])
        if port is None or not 0 <= port <= 65535:
            raise ValueError("Invalid master port")
        return words[0], port

    def show(self, value: Any) -> bytes:
        return b"%s %d" % value if value else b""

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        return [(name + b" " + self.show(value), True)] if value else []


class Percentiles(Parameter):
    """latency-tracking-info-percentiles: from 0 to 100."""

    def parse(self, words: list[bytes], current: Any) -> tuple[float, ...]:
        values = []
        for word in [] if words == [b""] else words:
            value = parse_double(word)
            if value is None:
                raise ValueError("Invalid latency-tracking-info-percentiles parameters")
            if not 0 <= value <= 100:
                raise ValueError("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]")
            values.append(value)
        return tuple(values)

    def show(self, value: Any) -> bytes:
        return b" ".join([percentile_text(number) for number in value])

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        return [(name + b" " + (self.show(value) or b'""'), True)]


def percentile_text(value: float) -> bytes:
    """Six decimals at most, without trailing zeros: ``99.9``."""
    return (b"%f" % value).rstrip(b"0").rstrip(b".")


class Directory(Parameter):
    """dir: where files are written. Kept as an absolute path; whoever owns the process also changes into it."""

    def parse(self, words: list[bytes], current: Any) -> bytes:
        import os

        path = os.path.normpath(os.path.join(current, words[0]))
        try:
            os.stat(os.path.join(path, b"."))
            if not os.access(path, os.X_OK):
                raise PermissionError(13, os.strerror(13))
        except OSError as error:
            raise ValueError(error.strerror) from None
        return path

    def show(self, value: Any) -> bytes:
        path: bytes = value
        return path

    def lines(self, name: bytes, value: Any) -> list[tuple[bytes, bool]]:
        return [(name + b" " + quoted(value), True)]
