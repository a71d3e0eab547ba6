# A numbered database: the table, expiry, and the marks of use.
cimport cython
from respkit.resp.inbuf cimport Args
from respkit.store cimport kinds
from respkit.store.table cimport Remains, Table

cdef class Database

@cython.final
cdef class Keyspace:
    cdef public object on_expired
    cdef public bint keep_expired
    cdef public bint touching
    cdef public bint lfu
    cdef public long long lfu_log_factor
    cdef public long long lfu_decay_minutes
    cdef public long long expired_keys
    cdef public list remains
    cdef public Py_ssize_t next_database

    cpdef int first_clock(self, long long now_ms) except -1
    cpdef int next_clock(self, long long clock, long long now_ms) except -1
    cpdef int frequency(self, long long clock, long long now_ms) except -1
    cpdef long long idle_ms(self, long long clock, long long now_ms) noexcept
    cpdef bint free_some(self, Py_ssize_t count) except -1
    cpdef Py_ssize_t expire_some(self, list databases, long long now_ms, long long budget) except -1

@cython.final
cdef class Database:
    cdef readonly int index
    cdef readonly Keyspace keyspace
    cdef readonly Table table
    cdef public long long avg_ttl_ms
    cdef Py_ssize_t sweep
    cdef readonly long long examined

    cpdef Py_ssize_t size(self) except -1
    cpdef bint lookup_read(self, Args args, Py_ssize_t i, long long now_ms) except -1
    cpdef bint lookup_write(self, Args args, Py_ssize_t i, long long now_ms) except -1
    @cython.locals(keyspace=Keyspace, clock=cython.longlong, state=int)
    cdef bint lookup(self, Args args, Py_ssize_t i, long long now_ms, bint for_writing) except -1
    @cython.locals(state=int)
    cpdef bint peek(self, Args args, Py_ssize_t i, long long now_ms) except -1
    cpdef bint lookup_key(self, bytes key, long long now_ms) except -1
    cpdef bint peek_key(self, bytes key, long long now_ms) except -1
    cpdef bint visit(self, Py_ssize_t position, long long now_ms) except -1
    cpdef int touch(self, long long now_ms) except -1
    cdef bint met_expired(self, bint for_writing) except -1
    cdef int expire_current(self) except -1
    @cython.locals(keyspace=Keyspace, table=Table, clock=cython.longlong, state=int)
    cpdef bint set_string(self, Args args, Py_ssize_t key, Py_ssize_t value, long long now_ms, bint keep_ttl) except -1
    cpdef bint place(self, Args args, Py_ssize_t key, Py_ssize_t room, long long now_ms) except -1
    @cython.locals(created=bint)
    cpdef bint place_key(self, bytes key, Py_ssize_t room, long long now_ms) except -1
    cdef int placed(self, bint created, long long now_ms) except -1
    @cython.locals(table=Table)
    cpdef object snapshot(self)
    @cython.locals(table=Table, created=bint)
    cpdef bint put_snapshot(self, bytes key, snapshot, long long now_ms) except -1
    @cython.locals(
        table=Table, total=cython.longlong, left=cython.longlong, count=cython.longlong, expired=cython.longlong,
        alive=cython.longlong, ttl_ms=cython.longlong, at_ms=cython.longlong, mean=cython.longlong,
    )
    cpdef Py_ssize_t expire_some(self, long long now_ms, long long budget) except -1
    cpdef bytes random_key(self, long long now_ms)
    cpdef Py_ssize_t flush(self, bint lazily) except -1
    cpdef int swap(self, Database other) except -1
