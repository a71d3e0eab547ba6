"""Placement of keys, beside the real nutcracker: which of its back ends receives a key."""

from __future__ import annotations

import random
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.cluster.hashes import NAMES
from respkit.cluster.placement import Placement, ketama_points, points_of

Pool = list[tuple[bytes, int]]


class Backends:
    """Listening sockets on loopback; each answers any command with its own number."""

    def __init__(self, count: int) -> None:
        self.selector = selectors.DefaultSelector()
        self.ports = []
        for number in range(count):
            listener = socket.create_server(("127.0.0.1", 0), backlog=100)
            listener.setblocking(False)
            self.ports.append(listener.getsockname()[1])
            self.selector.register(listener, selectors.EVENT_READ, [True, number, 0])
        self.woken, self.wake = socket.socketpair()
        self.selector.register(self.woken, selectors.EVENT_READ, None)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    return
                listening, number, lines = key.data
                assert isinstance(key.fileobj, socket.socket)
                if listening:
                    connection, _ = key.fileobj.accept()
                    self.selector.register(connection, selectors.EVENT_READ, [False, number, 0])
                    continue
                data = key.fileobj.recv(1 << 16)
                if not data:
                    self.selector.unregister(key.fileobj)
                    key.fileobj.close()
                    continue
                # A request is five lines: the keys made here have no line ends in them.
                lines += data.count(b"\n")
                key.data[2] = lines % 5
                reply = b"%d" % number
                key.fileobj.sendall(b"$%d\r\n%b\r\n" % (len(reply), reply) * (lines // 5))

    def close(self) -> None:
        self.wake.send(b"x")
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self.selector.close()
        self.wake.close()


@pytest.fixture
def backends() -> Iterator[Callable[[int], Backends]]:
    started: list[Backends] = []

    def start(count: int) -> Backends:
        started.append(Backends(count))
        return started[-1]

    yield start
    for each in started:
        each.close()


def keys_of(seed: int, count: int) -> list[bytes]:
    """Keys as people have them, and any bytes at all (but for line ends)."""
    chance = random.Random(seed)
    keys = []
    for i in range(count):
        kind = i % 5
        if kind == 0:
            keys.append(b"key:%012d" % chance.randrange(10**12))
        elif kind == 1:
            keys.append(chance.randbytes(chance.randrange(1, 60)).replace(b"\n", b"+"))
        elif kind == 2:
            keys.append(b"user:{%d}:%d" % (chance.randrange(10**4), i))
        elif kind == 3:
            keys.append(b"x{}{%d}y" % i if i % 2 else b"a}b{c%d" % i)
        else:
            keys.append(b"session:%032x" % chance.getrandbits(128))
    return keys


def asked(port: int, keys: list[bytes]) -> list[int]:
    """Which back end answers for each key."""
    found: list[int] = []
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        replies = connection.makefile("rb")
        for at in range(0, len(keys), 500):
            batch = keys[at : at + 500]
            connection.sendall(b"".join([b"*2\r\n$3\r\nGET\r\n$%d\r\n%b\r\n" % (len(key), key) for key in batch]))
            for _ in batch:
                line = replies.readline()
                assert line.startswith(b"$"), line
                found.append(int(replies.readline()))
    return found


def compare(
    backends: Callable[[int], Backends],
    start_nutcracker: Callable[[str], Any],
    weights: list[int],
    keys: list[bytes],
    hash_name: str = "fnv1a_64",
    distribution: str = "ketama",
    hash_tag: str = "",
    alias: str = "",
) -> None:
    fleet = backends(len(weights))
    lines = [f"hash: {hash_name}", f"distribution: {distribution}", "redis: true", "timeout: 5000", "servers:"]
    servers: Pool = []
    for port, weight in zip(fleet.ports, weights, strict=True):
        name = alias.format(len(servers)) if alias else f"127.0.0.1:{port}"
        lines.append(f" - 127.0.0.1:{port}:{weight}" + (f" {name}" if alias else ""))
        servers.append((name.encode(), weight))
    if hash_tag:
        lines.insert(0, f'hash_tag: "{hash_tag}"')
    placement = Placement(servers, hash_name, distribution, hash_tag.encode())
    assert [placement.index(key) for key in keys] == asked(start_nutcracker("\n".join(lines)).port, keys)


def test_twenty_thousand_keys(backends: Any, start_nutcracker: Any) -> None:
    compare(backends, start_nutcracker, [1, 1], keys_of(1, 20_000), alias="s{}")


def test_servers_without_an_alias(backends: Any, start_nutcracker: Any) -> None:
    compare(backends, start_nutcracker, [1] * 7, keys_of(2, 5_000))


def test_weights(backends: Any, start_nutcracker: Any) -> None:
    compare(backends, start_nutcracker, [1, 2, 3, 10, 1], keys_of(3, 5_000), alias="server{}")


@pytest.mark.parametrize("count", [1, 3, 25, 50])
def test_numbers_of_servers(backends: Any, start_nutcracker: Any, count: int) -> None:
    compare(backends, start_nutcracker, [1] * count, keys_of(4, 2_000), alias="node-{}")


@pytest.mark.parametrize("tag", ["{}", "ab", "$$"])
def test_hash_tags(backends: Any, start_nutcracker: Any, tag: str) -> None:
    compare(backends, start_nutcracker, [1] * 5, keys_of(5, 3_000), hash_tag=tag, alias="s{}")


@pytest.mark.parametrize("distribution", ["ketama", "modula"])
@pytest.mark.parametrize("hash_name", NAMES)
def test_every_hash(backends: Any, start_nutcracker: Any, hash_name: str, distribution: str) -> None:
    compare(backends, start_nutcracker, [1, 2, 1, 3, 1], keys_of(6, 2_000), hash_name, distribution, alias="s{}")


# Without the real one ------------------------------------------------------------------------------------------------


def test_points_on_the_ring() -> None:
    assert ketama_points(b"server1", 8)[0] == 3853726576
    assert ketama_points(b"server1", 8)[3] == 2667054752


def test_equal_weights_lose_a_hash_to_rounding() -> None:
    short = [n for n in range(1, 101) if points_of(1, n, n) != 160]
    assert short == [25, 47, 50, 55, 61, 71, 94, 100]
    assert points_of(1, 25, 25) == 156


def test_the_order_of_servers_does_not_count() -> None:
    one = Placement([(b"a", 1), (b"bb", 1), (b"c", 1)], "fnv1a_64", "modula")
    other = Placement([(b"bb", 1), (b"c", 1), (b"a", 1)], "fnv1a_64", "modula")
    for key in keys_of(7, 100):
        assert (0, 1, 2)[one.index(key)] == (1, 2, 0)[other.index(key)]


def test_an_empty_key_has_its_place() -> None:
    assert Placement([(b"a", 1), (b"b", 1)]).index(b"") in (0, 1)


@pytest.mark.parametrize(
    ("servers", "more", "message"),
    [
        ([], (), "at least one server"),
        ([(b"a", 1)], ("fnv",), "no such hash: fnv"),
        ([(b"a", 1)], ("md5", "rendezvous"), "no such distribution: rendezvous"),
        ([(b"a", 1)], ("md5", "ketama", b"{"), "two characters"),
    ],
)
def test_what_makes_no_sense_is_refused(servers: Pool, more: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Placement(servers, *more)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30), st.binary(), st.sampled_from(["ketama", "modula"]))
def test_every_key_has_one_server(weights: list[int], key: bytes, distribution: str) -> None:
    servers = [(b"s%d" % i, weight) for i, weight in enumerate(weights)]
    placement = Placement(servers, "fnv1a_64", distribution)
    assert 0 <= placement.index(key) < len(servers)
