# cython: annotation_typing=False
"""LCS: the longest common subsequence of two strings, its length, and where its runs lie in both."""

from __future__ import annotations

from array import array

from respkit.errors import CommandError
from respkit.resp.inbuf import Args
from respkit.server import lookup
from respkit.server.lookup import SYNTAX
from respkit.server.session import Commands, Session
from respkit.store import kinds

NOT_STRINGS = b"ERR The specified keys must contain string values"
TOO_LONG = b"ERR String too long for LCS"
TOO_MUCH = b"ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"
BOTH = b"ERR If you want both the length and indexes, please just use IDX."

# What Redis would need for each pair of bytes; it bounds the sizes, and with them the time.
CELL_BYTES = 4
MAX_SIZE = 2**32 - 2

# What a pair of prefixes says of the way back: a byte in common, or which string's last byte to leave out.
LEFT = 0
UP = 1
BOTH_MATCH = 2


def install(commands: Commands) -> None:
    """Gives the command of this module its handler."""
    commands.attach(b"lcs", lcs_command)


def string_or_empty(session: Session, args: Args, i: int) -> bytes:
    if not lookup.read_key(session, args, i):
        return b""
    if session.db.table.kind() != kinds.STRING:
        raise CommandError(NOT_STRINGS)
    return session.db.table.value_bytes()


def lcs_command(session: Session, args: Args) -> None:
    """``LCS key1 key2 [LEN] [IDX] [MINMATCHLEN size] [WITHMATCHLEN]``"""
    a = string_or_empty(session, args, 1)
    b = string_or_empty(session, args, 2)
    length_only = indexes = with_size = False
    least = 0
    i = 3
    while i < args.count:
        if args.equals(i, b"IDX"):
            indexes = True
        elif args.equals(i, b"LEN"):
            length_only = True
        elif args.equals(i, b"WITHMATCHLEN"):
            with_size = True
        elif args.equals(i, b"MINMATCHLEN") and i + 1 < args.count:
            i += 1
            least = args.int_at(i)
        else:
            raise CommandError(SYNTAX)
        i += 1
    if indexes and length_only:
        raise CommandError(BOTH)
    if len(a) >= MAX_SIZE or len(b) >= MAX_SIZE:
        raise CommandError(TOO_LONG)
    if (len(a) + 1) * (len(b) + 1) * CELL_BYTES > session.parser.max_bulk:
        raise CommandError(TOO_MUCH)
    way = bytearray(len(a) * len(b))
    length = fill(a, b, way)
    out = session.out
    if indexes:
        runs = [run for run in common_runs(a, b, way) if run[2] >= least]
        out.map(2)
        out.bulk(b"matches")
        out.array(len(runs))
        for start, other, size in runs:
            out.array(3 if with_size else 2)
            for first in (start, other):
                out.array(2)
                out.integer(first)
                out.integer(first + size - 1)
            if with_size:
                out.integer(size)
        out.bulk(b"len")
        out.integer(length)
    elif length_only:
        out.integer(length)
    else:
        out.bulk(b"".join([a[start : start + size] for start, _, size in reversed(common_runs(a, b, way))]))


def fill(a: bytes, b: bytes, way: bytearray) -> int:
    """The length of the longest common subsequence; `way` gets, for each pair of prefixes, the way back from it."""
    columns = len(b)
    # Lengths for the prefix of `a` before this one, and for this one.
    above = array("I", bytes(4 * (columns + 1)))
    here = array("I", bytes(4 * (columns + 1)))
    place = 0
    for i in range(len(a)):
        byte = a[i]
        for j in range(columns):
            if byte == b[j]:
                here[j + 1] = above[j] + 1
                way[place] = BOTH_MATCH
            elif above[j + 1] > here[j]:
                here[j + 1] = above[j + 1]
                way[place] = UP
            else:
                here[j + 1] = here[j]
            place += 1
        above, here = here, above
    return above[columns]


def common_runs(a: bytes, b: bytes, way: bytearray) -> list[tuple[int, int, int]]:
    """Where the subsequence's runs begin in `a` and in `b`, and their sizes: the last first."""
    runs: list[tuple[int, int, int]] = []
    i, j, size = len(a), len(b), 0
    while i > 0 and j > 0:
        step = way[(i - 1) * len(b) + j - 1]
        if step == BOTH_MATCH:
            i -= 1
            j -= 1
            size += 1
            continue
        if size:
            runs.append((i, j, size))
            size = 0
        if step == UP:
            i -= 1
        else:
            j -= 1
    if size:
        runs.append((i, j, size))
    return runs
