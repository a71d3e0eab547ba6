# What a command has taken is measured by a clock that never goes back. The compiled form is clock.pyx, the plain one clock.py.

cpdef long long monotonic_us() noexcept
