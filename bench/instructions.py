"""Instructions per request, by ``valgrind --tool=callgrind``: ``python -m bench.instructions`` (or ``make count``).

Times vary from run to run, instructions hardly do: one client sends the same requests in the same order, waits for all
replies of a batch before it sends the next, and only the requests are counted, not start-up. So a change that makes a
hot path slower is seen, on a busy machine too. What the kernel does is not in it.

The counts are recorded in ``instructions.json`` for each environment (Python, compiler, Cython, uvloop), since each
brings instructions of its own. A count more than ``TOLERANCE`` above the recorded one fails; ``--update`` records anew.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import programs
from bench.programs import LOAD, MissingPeerError
from respkit.__about__ import build

RECORD = Path(__file__).with_name("instructions.json")
TOLERANCE = 0.03
KEYS = 1000
VALUE = b"x" * 20
WARM_UP = 300


@dataclass(frozen=True)
class Case:
    name: str
    command: str
    pipeline: int
    batches: int


def cases(prefix: str, commands: tuple[str, ...]) -> list[Case]:
    return [
        Case(f"{prefix} {command}, pipeline {pipeline}", command, pipeline, batches)
        for pipeline, batches in ((16, 400), (1, 2000))
        for command in commands
    ]


SERVER_CASES = cases("server", ("PING", "GET", "SET"))
PROXY_CASES = cases("proxy", ("GET",))


def request(command: str, i: int) -> bytes:
    key = b"key:%012d" % (i % KEYS)
    words = {"PING": [b"PING"], "GET": [b"GET", key], "SET": [b"SET", key, VALUE]}[command]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


REPLIES = {"PING": b"+PONG\r\n", "GET": b"$20\r\n%b\r\n" % VALUE, "SET": b"+OK\r\n"}


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
        command = [programs.find("callgrind_control"), *words, str(self.pid)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if "OK" not in done.stdout:
            raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")

    def count(self, case: Case, port: int) -> float:
        """Instructions for each request of ``case``."""
        with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
            drive(connection, case, min(WARM_UP, case.batches))
            self.control("-i", "on")
            self.control("-z")
            drive(connection, case, case.batches)
            self.control("-d", "requests")
            self.control("-i", "off")
        self.dumps += 1
        return self.total() / (case.batches * case.pipeline)

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
            cwd=folder,
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
        programs.fill(port, KEYS, VALUE)
        return {case.name: program.count(case, port) for case in SERVER_CASES}


def proxy_counts(folder: Path) -> dict[str, float]:
    port = programs.free_port()
    with contextlib.ExitStack() as stack:
        shards = [stack.enter_context(programs.redis_server(folder, LOAD)).port for _ in range(2)]
        command = programs.respkit_proxy_command(port, folder, shards)
        program = stack.enter_context(under_callgrind(folder, command, port))
        programs.fill(port, KEYS, VALUE)
        return {case.name: program.count(case, port) for case in PROXY_CASES}


def environment() -> str:
    """What the counts depend on besides our own code."""
    import importlib.metadata

    parts = [f"{platform.python_implementation()} {platform.python_version()} ({platform.python_compiler()})"]
    for package in ("Cython", "uvloop"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            parts.append(f"{package} {importlib.metadata.version(package)}")
    compiler = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True, check=False).stdout.strip()
    return ", ".join([*parts, f"gcc {compiler}", platform.machine()])


def compare(counts: dict[str, float], recorded: dict[str, float]) -> list[str]:
    """Prints every count beside the recorded one; returns those that have grown beyond the tolerance."""
    grown = []
    for name, count in counts.items():
        before = recorded.get(name)
        change = "" if before is None else f"   {count / before - 1:+.1%}   (recorded {before:,.0f})"
        print(f"{name:24} {count:8,.0f}{change}")
        if before is not None and count > before * (1 + TOLERANCE):
            grown.append(name)
    return grown


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.instructions", description="Instructions per request.")
    parser.add_argument("--update", action="store_true", help="record what was counted")
    options = parser.parse_args(argv)
    if build() != "compiled":
        print(f"this build is {build()}: instructions are counted on the compiled one", file=sys.stderr)
        return 1
    try:
        with programs.scratch() as folder:
            counts = server_counts(folder) | proxy_counts(folder)
    except MissingPeerError as missing:
        print(f"{missing} is not installed here (Debian: valgrind, redis-server)", file=sys.stderr)
        return 1
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    here = environment()
    print(here)
    if here not in record and not options.update:
        print("nothing is recorded for this environment: --update records it")
    grown = compare(counts, record.get(here, {}))
    if options.update:
        record[here] = {name: round(count) for name, count in counts.items()}
        RECORD.write_text(json.dumps(record, indent=1) + "\n")
        return 0
    if grown:
        print(f"more than {TOLERANCE:.0%} above what is recorded: {', '.join(grown)}")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
