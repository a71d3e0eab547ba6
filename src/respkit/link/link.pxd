# One connection to a server, without I/O: which reply answers which request.
cimport cython

from respkit.link.ends cimport Ends
from respkit.resp.frames cimport FrameScanner
from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer

cdef class Slot:
    # One request in flight. Subclass it for whoever waits; the base drops the reply, as for an owner who has gone.
    # Exactly one of the three is called, once.
    cdef Slot next
    # The strings of the reply are left as bytes, whatever the link's encoding (objects only).
    cdef public bint raw
    # The reply as it stands on the wire (attributes before it included); the bytes die with the call.
    cdef int reply_frame(self, const char* at, Py_ssize_t size) except -1
    cdef int reply_object(self, object reply) except -1
    cdef int failed(self, object error) except -1

cdef class CallbackSlot(Slot):
    cdef object on_reply
    cdef object on_failed
    cdef int reply_frame(self, const char* at, Py_ssize_t size) except -1
    cdef int reply_object(self, object reply) except -1
    cdef int failed(self, object error) except -1

cdef class Link(Ends):
    # The requests in flight, the oldest first.
    cdef Slot first
    cdef Slot last
    cdef readonly Py_ssize_t in_flight
    # The handshake is over: requests may be written.
    cdef public bint ready
    # What the connection speaks, 2 or 3.
    cdef public int proto
    cdef readonly object broken
    cpdef int request(self, Slot slot) except -1
    cpdef int received(self) except -1
    @cython.locals(slot=Slot)
    cpdef int lost(self, error) except -1
    cdef Slot answered(self)

cdef class FrameLink(Link):
    cdef readonly FrameScanner scanner
    @cython.locals(size=Py_ssize_t, slot=Slot)
    cpdef int received(self) except -1
    # A push (RESP3): `>` answers nothing. Dropped unless a subclass wants it.
    cdef int pushed_frame(self, const char* at, Py_ssize_t size) except -1
