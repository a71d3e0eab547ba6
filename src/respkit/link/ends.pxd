# The two buffers of a link. Compiled: ends.pyx. Plain: ends.py.
from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer

cdef class Ends:
    cdef readonly InBuffer inbuf
    cdef readonly OutBuffer outbuf
    # The first `size` bytes received; valid until the buffer is consumed or filled. The plain form gives bytes.
    cdef const char* front(self, Py_ssize_t size) noexcept
