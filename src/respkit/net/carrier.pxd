# One byte stream, and what sits on it.
from respkit.net.poller cimport Channel, Poller
from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer

cdef class Protocol
cdef class Carrier(Channel):
    # The base of both carriers: SocketCarrier reads and writes a plain socket itself, TransportCarrier (TLS)
    # goes through an asyncio transport. A protocol does not know which one it is on.
    cdef public InBuffer inbuf
    cdef public OutBuffer outbuf
    cdef public Protocol protocol
    cdef readonly bint closed
    cdef readonly bint closing
    cdef readonly bint paused
    cpdef int flush_soon(self) except -1
    cpdef int flush(self) except -1
    cpdef int pause_reading(self) except -1
    cpdef int resume_reading(self) except -1
    cpdef int close(self) except -1
    cpdef int abort(self, reason=*) except -1

cdef class Protocol:
    # A server's session, the proxy's session and upstream, the client's connection.
    cdef public Carrier carrier
    cpdef int received(self) except -1
    cpdef int drained(self) except -1
    cpdef int lost(self, reason) except -1
