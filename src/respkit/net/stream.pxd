# A socket with its two buffers, and the system calls between them. Compiled: stream.pyx. Plain: stream.py.
from respkit.net.poller cimport Channel, Poller
from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer

cdef class Stream(Channel):
    cdef public InBuffer inbuf
    cdef public OutBuffer outbuf
    cdef readonly object sock
    # One read or send. Bytes moved; 0 from receive() is the end of the stream; what is negative is -errno.
    cdef Py_ssize_t receive(self) except? -1000000
    cdef Py_ssize_t transmit(self) except? -1000000
    # Up to `limit` of the bytes that wait in outbuf, as bytes of their own.
    cdef bytes take_some(self, Py_ssize_t limit)
