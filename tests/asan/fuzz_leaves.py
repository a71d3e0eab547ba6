"""Drives the leaves that own C memory with random input, beside their plain forms, for a given time.

    python -m tests.asan.fuzz_leaves [--seconds 30] [--seed 0] [--leaf parser]

Under AddressSanitizer (``make asan``) a wrong access ends the process with a report; anywhere, a difference from the plain
form or an exception that is not allowed ends it with the seed that repeats it. Each entry of ``LEAVES`` is a
function of a random generator: one round, some milliseconds, with nothing kept from the one before.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from random import Random
from typing import Any

from respkit.errors import CommandError, ProtocolError, RedisError
from tests.forms import FORMS, Form

PLAIN = Form("plain")
SIZES = [0, 1, 2, 3, 5, 7, 9, 10, 11, 16, 40, 99, 100, 101, 999, 1000, 9999, 10_000, 32_766, 32_768, 32_769, 70_000]


def small_size(rnd: Random) -> int:
    return rnd.choice(SIZES if rnd.random() < 0.1 else SIZES[:12])


def cut(rnd: Random, stream: bytes) -> list[bytes]:
    """The stream in pieces, all of about one size, which is rarely the same twice."""
    size = rnd.choice([1, 2, 3, 7, 50, 1000, 16_384, 1 << 30])
    if len(stream) > 5000:
        size = max(size, len(stream) // 50)
    pieces, at = [], 0
    while at < len(stream):
        step = rnd.randint(1, 2 * size)
        pieces.append(stream[at : at + step])
        at += step
    return pieces


def damaged(rnd: Random, stream: bytes) -> bytes:
    for _ in range(rnd.choice([0, 0, 1, 2])):
        at = rnd.randint(0, len(stream))
        byte = bytes([rnd.choice(b"*$:\r\n0123456789-+\x00\xff \"'")])
        stream = stream[:at] + byte + stream[at + rnd.randint(0, 1) :]
    return stream


# The parser, its buffer and the arguments --------------------------------------------------------------------------


def random_commands(rnd: Random) -> bytes:
    stream = b""
    for _ in range(rnd.randint(1, 6)):
        kind = rnd.random()
        if kind < 0.7:
            count = rnd.choice([1, 2, 3, 3, 9, 10, 11, 17, 65, 200])
            args = [
                rnd.choice([b"%d" % rnd.randint(-99, 10**6), b"1.5", rnd.randbytes(small_size(rnd))]) for _ in range(3)
            ]
            stream += b"*%d\r\n" % count
            for i in range(count):
                stream += b"$%d\r\n%b\r\n" % (len(args[i % 3]), args[i % 3])
                if len(stream) > 300_000:
                    break
        elif kind < 0.9:
            letters = b"ab \"'\\x4nrt\r\t\x00\xff\v"
            stream += bytes(rnd.choice(letters) for _ in range(rnd.randint(0, 30))) + rnd.choice([b"\n", b"\r\n"])
        else:
            stream += rnd.choice(
                [b"*0\r\n", b"\r\n", b"*-1\r\n", b"*1\r\n$70000\r\n", b"*2147483647\r\n", b"a" * 70_000]
            )
    return damaged(rnd, stream)


def feed(rnd: Random, buffer: Any, piece: bytes) -> None:
    """By copying, or as a carrier does: into the room that is offered."""
    if rnd.random() < 0.5:
        buffer.feed(piece)
        return
    while piece:
        room = buffer.writable()
        count = min(len(room), len(piece))
        room[:count] = piece[:count]
        room.release()
        buffer.filled(count)
        piece = piece[count:]


def use_args(rnd: Random, args: Any, plain: Any) -> None:
    values = plain.to_list()
    assert args.to_list() == values
    assert args.frame_size == plain.frame_size
    for _ in range(3):
        i = rnd.randint(-2, len(values) + 1)
        for name in ("bytes_at", "size_at", "int_at", "float_at"):
            outcome = []
            for form in (args, plain):
                try:
                    outcome.append(repr(getattr(form, name)(i)))
                except (IndexError, CommandError) as error:
                    outcome.append(repr(error))
            assert outcome[0] == outcome[1], name
        if 0 <= i < len(values):
            assert args.equals(i, values[i].upper())
            assert args.equals(i, b"NX") == plain.equals(i, b"NX")


def fuzz_parser(rnd: Random) -> None:
    module, plain_module = FORMS[0].module("respkit.resp.inbuf"), PLAIN.module("respkit.resp.inbuf")
    parser, plain = module.CommandParser(), plain_module.CommandParser()
    out, plain_out = (form.module("respkit.resp.outbuf").OutBuffer() for form in (FORMS[0], PLAIN))
    parser.trusted = plain.trusted = rnd.random() < 0.8
    kept: list[tuple[Any, list[bytes]]] = []
    for piece in cut(rnd, random_commands(rnd)):
        feed(rnd, parser.buffer, piece)
        plain.buffer.feed(piece)
        while True:
            found = []
            for form in (parser, plain):
                try:
                    found.append(form.next())
                except ProtocolError as error:
                    found.append(str(error))
            assert found[0] == found[1]
            if found[0] is not True:
                break
            use_args(rnd, parser.args, plain.args)
            if rnd.random() < 0.3:
                kept.append((parser.args.detach(), plain.args.to_list()))
            out.forward(parser.args)
            plain_out.forward(plain.args)
            if rnd.random() < 0.3:
                count = rnd.randint(0, out.size())
                out.sent(count)
                plain_out.sent(count)
        if isinstance(found[0], str):
            break
        assert parser.buffer.size() == plain.buffer.size()
    assert out.take() == plain_out.take()
    if rnd.random() < 0.5:
        parser.buffer.release()
        parser.reset()
        parser.buffer.feed(b"*1\r\n$4\r\nPING\r\n")
        assert parser.next()
    for copy, values in kept:
        assert copy.to_list() == values


def fuzz_numbers(rnd: Random) -> None:
    module, plain = FORMS[0].module("respkit.resp.inbuf"), PLAIN.module("respkit.resp.inbuf")
    for _ in range(50):
        text = bytes(rnd.choice(b"0123456789.eE+-xXpPinfaty \0") for _ in range(rnd.choice([1, 3, 8, 25, 70, 400])))
        assert module.parse_integer(text) == plain.parse_integer(text)
        assert repr(module.parse_double(text)) == repr(plain.parse_double(text))
        line = damaged(rnd, b'save 900 1 "a b" \'c\\\'d\' \\x41 "\\x41\\n"')[: rnd.randint(0, 60)]
        assert module.split_words(line) == plain.split_words(line)


# The reply buffer --------------------------------------------------------------------------------------------------


def fuzz_outbuf(rnd: Random) -> None:
    outs = [form.module("respkit.resp.outbuf").OutBuffer(rnd.choice([2])) for form in (FORMS[0], PLAIN)]
    marks: list[int] = []
    for _ in range(rnd.randint(1, 60)):
        number = rnd.choice([rnd.randint(-200, 200), rnd.randint(-(2**63), 2**63 - 1)])
        data = rnd.randbytes(small_size(rnd))
        double = rnd.choice([float(number), rnd.random() * 10.0 ** rnd.randint(-300, 300), float("nan"), -0.0])
        name, arguments = rnd.choice(
            [
                ("raw", (data,)), ("ok", ()), ("simple", (data,)), ("error", (data,)), ("integer", (number,)),
                ("bulk", (data,)), ("bulk_integer", (number,)), ("null", ()), ("null_array", ()), ("array", (5,)),
                ("map", (5,)), ("set", (5,)), ("push", (5,)), ("double", (double,)), ("boolean", (True,)),
                ("big_number", (b"123",)), ("verbatim", (data[:4], data)), ("attribute", (1,)), ("mark", ()),
                ("close", ()), ("truncate", ()), ("sent", ()), ("take", ()), ("release", ()), ("proto", ()), ("command", ()),
            ]
        )  # fmt: skip
        size = outs[0].size()
        if name == "mark":
            marks.append(size)
        elif name == "close" and marks:
            name = rnd.choice(["close_array", "close_map", "close_set"])
            arguments = (marks.pop(), abs(number))
            if name == "close_map":
                arguments = (arguments[0], 7)
        elif name == "truncate":
            arguments = (rnd.choice([*marks, size, size + 1]),)
        elif name == "sent":
            arguments = (rnd.choice([0, size // 2, size, size + 1]),)
            marks.clear()
        elif name == "command":
            good = [data, "text", "é", number, 2**70, double, bytearray(data), memoryview(data)[::2]]
            arguments = ([rnd.choice(good) for _ in range(rnd.randint(0, 6))] + rnd.choice([[], [], [None]]),)
        elif name == "proto":
            for out in outs:
                out.proto = 5 - out.proto
            continue
        elif name == "close":
            continue
        outcome = []
        for out in outs:
            try:
                outcome.append(getattr(out, name)(*arguments))
            except (ValueError, RedisError) as error:
                outcome.append(repr(error))
        assert outcome[0] == outcome[1], name
        if name in ("take", "release", "truncate"):
            marks = [mark for mark in marks if mark <= outs[1].size()]
        assert outs[0].size() == outs[1].size(), name
    assert outs[0].peek() == outs[1].peek()


# Replies: the frame scanner and the Reader -------------------------------------------------------------------------


def random_reply(rnd: Random, depth: int = 0) -> bytes:
    kind = rnd.choice(b"+-:,#_($$$=!*~>%|" if depth < 4 else b"+-:,#_($$=!")
    if kind in b"+-":
        return b"%c%b\r\n" % (kind, rnd.choice([b"", b"OK", b"ERR x", b"x" * small_size(rnd)]))
    if kind in b":(":
        return b"%c%d\r\n" % (kind, rnd.randint(-(10**18), 10**18) if kind == 0x3A else 10 ** rnd.randint(0, 60))
    if kind in b",#_":
        return {
            b",": rnd.choice([b",1.5\r\n", b",inf\r\n", b",-1e-5\r\n", b",nan\r\n"]),
            b"#": rnd.choice([b"#t\r\n", b"#f\r\n"]),
            b"_": b"_\r\n",
        }[bytes([kind])]
    if kind in b"$=!":
        if rnd.random() < 0.1 and kind == 0x24:
            return b"$-1\r\n"
        data = rnd.randbytes(small_size(rnd))
        if kind == 0x3D:
            data = b"txt:" + data
        return b"%c%d\r\n%b\r\n" % (kind, len(data), data)
    count = rnd.choice([0, 1, 2, 3, 20])
    elements = 2 * count if kind in b"%|" else count
    after = random_reply(rnd, depth + 1) if kind == 0x7C else b""
    return b"%c%d\r\n" % (kind, count) + b"".join(random_reply(rnd, depth + 2) for _ in range(elements)) + after


def random_replies(rnd: Random) -> bytes:
    return damaged(rnd, b"".join(random_reply(rnd) for _ in range(rnd.randint(1, 6))))


def fuzz_frames(rnd: Random) -> None:
    scanners = [form.module("respkit.resp.frames").FrameScanner() for form in (FORMS[0], PLAIN)]
    buffers = [form.module("respkit.resp.inbuf").InBuffer() for form in (FORMS[0], PLAIN)]
    for piece in cut(rnd, random_replies(rnd)):
        feed(rnd, buffers[0], piece)
        buffers[1].feed(piece)
        while True:
            found: list[object] = []
            for scanner, buffer in zip(scanners, buffers, strict=True):
                try:
                    size = scanner.scan(buffer)
                    found.append(size)
                    if size:
                        buffer.consume(size)
                except ProtocolError as error:
                    found.append(str(error))
            assert found[0] == found[1]
            if isinstance(found[0], str):
                return
            if not found[0]:
                break


def fuzz_reader(rnd: Random) -> None:
    encoding = rnd.choice([None, "utf-8", "latin-1"])
    nothing = object()
    readers = []
    for form in (FORMS[0], PLAIN):
        reader = form.module("respkit.resp.reader").Reader(encoding=encoding, notEnoughData=nothing)
        readers.append(reader)
    for piece in cut(rnd, random_replies(rnd)):
        for reader in readers:
            reader.feed(piece)
        while True:
            found = []
            for reader in readers:
                try:
                    value = reader.gets()
                    found.append("nothing" if value is nothing else repr(value))
                except (RedisError, UnicodeDecodeError) as error:
                    found.append(repr(error))
            assert found[0] == found[1]
            if found[0].startswith(("ProtocolError", "InvalidResponse")):
                return
            if found[0] == "nothing":
                break


# The keyspace's table ----------------------------------------------------------------------------------------------


def fuzz_table(rnd: Random) -> None:
    args_type = FORMS[0].module("respkit.resp.inbuf").Args
    plain_args_type = PLAIN.module("respkit.resp.inbuf").Args
    tables = [form.module("respkit.store.table").Table() for form in (FORMS[0], PLAIN)]
    outs = [form.module("respkit.resp.outbuf").OutBuffer() for form in (FORMS[0], PLAIN)]
    keys = [b"k%d" % i for i in range(rnd.choice([2, 30, 400]))] + [b"", b"x" * 300]
    for _ in range(rnd.choice([50, 1000])):
        key = rnd.choice(keys)
        value = rnd.choice([b"%d" % rnd.randint(-(2**63), 2**63 - 1), rnd.randbytes(small_size(rnd))])
        call = rnd.choice(
            [
                "assign", "assign", "assign", "assign_int", "object", "append", "setrange", "delete", "expire", "persist",
                "read", "scan",
            ]
        )  # fmt: skip
        outcome: list[object] = []
        for table, out, args_of in zip(tables, outs, (args_type.of, plain_args_type.of), strict=True):
            args = args_of(key, value)
            try:
                if call == "assign":
                    created = table.place(args, 0, len(value))
                    table.assign_arg(args, 1)
                    outcome.append(created)
                elif call == "assign_int":
                    outcome.append(table.place_key(key, 8))
                    table.assign_int(len(value))
                elif call == "object":
                    outcome.append(table.place_key(key, 0))
                    table.assign_object(1, [value])
                elif not table.find(args, 0):
                    outcome.append(False)
                elif call == "append":
                    outcome.append(table.append_arg(args, 1))
                elif call == "setrange":
                    outcome.append(table.setrange_arg(len(key) * 3, args, 1))
                elif call == "delete":
                    outcome.append(table.delete_current())
                elif call == "expire":
                    outcome.append(table.set_expire_at(len(value)))
                elif call == "persist":
                    outcome.append(table.clear_expire())
                elif call == "scan":
                    outcome.append(all(table.seek(i) and table.key_size() >= 0 for i in range(table.size())))
                else:
                    table.write_bulk(out)
                    table.write_range(out, 0, min(2, table.value_size()))
                    outcome.append((table.value_bytes(), table.expire_at(), out.take()))
            except (TypeError, ValueError, OverflowError, LookupError) as error:
                outcome.append(type(error))
                out.release()
        assert outcome[0] == outcome[1], call
        assert tables[0].size() == tables[1].size()
        assert tables[0].expiring() == tables[1].expiring()
        if rnd.random() < 0.002:
            for table in tables:
                table.clear()
    if rnd.random() < 0.5:
        remains = tables[0].detach()
        while remains.free_some(10):
            pass


LEAVES: dict[str, Callable[[Random], None]] = {
    "parser": fuzz_parser,
    "numbers": fuzz_numbers,
    "outbuf": fuzz_outbuf,
    "frames": fuzz_frames,
    "reader": fuzz_reader,
    "table": fuzz_table,
}


def run(names: list[str], seed: int, seconds: float) -> dict[str, int]:
    """Rounds of each leaf in turn until the time is over; how many of each."""
    rounds = dict.fromkeys(names, 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name in names:
            try:
                LEAVES[name](Random(f"{name} {seed}"))
            except BaseException:
                print(f"failed: --leaf {name} --seed {seed}", file=sys.stderr)
                raise
            rounds[name] += 1
        seed += 1
    return rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--leaf", choices=LEAVES, action="append")
    options = parser.parse_args()
    print(f"{FORMS[0]} beside plain:", run(options.leaf or list(LEAVES), options.seed, options.seconds))


if __name__ == "__main__":
    main()
