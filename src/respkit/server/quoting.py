"""Bytes as redis.conf, MONITOR and the log write them."""

from __future__ import annotations

_NAMED = {0x0A: b"\\n", 0x0D: b"\\r", 0x09: b"\\t", 0x07: b"\\a", 0x08: b"\\b", 0x5C: b"\\\\", 0x22: b'\\"'}


def quoted(value: bytes) -> bytes:
    """`value` in double quotes, such that ``split_words`` gives it back: ``"a\\x00b"``."""
    parts = []
    for byte in value:
        named = _NAMED.get(byte)
        if named is not None:
            parts.append(named)
        elif 0x20 <= byte < 0x7F:
            parts.append(b"%c" % byte)
        else:
            parts.append(b"\\x%02x" % byte)
    return b'"' + b"".join(parts) + b'"'
