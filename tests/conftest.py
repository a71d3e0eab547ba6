"""What all tests share: which build and loop they run on, and real programs to talk to.

Async tests need no mark; each runs on uvloop, where it is installed, and on asyncio's own loop. ``RESPKIT_LOOP``
(``uvloop`` or ``asyncio``) picks one. ``RESPKIT_EXPECT`` (``compiled`` or ``pure``) makes the run fail at
once when it would test another build.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import os
import platform
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from respkit.__about__ import build

try:
    import uvloop
except ImportError:  # no wheel for this interpreter: the asyncio loop carries everything
    uvloop = None  # type: ignore[assignment]

# Machines differ in speed, and CI must fail for the code alone: no deadline, and the same examples each time there.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_configure(config: pytest.Config) -> None:
    expected = os.environ.get("RESPKIT_EXPECT")
    if expected and build() != expected:
        pytest.exit(f"RESPKIT_EXPECT={expected}, but this build is {build()}", returncode=3)


def pytest_report_header(config: pytest.Config) -> list[str]:
    loops = " and ".join(loop_factories())
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return [f"respkit: {build()} build, {loops}, {python}"]


def loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    found: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {}
    if uvloop is not None:
        found[f"uvloop {importlib.metadata.version('uvloop')}"] = uvloop.new_event_loop
    found["asyncio"] = asyncio.new_event_loop
    wanted = os.environ.get("RESPKIT_LOOP")
    return {name: factory for name, factory in found.items() if not wanted or name.startswith(wanted)}


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {name.split()[0]: factory for name, factory in loop_factories().items()}


# Free ports and real programs ---------------------------------------------------------------------------------------


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function: each call gives a loopback port on which nothing listens."""
    return find_free_port


@dataclass
class Peer:
    """A real program that listens on loopback."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"redis://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=10)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Returns when ``port`` accepts; raises with the program's own words where it does not."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    process.kill()
    process.wait()
    raise RuntimeError(f"{process.args!r} does not listen on {port}:\n{log.read_text(errors='replace')}")


def _start(command: list[str], port: int, folder: Path) -> Peer:
    log = folder / f"{Path(command[0]).name}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    _listening(process, port, log)
    return Peer(process, port, folder)


StartRedis = Callable[..., Peer]


def _redis_starter(folder: Path, peers: list[Peer]) -> StartRedis:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine (Debian: redis-server)")

    def start(*options: str) -> Peer:
        port = find_free_port()
        plain = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        peer = _start([program, "--port", str(port), *plain, *options], port, folder)
        peers.append(peer)
        return peer

    return start


@contextlib.contextmanager
def _ended(peers: list[Peer]) -> Iterator[None]:
    try:
        yield
    finally:
        for peer in peers:
            peer.stop()


@pytest.fixture
def start_redis(tmp_path: Path) -> Iterator[StartRedis]:
    """A function that starts a real redis-server, empty and on loopback: ``start_redis("--requirepass", "x")``."""
    peers: list[Peer] = []
    with _ended(peers):
        yield _redis_starter(tmp_path, peers)


@pytest.fixture
def redis_server(start_redis: StartRedis) -> Peer:
    """A real redis-server of the test's own: ``port``, ``url``, ``pid``, ``connect()``, ``stop()``."""
    return start_redis()


@pytest.fixture
def two_redis_servers(start_redis: StartRedis) -> tuple[Peer, Peer]:
    return start_redis(), start_redis()


@pytest.fixture(scope="session")
def shared_redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """One real redis-server for the whole run, for tests that only ask it questions."""
    peers: list[Peer] = []
    with _ended(peers):
        yield _redis_starter(tmp_path_factory.mktemp("redis"), peers)()


@pytest.fixture
def start_nutcracker(tmp_path: Path) -> Iterator[Callable[[str], Peer]]:
    """A function that starts nutcracker with one pool: its YAML settings, without ``listen``."""
    program = shutil.which("nutcracker") or shutil.which("nutcracker", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("no nutcracker on this machine (Debian: nutcracker)")
    peers: list[Peer] = []

    def start(pool: str) -> Peer:
        port, stats = find_free_port(), find_free_port()
        lines = "\n".join("  " + line for line in pool.strip("\n").splitlines())
        config = tmp_path / f"nutcracker-{port}.yml"
        config.write_text(f"pool:\n  listen: 127.0.0.1:{port}\n{lines}\n")
        command = [program, "-c", str(config), "-a", "127.0.0.1", "-s", str(stats)]
        peers.append(_start([*command, "-p", str(tmp_path / f"nutcracker-{port}.pid")], port, tmp_path))
        return peers[-1]

    with _ended(peers):
        yield start
