# cython: annotation_typing=False
"""Where a key goes: the route with the longest prefix, else the user's pool; in a pool, the server that the key's hash says."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from respkit.cluster.placement import Placement
from respkit.proxy.upstream import Upstream


class Pool:
    """Servers among which keys are placed; for each, one shared connection for either version of the protocol.

    `make` makes the upstreams of one version. Those of RESP3 are made when the first client wants them.
    """

    def __init__(self, name: str, placement: Placement, make: Callable[[int], list[Upstream]]) -> None:
        self.name = name
        self.placement = placement
        self.make = make
        self.size = placement.count
        self.resp2: list[Upstream] = make(2)
        self.resp3: list[Upstream] | None = None

    def speak(self, proto: int) -> None:
        """Have upstreams for clients of this version."""
        if proto == 3 and self.resp3 is None:
            self.resp3 = self.make(3)

    def upstreams(self) -> list[Upstream]:
        """All of them, of both versions."""
        return [*self.resp2, *(self.resp3 or [])]

    def upstream_at(self, key: bytes, size: int, proto: int) -> Upstream:
        """The upstream of a key, after ``speak(proto)``. Compiled, ``key`` is a pointer."""
        index = self.placement.index_at(key, size)
        upstreams = self.resp3 if proto == 3 else self.resp2
        return upstreams[index]  # type: ignore[index]  # speak() has made them

    def speaking(self, proto: int) -> list[Upstream]:
        """The upstreams of one version, in the order of the placement, after ``speak(proto)``."""
        return self.resp3 if proto == 3 and self.resp3 is not None else self.resp2


class Router:
    """Prefixes of keys, each with a pool; the longest wins.

    A trie in arrays: a key is walked down byte by byte, as far as some prefix goes, so that the cost does not depend
    on how many routes there are. Bytes that no prefix has share one column, so that a node is small.
    """

    def __init__(self, routes: Sequence[tuple[bytes, Pool]] = ()) -> None:
        used = sorted({byte for prefix, _ in routes for byte in prefix})
        self.size = len(routes)
        self.width = len(used) + 1
        # The column of each byte; 0 for one that occurs nowhere.
        columns = [0] * 256
        for i, byte in enumerate(used):
            columns[byte] = i + 1
        self.columns = array("I", columns)
        # Node 0 is the root, and as a child it means that there is none.
        children = [0] * self.width
        owners = [0]
        self.pools: list[Pool] = []
        for prefix, pool in routes:
            node = 0
            for byte in prefix:
                at = node * self.width + columns[byte]
                if not children[at]:
                    children[at] = len(owners)
                    owners.append(0)
                    children += [0] * self.width
                node = children[at]
            self.pools.append(pool)
            owners[node] = len(self.pools)
        self.children = array("I", children)
        # Of each node the pool that begins there, counted from 1.
        self.owners = array("I", owners)

    def speak(self, proto: int) -> None:
        """Have upstreams for clients of this version, wherever a route leads."""
        for pool in self.pools:
            pool.speak(proto)

    def pool_at(self, key: bytes, size: int, otherwise: Pool) -> Pool:
        """The pool of a key. Compiled, ``key`` is a pointer."""
        node = 0
        owner = 0
        for i in range(size):
            column = self.columns[key[i] & 0xFF]
            if column == 0:
                break
            node = self.children[node * self.width + column]
            if node == 0:
                break
            if self.owners[node]:
                owner = self.owners[node]
        return self.pools[owner - 1] if owner else otherwise

    def pool_of(self, key: bytes, otherwise: Pool) -> Pool:
        return self.pool_at(key, len(key), otherwise)
