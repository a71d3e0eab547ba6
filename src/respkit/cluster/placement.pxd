# Where keys live in a pool of static shards.
cimport cython

from respkit.cluster.hashes cimport Hash

cdef class Placement:
    cdef readonly Hash hash
    # Servers; points on the ring, or places of modula.
    cdef readonly int count
    cdef readonly Py_ssize_t size
    cdef bint ketama
    cdef int tag_open
    cdef int tag_close
    cdef int shift
    cdef unsigned int[::1] points
    cdef unsigned int[::1] owners
    cdef unsigned int[::1] starts

    cpdef int index(self, bytes key) except -1
    @cython.locals(start=Py_ssize_t, end=Py_ssize_t)
    cdef int index_at(self, const char* key, Py_ssize_t size) except -1
    @cython.locals(i=Py_ssize_t)
    cdef int place(self, unsigned int point) except -1
