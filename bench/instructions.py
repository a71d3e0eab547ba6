"""Instructions per request, by ``valgrind --tool=callgrind``: ``python -m bench.instructions`` (or ``make count``).

Times vary from run to run, instructions hardly do: one client sends the same requests in the same order, waits for all
replies of a batch before it sends the next, and only the requests are counted, not start-up. So a change that makes a
hot path slower is seen, on a busy machine too. What the kernel does is not in it.

The counts are recorded in ``instructions.json`` for each environment (Python, compiler, Cython, uvloop), since each
brings instructions of its own. At pipeline 16, a count more than ``--tolerance`` above the recorded one fails, if it is so twice;
``--update`` records anew. At pipeline 1 counts are shown and not judged: there the turns of the loop count for most, and how
requests fall into them is a matter of time, not of our code alone.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import programs
from bench.programs import LOAD, MissingPeerError
from respkit.__about__ import build

RECORD = Path(__file__).with_name("instructions.json")
TOLERANCE_PERCENT = 3.0
JUDGED = "pipeline 16"
KEYS = 1024
VALUE = b"x" * 20
WARM_UP = 300
STRETCHES = 16


@dataclass(frozen=True)
class Case:
    name: str
    command: str
    pipeline: int
    batches: int


def cases(prefix: str, commands: tuple[str, ...]) -> list[Case]:
    return [
        Case(f"{prefix} {command}, pipeline {pipeline}", command, pipeline, batches)
        for pipeline, batches in ((16, 50), (1, 100))
        for command in commands
    ]


SERVER_CASES = cases("server", ("PING", "GET", "SET"))
PROXY_CASES = cases("proxy", ("GET",))


def request(command: str, i: int) -> bytes:
    i %= KEYS
    # The tag keeps a batch on one of the proxy's servers: how two replies interleave depends on time.
    key = b"key:%08d:{%d}" % (i, i // 16 % 4)
    words = {"PING": [b"PING"], "GET": [b"GET", key], "SET": [b"SET", key, VALUE]}[command]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


REPLIES = {"PING": b"+PONG\r\n", "GET": b"$20\r\n%b\r\n" % VALUE, "SET": b"+OK\r\n"}


FILL = Case("fill", "SET", 16, KEYS // 16)


def drive(connection: socket.socket, case: Case, batches: int) -> None:
    """Sends ``batches`` batches in lockstep, and checks each reply."""
    wanted = REPLIES[case.command] * case.pipeline
    for batch in range(batches):
        start = batch * case.pipeline
        connection.sendall(b"".join(request(case.command, start + i) for i in range(case.pipeline)))
        got = b""
        while len(got) < len(wanted):
            piece = connection.recv(65536)
            if not piece:
                raise RuntimeError(f"{case.name}: the connection was closed after {got[:100]!r}")
            got += piece
        if got != wanted:
            raise RuntimeError(f"{case.name}: {got[:100]!r}")


class Callgrind:
    """A program under callgrind, which counts only while it is told to."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.pid = process.pid
        self.folder = folder
        self.dumps = 0

    def control(self, *words: str) -> None:
        command = [programs.find("vgdb"), f"--pid={self.pid}", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")

    def count(self, case: Case, port: int) -> float:
        """Instructions for each request of ``case``: the least of several stretches, which no timer fell into."""
        found = []
        with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
            drive(connection, FILL, FILL.batches)
            drive(connection, case, WARM_UP)
            self.control("instrumentation", "on")
            for _ in range(STRETCHES):
                self.control("zero")  # a timer that fell due while the last stretch was dumped has run by now
                drive(connection, case, case.batches)
                self.control("dump")
                self.dumps += 1
                found.append(self.total())
            self.control("instrumentation", "off")
        return min(found) / (case.batches * case.pipeline)

    def total(self) -> int:
        path = self.folder / f"callgrind.{self.pid}.{self.dumps}"
        for line in path.read_text().splitlines():
            if line.startswith(("summary:", "totals:")):
                return int(line.split()[1])
        raise RuntimeError(f"{path}: no total")


@contextlib.contextmanager
def under_callgrind(folder: Path, command: list[str], port: int) -> Iterator[Callgrind]:
    valgrind = [programs.find("valgrind"), "--tool=callgrind", "--instr-atstart=no", "-q"]
    valgrind += [f"--callgrind-out-file={folder}/callgrind.%p", *command]
    log = folder / "valgrind.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            valgrind,
            env=dict(os.environ, PYTHONHASHSEED="0"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + 120
        while True:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command} did not start:\n{log.read_text(errors='replace')}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield Callgrind(process, folder)
    finally:
        process.kill()
        process.wait()


def server_counts(folder: Path) -> dict[str, float]:
    port = programs.free_port()
    # The cron runs once a second: it depends on time, which the counts must not.
    command = [*programs.respkit_server_command(port, folder), "--hz", "1"]
    with under_callgrind(folder, command, port) as program:
        return {case.name: program.count(case, port) for case in SERVER_CASES}


class Relay(threading.Thread):
    """Stands between the proxy and a server, and holds each reply back until the proxy waits for it.

    Whether a reply comes while the proxy still works or when it waits makes a difference of a turn of its loop.
    """

    HOLD_S = 0.002

    def __init__(self, server_port: int) -> None:
        super().__init__(daemon=True)
        self.server_port = server_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.start()

    def run(self) -> None:
        peers: dict[socket.socket, socket.socket] = {}
        servers = set()
        while True:
            for ready in select.select([self.listener, *peers], [], [])[0]:
                if ready is self.listener:
                    client = self.listener.accept()[0]
                    server = socket.create_connection(("127.0.0.1", self.server_port))
                    for end in (client, server):
                        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    peers[client], peers[server] = server, client
                    servers.add(server)
                elif ready in peers:
                    other = peers[ready]
                    if ready in servers:
                        time.sleep(self.HOLD_S)
                    if data := ready.recv(1 << 16):
                        other.sendall(data)
                    else:
                        for end in (ready, other):
                            peers.pop(end).close()


def proxy_counts(folder: Path) -> dict[str, float]:
    port = programs.free_port()
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(programs.redis_server(folder, LOAD)).port for _ in range(2)]
        shards = [Relay(server).port for server in servers]
        command = programs.respkit_proxy_command(port, folder, shards, 'hash_tag = "{}"')
        program = stack.enter_context(under_callgrind(folder, command, port))
        return {case.name: program.count(case, port) for case in PROXY_CASES}


def count_all() -> dict[str, float]:
    with programs.scratch() as folder:
        return server_counts(folder) | proxy_counts(folder)


def environment() -> str:
    """What the counts depend on besides our own code."""
    import importlib.metadata

    parts = [f"{platform.python_implementation()} {platform.python_version()} ({platform.python_compiler()})"]
    for package in ("Cython", "uvloop"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            parts.append(f"{package} {importlib.metadata.version(package)}")
    compiler = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=False).stdout.strip()
    return ", ".join([*parts, f"gcc {compiler}", platform.machine()])


def compare(counts: dict[str, float], recorded: dict[str, float], tolerance: float) -> list[str]:
    """Prints every count beside the recorded one; returns the judged ones that have grown by more than ``tolerance`` per cent."""
    grown = []
    for name, count in counts.items():
        before = recorded.get(name)
        change = "" if before is None else f"   {count / before - 1:+.1%}   (recorded {before:,.0f})"
        print(f"{name:24} {count:8,.0f}{change}")
        if before is not None and JUDGED in name and count > before * (1 + tolerance / 100):
            grown.append(name)
    return grown


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.instructions", description="Instructions per request.")
    parser.add_argument("--update", action="store_true", help="record what was counted")
    parser.add_argument(
        "--tolerance",
        type=float,
        default=TOLERANCE_PERCENT,
        metavar="PERCENT",
        help=f"how much more than recorded is too much ({TOLERANCE_PERCENT:g})",
    )
    options = parser.parse_args(argv)
    if build() != "compiled":
        print(f"this build is {build()}: instructions are counted on the compiled one", file=sys.stderr)
        return 1
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    here = environment()
    print(here)
    if here not in record and not options.update:
        print("nothing is recorded for this environment: --update records it")
    try:
        counts = count_all()
        grown = compare(counts, record.get(here, {}), options.tolerance)
        if grown and not options.update:
            print("once more: what a busy machine adds is not there twice")
            again = count_all()
            counts = {name: min(count, again[name]) for name, count in counts.items()}
            grown = compare(counts, record.get(here, {}), options.tolerance)
    except MissingPeerError as missing:
        print(f"{missing} is not installed here (Debian: valgrind, redis-server)", file=sys.stderr)
        return 1
    if options.update:
        record[here] = {name: round(count) for name, count in counts.items()}
        RECORD.write_text(json.dumps(record, indent=1) + "\n")
        return 0
    if grown:
        print(f"more than {options.tolerance:g}% above what is recorded: {', '.join(grown)}")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
