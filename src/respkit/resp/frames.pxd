# The frame scanner: where the next reply ends, with no object built.
# The leaf in C is frames.pyx, its plain form frames.py; both pass the same tests.
cimport cython
from respkit.resp.inbuf cimport InBuffer

@cython.final
cdef class FrameScanner:
    # Resumes where it stopped, so that a reply that arrives in many pieces is scanned once. All places are counted from
    # buffer.start, which a buffer may move between two calls.
    # Where the element being read starts.
    cdef Py_ssize_t scanned
    # How far its line has been searched for the end.
    cdef Py_ssize_t searched
    # There is nothing to find before so many bytes are there.
    cdef Py_ssize_t needed
    # Elements of the frame still to come; 0 between frames.
    cdef long long left
    cdef public long long max_frame

    cpdef Py_ssize_t scan(self, InBuffer buffer) except -1
    cpdef int reset(self) except -1
    cdef Py_ssize_t walk(self, const char* data, Py_ssize_t size) except -1
    cdef Py_ssize_t wait(self, Py_ssize_t at, Py_ssize_t needed, long long left) except -1
