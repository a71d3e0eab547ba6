# Hashes of keys for static shards: key[start:end] to 32 bits.
cimport cython

ctypedef unsigned int (*hash_t)(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0

cdef unsigned int MASK, FNV_64, FNV_32, DEADBEEF
cdef unsigned int XMODEM[256]

cdef unsigned int signed(int c) noexcept
@cython.locals(_=int)
cdef unsigned int xmodem(unsigned int c) noexcept
cdef unsigned int little16(const char* key, Py_ssize_t i) noexcept
@cython.locals(value=cython.uint, shift=int)
cdef unsigned int little32(const char* key, Py_ssize_t i, Py_ssize_t end) noexcept
cdef unsigned int rotated(unsigned int x, int k) noexcept

@cython.locals(i=Py_ssize_t, h=cython.uint)
cdef unsigned int fnv1_64(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
@cython.locals(i=Py_ssize_t, h=cython.uint)
cdef unsigned int fnv1a_64(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
@cython.locals(i=Py_ssize_t, h=cython.uint)
cdef unsigned int fnv1_32(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
@cython.locals(i=Py_ssize_t, h=cython.uint)
cdef unsigned int fnv1a_32(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
@cython.locals(i=Py_ssize_t, h=cython.uint)
cdef unsigned int one_at_a_time(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
cdef unsigned int md5(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
@cython.locals(i=Py_ssize_t, h=cython.uint)
cdef unsigned int crc16(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
cdef unsigned int crc32(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
cdef unsigned int crc32a(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
@cython.locals(i=Py_ssize_t, h=cython.uint, rest=int)
cdef unsigned int hsieh(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
@cython.locals(i=Py_ssize_t, size=Py_ssize_t, h=cython.uint, k=cython.uint, m=cython.uint)
cdef unsigned int murmur(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0
@cython.locals(i=Py_ssize_t, a=cython.uint, b=cython.uint, c=cython.uint)
cdef unsigned int jenkins(const char* key, Py_ssize_t start, Py_ssize_t end) except? 0

cdef class Hash:
    cdef readonly str name
    cdef hash_t function
    cpdef unsigned int of(self, bytes key) except? 0
