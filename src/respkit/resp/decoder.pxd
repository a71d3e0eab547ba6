# Replies to Python objects: one that is no aggregate, or the header of one that is.
# The leaf in C is decoder.pyx, its plain form decoder.py; both pass the same tests. The Reader puts aggregates together.
from respkit.resp.inbuf cimport InBuffer

cdef class Decoder:
    cdef readonly InBuffer buffer
    # What the last next() or run() met: 0 an object was given, > 0 the type byte of an aggregate of `count` elements,
    # < 0 nothing, because more is needed, or the stream is broken and `broken` says how.
    cdef readonly int kind
    cdef readonly Py_ssize_t count
    cdef readonly str broken
    # The first thing that a codec or the error's callable raised; the owner takes it when the reply is complete.
    cdef public object failure
    cdef public object reply_error
    cdef public Py_ssize_t max_bulk
    cdef int codec
    cdef bytes encoding
    cdef bytes errors
    # How far the line at the buffer's start has been searched for its end.
    cdef Py_ssize_t searched
    # Type byte and length of the bulk that is being received straight into its object, else 0.
    cdef int big_kind
    cdef Py_ssize_t big_size

    cdef int use(self, InBuffer buffer) except -1
    cdef int set_encoding(self, encoding, errors) except -1
    cdef int feed(self, data, Py_ssize_t off, Py_ssize_t length) except -1
    cdef object refuse(self, str text)
    cdef object next(self, bint decode)
    cdef Py_ssize_t run(self, list items, Py_ssize_t wanted, bint decode) except -1
    cdef list room_for(self, Py_ssize_t count)

    cdef object element(self, const char* at, const char* stop, const char** after, bint decode)
    cdef object other(self, const char* at, const char* stop, const char** after, bint decode)
    cdef object line(self, const char* at, const char* end, const char** after, bint decode)
    cdef int expect(self) except -1
    cdef object big(self, bint decode)
    cdef object string(self, const char* text, Py_ssize_t size, bint decode)
    cdef object decoded(self, const char* text, Py_ssize_t size)
    cdef object error(self, const char* text, Py_ssize_t size)
