# One server as the proxy talks to it.
cimport cython

from respkit.link.link cimport FrameLink, Slot
from respkit.net cimport clock
from respkit.net.carrier cimport Protocol
from respkit.net.poller cimport TurnHook
from respkit.proxy.request cimport Pending
from respkit.resp.inbuf cimport Args
from respkit.resp.outbuf cimport OutBuffer

cdef int _CONNECTING, _UP, _DOWN

cdef class Clock(TurnHook):
    cdef readonly long long now_ms
    cdef int run(self) except -1

cdef class Wire

cdef class Upstream:
    cdef readonly str name
    cdef readonly str address
    cdef readonly Clock clock
    cdef readonly object loop
    cdef readonly long long timeout_ms
    cdef readonly Py_ssize_t pause_bytes
    cdef readonly long long max_reply
    cdef readonly int state
    cdef readonly Wire wire
    cdef FrameLink link
    cdef OutBuffer waiting
    cdef OutBuffer out
    cdef Slot first
    cdef Slot last
    cdef bint timing
    cdef object timer
    cdef public object failure
    cdef public list blocked
    cdef Py_ssize_t picked
    cdef object part
    cdef readonly long long requests
    cdef readonly long long failures
    cdef readonly long long connections

    cpdef object error(self, str reason)
    cdef int send(self, Args args, Pending request) except -1
    cdef int queue(self, Pending request) except -1
    cdef bint is_full(self) noexcept
    @cython.locals(waiting=OutBuffer, slot=Slot, following=Slot)
    cpdef int up(self, Wire wire) except -1
    cpdef int lost(self, error) except -1
    cpdef int down(self, error) except -1
    @cython.locals(slot=Slot, following=Slot)
    cpdef int fail_waiting(self, error) except -1
    cpdef int unblock(self) except -1
    cpdef int unblock_one(self, client) except -1
    cpdef int close(self) except -1
    cdef int begin_timing(self) except -1

cdef class Wire(Protocol):
    cdef readonly Upstream upstream
    cdef object on_connected
    cdef object on_lost
    cdef readonly FrameLink link
    cdef readonly long long received_ms
    cdef readonly object error

    cpdef int connected(self) except -1
    cpdef int received(self) except -1
    cpdef bint in_reply(self)
    cpdef int drained(self) except -1
    cpdef int give_up(self, error) except -1
    cpdef int lost(self, reason) except -1
