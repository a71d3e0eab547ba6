# Readiness of many sockets, for one callback of the event loop a turn.
#
# An epoll descriptor is itself readable while any socket in it is ready. So the event loop, uvloop or asyncio's own, watches
# that one descriptor; when it fires, the poller asks the kernel for all that are ready and calls each channel
# directly. What all of them wrote is flushed once, at the end of the turn.
# Compiled: poller.pyx. Plain, and where there is no epoll: poller.py, on the loop's add_reader and add_writer.

cdef class Channel:
    cdef readonly int fd
    cdef int events
    cdef bint flush_wanted
    cdef public object poller
    cdef int readable(self) except -1
    cdef int writable(self) except -1
    cdef int flush_turn(self) except -1

cdef class Poller:
    cdef readonly object loop
    cdef int epoll
    cdef bint in_turn
    cdef bint scheduled
    cdef list dirty
    cdef object run_callback
    cdef public list turn_starts
    cdef public list turn_ends
    cpdef int watch(self, Channel channel) except -1
    cpdef int unwatch(self, Channel channel) except -1
    cpdef int want(self, Channel channel, bint read, bint write) except -1
    cpdef int flush_later(self, Channel channel) except -1
