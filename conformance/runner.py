"""Runs one unit of the suite and reads what passed from what it prints."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from conformance import suite

OK = re.compile(r"^\[ok\]: (.*) \(\d+ ms\)$")
FAILED = re.compile(r"^\[(err|exception|TIMEOUT)\]")
SKIPPED = re.compile(r"^\[(?:skip|ignore)\]: (.*)$")

# Each run takes a block of ports of its own, so that runs side by side do not meet. The suite also needs each port
# + 10000 to be free; both stay below the range from which Linux picks ports for outgoing connections.
FIRST_BLOCK, LAST_BLOCK, BLOCK = 12000, 21500, 500


@dataclass
class Outcome:
    """What one run of a unit printed."""

    unit: str
    passed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    finished: bool = False
    timed_out: bool = False
    seconds: float = 0.0
    leftovers: int = 0


def parse(unit: str, lines: Iterable[str]) -> Outcome:
    """Reads the suite's output. Only ``[ok]`` lines count: a test that never ran has none."""
    outcome = Outcome(unit)
    in_failure = False
    for raw in lines:
        line = raw.rstrip("\n")
        if found := OK.match(line):
            outcome.passed.append(found[1])
            in_failure = False
        elif found := SKIPPED.match(line):
            outcome.skipped.append(found[1])
            in_failure = False
        elif FAILED.match(line):
            outcome.failures.append(line)
            in_failure = True
        elif line.startswith("[") or "The End" in line:
            outcome.finished |= "The End" in line
            in_failure = False
        elif in_failure and outcome.failures[-1].count("\n") < 12:
            outcome.failures[-1] += "\n    " + line  # an error's text runs over several lines
    return outcome


@contextlib.contextmanager
def port_block() -> Iterator[tuple[int, int]]:
    """``(base port, count)`` of a block that no other run uses: a listening socket below it is the lock."""
    for start in range(FIRST_BLOCK, LAST_BLOCK, BLOCK):
        with socket.socket() as lock:
            try:
                lock.bind(("127.0.0.1", start))
                lock.listen(1)
            except OSError:
                continue
            yield start + 40, BLOCK - 50  # the suite's own server takes one of the 32 ports below the base
            return
    raise suite.SuiteError("no free block of ports: too many runs at once")


def run_unit(
    root: Path,
    unit: str,
    *,
    server: str | None = None,
    limit_s: float = 900,
    options: Iterable[str] = (),
    keep: bool = False,
) -> Outcome:
    """Runs ``unit`` in a copy of the suite; its whole output is kept in ``conformance/tmp/<unit>.log``."""
    log = suite.HERE / "tmp" / (unit.replace("/", "-") + ".log")
    started = time.monotonic()
    with suite.layout(root, server, keep) as work, port_block() as (base, count):
        command = ["./runtest", "--single", unit, "--durable", "--clients", "1"]
        command += ["--baseport", str(base), "--portcount", str(count), "--timeout", str(int(limit_s)), *options]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=work,
                env=suite.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            timed_out = False
            try:
                process.wait(limit_s)
            except subprocess.TimeoutExpired:
                timed_out = True
            finally:
                leftovers = clean_up(process, work)
    with log.open(encoding="utf-8", errors="surrogateescape") as lines:
        outcome = parse(unit, lines)
    outcome.seconds = time.monotonic() - started
    outcome.timed_out = timed_out
    outcome.leftovers = leftovers
    return outcome


def clean_up(process: subprocess.Popen[bytes], work: Path, grace_s: float = 2) -> int:
    """Ends what the run left behind, by pid: its process group, and whatever else lives in its folder.

    Returns how many processes a run that ended by itself left behind, after a moment for those about to end.
    """
    left = 0
    if process.poll() is not None:
        end = time.monotonic() + grace_s
        while (found := processes_in(work)) and time.monotonic() < end:
            time.sleep(0.01)
        left = len(found)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    end = time.monotonic() + 10
    while (found := processes_in(work)) and time.monotonic() < end:
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)  # a killed process takes a moment to go
    return left


def processes_in(folder: Path) -> list[int]:
    """The processes whose working directory is ``folder`` or lies below it."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(folder):
                found.append(int(entry.name))
    return found
