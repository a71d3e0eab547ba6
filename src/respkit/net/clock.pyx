# cython: cdivision=True
"""The compiled form of clock.py."""
from libc.time cimport time_t


cdef extern from "time.h" nogil:
    ctypedef int clockid_t
    cdef struct timespec:
        time_t tv_sec
        long tv_nsec
    clockid_t CLOCK_MONOTONIC, CLOCK_REALTIME
    int clock_gettime(clockid_t, timespec *) noexcept


cpdef long long monotonic_us() noexcept:
    """Microseconds since some moment; never goes back."""
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return <long long>now.tv_sec * 1000000 + now.tv_nsec // 1000


cpdef long long unix_us() noexcept:
    """The time of day in microseconds."""
    cdef timespec now
    clock_gettime(CLOCK_REALTIME, &now)
    return <long long>now.tv_sec * 1000000 + now.tv_nsec // 1000


cpdef long long unix_ms() noexcept:
    """The time of day in milliseconds."""
    return unix_us() // 1000
