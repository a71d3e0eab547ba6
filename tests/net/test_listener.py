"""Listening, accepting and connecting, on TCP, unix sockets and TLS."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import resource
import socket
import ssl
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from respkit import errors
from respkit.net.carrier import Protocol
from respkit.net.connect import Endpoint, connect
from respkit.net.listener import Listener, check_port_free, listen_tcp, listen_unix
from respkit.net.poller import Poller
from respkit.net.tls import client_context, server_context


class Echo(Protocol):
    """Sends back what it receives, and keeps it."""

    def __init__(self) -> None:
        self.data = b""
        self.state = "new"
        self.reason: BaseException | None = None
        self.changed = asyncio.Event()
        self.answers = True

    def connected(self) -> int:
        self.become("connected")
        return 0

    def received(self) -> int:
        inbuf = self.carrier.inbuf
        data = inbuf.peek()
        inbuf.consume(len(data))
        self.data += data
        if self.answers:
            self.carrier.outbuf.raw(data)
            self.carrier.flush_soon()
        self.changed.set()
        return 0

    def lost(self, reason: BaseException | None) -> int:
        self.reason = reason
        self.become("lost")
        return 0

    def become(self, state: str) -> None:
        self.state = state
        self.changed.set()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not done():
                self.changed.clear()
                await self.changed.wait()


def quiet() -> Echo:
    echo = Echo()
    echo.answers = False
    return echo


class Serving:
    """A listener whose sessions are kept."""

    def __init__(self, *sockets: socket.socket, **options: Any) -> None:
        self.sessions: list[Echo] = []
        self.listener = Listener(Poller.of(asyncio.get_running_loop()), sockets, self.make, **options)
        self.listener.start()

    def make(self) -> Echo:
        self.sessions.append(Echo())
        return self.sessions[-1]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Serving]]:
    made: list[Serving] = []

    def start(*sockets: socket.socket, **options: Any) -> Serving:
        made.append(Serving(*sockets, **options))
        return made[-1]

    yield start
    for serving in made:
        serving.listener.close()
        for session in serving.sessions:
            session.carrier.abort()
            await session.until(lambda session=session: session.state == "lost")
    await asyncio.sleep(0)
    gc.collect()


async def exchange(endpoint: Endpoint) -> None:
    client = quiet()
    carrier = await connect(endpoint, client, 10)
    carrier.outbuf.raw(b"PING\r\n")
    carrier.flush_soon()
    await client.until(lambda: client.data == b"PING\r\n")
    carrier.close()
    await client.until(lambda: client.state == "lost")
    assert client.reason is None


async def test_tcp(serve: Any) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0))
    await exchange(Endpoint("127.0.0.1", serving.listener.port))
    await exchange(Endpoint("localhost", serving.listener.port))
    assert serving.listener.addresses == [f"127.0.0.1:{serving.listener.port}"]
    (first, _) = serving.sessions
    await first.until(lambda: first.state == "lost")
    assert first.carrier.peer.startswith("127.0.0.1:")


async def test_several_hosts_share_a_port(serve: Any) -> None:
    try:
        sockets = listen_tcp(["127.0.0.1", "::1"], 0)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    serving = serve(*sockets)
    await exchange(Endpoint("127.0.0.1", serving.listener.port))
    await exchange(Endpoint("::1", serving.listener.port))
    assert serving.sessions[1].carrier.peer.startswith("[::1]:")


async def test_a_star_is_every_address(serve: Any) -> None:
    serving = serve(*listen_tcp(["*", "-::*"], 0))
    await exchange(Endpoint("127.0.0.1", serving.listener.port))


async def test_an_address_that_is_missing_may_be_marked_so(serve: Any) -> None:
    serving = serve(*listen_tcp(["127.0.0.1", "-192.0.2.1"], 0))
    assert len(serving.listener.sockets) == 1
    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        listen_tcp(["127.0.0.1", "192.0.2.1"], 0)


async def test_a_port_that_is_taken_says_which() -> None:
    with contextlib.ExitStack() as stack:
        (taken,) = [stack.enter_context(sock) for sock in listen_tcp(["127.0.0.1"], 0)]
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"127.0.0.1:{port}") as caught:
            listen_tcp(["127.0.0.1"], port)
        assert caught.value.errno == errno.EADDRINUSE


async def test_a_shared_port_is_checked_by_asking_without_sharing() -> None:
    (first,) = listen_tcp(["127.0.0.1"], 0, reuse_port=True)
    port = first.getsockname()[1]
    (second,) = listen_tcp(["127.0.0.1"], port, reuse_port=True)
    with pytest.raises(OSError, match="in use"):
        check_port_free(["127.0.0.1"], port)
    first.close()
    second.close()
    check_port_free(["127.0.0.1"], port)


async def test_unix_sockets(serve: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "r.sock")
    serving = serve(listen_unix(path, permissions=0o600))
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    await exchange(Endpoint(path=path))
    assert serving.sessions[0].carrier.peer == f"{path}:0"
    assert serving.listener.port == 0
    assert serving.listener.addresses == [path]
    serving.listener.close()
    assert not os.path.exists(path)


async def test_a_unix_socket_left_by_the_dead_is_replaced(serve: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "r.sock")
    listen_unix(path).close()
    assert os.path.exists(path)
    serve(listen_unix(path))
    await exchange(Endpoint(path=path))


async def test_a_unix_socket_in_use_is_not(serve: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "r.sock")
    serve(listen_unix(path))
    with pytest.raises(OSError, match="in use"):
        listen_unix(path)
    (tmp_path / "file").write_text("precious")
    with pytest.raises(OSError, match="something else"):
        listen_unix(str(tmp_path / "file"))
    assert (tmp_path / "file").read_text() == "precious"


async def test_closing_leaves_a_path_that_somebody_else_took(serve: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "r.sock")
    serving = serve(listen_unix(path))
    os.rename(path, tmp_path / "old.sock")
    with listen_unix(path):
        serving.listener.close()
        assert os.path.exists(path)


async def test_one_that_is_refused_is_told_why(serve: Any) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0), refuse=lambda sock: b"-ERR max number of clients reached\r\n")
    reader, writer = await asyncio.open_connection("127.0.0.1", serving.listener.port)
    assert await reader.read(-1) == b"-ERR max number of clients reached\r\n"
    writer.close()
    await writer.wait_closed()
    assert serving.sessions == []


async def test_options_of_tcp_are_set(serve: Any) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0), keepalive_seconds=300)
    client = quiet()
    carrier = await connect(Endpoint("127.0.0.1", serving.listener.port), client, 10)
    carrier.outbuf.raw(b"x")
    carrier.flush()
    await client.until(lambda: client.data == b"x")
    sock = serving.sessions[0].carrier.sock
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    if hasattr(socket, "TCP_KEEPIDLE"):
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 300
    carrier.abort()
    await client.until(lambda: client.state == "lost")


async def test_paused_it_accepts_nothing(serve: Any) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0))
    serving.listener.pause()
    client = quiet()
    carrier = await connect(Endpoint("127.0.0.1", serving.listener.port), client, 10)
    for _ in range(10):
        await asyncio.sleep(0)
    assert serving.sessions == []
    serving.listener.start()
    carrier.outbuf.raw(b"x")
    carrier.flush()
    await client.until(lambda: client.data == b"x")
    carrier.abort()
    await client.until(lambda: client.state == "lost")


async def test_accepting_survives_running_out_of_descriptors(serve: Any) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    waiting = socket.socket()
    waiting.setblocking(False)
    loop = asyncio.get_running_loop()
    used = [os.dup(waiting.fileno())]
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(used[0] + 1, 64), before[1]))
    try:
        with contextlib.suppress(OSError):
            while True:
                used.append(os.dup(waiting.fileno()))
        await loop.sock_connect(waiting, ("127.0.0.1", serving.listener.port))
        async with asyncio.timeout(10):
            while serving.listener._resume is None:
                await asyncio.sleep(0.001)
        assert serving.sessions == []
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for fd in used:
            os.close(fd)
    waiting.send(b"x")
    assert await loop.sock_recv(waiting, 1) == b"x"
    waiting.close()


async def test_a_protocol_that_cannot_be_made_is_reported_and_others_are_served(serve: Any) -> None:
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    serving = serve(*listen_tcp(["127.0.0.1"], 0))
    make = serving.listener.make
    serving.listener.make = lambda: 1 / 0
    reader, writer = await asyncio.open_connection("127.0.0.1", serving.listener.port)
    assert await reader.read(-1) == b""
    writer.close()
    await writer.wait_closed()
    assert [type(context["exception"]) for context in reported] == [ZeroDivisionError]
    serving.listener.make = make
    await exchange(Endpoint("127.0.0.1", serving.listener.port))


async def test_nobody_there_is_a_connection_error(free_port: Callable[[], int], tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(errors.ConnectionError, match=f"127.0.0.1:{port}: Connection refused"):
        await connect(Endpoint("127.0.0.1", port), quiet())
    with pytest.raises(errors.ConnectionError, match=r"nobody.sock"):
        await connect(Endpoint(path=str(tmp_path / "nobody.sock")), quiet())


# TLS -----------------------------------------------------------------------------------------------------------------


class Certificates:
    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca = str(folder / "ca.crt")
        authority.cert_pem.write_to_path(self.ca)
        for name, identity in (("server", "localhost"), ("client", "client@example.org")):
            issued = authority.issue_cert(identity)
            issued.private_key_pem.write_to_path(str(folder / f"{name}.key"))
            for pem in issued.cert_chain_pems:
                pem.write_to_path(str(folder / f"{name}.crt"), append=True)
        self.server = (str(folder / "server.crt"), str(folder / "server.key"))
        self.client = (str(folder / "client.crt"), str(folder / "client.key"))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("tls"))


async def test_tls(serve: Any, certificates: Certificates) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0), tls=server_context(*certificates.server))
    endpoint = Endpoint(
        "127.0.0.1", serving.listener.port, tls=client_context(certificates.ca), server_hostname="localhost"
    )
    await exchange(endpoint)
    assert serving.sessions[0].carrier.is_tls


async def test_tls_on_a_unix_socket(serve: Any, certificates: Certificates, tmp_path: Path) -> None:
    path = str(tmp_path / "r.sock")
    serve(listen_unix(path), tls=server_context(*certificates.server))
    await exchange(Endpoint(path=path, tls=client_context(certificates.ca), server_hostname="localhost"))


async def test_both_sides_show_certificates(serve: Any, certificates: Certificates) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0), tls=server_context(*certificates.server, client_ca=certificates.ca))
    client = quiet()
    endpoint = Endpoint(
        "127.0.0.1",
        serving.listener.port,
        tls=client_context(certificates.ca, *certificates.client),
        server_hostname="localhost",
    )
    carrier = await connect(endpoint, client, 10)
    carrier.outbuf.raw(b"x")
    carrier.flush()
    await client.until(lambda: client.data == b"x")
    seen = serving.sessions[0].carrier.peer_certificate()
    assert ("email", "client@example.org") in seen["subjectAltName"]
    carrier.abort()
    await client.until(lambda: client.state == "lost")


async def test_a_client_without_a_certificate_is_turned_away(serve: Any, certificates: Certificates) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0), tls=server_context(*certificates.server, client_ca=certificates.ca))
    client = quiet()
    endpoint = Endpoint(
        "127.0.0.1", serving.listener.port, tls=client_context(certificates.ca), server_hostname="localhost"
    )
    with contextlib.suppress(errors.ConnectionError):
        carrier = await connect(endpoint, client, 10)  # TLS 1.3: the client learns of it only afterwards
        carrier.outbuf.raw(b"x")
        carrier.flush()
    await client.until(lambda: client.state == "lost")
    (session,) = serving.sessions
    await session.until(lambda: session.state == "lost")
    assert isinstance(session.reason, ssl.SSLError)
    assert session.data == b""


async def test_a_certificate_for_another_name_is_refused(serve: Any, certificates: Certificates) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0), tls=server_context(*certificates.server))
    endpoint = Endpoint("127.0.0.1", serving.listener.port, tls=client_context(certificates.ca))
    client = quiet()
    with pytest.raises(errors.ConnectionError, match="certificate"):
        await connect(endpoint, client, 10)
    assert client.state in ("new", "lost")
    await client.until(lambda: client.state == "lost")


async def test_a_peer_that_speaks_no_tls_is_dropped(serve: Any, certificates: Certificates) -> None:
    serving = serve(*listen_tcp(["127.0.0.1"], 0), tls=server_context(*certificates.server))
    _reader, writer = await asyncio.open_connection("127.0.0.1", serving.listener.port)
    writer.write(b"PING\r\nPING\r\nPING\r\n")
    async with asyncio.timeout(10):
        while not serving.sessions:
            await asyncio.sleep(0)
    (session,) = serving.sessions
    await session.until(lambda: session.state == "lost")
    assert isinstance(session.reason, ssl.SSLError)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def test_a_server_that_says_nothing_times_the_handshake_out(certificates: Certificates) -> None:
    (silent,) = listen_tcp(["127.0.0.1"], 0)
    endpoint = Endpoint("127.0.0.1", silent.getsockname()[1], tls=client_context(certificates.ca))
    client = quiet()
    with pytest.raises(errors.TimeoutError, match="longer than"):
        await connect(endpoint, client, 0.05)
    await client.until(lambda: client.state == "lost")
    silent.close()


async def test_a_connect_that_is_cancelled_leaves_nothing(certificates: Certificates) -> None:
    (silent,) = listen_tcp(["127.0.0.1"], 0)
    endpoint = Endpoint("127.0.0.1", silent.getsockname()[1], tls=client_context(certificates.ca))
    client = quiet()
    task = asyncio.ensure_future(connect(endpoint, client))
    async with asyncio.timeout(10):
        while getattr(client, "carrier", None) is None:
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await client.until(lambda: client.state == "lost")
    silent.close()


def test_files_that_cannot_be_used_are_named(certificates: Certificates, tmp_path: Path) -> None:
    with pytest.raises(errors.ConfigError, match=r"nowhere.crt"):
        server_context(str(tmp_path / "nowhere.crt"))
    with pytest.raises(errors.ConfigError, match=r"nowhere.ca"):
        server_context(*certificates.server, client_ca=str(tmp_path / "nowhere.ca"))
    with pytest.raises(errors.ConfigError, match=r"server.crt"):
        client_context(certificates.ca, certificates.server[0], certificates.client[1])


def test_verification_can_be_turned_off_and_on(certificates: Certificates) -> None:
    assert client_context(verify=False).verify_mode is ssl.CERT_NONE
    assert client_context(certificates.ca).verify_mode is ssl.CERT_REQUIRED
    assert client_context(certificates.ca, check_hostname=False).check_hostname is False
