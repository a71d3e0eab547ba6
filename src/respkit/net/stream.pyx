# cython: boundscheck=False, wraparound=False, cdivision=True
"""A socket with its two buffers, and the system calls between them (compiled form; see stream.py)."""

from libc.errno cimport EAGAIN, EINTR, errno

from respkit.net.poller cimport Channel, Poller
from respkit.resp.inbuf cimport InBuffer
from respkit.resp.outbuf cimport OutBuffer


cdef extern from *:
    """
    #include <sys/types.h>
    #include <sys/socket.h>
    #include <unistd.h>
    #ifdef MSG_NOSIGNAL  /* a host that embeds us may not ignore SIGPIPE */
    #define RESPKIT_SEND_FLAGS MSG_NOSIGNAL
    #else
    #define RESPKIT_SEND_FLAGS 0
    #endif
    """
    enum:
        RESPKIT_SEND_FLAGS
    ssize_t c_read "read"(int fd, void* at, size_t size) nogil
    ssize_t c_send "send"(int fd, const void* at, size_t size, int flags) nogil


cdef inline Py_ssize_t refused() noexcept:
    if errno == EAGAIN or errno == EINTR:
        return -EAGAIN
    return -errno


cdef class Stream(Channel):
    """A non-blocking stream socket, what came from it and what is to go."""

    def __init__(self, Poller poller not None, sock):
        Channel.__init__(self, poller, sock.fileno())
        self.sock = sock
        self.inbuf = InBuffer()
        self.outbuf = OutBuffer()

    cdef Py_ssize_t receive(self) except? -1000000:
        cdef char* at = NULL
        cdef Py_ssize_t size = 0
        cdef Py_ssize_t count
        self.inbuf.room(&at, &size)
        count = c_read(self.fd, at, <size_t>size)
        if count > 0:
            self.inbuf.filled(count)
            self.poller.gathering.received += count
            return count
        if count == 0:
            return 0
        return refused()

    cdef Py_ssize_t transmit(self) except? -1000000:
        cdef OutBuffer outbuf = self.outbuf
        cdef Py_ssize_t count = c_send(
            self.fd, outbuf.data + outbuf.start, <size_t>(outbuf.end - outbuf.start), RESPKIT_SEND_FLAGS
        )
        if count >= 0:
            outbuf.sent(count)
            return count
        return refused()

    cdef bytes take_some(self, Py_ssize_t limit):
        cdef OutBuffer outbuf = self.outbuf
        cdef bytes data
        if limit > outbuf.end - outbuf.start:
            limit = outbuf.end - outbuf.start
        data = outbuf.data[outbuf.start : outbuf.start + limit]
        outbuf.sent(limit)
        return data
