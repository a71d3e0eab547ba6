"""Both carriers, by the same tests: a protocol does not know which one it is on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import trustme

from respkit.net.carrier import Carrier, Protocol, address_text
from respkit.net.poller import Poller
from respkit.net.tls import TlsCarrier


class Recorder(Protocol):
    """Keeps what it is told; ``on_received`` may act in the middle of it."""

    def __init__(self, on_received: Callable[[Recorder], None] | None = None) -> None:
        self.calls: list[str] = []
        self.data = b""
        self.reason: BaseException | None = None
        self.on_received = on_received
        self.changed = asyncio.Event()

    def connected(self) -> int:
        self.note("connected")
        return 0

    def received(self) -> int:
        self.data += self.carrier.inbuf.peek()
        self.carrier.inbuf.consume(self.carrier.inbuf.size())
        self.note("received")
        if self.on_received is not None:
            self.on_received(self)
        return 0

    def drained(self) -> int:
        self.note("drained")
        return 0

    def lost(self, reason: BaseException | None) -> int:
        self.reason = reason
        self.note("lost")
        return 0

    def note(self, call: str) -> None:
        self.calls.append(call)
        self.changed.set()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not done():
                self.changed.clear()
                await self.changed.wait()

    @property
    def is_lost(self) -> bool:
        return "lost" in self.calls


@dataclass
class Peer:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sock: socket.socket


def tls_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    authority = trustme.CA()
    server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    return server, client


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return tls_contexts()


Connect = Callable[[Recorder], Awaitable[Peer]]


@pytest.fixture(params=["socket", "tls"])
async def connect(request: pytest.FixtureRequest, contexts: Any) -> AsyncIterator[Connect]:
    """A function that puts a protocol on a carrier of either kind and gives the other end."""
    peers: list[Peer] = []
    protocols: list[Recorder] = []
    loop = asyncio.get_running_loop()

    async def make(protocol: Recorder) -> Peer:
        poller = Poller.of(loop)
        ours, theirs = socket.socketpair()
        for sock in (ours, theirs):
            sock.setblocking(False)
        if request.param == "socket":
            Carrier(poller, ours, protocol).start()
            reader, writer = await asyncio.open_connection(sock=theirs)
        else:
            server, client = contexts
            TlsCarrier(poller, ours, protocol, server, server_side=True).start()
            reader, writer = await asyncio.open_connection(sock=theirs, ssl=client, server_hostname="localhost")
        await protocol.until(lambda: bool(protocol.calls))
        peers.append(Peer(reader, writer, theirs))
        protocols.append(protocol)
        return peers[-1]

    yield make
    for peer in peers:
        peer.writer.close()
        with contextlib.suppress(OSError):
            await peer.writer.wait_closed()
    for protocol in protocols:
        protocol.carrier.abort()
        await protocol.until(lambda protocol=protocol: protocol.is_lost)
    await asyncio.sleep(0)


async def test_what_the_peer_sends_is_received(connect: Connect) -> None:
    protocol = Recorder()
    peer = await connect(protocol)
    peer.writer.write(b"hello")
    await protocol.until(lambda: protocol.data == b"hello")
    assert protocol.calls == ["connected", "received"]
    assert protocol.carrier.bytes_in == 5


async def test_what_is_flushed_reaches_the_peer_in_one_piece_a_turn(connect: Connect) -> None:
    protocol = Recorder()
    peer = await connect(protocol)
    for word in (b"+one\r\n", b"+two\r\n", b"+three\r\n"):
        protocol.carrier.outbuf.raw(word)
        protocol.carrier.flush_soon()
    assert await peer.reader.readexactly(20) == b"+one\r\n+two\r\n+three\r\n"
    assert protocol.carrier.bytes_out == 20
    assert protocol.carrier.outbuf.size() == 0


async def test_flush_sends_at_once(connect: Connect) -> None:
    protocol = Recorder()
    peer = await connect(protocol)
    protocol.carrier.outbuf.raw(b"+one\r\n")
    protocol.carrier.flush()
    assert protocol.carrier.outbuf.size() == 0
    assert await peer.reader.readexactly(6) == b"+one\r\n"


async def test_replies_written_while_receiving_leave_at_the_end_of_the_turn(connect: Connect) -> None:
    def answer(protocol: Recorder) -> None:
        protocol.carrier.outbuf.raw(b"+PONG\r\n")
        protocol.carrier.flush_soon()

    protocol = Recorder(answer)
    peer = await connect(protocol)
    for _ in range(3):
        peer.writer.write(b"PING\r\n")
        assert await peer.reader.readexactly(7) == b"+PONG\r\n"


async def test_connected_may_write_first(connect: Connect) -> None:
    class Greeter(Recorder):
        def connected(self) -> int:
            super().connected()
            self.carrier.outbuf.raw(b"+hi\r\n")
            self.carrier.flush_soon()
            return 0

    peer = await connect(Greeter())
    assert await peer.reader.readexactly(5) == b"+hi\r\n"


@pytest.mark.parametrize("size", [1, 16384, 16385, 100_000, 3_000_000])
async def test_large_values_arrive_whole(connect: Connect, size: int) -> None:
    protocol = Recorder()
    peer = await connect(protocol)
    peer.writer.write(b"x" * size)
    await protocol.until(lambda: len(protocol.data) == size)


async def test_a_slow_peer_gets_everything_and_the_protocol_hears_when(connect: Connect) -> None:
    protocol = Recorder()
    peer = await connect(protocol)
    size = 20_000_000
    protocol.carrier.outbuf.raw(b"y" * size)
    protocol.carrier.flush()
    for _ in range(5):
        await asyncio.sleep(0)
    assert protocol.carrier.waiting
    assert "drained" not in protocol.calls
    protocol.carrier.outbuf.raw(b"z")  # what comes later waits behind it
    protocol.carrier.flush_soon()
    data = await peer.reader.readexactly(size + 1)
    assert data == b"y" * size + b"z"
    await protocol.until(lambda: "drained" in protocol.calls)
    assert protocol.carrier.outbuf.size() == 0
    assert not protocol.carrier.waiting


async def test_close_sends_what_is_left_and_then_ends(connect: Connect) -> None:
    protocol = Recorder()
    peer = await connect(protocol)
    size = 5_000_000
    protocol.carrier.outbuf.raw(b"y" * size)
    protocol.carrier.close()
    assert not protocol.is_lost
    assert len(await peer.reader.read(-1)) == size
    await protocol.until(lambda: protocol.is_lost)
    assert protocol.reason is None
    assert protocol.calls.count("lost") == 1


async def test_close_with_nothing_to_send_ends_at_the_end_of_the_turn(connect: Connect) -> None:
    protocol = Recorder()
    peer = await connect(protocol)
    protocol.carrier.close()
    protocol.carrier.close()
    assert protocol.carrier.closing
    assert protocol.calls == ["connected"]
    await protocol.until(lambda: protocol.is_lost)
    assert await peer.reader.read(-1) == b""
    assert protocol.calls == ["connected", "lost"]


async def test_nothing_is_received_after_close(connect: Connect) -> None:
    protocol = Recorder(lambda self: self.carrier.close())
    peer = await connect(protocol)
    peer.writer.write(b"QUIT\r\n")
    peer.writer.write(b"PING\r\n")
    await protocol.until(lambda: protocol.is_lost)
    assert protocol.calls == ["connected", "received", "lost"]


async def test_abort_ends_at_once_and_tells_afterwards(connect: Connect) -> None:
    reason = ValueError("enough")
    seen: list[list[str]] = []

    def abort(protocol: Recorder) -> None:
        protocol.carrier.outbuf.raw(b"never sent")
        protocol.carrier.abort(reason)
        protocol.carrier.abort(OSError("too late"))
        assert protocol.carrier.closed
        seen.append(list(protocol.calls))  # lost() is not called under our feet

    protocol = Recorder(abort)
    peer = await connect(protocol)
    peer.writer.write(b"x")
    await protocol.until(lambda: protocol.is_lost)
    assert seen == [["connected", "received"]]
    assert protocol.reason is reason
    with contextlib.suppress(OSError):
        assert await peer.reader.read(-1) == b""


async def test_abort_from_elsewhere_tells_once(connect: Connect) -> None:
    protocol = Recorder()
    await connect(protocol)
    protocol.carrier.abort()
    assert not protocol.is_lost
    await protocol.until(lambda: protocol.is_lost)
    for _ in range(5):
        await asyncio.sleep(0)
    assert protocol.calls == ["connected", "lost"]


async def test_everything_may_be_called_after_the_end(connect: Connect) -> None:
    protocol = Recorder()
    await connect(protocol)
    protocol.carrier.abort()
    await protocol.until(lambda: protocol.is_lost)
    carrier = protocol.carrier
    carrier.outbuf.raw(b"x")
    carrier.flush()
    carrier.flush_soon()
    carrier.pause_reading()
    carrier.resume_reading()
    carrier.close()
    carrier.abort()
    for _ in range(5):
        await asyncio.sleep(0)
    assert protocol.calls == ["connected", "lost"]


async def test_the_end_of_the_stream_is_told_without_a_reason(connect: Connect) -> None:
    protocol = Recorder()
    peer = await connect(protocol)
    peer.writer.write(b"bye")
    peer.writer.close()
    await protocol.until(lambda: protocol.is_lost)
    assert protocol.data == b"bye"
    assert protocol.reason is None


async def test_paused_it_reads_nothing_and_resumed_everything(connect: Connect) -> None:
    protocol = Recorder()
    peer = await connect(protocol)
    protocol.carrier.pause_reading()
    protocol.carrier.pause_reading()
    peer.writer.write(b"x" * 10)
    for _ in range(20):
        await asyncio.sleep(0)
    assert protocol.data == b""
    protocol.carrier.resume_reading()
    protocol.carrier.resume_reading()
    await protocol.until(lambda: len(protocol.data) == 10)


async def test_a_protocol_that_raises_is_reported_once_and_its_connection_ends(connect: Connect) -> None:
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

    def fail(protocol: Recorder) -> None:
        raise KeyError("a bug")

    protocol = Recorder(fail)
    peer = await connect(protocol)
    peer.writer.write(b"x")
    await protocol.until(lambda: protocol.is_lost)
    assert isinstance(protocol.reason, KeyError)
    assert [type(context["exception"]) for context in reported] == [KeyError]


async def test_a_protocol_whose_lost_raises_is_reported(connect: Connect) -> None:
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

    class Failing(Recorder):
        def lost(self, reason: BaseException | None) -> int:
            super().lost(reason)
            raise KeyError("a bug")

    protocol = Failing()
    await connect(protocol)
    protocol.carrier.abort()
    await protocol.until(lambda: protocol.is_lost and bool(reported))
    assert [type(context["exception"]) for context in reported] == [KeyError]
    assert protocol.calls == ["connected", "lost"]


async def test_hooks_of_the_poller_surround_what_is_received(connect: Connect) -> None:
    poller = Poller.of(asyncio.get_running_loop())
    order: list[str] = []
    protocol = Recorder(lambda self: order.append("received"))
    peer = await connect(protocol)
    poller.turn_starts.append(lambda: order.append("start"))
    poller.turn_ends.append(lambda: order.append("end"))
    peer.writer.write(b"x")
    await protocol.until(lambda: "received" in order)
    await asyncio.sleep(0)
    at = order.index("received")
    assert order[at - 1 : at + 2] == ["start", "received", "end"]


# What only a real TCP connection shows -------------------------------------------------------------------------------


async def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = socket.create_connection(listener.getsockname())
        ours, _ = listener.accept()
    return ours, theirs


async def test_a_reset_is_told_with_its_reason() -> None:
    ours, theirs = await tcp_pair()
    protocol = Recorder()
    carrier = Carrier(Poller.of(asyncio.get_running_loop()), ours, protocol)
    carrier.start()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    await protocol.until(lambda: protocol.is_lost)
    assert isinstance(protocol.reason, ConnectionResetError)


async def test_writing_to_a_peer_that_has_gone_ends_the_connection() -> None:
    ours, theirs = await tcp_pair()
    protocol = Recorder()
    carrier = Carrier(Poller.of(asyncio.get_running_loop()), ours, protocol)
    carrier.start()
    carrier.pause_reading()  # so that only writing can notice
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    carrier.outbuf.raw(b"x" * 10)
    carrier.flush()
    carrier.outbuf.raw(b"x" * 10)
    carrier.flush()
    await protocol.until(lambda: protocol.is_lost)
    assert isinstance(protocol.reason, ConnectionError)


async def test_half_closed_it_still_answers() -> None:
    ours, theirs = await tcp_pair()

    def answer(protocol: Recorder) -> None:
        protocol.carrier.outbuf.raw(b"+PONG\r\n")
        protocol.carrier.flush_soon()

    protocol = Recorder(answer)
    carrier = Carrier(Poller.of(asyncio.get_running_loop()), ours, protocol)
    carrier.start()
    theirs.sendall(b"PING\r\n")
    theirs.shutdown(socket.SHUT_WR)
    await protocol.until(lambda: protocol.is_lost)
    with theirs:
        assert theirs.recv(100) == b"+PONG\r\n"


async def test_addresses_are_text_as_redis_writes_them() -> None:
    ours, theirs = await tcp_pair()
    protocol = Recorder()
    carrier = Carrier(Poller.of(asyncio.get_running_loop()), ours, protocol)
    assert carrier.peer == f"127.0.0.1:{theirs.getsockname()[1]}"
    assert carrier.local == f"127.0.0.1:{ours.getsockname()[1]}"
    assert not carrier.is_tls
    theirs.close()
    carrier.abort()
    await protocol.until(lambda: protocol.is_lost)


def test_address_texts() -> None:
    assert address_text(("10.0.0.1", 6379)) == "10.0.0.1:6379"
    assert address_text(("::1", 6379, 0, 0)) == "[::1]:6379"
    assert address_text(None) == "?:0"
