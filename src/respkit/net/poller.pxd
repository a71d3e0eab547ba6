# Readiness of many sockets, for one callback of the event loop a turn.
#
# An epoll descriptor is itself readable while any socket in it is ready. So the event loop, uvloop or asyncio's own, watches
# that one descriptor; when it fires, the poller asks the kernel for all that are ready and calls each channel
# directly. What all of them wrote is flushed once, at the end of the turn.
# Compiled: poller.pyx. Plain, and where there is no epoll: poller.py, on the loop's add_reader and add_writer.

cdef class Poller

cdef class TurnHook:
    # Something to run at each turn's start or end, without a Python call: subclass it and override run().
    cdef int run(self) except -1

cdef class Channel:
    # One descriptor and what to do when it is ready. fd is -1 for a channel that is only ever flushed.
    cdef readonly int fd
    # READ and WRITE bits now asked for.
    cdef int events
    # Which watch of this descriptor it is, 0 while it is not watched: events fetched before an unwatch are known by it.
    cdef unsigned int generation
    cdef bint flush_wanted
    cdef Channel next_dirty
    cdef public Poller poller
    cdef int readable(self) except -1
    cdef int writable(self) except -1
    # The end of a turn in which flush_later() was asked for.
    cdef int flush_turn(self) except -1
    # One of the three above raised: end it, so that it cannot fire again.
    cdef int failed(self, error) except -1

cdef class CallbackChannel(Channel):
    cdef object on_readable
    cdef object on_writable

cdef class Gathering:
    # Bytes that came in, as the streams say.
    cdef public long long received
    cdef readonly bint on
    # What the window that is running is for; when it began, and at how many bytes; what the one without waiting gave.
    cdef int trial
    cdef int hold
    cdef int trust
    cdef long long began_us
    cdef long long began_at
    cdef double without
    # How many turns go without a wait after one was of no use, and how many of them are still to come.
    cdef int patience
    cdef int skips

    cpdef bint wanted(self) noexcept
    cpdef void came(self, int count) noexcept
    cpdef void end_window(self, long long now_us) noexcept

cdef class Poller:
    cdef readonly object loop
    # False where there is no epoll, or none is wanted: every descriptor is then watched by the loop itself.
    cdef readonly bint native
    cdef int epoll
    cdef readonly bint in_turn
    cdef bint scheduled
    # Every watched channel, at the index of its descriptor.
    cdef list channels
    cdef Py_ssize_t watched
    cdef unsigned int generations
    # Channels to flush at the end of the turn, linked by next_dirty.
    cdef Channel dirty_first
    cdef Channel dirty_last
    # How often a second look within one callback is left out, and how often it still is before the next.
    cdef int patience
    cdef int skips
    # How long a turn may wait for more to come, in microseconds; 0: not at all.
    cdef public int gather_us
    cdef readonly Gathering gathering
    cdef public list turn_starts
    cdef public list turn_ends
    cdef object __weakref__

    cpdef int watch(self, Channel channel) except -1
    cpdef int unwatch(self, Channel channel) except -1
    cpdef int want(self, Channel channel, bint read, bint write) except -1
    cpdef int flush_later(self, Channel channel) except -1
    # A turn for what comes from elsewhere (a timer, a TLS transport): True when it was opened here, and then leave() ends it.
    cpdef bint enter(self) except -1
    cpdef int leave(self) except -1
    cdef int gather(self, void* ready, int most) except -2
    cdef int turn(self, void* ready, int count) except -1
    cdef int control(self, Channel channel, int events) except -1
    cdef int open(self) except -1
    cdef int forget(self, Channel channel) except -1
    cdef int flush_dirty(self) except -1
    cdef int schedule(self) except -1
    cdef int run_hooks(self, list hooks) except -1
    cdef int report(self, Channel channel, error) except -1
