"""The clocks: the time of day, and one that never goes back, which measures commands. Compiled: ``clock.pyx``."""

from __future__ import annotations

from time import monotonic_ns, time_ns


def monotonic_us() -> int:
    """Microseconds since some moment; never goes back."""
    return monotonic_ns() // 1000


def unix_us() -> int:
    """The time of day in microseconds."""
    return time_ns() // 1000


def unix_ms() -> int:
    """The time of day in milliseconds."""
    return time_ns() // 1000000
