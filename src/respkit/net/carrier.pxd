# One byte stream, and what sits on it.
cimport cython

from respkit.net.poller cimport Channel, Poller
from respkit.net.stream cimport Stream
from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer

# A read of so many bytes suggests that more is there: asked for at once, but not without end.
cdef Py_ssize_t READ_MORE_BYTES
cdef int READ_ROUNDS

cdef class Protocol

cdef class Carrier(Stream):
    # A plain socket; TlsCarrier (tls.pxd) is one with TLS on it. A protocol does not know which one it is on.
    cdef public Protocol protocol
    # No more comes or goes: the descriptor is closed, and lost() has been called or is about to be.
    cdef readonly bint closed
    # close() was called: what is in outbuf still goes, then the end.
    cdef readonly bint closing
    cdef readonly bint paused
    # The peer takes no more at present: outbuf waits, and drained() will be called.
    cdef readonly bint waiting
    cdef readonly object reason
    cdef public long long bytes_in
    cdef public long long bytes_out
    # The two ends as text: host:port, [host]:port for IPv6, path:0 for unix sockets.
    cdef readonly str peer
    cdef readonly str local
    cdef readonly bint is_tls

    cpdef int start(self) except -1
    cpdef int flush_soon(self) except -1
    @cython.locals(count=Py_ssize_t)
    cpdef int flush(self) except -1
    cpdef int pause_reading(self) except -1
    cpdef int resume_reading(self) except -1
    cpdef int close(self) except -1
    cpdef int abort(self, reason=*) except -1
    @cython.locals(count=Py_ssize_t, rounds=int)
    cdef int readable(self) except -1
    @cython.locals(count=Py_ssize_t)
    cdef int writable(self) except -1
    cdef int flush_turn(self) except -1
    cdef int failed(self, error) except -1
    cdef int rewatch(self) except -1
    cdef int drop(self) except -1
    @cython.locals(protocol=Protocol)
    cdef int tell_lost(self) except -1
    cdef int all_sent(self) except -1
    cdef int not_moved(self, Py_ssize_t count) except -1

cdef class Protocol:
    # A server's session, the proxy's session and upstream, the client's connection.
    cdef public Carrier carrier
    cpdef int connected(self) except -1
    cpdef int received(self) except -1
    cpdef int drained(self) except -1
    cpdef bint finished(self) except -1
    cpdef int lost(self, reason) except -1
