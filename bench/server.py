"""``respkit server`` beside redis-server: CPU per request, throughput and latency; and memory for a million keys."""

from __future__ import annotations

import contextlib
from functools import partial

from bench import programs
from bench.programs import MEASURED, Program
from bench.rows import OURS, Options, Row, Sample, Table, interleave

PEER = "redis-server"
KEYSPACE = 100_000
MANY_CLIENTS, MANY_KEYSPACE, MANY_BYTES = 1000, 50_000, 8000
COMMANDS = ("ping_mbulk", "set", "get", "incr", "mset")
MANY_COMMANDS = ("ping_inline", "ping_mbulk", "mset", "set", "get", "incr")
NAMES = {"ping_inline": "PING inline", "ping_mbulk": "PING"}
MEMORY_KEYS = 1_000_000

# Requests of one run: about two seconds of it.
REQUESTS = {1: 200_000, 16: 2_000_000}


def tables(options: Options) -> list[Table]:
    programs.raise_file_limit()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(programs.scratch())
        pair = {
            OURS: stack.enter_context(programs.respkit_server(folder, MEASURED)),
            PEER: stack.enter_context(programs.redis_server(folder, MEASURED)),
        }
        return [pipelines(pair, options), many_clients(pair, options), memory(options)]


def name_of(command: str) -> str:
    return NAMES.get(command, command.upper())


def measure(row: Row, pair: dict[str, Program], options: Options, requests: int, words: list[str]) -> Row:
    def run(program: Program) -> Sample:
        return programs.redis_benchmark(program, options.scaled(requests), words)

    return interleave(row, options.rounds, {name: partial(run, program) for name, program in pair.items()})


def pipelines(pair: dict[str, Program], options: Options) -> Table:
    table = Table(
        "Server, 50 clients",
        "server",
        f"redis-benchmark, 50 clients, values of 20 B, {KEYSPACE:,} keys, MSET of 10 keys.",
    )
    for program in pair.values():
        programs.fill(program.port, options.scaled(KEYSPACE), b"x" * 20)
    for pipeline, requests in REQUESTS.items():
        for command in COMMANDS:
            bar = 0.8 if pipeline == 16 and command in ("set", "get", "incr") else 1.0
            bars = {} if pipeline == 16 and command == "mset" else {PEER: bar}
            row = Row(f"{name_of(command)}, pipeline {pipeline}", bars=bars)
            words = ["-c", "50", "-P", str(pipeline), "-t", command, "-d", "20", "-r", str(KEYSPACE)]
            count = requests // 4 if command == "mset" else requests
            table.rows.append(measure(row, pair, options, count, words))
    return table


def many_clients(pair: dict[str, Program], options: Options) -> Table:
    table = Table(
        "Server, 1000 clients and 8000 bytes",
        "server-1000-clients",
        f"redis-benchmark, {MANY_CLIENTS} clients, no pipeline, values of {MANY_BYTES} B, {MANY_KEYSPACE:,} keys.",
    )
    for program in pair.values():
        programs.fill(program.port, options.scaled(MANY_KEYSPACE), b"x" * MANY_BYTES, batch=20)
    shared = ["-c", str(MANY_CLIENTS), "-d", str(MANY_BYTES), "-r", str(MANY_KEYSPACE)]
    for command in MANY_COMMANDS:
        row = Row(name_of(command), bars={PEER: 1.0})
        count = 40_000 if command == "mset" else 300_000
        table.rows.append(measure(row, pair, options, max(count, 2 * MANY_CLIENTS), [*shared, "-t", command]))
    return table


def memory(options: Options) -> Table:
    """Fresh processes each round: what an allocator keeps must not count for the next."""
    keys = options.scaled(MEMORY_KEYS)
    table = Table(
        "Memory",
        "memory",
        f"Resident memory with {keys:,} keys of 16 B and values of 20 B, for a key: of the whole process, and what was added.",
    )
    whole = Row("whole process", bars={PEER: 0.8}, metric="memory")
    added = Row("added by the keys", metric="memory")
    for _ in range(1 if options.quick else options.rounds):
        for name, start in ((OURS, programs.respkit_server), (PEER, programs.redis_server)):
            with programs.scratch() as folder, start(folder, MEASURED) as program:
                empty = program.resident_bytes()
                programs.fill(program.port, keys, b"x" * 20, key=b"%016d")
                full = program.resident_bytes()
            whole.add(name, Sample(keys, 0.0, bytes_used=full))
            added.add(name, Sample(keys, 0.0, bytes_used=full - empty))
    table.rows += [whole, added]
    return table
