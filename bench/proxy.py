"""``respkit proxy`` beside nutcracker, both in front of the same two redis-servers."""

from __future__ import annotations

import contextlib

from bench import programs
from bench.programs import LOAD, MEASURED
from bench.rows import OURS, Options, Row, Table
from bench.server import KEYSPACE, MANY_BYTES, MANY_CLIENTS, MANY_KEYSPACE, measure

PEER = "nutcracker"


def tables(options: Options) -> list[Table]:
    programs.raise_file_limit()
    table = Table(
        "Proxy, two redis-server back ends",
        "proxy",
        "redis-benchmark; both proxies place the keys alike (ketama) on the same two servers, which share a core with the load.",
    )
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(programs.scratch())
        shards = [stack.enter_context(programs.redis_server(folder, LOAD)).port for _ in range(2)]
        pair = {
            OURS: stack.enter_context(programs.respkit_proxy(folder, MEASURED, shards)),
            PEER: stack.enter_context(programs.nutcracker(folder, MEASURED, shards)),
        }
        programs.fill(pair[OURS].port, options.scaled(KEYSPACE), b"x" * 20)
        for pipeline, requests, bar in ((1, 100_000, 0.8), (16, 1_000_000, 0.36)):
            for command in ("get", "set"):
                row = Row(f"{command.upper()}, pipeline {pipeline}", bars={PEER: bar})
                words = ["-c", "50", "-P", str(pipeline), "-t", command, "-d", "20", "-r", str(KEYSPACE)]
                table.rows.append(measure(row, pair, options, requests, words))
        words = ["-c", "50", "-t", "mset", "-d", "20", "-r", str(KEYSPACE)]
        table.rows.append(measure(Row("MSET of 10", bars={PEER: 0.8}), pair, options, 50_000, words))
        programs.fill(pair[OURS].port, options.scaled(MANY_KEYSPACE), b"x" * MANY_BYTES, batch=20)
        for command in ("get", "set"):
            row = Row(f"{command.upper()}, {MANY_BYTES} B, {MANY_CLIENTS} clients", bars={PEER: 0.9})
            words = ["-c", str(MANY_CLIENTS), "-t", command, "-d", str(MANY_BYTES), "-r", str(MANY_KEYSPACE)]
            table.rows.append(measure(row, pair, options, max(200_000, 2 * MANY_CLIENTS), words))
    return [table]
