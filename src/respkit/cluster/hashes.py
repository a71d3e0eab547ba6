# cython: annotation_typing=False
"""The hashes with which static shards place keys, number for number those of nutcracker 0.5.0.

Every one gives 32 bits. Some are not what their name says: ``fnv1_64`` and ``fnv1a_64`` keep 32 bits, ``crc16`` never cuts its
sum to 16, ``crc32`` gives 15 bits. Bytes from 0x80 up count as negative where they do on x86, whose ``char`` is
signed: in all of FNV, in ``one_at_a_time`` and in the tail of ``hsieh``.

What is hashed is ``key[start:end]``; compiled, the key is a pointer.
"""

from __future__ import annotations

from hashlib import md5 as _md5
from zlib import crc32 as _crc32

NAMES = (
    "one_at_a_time",
    "md5",
    "crc16",
    "crc32",
    "crc32a",
    "fnv1_64",
    "fnv1a_64",
    "fnv1_32",
    "fnv1a_32",
    "hsieh",
    "murmur",
    "jenkins",
)

# Numbers of 32 bits have names of a C type: as literals they would be Python objects in the compiled form.
MASK = 0xFFFFFFFF
FNV_64 = 0x84222325
FNV_32 = 0x811C9DC5
DEADBEEF = 0xDEADBEEF


def signed(c: int) -> int:
    """A byte as x86's char, widened to 32 bits."""
    return (((c & 0xFF) ^ 0x80) - 0x80) & MASK


def fnv1_64(key: bytes, start: int, end: int) -> int:
    h = FNV_64
    for i in range(start, end):
        h = (h * 0x1B3) & MASK
        h ^= signed(key[i])
    return h


def fnv1a_64(key: bytes, start: int, end: int) -> int:
    h = FNV_64
    for i in range(start, end):
        h = ((h ^ signed(key[i])) * 0x1B3) & MASK
    return h


def fnv1_32(key: bytes, start: int, end: int) -> int:
    h = FNV_32
    for i in range(start, end):
        h = (h * 0x01000193) & MASK
        h ^= signed(key[i])
    return h


def fnv1a_32(key: bytes, start: int, end: int) -> int:
    h = FNV_32
    for i in range(start, end):
        h = ((h ^ signed(key[i])) * 0x01000193) & MASK
    return h


def one_at_a_time(key: bytes, start: int, end: int) -> int:
    h = 0
    for i in range(start, end):
        h = (h + signed(key[i])) & MASK
        h = (h + (h << 10)) & MASK
        h ^= h >> 6
    h = (h + (h << 3)) & MASK
    h ^= h >> 11
    return (h + (h << 15)) & MASK


def md5(key: bytes, start: int, end: int) -> int:
    return int.from_bytes(_md5(key[start:end], usedforsecurity=False).digest()[:4], "little")


def xmodem(c: int) -> int:
    """CRC-16/XMODEM of one byte."""
    c <<= 8
    for _ in range(8):
        c = (c << 1) ^ 0x1021 if c & 0x8000 else c << 1
    return c & 0xFFFF


XMODEM = [0] * 256
for _c in range(256):
    XMODEM[_c] = xmodem(_c)


def crc16(key: bytes, start: int, end: int) -> int:
    h = 0
    for i in range(start, end):
        h = ((h << 8) & MASK) ^ XMODEM[((h >> 8) ^ key[i]) & 0xFF]
    return h


def crc32(key: bytes, start: int, end: int) -> int:
    return (_crc32(key[start:end]) >> 16) & 0x7FFF


def crc32a(key: bytes, start: int, end: int) -> int:
    return _crc32(key[start:end])


def little16(key: bytes, i: int) -> int:
    return (key[i] & 0xFF) | (key[i + 1] & 0xFF) << 8


def little32(key: bytes, i: int, end: int) -> int:
    """Four bytes from `i` on, those behind the end being zero."""
    value = 0
    for shift in range(4):
        if i + shift < end:
            value |= (key[i + shift] & 0xFF) << (8 * shift)
    return value


def hsieh(key: bytes, start: int, end: int) -> int:
    """SuperFastHash, from 0."""
    h = 0
    i = start
    while i + 4 <= end:
        h = (h + little16(key, i)) & MASK
        h = ((h << 16) & MASK) ^ (((little16(key, i + 2) << 11) & MASK) ^ h)
        h = (h + (h >> 11)) & MASK
        i += 4
    rest = end - i
    if rest == 3:
        h = (h + little16(key, i)) & MASK
        h ^= (h << 16) & MASK
        h ^= (signed(key[i + 2]) << 18) & MASK
        h = (h + (h >> 11)) & MASK
    elif rest == 2:
        h = (h + little16(key, i)) & MASK
        h ^= (h << 11) & MASK
        h = (h + (h >> 17)) & MASK
    elif rest == 1:
        h = (h + (key[i] & 0xFF)) & MASK
        h ^= (h << 10) & MASK
        h = (h + (h >> 1)) & MASK
    h ^= (h << 3) & MASK
    h = (h + (h >> 5)) & MASK
    h ^= (h << 4) & MASK
    h = (h + (h >> 17)) & MASK
    h ^= (h << 25) & MASK
    return (h + (h >> 6)) & MASK


def murmur(key: bytes, start: int, end: int) -> int:
    """Murmur2, its seed made of the length."""
    m = 0x5BD1E995
    size = end - start
    h = ((DEADBEEF * size) & MASK) ^ (size & MASK)
    i = start
    while i + 4 <= end:
        k = (little32(key, i, end) * m) & MASK
        k ^= k >> 24
        k = (k * m) & MASK
        h = ((h * m) & MASK) ^ k
        i += 4
    if i < end:
        h ^= little32(key, i, end)
        h = (h * m) & MASK
    h ^= h >> 13
    h = (h * m) & MASK
    return h ^ (h >> 15)


def rotated(x: int, k: int) -> int:
    return ((x << k) & MASK) | (x >> (32 - k))


def jenkins(key: bytes, start: int, end: int) -> int:
    """lookup3, from 13."""
    a = b = c = (DEADBEEF + end - start + 13) & MASK
    i = start
    while end - i > 12:
        a = (a + little32(key, i, end)) & MASK
        b = (b + little32(key, i + 4, end)) & MASK
        c = (c + little32(key, i + 8, end)) & MASK
        a = ((a - c) & MASK) ^ rotated(c, 4)
        c = (c + b) & MASK
        b = ((b - a) & MASK) ^ rotated(a, 6)
        a = (a + c) & MASK
        c = ((c - b) & MASK) ^ rotated(b, 8)
        b = (b + a) & MASK
        a = ((a - c) & MASK) ^ rotated(c, 16)
        c = (c + b) & MASK
        b = ((b - a) & MASK) ^ rotated(a, 19)
        a = (a + c) & MASK
        c = ((c - b) & MASK) ^ rotated(b, 4)
        b = (b + a) & MASK
        i += 12
    if end == i:
        return c
    a = (a + little32(key, i, end)) & MASK
    b = (b + little32(key, i + 4, end)) & MASK
    c = (c + little32(key, i + 8, end)) & MASK
    c = ((c ^ b) - rotated(b, 14)) & MASK
    a = ((a ^ c) - rotated(c, 11)) & MASK
    b = ((b ^ a) - rotated(a, 25)) & MASK
    c = ((c ^ b) - rotated(b, 16)) & MASK
    a = ((a ^ c) - rotated(c, 4)) & MASK
    b = ((b ^ a) - rotated(a, 14)) & MASK
    return ((c ^ b) - rotated(b, 24)) & MASK


class Hash:
    """A hash by its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        if name == "one_at_a_time":
            self.function = one_at_a_time
        elif name == "md5":
            self.function = md5
        elif name == "crc16":
            self.function = crc16
        elif name == "crc32":
            self.function = crc32
        elif name == "crc32a":
            self.function = crc32a
        elif name == "fnv1_64":
            self.function = fnv1_64
        elif name == "fnv1a_64":
            self.function = fnv1a_64
        elif name == "fnv1_32":
            self.function = fnv1_32
        elif name == "fnv1a_32":
            self.function = fnv1a_32
        elif name == "hsieh":
            self.function = hsieh
        elif name == "murmur":
            self.function = murmur
        elif name == "jenkins":
            self.function = jenkins
        else:
            raise ValueError(f"no such hash: {name}")

    def of(self, key: bytes) -> int:
        return self.function(key, 0, len(key))
