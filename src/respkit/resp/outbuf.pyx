# cython: boundscheck=False, wraparound=False, cdivision=True
"""The reply buffer: what goes out on one connection, encoded in place: in C memory.

The plain form, with the same interface, is outbuf.py: what it says of each method holds here too.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_GET_SIZE
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.long cimport PyLong_AsLongLongAndOverflow
from cpython.mem cimport PyMem_Free
from libc.math cimport isnan, signbit
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy, memmove, strlen

from respkit.resp.blocks cimport BLOCK_BYTES, give_block, take_block
from respkit.resp.inbuf cimport Args

from respkit.errors import DataError

cdef extern from "Python.h":
    char* PyOS_double_to_string(double value, char code, int precision, int flags, int* type) except NULL
    int Py_DTSF_ADD_DOT_0
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL
    bint PyUnicode_IS_COMPACT_ASCII(object text)

cdef enum:
    # `$`, a length or an integer, CRLF; and the CRLF behind a bulk.
    HEADER_BYTES = 32


# -- numbers --

cdef extern from *:
    """
    static const char respkit_pairs[] =
        "00010203040506070809" "10111213141516171819" "20212223242526272829" "30313233343536373839"
        "40414243444546474849" "50515253545556575859" "60616263646566676869" "70717273747576777879"
        "80818283848586878889" "90919293949596979899";

    /* Decimal digits of u at `at`, from the last to the first, two at a time; how many. */
    static int respkit_digits(char* at, unsigned long long u) {
        unsigned long long bound = 10;
        int size = 1;
        char* to;
        if (u < 10) { at[0] = (char)('0' + u); return 1; }
        while (size < 19 && u >= bound * 10) { bound *= 10; size++; }
        size += u >= bound;
        to = at + size;
        while (u >= 100) {
            unsigned pair = (unsigned)(u % 100) * 2;
            u /= 100;
            *--to = respkit_pairs[pair + 1];
            *--to = respkit_pairs[pair];
        }
        if (u >= 10) {
            *--to = respkit_pairs[2 * u + 1];
            *--to = respkit_pairs[2 * u];
        } else {
            *--to = (char)('0' + u);
        }
        return size;
    }
    """
    int respkit_digits(char* at, unsigned long long value) nogil


cdef int integer_digits(char* at, long long value) noexcept nogil:
    if value >= 0:
        return respkit_digits(at, <unsigned long long>value)
    at[0] = c"-"
    return 1 + respkit_digits(at + 1, 0 - <unsigned long long>value)


cdef int double_digits(char* at, double value) except -1:
    cdef char* text
    cdef int size
    if -1e15 < value < 1e15 and value == <double><long long>value and (value != 0 or not signbit(value)):
        return integer_digits(at, <long long>value)
    if isnan(value):
        memcpy(at, b"-nan", 4)
        if signbit(value):
            return 4
        memcpy(at, b"nan", 3)
        return 3
    # Not printf, whose decimal point is the locale's.
    text = PyOS_double_to_string(value, c"g", 17, 0, NULL)
    size = <int>strlen(text)
    memcpy(at, text, size)
    PyMem_Free(text)
    return size


cpdef bytes double_text(double value):
    """A double as Redis 7.0 replies it: ``%.17g``, which reads back as the same double."""
    cdef char text[32]
    cdef int size = double_digits(text, value)
    return PyBytes_FromStringAndSize(text, size)


# -- the buffer --

cdef inline int make_sure(OutBuffer buffer, Py_ssize_t size) except -1:
    if buffer.capacity - buffer.end < size:
        return buffer.grow(size)
    return 0


cdef inline void add_header(OutBuffer buffer, char kind, long long value) noexcept:
    """The caller has made sure of HEADER_BYTES."""
    cdef char* at = buffer.data + buffer.end
    cdef int size
    at[0] = kind
    if 0 <= value < 10:
        at[1] = <char>(c"0" + value)
        size = 2
    else:
        size = 1 + integer_digits(at + 1, value)
    at[size] = c"\r"
    at[size + 1] = c"\n"
    buffer.end += size + 2


cdef inline void add(OutBuffer buffer, const char* at, Py_ssize_t size) noexcept:
    """The caller has made sure of `size`."""
    memcpy(buffer.data + buffer.end, at, size)
    buffer.end += size


cdef inline void add_line_end(OutBuffer buffer) noexcept:
    buffer.data[buffer.end] = c"\r"
    buffer.data[buffer.end + 1] = c"\n"
    buffer.end += 2


cdef inline int add_bulk(OutBuffer buffer, const char* at, Py_ssize_t size) except -1:
    make_sure(buffer, size + HEADER_BYTES)
    add_header(buffer, c"$", size)
    add(buffer, at, size)
    add_line_end(buffer)
    return 0


cdef inline int add_line(OutBuffer buffer, char kind, const char* at, Py_ssize_t size) except -1:
    make_sure(buffer, size + HEADER_BYTES)
    buffer.data[buffer.end] = kind
    buffer.end += 1
    add(buffer, at, size)
    add_line_end(buffer)
    return 0


cdef inline void drop_memory(OutBuffer buffer) noexcept:
    if buffer.data is not NULL:
        if buffer.capacity == BLOCK_BYTES:
            give_block(buffer.data)
        else:
            free(buffer.data)
        buffer.data = NULL
        buffer.capacity = 0
    buffer.start = buffer.end = 0


@cython.no_gc
cdef class OutBuffer:
    """Bytes not yet sent, and how replies and commands become bytes."""

    def __init__(self, int proto=2):
        self.proto = proto

    def __dealloc__(self):
        drop_memory(self)

    def __len__(self):
        return self.end - self.start

    # -- bytes --

    cdef int grow(self, Py_ssize_t size) except -1:
        """Room for `size` more bytes: compact, or grow by doubling."""
        cdef Py_ssize_t used = self.end - self.start
        cdef Py_ssize_t capacity
        cdef char* data
        if size < 0:
            raise ValueError("a negative size")
        if self.data is not NULL and self.start >= used and self.capacity - used >= size:
            # What was sent is at least what has to be moved, so that moving takes linear time in all.
            memmove(self.data, self.data + self.start, used)
            self.start = 0
            self.end = used
            return 0
        capacity = self.capacity if self.capacity else BLOCK_BYTES
        if self.data is not NULL and capacity - self.end < size:
            capacity <<= 1
        while capacity - used < size:
            if capacity > (<Py_ssize_t>1 << 61):
                raise MemoryError
            capacity <<= 1
        if self.capacity > BLOCK_BYTES and self.start == 0:
            data = <char*>realloc(self.data, capacity)
            if data is NULL:
                raise MemoryError
        else:
            if capacity == BLOCK_BYTES:
                data = take_block()
            else:
                data = <char*>malloc(capacity)
                if data is NULL:
                    raise MemoryError
            if used:
                memcpy(data, self.data + self.start, used)
            drop_memory(self)
        self.data = data
        self.capacity = capacity
        self.start = 0
        self.end = used
        return 0

    cdef int reserve(self, Py_ssize_t size) except -1:
        return make_sure(self, size)

    cdef int put(self, const char* at, Py_ssize_t size) except -1:
        make_sure(self, size)
        add(self, at, size)
        return 0

    cdef int put_bulk(self, const char* at, Py_ssize_t size) except -1:
        return add_bulk(self, at, size)

    cdef int put_header(self, char kind, long long value) except -1:
        make_sure(self, HEADER_BYTES)
        add_header(self, kind, value)
        return 0

    cpdef int sent(self, Py_ssize_t count) except -1:
        """`count` bytes have been sent; memory goes back when none is left."""
        if count < 0 or count > self.end - self.start:
            raise ValueError(f"{count} bytes sent, {self.end - self.start} there")
        self.start += count
        if self.start == self.end:
            drop_memory(self)
        return 0

    cpdef void release(self) noexcept:
        """Forget everything, and give the memory back."""
        drop_memory(self)

    cpdef Py_ssize_t size(self) noexcept:
        """How many bytes wait to be sent."""
        return self.end - self.start

    cpdef bytes peek(self):
        """A copy of the bytes that wait to be sent."""
        return PyBytes_FromStringAndSize(self.data + self.start, self.end - self.start)

    cpdef bytes take(self):
        """The bytes that wait to be sent, as the caller's own; none is left."""
        cdef bytes data = self.peek()
        drop_memory(self)
        return data

    # -- replies --

    cpdef int raw(self, bytes data) except -1:
        """Append what is encoded already."""
        return self.put(PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))

    cpdef int ok(self) except -1:
        make_sure(self, 5)
        add(self, b"+OK\r\n", 5)
        return 0

    cpdef int simple(self, bytes text) except -1:
        """A simple string; `text` has no line end, which is the caller's to see to."""
        return add_line(self, c"+", PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text))

    cpdef int error(self, bytes text) except -1:
        """An error, code first: ``ERR syntax error``. Line ends around it are dropped, those in it become spaces."""
        cdef const char* at = PyBytes_AS_STRING(text)
        cdef Py_ssize_t size = PyBytes_GET_SIZE(text)
        cdef char* byte
        while size and (at[0] == c"\r" or at[0] == c"\n"):
            at += 1
            size -= 1
        while size and (at[size - 1] == c"\r" or at[size - 1] == c"\n"):
            size -= 1
        add_line(self, c"-", at, size)
        byte = self.data + self.end - 2 - size
        while byte < self.data + self.end - 2:
            if byte[0] == c"\r" or byte[0] == c"\n":
                byte[0] = c" "
            byte += 1
        return 0

    cpdef int integer(self, long long value) except -1:
        make_sure(self, HEADER_BYTES)
        add_header(self, c":", value)
        return 0

    cpdef int bulk(self, bytes value) except -1:
        return add_bulk(self, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value))

    cpdef int bulk_arg(self, Args args, Py_ssize_t i) except -1:
        """Argument `i` as a bulk string, with no object made of it."""
        if i < 0 or i >= args.count:
            raise IndexError(f"argument {i} of {args.count}")
        return add_bulk(self, args.views[i].at, args.views[i].size)

    cpdef int bulk_integer(self, long long value) except -1:
        """The decimal digits of `value` as a bulk string."""
        cdef char digits[24]
        cdef int size = integer_digits(digits, value)
        return add_bulk(self, digits, size)

    cpdef int null(self) except -1:
        return self.put(b"_\r\n", 3) if self.proto == 3 else self.put(b"$-1\r\n", 5)

    cpdef int null_array(self) except -1:
        return self.put(b"_\r\n", 3) if self.proto == 3 else self.put(b"*-1\r\n", 5)

    cpdef int array(self, Py_ssize_t count) except -1:
        return self.put_header(c"*", count)

    cpdef int map(self, Py_ssize_t pairs) except -1:
        return self.put_header(c"%", pairs) if self.proto == 3 else self.put_header(c"*", 2 * pairs)

    cpdef int set(self, Py_ssize_t count) except -1:
        return self.put_header(c"~" if self.proto == 3 else c"*", count)

    cpdef int push(self, Py_ssize_t count) except -1:
        return self.put_header(c">" if self.proto == 3 else c"*", count)

    cpdef int attribute(self, Py_ssize_t pairs) except -1:
        """What precedes a reply in RESP3; RESP2 has no such thing (ValueError)."""
        if self.proto != 3:
            raise ValueError("attributes exist in RESP3 only")
        return self.put_header(c"|", pairs)

    cpdef int double(self, double value) except -1:
        cdef char text[32]
        cdef int size = double_digits(text, value)
        if self.proto == 3:
            return add_line(self, c",", text, size)
        return add_bulk(self, text, size)

    cpdef int boolean(self, bint value) except -1:
        if self.proto == 3:
            return self.put(b"#t\r\n" if value else b"#f\r\n", 4)
        return self.put(b":1\r\n" if value else b":0\r\n", 4)

    cpdef int big_number(self, bytes digits) except -1:
        if self.proto == 3:
            return add_line(self, c"(", PyBytes_AS_STRING(digits), PyBytes_GET_SIZE(digits))
        return self.bulk(digits)

    cpdef int verbatim(self, bytes kind, bytes text) except -1:
        """A string with its format, three bytes such as ``txt`` (padded or cut to three); in RESP2 the text alone."""
        cdef Py_ssize_t size = PyBytes_GET_SIZE(text)
        cdef Py_ssize_t i
        if self.proto != 3:
            return self.bulk(text)
        make_sure(self, size + 4 + HEADER_BYTES)
        add_header(self, c"=", size + 4)
        for i in range(3):
            self.data[self.end] = PyBytes_AS_STRING(kind)[i] if i < PyBytes_GET_SIZE(kind) else c" "
            self.end += 1
        self.data[self.end] = c":"
        self.end += 1
        add(self, PyBytes_AS_STRING(text), size)
        add_line_end(self)
        return 0

    # -- an aggregate whose length is known only afterwards --

    cpdef Py_ssize_t mark(self) noexcept:
        """The place where an aggregate begins. It holds until something is sent."""
        return self.end - self.start

    cpdef int close_array(self, Py_ssize_t place, Py_ssize_t count) except -1:
        """What was written since `place` are the `count` elements of an array."""
        return self.close(place, c"*", count)

    cpdef int close_map(self, Py_ssize_t place, Py_ssize_t pairs) except -1:
        return self.close(place, c"%", pairs) if self.proto == 3 else self.close(place, c"*", 2 * pairs)

    cpdef int close_set(self, Py_ssize_t place, Py_ssize_t count) except -1:
        return self.close(place, c"~" if self.proto == 3 else c"*", count)

    cdef int close(self, Py_ssize_t place, char kind, long long value) except -1:
        cdef char digits[24]
        cdef int size
        cdef char* at
        if place < 0 or place > self.end - self.start:
            raise ValueError("the place of an aggregate is gone")
        size = integer_digits(digits, value)
        make_sure(self, HEADER_BYTES)
        at = self.data + self.start + place
        memmove(at + size + 3, at, self.end - self.start - place)
        at[0] = kind
        memcpy(at + 1, digits, size)
        at[size + 1] = c"\r"
        at[size + 2] = c"\n"
        self.end += size + 3
        return 0

    cpdef int truncate(self, Py_ssize_t place) except -1:
        """Forget what was written since `place`."""
        if place < 0 or place > self.end - self.start:
            raise ValueError("the place to go back to is gone")
        self.end = self.start + place
        if place == 0:
            drop_memory(self)
        return 0

    # -- commands --

    cpdef int command(self, args) except -1:
        """A client's command: str (as UTF-8), bytes, bytearray, memoryview, int and float are its arguments.

        DataError for anything else, bool and None among it, and then nothing is written.
        """
        cdef Py_ssize_t place = self.end - self.start
        cdef Py_ssize_t count
        if type(args) is not tuple and type(args) is not list:
            args = tuple(args)
        count = len(args)
        if count == 0:
            raise DataError("a command has at least its name")
        try:
            make_sure(self, HEADER_BYTES)
            add_header(self, c"*", count)
            for value in args:
                self.argument(value)
        except BaseException:
            self.truncate(place)
            raise
        return 0

    cdef int argument(self, value) except -1:
        cdef Py_ssize_t size = 0
        cdef const char* at
        cdef long long number
        cdef int overflow = 0
        if type(value) is bytes:
            return add_bulk(self, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value))
        if type(value) is str and PyUnicode_IS_COMPACT_ASCII(value):
            at = PyUnicode_AsUTF8AndSize(value, &size)
            return add_bulk(self, at, size)
        if type(value) is int:
            number = PyLong_AsLongLongAndOverflow(value, &overflow)
            if not overflow:
                return self.bulk_integer(number)
        value = encode_argument(value)
        if isinstance(value, bytes):
            return add_bulk(self, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value))
        return add_bulk(self, PyByteArray_AS_STRING(value), PyByteArray_GET_SIZE(value))

    cpdef int forward(self, Args args) except -1:
        cdef Py_ssize_t i
        if args.frame is not NULL and is_exact(args):
            return self.put(args.frame, args.frame_size)
        if args.count == 0:
            raise DataError("a command has at least its name")
        self.put_header(c"*", args.count)
        for i in range(args.count):
            add_bulk(self, args.views[i].at, args.views[i].size)
        return 0


cdef bint is_exact(Args args) noexcept:
    """Whether every line of the frame ends with CRLF: the parser, like Redis, does not look at all of these bytes."""
    cdef const char* at = args.frame
    cdef Py_ssize_t i
    while at[0] != c"\r":
        at += 1
    if at[1] != c"\n":
        return False
    for i in range(args.count):
        at = args.views[i].at
        if (at - 1)[0] != c"\n":
            return False
        at += args.views[i].size
        if at[0] != c"\r" or at[1] != c"\n":
            return False
    return True


cpdef object encode_argument(value):
    """The bytes of one argument of a client's command; DataError for what has none."""
    if isinstance(value, (bytes, bytearray)):
        return value
    if isinstance(value, str):
        return (<str?>value).encode() if type(value) is str else str.encode(value)
    if isinstance(value, memoryview):
        return value.tobytes()
    if isinstance(value, int) and not isinstance(value, bool):
        return b"%d" % value
    if isinstance(value, float):
        return float.__repr__(value).encode()
    raise DataError(f"{type(value).__name__} is no argument of a command: give bytes, str, int or float")
