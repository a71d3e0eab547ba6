# cython: boundscheck=False, wraparound=False, cdivision=True
"""Readiness of many sockets, for one callback of the event loop a turn (compiled form; poller.py tells the contract).

Every socket is in one epoll descriptor of our own, which the event loop watches. So an event costs its share of
one ``epoll_wait`` and a C call, on uvloop and asyncio alike. Level-triggered: what one turn leaves unread comes again.
"""

from cpython.list cimport PyList_GET_ITEM
from cpython.ref cimport PyObject
from libc.errno cimport errno

from respkit.net.clock cimport monotonic_us

from weakref import WeakValueDictionary

import os

cdef extern from *:
    """
    #if defined(__linux__)
    #include <sys/epoll.h>
    #include <unistd.h>
    #define RESPKIT_HAS_EPOLL 1
    #else
    #include <errno.h>
    #include <unistd.h>
    #include <stdint.h>
    #define RESPKIT_HAS_EPOLL 0
    typedef union { uint64_t u64; } epoll_data_t;
    struct epoll_event { uint32_t events; epoll_data_t data; };
    enum { EPOLLIN = 1, EPOLLOUT = 4, EPOLLERR = 8, EPOLLHUP = 16,
           EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3, EPOLL_CLOEXEC = 0 };
    static int epoll_create1(int flags) { errno = ENOSYS; return -1; }
    static int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event) { errno = ENOSYS; return -1; }
    static int epoll_wait(int epfd, struct epoll_event *events, int max, int timeout) { errno = ENOSYS; return -1; }
    #endif
    """
    enum:
        RESPKIT_HAS_EPOLL
        EPOLLIN
        EPOLLOUT
        EPOLLERR
        EPOLLHUP
        EPOLL_CTL_ADD
        EPOLL_CTL_DEL
        EPOLL_CTL_MOD
        EPOLL_CLOEXEC
    ctypedef union epoll_data_t:
        unsigned long long u64
    struct epoll_event:
        unsigned int events
        epoll_data_t data
    int epoll_create1(int flags) nogil
    int epoll_ctl(int epfd, int op, int fd, epoll_event* event) nogil
    int epoll_wait(int epfd, epoll_event* events, int maxevents, int timeout) nogil
    int c_close "close"(int fd) nogil
    int usleep(unsigned int microseconds) nogil

cdef enum:
    C_READ = 1
    C_WRITE = 2
    # What one callback of the event loop may serve: more would starve the loop's timers and tasks.
    MAX_EVENTS = 256
    # A flush may ask for another flush (a drained peer writes on); after so many the rest waits for the loop.
    C_FLUSH_PASSES = 3
    MAX_PATIENCE = 64
    # Linux adds a thread's timer slack to every sleep, this much by default.
    TIMER_SLACK_US = 50
    # Gathering: what is worth the wait, in events; how long throughput is measured; for how many such windows a finding holds.
    GATHER_EVENTS = 4
    WINDOW_US = 10000
    HOLD_WINDOWS = 80
    FIRST_TRUST = 2
    # What of the throughput must be left with waiting. Windows differ by some per cent; with few peers it falls by half.
    HARMLESS_PERCENT = 90
    MAX_GATHER_PATIENCE = 1024
    # What the window that is running is for.
    HOLDING = 0
    TRIAL_WITHOUT = 1
    TRIAL_WITH = 2

#: What a channel waits for.
READ = C_READ
WRITE = C_WRITE
FLUSH_PASSES = C_FLUSH_PASSES


cdef class TurnHook:
    """Something to run at each turn's start or end; compiled subclasses override ``run`` without a Python call."""

    cdef int run(self) except -1:
        return 0


cdef class Channel:
    """One descriptor and what to do when it is ready. The owner closes the descriptor, after ``Poller.unwatch``."""

    def __init__(self, Poller poller not None, int fd):
        self.poller = poller
        self.fd = fd

    cdef int readable(self) except -1:
        return 0

    cdef int writable(self) except -1:
        return 0

    cdef int flush_turn(self) except -1:
        return 0

    cdef int failed(self, error) except -1:
        self.poller.unwatch(self)
        return 0


cdef class CallbackChannel(Channel):
    """A channel that calls Python functions: for listeners, pipes and whatever is not hot."""

    def __init__(self, Poller poller not None, int fd, on_readable=None, on_writable=None):
        Channel.__init__(self, poller, fd)
        self.on_readable = on_readable
        self.on_writable = on_writable

    cdef int readable(self) except -1:
        if self.on_readable is not None:
            self.on_readable()
        return 0

    cdef int writable(self) except -1:
        if self.on_writable is not None:
            self.on_writable()
        return 0


cdef class Gathering:
    """Whether turns wait for more to come, found out by trying.

    Waiting a moment before a turn brings more events together, so that waking up and sending, most of what a small request
    costs, are shared by more of them; so do network cards moderate their interrupts. But peers that wait for
    our answers before they go on are held up by it, the more the fewer they are. So throughput, in bytes received,
    is measured now and then for a window without and for one with waiting, and what it says holds for some time.
    Besides, a wait that brings few events together is not repeated for a while: with few peers there are none.
    """

    def __cinit__(self):
        self.patience = 1
        self.trial = TRIAL_WITHOUT

    cpdef bint wanted(self) noexcept:
        """Whether to wait: asked before each turn that few events have called for."""
        if not self.on:
            return False
        if self.skips > 0:
            self.skips -= 1
            return False
        return True

    cpdef void came(self, int count) noexcept:
        """A wait has brought so many events together."""
        if count >= GATHER_EVENTS:
            if self.patience > 1:
                self.patience >>= 1
        else:
            self.skips = self.patience
            if self.patience < MAX_GATHER_PATIENCE:
                self.patience *= 2

    cpdef void end_window(self, long long now_us) noexcept:
        """The window that began last is over; `received` has grown meanwhile."""
        cdef double rate = (self.received - self.began_at) / <double>(now_us - self.began_us)
        cdef bint idle = now_us - self.began_us > 2 * WINDOW_US
        self.began_us = now_us
        self.began_at = self.received
        if idle:
            # For some of that time nothing happened: it says nothing, nor does what was found before it of what comes now.
            # The next window is left out as well: in it the load is only beginning, and would be too easy to beat.
            self.trial = HOLDING
            self.hold = 1
            self.trust = FIRST_TRUST
            self.on = False
        elif self.trial == TRIAL_WITHOUT:
            self.without = rate
            self.trial = TRIAL_WITH
            self.on = True
        elif self.trial == TRIAL_WITH:
            self.on = rate * 100 >= self.without * HARMLESS_PERCENT
            # That waiting does no harm is believed for longer each time it is found again: one window can mislead.
            self.trust = min(self.trust * 2, HOLD_WINDOWS) if self.on else FIRST_TRUST
            self.hold = self.trust if self.on else HOLD_WINDOWS
            self.trial = HOLDING
        else:
            self.hold -= 1
            if self.hold <= 0:
                self.trial = TRIAL_WITHOUT
                self.on = False


cdef class Poller:
    """The channels of one event loop. Get it with ``Poller.of(loop)``.

    It lives as long as somebody holds it, and holds nothing of the loop's while no channel is watched.

    ``gather_us``: a loop that is woken for a few events waits so long, once, for others to come with them, while ``Gathering``
    finds that it does no harm. A loop that always has work never waits. The owner sets it; 0, the default, is never.
    """

    def __cinit__(self):
        self.epoll = -1

    def __init__(self, loop, bint native=True):
        self.loop = loop
        self.native = native and RESPKIT_HAS_EPOLL
        self.channels = []
        self.turn_starts = []
        self.turn_ends = []
        self.patience = 1
        self.gathering = Gathering()

    def __dealloc__(self):
        if self.epoll >= 0:
            c_close(self.epoll)

    @staticmethod
    def of(loop):
        """The loop's poller, made when nobody holds one."""
        poller = _pollers.get(id(loop))
        if poller is None:  # a poller holds its loop, so that an id belongs to one loop while its poller lives
            _pollers[id(loop)] = poller = Poller(loop)
        return poller

    cpdef int watch(self, Channel channel) except -1:
        if channel.generation:
            return 0
        if self.native and self.epoll < 0:
            self.open()
        self.generations += 1
        if self.generations == 0:  # 0 says: not watched
            self.generations = 1
        while len(self.channels) <= channel.fd:
            self.channels.append(None)
        channel.generation = self.generations
        self.channels[channel.fd] = channel
        self.watched += 1
        try:
            self.control(channel, C_READ)
        except BaseException:
            self.forget(channel)
            raise
        return 0

    cpdef int unwatch(self, Channel channel) except -1:
        if not channel.generation:
            return 0
        try:
            if self.native or not self.loop.is_closed():
                self.control(channel, 0)
        finally:
            self.forget(channel)
        return 0

    cpdef int want(self, Channel channel, bint read, bint write) except -1:
        cdef int events = (C_READ if read else 0) | (C_WRITE if write else 0)
        if channel.generation and events != channel.events:
            self.control(channel, events)
        return 0

    cpdef int flush_later(self, Channel channel) except -1:
        if channel.flush_wanted:
            return 0
        channel.flush_wanted = True
        if self.dirty_last is None:
            self.dirty_first = channel
        else:
            self.dirty_last.next_dirty = channel
        self.dirty_last = channel
        if not self.in_turn and not self.scheduled:
            self.schedule()
        return 0

    cpdef bint enter(self) except -1:
        if self.in_turn:
            return False
        self.in_turn = True
        if self.turn_starts:
            self.run_hooks(self.turn_starts)
        return True

    cpdef int leave(self) except -1:
        try:
            if self.turn_ends:
                self.run_hooks(self.turn_ends)
            if self.dirty_first is not None:
                self.flush_dirty()
        finally:
            self.in_turn = False
        if self.dirty_first is not None:
            self.schedule()
        return 0

    def _ready(self):
        """The event loop's callback: something in the epoll descriptor is ready."""
        cdef epoll_event events[MAX_EVENTS]
        cdef int budget = MAX_EVENTS
        cdef int count
        cdef Gathering gathering
        cdef long long now_us
        if self.in_turn or self.epoll < 0:
            return
        count = epoll_wait(self.epoll, events, budget, 0)
        if count <= 0:  # the loop's notice was stale (or a signal came, and it will give another)
            return
        if self.gather_us > 0:
            gathering = self.gathering
            now_us = monotonic_us()
            if now_us - gathering.began_us >= WINDOW_US:
                gathering.end_window(now_us)
            if count < GATHER_EVENTS and gathering.wanted():
                count = self.gather(events, budget)
                gathering.came(count)
                if count > 0:
                    self.turn(events, count)
                return
        while True:
            self.turn(events, count)
            # Under load more has come meanwhile: taken at once, it spares the loop a round. Whether that pays is learnt.
            budget -= count
            if budget <= 0 or self.epoll < 0:
                return
            if self.skips > 0:
                self.skips -= 1
                return
            count = epoll_wait(self.epoll, events, budget, 0)
            if count <= 0:
                self.skips = self.patience
                if self.patience < MAX_PATIENCE:
                    self.patience *= 2
                return
            if self.patience > 1:
                self.patience >>= 1

    cdef int gather(self, void* ready, int most) except -2:
        # Waits, and takes all that is ready then: what was so before still is, for descriptors are level-triggered.
        cdef unsigned int delay = <unsigned int>max(self.gather_us - TIMER_SLACK_US, 1)
        with nogil:
            usleep(delay)
        return epoll_wait(self.epoll, <epoll_event*>ready, most, 0)

    cdef int turn(self, void* ready, int count) except -1:
        cdef epoll_event* events = <epoll_event*>ready
        cdef int i = 0
        cdef unsigned long long tag
        cdef unsigned int generation
        cdef unsigned int what
        cdef Channel channel = None
        self.enter()
        try:
            while i < count:
                try:
                    while i < count:
                        tag = events[i].data.u64
                        what = events[i].events
                        i += 1
                        generation = <unsigned int>(tag >> 32)
                        channel = <Channel><PyObject*>PyList_GET_ITEM(self.channels, <Py_ssize_t><unsigned int>tag)
                        # Another's callback may have unwatched it, and the descriptor may be somebody else's by now.
                        if channel is None or channel.generation != generation:
                            continue
                        if channel.events & C_READ and what & (EPOLLIN | EPOLLHUP | EPOLLERR):
                            channel.readable()
                            if channel.generation != generation:
                                continue
                        if channel.events & C_WRITE and what & (EPOLLOUT | EPOLLHUP | EPOLLERR):
                            channel.writable()
                except Exception as error:
                    self.report(channel, error)
        finally:
            self.leave()
        return 0

    def _fire(self, Channel channel not None, int event):
        """Without epoll: the event loop's callback for one descriptor, a turn of its own."""
        if self.in_turn or not channel.events & event:
            return
        self.enter()
        try:
            if event == C_READ:
                channel.readable()
            else:
                channel.writable()
        except Exception as error:
            self.report(channel, error)
        finally:
            self.leave()

    cdef int control(self, Channel channel, int events) except -1:
        # Tells the kernel, or the loop, what a watched channel waits for.
        cdef epoll_event event
        cdef int op
        if not self.native:
            self.control_loop(channel, events)
        elif events != channel.events:
            op = EPOLL_CTL_DEL if events == 0 else EPOLL_CTL_ADD if channel.events == 0 else EPOLL_CTL_MOD
            event.events = (EPOLLIN if events & C_READ else 0) | (EPOLLOUT if events & C_WRITE else 0)
            event.data.u64 = (<unsigned long long>channel.generation << 32) | <unsigned int>channel.fd
            if epoll_ctl(self.epoll, op, channel.fd, &event) < 0:
                raise OSError(errno, os.strerror(errno))
        channel.events = events
        return 0

    def control_loop(self, Channel channel, int events):
        if events & C_READ and not channel.events & C_READ:
            self.loop.add_reader(channel.fd, self._fire, channel, C_READ)
        elif not events & C_READ and channel.events & C_READ:
            self.loop.remove_reader(channel.fd)
        if events & C_WRITE and not channel.events & C_WRITE:
            self.loop.add_writer(channel.fd, self._fire, channel, C_WRITE)
        elif not events & C_WRITE and channel.events & C_WRITE:
            self.loop.remove_writer(channel.fd)

    cdef int open(self) except -1:
        self.epoll = epoll_create1(EPOLL_CLOEXEC)
        if self.epoll < 0:
            raise OSError(errno, os.strerror(errno))
        self.loop.add_reader(self.epoll, self._ready)
        return 0

    cdef int forget(self, Channel channel) except -1:
        # The last one takes the epoll descriptor with it: nothing is left of us in a loop that nobody uses.
        channel.events = 0
        channel.generation = 0
        self.channels[channel.fd] = None
        self.watched -= 1
        if self.watched == 0 and self.epoll >= 0:
            try:
                if not self.loop.is_closed():
                    self.loop.remove_reader(self.epoll)
            finally:
                c_close(self.epoll)
                self.epoll = -1
        return 0

    cdef int flush_dirty(self) except -1:
        cdef int passes = 0
        cdef Channel channel = None
        cdef Channel last
        while self.dirty_first is not None and passes < C_FLUSH_PASSES:
            passes += 1
            last = self.dirty_last  # what this pass makes dirty waits for the next
            while last is not None:
                try:
                    while last is not None:
                        channel = self.dirty_first
                        self.dirty_first = channel.next_dirty
                        channel.next_dirty = None
                        channel.flush_wanted = False
                        if self.dirty_first is None:
                            self.dirty_last = None
                        if channel is last:
                            last = None
                        channel.flush_turn()
                except Exception as error:
                    self.report(channel, error)
        return 0

    cdef int schedule(self) except -1:
        if self.loop.is_closed():  # nothing runs any more: what is left to say is said now
            self.flush_dirty()
            return 0
        self.scheduled = True
        self.loop.call_soon(self._run_scheduled)
        return 0

    def _run_scheduled(self):
        self.scheduled = False
        if not self.in_turn:
            self.in_turn = True
            self.leave()

    cdef int run_hooks(self, list hooks) except -1:
        for hook in hooks:
            try:
                if isinstance(hook, TurnHook):
                    (<TurnHook>hook).run()
                else:
                    hook()
            except Exception as error:
                self.loop.call_exception_handler({"message": f"turn hook {hook!r} failed", "exception": error})
        return 0

    cdef int report(self, Channel channel, error) except -1:
        self.loop.call_exception_handler({"message": f"{channel!r} failed", "exception": error})
        try:
            channel.failed(error)
        except Exception as second:
            self.loop.call_exception_handler({"message": f"{channel!r} failed while ending", "exception": second})
            self.unwatch(channel)
        return 0


_pollers = WeakValueDictionary()
