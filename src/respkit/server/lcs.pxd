# LCS.
cimport cython
from respkit.resp.inbuf cimport Args
from respkit.resp.outbuf cimport OutBuffer
from respkit.server cimport lookup
from respkit.server.session cimport Commands, Session
from respkit.store cimport kinds

cpdef int install(Commands commands) except -1

cdef int LEFT, UP, BOTH_MATCH

cdef bytes string_or_empty(Session session, Args args, Py_ssize_t i)
@cython.locals(
    a=bytes, b=bytes, out=OutBuffer, i=Py_ssize_t, least=cython.longlong, length=cython.longlong,
    length_only=bint, indexes=bint, with_size=bint,
)
cdef int lcs_command(Session session, Args args) except -1
@cython.locals(
    columns=Py_ssize_t, i=Py_ssize_t, j=Py_ssize_t, place=Py_ssize_t, byte=cython.uchar,
    above=cython.uint[::1], here=cython.uint[::1],
)
cdef long long fill(const unsigned char[::1] a, const unsigned char[::1] b, unsigned char[::1] way) except -1
@cython.locals(i=Py_ssize_t, j=Py_ssize_t, size=Py_ssize_t, step=int)
cdef list common_runs(bytes a, bytes b, bytearray way)
