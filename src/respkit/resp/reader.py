"""The Reader: what a server sends, as Python objects, through the interface of ``hiredis.Reader``.

    reader = Reader(encoding="utf-8")
    reader.feed(data)
    while (reply := reader.gets()) is not False:
        ...

What becomes what, in both versions of the protocol:

    + simple string, $ bulk string      bytes, or str where there is an encoding
    = verbatim string                   the same, without the three letters of its format
    - error, ! bulk error               what ``replyError`` makes of the text, also inside an aggregate
    : integer, ( big number             int
    , double                            float
    # boolean, _ null, negative lengths bool, None, None
    * array                             list
    % map                               dict
    ~ set                               list, or set where ``convertSetsToLists`` is False
    > push                              PushNotification, a list
    | attribute                         read and dropped: it belongs to the reply that follows

A key that cannot be hashed (a list, a dict) turns its whole map into a list of pairs, ``[(key, value), …]``, and a
member that cannot be hashed turns its whole set into a list: in the order received, nothing is lost. Keys that
are equal in Python (``1`` and ``true``) are one key, and the last value is kept.

Where hiredis-py 3.5 does otherwise: it gives big numbers as strings and attributes as replies of their own; it knows no
bulk errors; a map's key that cannot be hashed breaks it; and it does not look at the two bytes behind a bulk.
"""

from __future__ import annotations

import codecs
import operator
from collections.abc import Callable
from typing import SupportsIndex, TypeAlias

from respkit.errors import InvalidResponse, ResponseError
from respkit.resp.decoder import Decoder
from respkit.resp.inbuf import InBuffer
from respkit.resp.limits import MAX_REPLY_DEPTH

# Parameters that the compiled form has as C types.
Byte: TypeAlias = int
Count: TypeAlias = int
Items: TypeAlias = list[object]
Data: TypeAlias = bytes | bytearray | memoryview | str

MAX_DEPTH = MAX_REPLY_DEPTH

# hiredis's REDIS_READER_MAX_BUF.
_DEFAULT_MAXBUF = 16 * 1024

# The type bytes of aggregates that are more than a list.
ATTRIBUTE = 0x7C
MAP = 0x25
SET = 0x7E
PUSH = 0x3E

# The states of a Reader. Codecs, reply_error and finalizers are Python code, which may reach the Reader
# while it reads; it refuses, since the bytes that it stands on would move.
UNMADE = 0
READY = 1
BUSY = 2
BROKEN = 3

# Elements that an aggregate inside another has room for at first.
INNER_ROOM = 32

_IN_USE = "the Reader is being used"

# Stands in for the elements of a level that has none any more.
NOTHING: list[object] = []


class PushNotification(list[object]):
    """A push: what the server sends unasked. Told by its type from a reply, and otherwise a list."""

    __slots__ = ()


class Level:
    """An aggregate that is being put together."""

    def __init__(self) -> None:
        self.kind = 0
        self.left = 0
        self.items: list[object] = []


class Reader:
    """Reads replies from what is fed to it, or from a receive buffer that somebody else fills (`attach`).

    It can stop at any byte and goes on from there. After a protocol error it stays in error, as hiredis does: `feed`
    is ignored, `gets` raises again. An error in decoding, or one that `replyError` raises, costs that one
    reply: `gets` raises it in the reply's place, when the reply is complete.
    """

    def __init__(
        self,
        protocolError: Callable[[str], BaseException] = InvalidResponse,  # noqa: N803  (hiredis's names)
        replyError: Callable[[str], object] = ResponseError,  # noqa: N803
        encoding: str | None = None,
        errors: str | None = None,
        notEnoughData: object = False,  # noqa: N803
        *,
        convertSetsToLists: bool = True,  # noqa: N803
    ) -> None:
        """`notEnoughData` is what `gets` returns when there is no whole reply.

        TypeError where a callable is none or a name no str, LookupError where there is no such encoding or error
        handler.
        """
        if not callable(protocolError) or not callable(replyError):
            raise TypeError("Expected a callable")
        self.decoder = Decoder()
        self.decoder.reply_error = replyError
        self.protocol_error = protocolError
        self.not_enough = notEnoughData
        self.sets_to_lists = bool(convertSetsToLists)
        self.maxbuf = _DEFAULT_MAXBUF
        # The aggregates that are open, outermost first, behind a root that takes the reply itself; those behind
        # `depth` are kept for the next reply.
        self.levels = [Level()]
        self.depth = 0
        self.attached = False
        self.state = READY
        self.set_encoding(encoding, errors)

    # -- hiredis.Reader --

    def feed(self, data: Data, off: SupportsIndex = 0, length: SupportsIndex = -1, /) -> None:
        """Append `length` bytes of `data` from `off`, by default all that follow.

        ValueError where there are not so many, TypeError and BufferError for what has no bytes to give.
        """
        if self.state != READY and not self.usable():
            return
        self.decoder.feed(data, off, length)

    def gets(self, should_decode: SupportsIndex = True, /) -> object:
        """The next reply, or `notEnoughData`; with `should_decode` false, strings stay bytes whatever the encoding."""
        if self.state != READY and not self.usable():
            raise self.protocol_error(self.decoder.broken or "")
        self.state = BUSY
        try:
            if isinstance(should_decode, int):
                return self.read(bool(should_decode))
            return self.read(operator.index(should_decode) != 0)
        finally:
            if self.state == BUSY:
                self.state = READY

    def setmaxbuf(self, maxbuf: int | None, /) -> None:
        """Kept for `getmaxbuf`, None being the default: the memory of a buffer that is empty always goes back."""
        value = _DEFAULT_MAXBUF if maxbuf is None else operator.index(maxbuf)
        if value < 0:
            raise ValueError("maxbuf value out of range")
        if value >= 2**63:
            raise OverflowError("Python int too large to convert to C long")
        self.maxbuf = value

    def getmaxbuf(self) -> int:
        return self.maxbuf

    def len(self) -> int:
        """How many bytes have been fed and not read, those of a large bulk in progress aside."""
        if self.state == UNMADE:
            self.usable()
        return self.decoder.buffer.size()

    def has_data(self) -> bool:
        """Whether there are such bytes; they need not be a whole reply."""
        if self.state == UNMADE:
            self.usable()
        return self.decoder.buffer.size() > 0

    def set_encoding(self, encoding: str | None = None, errors: str | None = None) -> None:
        """Decode strings from now on, or no longer. LookupError where there is no such encoding or error handler."""
        if self.state == UNMADE:
            self.usable()
        for name in (encoding, errors):
            if name is not None and not isinstance(name, str):
                raise TypeError(f"expected str or None, not {type(name).__name__}")
            if name is not None and "\0" in name:
                raise ValueError("embedded null character")
        codec = None if encoding is None else codecs.lookup(encoding).name
        if errors is None:
            errors = "strict"
        codecs.lookup_error(errors)
        self.decoder.set_encoding(codec, errors)

    # -- more than hiredis.Reader --

    def attach(self, buffer: InBuffer) -> None:
        """Read from `buffer`, which somebody else fills, instead of from what is fed."""
        if self.state != READY and not self.usable():
            return
        self.decoder.use(buffer)
        self.attached = True

    @property
    def max_bulk(self) -> int:
        """The longest bulk, verbatim string, error or line that is accepted, in bytes: 512 MB by default."""
        if self.state == UNMADE:
            self.usable()
        return self.decoder.max_bulk

    @max_bulk.setter
    def max_bulk(self, value: int) -> None:
        if self.state == UNMADE:
            self.usable()
        self.decoder.max_bulk = value

    # -- how a reply is put together --

    def usable(self) -> bool:
        if self.state == BROKEN:
            return False
        raise RuntimeError(_IN_USE if self.state == BUSY else "Reader.__init__ has not run")

    def read(self, decode: bool) -> object:
        decoder = self.decoder
        if self.depth == 0:
            # The common case, a reply that is no aggregate.
            value = decoder.next(decode)
            if decoder.kind == 0:
                if decoder.failure is None:
                    return value
                return self.whole(value)
            if decoder.kind < 0:
                return self.nothing()
            # Next in frequency: one that holds no other and is all there.
            kind = decoder.kind
            items = decoder.room_for(decoder.count)
            left = decoder.run(items, decoder.count, decode)
            if left == 0 and kind != ATTRIBUTE:
                return self.whole(self.closed(kind, items))
            root: Level = self.levels[0]
            root.left = 0 if kind != ATTRIBUTE else 1
            self.depth = 1
            self.push(kind, left, items)
            if left and (decoder.kind < 0 or not self.open()):
                return self.nothing()
        return self.collect(decode)

    def collect(self, decode: bool) -> object:
        """Go on with the aggregates that are open, the innermost first."""
        decoder = self.decoder
        level: Level
        outer: Level
        while True:
            level = self.levels[self.depth - 1]
            if level.left:
                level.left = decoder.run(level.items, level.left, decode)
                if level.left:
                    if decoder.kind < 0 or not self.open():
                        return self.nothing()
                    continue
            self.depth -= 1
            if self.depth == 0:
                return self.whole(level.items.pop())
            items = level.items
            level.items = NOTHING
            if level.kind != ATTRIBUTE:
                outer = self.levels[self.depth - 1]
                outer.items.append(self.closed(level.kind, items))

    def open(self) -> bool:
        """Begin the aggregate whose header the decoder has just read; False if it lies too deep."""
        if self.depth > MAX_DEPTH:
            self.decoder.refuse("Max nesting depth exceeded")
            return False
        kind = self.decoder.kind
        if kind != ATTRIBUTE:
            # It takes its place in what encloses it; an attribute takes none.
            outer: Level = self.levels[self.depth - 1]
            outer.left -= 1
        # Only the outermost may trust the bytes at hand: a thousand lists within each other would all count them.
        self.push(kind, self.decoder.count, self.decoder.room_for(min(self.decoder.count, INNER_ROOM)))
        return True

    def push(self, kind: Byte, left: Count, items: Items) -> None:
        if self.depth == len(self.levels):
            self.levels.append(Level())
        level: Level = self.levels[self.depth]
        level.kind = kind
        level.left = left
        level.items = items
        self.depth += 1

    def closed(self, kind: Byte, items: Items) -> object:
        """The object of a finished aggregate."""
        if kind == MAP:
            return _map_of(items)
        if kind == SET and not self.sets_to_lists:
            return _set_of(items)
        if kind == PUSH:
            return PushNotification(items)
        return items

    def whole(self, value: object) -> object:
        failure = self.decoder.failure
        if failure is not None:
            self.decoder.failure = None
            raise failure
        return value

    def nothing(self) -> object:
        """What `gets` returns or raises where there is no reply."""
        if self.decoder.broken is None:
            self.decoder.buffer.release_if_empty()
            return self.not_enough
        self.state = BROKEN
        self.levels = [Level()]
        self.depth = 0
        self.decoder.failure = None
        if not self.attached:
            self.decoder.buffer.release()
        raise self.protocol_error(self.decoder.broken)


def _map_of(items: Items) -> object:
    mapping = {}
    try:
        for i in range(0, len(items), 2):
            mapping[items[i]] = items[i + 1]
    except TypeError:
        return [(items[i], items[i + 1]) for i in range(0, len(items), 2)]
    return mapping


def _set_of(items: Items) -> object:
    try:
        return set(items)
    except TypeError:
        return items
