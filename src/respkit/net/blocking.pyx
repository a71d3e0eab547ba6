# cython: boundscheck=False, wraparound=False, cdivision=True
"""A socket that waits, for the blocking client (compiled form; see blocking.py).

The kernel keeps the time (SO_RCVTIMEO, SO_SNDTIMEO), so that waiting for a reply is one system call, without a poll before it.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.errno cimport EAGAIN, EINTR, errno

from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer

import os

cdef extern from *:
    """
    #include <poll.h>
    #include <sys/types.h>
    #include <sys/socket.h>
    #include <sys/time.h>
    #include <unistd.h>
    #ifdef MSG_NOSIGNAL
    #define RESPKIT_SEND_FLAGS MSG_NOSIGNAL
    #else
    #define RESPKIT_SEND_FLAGS 0
    #endif
    """
    enum:
        RESPKIT_SEND_FLAGS
        SOL_SOCKET
        SO_RCVTIMEO
        SO_SNDTIMEO
        POLLIN
    struct timeval:
        long tv_sec
        long tv_usec
    struct pollfd:
        int fd
        short events
        short revents
    int setsockopt(int fd, int level, int name, const void* value, unsigned int size) nogil
    int poll(pollfd* fds, unsigned long count, int timeout) nogil
    ssize_t c_read "read"(int fd, void* at, size_t size) nogil
    ssize_t c_send "send"(int fd, const void* at, size_t size, int flags) nogil


cdef class BlockingStream:
    """A connected socket, which it owns from now on, with its two buffers."""

    def __init__(self, sock, timeout=None):
        self.sock = sock
        self.fd = sock.fileno()
        self.inbuf = InBuffer()
        self.outbuf = OutBuffer()
        self.set_timeout(timeout)

    cpdef int send(self) except -1:
        cdef OutBuffer outbuf = self.outbuf
        cdef const char* at
        cdef Py_ssize_t size
        cdef Py_ssize_t count
        cdef int fd = self.fd
        while outbuf.end > outbuf.start:
            at = outbuf.data + outbuf.start
            size = outbuf.end - outbuf.start
            with nogil:
                count = c_send(fd, at, <size_t>size, RESPKIT_SEND_FLAGS)
            if count >= 0:
                outbuf.sent(count)
            else:
                self.interrupted()
        return 0

    cpdef Py_ssize_t receive(self) except -1:
        cdef char* at = NULL
        cdef Py_ssize_t size = 0
        cdef Py_ssize_t count
        cdef int fd = self.fd
        while True:
            self.inbuf.room(&at, &size)
            with nogil:
                count = c_read(fd, at, <size_t>size)
            if count >= 0:
                if count > 0:
                    self.inbuf.filled(count)
                return count
            self.interrupted()

    cpdef int set_timeout(self, timeout) except -1:
        cdef timeval value
        cdef double seconds = 0 if timeout is None else timeout
        if seconds < 0:
            raise ValueError("a timeout is not negative")
        self.sock.setblocking(True)
        value.tv_sec = <long>seconds
        value.tv_usec = <long>((seconds - value.tv_sec) * 1e6)
        if timeout is not None and value.tv_sec == 0 and value.tv_usec == 0:
            value.tv_usec = 1  # zero would mean for ever
        for name in (SO_RCVTIMEO, SO_SNDTIMEO):
            if setsockopt(self.fd, SOL_SOCKET, name, &value, sizeof(value)) < 0:
                raise OSError(errno, os.strerror(errno))
        self.timeout = timeout
        return 0

    cpdef bint stale(self) except -1:
        cdef pollfd one
        if self.inbuf.size() > 0:
            return True
        one.fd = self.fd
        one.events = POLLIN
        one.revents = 0
        return poll(&one, 1, 0) != 0

    cpdef int close(self) except -1:
        self.fd = -1
        self.sock.close()
        self.inbuf.release()
        self.outbuf.release()
        return 0

    cdef int interrupted(self) except -1:
        # A call returned -1: goes on after a signal whose handler did not raise, else says what is wrong.
        cdef int error = errno
        if error == EINTR:
            PyErr_CheckSignals()
            return 0
        if error == EAGAIN:
            raise TimeoutError("timed out")
        raise OSError(error, os.strerror(error))
