"""A proxy in the test's own loop, clients that send literal bytes, and back ends that do as they are told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from respkit.proxy.app import Proxy
from respkit.proxy.config import check, parse

WAIT = 10.0


def encode(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join([b"$%d\r\n%b\r\n" % (len(word), word) for word in words])


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """One reply, or command, as it stands on the wire."""
    line = await reader.readuntil(b"\n")
    kind, rest = line[:1], line[1:-2]
    if kind in b"$=!" and rest != b"-1":
        return line + await reader.readexactly(int(rest) + 2)
    if kind in b"*~>%|":
        count = max(int(rest), 0) * (2 if kind in b"%|" else 1)
        frame = line + b"".join([await read_frame(reader) for _ in range(count)])
        return frame + await read_frame(reader) if kind == b"|" else frame
    return line


class Client:
    """A client of the proxy: what it sends and receives are bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def receive(self) -> bytes:
        async with asyncio.timeout(WAIT):
            return await read_frame(self.reader)

    async def call(self, *words: bytes) -> bytes:
        self.send(encode(*words))
        return await self.receive()

    async def say(self, line: str) -> bytes:
        """A command of plain words."""
        return await self.call(*line.encode().split())

    async def at_end(self) -> bytes:
        """What comes until the proxy closes the connection."""
        async with asyncio.timeout(WAIT):
            try:
                return await self.reader.read(-1)
            except ConnectionError:
                return b""

    def drop(self) -> None:
        """Go without a word."""
        self.writer.transport.abort()

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


class Backend:
    """A server that answers commands as ``answer`` says: bytes, or None to say nothing.

    By default a command is answered with its words, so that nobody's reply can be taken for somebody else's.
    """

    def __init__(self) -> None:
        self.answer: Callable[[list[bytes]], bytes | None] = self.echo
        self.received: list[list[bytes]] = []
        self.connections: list[asyncio.StreamWriter] = []
        self.accepted = 0
        self.server: asyncio.Server | None = None
        self.port = 0
        self.tasks: set[asyncio.Task[None]] = set()
        #: Not set: commands are left unread.
        self.reading = asyncio.Event()
        self.reading.set()

    @staticmethod
    def echo(words: list[bytes]) -> bytes:
        text = b" ".join(words)
        return b"$%d\r\n%b\r\n" % (len(text), text)

    async def start(self, port: int = 0) -> None:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", port or self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        self.connections.append(writer)
        self.accepted += 1
        try:
            while True:
                await self.reading.wait()
                words = await self.command(reader)
                self.received.append(words)
                reply = self.answer(words)
                if reply is not None:
                    writer.write(reply)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(task)
            self.connections.remove(writer)
            writer.transport.abort()

    async def command(self, reader: asyncio.StreamReader) -> list[bytes]:
        count = int((await reader.readuntil(b"\n"))[1:-2])
        words = []
        for _ in range(count):
            size = int((await reader.readuntil(b"\n"))[1:-2])
            words.append((await reader.readexactly(size + 2))[:-2])
        return words

    def cut(self) -> None:
        """All connections end, at once."""
        for writer in list(self.connections):
            writer.transport.abort()

    async def stop(self) -> None:
        """Nobody listens any more, and all connections end."""
        if self.server is not None:
            self.server.close()
            self.server = None
        for task in list(self.tasks):
            task.cancel()
        while self.tasks:
            await asyncio.sleep(0)


class Harness:
    """What a test starts; all of it ends with the test."""

    def __init__(self) -> None:
        self.proxies: list[Proxy] = []
        self.clients: list[Client] = []
        self.backends: list[Backend] = []

    async def backend(self) -> Backend:
        backend = Backend()
        await backend.start()
        self.backends.append(backend)
        return backend

    async def proxy(self, text: str, connected: bool = True, environment: dict[str, str] | None = None) -> Proxy:
        config = parse(text, environment=environment or {})
        for listen in config.listen:
            listen.bind = listen.bind.replace(":6380", ":0")
        if not config.listen:
            config = parse('[[listen]]\nbind = "127.0.0.1:0"\n' + text, environment=environment or {})
        check(config)
        proxy = Proxy(config)
        self.proxies.append(proxy)
        if connected:
            # On a busy machine the first attempt may run out of a short timeout.
            await until(lambda: all(upstream.wire for pool in proxy.pools.values() for upstream in pool.upstreams()))
        proxy.start()
        return proxy

    async def client(self, proxy: Proxy, limit: int = 1 << 20) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", proxy.port, limit=limit))
        self.clients.append(client)
        return client

    async def end(self) -> None:
        for client in self.clients:
            client.drop()
        for proxy in self.proxies:
            await proxy.stop(0)
        for backend in self.backends:
            await backend.stop()
        await asyncio.sleep(0)


@pytest.fixture
async def harness() -> AsyncIterator[Harness]:
    made = Harness()
    try:
        yield made
    finally:
        await made.end()


def shards(*ports: int, more: str = "") -> str:
    """A pool of servers s1, s2, …"""
    servers = ", ".join([f'"127.0.0.1:{port}:1 s{i}"' for i, port in enumerate(ports, 1)])
    return f'[pools.main]\nservers = [{servers}]\nhash_tag = "{{}}"\n{more}\n'


async def until(condition: Callable[[], bool], seconds: float = WAIT) -> None:
    """Returns when it holds; there is no other way to hear of it."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.001)


Starter = Callable[..., Awaitable[Any]]
