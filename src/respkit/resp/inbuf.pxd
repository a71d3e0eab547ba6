# The receive buffer, the command parser on it, and the views of a command's arguments.
# The leaf in C memory is inbuf.pyx, its plain form inbuf.py; both pass the same tests.
cimport cython

cdef struct View:
    const char* at
    Py_ssize_t size

# The canonical signed 64 bit integer at `at` (no plus, no leading zero, no space); False if it is none.
cdef bint string_to_integer(const char* at, Py_ssize_t size, long long* value) noexcept nogil
# The double at `at` by strtod's rules, not NaN; False if it is none.
cdef bint string_to_double(const char* at, Py_ssize_t size, double* value) except -1

cpdef object parse_integer(bytes text)
cpdef object parse_double(bytes text)
cpdef list split_words(bytes line)

cdef class Args

@cython.final
cdef class InBuffer:
    # Bytes received and not yet consumed: data[start:end]. `data` is a block while they fit one, else of the heap,
    # and NULL while there are none.
    cdef char* data
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end
    cdef Py_ssize_t capacity
    # What was fed, where it was bytes and the buffer empty: `data` points into it instead of a copy, `capacity` is 0, and
    # nothing is ever written there.
    cdef bytes lent
    # A bulk larger than the buffer is received straight into its final bytes object: while `big` is not None and
    # not full, the room for the next read lies in it.
    cdef bytes big
    cdef readonly Py_ssize_t big_filled
    # The arguments of the parser on this buffer: they are forgotten before what they look into is moved or overwritten.
    cdef Args reader

    # For a carrier: where the next read may go (at least one byte), and how much came.
    # Both can move what is in the buffer.
    cdef int room(self, char** at, Py_ssize_t* size) except -1
    cpdef int filled(self, Py_ssize_t count) except -1
    cpdef object writable(self)
    # For parsers.
    cpdef int expect_big(self, Py_ssize_t size) except -1
    cpdef int expect_big_at(self, Py_ssize_t offset, Py_ssize_t size) except -1
    cpdef bytes take_big(self)
    cpdef int consume(self, Py_ssize_t count) except -1
    cpdef void release(self) noexcept
    cpdef void release_if_empty(self) noexcept
    cdef void lend(self, bytes data, Py_ssize_t taken) noexcept
    cdef int own(self, Py_ssize_t wanted) except -1
    cdef int make_room(self, Py_ssize_t wanted) except -1
    cdef int resize(self, Py_ssize_t capacity) except -1
    # For everybody.
    cpdef int feed(self, data) except -1
    cpdef Py_ssize_t size(self) noexcept
    cpdef bytes peek(self)

@cython.final
cdef class Args:
    # One command's arguments. Views into the receive buffer: they die when the parser is asked for the next command
    # or the buffer is read into; detach() gives a copy that does not.
    cdef View* views
    cdef readonly Py_ssize_t count
    cdef Py_ssize_t room
    # The objects that some views look into, in the order of their arguments; None when all look into the buffer.
    cdef list owners
    # A copy made by detach(): its bytes lie behind its views, so that it cannot grow.
    cdef bint fixed
    # The command as it stood on the wire; NULL for inline commands, for one that holds a big bulk, and for a detached copy.
    # The parser, like Redis, lets bytes at the ends of lines pass unseen: OutBuffer.forward() looks at them.
    cdef const char* frame
    cdef readonly Py_ssize_t frame_size

    cdef int append(self, const char* at, Py_ssize_t size) except -1
    cdef int append_owned(self, bytes value) except -1
    cdef int grow(self) except -1
    cdef void forget(self) noexcept
    cdef void clear(self) noexcept
    cdef bint equals_view(self, Py_ssize_t i, const char* word, Py_ssize_t size) noexcept
    cdef int check(self, Py_ssize_t i) except -1
    cdef bytes owner(self, Py_ssize_t i)
    cpdef bytes bytes_at(self, Py_ssize_t i)
    cpdef Py_ssize_t size_at(self, Py_ssize_t i) except -1
    cpdef bint equals(self, Py_ssize_t i, bytes word) except -1
    cpdef long long int_at(self, Py_ssize_t i, bytes error=*) except? -1
    cpdef double float_at(self, Py_ssize_t i, bytes error=*) except? -1
    cpdef Args detach(self)
    cpdef list to_list(self)

@cython.final
cdef class CommandParser:
    cdef readonly InBuffer buffer
    cdef readonly Args args
    # False until the client has authenticated: 10 arguments and 16 KB are all that it may send.
    cdef public bint trusted
    cdef public long long max_bulk
    # Arguments still to come of the command in progress; 0 between commands.
    cdef long long left
    # How many views there are of the command in progress.
    cdef Py_ssize_t parsed
    # Offsets from the buffer's start: what has been parsed, and how far the end of a line has been looked for.
    cdef Py_ssize_t scanned
    cdef Py_ssize_t searched
    # The length of the bulk at `scanned`, once known.
    cdef Py_ssize_t bulk
    # Where the buffer's start was when the views were made: they are moved along with it.
    cdef const char* base
    cdef str broken

    cpdef bint next(self) except -1
    cpdef int reset(self) except -1
    cdef bint parse(self) except -1
    cdef int header(self) except -1
    cdef int multibulk(self) except -1
    cdef int take_arguments(self) except -1
    cdef int inline_command(self) except -1
    cdef Py_ssize_t line_end(self, char ending, str too_big) except -2
    cdef object refuse(self, str text)
