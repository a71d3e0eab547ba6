# The frame scanner: where the next reply ends, with no object built.
from respkit.resp.inbuf cimport InBuffer

cdef class FrameScanner:
    # Resumes where it stopped, so that a reply that arrives in many pieces is scanned once.
    cdef Py_ssize_t scanned
    cdef long long* pending
    cdef int depth
    cdef public long long max_frame

    cpdef Py_ssize_t scan(self, InBuffer buffer) except -1
    cpdef int reset(self) except -1
