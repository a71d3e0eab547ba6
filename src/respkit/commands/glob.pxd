# The one glob matcher. Compiled callers hand over pointers (match_at, Glob.matches_at), everybody else bytes.
cimport cython

cdef int STAR, QUESTION, OPEN, CLOSE, CARET, DASH, ESCAPE
cdef int EVERYTHING, LITERAL, PREFIX, GENERAL

cdef int fold(int c) noexcept
cdef int order(int c, bint nocase) noexcept

@cython.locals(p=Py_ssize_t, t=Py_ssize_t, star=Py_ssize_t, retry=Py_ssize_t, after=Py_ssize_t, c=int, low=int, high=int,
               matched=bint, negated=bint)
cdef bint match_at(const char* pattern, Py_ssize_t pattern_size, const char* text, Py_ssize_t size, bint nocase) noexcept

cpdef bint glob_match(bytes pattern, bytes text, bint nocase=*) except -1

cdef class Glob:
    cdef readonly bytes pattern
    cdef readonly bint nocase
    cdef const char* at
    cdef Py_ssize_t size
    cdef Py_ssize_t stem_size
    cdef readonly int kind

    @cython.locals(i=Py_ssize_t)
    cdef bint matches_at(self, const char* text, Py_ssize_t size) noexcept
    cpdef bint matches(self, bytes text) except -1
