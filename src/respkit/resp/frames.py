"""Where the next reply ends, with no object built: the plain form of ``frames.pyx``, which says more."""

from __future__ import annotations

from respkit.errors import InvalidResponse
from respkit.resp.inbuf import InBuffer, parse_integer
from respkit.resp.limits import MAX_FRAME_BYTES

# The longest line with a length: its kind, a sign, 19 digits and CRLF, with some to spare.
_LENGTH_LINE = 32
# The smallest element: its kind and CRLF.
_ELEMENT = 3

_LINES = b"+-:_#,("
_STRINGS = b"$=!"
_AGGREGATES = b"*%~>|"
_PAIRS = b"%|"
_ATTRIBUTE = 0x7C

_EXCEEDS = "a reply exceeds the limit"
_LENGTH = "invalid length of a reply"


class FrameScanner:
    """Finds the ends of the replies in one receive buffer.

    `max_frame` bounds a whole frame, in bytes.
    """

    __slots__ = ("_left", "_needed", "_scanned", "_searched", "max_frame")

    def __init__(self) -> None:
        self.max_frame = MAX_FRAME_BYTES
        self.reset()

    def reset(self) -> int:
        """Forget what was seen of a reply that is not complete."""
        # Places, counted from the buffer's start: of the element being read; up to where its line has been
        # searched for the end; up to where there is nothing to find before the bytes have come.
        self._scanned = self._searched = self._needed = 0
        # Elements of the frame still to come; 0 between frames.
        self._left = 0
        return 0

    def scan(self, buffer: InBuffer) -> int:
        """The length of the reply at the buffer's start, or 0 when more is needed.

        The caller consumes the frame, and only that, before it asks again. Raises InvalidResponse.
        """
        data = buffer.data
        size = len(data)
        if size < self._needed:
            return 0
        at = self._scanned
        left = self._left or 1
        while left:
            if at >= size:
                return self._wait(at, at + 1, left)
            kind = data[at]
            line = kind in _LINES
            if not line and kind not in _STRINGS and kind not in _AGGREGATES:
                raise InvalidResponse("unknown reply type")
            end = data.find(0x0A, max(at + 1, self._searched)) + 1
            if not end:
                if not line and size - at > _LENGTH_LINE:
                    raise InvalidResponse(_LENGTH)
                self._searched = size
                return self._wait(at, size + 1, left)
            if data[end - 2] != 0x0D:
                raise InvalidResponse("a line of a reply does not end with CRLF")
            if line:
                at = end
                left -= 1
                continue
            value = parse_integer(bytes(data[at + 1 : end - 2]))
            if value is None or value < -1:
                raise InvalidResponse(_LENGTH)
            if kind in _STRINGS:
                if value >= 0:
                    if value > self.max_frame - end - 2:
                        raise InvalidResponse(_EXCEEDS)
                    end += value + 2
                    if end > size:
                        return self._wait(at, end, left)
                    if data[end - 2] != 0x0D or data[end - 1] != 0x0A:
                        raise InvalidResponse("a string of a reply does not end with CRLF")
                left -= 1
            else:
                if kind != _ATTRIBUTE:
                    left -= 1
                elif value < 0:
                    # It belongs to the reply that follows, and takes no place of its own.
                    raise InvalidResponse(_LENGTH)
                if value > 0:
                    left += value * 2 if kind in _PAIRS else value
                if left > (self.max_frame - end) // _ELEMENT:
                    raise InvalidResponse(_EXCEEDS)
            at = end
        if at > self.max_frame:
            raise InvalidResponse(_EXCEEDS)
        self.reset()
        return at

    def _wait(self, at: int, needed: int, left: int) -> int:
        # `needed` bytes are the least that the frame has.
        if needed > self.max_frame:
            raise InvalidResponse(_EXCEEDS)
        self._scanned = at
        self._needed = needed
        self._left = left
        return 0
