# The commands on a key's time.
cimport cython
from respkit.resp.inbuf cimport Args
from respkit.server cimport flags, lookup
from respkit.server.session cimport Commands, Session
from respkit.store.database cimport Database
from respkit.store.table cimport Table

cpdef int install(Commands commands) except -1

cdef int NX, XX, GT, LT

cdef int expire_command(Session session, Args args) except -1
cdef int pexpire_command(Session session, Args args) except -1
cdef int expireat_command(Session session, Args args) except -1
cdef int pexpireat_command(Session session, Args args) except -1
@cython.locals(
    options=int, at_ms=cython.longlong, now_ms=cython.longlong, old_ms=cython.longlong, expires=bint, db=Database,
    table=Table,
)
cdef int expire(Session session, Args args, bint seconds, long long since_ms) except -1
@cython.locals(i=Py_ssize_t, options=int)
cdef int parse_options(Args args) except -1
cdef int ttl_command(Session session, Args args) except -1
cdef int pttl_command(Session session, Args args) except -1
cdef int expiretime_command(Session session, Args args) except -1
cdef int pexpiretime_command(Session session, Args args) except -1
@cython.locals(table=Table, left_ms=cython.longlong)
cdef int reply_time(Session session, Args args, bint seconds, long long since_ms) except -1
cdef int persist_command(Session session, Args args) except -1
