"""A real server's opinion, over a plain socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, BinaryIO

import pytest


class Live:
    def __init__(self, connection: socket.socket, file: BinaryIO) -> None:
        self.connection = connection
        self.file = file

    def call(self, *words: bytes) -> Any:
        self.connection.sendall(b"*%d\r\n" % len(words) + b"".join([b"$%d\r\n%b\r\n" % (len(w), w) for w in words]))
        return self.reply()

    def reply(self) -> Any:
        """Simple strings, integers and errors with their first byte, bulk strings without."""
        line = self.file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            return self.file.read(int(rest) + 2)[:-2] if rest != b"-1" else None
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        return line


@pytest.fixture(scope="module")
def live(shared_redis_server: Any) -> Iterator[Live]:
    with shared_redis_server.connect() as connection, connection.makefile("rb") as file:
        yield Live(connection, file)
