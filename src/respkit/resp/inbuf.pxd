# The receive buffer, the command parser on it, and the views of a command's arguments.
# The leaf in C memory is inbuf.pyx, its plain form inbuf.py; both pass the same tests.

cdef struct View:
    const char* at
    Py_ssize_t size

cdef class InBuffer:
    # Bytes received and not yet consumed: data[start:end]. `data` is a block while they fit one, else of the heap.
    cdef char* data
    cdef readonly Py_ssize_t start
    cdef readonly Py_ssize_t end
    cdef Py_ssize_t capacity
    # A bulk larger than the buffer is received straight into its final bytes object: while `big` is not None and
    # not full, the room for the next read lies in it.
    cdef bytes big
    cdef Py_ssize_t big_filled

    # For a carrier: where the next read may go (at least one byte), and how much came.
    cdef int room(self, char** at, Py_ssize_t* size) except -1
    cdef void filled(self, Py_ssize_t count) noexcept
    # For parsers.
    cdef int expect_big(self, Py_ssize_t size) except -1
    cdef bytes take_big(self)
    cdef void consume(self, Py_ssize_t count) noexcept
    cdef void release(self) noexcept
    # For everybody.
    cpdef int feed(self, data) except -1
    cpdef Py_ssize_t size(self) noexcept
    cpdef bytes peek(self)

cdef class Args:
    # One command's arguments. Views into the receive buffer: they die when the parser is asked for the next command
    # or the buffer is read into; detach() gives a copy that does not.
    cdef View* views
    cdef Py_ssize_t count
    cdef Py_ssize_t room
    cdef list owners
    # The command as it stood on the wire, for forwarding; NULL for inline commands, for one that holds a big bulk,
    # and for a detached copy.
    cdef const char* frame
    cdef Py_ssize_t frame_size

    cdef int append(self, const char* at, Py_ssize_t size) except -1
    cdef int append_owned(self, bytes value) except -1
    cdef void clear(self) noexcept
    cdef bint equals_view(self, Py_ssize_t i, const char* word, Py_ssize_t size) noexcept
    cpdef bytes bytes_at(self, Py_ssize_t i)
    cpdef Py_ssize_t size_at(self, Py_ssize_t i) except -1
    cpdef bint equals(self, Py_ssize_t i, bytes word) except -1
    cpdef long long int_at(self, Py_ssize_t i, bytes error=*) except? -1
    cpdef double float_at(self, Py_ssize_t i, bytes error=*) except? -1
    cpdef Args detach(self)
    cpdef list to_list(self)

cdef class CommandParser:
    cdef readonly InBuffer buffer
    cdef readonly Args args
    # False until the client has authenticated: 10 arguments and 16 KB are all that it may send.
    cdef public bint trusted
    cdef public long long max_bulk
    cdef long long left
    cdef Py_ssize_t scanned
    cdef Py_ssize_t bulk
    cdef int state

    cpdef bint next(self) except -1
    cpdef int reset(self) except -1
