# The commands on keys of any kind, and on whole databases.
cimport cython
from respkit.commands.glob cimport Glob
from respkit.resp.inbuf cimport Args
from respkit.resp.outbuf cimport OutBuffer
from respkit.server cimport flags, lookup
from respkit.server.session cimport Commands, Session
from respkit.store cimport kinds
from respkit.store.database cimport Database, Keyspace
from respkit.store.table cimport Table

cpdef int install(Commands commands) except -1

cdef long long MAX_INT, MIN_INT, SHARED_INTEGERS, SCAN_COUNT

@cython.locals(db=Database, i=Py_ssize_t, count=cython.longlong)
cdef int del_command(Session session, Args args) except -1
@cython.locals(i=Py_ssize_t, count=cython.longlong)
cdef int exists_command(Session session, Args args) except -1
cdef int type_command(Session session, Args args) except -1
@cython.locals(i=Py_ssize_t, count=cython.longlong)
cdef int touch_command(Session session, Args args) except -1
@cython.locals(
    glob=Glob, table=Table, now_ms=cython.longlong, out=OutBuffer, place=Py_ssize_t, count=Py_ssize_t,
    position=Py_ssize_t,
)
cdef int keys_command(Session session, Args args) except -1
cdef int randomkey_command(Session session, Args args) except -1
cdef int rename_command(Session session, Args args) except -1
cdef int renamenx_command(Session session, Args args) except -1
@cython.locals(db=Database, now_ms=cython.longlong)
cdef bint rename(Session session, Args args, bint only_new) except -1
@cython.locals(source=Database, target=Database, now_ms=cython.longlong, i=Py_ssize_t, replace=bint, key=bytes)
cdef int copy_command(Session session, Args args) except -1
@cython.locals(source=Database, target=Database, now_ms=cython.longlong, key=bytes)
cdef int move_command(Session session, Args args) except -1
@cython.locals(index=cython.longlong)
cdef Database database_of(Session session, Args args, Py_ssize_t i)
@cython.locals(value=cython.longlong)
cdef long long int_of(Args args, Py_ssize_t i, bytes error) except? -1
@cython.locals(
    cursor=cython.longlong, count=cython.longlong, position=cython.longlong, kind=int, glob=Glob, i=Py_ssize_t,
    db=Database, table=Table, now_ms=cython.longlong, out=OutBuffer, place=Py_ssize_t, found=Py_ssize_t,
)
cdef int scan_command(Session session, Args args) except -1
cdef long long cursor_of(bytes text) except -1

cdef bint found_object(Session session, Args args) except -1
@cython.locals(table=Table)
cdef int object_encoding_command(Session session, Args args) except -1
@cython.locals(table=Table, shared=bint)
cdef int object_refcount_command(Session session, Args args) except -1
@cython.locals(keyspace=Keyspace)
cdef int object_idletime_command(Session session, Args args) except -1
@cython.locals(keyspace=Keyspace)
cdef int object_freq_command(Session session, Args args) except -1

cdef int dbsize_command(Session session, Args args) except -1
cdef int flushdb_command(Session session, Args args) except -1
cdef int flushall_command(Session session, Args args) except -1
cdef bint is_async(Session session, Args args) except -1
@cython.locals(database=Database)
cdef int flush(Session session, list databases, bint lazily) except -1
@cython.locals(first=cython.longlong, second=cython.longlong)
cdef int swapdb_command(Session session, Args args) except -1
