# Where a key goes.
cimport cython

from respkit.cluster.placement cimport Placement
from respkit.proxy.upstream cimport Upstream

cdef class Pool:
    cdef readonly str name
    cdef readonly Placement placement
    cdef object make
    cdef readonly int size
    cdef readonly list resp2
    cdef readonly list resp3

    cpdef speak(self, int proto)
    cpdef list upstreams(self)
    @cython.locals(index=Py_ssize_t, upstreams=list)
    cdef Upstream upstream_at(self, const char* key, Py_ssize_t size, int proto)
    cpdef list speaking(self, int proto)

cdef class Router:
    cdef readonly Py_ssize_t size
    cdef Py_ssize_t width
    cdef unsigned int[::1] columns
    cdef unsigned int[::1] children
    cdef unsigned int[::1] owners
    cdef list pools

    @cython.locals(node=Py_ssize_t, owner=Py_ssize_t, column=Py_ssize_t, i=Py_ssize_t)
    cdef Pool pool_at(self, const char* key, Py_ssize_t size, Pool otherwise)
    cpdef Pool pool_of(self, bytes key, Pool otherwise)
