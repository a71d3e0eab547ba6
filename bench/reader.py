"""The Reader beside hiredis-py's: ``python -m bench reader``.

Both run in this process, in turns of some tens of milliseconds, on the same bytes. What is counted is the process's CPU
for one reply: feeding its bytes and getting its object.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from bench.programs import MissingPeerError
from bench.rows import OURS, Options, Row, Sample, Table, interleave
from respkit.resp.reader import Reader

PEER = "hiredis-py"

# A client's read, of asyncio and of redis-py alike.
PIECE = 64 * 1024


def bulk(size: int) -> bytes:
    return b"$%d\r\n%b\r\n" % (size, b"x" * size)


def array(count: int) -> bytes:
    return b"*%d\r\n" % count + bulk(20) * count


def nested_map() -> bytes:
    inner = b"%3\r\n+a\r\n:1\r\n+b\r\n$3\r\nabc\r\n+c\r\n*2\r\n:1\r\n:2\r\n"
    return b"%10\r\n" + b"".join(b"+key%d\r\n" % i + inner for i in range(10))


def in_pieces(stream: bytes) -> list[bytes]:
    """As a socket gives them; equal ones are one object, since what has just been received is in the cache."""
    pieces = [stream[at : at + PIECE] for at in range(0, len(stream), PIECE)]
    known = {piece: piece for piece in pieces}
    return [known[piece] for piece in pieces]


def cases() -> list[tuple[str, list[bytes], int, float]]:
    """The name, the pieces that are fed, the replies in them, and the bar."""
    found: list[tuple[str, list[bytes], int, float]] = []
    for name, reply, many in (
        ("status", b"+OK\r\n", 100),
        ("integer", b":12345\r\n", 100),
        ("bulk of 20 B", bulk(20), 100),
        ("bulk of 8 KB", bulk(8 * 1024), 8),
        ("array of 10", array(10), 20),
        ("nested maps", nested_map(), 10),
    ):
        found.append((f"{name}, one a feed", [reply], 1, 1.0))
        found.append((f"{name}, {many} a feed", [reply * many], many, 1.0))
    for name, reply in (
        ("array of 100", array(100)),
        ("array of 1000", array(1000)),
        ("bulk of 64 KB", bulk(64 * 1024)),
        ("bulk of 1 MB", bulk(1024 * 1024)),
    ):
        found.append((f"{name}, one a feed", [reply], 1, 1.0))
    found.append(("bulk of 64 KB in pieces of 64 KB", in_pieces(bulk(64 * 1024) * 16), 16, 1.0))
    found.append(("bulk of 1 MB in pieces of 64 KB", in_pieces(bulk(1024 * 1024) * 4), 4, 0.5))
    return found


def turn(make: Callable[[], Any], pieces: list[bytes], repeats: int) -> float:
    """CPU seconds for `repeats` times all pieces, with all replies asked for after each."""
    reader = make()
    feed, gets = reader.feed, reader.gets
    started = time.process_time()
    for _ in range(repeats):
        for piece in pieces:
            feed(piece)
            while gets() is not False:
                pass
    return time.process_time() - started


def measured(make: Callable[[], Any], pieces: list[bytes], replies: int, seconds: float) -> Callable[[], Sample]:
    def measure() -> Sample:
        repeats = 1
        while (took := turn(make, pieces, repeats)) < seconds / 10:
            repeats *= 2
        repeats = max(1, int(repeats * seconds / took))
        cpu = turn(make, pieces, repeats)
        return Sample(requests=repeats * replies, seconds=cpu, cpu_s=cpu)

    return measure


def tables(options: Options) -> list[Table]:
    try:
        import hiredis
    except ImportError:
        raise MissingPeerError(PEER) from None
    rounds = options.rounds if options.quick else max(options.rounds, 7)
    seconds = 0.01 if options.quick else 0.1
    found = []
    for title, slug, keywords in (
        ("Reader, strings as bytes", "reader", {}),
        ('Reader, encoding="utf-8"', "reader-utf8", {"encoding": "utf-8"}),
    ):
        table = Table(title, slug, "feed() and gets() until there is no more, in one process, in short turns.")
        for name, pieces, replies, bar in cases():
            if keywords and bar < 1:
                # To decode is another pass over the bytes, for both.
                bar = 1.0
            row = Row(name, bars={PEER: bar})
            pair = {
                OURS: measured(functools.partial(Reader, **keywords), pieces, replies, seconds),
                PEER: measured(functools.partial(hiredis.Reader, **keywords), pieces, replies, seconds),
            }
            table.rows.append(interleave(row, rounds, pair))
        found.append(table)
    return found
