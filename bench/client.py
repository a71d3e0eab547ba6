"""respkit's clients beside redis-py with hiredis, coredis and valkey-glide: ``python -m bench client``.

Each client is a process of its own (``bench.client_process``), which lives through all its rounds; they take turns
on the first core, the server has another.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from bench import programs
from bench.client_process import KEYS, TASKS
from bench.programs import LOAD, MEASURED, MissingPeerError
from bench.rows import OURS, Options, Row, Sample, Table, interleave

# Their names, and the modules that are looked for.
PEERS = {"redis-py": ("redis", "hiredis"), "coredis": ("coredis",), "valkey-glide": ("glide",)}
TOGETHER = ((20, 75_000), (8 * 1024, 20_000), (64 * 1024, 10_000), (1024 * 1024, 250))

# Seconds of a run whose number of calls is ours to choose, and the bounds of that number.
RUN_S = 1.0
FEWEST, MOST = 2_000, 300_000


def installed(peer: str) -> bool:
    return all(importlib.util.find_spec(module) for module in PEERS[peer])


class Client:
    """The process of one client."""

    def __init__(self, name: str, port: int) -> None:
        command = ["taskset", "-c", ",".join(map(str, MEASURED)), sys.executable, "-m", "bench.client_process"]
        self.process = subprocess.Popen(
            [*command, name, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.name = name

    def run(self, mode: str, size: int, calls: int) -> Sample:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"mode": mode, "size": size, "calls": calls}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended during {calls} calls, {mode}, of {size} bytes")
        found: dict[str, Any] = json.loads(line)
        return Sample(found["calls"], found["seconds"], found["cpu_s"], found.get("p50_ms"), found.get("p99_ms"))

    def stop(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def clients(names: list[str], port: int, suffix: str = "") -> Iterator[dict[str, Client]]:
    found: dict[str, Client] = {}
    try:
        for name in names:
            found[name] = Client(name + suffix, port)
        yield found
    finally:
        for client in found.values():
            client.stop()


def fixed(client: Client, mode: str, size: int, calls: int) -> Callable[[], Sample]:
    return lambda: client.run(mode, size, calls)


def timed(client: Client, mode: str, size: int, options: Options) -> Callable[[], Sample]:
    """So many calls as take about a second, which differ by a factor of fifty."""
    calls = FEWEST

    def measure() -> Sample:
        nonlocal calls
        sample = client.run(mode, size, calls)
        if not options.quick and sample.seconds < RUN_S / 2 and calls < MOST:
            calls = min(max(int(sample.per_second * RUN_S), FEWEST), MOST)
            sample = client.run(mode, size, calls)
        return sample

    return measure


def size_text(size: int) -> str:
    return f"{size} B" if size < 1024 else f"{size // 1024} KB" if size < 1024 * 1024 else f"{size // 1024**2} MB"


def measure(
    found: dict[str, Client], options: Options, modes: tuple[str, ...], bars: dict[str, dict[str, float]]
) -> Iterator[Row]:
    for mode in modes:
        row = Row("GET 20 B, " + {"one": "one at a time", "tasks": f"from {TASKS} tasks"}[mode])
        row.bars = {peer: bar for peer, bar in bars.get(mode, {}).items() if peer in found}
        pairs = {name: timed(client, mode, 20, options) for name, client in found.items()}
        yield interleave(row, options.rounds, pairs)
    for size, calls in TOGETHER:
        calls = max(calls // 100, 5) if options.quick else calls
        row = Row(f"GET {size_text(size)}, {calls:,} together")
        pairs = {name: fixed(client, "together", size, calls) for name, client in found.items()}
        yield interleave(row, options.rounds, pairs)


def tables(options: Options) -> list[Table]:
    there = [peer for peer in PEERS if installed(peer)]
    if not there:
        raise MissingPeerError(" or ".join(PEERS))
    missing = "".join(f" {peer} is not installed here." for peer in PEERS if peer not in there)
    how = (
        "CPU is that of the client's process, with all its threads; the redis-server has another core. Together: respkit, "
        "coredis and valkey-glide are awaited with asyncio.gather, redis-py has a pipeline, as its users write it."
    )
    asyncio_table = Table("Client, asyncio", "client-asyncio", f"{how}{missing}")
    blocking_table = Table(
        "Client, blocking", "client-blocking", "CPU of the client's process. Together: a pipeline without transaction."
    )
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(programs.scratch())
        port = stack.enter_context(programs.redis_server(folder, LOAD)).port
        for size, keys in KEYS.items():
            programs.fill(port, keys, b"x" * size, b"%d:" % size + b"%06d", batch=max(1, 500_000 // size))
        with clients([OURS, *there], port) as found:
            bars = {"tasks": {"redis-py": 1 / 15, "valkey-glide": 1 / 5}}
            asyncio_table.rows += measure(found, options, ("tasks", "one"), bars)
        if "redis-py" in there:
            with clients([OURS, "redis-py"], port, ", blocking") as found:
                blocking_table.rows += measure(found, options, ("one",), {"one": {"redis-py": 1 / 1.5}})
    return [table for table in (asyncio_table, blocking_table) if table.rows]
