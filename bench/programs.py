"""Starts the programs that are measured, each on a core of its own, and reads their own accounting of CPU and memory.

With two cores or more the measured program has the first and everything that makes load the others, so that neither
takes time from the other. CPU time is the kernel's count for the whole process, user and system, in nanoseconds.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.rows import Sample

CORES = sorted(os.sched_getaffinity(0))
MEASURED = CORES[:1]
LOAD = CORES[1:] or CORES


class MissingPeerError(Exception):
    """A peer is not installed here; the text names it."""


@dataclass
class Program:
    """A running program that listens on loopback."""

    name: str
    process: subprocess.Popen[bytes]
    port: int

    def cpu_s(self) -> float:
        # The process's CPU clock, as clock_getcpuclockid(3) names it: all threads, user and system.
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def resident_bytes(self) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise ProcessLookupError(self.process.pid)


def find(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise MissingPeerError(program)
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def raise_file_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20000), hard))


@contextlib.contextmanager
def running(name: str, command: list[str], port: int, folder: Path, cores: list[int]) -> Iterator[Program]:
    """Starts ``command``, pinned to ``cores``, waits until ``port`` accepts, and ends it at the end."""
    log = folder / f"{name}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["taskset", "-c", ",".join(map(str, cores)), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + 30
        while True:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.02)
        yield Program(name, process, port)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="respkit-bench-") as name:
        yield Path(name)


PLAIN = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]


def redis_server(folder: Path, cores: list[int]) -> contextlib.AbstractContextManager[Program]:
    port = free_port()
    command = [find("redis-server"), "--port", str(port), *PLAIN, "--dir", str(folder)]
    return running("redis-server", command, port, folder, cores)


def respkit_server_command(port: int, folder: Path) -> list[str]:
    return [sys.executable, "-m", "respkit", "server", "--port", str(port), *PLAIN, "--dir", str(folder)]


def respkit_server(folder: Path, cores: list[int]) -> contextlib.AbstractContextManager[Program]:
    port = free_port()
    return running("respkit", respkit_server_command(port, folder), port, folder, cores)


def nutcracker(folder: Path, cores: list[int], shards: list[int]) -> contextlib.AbstractContextManager[Program]:
    port, stats = free_port(), free_port()
    servers = "".join(f"\n   - 127.0.0.1:{shard}:1 s{i}" for i, shard in enumerate(shards))
    config = folder / "nutcracker.yml"
    config.write_text(
        f"pool:\n  listen: 127.0.0.1:{port}\n  hash: fnv1a_64\n  distribution: ketama\n  redis: true\n"
        f"  preconnect: true\n  backlog: 1024\n  servers:{servers}\n"
    )
    command = [find("nutcracker"), "-c", str(config), "-a", "127.0.0.1", "-s", str(stats), "-v", "4"]
    return running("nutcracker", command, port, folder, cores)


def respkit_proxy_command(port: int, folder: Path, shards: list[int], pool: str = "") -> list[str]:
    """``pool`` is more of the pool's settings."""
    servers = ", ".join(f'"127.0.0.1:{shard}:1 s{i}"' for i, shard in enumerate(shards))
    config = folder / "proxy.toml"
    config.write_text(
        f'[[listen]]\nbind = "127.0.0.1:{port}"\n\n'
        f'[pools.main]\nservers = [{servers}]\nhash = "fnv1a_64"\ndistribution = "ketama"\n{pool}\n'
    )
    return [sys.executable, "-m", "respkit", "proxy", str(config)]


def respkit_proxy(folder: Path, cores: list[int], shards: list[int]) -> contextlib.AbstractContextManager[Program]:
    port = free_port()
    return running("respkit", respkit_proxy_command(port, folder, shards), port, folder, cores)


# Load ----------------------------------------------------------------------------------------------------------------


def redis_benchmark(program: Program, requests: int, words: list[str]) -> Sample:
    """One run of redis-benchmark against ``program``, with the CPU that the program took for it."""
    command = ["taskset", "-c", ",".join(map(str, LOAD)), find("redis-benchmark"), "-p", str(program.port)]
    command += ["-n", str(requests), "--csv", *words]
    before = program.cpu_s()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
    cpu_s = program.cpu_s() - before
    lines = [line for line in done.stdout.splitlines() if line.startswith('"')]
    if done.returncode != 0 or len(lines) != 2 or "ERR" in done.stderr:
        raise RuntimeError(f"redis-benchmark {words} against {program.name}:\n{done.stdout}\n{done.stderr}")
    found = next(csv.DictReader(io.StringIO("\n".join(lines))))
    return Sample(
        requests=requests,
        seconds=requests / float(found["rps"]),
        cpu_s=cpu_s,
        p50_ms=float(found["p50_latency_ms"]),
        p99_ms=float(found["p99_latency_ms"]),
    )


def fill(port: int, keys: int, value: bytes, key: bytes = b"key:%012d", batch: int = 500) -> None:
    """Sets ``keys`` keys, in batches; a reply that is not +OK raises."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        for start in range(0, keys, batch):
            names = [key % i for i in range(start, min(start + batch, keys))]
            connection.sendall(
                b"".join(
                    b"*3\r\n$3\r\nSET\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n" % (len(name), name, len(value), value)
                    for name in names
                )
            )
            wanted = 5 * len(names)
            got = b""
            while len(got) < wanted:
                piece = connection.recv(65536)
                if not piece:
                    break
                got += piece
            if got != b"+OK\r\n" * len(names):
                raise RuntimeError(f"filling {port}: {got[:200]!r}")
