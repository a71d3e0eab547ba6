# The Reader of replies, for compiled callers: a client's link reads from a carrier's buffer without feed().
from respkit.resp.decoder cimport Decoder
from respkit.resp.inbuf cimport InBuffer

cdef int ATTRIBUTE
cdef int MAP
cdef int SET
cdef int PUSH

cdef int UNMADE
cdef int READY
cdef int BUSY
cdef int BROKEN

cdef Py_ssize_t MAX_DEPTH
cdef Py_ssize_t INNER_ROOM
cdef list NOTHING

cdef class Level:
    cdef int kind
    cdef Py_ssize_t left
    cdef list items

cdef class Reader:
    cdef Decoder decoder
    cdef list levels
    cdef Py_ssize_t depth
    cdef int state
    cdef bint attached
    cdef bint sets_to_lists
    cdef Py_ssize_t maxbuf
    cdef object not_enough
    cdef object protocol_error

    cpdef object gets(self, should_decode=*)
    cpdef attach(self, InBuffer buffer)
    cdef bint usable(self) except -1
    cdef object read(self, bint decode)
    cdef object collect(self, bint decode)
    cdef bint open(self) except -1
    cdef int push(self, int kind, Py_ssize_t left, list items) except -1
    cdef object closed(self, int kind, list items)
    cdef object whole(self, object value)
    cdef object nothing(self)

cdef object _map_of(list items)
cdef object _set_of(list items)
