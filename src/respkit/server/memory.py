"""How much memory this process uses, as its allocator and the kernel count it."""

from __future__ import annotations

import os
from functools import cache
from typing import Any


@cache
def _mallinfo() -> Any:
    """glibc's mallinfo2, or None where there is none."""
    import ctypes

    class Info(ctypes.Structure):
        _fields_ = tuple([(name, ctypes.c_size_t) for name in _MALLINFO_FIELDS])

    try:
        function = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError):
        return None
    function.restype = Info
    return function


_MALLINFO_FIELDS = (
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost",
)


def allocated_bytes() -> int:
    """What has been allocated and not freed; what is resident where the allocator does not tell."""
    function = _mallinfo()
    if function is None:
        return resident_bytes()
    info = function()
    return int(info.uordblks + info.hblkhd)


def resident_bytes() -> int:
    """What of it is in main memory."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def system_bytes() -> int:
    """What the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
