"""Replies to Python objects, scalar by scalar: the plain form of ``decoder.pyx``, which says more."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import SupportsIndex

from respkit.errors import ResponseError
from respkit.resp.inbuf import InBuffer
from respkit.resp.limits import (
    BIG_BULK_BYTES,
    MAX_BIG_NUMBER_DIGITS,
    MAX_DOUBLE_CHARACTERS,
    MAX_REPLY_BULK_BYTES,
    MAX_REPLY_ELEMENTS,
)

_INTEGER = re.compile(rb"0|-?[1-9][0-9]{0,18}")
_DOUBLE = re.compile(rb"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SPECIAL = {b"inf": float("inf"), b"-inf": float("-inf"), b"nan": float("nan"), b"-nan": float("nan")}
_DIGITS = re.compile(rb"-?[0-9]+")
_BOOLEANS = {b"t": True, b"T": True, b"f": False, b"F": False}

# The longest line of each kind, from its type byte to its CRLF; text has no bound but that of a bulk.
_LENGTH_LINE = 32
_LONGEST = {
    0x3A: _LENGTH_LINE,
    0x23: _LENGTH_LINE,
    0x5F: _LENGTH_LINE,
    0x2C: MAX_DOUBLE_CHARACTERS + 3,
    0x28: MAX_BIG_NUMBER_DIGITS + 4,
}
_MALFORMED = {
    0x3A: "Bad integer value",
    0x23: "Bad bool value",
    0x5F: "Bad nil value",
    0x2C: "Bad double value",
    0x28: "Bad bignum value",
}
_NAMED = {0x07: "\\a", 0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r", 0x22: '\\"', 0x5C: "\\\\"}

_STRINGS = b"$=!"
_AGGREGATES = b"*%~>|"
_LINES = b"+-:_#,("


def _integer(text: bytes) -> int | None:
    if _INTEGER.fullmatch(text) is None:
        return None
    value = int(text)
    return value if -(2**63) <= value < 2**63 else None


def shown(byte: int) -> str:
    """A byte as the text of an error shows it, in double quotes."""
    text = _NAMED.get(byte)
    if text is None:
        text = chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}"
    return f'"{text}"'


class _Incomplete(Exception):  # noqa: N818  (never leaves this module)
    """The element at the buffer's start has not all come."""


class _Refused(Exception):  # noqa: N818  (never leaves this module)
    """The element at the buffer's start is not RESP."""


class Decoder:
    """Reads what a server sends, one element after the other, from the start of a receive buffer.

    After `next` and `run`, `kind` says what they met: 0 an object was given; > 0 the type byte of an aggregate of
    `count` elements, which follow; < 0 nothing, because more has to be received first, or, where `broken` says how,
    because the stream breaks the protocol. `failure` is the first thing that a codec or `reply_error` raised: None
    stands in for the object, and the owner raises it when the reply is complete.
    """

    __slots__ = (
        "_big_kind",
        "_encoding",
        "_errors",
        "_searched",
        "broken",
        "buffer",
        "count",
        "failure",
        "kind",
        "max_bulk",
        "reply_error",
    )

    def __init__(self) -> None:
        self.buffer = InBuffer()
        self.kind = 0
        self.count = 0
        self.broken: str | None = None
        self.failure: BaseException | None = None
        self.reply_error: Callable[[str], object] = ResponseError
        self.max_bulk = MAX_REPLY_BULK_BYTES
        self._encoding: str | None = None
        self._errors = "strict"
        self._searched = 0
        self._big_kind = 0

    def use(self, buffer: InBuffer) -> int:
        """Read from `buffer`, which somebody else fills."""
        self.buffer = buffer
        self._searched = 0
        return 0

    def set_encoding(self, encoding: str | None, errors: str) -> int:
        """How strings are decoded; not at all where `encoding` is None."""
        self._encoding = encoding
        self._errors = errors
        return 0

    def feed(self, data: bytes | bytearray | memoryview | str, first: SupportsIndex, count: SupportsIndex) -> int:
        """Append `count` bytes of `data` from `first` to the buffer, all that follow where `count` is -1."""
        off, length = operator.index(first), operator.index(count)
        view = memoryview(data.encode() if isinstance(data, str) else data)
        if not view.c_contiguous:
            raise BufferError("the data is not contiguous")
        view = view.cast("B")
        if max(abs(off), abs(length)) >= 2**63:
            raise OverflowError("Python int too large to convert to C ssize_t")
        if length == -1:
            length = len(view) - off
        if off < 0 or length < 0:
            raise ValueError("negative input")
        if off + length > len(view):
            raise ValueError("input is larger than buffer size")
        return self.buffer.feed(view[off : off + length])

    def refuse(self, text: str) -> object:
        """The stream is broken, in a way that the owner has seen."""
        self.broken = text
        self.kind = -1
        return None

    def room_for(self, count: int) -> list[object]:
        """An empty list for `count` elements."""
        return []

    def next(self, decode: bool) -> object:
        """The next element, if it is complete and no aggregate; `kind` tells."""
        self.kind = -1
        if self.broken is not None:
            return None
        try:
            value = self._big(decode) if self._big_kind else self._element(decode)
        except _Incomplete:
            return None
        except _Refused as error:
            self.broken = str(error)
            return None
        if self.kind < 0:
            self.kind = 0
        return value

    def run(self, items: list[object], wanted: int, decode: bool) -> int:
        """Append up to `wanted` elements to `items`, until `kind` is not 0; how many of them are missing."""
        self.kind = 0
        while wanted:
            value = self.next(decode)
            if self.kind:
                break
            items.append(value)
            wanted -= 1
        return wanted

    def _element(self, decode: bool) -> object:
        data = self.buffer.data
        if not data:
            raise _Incomplete
        kind = data[0]
        counted = kind in _STRINGS or kind in _AGGREGATES
        if not counted and kind not in _LINES:
            raise _Refused(f"Protocol error, got {shown(kind)} as reply type byte")
        end = data.find(0x0A, max(1, self._searched)) + 1
        longest = _LENGTH_LINE if counted else _LONGEST.get(kind, self.max_bulk)
        if (end or len(data)) > longest:
            raise _Refused(self._malformed(kind))
        if not end:
            self._searched = len(data)
            raise _Incomplete
        self._searched = 0
        if data[end - 2] != 0x0D:
            raise _Refused(self._malformed(kind))
        line = bytes(data[1 : end - 2])
        if not counted:
            value = self._line(kind, line, decode)
            self.buffer.consume(end)
            return value
        size = _integer(line)
        if size is None:
            raise _Refused(self._malformed(kind))
        if kind in _AGGREGATES:
            if not -1 <= size <= MAX_REPLY_ELEMENTS or (size < 0 and kind == 0x7C):
                raise _Refused("Multi-bulk length out of range")
            self.buffer.consume(end)
            if size >= 0:
                self.kind = kind
                self.count = size * 2 if kind in b"%|" else size
            return None
        if not -1 <= size <= self.max_bulk:
            raise _Refused("Bulk string length out of range")
        if size < 0:
            self.buffer.consume(end)
            return None
        if len(data) < end + size + 2:
            if size > BIG_BULK_BYTES:
                self.buffer.consume(end)
                try:
                    self.buffer.expect_big(size)
                except MemoryError:
                    raise _Refused("Out of memory") from None
                self._big_kind = kind
            raise _Incomplete
        self._string_end(end + size)
        value = self._string(kind, bytes(data[end : end + size]), decode)
        self.buffer.consume(end + size + 2)
        return value

    def _big(self, decode: bool) -> object:
        if len(self.buffer.data) < 2:
            raise _Incomplete
        text = self.buffer.take_big()
        if text is None:
            raise _Incomplete
        self._string_end(0)
        self.buffer.consume(2)
        kind, self._big_kind = self._big_kind, 0
        return self._string(kind, text, decode)

    def _string_end(self, at: int) -> None:
        data = self.buffer.data
        if data[at] != 0x0D or data[at + 1] != 0x0A:
            raise _Refused("Bulk string is not terminated by CRLF")

    def _string(self, kind: int, text: bytes, decode: bool) -> object:
        if kind == 0x3D:
            if text[3:4] != b":":
                raise _Refused("Verbatim string 4 bytes of content type are missing or incorrectly encoded.")
            text = text[4:]
        return self._error(text) if kind == 0x21 else self._decoded(text, decode)

    def _line(self, kind: int, line: bytes, decode: bool) -> object:
        if kind in b"+-":
            if b"\r" in line:
                raise _Refused(self._malformed(kind))
            return self._decoded(line, decode) if kind == 0x2B else self._error(line)
        if kind == 0x3A:
            value = _integer(line)
            if value is not None:
                return value
        elif kind == 0x23:
            if line in _BOOLEANS:
                return _BOOLEANS[line]
        elif kind == 0x5F:
            if not line:
                return None
        elif kind == 0x2C:
            return self._double(line)
        elif _DIGITS.fullmatch(line):
            try:
                return int(line)
            except ValueError:  # whoever runs us allows fewer digits
                pass
        raise _Refused(self._malformed(kind))

    def _double(self, line: bytes) -> float:
        special = _SPECIAL.get(line.lower())
        if special is not None:
            return special
        value = float(line) if _DOUBLE.fullmatch(line) else float("inf")
        if value in (float("inf"), float("-inf")):
            raise _Refused("Bad double value")
        return value

    def _malformed(self, kind: int) -> str:
        if kind in _STRINGS:
            return "Bad bulk string length"
        if kind in _AGGREGATES:
            return "Bad multi-bulk length"
        return _MALFORMED.get(kind, "Bad simple string value")

    def _decoded(self, text: bytes, decode: bool) -> object:
        if self._encoding is None or not decode:
            return text
        try:
            return text.decode(self._encoding, self._errors)
        except BaseException as error:
            if self.failure is None:
                self.failure = error
            return None

    def _error(self, text: bytes) -> object:
        try:
            return self.reply_error(text.decode("utf-8", "replace"))
        except BaseException as error:
            if self.failure is None:
                self.failure = error
            return None
