# What a user may do, in the form in which it is asked: fields that compiled callers test without a call.
cimport cython

from respkit.commands.glob cimport Glob
from respkit.commands.model cimport Command
from respkit.resp.inbuf cimport Args, View

cdef unsigned long long _NO_AUTH, _PUBSUB
cdef int _ACCESS, _KEY_WRITES, _READ, _WRITE, _READ_WRITE

cdef int needed_for(int key_flags) noexcept

cdef class KeyPattern:
    cdef readonly bytes pattern
    cdef readonly Glob glob
    cdef public int permits

cdef class Selector:
    cdef readonly bytearray bits
    cdef unsigned char* allowed
    cdef public bint all_commands
    cdef public bint all_keys
    cdef public bint all_channels
    cdef public list keys
    cdef public list channels
    cdef public dict first_arguments

    @cython.locals(pattern=KeyPattern)
    cdef bint allows_key(self, const char* key, Py_ssize_t size, int needed) except -1
    cdef bint may_run(self, Command command, Args args) except -1
    @cython.locals(needed=int, last=Py_ssize_t, i=Py_ssize_t, view=View)
    cdef bint simple_keys_allowed(self, Command command, Args args) except -1
    cpdef find_denial(self, Command command, Args args)

cdef class User:
    cdef readonly bytes name
    cdef public bint enabled
    cdef public bint no_password
    cdef public object sanitize_payload
    cdef public list passwords
    cdef public Selector root
    cdef public list selectors

    @cython.locals(root=Selector)
    cpdef check(self, Command command, Args args)
    cpdef find_denial(self, Command command, Args args)
    @cython.locals(selector=Selector)
    cpdef bint may_access(self, bytes key, int needed) except -1
