# cython: boundscheck=False, wraparound=False, cdivision=True
"""The two buffers of a link (compiled form; see ends.py)."""

from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer


cdef class Ends:
    """What a connection receives and sends. The buffers are the carrier's, or whoever's moves the bytes."""

    def __init__(self, InBuffer inbuf not None, OutBuffer outbuf not None):
        self.inbuf = inbuf
        self.outbuf = outbuf

    cdef const char* front(self, Py_ssize_t size) noexcept:
        return self.inbuf.data + self.inbuf.start
