"""Both clients over TLS."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

import respkit
import respkit.asyncio
from respkit import errors
from respkit.net.tls import server_context
from tests.client.fakes import FakeServer, ThreadServer


class Files:
    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca, self.cert, self.key = (str(folder / name) for name in ("ca.crt", "server.crt", "server.key"))
        authority.cert_pem.write_to_path(self.ca)
        issued = authority.issue_cert("localhost", "127.0.0.1")
        issued.private_key_pem.write_to_path(self.key)
        issued.cert_chain_pems[0].write_to_path(self.cert)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("tls"))


async def test_the_asyncio_client(files: Files) -> None:
    value = b"x" * 1_000_000
    async with FakeServer(tls=server_context(files.cert, files.key)) as server:
        url = f"rediss://127.0.0.1:{server.port}?ssl_ca_certs={files.ca}"
        async with respkit.asyncio.from_url(url) as redis:
            assert await redis.get("key") == b"key"
            assert await redis.execute_command("ECHO", value) == value
        async with respkit.asyncio.Redis(port=server.port, ssl=True) as redis:
            with pytest.raises(errors.ConnectionError, match="certificate"):
                await redis.get("key")
        async with respkit.asyncio.Redis(port=server.port, ssl=True, ssl_cert_reqs="none") as redis:
            assert await redis.get("key") == b"key"


def test_the_blocking_client(files: Files) -> None:
    value = b"x" * 1_000_000
    with ThreadServer(tls=server_context(files.cert, files.key)) as server:
        url = f"rediss://127.0.0.1:{server.port}?ssl_ca_certs={files.ca}"
        with respkit.Redis.from_url(url) as redis:
            assert redis.get("key") == b"key"
            assert redis.execute_command("ECHO", value) == value
            assert redis.pipeline(transaction=False).get("a").get("b").execute() == [b"a", b"b"]
        with (
            respkit.Redis(port=server.port, ssl=True) as redis,
            pytest.raises(errors.ConnectionError, match="certificate"),
        ):
            redis.get("key")
        with respkit.Redis(port=server.port, ssl=True, ssl_cert_reqs="none") as redis:
            assert redis.get("key") == b"key"


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(errors.ConfigError, match=r"nowhere.ca"):
        respkit.Redis(ssl=True, ssl_ca_certs=str(tmp_path / "nowhere.ca"))
