# The commands on strings.
cimport cython
from respkit.resp.inbuf cimport Args
from respkit.resp.outbuf cimport OutBuffer
from respkit.server cimport flags, lookup
from respkit.server.session cimport Commands, Session
from respkit.store cimport kinds
from respkit.store.table cimport Table

cpdef int install(Commands commands) except -1

cdef long long NX, XX, GET, KEEPTTL, PERSIST, EX, PX, EXAT, PXAT, TIMED, OPTION_BITS, MAX_STRING

cdef int get_command(Session session, Args args) except -1
cdef bint reply_string(Session session, Args args, Py_ssize_t i) except -1
@cython.locals(table=Table, i=Py_ssize_t)
cdef int mget_command(Session session, Args args) except -1
cdef int strlen_command(Session session, Args args) except -1
@cython.locals(start=cython.longlong, end=cython.longlong, size=cython.longlong)
cdef int getrange_command(Session session, Args args) except -1

@cython.locals(options=cython.longlong, at_ms=cython.longlong, replied=bint, found=bint)
cdef int set_command(Session session, Args args) except -1
cdef int store(Session session, Args args, Py_ssize_t key, Py_ssize_t value, bint keep_ttl) except -1
@cython.locals(is_new=bint)
cdef int store_until(
    Session session, Args args, Py_ssize_t key, Py_ssize_t value, long long at_ms, bint rewrite
) except -1
cdef int setnx_command(Session session, Args args) except -1
cdef int setex_command(Session session, Args args) except -1
cdef int psetex_command(Session session, Args args) except -1
cdef int getset_command(Session session, Args args) except -1
cdef int mset_command(Session session, Args args) except -1
@cython.locals(i=Py_ssize_t)
cdef int msetnx_command(Session session, Args args) except -1
cdef int check_pairs(Session session, Args args) except -1
@cython.locals(i=Py_ssize_t)
cdef int store_pairs(Session session, Args args) except -1

cdef int getdel_command(Session session, Args args) except -1
@cython.locals(options=cython.longlong, at_ms=cython.longlong, table=Table)
cdef int getex_command(Session session, Args args) except -1
@cython.locals(table=Table, size=Py_ssize_t)
cdef int append_command(Session session, Args args) except -1
@cython.locals(table=Table, offset=cython.longlong, size=Py_ssize_t, found=bint)
cdef int setrange_command(Session session, Args args) except -1
@cython.locals(limit=cython.longlong)
cdef int check_size(Session session, long long size, long long more) except -1
cdef int incr_command(Session session, Args args) except -1
cdef int decr_command(Session session, Args args) except -1
cdef int incrby_command(Session session, Args args) except -1
@cython.locals(by=cython.longlong)
cdef int decrby_command(Session session, Args args) except -1
@cython.locals(table=Table, found=bint, value=cython.longlong)
cdef int increment(Session session, Args args, long long by) except -1
cdef long long integer_of(bytes text) except? -1
@cython.locals(table=Table, found=bint)
cdef int incrbyfloat_command(Session session, Args args) except -1

@cython.locals(options=cython.longlong, at=cython.longlong, i=Py_ssize_t, timed=cython.longlong)
cdef long long parse_options(Session session, Args args, Py_ssize_t first, bint setting) except -1
cdef long long time_of_option(Session session, Args args, long long options) except? -1
