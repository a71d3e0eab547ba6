"""Servers that say what a test wants, byte by byte: one on the test's event loop, one in a thread."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

HELLO_3 = b"%1\r\n$5\r\nproto\r\n:3\r\n"
NO_HELLO = b"-ERR unknown command 'HELLO'\r\n"

#: What a fake answers: bytes at once, None for nothing now; CLOSE ends the connection.
Answer = Callable[[list[bytes]], bytes | None]
CLOSE = b"\0close"


def commands_in(data: bytearray) -> list[list[bytes]]:
    """Takes the complete commands out of ``data``."""
    found = []
    while (command := _first_command(data)) is not None:
        found.append(command)
    return found


def _first_command(data: bytearray) -> list[bytes] | None:
    end = data.find(b"\r\n")
    if end < 0:
        return None
    assert data[:1] == b"*", data
    count, at, args = int(data[1:end]), end + 2, []
    for _ in range(count):
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        size, at = int(data[at + 1 : end]), end + 2
        if len(data) < at + size + 2:
            return None
        args.append(bytes(data[at : at + size]))
        at += size + 2
    del data[:at]
    return args


def answer_echo(args: list[bytes]) -> bytes | None:
    """HELLO as Redis, anything else by its last argument."""
    if args[0] == b"HELLO":
        return HELLO_3
    return b"$%d\r\n%b\r\n" % (len(args[-1]), args[-1])


class FakeConnection(asyncio.Protocol):
    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.data = bytearray()
        #: Each piece that came, and the commands in all of them.
        self.pieces: list[bytes] = []
        self.commands: list[list[bytes]] = []
        self.closed = False

    def connection_made(self, transport: Any) -> None:
        self.transport: asyncio.Transport = transport
        self.server.connections.append(self)
        self.server.changed.set()

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.data += data
        for command in commands_in(self.data):
            self.commands.append(command)
            self.server.commands.append(command)
            answer = self.server.answer(command)
            if answer == CLOSE:
                self.transport.close()
            elif answer is not None:
                self.transport.write(answer)
        self.server.changed.set()

    def say(self, data: bytes) -> None:
        self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self.server.changed.set()


class FakeServer:
    """On the running loop, at ``port``."""

    def __init__(self, answer: Answer = answer_echo, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.tls = tls
        self.connections: list[FakeConnection] = []
        self.commands: list[list[bytes]] = []
        self.changed = asyncio.Event()
        self.port = 0

    async def __aenter__(self) -> FakeServer:
        await self.listen()
        return self

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: FakeConnection(self), "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the listener and every connection."""
        self._server.close()
        for connection in self.connections:
            connection.transport.abort()
        await self.until(lambda: all(connection.closed for connection in self.connections))
        await self._server.wait_closed()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not done():
                self.changed.clear()
                await self.changed.wait()

    async def received(self, count: int) -> list[list[bytes]]:
        """The commands, once there are ``count`` of them (HELLO aside)."""
        await self.until(lambda: len(self.asked) >= count)
        return self.asked

    @property
    def asked(self) -> list[list[bytes]]:
        return [command for command in self.commands if command[0] != b"HELLO"]


class ThreadServer:
    """In threads of its own, at ``port``: for the blocking client."""

    def __init__(self, answer: Answer = answer_echo, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.tls = tls
        self.commands: list[list[bytes]] = []
        self.accepted = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> ThreadServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_all()
        for thread in self._threads:
            thread.join(20)

    def drop_all(self) -> None:
        """End every connection; returns when they have ended."""
        for sock in self._sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads[1:]:
            thread.join(20)

    @property
    def asked(self) -> list[list[bytes]]:
        return [command for command in self.commands if command[0] != b"HELLO"]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            self._sockets.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        data = bytearray()
        with sock:
            while True:
                try:
                    piece = sock.recv(65536)
                except OSError:
                    return
                if not piece:
                    return
                data += piece
                for command in commands_in(data):
                    self.commands.append(command)
                    answer: Any = self.answer(command)
                    if answer == CLOSE:
                        return
                    if answer is not None:
                        sock.sendall(answer)
