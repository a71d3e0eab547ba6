# cython: annotation_typing=False
"""Which of a pool's servers a key lives on, exactly as nutcracker 0.5.0 places it.

Servers are sorted by the length of their names, then by name; their order in a file does not count. ``ketama`` puts
each at about 160 points on a ring of 32 bits, in proportion to its weight, and a key goes to the first point at or behind its
hash. ``modula`` repeats each as often as its weight says, and takes the remainder. A pool of one hashes nothing.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Sequence
from hashlib import md5

from respkit.cluster.hashes import Hash

DISTRIBUTIONS = ("ketama", "modula")

POINTS_PER_SERVER = 160
POINTS_PER_HASH = 4


def float32(value: float) -> float:
    """Rounded to single precision, as every step of nutcracker's sum is."""
    rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return rounded


def points_of(weight: int, total: int, servers: int) -> int:
    """How many points a server of this weight has on the ring."""
    share = float32(float32(weight) / float32(total))
    share = float32(float32(share * POINTS_PER_SERVER) / 4)
    share = float32(share * float32(servers))
    return math.floor(float32(share + 1e-10)) * 4


def ketama_points(name: bytes, k: int) -> tuple[int, int, int, int]:
    """Four points from the MD5 of ``name-k``, each little-endian."""
    found: tuple[int, int, int, int] = struct.unpack("<4I", md5(b"%b-%d" % (name, k), usedforsecurity=False).digest())
    return found


class Placement:
    """The places of one pool. `servers` are (name, weight); what is answered is an index into them, in their order there.

    ``hash_tag``: two bytes such as ``{}``. The part of a key between the first of the one and the first of the other behind it
    decides alone, if it is not empty.
    """

    def __init__(
        self,
        servers: Sequence[tuple[bytes, int]],
        hash_name: str = "fnv1a_64",
        distribution: str = "ketama",
        hash_tag: bytes = b"",
    ) -> None:
        if not servers:
            raise ValueError("a pool has at least one server")
        if distribution not in DISTRIBUTIONS:
            raise ValueError(f"no such distribution: {distribution}")
        if len(hash_tag) not in (0, 2):
            raise ValueError("a hash tag is two characters")
        self.hash = Hash(hash_name)
        self.count = len(servers)
        self.ketama = distribution == "ketama"
        self.tag_open = hash_tag[0] if hash_tag else -1
        self.tag_close = hash_tag[1] if hash_tag else -1
        order = sorted(range(len(servers)), key=lambda i: (len(servers[i][0]), servers[i][0]))
        points: list[tuple[int, int]] = []
        if self.ketama:
            total = sum(weight for _, weight in servers)
            for i in order:
                name, weight = servers[i]
                for k in range(points_of(weight, total, len(servers)) // POINTS_PER_HASH):
                    points += [(point, i) for point in ketama_points(name, k)]
            points.sort(key=lambda point: point[0])
        else:
            points = [(0, i) for i in order for _ in range(servers[i][1])]
        self._keep(points)

    def _keep(self, points: list[tuple[int, int]]) -> None:
        self.size = len(points)
        # Behind the last point comes the first again.
        self.points = array("I", [point for point, _ in points] + [0xFFFFFFFF])
        self.owners = array("I", [owner for _, owner in points] + [points[0][1]])
        # Where to begin to look, by a hash's highest bits: so many of them that hardly two points share a bucket.
        bits = max(8, (2 * self.size).bit_length())
        self.shift = 32 - bits
        starts: list[int] = []
        at = 0
        for bucket in range(1 << bits):
            while at < self.size and points[at][0] < bucket << self.shift:
                at += 1
            starts.append(at)
        self.starts = array("I", starts)

    def index(self, key: bytes) -> int:
        """The server of a key."""
        return self.index_at(key, len(key))

    def index_at(self, key: bytes, size: int) -> int:
        """The server of a key. Compiled, `key` is a pointer."""
        if self.count == 1:
            return 0
        if self.tag_open >= 0:
            start = 0
            while start < size and (key[start] & 0xFF) != self.tag_open:
                start += 1
            end = start + 1
            while end < size and (key[end] & 0xFF) != self.tag_close:
                end += 1
            if end < size and end > start + 1:
                return self.place(self.hash.function(key, start + 1, end))
        return self.place(self.hash.function(key, 0, size)) if size else self.place(0)

    def place(self, point: int) -> int:
        """The server of a hash."""
        if not self.ketama:
            return self.owners[point % self.size]
        # Behind the last point comes one that no hash exceeds.
        i = self.starts[point >> self.shift]
        while self.points[i] < point:
            i += 1
        return self.owners[i]
