# The time of day, and what a command has taken, by a clock that never goes back.
# The compiled form is clock.pyx, the plain one clock.py.

cpdef long long monotonic_us() noexcept
cpdef long long unix_ms() noexcept
cpdef long long unix_us() noexcept
