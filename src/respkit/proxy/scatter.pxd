# One command to several servers.
cimport cython

from respkit.proxy.request cimport Client, Pending, Request
from respkit.resp.outbuf cimport OutBuffer

cdef int _VALUES, _COUNT

cdef class Gather(Request):
    cdef int kind
    cdef int proto
    cdef int left
    cdef list parts
    cdef list order

    @cython.locals(client=Client, out=OutBuffer, reply=bytes)
    cdef int came(self) except -1
    @cython.locals(part=Part, total='long long')
    cdef int merge(self, OutBuffer out) except -1
    @cython.locals(part=Part, start=Py_ssize_t, end=Py_ssize_t)
    cdef int merge_values(self, OutBuffer out) except -1

cdef class Part(Pending):
    cdef Gather gather
    cdef object upstream
    cdef bytes reply
    cdef Py_ssize_t at

    cdef int reply_frame(self, const char* at, Py_ssize_t size) except -1
    cdef int failed(self, object error) except -1
    cdef object strange(self)
    @cython.locals(reply=bytes, at=Py_ssize_t, size=Py_ssize_t, kind=int, line=Py_ssize_t, end=Py_ssize_t, length='long long')
    cdef Py_ssize_t next_element(self) except -2
