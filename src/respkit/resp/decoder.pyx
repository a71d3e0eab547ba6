# cython: boundscheck=False, wraparound=False, cdivision=True
"""Replies to Python objects: one that is no aggregate, or the header of one that is.

The Reader builds aggregates of what this leaf gives. Nothing is allocated on the word of a peer: a list has room for
what the bytes at hand can hold, and grows with what arrives. The exception is a bulk longer than the buffer, whose
object is made when it is announced, within `max_bulk`, so that it is received where it stays.

What is malformed is called so in hiredis's words.
"""

from cpython.buffer cimport PyBUF_READ, PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.list cimport PyList_Append, PyList_GET_SIZE, PyList_New
from cpython.long cimport PyLong_FromLongLong
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.unicode cimport PyUnicode_Decode, PyUnicode_DecodeUTF8
from libc.string cimport memchr, memcmp

from respkit.resp.inbuf cimport InBuffer, string_to_integer

from respkit.errors import ResponseError
from respkit.resp import limits

cdef extern from "Python.h":
    ctypedef struct PyListObject:
        PyObject** ob_item
        Py_ssize_t allocated

    void Py_SET_SIZE(object thing, Py_ssize_t size)
    double PyOS_string_to_double(const char* text, char** end, PyObject* overflow) except? -1.0

cdef enum:
    # From its type byte to its CRLF, the longest line that holds a 64-bit number, with some to spare.
    LENGTH_LINE = 32
    # The smallest element: its type byte and CRLF.
    ELEMENT = 3
    NO_CODEC = 0
    UTF8 = 1
    ANY_CODEC = 2

cdef Py_ssize_t MAX_BULK = limits.MAX_REPLY_BULK_BYTES
cdef long long MAX_ELEMENTS = limits.MAX_REPLY_ELEMENTS
cdef Py_ssize_t MAX_DIGITS = limits.MAX_BIG_NUMBER_DIGITS
cdef Py_ssize_t MAX_DOUBLE = limits.MAX_DOUBLE_CHARACTERS
cdef Py_ssize_t BIG_BULK = limits.BIG_BULK_BYTES

cdef bytes OK = b"OK"
cdef str OK_TEXT = "OK"


cdef inline bint is_string(char kind) noexcept:
    return kind == c"$" or kind == c"=" or kind == c"!"


cdef inline bint is_aggregate(char kind) noexcept:
    return kind == c"*" or kind == c"%" or kind == c"~" or kind == c">" or kind == c"|"


cdef inline bint is_line(char kind) noexcept:
    return (
        kind == c"+" or kind == c":" or kind == c"-" or kind == c"_" or kind == c"#" or kind == c"," or kind == c"("
    )


cdef str shown(unsigned char byte):
    """A byte as the text of an error shows it, in double quotes."""
    cdef dict named = {0x07: "\\a", 0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r", 0x22: '\\"', 0x5C: "\\\\"}
    text = named.get(byte)
    if text is None:
        text = chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}"
    return f'"{text}"'


cdef str malformed(char kind):
    if is_string(kind):
        return "Bad bulk string length"
    if is_aggregate(kind):
        return "Bad multi-bulk length"
    if kind == c":":
        return "Bad integer value"
    if kind == c",":
        return "Bad double value"
    if kind == c"#":
        return "Bad bool value"
    if kind == c"_":
        return "Bad nil value"
    if kind == c"(":
        return "Bad bignum value"
    return "Bad simple string value"


cdef inline int push(list items, object value) except -1:
    # Like append, but a list keeps the room that it was made with.
    cdef PyListObject* raw = <PyListObject*>items
    cdef Py_ssize_t size = PyList_GET_SIZE(items)
    if size < raw.allocated:
        Py_INCREF(value)
        raw.ob_item[size] = <PyObject*>value
        Py_SET_SIZE(items, size + 1)
        return 0
    return PyList_Append(items, value)


cdef class Decoder:
    """Reads what a server sends, one element after the other, from the start of a receive buffer.

    After `next` and `run`, `kind` says what they met: 0 an object was given; > 0 the type byte of an aggregate of
    `count` elements, which follow; < 0 nothing, because more has to be received first, or, where `broken` says how,
    because the stream breaks the protocol. `failure` is the first thing that a codec or `reply_error` raised: None
    stands in for the object, and the owner raises it when the reply is complete.

    Codecs and `reply_error` are Python code: the owner sees to it that they cannot reach this buffer.
    """

    def __cinit__(self):
        self.buffer = InBuffer()
        self.reply_error = ResponseError
        self.max_bulk = MAX_BULK
        self.errors = b"strict"

    cdef int use(self, InBuffer buffer) except -1:
        """Read from `buffer`, which somebody else fills."""
        self.buffer = buffer
        self.searched = 0
        return 0

    cdef int set_encoding(self, encoding, errors) except -1:
        """How strings are decoded; not at all where `encoding` is None."""
        if encoding is None:
            self.codec = NO_CODEC
        else:
            self.encoding = encoding.encode()
            self.codec = UTF8 if encoding == "utf-8" else ANY_CODEC
        self.errors = errors.encode()
        return 0

    cdef int feed(self, data, Py_ssize_t off, Py_ssize_t length) except -1:
        """Append `length` bytes of `data` from `off` to the buffer, all that follow where `length` is -1."""
        cdef Py_buffer view
        if isinstance(data, str):
            data = data.encode()
        if off == 0 and length == -1:
            return self.buffer.feed(data)
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            if length == -1:
                length = view.len - off
            if off < 0 or length < 0:
                raise ValueError("negative input")
            if length > view.len - off:
                raise ValueError("input is larger than buffer size")
            return self.buffer.feed(PyMemoryView_FromMemory(<char*>view.buf + off, length, PyBUF_READ))
        finally:
            PyBuffer_Release(&view)

    cdef object refuse(self, str text):
        """The stream is broken, in a way that the owner has seen."""
        self.kind = -1
        self.broken = text
        return None

    cdef list room_for(self, Py_ssize_t count):
        """An empty list for `count` elements, with room for those that can be in the bytes at hand."""
        cdef Py_ssize_t possible = (self.buffer.end - self.buffer.start) // ELEMENT
        cdef list items
        if count > possible:
            count = possible
        items = PyList_New(count)
        Py_SET_SIZE(items, 0)
        return items

    cdef object next(self, bint decode):
        """The next element, if it is complete and no aggregate; `kind` tells."""
        cdef InBuffer buffer = self.buffer
        cdef const char* at = buffer.data + buffer.start
        cdef const char* after = at
        if self.big_kind:
            return self.big(decode)
        if buffer.start == buffer.end:
            self.kind = -1
            return None
        value = self.element(at, buffer.data + buffer.end, &after, decode)
        buffer.start += after - at
        if self.kind < 0 and self.big_kind:
            self.expect()
        return value

    cdef Py_ssize_t run(self, list items, Py_ssize_t wanted, bint decode) except -1:
        """Append up to `wanted` elements to `items`, until `kind` is not 0; how many of them are missing."""
        cdef InBuffer buffer = self.buffer
        cdef const char* start
        cdef const char* at
        cdef const char* stop
        self.kind = 0
        if self.big_kind and wanted:
            value = self.big(decode)
            if self.kind:
                return wanted
            push(items, value)
            wanted -= 1
        start = at = buffer.data + buffer.start
        stop = buffer.data + buffer.end
        try:
            while wanted:
                if at >= stop:
                    self.kind = -1
                    break
                value = self.element(at, stop, &at, decode)
                if self.kind:
                    break
                push(items, value)
                wanted -= 1
        finally:
            buffer.start += at - start
        if self.kind < 0 and self.big_kind:
            self.expect()
        return wanted

    cdef object element(self, const char* at, const char* stop, const char** after, bint decode):
        # The element at `at` < stop; `after` is set where it or its header is complete. The common kinds, complete and in
        # their common form, are done here; all else, and every complaint, in other().
        cdef const char* digit = at + 1
        cdef const char* limit
        cdef unsigned long long value = 0
        cdef unsigned int number
        cdef Py_ssize_t size = stop - at
        cdef bint negative
        self.kind = 0
        if at[0] == c"$":
            limit = at + 10 if size > 10 else stop
            while digit < limit:
                number = <unsigned int>(digit[0] - c"0")
                if number > 9:
                    break
                value = value * 10 + number
                digit += 1
            # No overflow in nine digits; but a first one must have been there, and no leading zero.
            size = digit - at + 2 + <Py_ssize_t>value
            if (
                digit - at > 1
                and stop - at >= size + 2
                and (at[1] != c"0" or digit - at == 2)
                and <Py_ssize_t>value <= self.max_bulk
                and digit[0] == c"\r"
                and digit[1] == c"\n"
                and at[size] == c"\r"
                and at[size + 1] == c"\n"
            ):
                self.searched = 0
                after[0] = at + size + 2
                return self.string(digit + 2, value, decode)
        elif at[0] == c":":
            # No overflow in eighteen digits.
            limit = at + 19 if size > 19 else stop
            negative = size > 1 and digit[0] == c"-"
            digit += negative
            while digit < limit:
                number = <unsigned int>(digit[0] - c"0")
                if number > 9:
                    break
                value = value * 10 + number
                digit += 1
            if (
                stop - digit >= 2
                and digit[0] == c"\r"
                and digit[1] == c"\n"
                and (at[1 + negative] != c"0" or digit - at == 2)
                and digit - at > 1 + negative
            ):
                self.searched = 0
                after[0] = digit + 2
                return PyLong_FromLongLong(-<long long>value if negative else <long long>value)
        elif at[0] == c"+":
            if size >= 5 and memcmp(at, b"+OK\r\n", 5) == 0:
                self.searched = 0
                after[0] = at + 5
                if not decode or self.codec == NO_CODEC:
                    return OK
                return OK_TEXT if self.codec == UTF8 else self.decoded(at + 1, 2)
        return self.other(at, stop, after, decode)

    cdef object other(self, const char* at, const char* stop, const char** after, bint decode):
        cdef char kind = at[0]
        cdef const char* end
        cdef Py_ssize_t size = stop - at
        cdef Py_ssize_t from_ = 1
        cdef Py_ssize_t longest = LENGTH_LINE
        cdef long long value = 0
        cdef bint counted = is_string(kind) or is_aggregate(kind)
        if not counted:
            if not is_line(kind):
                return self.refuse(f"Protocol error, got {shown(<unsigned char>kind)} as reply type byte")
            if kind == c"+" or kind == c"-":
                longest = self.max_bulk
            elif kind == c",":
                longest = MAX_DOUBLE + 3
            elif kind == c"(":
                longest = MAX_DIGITS + 4
        # Only the first element of a buffer can have been searched before.
        if self.searched:
            from_ = self.searched
            self.searched = 0
        end = <const char*>memchr(at + from_, c"\n", size - from_) if size > from_ else NULL
        if (size if end == NULL else end - at + 1) > longest:
            return self.refuse(malformed(kind))
        if end == NULL:
            self.searched = size
            self.kind = -1
            return None
        if (end - 1)[0] != c"\r":
            return self.refuse(malformed(kind))
        if not counted:
            return self.line(at, end - 1, after, decode)
        if not string_to_integer(at + 1, end - at - 2, &value):
            return self.refuse(malformed(kind))
        end += 1
        if is_aggregate(kind):
            if value < -1 or value > MAX_ELEMENTS or (value < 0 and kind == c"|"):
                return self.refuse("Multi-bulk length out of range")
            after[0] = end
            if value >= 0:
                self.kind = kind
                self.count = value * 2 if kind == c"%" or kind == c"|" else value
            return None
        if value < -1 or value > self.max_bulk:
            return self.refuse("Bulk string length out of range")
        if value < 0:
            after[0] = end
            return None
        if stop - end < value + 2:
            self.kind = -1
            if value > BIG_BULK:
                # The caller has the rest of it received into its own object.
                after[0] = end
                self.big_kind = kind
                self.big_size = value
            return None
        if end[value] != c"\r" or end[value + 1] != c"\n":
            return self.refuse("Bulk string is not terminated by CRLF")
        after[0] = end + value + 2
        if kind == c"$":
            return self.string(end, value, decode)
        if kind == c"!":
            return self.error(end, value)
        if value < 4 or end[3] != c":":
            return self.refuse("Verbatim string 4 bytes of content type are missing or incorrectly encoded.")
        return self.string(end + 4, value - 4, decode)

    cdef object line(self, const char* at, const char* end, const char** after, bint decode):
        # What is no bulk and no aggregate: `end` is its CR.
        cdef char kind = at[0]
        cdef const char* text = at + 1
        cdef Py_ssize_t size = end - text
        cdef Py_ssize_t i
        cdef long long value = 0
        cdef char* parsed
        cdef double number
        after[0] = end + 2
        if kind == c"+" or kind == c"-":
            if memchr(text, c"\r", size) == NULL:
                return self.string(text, size, decode) if kind == c"+" else self.error(text, size)
        elif kind == c":":
            if string_to_integer(text, size, &value):
                return value
        elif kind == c"_":
            if size == 0:
                return None
        elif kind == c"#":
            if size == 1:
                if text[0] == c"t" or text[0] == c"T":
                    return True
                if text[0] == c"f" or text[0] == c"F":
                    return False
        elif kind == c",":
            if size and (c"0" <= text[0] <= c"9" or text[0] == c"." or text[0] == c"-" and size > 1 and (c"0" <= text[1] <= c"9" or text[1] == c".")):
                # A number, and nothing else that the C library takes for one; the CR ends it.
                try:
                    number = PyOS_string_to_double(text, &parsed, NULL)
                except ValueError:
                    return self.refuse(malformed(kind))
                if parsed == end and number - number == 0:
                    return number
            else:
                special = SPECIAL.get(PyBytes_FromStringAndSize(text, size).lower())
                if special is not None:
                    return special
        else:
            i = 1 if size > 1 and text[0] == c"-" else 0
            if size > i and size - i < 19 and c"1" <= text[i] <= c"9" and string_to_integer(text, size, &value):
                return value
            while i < size and c"0" <= text[i] <= c"9":
                i += 1
            if i == size and size:
                try:
                    return int(PyBytes_FromStringAndSize(text, size))
                except ValueError:  # whoever runs us allows fewer digits
                    pass
        return self.refuse(malformed(kind))

    cdef int expect(self) except -1:
        # The bulk whose header was read is too long for the buffer.
        try:
            self.buffer.expect_big(self.big_size)
        except MemoryError:
            self.refuse("Out of memory")
        return 0

    cdef object big(self, bint decode):
        # The bulk that is received into its own object, and the CRLF behind it in the buffer.
        cdef InBuffer buffer = self.buffer
        cdef bytes text
        cdef int kind = self.big_kind
        cdef const char* end
        self.kind = -1
        if buffer.end - buffer.start < 2:
            return None
        text = buffer.take_big()
        if text is None:
            return None
        self.kind = 0
        self.big_kind = 0
        end = buffer.data + buffer.start
        if end[0] != c"\r" or end[1] != c"\n":
            return self.refuse("Bulk string is not terminated by CRLF")
        buffer.consume(2)
        if kind == c"!":
            return self.error(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))
        if kind == c"=":
            if PyBytes_AS_STRING(text)[3] != c":":
                return self.refuse("Verbatim string 4 bytes of content type are missing or incorrectly encoded.")
            text = text[4:]
        if decode and self.codec:
            return self.decoded(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))
        return text

    cdef object string(self, const char* text, Py_ssize_t size, bint decode):
        if decode and self.codec:
            return self.decoded(text, size)
        return PyBytes_FromStringAndSize(text, size)

    cdef object decoded(self, const char* text, Py_ssize_t size):
        try:
            if self.codec == UTF8:
                return PyUnicode_DecodeUTF8(text, size, PyBytes_AS_STRING(self.errors))
            return PyUnicode_Decode(text, size, PyBytes_AS_STRING(self.encoding), PyBytes_AS_STRING(self.errors))
        except BaseException as error:
            if self.failure is None:
                self.failure = error
            return None

    cdef object error(self, const char* text, Py_ssize_t size):
        try:
            return self.reply_error(PyUnicode_DecodeUTF8(text, size, "replace"))
        except BaseException as error:
            if self.failure is None:
                self.failure = error
            return None


cdef dict SPECIAL = {b"inf": float("inf"), b"-inf": float("-inf"), b"nan": float("nan"), b"-nan": float("nan")}
