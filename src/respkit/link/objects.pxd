# A link whose replies become Python objects: for clients.
cimport cython

from respkit.link.link cimport Link, Slot
from respkit.resp.reader cimport Reader

cdef class ObjectLink(Link):
    cdef readonly Reader reader
    cdef object push_class
    @cython.locals(slot=Slot)
    cpdef int received(self) except -1
    # A push (RESP3), a list. Dropped unless a subclass wants it.
    cpdef int pushed(self, reply) except -1

cdef object NOT_ENOUGH
