"""The arguments of a command, in both forms."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.errors import CommandError
from tests.forms import FORMS, Form, each_form

BIG = b"B" * 40_000

INTEGERS = {
    b"0": 0,
    b"7": 7,
    b"-1": -1,
    b"10": 10,
    b"9223372036854775807": 2**63 - 1,
    b"-9223372036854775808": -(2**63),
    b"1000000000000000000": 10**18,
}
NO_INTEGERS = [
    b"", b"-", b"+1", b"-0", b"00", b"01", b"-01", b" 1", b"1 ", b"1.0", b"1e3", b"0x10", b"1_000", b"a", b"1\0", b"\0",
    b"9223372036854775808", b"-9223372036854775809", b"18446744073709551616", b"99999999999999999999",
    b"-99999999999999999999", b"1" * 100, b"\xd9\xa1", "１".encode(),
]  # fmt: skip
DOUBLES = {
    b"0": 0.0,
    b"-0": -0.0,
    b"1": 1.0,
    b"+1": 1.0,
    b"3.14": 3.14,
    b".5": 0.5,
    b"5.": 5.0,
    b"-1e-3": -0.001,
    b"1E+3": 1000.0,
    b"007": 7.0,
    b"inf": math.inf,
    b"+inf": math.inf,
    b"-inf": -math.inf,
    b"Infinity": math.inf,
    b"-INFINITY": -math.inf,
    b"0x10": 16.0,
    b"-0X1.8p1": -3.0,
    b"0x.8": 0.5,
    b"0x1p-1": 0.5,
    b"5e-324": 5e-324,
    b"1.7976931348623157e308": 1.7976931348623157e308,
    b"0e999999": 0.0,
    b"0x0p5": 0.0,
    b"0." + b"0" * 400 + b"1e401": 1.0,
    b"1" + b"0" * 300: 1e300,
}
NO_DOUBLES = [
    b"", b"nan", b"-nan", b"NaN", b"nan(1)", b" 1", b"1 ", b"\n1", b"1\0", b"1\0002", b"--1", b"1e", b"1e+", b"e5", b".", b"-",
    b"+", b"0x", b"0x.", b"0xg", b"0x1p", b" 0x1", b"0x1 ", b"0x1_0", b"1_0", b"1,5", b"1e400", b"-1e400", b"1e-400",
    b"0x1p5000", b"0x1p-5000", b"infi", b"infinit", b"in", b"inff", b"1f", b"1d", b"a", "１".encode(), b"0x1p1 ",
]  # fmt: skip


def of(form: Form, *values: bytes) -> Any:
    return form.module("respkit.resp.inbuf").Args.of(*values)


def parsed(form: Form, *values: bytes) -> Any:
    """The same arguments as a parser gives them; it goes with them, since it owns the bytes."""
    parser = form.module("respkit.resp.inbuf").CommandParser()
    parser.buffer.feed(b"*%d\r\n" % len(values))
    for value in values:
        parser.buffer.feed(b"$%d\r\n" % len(value))
        parser.next()
        parser.buffer.feed(value)
        parser.next()
        parser.buffer.feed(b"\r\n")
    assert parser.next()
    return parser


@each_form
@pytest.mark.parametrize("values", [[b"GET", b"", b"k"], [b"SET", BIG, b"x"], [BIG, BIG], [b"x"] * 100])
def test_arguments_are_read_one_by_one_or_together(form: Form, values: list[bytes]) -> None:
    parser = parsed(form, *values)
    for args in (of(form, *values), parser.args, parser.args.detach(), parser.args.detach().detach()):
        assert args.to_list() == values
        assert len(args) == args.count == len(values)
        assert list(args) == values
        assert [args.bytes_at(i) for i in range(len(values))] == values
        assert [args[i] for i in range(-len(values), len(values))] == values * 2
        assert args[1:] == values[1:]
        assert [args.size_at(i) for i in range(len(values))] == [len(value) for value in values]
        assert repr(args) == f"<Args {values!r}>"


@each_form
def test_an_index_out_of_range_is_an_error(form: Form) -> None:
    parser = parsed(form, b"GET", b"k")
    for args in (of(form, b"GET", b"k"), parser.args, of(form)):
        for i in (2, 99, -1):
            for read in (args.bytes_at, args.size_at, args.int_at, args.float_at):
                with pytest.raises(IndexError):
                    read(i)
            with pytest.raises(IndexError):
                args.equals(i, b"X")
        with pytest.raises(IndexError):
            args[2]
        with pytest.raises(IndexError):
            args[-3]


@each_form
def test_only_bytes_can_be_arguments_of_ones_own(form: Form) -> None:
    args_type = form.module("respkit.resp.inbuf").Args
    for value in ("text", 1, None, bytearray(b"x")):
        with pytest.raises(TypeError):
            args_type.of(b"GET", value)
    assert args_type.from_list(iter([b"a", b"b"])).to_list() == [b"a", b"b"]


@each_form
def test_words_are_compared_without_case(form: Form) -> None:
    parser = parsed(form, b"nx", b"Nx", b"NX", b"nxx", b"n", b"", b"\xe4", b"n\0", b"{}", b"@[`")
    args = parser.args
    assert [args.equals(i, b"NX") for i in range(10)] == [True] * 3 + [False] * 7
    assert args.equals(5, b"")
    assert args.equals(6, b"\xe4")
    assert not args.equals(6, b"\xc4")
    assert args.equals(8, b"{}")
    assert not args.equals(8, b"[]")
    assert args.equals(9, b"@[`")


@each_form
@pytest.mark.parametrize("text", [*INTEGERS, *NO_INTEGERS])
def test_integers_are_canonical_and_of_64_bits(form: Form, text: bytes) -> None:
    module = form.module("respkit.resp.inbuf")
    parser = parsed(form, text)
    for args in (parser.args, of(form, text)):
        if text in INTEGERS:
            assert args.int_at(0) == module.parse_integer(text) == INTEGERS[text]
            continue
        assert module.parse_integer(text) is None
        with pytest.raises(CommandError) as refused:
            args.int_at(0)
        assert refused.value.reply == b"ERR value is not an integer or out of range"
        with pytest.raises(CommandError) as refused:
            args.int_at(0, b"ERR timeout is not an integer or out of range")
        assert refused.value.reply == b"ERR timeout is not an integer or out of range"


@each_form
@pytest.mark.parametrize("text", [*DOUBLES, *NO_DOUBLES], ids=lambda text: repr(text[:20]))
def test_doubles_are_what_strtod_takes_but_nan(form: Form, text: bytes) -> None:
    module = form.module("respkit.resp.inbuf")
    parser = parsed(form, text)
    for args in (parser.args, of(form, text)):
        if text in DOUBLES:
            assert args.float_at(0) == module.parse_double(text) == DOUBLES[text]
            assert math.copysign(1, args.float_at(0)) == math.copysign(1, DOUBLES[text])
            continue
        assert module.parse_double(text) is None
        with pytest.raises(CommandError) as refused:
            args.float_at(0)
        assert refused.value.reply == b"ERR value is not a valid float"
        with pytest.raises(CommandError) as refused:
            args.float_at(0, b"ERR min or max is not a float")
        assert refused.value.reply == b"ERR min or max is not a float"


@each_form
@given(st.text("0123456789+-.eExXpPinfaty_ \0", max_size=12) | st.floats().map(repr) | st.integers().map(str))
def test_every_text_is_a_number_or_refused_in_both_forms(form: Form, text: str) -> None:
    data = text.encode()
    module, plain = form.module("respkit.resp.inbuf"), Form("plain").module("respkit.resp.inbuf")
    assert module.parse_integer(data) == plain.parse_integer(data)
    value = module.parse_double(data)
    assert repr(value) == repr(plain.parse_double(data))
    if value is not None and "x" not in text.lower():
        assert value == float(text)


@each_form
def test_a_detached_copy_outlives_its_parser(form: Form) -> None:
    parser = parsed(form, b"SET", b"key", b"value", BIG, b"", b"end")
    copy = parser.args.detach()
    assert copy.frame_size == 0
    parser.buffer.feed(b"*1\r\n$4\r\nPING\r\n" + b"y" * 100_000)
    assert parser.next()
    assert parser.args.to_list() == [b"PING"]
    parser.buffer.release()
    del parser
    again = copy.detach()
    assert copy.to_list() == [b"SET", b"key", b"value", BIG, b"", b"end"]
    del copy
    assert again.to_list() == [b"SET", b"key", b"value", BIG, b"", b"end"]
    assert of(form).detach().to_list() == []


@pytest.mark.skipif(FORMS[0].name != "compiled", reason="plain arguments are bytes objects")
def test_views_are_forgotten_before_what_they_look_into_goes() -> None:
    def new() -> Any:
        return parsed(FORMS[0], b"GET", b"key", b"k" * 50_000)

    def read(parser: Any) -> None:
        parser.buffer.feed(b"x")

    def offered(parser: Any) -> None:
        parser.buffer.writable()

    def fed_bytes(parser: Any) -> None:
        parser.buffer.consume(parser.buffer.size())
        parser.buffer.feed(bytes(100))

    def released(parser: Any) -> None:
        parser.buffer.release()

    def replaced(parser: Any) -> None:
        FORMS[0].module("respkit.resp.inbuf").CommandParser(parser.buffer)

    for end in (read, offered, fed_bytes, released, replaced, lambda parser: parser.next()):
        parser = new()
        assert parser.args.to_list()[:2] == [b"GET", b"key"]
        end(parser)
        assert (parser.args.count, parser.args.to_list(), parser.args.frame_size) == (0, [], 0)
        with pytest.raises(IndexError):
            parser.args.bytes_at(0)
    args = new().args  # parser and buffer are gone
    assert args.to_list() == []


@pytest.mark.skipif(FORMS[0].name != "compiled", reason="plain arguments are bytes objects")
def test_the_views_of_an_unfinished_command_are_not_shown() -> None:
    parser = FORMS[0].module("respkit.resp.inbuf").CommandParser()
    for piece in (b"*3\r\n$3\r\nGET\r\n$1", b"\r\nk\r\n$100000\r\nabc", b"d" * 99_997, b"\r"):
        parser.buffer.feed(piece)
        assert not parser.next()
        assert parser.args.to_list() == []
    parser.buffer.feed(b"\n")
    assert parser.next()
    assert parser.args.to_list() == [b"GET", b"k", b"abc" + b"d" * 99_997]


@each_form
def test_the_words_of_a_line(form: Form) -> None:
    module: ModuleType = form.module("respkit.resp.inbuf")
    assert module.split_words(b"save 900 1 \"a b\"\t'c\\'d'") == [b"save", b"900", b"1", b"a b", b"c'd"]
    assert module.split_words(b'requirepass "x') is None
    assert module.split_words(b"") == module.split_words(b" \t") == []
