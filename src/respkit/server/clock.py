"""The clock that measures commands. Its compiled form is ``clock.pyx``."""

from __future__ import annotations

from time import monotonic_ns


def monotonic_us() -> int:
    """Microseconds since some moment; never goes back."""
    return monotonic_ns() // 1000
