"""The reply buffer: what goes out on one connection, for both protocol versions and both directions: the plain form.

The compiled form (``outbuf.pyx``) has the same interface over C memory. Here the bytes lie in a bytearray.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import final

from respkit.errors import DataError
from respkit.resp.inbuf import Args

_LINE_ENDS = bytes.maketrans(b"\r\n", b"  ")


def double_text(value: float) -> bytes:
    """A double as Redis 7.0 replies it: ``%.17g``, which reads back as the same double."""
    if math.isnan(value):
        return b"-nan" if math.copysign(1.0, value) < 0 else b"nan"
    return b"%.17g" % value


@final
class OutBuffer:
    """Bytes not yet sent: ``data``, from 0 to its length.

    `proto`, 2 or 3, says how maps, sets, doubles, nulls, pushes, verbatim strings, booleans and big numbers are
    written.
    """

    __slots__ = ("data", "proto")

    start = 0

    def __init__(self, proto: int = 2) -> None:
        self.data = bytearray()
        self.proto = proto

    @property
    def end(self) -> int:
        return len(self.data)

    def __len__(self) -> int:
        return len(self.data)

    # -- bytes --

    def reserve(self, size: int) -> int:
        """Make room for `size` more bytes, so that they are not moved on the way."""
        return 0

    def put(self, at: bytes | bytearray | memoryview, size: int) -> int:
        """Append the first `size` bytes of `at` as they are."""
        self.data += memoryview(at)[:size]
        return 0

    def put_bulk(self, at: bytes | bytearray | memoryview, size: int) -> int:
        """Append the first `size` bytes of `at` as a bulk string."""
        self.data += b"$%d\r\n" % size
        self.data += memoryview(at)[:size]
        self.data += b"\r\n"
        return 0

    def put_header(self, kind: int, value: int) -> int:
        """Append the byte `kind`, the decimal `value` and CRLF."""
        self.data += b"%c%d\r\n" % (kind, value)
        return 0

    def sent(self, count: int) -> int:
        """`count` bytes have been sent; memory goes back when none is left."""
        if not 0 <= count <= len(self.data):
            raise ValueError(f"{count} bytes sent, {len(self.data)} there")
        if count == len(self.data):
            self.data = bytearray()
        else:
            del self.data[:count]
        return 0

    def release(self) -> None:
        """Forget everything, and give the memory back."""
        self.data = bytearray()

    def size(self) -> int:
        """How many bytes wait to be sent."""
        return len(self.data)

    def peek(self) -> bytes:
        """A copy of the bytes that wait to be sent."""
        return bytes(self.data)

    def take(self) -> bytes:
        """The bytes that wait to be sent, as the caller's own; none is left."""
        data = bytes(self.data)
        self.data = bytearray()
        return data

    # -- replies --

    def raw(self, data: bytes) -> int:
        """Append what is encoded already."""
        self.data += data
        return 0

    def ok(self) -> int:
        self.data += b"+OK\r\n"
        return 0

    def simple(self, text: bytes) -> int:
        """A simple string; `text` has no line end, which is the caller's to see to."""
        self.data += b"+%b\r\n" % text
        return 0

    def error(self, text: bytes) -> int:
        """An error, code first: ``ERR syntax error``. Line ends around it are dropped, those in it become spaces."""
        self.data += b"-%b\r\n" % text.strip(b"\r\n").translate(_LINE_ENDS)
        return 0

    def integer(self, value: int) -> int:
        return self.put_header(0x3A, value)

    def bulk(self, value: bytes) -> int:
        return self.put_bulk(value, len(value))

    def bulk_arg(self, args: Args, i: int) -> int:
        """Argument `i` as a bulk string, with no object made of it."""
        return self.bulk(args.bytes_at(i))

    def bulk_integer(self, value: int) -> int:
        """The decimal digits of `value` as a bulk string."""
        return self.bulk(b"%d" % value)

    def null(self) -> int:
        self.data += b"_\r\n" if self.proto == 3 else b"$-1\r\n"
        return 0

    def null_array(self) -> int:
        self.data += b"_\r\n" if self.proto == 3 else b"*-1\r\n"
        return 0

    def array(self, count: int) -> int:
        return self.put_header(0x2A, count)

    def map(self, pairs: int) -> int:
        return self.put_header(0x25, pairs) if self.proto == 3 else self.put_header(0x2A, 2 * pairs)

    def set(self, count: int) -> int:
        return self.put_header(0x7E if self.proto == 3 else 0x2A, count)

    def push(self, count: int) -> int:
        return self.put_header(0x3E if self.proto == 3 else 0x2A, count)

    def attribute(self, pairs: int) -> int:
        """What precedes a reply in RESP3; RESP2 has no such thing (ValueError)."""
        if self.proto != 3:
            raise ValueError("attributes exist in RESP3 only")
        return self.put_header(0x7C, pairs)

    def double(self, value: float) -> int:
        text = double_text(value)
        if self.proto == 3:
            self.data += b",%b\r\n" % text
            return 0
        return self.bulk(text)

    def boolean(self, value: bool) -> int:
        if self.proto == 3:
            self.data += b"#t\r\n" if value else b"#f\r\n"
        else:
            self.data += b":1\r\n" if value else b":0\r\n"
        return 0

    def big_number(self, digits: bytes) -> int:
        if self.proto == 3:
            self.data += b"(%b\r\n" % digits
            return 0
        return self.bulk(digits)

    def verbatim(self, kind: bytes, text: bytes) -> int:
        """A string with its format, three bytes such as ``txt`` (padded or cut to three); in RESP2 the text alone."""
        if self.proto == 3:
            self.data += b"=%d\r\n%b:%b\r\n" % (len(text) + 4, kind[:3].ljust(3), text)
            return 0
        return self.bulk(text)

    # -- an aggregate whose length is known only afterwards --

    def mark(self) -> int:
        """The place where an aggregate begins. It holds until something is sent."""
        return len(self.data)

    def close_array(self, place: int, count: int) -> int:
        """What was written since `place` are the `count` elements of an array."""
        return self._close(place, 0x2A, count)

    def close_map(self, place: int, pairs: int) -> int:
        return self._close(place, 0x25, pairs) if self.proto == 3 else self._close(place, 0x2A, 2 * pairs)

    def close_set(self, place: int, count: int) -> int:
        return self._close(place, 0x7E if self.proto == 3 else 0x2A, count)

    def _close(self, place: int, kind: int, value: int) -> int:
        if not 0 <= place <= len(self.data):
            raise ValueError("the place of an aggregate is gone")
        self.data[place:place] = b"%c%d\r\n" % (kind, value)
        return 0

    def truncate(self, place: int) -> int:
        """Forget what was written since `place`."""
        if not 0 <= place <= len(self.data):
            raise ValueError("the place to go back to is gone")
        del self.data[place:]
        return 0

    # -- commands --

    def command(self, args: Iterable[object]) -> int:
        """A client's command: str (as UTF-8), bytes, bytearray, memoryview, int and float are its arguments.

        DataError for anything else, bool and None among it, and then nothing is written.
        """
        values = [encode_argument(value) for value in args]
        if not values:
            raise DataError("a command has at least its name")
        self.put_header(0x2A, len(values))
        for value in values:
            self.put_bulk(value, len(value))
        return 0

    def forward(self, args: Args) -> int:
        """A received command, byte for byte where it came in one piece and exactly, else encoded anew.

        A parser, like Redis's, does not look at every byte of a line's end. What it let pass another server might
        not, or might read as something else, and it would be on a connection that others share.
        """
        return self.command(args.values)


def encode_argument(value: object) -> bytes | bytearray:
    """The bytes of one argument of a client's command; DataError for what has none."""
    if isinstance(value, (bytes, bytearray)):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, memoryview):
        return value.tobytes()
    if isinstance(value, int) and not isinstance(value, bool):
        return b"%d" % value
    if isinstance(value, float):
        return float.__repr__(value).encode()
    raise DataError(f"{type(value).__name__} is no argument of a command: give bytes, str, int or float")
