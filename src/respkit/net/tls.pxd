# TLS on a socket of our own.
cimport cython

from respkit.net.carrier cimport Carrier

cdef class TlsCarrier(Carrier):
    cdef object incoming
    cdef object outgoing
    cdef readonly object tls
    cdef object context
    cdef bint server_side
    # Encrypted, and not yet taken by the socket.
    cdef object unsent
    cdef readonly bint handshaking
    cdef double handshake_seconds
    cdef object deadline
    cdef object on_handshake

    cpdef int start(self) except -1
    cdef int readable(self) except -1
    cdef int writable(self) except -1
    cpdef int flush(self) except -1
    cpdef int close(self) except -1
    cdef int drop(self) except -1
    cdef int shaken(self, error) except -1
    cdef int shake(self) except -1
    cdef int read_plain(self) except -1
    cdef bint send_unsent(self) except -1
    cdef int encrypt(self, bytes data) except -1
