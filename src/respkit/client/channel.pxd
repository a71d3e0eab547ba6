# The blocking client's connection.
cimport cython

from respkit.client.kinds cimport CommandKind
from respkit.link.link cimport Slot
from respkit.link.objects cimport ObjectLink
from respkit.net.blocking cimport BlockingStream

cdef Py_ssize_t _AHEAD_BYTES

cdef class ReplySlot(Slot):
    cdef bint done
    cdef object reply
    cdef object error
    cdef int reply_object(self, object reply) except -1
    cdef int failed(self, object error) except -1

cdef class ReplyChannel:
    cdef readonly BlockingStream stream
    cdef readonly ObjectLink link
    cdef public double used_at
    cdef str refusal
    @cython.locals(slot=ReplySlot)
    cpdef object call(self, args, bint raw)
    @cython.locals(slot=ReplySlot, kind=CommandKind)
    cpdef list call_all(self, list commands)
    cdef int exchange(self, ReplySlot last) except -1
