# The asyncio client's connection and its calls in flight.
cimport cython

from respkit.client.kinds cimport CommandKind
from respkit.link.link cimport Link, Slot
from respkit.link.objects cimport ObjectLink
from respkit.net.carrier cimport Carrier, Protocol
from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer

cdef class CallSlot(Slot):
    # Loop time after which the caller waits no longer; 0 for never.
    cdef double deadline
    cdef int reply_object(self, object reply) except -1
    cdef int failed(self, object error) except -1
    # Whether somebody still waits for it.
    cdef bint waited_for(self) except -1

cdef class FutureSlot(CallSlot):
    cdef object future
    cdef object convert
    cdef int reply_object(self, object reply) except -1
    cdef int failed(self, object error) except -1
    cdef bint waited_for(self) except -1

cdef class Batch:
    cdef readonly object future
    cdef readonly list replies
    cdef Py_ssize_t missing

cdef class BatchSlot(CallSlot):
    cdef Batch batch
    cdef int reply_object(self, object reply) except -1
    cdef int failed(self, object error) except -1
    cdef bint waited_for(self) except -1

cdef class Wire(Protocol):
    cdef readonly object loop
    cdef readonly ObjectLink link
    # Open for requests, made and logged in; over when it is lost and will not come back.
    cdef readonly bint ready
    cdef readonly bint over
    cdef public object task
    cdef object encoding
    cdef object encoding_errors
    cdef object clock
    cdef double timeout
    cdef object timer
    # When the server was last heard of, in the loop's time. Kept where there is a timeout.
    cdef double heard
    # It has answered something behind the login.
    cdef bint served
    cdef object handshake
    # Requests since the last one that found outbuf empty, and how many the write before that took.
    cdef Py_ssize_t batch
    cdef Py_ssize_t last_batch
    # What was asked for before it was ready. There is no `link` before the connection is made.
    cdef Link early
    cdef readonly bint made
    cdef object login
    cdef readonly object logged_in
    cdef object what

    cpdef int connected(self) except -1
    cpdef int received(self) except -1
    cpdef int lost(self, reason) except -1
    cpdef int send(self, args, CallSlot slot, double timeout) except -1
    @cython.locals(out=OutBuffer, place=Py_ssize_t, slot=BatchSlot, kind=CommandKind)
    cpdef int send_all(self, list commands, Batch batch, double timeout) except -1
    cdef int queue(self, CallSlot slot, double timeout) except -1
    cdef int push_out(self) except -1
    @cython.locals(slot=Slot, call=CallSlot, now=double, due=double, following=double)
    cpdef int check_deadlines(self) except -1
    @cython.locals(slot=CallSlot)
    cdef int begin(self) except -1

cdef class Caller:
    cdef public Wire wire
    cdef public double timeout
    cdef dict kinds
    cdef object running_loop
    @cython.locals(wire=Wire, kind=CommandKind, slot=FutureSlot)
    cpdef object call(self, tuple args)
