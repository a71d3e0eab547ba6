# A socket that waits, for the blocking client. Compiled: blocking.pyx. Plain: blocking.py.
from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer

cdef class BlockingStream:
    cdef readonly InBuffer inbuf
    cdef readonly OutBuffer outbuf
    cdef readonly object sock
    cdef int fd
    cdef readonly object timeout
    cpdef int send(self) except -1
    cpdef Py_ssize_t receive(self) except -1
    cpdef int set_timeout(self, timeout) except -1
    cpdef bint stale(self) except -1
    cpdef int close(self) except -1
    cdef int interrupted(self) except -1
