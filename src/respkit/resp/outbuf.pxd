# The reply buffer: what goes out on one connection, encoded in place, for both protocol versions and both directions.
# The leaf in C memory is outbuf.pyx, its plain form outbuf.py; both pass the same tests.
cimport cython
from respkit.resp.inbuf cimport Args

# The decimal digits of `value` at `at`, which has room for 20 bytes; how many there are.
cdef int integer_digits(char* at, long long value) noexcept nogil
# "%.17g" of `value` at `at`, which has room for 32 bytes; how many bytes that is.
cdef int double_digits(char* at, double value) except -1

cpdef bytes double_text(double value)
cpdef object encode_argument(value)

@cython.final
cdef class OutBuffer:
    # Bytes not yet sent: data[start:end]. `data` is a block while they fit one, else of the heap, and NULL while there
    # are none.
    cdef char* data
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end
    cdef Py_ssize_t capacity
    # 2 or 3: how maps, sets, doubles, nulls, pushes, verbatim strings, booleans and big numbers are written.
    cdef public int proto

    # For compiled callers.
    cdef int reserve(self, Py_ssize_t size) except -1
    cdef int put(self, const char* at, Py_ssize_t size) except -1
    cdef int put_bulk(self, const char* at, Py_ssize_t size) except -1
    cdef int put_header(self, char kind, long long value) except -1
    cdef int grow(self, Py_ssize_t size) except -1
    cdef int close(self, Py_ssize_t place, char kind, long long value) except -1
    cdef int argument(self, value) except -1
    cpdef int sent(self, Py_ssize_t count) except -1
    cpdef void release(self) noexcept

    # Replies.
    cpdef int raw(self, bytes data) except -1
    cpdef int ok(self) except -1
    cpdef int simple(self, bytes text) except -1
    cpdef int error(self, bytes text) except -1
    cpdef int integer(self, long long value) except -1
    cpdef int bulk(self, bytes value) except -1
    cpdef int bulk_arg(self, Args args, Py_ssize_t i) except -1
    cpdef int bulk_integer(self, long long value) except -1
    cpdef int null(self) except -1
    cpdef int null_array(self) except -1
    cpdef int array(self, Py_ssize_t count) except -1
    cpdef int map(self, Py_ssize_t pairs) except -1
    cpdef int set(self, Py_ssize_t count) except -1
    cpdef int push(self, Py_ssize_t count) except -1
    cpdef int attribute(self, Py_ssize_t pairs) except -1
    cpdef int double(self, double value) except -1
    cpdef int boolean(self, bint value) except -1
    cpdef int big_number(self, bytes digits) except -1
    cpdef int verbatim(self, bytes kind, bytes text) except -1
    # An aggregate whose length is known only afterwards: place = mark(); …; close_array(place, count).
    cpdef Py_ssize_t mark(self) noexcept
    cpdef int close_array(self, Py_ssize_t place, Py_ssize_t count) except -1
    cpdef int close_map(self, Py_ssize_t place, Py_ssize_t pairs) except -1
    cpdef int close_set(self, Py_ssize_t place, Py_ssize_t count) except -1
    cpdef int truncate(self, Py_ssize_t place) except -1

    # Commands, and what has been gathered.
    cpdef int command(self, args) except -1
    cpdef int forward(self, Args args) except -1
    cpdef Py_ssize_t size(self) noexcept
    cpdef bytes peek(self)
    cpdef bytes take(self)
