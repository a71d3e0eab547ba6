"""The receive buffer, the command parser on it, and the arguments of a command: the plain form.

The compiled form (``inbuf.pyx``) has the same interface over C memory. Here the bytes received lie in a bytearray, and
arguments are ``bytes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, final

from respkit.errors import CommandError, ProtocolError
from respkit.resp.limits import (
    BIG_BULK_BYTES,
    MAX_ARGUMENTS,
    MAX_BULK_BYTES,
    MAX_LINE_BYTES,
    UNTRUSTED_ARGUMENTS,
    UNTRUSTED_BULK_BYTES,
)

NOT_AN_INTEGER = b"ERR value is not an integer or out of range"
NOT_A_FLOAT = b"ERR value is not a valid float"

_INTEGER = re.compile(rb"0|-?[1-9][0-9]{0,18}")
_DECIMAL = re.compile(rb"[+-]?(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:[eE][+-]?[0-9]+)?")
_HEXADECIMAL = re.compile(rb"[+-]?0[xX](?:([0-9a-fA-F]+)\.?([0-9a-fA-F]*)|\.([0-9a-fA-F]+))(?:[pP][+-]?[0-9]+)?")
_INFINITE = re.compile(rb"[+-]?(?:inf|infinity)", re.IGNORECASE)


def parse_integer(text: bytes) -> int | None:
    """The signed 64 bit integer that `text` is in its one canonical form, or None.

    No plus, no leading zero, no ``-0``, no space: Redis's rule for arguments, lengths and stored integers.
    """
    if _INTEGER.fullmatch(text) is None:
        return None
    value = int(text)
    return value if -(2**63) <= value < 2**63 else None


def parse_double(text: bytes) -> float | None:
    """The double that `text` is by C's strtod, or None.

    Decimal, hexadecimal and infinite; not NaN, no space, and nothing that overflows or vanishes to zero.
    """
    if found := _DECIMAL.fullmatch(text):
        value = float(text)
        vanished = any(part and part.strip(b"0") for part in found.groups())
    elif found := _HEXADECIMAL.fullmatch(text):
        try:
            value = float.fromhex(text.decode())
        except OverflowError:
            return None
        vanished = any(part and part.strip(b"0") for part in found.groups())
    elif _INFINITE.fullmatch(text):
        return float(text)
    else:
        return None
    if value in (float("inf"), float("-inf")) or (value == 0 and vanished):
        return None
    return value


@final
class InBuffer:
    """Bytes received from one connection and not yet consumed: ``data``, from 0 to its length."""

    __slots__ = ("_big_size", "_scratch", "big", "data")

    start = 0

    def __init__(self) -> None:
        self.data = bytearray()
        self.big: bytearray | None = None
        self._big_size = 0
        self._scratch: bytearray | None = None

    @property
    def end(self) -> int:
        return len(self.data)

    @property
    def big_filled(self) -> int:
        return 0 if self.big is None else len(self.big)

    def writable(self) -> memoryview:
        """Where the next read may go: at least one byte; `filled` says how much came. It dies with the next call."""
        if self._scratch is None:
            self._scratch = bytearray(BIG_BULK_BYTES)
        return memoryview(self._scratch)

    def filled(self, count: int) -> int:
        """`count` bytes have been read into `writable`."""
        if not 0 <= count <= BIG_BULK_BYTES or self._scratch is None:
            raise ValueError(f"{count} bytes were not asked for")
        return self.feed(memoryview(self._scratch)[:count])

    def feed(self, data: bytes | bytearray | memoryview) -> int:
        """Append what was received; a big bulk that is being waited for takes its part first."""
        if self.big is not None and len(self.big) < self._big_size:
            missing = self._big_size - len(self.big)
            view = memoryview(data)
            self.big += view[:missing]
            self.data += view[missing:]
        else:
            self.data += data
        return 0

    def expect_big(self, size: int) -> int:
        """The next `size` bytes are one bulk: receive them into the object that will hold them."""
        return self.expect_big_at(0, size)

    def expect_big_at(self, offset: int, size: int) -> int:
        """Like `expect_big`, but the bulk begins `offset` bytes behind the start, and what precedes it stays."""
        if self.big is not None or not 0 <= offset <= len(self.data) or size < 0:
            raise ValueError("no place for a big bulk")
        self.big = self.data[offset : offset + size]
        self._big_size = size
        del self.data[offset : offset + size]
        return 0

    def take_big(self) -> bytes | None:
        """The big bulk, once it is complete; None before that."""
        if self.big is None or len(self.big) < self._big_size:
            return None
        big = bytes(self.big)
        self.big = None
        return big

    def consume(self, count: int) -> int:
        """`count` bytes from the start are done with."""
        if not 0 <= count <= len(self.data):
            raise ValueError(f"{count} bytes to consume, {len(self.data)} there")
        del self.data[:count]
        return 0

    def release(self) -> None:
        """Forget everything, and give the memory back."""
        self.data = bytearray()
        self.big = None
        self._scratch = None

    def release_if_empty(self) -> None:
        """Give the memory back if nothing is waiting in it: an idle connection holds none."""
        if not self.data:
            self.data = bytearray()
            self._scratch = None

    def size(self) -> int:
        """How many bytes there are, a big bulk aside."""
        return len(self.data)

    def peek(self) -> bytes:
        """A copy of the bytes not yet consumed."""
        return bytes(self.data)


class View(NamedTuple):
    """One argument: compiled, a pointer and how many bytes are there."""

    at: bytes
    size: int


@final
class Args:
    """One command's arguments, its name among them as argument 0.

    Those that a parser gives die when it is asked for the next command or its buffer is read into: `detach` what must
    live on.
    """

    __slots__ = ("count", "frame", "frame_size", "values")

    def __init__(self) -> None:
        self.values: list[bytes] = []
        self.count = 0
        # The command as it stood on the wire; none (size 0) if it is inline, holds a big bulk, or is a copy.
        self.frame: bytes | None = None
        self.frame_size = 0

    @classmethod
    def of(cls, *values: bytes) -> Args:
        """Arguments of one's own: they own their bytes."""
        return cls.from_list(values)

    @classmethod
    def from_list(cls, values: Iterable[bytes]) -> Args:
        """Like `of`, from any iterable."""
        args = cls()
        for value in values:
            if not isinstance(value, bytes):
                raise TypeError(f"an argument is bytes, not {type(value).__name__}")
            args.append_owned(value)
        return args

    def append_owned(self, value: bytes) -> int:
        self.values.append(value)
        self.count += 1
        return 0

    def clear(self) -> None:
        self.values = []
        self.count = 0
        self.frame = None
        self.frame_size = 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, i: int) -> bytes:
        return self.values[i]

    def __iter__(self) -> Iterator[bytes]:
        return iter(list(self.values))

    def __repr__(self) -> str:
        return f"<Args {self.values!r}>"

    @property
    def views(self) -> list[View]:
        """All arguments with their sizes, as compiled callers see them."""
        return [View(value, len(value)) for value in self.values]

    def _at(self, i: int) -> bytes:
        if not 0 <= i < self.count:
            raise IndexError(f"argument {i} of {self.count}")
        return self.values[i]

    def bytes_at(self, i: int) -> bytes:
        """Argument `i`; IndexError if there is none (an index is never negative)."""
        return self._at(i)

    def size_at(self, i: int) -> int:
        """The length of argument `i` in bytes."""
        return len(self._at(i))

    def equals_view(self, i: int, word: bytes, size: int) -> bool:
        """Like `equals`, for compiled callers, who have a pointer and a size."""
        return i < self.count and len(self.values[i]) == size and self.values[i].upper() == word[:size]

    def equals(self, i: int, word: bytes) -> bool:
        """Whether argument `i` is `word`, which is given in upper case, whatever the case of its ASCII letters."""
        return self._at(i).upper() == word

    def int_at(self, i: int, error: bytes | None = None) -> int:
        """Argument `i` as a signed 64 bit integer in canonical form, else CommandError with `error`."""
        value = parse_integer(self._at(i))
        if value is None:
            raise CommandError(NOT_AN_INTEGER if error is None else error)
        return value

    def float_at(self, i: int, error: bytes | None = None) -> float:
        """Argument `i` as a double by strtod's rules without NaN, else CommandError with `error`."""
        value = parse_double(self._at(i))
        if value is None:
            raise CommandError(NOT_A_FLOAT if error is None else error)
        return value

    def detach(self) -> Args:
        """A copy that owns its bytes and outlives buffer and parser."""
        return Args.from_list(self.values)

    def to_list(self) -> list[bytes]:
        """All arguments as bytes."""
        return list(self.values)


# What is known of the next bulk besides its length: nothing yet, or that only its CRLF is missing.
_UNKNOWN = -1
_TAKEN = -2


@final
class CommandParser:
    """Finds commands, multibulk and inline, in a receive buffer; what Redis 7.0.15 takes and refuses, and how.

    It keeps its place in a command that is not complete, and reads no byte twice. Like Redis it does not look at the
    two bytes behind a bulk, nor at the one behind a CR. Unlike Redis, whose bound on a line depends on how the
    bytes happened to arrive, a line longer than 64 KB is always refused.
    """

    __slots__ = (
        "_args_done",
        "_broken",
        "_searched",
        "args",
        "buffer",
        "bulk",
        "left",
        "max_bulk",
        "scanned",
        "trusted",
    )

    def __init__(self, buffer: InBuffer | None = None) -> None:
        self.buffer = InBuffer() if buffer is None else buffer
        self.args = Args()
        # False until the client has authenticated: 10 arguments and 16 KB are all that it may send.
        self.trusted = True
        self.max_bulk = MAX_BULK_BYTES
        self.left = 0  # arguments still to come
        self.scanned = 0  # offset, from the start, of what has not been parsed
        self.bulk = _UNKNOWN  # length of the bulk at `scanned`, once known
        self._searched = 0  # offset from which the end of a line is still to be searched
        self._args_done = False  # a command was returned; its arguments go with the next call
        self._broken: str | None = None

    def next(self) -> bool:
        """Parse the next complete command into `args`; False when more has to be received first.

        ProtocolError, with the text that Redis sends, when it cannot become a command; and from then on always.
        """
        if self._broken is not None:
            raise ProtocolError(self._broken)
        if self._args_done:
            self.args.clear()
            self._args_done = False
        buffer = self.buffer
        while self.left == 0:
            if not buffer.data:
                buffer.release_if_empty()
                return False
            if buffer.data[0] == 0x2A:
                if not self._header():
                    return False
            elif not self._inline():
                return False
            elif self.args.count:  # what holds no word is passed over, as is an array of none
                self._args_done = True
                return True
        if not self._multibulk():
            return False
        self._args_done = True
        return True

    def reset(self) -> int:
        """Forget the command in progress, and an error; the buffer is the caller's to empty."""
        self.args.clear()
        self.left = self.scanned = self._searched = 0
        self.bulk = _UNKNOWN
        self._args_done = False
        self._broken = None
        return 0

    def _refuse(self, text: str) -> ProtocolError:
        self._broken = f"Protocol error: {text}"
        return ProtocolError(self._broken)

    def _line(self, ending: int, too_big: str) -> int:
        """Offset of the first `ending` behind `scanned`, or -1 while it has not come.

        A NUL hides what follows it: Redis searches a C string, and so waits until there is too much.
        """
        data = self.buffer.data
        last = self.scanned + MAX_LINE_BYTES + 1
        at = self._searched = max(self._searched, self.scanned)
        if at < len(data) and data[at] == 0:
            found = -1
        else:
            found = data.find(ending, at, last)
            nul = data.find(0, at, last if found < 0 else found)
            if nul >= 0:
                self._searched, found = nul, -1
            else:
                self._searched = min(len(data), last) if found < 0 else found
        if found < 0 and len(data) - self.scanned > MAX_LINE_BYTES:
            raise self._refuse(too_big)
        return found

    def _length(self, too_big: str) -> tuple[bytes, int | None] | None:
        """The line at `scanned`, up to its CR, and the number behind its first byte; None while it is not complete."""
        at = self._line(0x0D, too_big)
        if at < 0 or at + 2 > len(self.buffer.data):
            return None
        line = bytes(self.buffer.data[self.scanned : at])
        self._searched = at + 2
        return line, parse_integer(line[1:])

    def _header(self) -> bool:
        found = self._length("too big mbulk count string")
        if found is None:
            return False
        count = found[1]
        if count is None or count > MAX_ARGUMENTS:
            raise self._refuse("invalid multibulk length")
        if count > UNTRUSTED_ARGUMENTS and not self.trusted:
            raise self._refuse("unauthenticated multibulk length")
        if count <= 0:
            self.buffer.consume(self._searched)
            self._searched = 0
            return True
        self.left = count
        self.scanned = self._searched
        return True

    def _multibulk(self) -> bool:
        buffer, args = self.buffer, self.args
        while self.left:
            if self.bulk == _UNKNOWN:
                found = self._length("too big bulk count string")
                if found is None:
                    return False
                line, size = found
                if line[:1] != b"$":
                    got = (line[:1] or b"\r").decode("utf-8", "surrogateescape")
                    raise self._refuse(f"expected '$', got '{got}'")
                if size is None or size < 0 or size > self.max_bulk:
                    raise self._refuse("invalid bulk length")
                if size > UNTRUSTED_BULK_BYTES and not self.trusted:
                    raise self._refuse("unauthenticated bulk length")
                self.bulk = size
                self.scanned = self._searched
            if self.bulk >= 0:
                there = len(buffer.data) - self.scanned
                if buffer.big is None:
                    if there < self.bulk + 2:
                        if self.bulk > BIG_BULK_BYTES and there < self.bulk:
                            buffer.expect_big_at(self.scanned, self.bulk)
                        return False
                    args.append_owned(bytes(buffer.data[self.scanned : self.scanned + self.bulk]))
                    self.scanned += self.bulk
                else:
                    big = buffer.take_big()
                    if big is None:
                        return False
                    args.append_owned(big)
                    args.frame_size = -1  # not in one piece
                self.bulk = _TAKEN
            if len(buffer.data) - self.scanned < 2:
                return False
            self.scanned += 2
            self._searched = self.scanned
            self.bulk = _UNKNOWN
            self.left -= 1
        if args.frame_size < 0:
            args.frame_size = 0
        else:
            args.frame = bytes(buffer.data[: self.scanned])
            args.frame_size = self.scanned
        buffer.consume(self.scanned)
        self.scanned = self._searched = 0
        return True

    def _inline(self) -> bool:
        at = self._line(0x0A, "too big inline request")
        if at < 0:
            return False
        line = bytes(self.buffer.data[:at])
        if line.endswith(b"\r"):
            line = line[:-1]
        words = split_words(line)
        if words is None:
            raise self._refuse("unbalanced quotes in request")
        self.buffer.consume(at + 1)
        self._searched = 0
        for word in words:
            self.args.append_owned(word)
        return True


_SPACE = b" \t\n\r\v\f"
_HEX = b"0123456789abcdefABCDEF"
_ESCAPES = {0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09, 0x62: 0x08, 0x61: 0x07}


def split_words(line: bytes) -> list[bytes] | None:
    """The words of an inline command or of a line of redis.conf; None where quotes are not balanced.

    In double quotes ``\\n \\r \\t \\b \\a \\xHH`` and any escaped byte, in single quotes ``\\'`` alone. A closing quote
    ends the word, and a space or nothing must follow it.
    """
    words: list[bytes] = []
    at, end = 0, line.find(0)
    if end < 0:
        end = len(line)
    while True:
        while at < end and line[at] in _SPACE:
            at += 1
        if at == end:
            return words
        word = bytearray()
        quote = 0
        while True:
            byte = line[at] if at < end else 0
            if quote:
                if at == end:
                    return None
                if byte == 0x5C and at + 1 < end and quote == 0x22:
                    at += 1
                    byte = line[at]
                    if byte == 0x78 and at + 2 < end and line[at + 1] in _HEX and line[at + 2] in _HEX:
                        word.append(int(line[at + 1 : at + 3], 16))
                        at += 2
                    else:
                        word.append(_ESCAPES.get(byte, byte))
                elif byte == 0x5C and line[at + 1 : at + 2] == b"'" and quote == 0x27:
                    at += 1
                    word.append(0x27)
                elif byte == quote:
                    at += 1
                    if at < end and line[at] not in _SPACE:
                        return None
                    break
                else:
                    word.append(byte)
            elif at == end or byte in b" \n\r\t":
                break
            elif byte in b"\"'":
                quote = byte
            else:
                word.append(byte)
            at += 1
        words.append(bytes(word))
