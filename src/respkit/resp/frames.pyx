# cython: boundscheck=False, wraparound=False, cdivision=True
"""Where the next reply ends, with no object built: what the proxy forwards are bytes.

A frame is one whole reply, an attribute before it included. Nesting takes no memory here: to know where a
reply ends it is enough to count the elements still to come, since an aggregate of n is one element that adds n.

Lengths are believed only within `max_frame`: each element takes three bytes at least, so a forged count is refused
when it is announced. RESP3's streamed strings and aggregates (`$?`, `*?`) are refused, as hiredis refuses them: Redis
never sends them. The text of simple lines is not looked at; a line feed without its carriage return is refused, since
a reader further down might take it for a line's end.
"""

cimport cython
from libc.string cimport memchr

from respkit.resp.inbuf cimport InBuffer, string_to_integer

from respkit.errors import InvalidResponse
from respkit.resp.limits import MAX_FRAME_BYTES

cdef enum:
    # The longest line with a length: its kind, a sign, 19 digits and CRLF, with some to spare.
    LENGTH_LINE = 32
    # The smallest element: its kind and CRLF.
    ELEMENT = 3

cdef long long DEFAULT_MAX_FRAME = MAX_FRAME_BYTES


cdef int refuse(str text) except -1:
    raise InvalidResponse(text)


@cython.final
cdef class FrameScanner:
    """Finds the ends of the replies in one receive buffer.

    `max_frame` bounds a whole frame, in bytes.
    """

    def __cinit__(self):
        self.max_frame = DEFAULT_MAX_FRAME

    cpdef int reset(self) except -1:
        """Forget what was seen of a reply that is not complete."""
        self.scanned = self.searched = self.needed = 0
        self.left = 0
        return 0

    cpdef Py_ssize_t scan(self, InBuffer buffer) except -1:
        """The length of the reply at the buffer's start, or 0 when more is needed.

        The caller consumes the frame, and only that, before it asks again. Raises InvalidResponse.
        """
        cdef const char* data = buffer.data + buffer.start
        cdef Py_ssize_t size = buffer.end - buffer.start
        cdef const char* at
        cdef Py_ssize_t length
        cdef unsigned int digit
        # The common case, a small reply that is all there; whatever is unusual about it is left to walk().
        if self.left == 0:
            if size <= ELEMENT or size > self.max_frame:
                return self.walk(data, size)
            if data[0] == c"$":
                length = <unsigned char>data[1] - c"0"
                if 1 <= length <= 9:
                    # The bytes are all there if two more than its digits say are, and nine digits cannot overflow.
                    at = data + 2
                    while size > 11 or at < data + size:
                        digit = <unsigned int>(at[0] - c"0")
                        if digit > 9 or at == data + 10:
                            break
                        length = length * 10 + digit
                        at += 1
                    length += at - data + 4
                    if (
                        length <= size
                        and at[0] == c"\r"
                        and at[1] == c"\n"
                        and data[length - 2] == c"\r"
                        and data[length - 1] == c"\n"
                    ):
                        return length
                elif size >= 5 and data[1] == c"-" and data[2] == c"1" and data[3] == c"\r" and data[4] == c"\n":
                    return 5
            elif data[0] == c"+" or data[0] == c":" or data[0] == c"-":
                at = <const char*>memchr(data, c"\n", size)
                if at != NULL and (at - 1)[0] == c"\r":
                    return at - data + 1
        elif size < self.needed:
            return 0
        return self.walk(data, size)

    cdef Py_ssize_t walk(self, const char* data, Py_ssize_t size) except -1:
        # Element after element, from where the last call stopped.
        cdef Py_ssize_t at = self.scanned
        cdef Py_ssize_t line, end
        cdef long long left = self.left if self.left else 1
        cdef long long value = 0
        cdef char kind
        cdef bint plain
        cdef const char* found
        while left:
            if at >= size:
                return self.wait(at, at + 1, left)
            kind = data[at]
            if kind == c"$" or kind == c"*" or kind == c"%" or kind == c"~" or kind == c">" or kind == c"=" or kind == c"!" or kind == c"|":
                plain = False
            elif kind == c"+" or kind == c":" or kind == c"-" or kind == c"," or kind == c"_" or kind == c"#" or kind == c"(":
                plain = True
            else:
                refuse("unknown reply type")
            line = self.searched if self.searched > at else at + 1
            found = <const char*>memchr(data + line, c"\n", size - line) if line < size else NULL
            if found == NULL:
                if not plain and size - at > LENGTH_LINE:
                    refuse("invalid length of a reply")
                self.searched = size
                return self.wait(at, size + 1, left)
            end = found - data + 1
            if data[end - 2] != c"\r":
                refuse("a line of a reply does not end with CRLF")
            if plain:
                at = end
                left -= 1
                continue
            if not string_to_integer(data + at + 1, end - at - 3, &value) or value < -1:
                refuse("invalid length of a reply")
            if kind == c"$" or kind == c"=" or kind == c"!":
                if value >= 0:
                    if value > self.max_frame - end - 2:
                        refuse("a reply exceeds the limit")
                    if end + value + 2 > size:
                        return self.wait(at, end + value + 2, left)
                    end += value + 2
                    if data[end - 2] != c"\r" or data[end - 1] != c"\n":
                        refuse("a string of a reply does not end with CRLF")
                left -= 1
            else:
                if kind == c"|":
                    # It belongs to the reply that follows, and takes no place of its own.
                    if value < 0:
                        refuse("invalid length of a reply")
                else:
                    left -= 1
                if value > 0:
                    if value > (self.max_frame - end) // ELEMENT:
                        refuse("a reply exceeds the limit")
                    left += value * 2 if kind == c"%" or kind == c"|" else value
                if left > (self.max_frame - end) // ELEMENT:
                    refuse("a reply exceeds the limit")
            at = end
        if at > self.max_frame:
            refuse("a reply exceeds the limit")
        self.reset()
        return at

    cdef Py_ssize_t wait(self, Py_ssize_t at, Py_ssize_t needed, long long left) except -1:
        # `needed` bytes are the least that the frame has.
        if needed > self.max_frame:
            refuse("a reply exceeds the limit")
        self.scanned = at
        self.needed = needed
        self.left = left
        return 0
