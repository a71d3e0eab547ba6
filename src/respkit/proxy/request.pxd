# A client's requests, in the order in which it must have their replies.
cimport cython

from respkit.link.link cimport Slot
from respkit.net.carrier cimport Protocol
from respkit.resp.outbuf cimport OutBuffer

cdef int KEPT

cdef class Client

cdef class Pending(Slot):
    cdef public long long started_ms

cdef class Request(Pending):
    cdef Client client
    cdef Request follow
    cdef bint done
    cdef bytes reply

    @cython.locals(client=Client)
    cdef int reply_frame(self, const char* at, Py_ssize_t size) except -1
    @cython.locals(reply=bytes)
    cdef int failed(self, object error) except -1

cdef class Client(Protocol):
    cdef Request head
    cdef Request tail
    cdef readonly Py_ssize_t in_flight
    cdef readonly Py_ssize_t stored
    cdef public Py_ssize_t close_bytes
    cdef bint held
    cdef public bint leaving
    cdef public OutBuffer out

    cdef int append(self, Request request) except -1
    @cython.locals(request=Request)
    cdef Request new_request(self)
    @cython.locals(request=Request)
    cpdef int answer(self, bytes reply) except -1
    @cython.locals(request=Request)
    cdef int advance(self) except -1
    @cython.locals(request=Request, following=Request)
    cdef int abandon(self) except -1
    cpdef int wake(self) except -1
    cdef int overflow(self) except -1

cdef Request _free
cdef int _free_count

cdef int put_back(Request request) except -1
