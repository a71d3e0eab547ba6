"""The reply buffer, in both forms: every reply in both protocol versions, commands, and the memory under them."""

from __future__ import annotations

import math
import random
import struct
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.errors import DataError
from tests.forms import FORMS, Form, each_form

BLOCK = 32 * 1024


def new(form: Form, proto: int = 2) -> Any:
    return form.module("respkit.resp.outbuf").OutBuffer(proto)


# What is written → the bytes in RESP2, and in RESP3 where they differ.
REPLIES: list[tuple[Callable[[Any], object], bytes, bytes | None]] = [
    (lambda out: out.raw(b"+A\r\n:1\r\n"), b"+A\r\n:1\r\n", None),
    (lambda out: out.ok(), b"+OK\r\n", None),
    (lambda out: out.simple(b"QUEUED"), b"+QUEUED\r\n", None),
    (lambda out: out.simple(b""), b"+\r\n", None),
    (lambda out: out.error(b"ERR no"), b"-ERR no\r\n", None),
    (lambda out: out.error(b"\r\nERR a\r\nb\nc\r\n\n"), b"-ERR a  b c\r\n", None),
    (lambda out: out.error(b"\r\n"), b"-\r\n", None),
    (lambda out: out.integer(0), b":0\r\n", None),
    (lambda out: out.integer(9), b":9\r\n", None),
    (lambda out: out.integer(10), b":10\r\n", None),
    (lambda out: out.integer(-1), b":-1\r\n", None),
    (lambda out: out.integer(2**63 - 1), b":9223372036854775807\r\n", None),
    (lambda out: out.integer(-(2**63)), b":-9223372036854775808\r\n", None),
    (lambda out: out.bulk(b""), b"$0\r\n\r\n", None),
    (lambda out: out.bulk(b"a\r\n\0"), b"$4\r\na\r\n\0\r\n", None),
    (lambda out: out.bulk(b"x" * 100), b"$100\r\n" + b"x" * 100 + b"\r\n", None),
    (lambda out: out.bulk_integer(-12), b"$3\r\n-12\r\n", None),
    (lambda out: out.bulk_integer(-(2**63)), b"$20\r\n-9223372036854775808\r\n", None),
    (lambda out: out.null(), b"$-1\r\n", b"_\r\n"),
    (lambda out: out.null_array(), b"*-1\r\n", b"_\r\n"),
    (lambda out: out.array(0), b"*0\r\n", None),
    (lambda out: out.array(1000), b"*1000\r\n", None),
    (lambda out: out.map(3), b"*6\r\n", b"%3\r\n"),
    (lambda out: out.set(3), b"*3\r\n", b"~3\r\n"),
    (lambda out: out.push(3), b"*3\r\n", b">3\r\n"),
    (lambda out: out.boolean(True), b":1\r\n", b"#t\r\n"),
    (lambda out: out.boolean(False), b":0\r\n", b"#f\r\n"),
    (
        lambda out: out.big_number(b"12345678901234567890"),
        b"$20\r\n12345678901234567890\r\n",
        b"(12345678901234567890\r\n",
    ),
    (lambda out: out.verbatim(b"txt", b"a\nb"), b"$3\r\na\nb\r\n", b"=7\r\ntxt:a\nb\r\n"),
    (lambda out: out.verbatim(b"m", b""), b"$0\r\n\r\n", b"=4\r\nm  :\r\n"),
    (lambda out: out.verbatim(b"mkdn", b"x"), b"$1\r\nx\r\n", b"=5\r\nmkd:x\r\n"),
    (lambda out: out.double(0.0), b"$1\r\n0\r\n", b",0\r\n"),
    (lambda out: out.double(-0.0), b"$2\r\n-0\r\n", b",-0\r\n"),
    (lambda out: out.double(3.0), b"$1\r\n3\r\n", b",3\r\n"),
    (lambda out: out.double(3.14), b"$18\r\n3.1400000000000001\r\n", b",3.1400000000000001\r\n"),
    (lambda out: out.double(1e20), b"$5\r\n1e+20\r\n", b",1e+20\r\n"),
    (lambda out: out.double(1e16), b"$17\r\n10000000000000000\r\n", b",10000000000000000\r\n"),
    (lambda out: out.double(5e-324), b"$23\r\n4.9406564584124654e-324\r\n", b",4.9406564584124654e-324\r\n"),
    (lambda out: out.double(math.inf), b"$3\r\ninf\r\n", b",inf\r\n"),
    (lambda out: out.double(-math.inf), b"$4\r\n-inf\r\n", b",-inf\r\n"),
    (lambda out: out.double(math.nan), b"$3\r\nnan\r\n", b",nan\r\n"),
    (lambda out: out.double(-math.nan), b"$4\r\n-nan\r\n", b",-nan\r\n"),
]


@each_form
@pytest.mark.parametrize(("write", "resp2", "resp3"), REPLIES, ids=[repr(reply[1][:24]) for reply in REPLIES])
def test_a_reply_is_written_by_protocol_version(
    form: Form, write: Callable[[Any], object], resp2: bytes, resp3: bytes | None
) -> None:
    for proto, expected in ((2, resp2), (3, resp2 if resp3 is None else resp3)):
        out = new(form, proto)
        assert out.proto == proto
        write(out)
        assert out.peek() == expected
        write(out)
        assert (out.size(), len(out)) == (2 * len(expected),) * 2
        assert out.take() == expected * 2
        assert (out.size(), out.take()) == (0, b"")


@each_form
def test_the_protocol_version_can_change(form: Form) -> None:
    out = new(form)
    assert out.proto == 2
    out.null()
    out.proto = 3
    out.null()
    assert out.take() == b"$-1\r\n_\r\n"


@each_form
def test_attributes_are_of_resp3(form: Form) -> None:
    out = new(form, 3)
    out.attribute(2)
    assert out.take() == b"|2\r\n"
    out.proto = 2
    with pytest.raises(ValueError, match="RESP3"):
        out.attribute(2)
    assert out.take() == b""


@each_form
def test_an_argument_is_a_bulk_string(form: Form) -> None:
    args = form.module("respkit.resp.inbuf").Args.of(b"ECHO", b"hello", b"B" * 50_000)
    out = new(form)
    out.bulk_arg(args, 1)
    out.bulk_arg(args, 2)
    assert out.take() == b"$5\r\nhello\r\n$50000\r\n" + b"B" * 50_000 + b"\r\n"
    for i in (3, -1):
        with pytest.raises(IndexError):
            out.bulk_arg(args, i)


@each_form
@pytest.mark.parametrize("elements", [0, 1, 9, 10, 100, 12_345])
@pytest.mark.parametrize("before", [0, 3, 40_000])
def test_the_length_of_an_aggregate_can_follow(form: Form, elements: int, before: int) -> None:
    for proto, kinds in ((2, (b"*%d" % elements, b"*%d" % (2 * elements), b"*%d" % elements)), (3, (b"*", b"%", b"~"))):
        for method, kind in zip(("close_array", "close_map", "close_set"), kinds, strict=True):
            out = new(form, proto)
            out.raw(b"x" * before)
            place = out.mark()
            for i in range(elements):
                out.integer(i)
            getattr(out, method)(place, elements)
            header = kind if proto == 2 else kind + b"%d" % elements
            body = b"".join(b":%d\r\n" % i for i in range(elements))
            assert out.take() == b"x" * before + header + b"\r\n" + body


@each_form
def test_aggregates_nest_and_marks_survive_growth(form: Form) -> None:
    out = new(form, 3)
    out.raw(b"sent")
    out.sent(4)
    outer = out.mark()
    for _ in range(20):
        inner = out.mark()
        out.bulk(b"y" * 5000)
        out.close_set(inner, 1)
    out.close_array(outer, 20)
    assert out.take() == b"*20\r\n" + (b"~1\r\n$5000\r\n" + b"y" * 5000 + b"\r\n") * 20


@each_form
def test_what_was_written_since_a_place_can_be_forgotten(form: Form) -> None:
    out = new(form)
    out.ok()
    place = out.mark()
    out.bulk(b"x" * 100_000)
    out.truncate(place)
    out.integer(1)
    assert out.peek() == b"+OK\r\n:1\r\n"
    out.truncate(0)
    assert out.size() == 0
    out.ok()
    for place in (6, -1):
        for use in (out.truncate, lambda place: out.close_array(place, 1), lambda place: out.close_map(place, 1)):
            with pytest.raises(ValueError, match="place"):
                use(place)
    assert out.take() == b"+OK\r\n"


@each_form
def test_what_was_sent_is_gone(form: Form) -> None:
    out = new(form)
    out.raw(b"abcdef")
    out.sent(2)
    assert (out.peek(), out.size(), out.end - out.start) == (b"cdef", 4, 4)
    out.raw(b"gh")
    for count in (7, -1):
        with pytest.raises(ValueError, match=str(count)):
            out.sent(count)
    out.sent(6)
    assert out.peek() == b""
    out.raw(b"x" * 100_000)
    out.release()
    assert out.size() == 0


@each_form
def test_any_order_of_writing_and_sending_keeps_the_stream(form: Form) -> None:
    rnd = random.Random(11)
    for _ in range(60):
        out, expected = new(form), bytearray()
        for _ in range(80):
            if rnd.random() < 0.6:
                data = rnd.randbytes(rnd.choice([0, 1, 100, 5000, BLOCK - 1, BLOCK, BLOCK + 1, 200_000]))
                if rnd.random() < 0.5:
                    out.raw(data)
                    expected += data
                else:
                    out.bulk(data)
                    expected += b"$%d\r\n%b\r\n" % (len(data), data)
            else:
                count = min(rnd.choice([0, 1, 1000, len(expected) // 2, len(expected)]), len(expected))
                out.sent(count)
                del expected[:count]
            assert out.size() == len(expected)
        assert out.take() == expected


@each_form
@given(st.integers(-(2**63), 2**63 - 1) | st.integers(-1000, 1000))
def test_every_integer_has_its_digits(form: Form, value: int) -> None:
    out = new(form)
    out.integer(value)
    assert out.take() == b":%d\r\n" % value


@each_form
def test_integers_around_every_power_have_their_digits(form: Form) -> None:
    out = new(form)
    for base in (2, 10):
        for power in range(64):
            for value in (base**power - 1, base**power, base**power + 1):
                for signed in (value, -value):
                    if -(2**63) <= signed < 2**63:
                        out.integer(signed)
                        assert out.take() == b":%d\r\n" % signed


@each_form
@given(st.binary(min_size=8, max_size=8).map(lambda data: struct.unpack("d", data)[0]) | st.floats())
def test_every_double_reads_back_as_it_was(form: Form, value: float) -> None:
    module = form.module("respkit.resp.outbuf")
    text = module.double_text(value)
    assert text == Form("plain").module("respkit.resp.outbuf").double_text(value)
    if not math.isnan(value):
        assert text == b"%.17g" % value
        assert float(text) == value


# Commands ----------------------------------------------------------------------------------------------------------


class Text(str):
    pass


class Number(int):
    __repr__ = __str__ = lambda self: "seven"


class Real(float):
    __repr__ = __str__ = lambda self: "half"


@each_form
def test_a_command_takes_text_bytes_and_numbers(form: Form) -> None:
    out = new(form)
    words = [b"SET", "key", "schlüssel", bytearray(b"v"), memoryview(b"abcd")[::2], memoryview(b"xy"), Text("ü")]
    out.command(words)
    assert out.take() == (
        b"*7\r\n$3\r\nSET\r\n$3\r\nkey\r\n$10\r\nschl\xc3\xbcssel\r\n$1\r\nv\r\n$2\r\nac\r\n$2\r\nxy\r\n$2\r\n\xc3\xbc\r\n"
    )
    out.command((0, -1, 2**63 - 1, 2**64, 1.5, 1e100, math.inf, Number(7), Real(0.5)))
    numbers = [b"0", b"-1", b"9223372036854775807", b"18446744073709551616", b"1.5", b"1e+100", b"inf", b"7", b"0.5"]
    assert out.take() == b"*9\r\n" + b"".join(b"$%d\r\n%b\r\n" % (len(text), text) for text in numbers)
    out.command(word for word in ("GET", b"k" * 50_000))
    assert out.take() == b"*2\r\n$3\r\nGET\r\n$50000\r\n" + b"k" * 50_000 + b"\r\n"
    out.command(["", b""])
    assert out.take() == b"*2\r\n$0\r\n\r\n$0\r\n\r\n"


@each_form
@pytest.mark.parametrize("value", [None, True, False, [b"x"], (), {}, {1}, object(), 1j])
def test_a_command_takes_nothing_else_and_then_writes_nothing(form: Form, value: object) -> None:
    out = new(form)
    out.ok()
    with pytest.raises(DataError, match=type(value).__name__):
        out.command(["SET", b"x" * 100_000, value])
    with pytest.raises(DataError, match=type(value).__name__):
        form.module("respkit.resp.outbuf").encode_argument(value)
    assert out.take() == b"+OK\r\n"


@each_form
def test_a_command_that_fails_writes_nothing(form: Form) -> None:
    out = new(form)
    with pytest.raises(UnicodeEncodeError):
        out.command(["GET", "\udc80"])
    with pytest.raises(DataError):
        out.command([])
    with pytest.raises(TypeError):
        out.command(5)
    assert out.take() == b""


@each_form
def test_arguments_can_be_forwarded(form: Form) -> None:
    args = form.module("respkit.resp.inbuf").Args.of(b"SET", b"", b"x" * 12)
    out = new(form)
    out.forward(args)
    assert out.take() == b"*3\r\n$3\r\nSET\r\n$0\r\n\r\n$12\r\nxxxxxxxxxxxx\r\n"
    with pytest.raises(DataError):
        out.forward(form.module("respkit.resp.inbuf").Args.of())


# Memory ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def blocks() -> ModuleType:
    if FORMS[0].name != "compiled":
        pytest.skip("the plain buffers have no blocks")
    return FORMS[0].module("respkit.resp.blocks")


def test_a_connection_with_nothing_to_send_holds_no_block(blocks: ModuleType) -> None:
    before = blocks.blocks_taken()
    buffers = [new(FORMS[0]) for _ in range(1000)]
    assert blocks.blocks_taken() == before
    for out in buffers:
        out.ok()
    assert blocks.blocks_taken() == before + 1000
    emptied = [lambda out: out.sent(5), lambda out: out.take(), lambda out: out.release(), lambda out: out.truncate(0)]
    for i, out in enumerate(buffers):
        emptied[i % 4](out)
    assert blocks.blocks_taken() == before
    out = buffers[0]
    out.ok()
    out.bulk(b"x" * 100_000)  # on the heap now
    assert blocks.blocks_taken() == before
    out.sent(out.size())
    out.ok()
    assert blocks.blocks_taken() == before + 1
    del buffers, out
    assert blocks.blocks_taken() == before


@each_form
def test_writing_much_takes_linear_time(form: Form) -> None:
    def cost(count: int) -> float:
        out = new(form)
        begin = time.process_time()
        for _ in range(count):
            out.bulk(b"x" * 1000)
            out.sent(10)
        return time.process_time() - begin

    # Sixteen times the replies may take some sixty times as long, whatever else the machine does; quadratic is 256.
    small = min(cost(2000) for _ in range(5))
    assert min(cost(32_000) for _ in range(2)) < 60 * small + 0.05
