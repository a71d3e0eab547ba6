"""TLS on both sides, and unix sockets."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.proxy.conftest import Client, Harness, shards


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    paths = {name: str(folder / f"{name}.pem") for name in ("ca", "cert", "key")}
    authority.cert_pem.write_to_path(paths["ca"])
    issued.cert_chain_pems[0].write_to_path(paths["cert"])
    issued.private_key_pem.write_to_path(paths["key"])
    return paths


async def test_clients_over_tls(harness: Harness, certificates: dict[str, str]) -> None:
    backend = await harness.backend()
    text = (
        f'[[listen]]\nbind = "127.0.0.1:0"\ntls = {{cert = "{certificates["cert"]}", key = "{certificates["key"]}"}}\n'
    )
    proxy = await harness.proxy(text + shards(backend.port))
    context = ssl.create_default_context(cafile=certificates["ca"])
    client = Client(*await asyncio.open_connection("127.0.0.1", proxy.port, ssl=context))
    harness.clients.append(client)
    for i in range(100):
        assert await client.say(f"GET {i}") == b"$%d\r\nGET %d\r\n" % (len(f"GET {i}"), i)
    value = b"x" * 300_000
    assert await client.call(b"SET", b"k", value) == b"$300006\r\nSET k %b\r\n" % value
    assert await client.say("QUIT") == b"+OK\r\n"


async def test_servers_over_tls(harness: Harness, certificates: dict[str, str]) -> None:
    backend = await harness.backend()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates["cert"], certificates["key"])
    secure = await asyncio.start_server(backend.serve, "127.0.0.1", 0, ssl=context)
    port = secure.sockets[0].getsockname()[1]
    try:
        proxy = await harness.proxy(shards(port, more=f'tls = {{ca = "{certificates["ca"]}"}}\ntimeout_ms = 5000'))
        client = await harness.client(proxy)
        for i in range(100):
            assert await client.say(f"GET {i}") == b"$%d\r\nGET %d\r\n" % (len(f"GET {i}"), i)
        value = b"x" * 300_000
        assert await client.call(b"SET", b"k", value) == b"$300006\r\nSET k %b\r\n" % value
    finally:
        secure.close()


async def test_a_server_that_is_not_trusted(harness: Harness, certificates: dict[str, str]) -> None:
    backend = await harness.backend()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates["cert"], certificates["key"])
    secure = await asyncio.start_server(backend.serve, "127.0.0.1", 0, ssl=context)
    port = secure.sockets[0].getsockname()[1]
    try:
        proxy = await harness.proxy(shards(port, more="tls = {}\ntimeout_ms = 5000"), connected=False)
        client = await harness.client(proxy)
        reply = await client.say("GET a")
        assert reply.startswith(b"-ERR upstream s1") and b"certificate" in reply
        assert backend.received == []
    finally:
        secure.close()


async def test_a_unix_socket(harness: Harness, tmp_path: Path) -> None:
    backend = await harness.backend()
    path = tmp_path / "proxy.sock"
    proxy: Any = await harness.proxy(f'[[listen]]\nbind = "unix:{path}"\n' + shards(backend.port))
    client = Client(*await asyncio.open_unix_connection(str(path)))
    harness.clients.append(client)
    assert await client.say("GET a") == b"$5\r\nGET a\r\n"
    client.drop()
    await proxy.stop(0)
    harness.proxies.clear()
    assert not path.exists()
