"""A live Redis of the version that the table describes, spoken to without any help of respkit's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

VERSION = b"7.0.15"


class Live:
    """A connection in RESP3. Replies are (kind, value) pairs for what Python would mix up, else plain values.

    ``("+", b"…")`` a simple string, ``("-", b"…")`` an error, ``("~", [...])`` a set, dict a map, list an array.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.stream = connection.makefile("rb")

    def call(self, *words: bytes) -> Any:
        return self.calls([words])[0]

    def calls(self, commands: list[tuple[bytes, ...]]) -> list[Any]:
        """Many commands at once, and their replies."""
        request = b""
        for words in commands:
            request += b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        self.connection.sendall(request)
        return [self._reply() for _ in commands]

    def _reply(self) -> Any:
        line = self.stream.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.stream.read(size + 2)[:-2]
        if kind == b":":
            return int(rest)
        if kind == b"_":
            return None
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))]
        if kind == b"~":
            return ("~", [self._reply() for _ in range(int(rest))])
        if kind == b"%":
            return {self._reply(): self._reply() for _ in range(int(rest))}
        if kind in (b"+", b"-"):
            return (kind.decode(), rest)
        raise AssertionError(f"an unexpected reply: {line!r}")

    def close(self) -> None:
        self.stream.close()
        self.connection.close()


@pytest.fixture(scope="session")
def live(shared_redis_server: Any) -> Iterator[Live]:
    found = Live(shared_redis_server.connect())
    info = found.call(b"INFO", b"server")
    if b"redis_version:" + VERSION + b"\r\n" not in info:
        found.close()
        pytest.skip(f"the redis-server here is not {VERSION.decode()}")
    found.call(b"HELLO", b"3")
    yield found
    found.close()


@pytest.fixture
def commands_folder() -> Path:
    return Path(__file__).parents[2] / "src/respkit/commands"
