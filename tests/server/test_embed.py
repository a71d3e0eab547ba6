"""Servers inside other programs."""

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

import respkit
from respkit import EmbeddedServer
from respkit.errors import ConfigError, RedisError
from respkit.server import Server

SOURCE = str(Path(respkit.__file__).parent.parent)


async def ask(port, data, **options):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **options)
    writer.write(data)
    reply = await reader.read(65536)
    writer.close()
    return reply


class TestInALoop:
    async def test_serves_while_the_block_lasts(self):
        async with Server() as server:
            assert server.url == f"redis://127.0.0.1:{server.port}"
            assert await ask(server.port, b"PING\r\n") == b"+PONG\r\n"
            port = server.port
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    async def test_two_share_nothing(self):
        async with Server() as one, Server(requirepass="pw") as two:
            assert await ask(one.port, b"SET k v\r\nDBSIZE\r\n") == b"+OK\r\n:1\r\n"
            assert await ask(two.port, b"AUTH pw\r\nDBSIZE\r\n") == b"+OK\r\n:0\r\n"
            assert two.url == f"redis://:pw@127.0.0.1:{two.port}"

    async def test_takes_parameters(self):
        async with Server(maxmemory_policy="allkeys-lfu", databases=3, appendonly=False) as server:
            reply = await ask(
                server.port, b"CONFIG GET maxmemory-policy\r\nCONFIG GET databases\r\nCONFIG GET port\r\n"
            )
        assert b"allkeys-lfu" in reply
        assert b"$1\r\n3\r\n" in reply
        assert b"$%d\r\n%d\r\n" % (len(str(server_port := int(reply.split(b"\r\n")[-2]))), server_port) in reply

    def test_refuses_what_is_no_parameter(self):
        with pytest.raises(ConfigError, match="Bad directive"):
            Server(nosuch=1)

    @pytest.mark.parametrize("command", [b"SHUTDOWN", b"SHUTDOWN NOSAVE", b"DEBUG SEGFAULT"])
    async def test_refuses_what_would_touch_the_whole_process(self, command):
        async with Server(enable_debug_command=True) as server:
            assert (await ask(server.port, command + b"\r\n")).startswith(b"-ERR ")
            assert await ask(server.port, b"PING\r\n") == b"+PONG\r\n"

    async def test_leaves_the_signals_and_the_folder_alone(self):
        before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT), os.getcwd()
        async with Server(enable_protected_configs=True) as server:
            assert await ask(server.port, b"CONFIG SET dir /\r\nCONFIG GET dir\r\n") == (
                b"+OK\r\n*2\r\n$3\r\ndir\r\n$1\r\n/\r\n"
            )
            assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT), os.getcwd()) == before

    async def test_a_unix_socket(self, tmp_path):
        path = str(tmp_path / "s")
        async with Server(unix_socket=path) as server:
            assert server.url == f"unix://{path}"
            assert server.port == 0
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b"PING\r\n")
            assert await reader.readline() == b"+PONG\r\n"
            writer.close()
        assert not os.path.exists(path)

    async def test_ends_its_connections(self):
        async with Server() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"PING\r\n")
            await reader.readline()
        assert await reader.read() == b""
        writer.close()

    async def test_a_port_that_is_taken(self):
        async with Server() as server:
            with pytest.raises(ConfigError, match="cannot listen"):
                await Server(port=server.port).start()

    async def test_a_pipeline_longer_than_a_turn(self):
        async with Server() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"PING\r\n" * 5000)
            assert await reader.readexactly(7 * 5000) == b"+PONG\r\n" * 5000
            writer.close()

    async def test_moves_to_another_port(self, free_port):
        port = free_port()
        async with Server() as server:
            assert await ask(server.port, b"CONFIG SET port %d\r\n" % port) == b"+OK\r\n"
            assert await ask(port, b"PING\r\n") == b"+PONG\r\n"

    async def test_a_port_that_cannot_be_had_is_refused_and_nothing_changes(self):
        async with Server() as server, Server() as other:
            reply = await ask(server.port, b"CONFIG SET timeout 7 port %d\r\n" % other.port)
            assert reply == (
                b"-ERR CONFIG SET failed (possibly related to argument 'port') - "
                b"Unable to listen on this port. Check server logs.\r\n"
            )
            assert await ask(server.port, b"CONFIG GET timeout\r\n") == b"*2\r\n$7\r\ntimeout\r\n$1\r\n0\r\n"

    async def test_addresses_that_cannot_be_had_are_refused_and_nothing_changes(self):
        async with Server() as server:
            reply = await ask(server.port, b"CONFIG SET bind 192.0.2.1\r\n")
            assert reply.endswith(b"Failed to bind to specified addresses.\r\n")
            assert await ask(server.port, b"PING\r\n") == b"+PONG\r\n"


class TestTls:
    @pytest.fixture
    def certificates(self, tmp_path):
        trustme = pytest.importorskip("trustme")
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(tmp_path / "ca.crt"))
        issued = authority.issue_cert("localhost")
        issued.private_key_pem.write_to_path(str(tmp_path / "key"))
        issued.cert_chain_pems[0].write_to_path(str(tmp_path / "crt"))
        return tmp_path

    def context(self, folder, certificate=False):
        context = ssl.create_default_context(cafile=str(folder / "ca.crt"))
        if certificate:
            context.load_cert_chain(str(folder / "crt"), str(folder / "key"))
        return context

    def options(self, folder, port, **more):
        files = {"tls_cert_file": str(folder / "crt"), "tls_key_file": str(folder / "key")}
        return {"tls_port": port, "tls_ca_cert_file": str(folder / "ca.crt"), **files, **more}

    async def test_serves_it_beside_the_plain_port(self, certificates, free_port):
        port = free_port()
        async with Server(**self.options(certificates, port, tls_auth_clients="no")) as server:
            context = self.context(certificates)
            assert await ask(port, b"PING\r\n", ssl=context, server_hostname="localhost") == b"+PONG\r\n"
            assert await ask(server.port, b"PING\r\n") == b"+PONG\r\n"

    async def test_asks_clients_for_a_certificate(self, certificates, free_port):
        port = free_port()
        async with Server(**self.options(certificates, port)):
            context = self.context(certificates, True)
            assert await ask(port, b"PING\r\n", ssl=context, server_hostname="localhost") == b"+PONG\r\n"
            stranger = ask(port, b"PING\r\n", ssl=self.context(certificates), server_hostname="localhost")
            (outcome,) = await asyncio.gather(stranger, return_exceptions=True)
            assert outcome == b"" or isinstance(outcome, (ssl.SSLError, ConnectionError))

    async def test_can_be_turned_on_later(self, certificates, free_port):
        port = free_port()
        options = self.options(certificates, 0, tls_auth_clients="no")
        async with Server(**options) as server:
            assert await ask(server.port, b"CONFIG SET tls-port %d\r\n" % port) == b"+OK\r\n"
            context = self.context(certificates)
            assert await ask(port, b"PING\r\n", ssl=context, server_hostname="localhost") == b"+PONG\r\n"
            assert await ask(server.port, b"CONFIG SET tls-cert-file /nosuch\r\n") == (
                b"-ERR CONFIG SET failed (possibly related to argument 'tls-cert-file') - "
                b"Unable to update TLS configuration. Check server logs.\r\n"
            )
            assert await ask(port, b"PING\r\n", ssl=context, server_hostname="localhost") == b"+PONG\r\n"


def blocking(address, data, family=socket.AF_INET):
    with socket.socket(family) as connection:
        connection.settimeout(10)
        connection.connect(address)
        connection.sendall(data)
        return connection.recv(65536)


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class TestInAChildProcess:
    def test_serves_while_the_block_lasts(self):
        with EmbeddedServer() as server:
            assert server.url == f"redis://127.0.0.1:{server.port}"
            assert blocking(("127.0.0.1", server.port), b"PING\r\n") == b"+PONG\r\n"
            pid, folder = server.process.pid, server.folder
        assert not is_running(pid)
        assert not os.path.exists(folder)

    def test_on_a_unix_socket_and_with_parameters(self):
        with EmbeddedServer(unix=True, requirepass="p/w", maxclients=5) as server:
            assert server.url == f"unix://:p%2Fw@{server.unix_socket}"
            data = b"AUTH p/w\r\nCONFIG GET maxclients\r\n"
            assert blocking(server.unix_socket, data, socket.AF_UNIX).endswith(b"$1\r\n5\r\n")
            folder = server.folder
        assert not os.path.exists(folder)

    def test_two_share_nothing(self):
        with EmbeddedServer() as one, EmbeddedServer() as two:
            blocking(("127.0.0.1", one.port), b"SET k v\r\n")
            assert blocking(("127.0.0.1", two.port), b"GET k\r\n") == b"$-1\r\n"

    def test_that_cannot_start_says_why_and_leaves_nothing(self):
        server = EmbeddedServer(nosuch=1)
        with pytest.raises(ConfigError, match="Bad directive or wrong number of arguments"):
            server.start()
        assert server.process is None
        assert server.folder == ""

    def test_runs_once_at_a_time(self):
        with EmbeddedServer() as server, pytest.raises(RedisError, match="runs already"):
            server.start()

    def test_may_be_shut_down_by_a_client(self):
        with EmbeddedServer() as server:
            blocking(("127.0.0.1", server.port), b"SHUTDOWN\r\n")
            server.process.wait(10)

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
    def test_is_gone_when_its_parent_dies(self, how):
        script = (
            "import sys\nfrom respkit import EmbeddedServer\nserver = EmbeddedServer(unix=True)\nserver.start()\n"
            "print(server.process.pid, server.folder, flush=True)\nsys.stdin.read()\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": SOURCE},
            text=True,
        ) as parent:
            pid, folder = parent.stdout.readline().split()
            assert is_running(pid)
            parent.send_signal(how)
        end = time.monotonic() + 10
        while is_running(pid) or os.path.exists(folder):
            assert time.monotonic() < end
            time.sleep(0.01)
