# One client of the proxy, and the way of its commands.
cimport cython

cimport cython

from respkit.acl.user cimport Selector, User
from respkit.cluster.placement cimport Placement
from respkit.commands.model cimport Command
from respkit.proxy.plan cimport Entry
from respkit.proxy.pool cimport Pool, Router
from respkit.proxy.request cimport Client, Request
from respkit.proxy.scatter cimport Gather, Part
from respkit.proxy.upstream cimport Clock, Upstream
from respkit.resp.inbuf cimport Args, CommandParser, View
from respkit.resp.outbuf cimport OutBuffer

cdef int _ONE_KEY, _KEYS, _VALUES, _PAIRS, _COUNT, _LOCAL, _REFUSED, _DOWN
cdef unsigned long long _NO_AUTH

cdef class Shared:
    cdef public object users
    cdef public Router router
    cdef public Pool pool
    cdef public dict user_pools
    cdef public Clock clock
    cdef readonly object owner
    cdef Py_ssize_t in_flight
    cdef Py_ssize_t pause_bytes
    cdef Py_ssize_t close_bytes
    cdef long long request_bytes
    cdef public long long last_id
    cdef public long long commands
    cdef public long long refused

cdef class Session(Client):
    cdef readonly Shared shared
    cdef readonly long long id
    cdef public bytes name
    cdef readonly int proto
    cdef readonly User user
    cdef readonly Pool pool
    cdef Router router
    cdef CommandParser parser
    cdef Placement placement
    cdef list upstreams
    cdef Entry last
    cdef bytes last_name
    cdef Entry last_but_one
    cdef bytes last_but_one_name
    cdef bint waking
    cdef Upstream blocker
    cdef long long complete_at
    cdef readonly long long commands

    cpdef int connected(self) except -1
    @cython.locals(before='long long')
    cpdef int received(self) except -1
    cpdef int drained(self) except -1
    cpdef bint finished(self) except -1
    cpdef int lost(self, reason) except -1
    cpdef int leave(self) except -1

    cdef int hold(self, Upstream blocker) except -1
    cpdef int wake(self) except -1
    cdef bint has_room(self)
    @cython.locals(blocker=Upstream)
    cpdef go_on(self)

    @cython.locals(parser=CommandParser, shared=Shared)
    cdef int process(self) except -1
    @cython.locals(entry=Entry, command=Command, user=User, root=Selector, view=View)
    cdef int run(self, Args args) except -1
    @cython.locals(entry=Entry, view=View, name=bytes)
    cdef Entry other_entry(self, Args args)
    @cython.locals(entry=Entry)
    cdef Entry find(self, Args args)
    cdef Upstream target(self, const char* key, Py_ssize_t size)
    @cython.locals(request=Request)
    cdef int forward(self, Args args, Upstream upstream) except -1
    cdef int run_other(self, Entry entry, Args args) except -1
    cdef bint is_alone(self)
    @cython.locals(upstream=Upstream, owner=Upstream, first=Py_ssize_t, index=Py_ssize_t, view=View)
    cdef int run_keys(self, Command command, Args args) except -1
    @cython.locals(step=Py_ssize_t, i=Py_ssize_t, upstream=Upstream, failed=Upstream, view=View, gather=Gather, part=Part)
    cdef int split(self, Entry entry, Args args) except -1
    @cython.locals(out=OutBuffer)
    cdef int run_locally(self, bytes name, Args args) except -1
    cdef int deny(self, denial) except -1
    cpdef int refuse(self, bytes reply) except -1

@cython.locals(i=Py_ssize_t)
cdef bint is_same(const char* at, Py_ssize_t size, const char* word, Py_ssize_t length) noexcept
