"""The command parser, in both forms: what it takes and refuses, in whatever pieces it comes."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from respkit.errors import ProtocolError
from tests.forms import Form, each_form
from tests.resp.commands import GET, STREAMS, multibulk, streams

PIECE = 16_384


def new(form: Form, **settings: object) -> Any:
    parser = form.module("respkit.resp.inbuf").CommandParser()
    for name, value in settings.items():
        setattr(parser, name, value)
    return parser


def run(parser: Any, pieces: Iterable[bytes]) -> list[list[bytes] | str]:
    """What a parser makes of the pieces, as a server would: it asks for commands after each."""
    found: list[list[bytes] | str] = []
    for piece in pieces:
        parser.buffer.feed(piece)
        try:
            while parser.next():
                found.append(parser.args.to_list())
        except ProtocolError as error:
            found.append(str(error))
            break
    return found


def in_pieces(stream: bytes, size: int) -> list[bytes]:
    return [stream[i : i + size] for i in range(0, len(stream), size)]


@each_form
@pytest.mark.parametrize(("stream", "expected"), STREAMS, ids=[repr(stream[:40]) for stream, _ in STREAMS])
def test_a_stream_gives_its_commands_at_every_split(
    form: Form, stream: bytes, expected: list[list[bytes] | str]
) -> None:
    assert run(new(form), [stream]) == expected
    for size in (1, 2, 3):
        assert run(new(form), in_pieces(stream, size)) == expected
    for at in range(len(stream)):
        assert run(new(form), [stream[:at], stream[at:]]) == expected


# Lines that are too long, and bulks that are received into their object --------------------------------------------


@each_form
@pytest.mark.parametrize("size", [1, 1000, 10**9])
@pytest.mark.parametrize(
    ("before", "byte", "end", "long_enough", "too_long"),
    [
        (b"", b"a", b"\n", [[b"a" * 65_536]], "Protocol error: too big inline request"),
        (b"*", b"1", b"\r\n", "Protocol error: invalid multibulk length", "Protocol error: too big mbulk count string"),
        (b"*1\r\n$", b"1", b"\r\n", "Protocol error: invalid bulk length", "Protocol error: too big bulk count string"),
    ],
    ids=["inline", "multibulk", "bulk"],
)
def test_a_line_has_64_kilobytes(
    form: Form, size: int, before: bytes, byte: bytes, end: bytes, long_enough: Any, too_long: str
) -> None:
    line = byte * (65_536 - len(before.rpartition(b"\n")[2]))
    expected = [long_enough] if isinstance(long_enough, str) else long_enough
    assert run(new(form), in_pieces(before + line + end, size)) == expected
    assert run(new(form), in_pieces(before + line, size)) == []
    assert run(new(form), in_pieces(before + line + byte, size)) == [too_long]
    assert run(new(form), in_pieces(before + line + byte + end, size)) == [too_long]
    # What a NUL hides counts as well.
    assert run(new(form), in_pieces(before + b"\0" + line[1:] + byte, size)) == [too_long]


@each_form
@pytest.mark.parametrize("size", [777, PIECE, 10**9])
@pytest.mark.parametrize("length", [32_766, 32_767, 32_768, 32_769, 32_770, 65_536, 200_001])
def test_large_arguments_arrive_whole(form: Form, size: int, length: int) -> None:
    value = bytes(range(256)) * (length // 256 + 1)
    value = value[:length]
    commands = [[b"SET", b"key", value], [b"MSET", value, b"x", value, b""], [value], [b"GET", b"key"]]
    assert run(new(form), in_pieces(b"".join(multibulk(*command) for command in commands), size)) == commands


@each_form
def test_a_large_argument_at_every_split_around_it(form: Form) -> None:
    value = b"v" * 40_000
    stream = multibulk(b"SET", b"k", value, b"EX", b"10") + GET
    head = stream.index(value)
    places = [*range(head + 4), *range(head + len(value) - 3, len(stream))]
    for at in places:
        expected = [[b"SET", b"k", value, b"EX", b"10"], [b"GET", b"key"]]
        assert run(new(form), [stream[:at], stream[at:]]) == expected


@each_form
def test_a_large_argument_is_handed_over_without_a_copy(form: Form) -> None:
    parser = new(form)
    value = b"v" * 100_000
    for piece in in_pieces(multibulk(b"SET", b"k", value), PIECE):
        parser.buffer.feed(piece)
        parser.next()
    args = parser.args
    assert args.bytes_at(2) is args.bytes_at(2) is args.detach().bytes_at(2)
    assert args.to_list() == [b"SET", b"k", value]
    assert args.frame_size == 0
    assert not parser.next()
    assert args.to_list() == []


@each_form
def test_the_limit_of_a_bulk_can_be_set(form: Form) -> None:
    refused = ["Protocol error: invalid bulk length"]
    assert run(new(form, max_bulk=3), [GET]) == [[b"GET", b"key"]]
    assert run(new(form, max_bulk=2), [GET]) == refused
    assert run(new(form, max_bulk=2**62), [b"*1\r\n$%d\r\n" % 2**62]) in ([], refused)
    assert run(new(form, max_bulk=2**63 - 1), [b"*1\r\n$%d\r\n" % (2**63 - 1)]) in ([], refused)


# Before authentication ---------------------------------------------------------------------------------------------


@each_form
def test_little_is_taken_before_authentication(form: Form) -> None:
    def untrusted(stream: bytes) -> list[list[bytes] | str]:
        found = run(new(form, trusted=False), [stream])
        assert found == run(new(form, trusted=False), in_pieces(stream, 1))
        return found

    assert untrusted(multibulk(*[b"x"] * 10)) == [[b"x"] * 10]
    assert untrusted(multibulk(*[b"x"] * 11)) == ["Protocol error: unauthenticated multibulk length"]
    assert untrusted(b"*100\r\n") == ["Protocol error: unauthenticated multibulk length"]
    assert untrusted(b"*2147483648\r\n") == ["Protocol error: invalid multibulk length"]
    assert untrusted(multibulk(b"AUTH", b"x" * 16_384)) == [[b"AUTH", b"x" * 16_384]]
    assert untrusted(b"*2\r\n$4\r\nAUTH\r\n$16385\r\n") == ["Protocol error: unauthenticated bulk length"]
    assert untrusted(b"*1\r\n$536870913\r\n") == ["Protocol error: invalid bulk length"]


@each_form
def test_authentication_holds_from_the_next_command_on(form: Form) -> None:
    parser = new(form, trusted=False)
    parser.buffer.feed(multibulk(b"AUTH", b"secret") + multibulk(*[b"x"] * 11))
    assert parser.next()
    parser.trusted = True
    assert parser.next()
    assert parser.args.to_list() == [b"x"] * 11


# The command's own bytes -------------------------------------------------------------------------------------------


@each_form
@pytest.mark.parametrize("size", [1, 5, 10**9])
def test_a_command_is_forwarded_as_it_came(form: Form, size: int) -> None:
    # Line ends that the parser does not look at are not passed on.
    odd = [b"*2\rx$1\r\nG\r\n$1\r\nk\r\n", b"*2\r\n$1\rxG\r\n$1\r\nk\r\n", b"*2\r\n$1\r\nG\r\n$1\r\nkx\n"]
    big = multibulk(b"SET", b"k", b"v" * 40_000)
    stream = GET + b"".join(odd) + multibulk(*[b"x"] * 50) + b"SET 'a b' \"c\"\r\n" + big
    parser, out = new(form), form.module("respkit.resp.outbuf").OutBuffer()
    for piece in in_pieces(stream, size):
        parser.buffer.feed(piece)
        while parser.next():
            out.forward(parser.args)
    assert out.take() == b"".join(
        [GET, multibulk(b"G", b"k") * 3, multibulk(*[b"x"] * 50), multibulk(b"SET", b"a b", b"c"), big]
    )


# After an error ----------------------------------------------------------------------------------------------------


@each_form
@pytest.mark.parametrize("broken", [b"*x\r\n", b'SET "\r\n', b"*1\r\n$x\r\n", b"*3\r\n$1\r\na\r\nx\r\n"])
def test_a_broken_stream_stays_broken_until_it_is_reset(form: Form, broken: bytes) -> None:
    parser = new(form)
    parser.buffer.feed(broken)
    with pytest.raises(ProtocolError) as first:
        parser.next()
    parser.buffer.feed(GET)
    for _ in range(2):
        with pytest.raises(ProtocolError) as again:
            parser.next()
        assert str(again.value) == str(first.value)
    parser.buffer.release()
    parser.reset()
    assert run(parser, [GET]) == [[b"GET", b"key"]]


@each_form
def test_reset_forgets_the_command_in_progress(form: Form) -> None:
    for part in (b"*2", b"*2\r\n$3", b"*2\r\n$3\r\nGET\r\n$1", b"*1\r\n$100000\r\nabc", b"PIN"):
        parser = new(form)
        assert run(parser, [part]) == []
        parser.buffer.release()
        parser.reset()
        assert run(parser, in_pieces(GET, 1)) == [[b"GET", b"key"]]


# Whatever is sent --------------------------------------------------------------------------------------------------


@each_form
@given(stream=streams, cuts=st.lists(st.integers(0, 300), max_size=12), trusted=st.booleans())
@example(stream=GET + b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n", cuts=[1, 2], trusted=True)
def test_any_bytes_in_any_pieces_give_the_same(form: Form, stream: bytes, cuts: list[int], trusted: bool) -> None:
    expected = run(new(Form("plain"), trusted=trusted), [stream])
    assert run(new(form, trusted=trusted), [stream]) == expected
    pieces, at = [], 0
    for cut in cuts:
        pieces.append(stream[at : at + cut])
        at += cut
    pieces.append(stream[at:])
    assert run(new(form, trusted=trusted), pieces) == expected
    if len(stream) < 2000:
        assert run(new(form, trusted=trusted), in_pieces(stream, 1)) == expected


@each_form
@given(st.binary(max_size=60))
def test_random_bytes_raise_nothing_but_protocol_errors(form: Form, stream: bytes) -> None:
    for prefix in (b"", b"*", b"*1\r\n", b"*1\r\n$"):
        found = run(new(form), [prefix + stream])
        assert run(new(form), in_pieces(prefix + stream, 1)) == found


# Time and memory ---------------------------------------------------------------------------------------------------


def cost(parser: Any, pieces: list[bytes]) -> float:
    begin = time.process_time()
    for piece in pieces:
        parser.buffer.feed(piece)
        while parser.next():
            pass
    return time.process_time() - begin


# Sixteen times the input may take some sixty times as long, whatever else the machine does; quadratic would be 256.


@each_form
def test_a_large_value_in_16_kilobyte_pieces_takes_linear_time(form: Form) -> None:
    def stream(megabytes: int) -> list[bytes]:
        size = megabytes * 1024 * 1024
        head = b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n" % size
        return [head, *[b"x" * PIECE] * (size // PIECE), b"\r\n"]

    small = min(cost(new(form), stream(4)) for _ in range(5))
    # Quadratic would be minutes; the second is for a busy machine that hands out pages slowly.
    assert cost(new(form), stream(64)) < 60 * small + 1


@each_form
def test_many_arguments_in_small_pieces_take_linear_time(form: Form) -> None:
    def stream(count: int) -> list[bytes]:
        return in_pieces(b"*%d\r\n" % count + b"$3\r\nabc\r\n" * count, 100)

    small = min(cost(new(form), stream(5_000)) for _ in range(3))
    assert cost(new(form), stream(80_000)) < 60 * small + 0.5


@each_form
def test_long_lines_in_single_bytes_take_linear_time(form: Form) -> None:
    assert cost(new(form), in_pieces(b"a" * 65_536, 1)) < 2


def resident_bytes() -> int:
    if "asan" in os.environ.get("LD_PRELOAD", ""):
        pytest.skip("the sanitizer's own memory is in the figure")
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except FileNotFoundError:
        pytest.skip("no /proc on this system")


@each_form
def test_an_announcement_takes_no_memory(form: Form) -> None:
    parsers = [new(form) for _ in range(50)]
    before = resident_bytes()
    for parser in parsers[:25]:
        assert run(parser, [b"*2147483647\r\n$3\r\nabc\r\n"]) == []
    for parser in parsers[25:]:
        assert run(parser, [b"*1\r\n$536870912\r\nabc"]) == []
    assert resident_bytes() - before < 10_000_000


@each_form
def test_memory_goes_back_after_a_large_command(form: Form) -> None:
    parsers = [new(form) for _ in range(30)]
    many = multibulk(*[b"x"] * 10_000)  # some 70 KB, and 160 KB of views
    big = multibulk(b"SET", b"k", b"v" * 1_000_000)
    before = resident_bytes()
    for parser in parsers:
        assert len(run(parser, [many, *in_pieces(big, PIECE)])) == 2
    assert resident_bytes() - before < 15_000_000
