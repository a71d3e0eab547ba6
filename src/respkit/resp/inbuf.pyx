# cython: boundscheck=False, wraparound=False, cdivision=True
"""The receive buffer, the command parser on it, and the views of a command's arguments: in C memory.

The plain form, with the same interface, is inbuf.py: what it says of each method holds here too.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.math cimport isinf, isnan
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memchr, memcmp, memcpy, memmove

from respkit.resp.blocks cimport BLOCK_BYTES, give_block, take_block

from respkit.errors import CommandError, ProtocolError
from respkit.resp import limits

cdef extern from "Python.h":
    double PyOS_string_to_double(const char* text, char** end, void* overflow) except? -1.0

cdef extern from *:
    """
    /* Under AddressSanitizer, what lies behind the bytes received is out of bounds, block or not. A page of it is
       enough: to mark all of a large buffer at each read would take quadratic time. */
    #ifdef __SANITIZE_ADDRESS__
    #include <sanitizer/asan_interface.h>
    #define respkit_guarded(size) ((size_t)((size) < 4096 ? (size) : 4096))
    #define respkit_guard(at, size) __asan_poison_memory_region((at), respkit_guarded(size))
    #define respkit_unguard(at, size) __asan_unpoison_memory_region((at), respkit_guarded(size))
    #else
    #define respkit_guard(at, size) ((void)0)
    #define respkit_unguard(at, size) ((void)0)
    #endif
    """
    void guard "respkit_guard"(char* at, Py_ssize_t size) noexcept nogil
    void unguard "respkit_unguard"(char* at, Py_ssize_t size) noexcept nogil

cdef enum:
    # A read is offered at least this much, or the buffer grows.
    LEAST_ROOM = 4096
    # Views kept from command to command: most commands have fewer arguments, and ten thousand connections keep them.
    FIRST_VIEWS = 16
    KEPT_VIEWS = 64

# What is known of the next bulk besides its length: nothing yet, or that only its CRLF is missing.
cdef enum:
    UNKNOWN = -1
    TAKEN = -2

cdef Py_ssize_t BIG_BULK_BYTES = limits.BIG_BULK_BYTES
cdef Py_ssize_t MAX_LINE_BYTES = limits.MAX_LINE_BYTES
cdef long long MAX_ARGUMENTS = limits.MAX_ARGUMENTS
cdef long long MAX_BULK_BYTES = limits.MAX_BULK_BYTES
cdef long long UNTRUSTED_ARGUMENTS = limits.UNTRUSTED_ARGUMENTS
cdef long long UNTRUSTED_BULK_BYTES = limits.UNTRUSTED_BULK_BYTES

NOT_AN_INTEGER = b"ERR value is not an integer or out of range"
NOT_A_FLOAT = b"ERR value is not a valid float"


# -- numbers --

cdef bint string_to_integer(const char* at, Py_ssize_t size, long long* value) noexcept nogil:
    cdef const char* end = at + size
    cdef unsigned long long sum
    cdef unsigned int digit
    cdef bint negative
    if size <= 0:
        return False
    if size == 1 and at[0] == c"0":
        value[0] = 0
        return True
    negative = at[0] == c"-"
    if negative:
        at += 1
    # Nineteen digits cannot overflow an unsigned long long; twenty are too many for a signed one.
    if end - at > 19 or end == at:
        return False
    digit = <unsigned int>(at[0] - c"0")
    if digit < 1 or digit > 9:
        return False
    sum = digit
    at += 1
    while at < end:
        digit = <unsigned int>(at[0] - c"0")
        if digit > 9:
            return False
        sum = sum * 10 + digit
        at += 1
    if negative:
        if sum > 9223372036854775808ULL:
            return False
        value[0] = <long long>(0 - sum)
        return True
    if sum > 9223372036854775807ULL:
        return False
    value[0] = <long long>sum
    return True


cdef bint string_to_double(const char* at, Py_ssize_t size, double* value) except -1:
    cdef char small[64]
    cdef char* copy = small
    cdef char* end = NULL
    cdef Py_ssize_t i = 0
    cdef double result
    cdef bint whole
    if size <= 0:
        return False
    if at[0] == c"-" or at[0] == c"+":
        i = 1
    if size - i > 2 and at[i] == c"0" and (at[i + 1] | 32) == c"x":
        return hexadecimal_to_double(at, size, value)
    if size >= <Py_ssize_t>sizeof(small):
        copy = <char*>malloc(size + 1)
        if copy is NULL:
            raise MemoryError
    memcpy(copy, at, size)
    copy[size] = 0
    try:
        result = PyOS_string_to_double(copy, &end, NULL)
        whole = end == copy + size
    except ValueError:
        whole = False
    finally:
        if copy is not small:
            free(copy)
    if not whole or isnan(result):
        return False
    if isinf(result):
        # Not by overflow: only if it says so.
        if (at[i] | 32) != c"i":
            return False
    elif result == 0 and vanished(at + i, at + size):
        return False
    value[0] = result
    return True


cdef bint vanished(const char* at, const char* end) noexcept:
    """Whether the number's digits, which gave zero, are not zero."""
    while at < end and (at[0] | 32) != c"e":
        if c"1" <= at[0] <= c"9":
            return True
        at += 1
    return False


cdef bint hexadecimal_to_double(const char* at, Py_ssize_t size, double* value) except -1:
    cdef Py_ssize_t i
    cdef bint zero = True
    for i in range(size):
        # What float.fromhex allows and strtod does not.
        if at[i] <= 32 or at[i] >= 127 or at[i] == c"_":
            return False
    for i in range(2, size):
        if (at[i] | 32) == c"p":
            break
        if at[i] != c"0" and at[i] != c"." and (at[i] | 32) != c"x":
            zero = False
    try:
        value[0] = float.fromhex(at[:size].decode("ascii"))
    except (ValueError, OverflowError):
        return False
    return zero or value[0] != 0


cpdef object parse_integer(bytes text):
    """The signed 64 bit integer that `text` is in its one canonical form, or None."""
    cdef long long value
    if string_to_integer(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text), &value):
        return value
    return None


cpdef object parse_double(bytes text):
    """The double that `text` is by C's strtod, or None."""
    cdef double value
    if string_to_double(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text), &value):
        return value
    return None


# -- the receive buffer --

@cython.no_gc
cdef class InBuffer:
    """Bytes received from one connection and not yet consumed."""

    def __dealloc__(self):
        drop_memory(self)

    cdef int room(self, char** at, Py_ssize_t* size) except -1:
        if self.big is not None and self.big_filled < PyBytes_GET_SIZE(self.big):
            at[0] = PyBytes_AS_STRING(self.big) + self.big_filled
            size[0] = PyBytes_GET_SIZE(self.big) - self.big_filled
            return 0
        self.make_room(LEAST_ROOM)
        at[0] = self.data + self.end
        size[0] = self.capacity - self.end
        return 0

    cpdef int filled(self, Py_ssize_t count) except -1:
        """`count` bytes have been read into the room given last."""
        if self.big is not None and self.big_filled < PyBytes_GET_SIZE(self.big):
            if count < 0 or count > PyBytes_GET_SIZE(self.big) - self.big_filled:
                raise ValueError(f"{count} bytes were not asked for")
            self.big_filled += count
            return 0
        if count < 0 or count > self.capacity - self.end:
            raise ValueError(f"{count} bytes were not asked for")
        self.end += count
        guard(self.data + self.end, self.capacity - self.end)
        return 0

    cpdef object writable(self):
        """Where the next read may go: at least one byte; `filled` says how much came. It dies with the next call."""
        cdef char* at = NULL
        cdef Py_ssize_t size = 0
        self.room(&at, &size)
        return PyMemoryView_FromMemory(at, size, PyBUF_WRITE)

    cpdef int feed(self, data) except -1:
        """Append what was received; a big bulk that is being waited for takes its part first."""
        cdef Py_buffer view
        cdef const char* at
        cdef Py_ssize_t size
        cdef Py_ssize_t part = 0
        if self.big is None and self.start == self.end and PyBytes_CheckExact(data):
            self.lend(<bytes>data, 0)
            return 0
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            at = <const char*>view.buf
            size = view.len
            if self.big is not None:
                part = min(size, PyBytes_GET_SIZE(self.big) - self.big_filled)
                memcpy(PyBytes_AS_STRING(self.big) + self.big_filled, at, part)
                self.big_filled += part
            if size > part:
                if self.start == self.end and PyBytes_CheckExact(data):
                    self.lend(<bytes>data, part)
                else:
                    self.make_room(size - part)
                    memcpy(self.data + self.end, at + part, size - part)
                    self.end += size - part
                    guard(self.data + self.end, self.capacity - self.end)
        finally:
            PyBuffer_Release(&view)
        return 0

    cdef void lend(self, bytes data, Py_ssize_t taken) noexcept:
        """Read from `data` itself, behind the first `taken` bytes of it, until more is received."""
        drop_memory(self)
        self.lent = data
        self.data = PyBytes_AS_STRING(data)
        self.start = taken
        self.end = PyBytes_GET_SIZE(data)

    cdef int own(self, Py_ssize_t wanted) except -1:
        """Copy what is left of the lent bytes to memory of one's own, where `wanted` more can follow it."""
        cdef bytes lent = self.lent
        cdef char* at = self.data
        cdef Py_ssize_t start = self.start
        cdef Py_ssize_t end = self.end
        drop_memory(self)
        try:
            self.make_room(end - start + wanted)
        except MemoryError:
            drop_memory(self)
            self.lent = lent
            self.data = at
            self.start = start
            self.end = end
            raise
        memcpy(self.data, at + start, end - start)
        self.end = end - start
        return 0

    cdef int make_room(self, Py_ssize_t wanted) except -1:
        """At least `wanted` bytes behind the end: compact, grow by doubling, or shrink back."""
        cdef Py_ssize_t used = self.end - self.start
        cdef Py_ssize_t capacity
        if self.lent is not None:
            return self.own(wanted)
        unguard(self.data + self.end, self.capacity - self.end)
        if self.reader is not None:
            self.reader.forget()
        if self.data is NULL:
            self.data = take_block()
            self.capacity = BLOCK_BYTES
        elif used == 0 and self.capacity == BLOCK_BYTES:
            self.start = self.end = 0
        if self.capacity - self.end >= wanted and self.capacity == BLOCK_BYTES:
            return 0
        capacity = self.capacity
        while capacity > BLOCK_BYTES and used <= capacity >> 2:
            capacity >>= 1
        while capacity - used < wanted:
            if capacity > (<Py_ssize_t>1 << 61):
                raise MemoryError
            capacity <<= 1
        if capacity == self.capacity and self.capacity - self.end < wanted:
            if self.start >= used or capacity == BLOCK_BYTES:
                # Within a block, or paid for by the bytes consumed: so all moves together take linear time.
                memmove(self.data, self.data + self.start, used)
                self.start = 0
                self.end = used
                return 0
            capacity <<= 1
        if capacity != self.capacity:
            self.resize(capacity)
        return 0

    cdef int resize(self, Py_ssize_t capacity) except -1:
        """Move what is there to the beginning of a memory of `capacity` bytes: a block, or of the heap."""
        cdef Py_ssize_t used = self.end - self.start
        cdef char* data
        if self.capacity > BLOCK_BYTES and capacity > BLOCK_BYTES:
            if self.start:
                memmove(self.data, self.data + self.start, used)
                self.start = 0
                self.end = used
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
            memcpy(data, self.data + self.start, used)
            if self.capacity == BLOCK_BYTES:
                give_block(self.data)
            else:
                free(self.data)
        self.data = data
        self.capacity = capacity
        self.start = 0
        self.end = used
        return 0

    cpdef int expect_big(self, Py_ssize_t size) except -1:
        """The next `size` bytes are one bulk: receive them into the object that will hold them."""
        return self.expect_big_at(0, size)

    cpdef int expect_big_at(self, Py_ssize_t offset, Py_ssize_t size) except -1:
        """Like `expect_big`, but the bulk begins `offset` bytes behind the start, and what precedes it stays."""
        cdef Py_ssize_t there = self.end - self.start - offset
        cdef char* at
        if self.big is not None or offset < 0 or there < 0 or size < 0:
            raise ValueError("no place for a big bulk")
        if there > size and self.lent is not None:
            self.own(0)
        self.big = PyBytes_FromStringAndSize(NULL, size)
        self.big_filled = min(there, size)
        if there:
            at = self.data + self.start + offset
            memcpy(PyBytes_AS_STRING(self.big), at, self.big_filled)
            # Rarely anything is behind it: who has the whole bulk has no need to expect it.
            memmove(at, at + self.big_filled, there - self.big_filled)
            if self.lent is None:
                unguard(self.data + self.end, self.capacity - self.end)
            self.end -= self.big_filled
            if self.lent is None:
                guard(self.data + self.end, self.capacity - self.end)
        return 0

    cpdef bytes take_big(self):
        """The big bulk, once it is complete; None before that."""
        cdef bytes big = self.big
        if big is None or self.big_filled < PyBytes_GET_SIZE(big):
            return None
        self.big = None
        self.big_filled = 0
        return big

    cpdef int consume(self, Py_ssize_t count) except -1:
        """`count` bytes from the start are done with. Nothing is moved, no memory given back."""
        if count < 0 or count > self.end - self.start:
            raise ValueError(f"{count} bytes to consume, {self.end - self.start} there")
        self.start += count
        return 0

    cpdef void release(self) noexcept:
        """Forget everything, and give the memory back."""
        drop_memory(self)
        self.big = None
        self.big_filled = 0

    cpdef void release_if_empty(self) noexcept:
        """Give the memory back if nothing is waiting in it: an idle connection holds none."""
        if self.start == self.end:
            drop_memory(self)

    cpdef Py_ssize_t size(self) noexcept:
        """How many bytes there are, a big bulk aside."""
        return self.end - self.start

    cpdef bytes peek(self):
        """A copy of the bytes not yet consumed."""
        return PyBytes_FromStringAndSize(self.data + self.start, self.end - self.start)


cdef inline void drop_memory(InBuffer buffer) noexcept:
    if buffer.data is not NULL:
        if buffer.reader is not None:
            buffer.reader.forget()
        if buffer.lent is not None:
            buffer.lent = None
            buffer.data = NULL
            buffer.start = buffer.end = 0
            return
        unguard(buffer.data + buffer.end, buffer.capacity - buffer.end)
        if buffer.capacity == BLOCK_BYTES:
            give_block(buffer.data)
        else:
            free(buffer.data)
        buffer.data = NULL
        buffer.capacity = 0
    buffer.start = buffer.end = 0


# -- arguments --

@cython.no_gc
cdef class Args:
    """One command's arguments, its name among them as argument 0."""

    def __dealloc__(self):
        free(self.views)

    @classmethod
    def of(cls, *values):
        """Arguments of one's own: they own their bytes."""
        return cls.from_list(values)

    @classmethod
    def from_list(cls, values):
        """Like `of`, from any iterable."""
        cdef Args args = cls()
        for value in values:
            if type(value) is not bytes:
                raise TypeError(f"an argument is bytes, not {type(value).__name__}")
            args.append_owned(value)
        return args

    cdef int grow(self) except -1:
        cdef Py_ssize_t room = self.room * 2 if self.room else FIRST_VIEWS
        cdef View* views
        if self.fixed:
            raise ValueError("a detached copy cannot grow")
        # What has arrived bounds it, not what was announced.
        views = <View*>realloc(self.views, room * sizeof(View))
        if views is NULL:
            raise MemoryError
        self.views = views
        self.room = room
        return 0

    cdef int append(self, const char* at, Py_ssize_t size) except -1:
        if self.count == self.room:
            self.grow()
        self.views[self.count].at = at
        self.views[self.count].size = size
        self.count += 1
        return 0

    cdef int append_owned(self, bytes value) except -1:
        if self.owners is None:
            self.owners = []
        self.owners.append(value)
        return self.append(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value))

    cdef void forget(self) noexcept:
        self.count = 0
        self.frame = NULL
        self.frame_size = 0

    cdef void clear(self) noexcept:
        self.forget()
        self.owners = None
        if self.room > KEPT_VIEWS or self.fixed:
            free(self.views)
            self.views = NULL
            self.room = 0
            self.fixed = False

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        cdef Py_ssize_t index
        if isinstance(i, slice):
            return self.to_list()[i]
        index = i
        return self.bytes_at(index + self.count if index < 0 else index)

    def __iter__(self):
        return iter(self.to_list())

    def __repr__(self):
        return f"<Args {self.to_list()!r}>"

    cdef int check(self, Py_ssize_t i) except -1:
        if i < 0 or i >= self.count:
            raise IndexError(f"argument {i} of {self.count}")
        return 0

    cdef bytes owner(self, Py_ssize_t i):
        """The object that argument `i` is all of, if there is one."""
        cdef bytes value
        if len(self.owners) == self.count:
            return <bytes>self.owners[i]
        for owner in self.owners:
            value = <bytes>owner
            if PyBytes_AS_STRING(value) == self.views[i].at:
                return value
        return None

    cpdef bytes bytes_at(self, Py_ssize_t i):
        """Argument `i`; IndexError if there is none (an index is never negative)."""
        cdef bytes value
        self.check(i)
        if self.owners is not None:
            value = self.owner(i)
            if value is not None:
                return value
        return PyBytes_FromStringAndSize(self.views[i].at, self.views[i].size)

    cpdef Py_ssize_t size_at(self, Py_ssize_t i) except -1:
        """The length of argument `i` in bytes."""
        self.check(i)
        return self.views[i].size

    cdef bint equals_view(self, Py_ssize_t i, const char* word, Py_ssize_t size) noexcept:
        cdef const char* at
        cdef Py_ssize_t k
        cdef char byte
        if i < 0 or i >= self.count or self.views[i].size != size:
            return False
        at = self.views[i].at
        for k in range(size):
            byte = at[k]
            if byte != word[k] and (byte < c"a" or byte > c"z" or byte - 32 != word[k]):
                return False
        return True

    cpdef bint equals(self, Py_ssize_t i, bytes word) except -1:
        """Whether argument `i` is `word`, which is given in upper case, whatever the case of its ASCII letters."""
        self.check(i)
        return self.equals_view(i, PyBytes_AS_STRING(word), PyBytes_GET_SIZE(word))

    cpdef long long int_at(self, Py_ssize_t i, bytes error=None) except? -1:
        """Argument `i` as a signed 64 bit integer in canonical form, else CommandError with `error`."""
        cdef long long value
        self.check(i)
        if not string_to_integer(self.views[i].at, self.views[i].size, &value):
            raise CommandError(NOT_AN_INTEGER if error is None else error)
        return value

    cpdef double float_at(self, Py_ssize_t i, bytes error=None) except? -1:
        """Argument `i` as a double by strtod's rules without NaN, else CommandError with `error`."""
        cdef double value
        self.check(i)
        if not string_to_double(self.views[i].at, self.views[i].size, &value):
            raise CommandError(NOT_A_FLOAT if error is None else error)
        return value

    cpdef Args detach(self):
        """A copy that owns its bytes and outlives buffer and parser: one allocation, and the big bulks shared."""
        cdef Args copy = Args.__new__(Args)
        cdef Py_ssize_t i, total = 0, owned = 0
        cdef Py_ssize_t owners = 0 if self.owners is None else len(self.owners)
        cdef char* at
        if self.count == 0:
            return copy
        for i in range(self.count):
            if owned < owners and self.views[i].at == PyBytes_AS_STRING(<bytes>self.owners[owned]):
                owned += 1
            else:
                total += self.views[i].size
        copy.views = <View*>malloc(self.count * sizeof(View) + total)
        if copy.views is NULL:
            raise MemoryError
        copy.fixed = True
        copy.count = copy.room = self.count
        if owners:
            copy.owners = list(self.owners)
        at = <char*>(copy.views + self.count)
        owned = 0
        for i in range(self.count):
            copy.views[i].size = self.views[i].size
            if owned < owners and self.views[i].at == PyBytes_AS_STRING(<bytes>self.owners[owned]):
                owned += 1
                copy.views[i].at = self.views[i].at
            else:
                copy.views[i].at = at
                memcpy(at, self.views[i].at, self.views[i].size)
                at += self.views[i].size
        return copy

    cpdef list to_list(self):
        """All arguments as bytes."""
        cdef Py_ssize_t i, owned = 0
        cdef Py_ssize_t owners = 0 if self.owners is None else len(self.owners)
        cdef list values = []
        for i in range(self.count):
            if owned < owners and self.views[i].at == PyBytes_AS_STRING(<bytes>self.owners[owned]):
                values.append(self.owners[owned])
                owned += 1
            else:
                values.append(PyBytes_FromStringAndSize(self.views[i].at, self.views[i].size))
        return values


# -- the parser --

cdef inline const char* bulk_header(const char* at, const char* end, Py_ssize_t* size) noexcept:
    """Behind a bulk's header of one to four digits that is there as a whole; NULL for any other, whatever it is.

    The shortest bulk has six bytes, and so has the longest header up to its CR: one comparison bounds all reads.
    """
    cdef unsigned int first, second, third, fourth
    if end - at < 6 or at[0] != c"$":
        return NULL
    first = <unsigned char>at[1] - c"0"
    if at[2] == c"\r":
        size[0] = first
        return at + 4 if first < 10 else NULL
    second = <unsigned char>at[2] - c"0"
    if first - 1 > 8 or second > 9:
        return NULL
    first = first * 10 + second
    if at[3] == c"\r":
        size[0] = first
        return at + 5
    third = <unsigned char>at[3] - c"0"
    if third > 9:
        return NULL
    first = first * 10 + third
    if at[4] == c"\r":
        size[0] = first
        return at + 6
    fourth = <unsigned char>at[4] - c"0"
    if fourth > 9 or at[5] != c"\r":
        return NULL
    size[0] = first * 10 + fourth
    return at + 7


@cython.no_gc
cdef class CommandParser:
    """Finds commands, multibulk and inline, in a receive buffer; what Redis 7.0.15 takes and refuses, and how."""

    def __init__(self, InBuffer buffer=None):
        self.buffer = InBuffer() if buffer is None else buffer
        self.args = Args()
        if self.buffer.reader is not None:
            self.buffer.reader.clear()  # of the parser before this one
        self.buffer.reader = self.args
        self.trusted = True
        self.max_bulk = MAX_BULK_BYTES
        self.bulk = UNKNOWN

    cpdef bint next(self) except -1:
        """Parse the next complete command into `args`; False when more has to be received first.

        ProtocolError, with the text that Redis sends, when it cannot become a command; and from then on always.
        """
        cdef const char* begin
        cdef const char* at
        cdef const char* end
        cdef View* view
        cdef View* last
        cdef Py_ssize_t size
        cdef unsigned int count, digit
        if self.left:
            return self.parse()
        if self.args.owners is not None or self.args.room > KEPT_VIEWS:
            self.args.clear()
        self.args.count = 0
        # The common case in one pass and with nothing remembered: a small command that is there as a whole.
        begin = self.buffer.data + self.buffer.start
        end = self.buffer.data + self.buffer.end
        if end - begin < 10 or begin[0] != c"*" or self.max_bulk < 10000:
            return self.parse()
        count = <unsigned int>(begin[1] - c"0")
        if count - 1 > 8:
            return self.parse()
        at = begin + 4
        if begin[2] != c"\r":
            digit = <unsigned int>(begin[2] - c"0")
            count = count * 10 + digit
            if digit > 9 or begin[3] != c"\r" or not self.trusted:
                return self.parse()
            at += 1
        if count > self.args.room:
            return self.parse()
        view = self.args.views
        last = view + count
        while True:
            at = bulk_header(at, end, &size)
            if at is NULL or size + 2 > end - at:
                return self.parse()
            view.at = at
            view.size = size
            at += size + 2
            view += 1
            if view == last:
                break
        self.args.count = count
        self.args.frame = begin
        self.args.frame_size = at - begin
        self.buffer.start += at - begin
        self.searched = 0
        return True

    cpdef int reset(self) except -1:
        """Forget the command in progress, and an error; the buffer is the caller's to empty."""
        self.args.clear()
        self.left = self.parsed = 0
        self.scanned = self.searched = 0
        self.bulk = UNKNOWN
        self.broken = None
        return 0

    cdef object refuse(self, str text):
        self.args.forget()
        self.broken = "Protocol error: " + text
        self.left = -1  # so that next() comes to parse(), which raises it again
        return ProtocolError(self.broken)

    cdef bint parse(self) except -1:
        """Any command, in as many pieces as it comes."""
        cdef InBuffer buffer = self.buffer
        if self.broken is not None:
            raise ProtocolError(self.broken)
        while self.left == 0:
            self.args.frame = NULL
            self.args.frame_size = 0
            if buffer.start == buffer.end:
                buffer.release_if_empty()
                return False
            if buffer.data[buffer.start] == c"*":
                if not self.header():
                    return False
            elif not self.inline_command():
                return False
            elif self.args.count:  # what holds no word is passed over, as is an array of none
                return True
        return self.multibulk()

    cdef Py_ssize_t line_end(self, char ending, str too_big) except -2:
        """Offset of the first `ending` behind `scanned`, or -1 while it has not come.

        A NUL hides what follows it: Redis searches a C string, and so waits until there is too much.
        """
        cdef const char* base = self.buffer.data + self.buffer.start
        cdef Py_ssize_t there = self.buffer.end - self.buffer.start
        cdef Py_ssize_t last = min(there, self.scanned + MAX_LINE_BYTES + 1)
        cdef Py_ssize_t at = max(self.searched, self.scanned)
        while at < last and base[at] != ending and base[at] != 0:
            at += 1
        self.searched = at
        if at < last and base[at] == ending:
            return at
        if there - self.scanned > MAX_LINE_BYTES:
            raise self.refuse(too_big)
        return -1

    cdef int header(self) except -1:
        """`*` and the number of arguments: 1 once it is read, 0 while it is not complete."""
        cdef Py_ssize_t at = self.line_end(c"\r", "too big mbulk count string")
        cdef const char* base = self.buffer.data + self.buffer.start
        cdef long long count
        if at < 0 or at + 2 > self.buffer.end - self.buffer.start:
            return 0
        if not string_to_integer(base + 1, at - 1, &count) or count > MAX_ARGUMENTS:
            raise self.refuse("invalid multibulk length")
        if count > UNTRUSTED_ARGUMENTS and not self.trusted:
            raise self.refuse("unauthenticated multibulk length")
        if count <= 0:
            self.buffer.start += at + 2
            self.searched = 0
            return 1
        self.left = count
        self.parsed = 0
        self.scanned = self.searched = at + 2
        self.base = base
        return 1

    cdef int multibulk(self) except -1:
        """The arguments that are still to come: 1 once all are there.

        Until then nobody sees those that came: they are kept as `parsed`, and `count` stays 0.
        """
        self.args.count = self.parsed
        if self.take_arguments():
            return 1
        self.parsed = self.args.count
        self.args.count = 0
        return 0

    cdef int take_arguments(self) except -1:
        cdef InBuffer buffer = self.buffer
        cdef Args args = self.args
        cdef const char* base = buffer.data + buffer.start
        cdef const char* end = buffer.data + buffer.end
        cdef const char* at
        cdef Py_ssize_t size, line
        cdef long long length
        cdef bytes big
        if base != self.base:
            move_views(args, self.base, self.base + self.scanned, base)
            self.base = base
        while self.left:
            if self.bulk == UNKNOWN:
                at = bulk_header(base + self.scanned, end, &size) if self.searched == self.scanned else NULL
                if at is not NULL and size <= self.max_bulk:
                    self.bulk = size
                    self.scanned = at - base
                else:
                    line = self.line_end(c"\r", "too big bulk count string")
                    if line < 0 or line + 2 > end - base:
                        return 0
                    at = base + self.scanned
                    if at[0] != c"$":
                        got = at[:1].decode("utf-8", "surrogateescape")
                        raise self.refuse(f"expected '$', got '{got}'")
                    if (
                        not string_to_integer(at + 1, base + line - at - 1, &length)
                        or length < 0
                        or length > self.max_bulk
                    ):
                        raise self.refuse("invalid bulk length")
                    if length > UNTRUSTED_BULK_BYTES and not self.trusted:
                        raise self.refuse("unauthenticated bulk length")
                    self.bulk = length
                    self.scanned = line + 2
            if self.bulk >= 0:
                if buffer.big is None:
                    if self.bulk > end - base - self.scanned - 2:
                        if self.bulk > BIG_BULK_BYTES and self.bulk > end - base - self.scanned:
                            try:
                                buffer.expect_big_at(self.scanned, self.bulk)
                            except (MemoryError, OverflowError):
                                raise self.refuse("invalid bulk length") from None
                        return 0
                    args.append(base + self.scanned, self.bulk)
                    self.scanned += self.bulk
                else:
                    big = buffer.take_big()
                    if big is None:
                        return 0
                    args.append_owned(big)
                self.bulk = TAKEN
            if end - base - self.scanned < 2:
                return 0
            self.scanned += 2
            self.searched = self.scanned
            self.bulk = UNKNOWN
            self.left -= 1
        if args.owners is None:
            args.frame = base
            args.frame_size = self.scanned
        buffer.start += self.scanned
        self.scanned = self.searched = 0
        return 1

    cdef int inline_command(self) except -1:
        """A line of words: 1 once it is there."""
        cdef InBuffer buffer = self.buffer
        cdef char* base
        cdef Py_ssize_t at = self.line_end(c"\n", "too big inline request")
        cdef Py_ssize_t size = at
        if at < 0:
            return 0
        if buffer.lent is not None:
            # The words are unquoted where they stand.
            buffer.own(0)
        base = buffer.data + buffer.start
        if size and base[size - 1] == c"\r":
            size -= 1
        if not split_in_place(base, size, self.args):
            raise self.refuse("unbalanced quotes in request")
        buffer.start += at + 1
        self.searched = 0
        return 1


cdef void move_views(Args args, const char* old, const char* old_end, const char* new) noexcept:
    """The buffer has moved: what looked into it looks into its new place. Views of big bulks stay."""
    cdef Py_ssize_t i
    for i in range(args.count):
        if old <= args.views[i].at < old_end:
            args.views[i].at = new + (args.views[i].at - old)


# -- words with quotes --

cdef inline bint is_space(char byte) noexcept:
    return byte == c" " or c"\t" <= byte <= c"\r"


cdef inline int hex_digit(char byte) noexcept:
    if c"0" <= byte <= c"9":
        return byte - c"0"
    byte |= 32
    if c"a" <= byte <= c"f":
        return byte - c"a" + 10
    return -1


cdef bint split_in_place(char* at, Py_ssize_t size, Args args) except -1:
    """Append the words of a line to `args`, unquoted where they stand: they never become longer. False if unbalanced."""
    cdef const char* nul = <const char*>memchr(at, 0, size)
    cdef const char* end = nul if nul is not NULL else at + size
    cdef char* word
    cdef char* out
    cdef char quote, byte
    while True:
        while at < end and is_space(at[0]):
            at += 1
        if at == end:
            return True
        word = out = at
        quote = 0
        while True:
            if at == end:
                if quote:
                    return False
                break
            byte = at[0]
            if quote:
                if byte == c"\\" and quote == c'"' and end - at > 1:
                    at += 1
                    byte = at[0]
                    if byte == c"x" and end - at > 2 and hex_digit(at[1]) >= 0 and hex_digit(at[2]) >= 0:
                        byte = <char>(hex_digit(at[1]) * 16 + hex_digit(at[2]))
                        at += 2
                    elif byte == c"n":
                        byte = c"\n"
                    elif byte == c"r":
                        byte = c"\r"
                    elif byte == c"t":
                        byte = c"\t"
                    elif byte == c"b":
                        byte = c"\b"
                    elif byte == c"a":
                        byte = c"\a"
                elif byte == c"\\" and quote == c"'" and end - at > 1 and at[1] == c"'":
                    at += 1
                    byte = c"'"
                elif byte == quote:
                    at += 1
                    if at < end and not is_space(at[0]):
                        return False
                    break
                out[0] = byte
                out += 1
            elif byte == c" " or byte == c"\n" or byte == c"\r" or byte == c"\t":
                break
            elif byte == c'"' or byte == c"'":
                quote = byte
            else:
                out[0] = byte
                out += 1
            at += 1
        args.append(word, out - word)


cpdef list split_words(bytes line):
    """The words of an inline command or of a line of redis.conf; None where quotes are not balanced."""
    cdef Args args = Args()
    cdef bytes copy = PyBytes_FromStringAndSize(PyBytes_AS_STRING(line), PyBytes_GET_SIZE(line))
    if not split_in_place(PyBytes_AS_STRING(copy), PyBytes_GET_SIZE(copy), args):
        return None
    return args.to_list()
