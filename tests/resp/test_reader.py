"""The Reader: what each reply becomes, at every split, in both forms; and where it is as hiredis-py."""

from __future__ import annotations

import math
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.errors import InvalidResponse, ProtocolError, ResponseError
from tests.forms import FORMS, Form, each_form
from tests.resp.replies import Reply, replies, simplified

VALUES: list[tuple[bytes, object]] = [
    (b"+OK\r\n", b"OK"),
    (b"+OKAY\r\n", b"OKAY"),
    (b"+QUEUED\r\n", b"QUEUED"),
    (b"+\r\n", b""),
    (b"-ERR x\r\n", ("ERR x",)),
    (b"-\r\n", ("",)),
    (b"-a\xff\r\n", ("a\ufffd",)),
    (b":0\r\n", 0),
    (b":7\r\n", 7),
    (b":-7\r\n", -7),
    (b":1234567890\r\n", 1234567890),
    (b":999999999999999999\r\n", 10**18 - 1),
    (b":9223372036854775807\r\n", 2**63 - 1),
    (b":-9223372036854775808\r\n", -(2**63)),
    (b"$0\r\n\r\n", b""),
    (b"$1\r\n\0\r\n", b"\0"),
    (b"$4\r\n\r\n\r\n\r\n", b"\r\n\r\n"),
    (b"$10\r\nhelloworld\r\n", b"helloworld"),
    (b"$-1\r\n", None),
    (b"*-1\r\n", None),
    (b"*0\r\n", []),
    (b"*3\r\n:1\r\n$1\r\na\r\n-E\r\n", [1, b"a", ("E",)]),
    (b"*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n$-1\r\n", [[1, []], [None]]),
    (b"_\r\n", None),
    (b"#t\r\n", True),
    (b"#f\r\n", False),
    (b"#T\r\n", True),
    (b",1.5\r\n", 1.5),
    (b",10\r\n", 10.0),
    (b",-.5e-3\r\n", -0.0005),
    (b",1.\r\n", 1.0),
    (b",inf\r\n", math.inf),
    (b",-INF\r\n", -math.inf),
    (b"(0\r\n", 0),
    (b"(-12\r\n", -12),
    (b"(12345678901234567890123\r\n", 12345678901234567890123),
    (b"=7\r\ntxt:abc\r\n", b"abc"),
    (b"=4\r\nmkd:\r\n", b""),
    (b"=-1\r\n", None),
    (b"!5\r\nERR x\r\n", ("ERR x",)),
    (b"~2\r\n:1\r\n:1\r\n", [1, 1]),
    (b"~-1\r\n", None),
    (b"%0\r\n", {}),
    (b"%-1\r\n", None),
    (b"%2\r\n+a\r\n:1\r\n:2\r\n%1\r\n+b\r\n*0\r\n", {b"a": 1, 2: {b"b": []}}),
    (b"%2\r\n+a\r\n:1\r\n+a\r\n:2\r\n", {b"a": 2}),
    (b">2\r\n$7\r\nmessage\r\n:1\r\n", [b"message", 1]),
    (b">-1\r\n", None),
    # What cannot be a key.
    (b"%2\r\n*1\r\n:1\r\n:2\r\n+a\r\n:3\r\n", [([1], 2), (b"a", 3)]),
    (b"%1\r\n%0\r\n:2\r\n", [({}, 2)]),
    (b"%1\r\n%1\r\n*0\r\n:1\r\n:2\r\n", [([([], 1)], 2)]),
    (b"%1\r\n~1\r\n:1\r\n_\r\n", [([1], None)]),
    # Attributes go.
    (b"|1\r\n+ttl\r\n:10\r\n+OK\r\n", b"OK"),
    (b"|0\r\n:1\r\n", 1),
    (b"|1\r\n+a\r\n|1\r\n+b\r\n:1\r\n:2\r\n|0\r\n$1\r\nx\r\n", b"x"),
    (b"*2\r\n|1\r\n+ttl\r\n*2\r\n:1\r\n:2\r\n:5\r\n|0\r\n*1\r\n:6\r\n", [5, [6]]),
    (b"%1\r\n+a\r\n|1\r\n+x\r\n+y\r\n:1\r\n", {b"a": 1}),
]

BROKEN: list[tuple[bytes, str]] = [
    (b"x", 'Protocol error, got "x" as reply type byte'),
    (b"\r\n", 'Protocol error, got "\\r" as reply type byte'),
    (b'"', 'Protocol error, got "\\"" as reply type byte'),
    (b"\xff", 'Protocol error, got "\\xff" as reply type byte'),
    (b".\r\n", 'Protocol error, got "." as reply type byte'),
    (b";1\r\na\r\n", 'Protocol error, got ";" as reply type byte'),
    (b"*1\r\nx", 'Protocol error, got "x" as reply type byte'),
    (b"+a\nb\r\n", "Bad simple string value"),
    (b"+a\rb\r\n", "Bad simple string value"),
    (b"-a\rb\r\n", "Bad simple string value"),
    (b":\r\n", "Bad integer value"),
    (b":1\n", "Bad integer value"),
    (b":+1\r\n", "Bad integer value"),
    (b":01\r\n", "Bad integer value"),
    (b":-0\r\n", "Bad integer value"),
    (b":-\r\n", "Bad integer value"),
    (b":1 \r\n", "Bad integer value"),
    (b":1a\r\n", "Bad integer value"),
    (b":9223372036854775808\r\n", "Bad integer value"),
    (b":-9223372036854775809\r\n", "Bad integer value"),
    (b":99999999999999999999999999999999", "Bad integer value"),
    (b"$\r\n", "Bad bulk string length"),
    (b"$03\r\nabc\r\n", "Bad bulk string length"),
    (b"$?\r\n;3\r\nabc\r\n;0\r\n", "Bad bulk string length"),
    (b"$9223372036854775808\r\n", "Bad bulk string length"),
    (b"$-2\r\n", "Bulk string length out of range"),
    (b"$536870913\r\n", "Bulk string length out of range"),
    (b"$9223372036854775807\r\n", "Bulk string length out of range"),
    (b"=9223372036854775807\r\n", "Bulk string length out of range"),
    (b"$3\r\nabcde", "Bulk string is not terminated by CRLF"),
    (b"*?\r\n:1\r\n.\r\n", "Bad multi-bulk length"),
    (b"*\r\n", "Bad multi-bulk length"),
    (b"*-2\r\n", "Multi-bulk length out of range"),
    (b"|-1\r\n", "Multi-bulk length out of range"),
    (b"*4294967296\r\n", "Multi-bulk length out of range"),
    (b"%9223372036854775807\r\n", "Multi-bulk length out of range"),
    (b"_x\r\n", "Bad nil value"),
    (b"#x\r\n", "Bad bool value"),
    (b"#tt\r\n", "Bad bool value"),
    (b"#\r\n", "Bad bool value"),
    (b",\r\n", "Bad double value"),
    (b",+1\r\n", "Bad double value"),
    (b", 1\r\n", "Bad double value"),
    (b",1 \r\n", "Bad double value"),
    (b",0x10\r\n", "Bad double value"),
    (b",1_0\r\n", "Bad double value"),
    (b",1e\r\n", "Bad double value"),
    (b",.\r\n", "Bad double value"),
    (b",-\r\n", "Bad double value"),
    (b",1e400\r\n", "Bad double value"),
    (b",+inf\r\n", "Bad double value"),
    (b",infinity\r\n", "Bad double value"),
    (b"," + b"0" * 326 + b"\r\n", "Bad double value"),
    (b"(\r\n", "Bad bignum value"),
    (b"(-\r\n", "Bad bignum value"),
    (b"(+1\r\n", "Bad bignum value"),
    (b"(1x\r\n", "Bad bignum value"),
    (b"(" + b"1" * 5000 + b"\r\n", "Bad bignum value"),
    (b"=3\r\nabc\r\n", "Verbatim string 4 bytes of content type are missing or incorrectly encoded."),
    (b"=8\r\ntxtXsome\r\n", "Verbatim string 4 bytes of content type are missing or incorrectly encoded."),
    (b"*1\r\n" * 1025, "Max nesting depth exceeded"),
]


def reader_of(form: Form, *args: Any, **options: Any) -> Any:
    return form.module("respkit.resp.reader").Reader(*args, **options)


def read(reader: Any, *pieces: bytes) -> list[object]:
    """All replies of the pieces, asked for after each."""
    found = []
    for piece in pieces:
        reader.feed(piece)
        while (reply := reader.gets()) is not NOTHING:
            found.append(reply)
    return found


NOTHING = object()


@each_form
@pytest.mark.parametrize(("wire", "value"), VALUES, ids=lambda each: repr(each)[:30])
def test_a_reply_is_read_at_every_split(form: Form, wire: bytes, value: object) -> None:
    stream = wire + b":4\r\n"
    for at in range(len(stream) + 1):
        reader = reader_of(form, notEnoughData=NOTHING)
        found = read(reader, stream[:at], stream[at:])
        assert repr(simplified(found)) == repr([value, 4])
        assert reader.len() == 0
        assert not reader.has_data()


@each_form
@pytest.mark.parametrize(("wire", "value"), VALUES, ids=lambda each: repr(each)[:30])
def test_a_reply_is_read_byte_by_byte(form: Form, wire: bytes, value: object) -> None:
    reader = reader_of(form, notEnoughData=NOTHING)
    assert repr(simplified(read(reader, *(wire[i : i + 1] for i in range(len(wire)))))) == repr([value])


@each_form
@pytest.mark.parametrize(("wire", "text"), BROKEN, ids=lambda each: repr(each)[:30])
def test_what_is_not_resp_is_refused_at_every_split(form: Form, wire: bytes, text: str) -> None:
    for at in range(min(len(wire) + 1, 40)):
        reader = reader_of(form, notEnoughData=NOTHING)
        with pytest.raises(InvalidResponse) as caught:
            read(reader, wire[:at], wire[at:])
        assert str(caught.value) == text


@each_form
def test_it_stays_in_error(form: Form) -> None:
    reader = reader_of(form)
    reader.feed(b"*2\r\n:1\r\nx")
    with pytest.raises(InvalidResponse):
        reader.gets()
    reader.feed(b"+OK\r\n")
    assert reader.len() == 0
    with pytest.raises(InvalidResponse, match='got "x" as reply type byte'):
        reader.gets()


@each_form
def test_errors_are_made_by_the_callables(form: Form) -> None:
    class Refused(Exception):
        pass

    reader = reader_of(form, protocolError=lambda text: Refused(text), replyError=lambda text: KeyError(text))
    reader.feed(b"*2\r\n-a\r\n!1\r\nb\r\nx")
    a, b = reader.gets()
    assert (type(a), a.args) == (KeyError, ("a",))
    assert (type(b), b.args) == (KeyError, ("b",))
    for _ in range(2):
        with pytest.raises(Refused, match="Protocol error"):
            reader.gets()


@each_form
def test_errors_are_respkits_own_by_default(form: Form) -> None:
    reader = reader_of(form)
    reader.feed(b"-ERR no\r\nx")
    error = reader.gets()
    assert type(error) is ResponseError
    assert str(error) == "ERR no"
    with pytest.raises(ProtocolError):
        reader.gets()


@each_form
def test_a_callable_that_raises_costs_one_reply(form: Form) -> None:
    reader = reader_of(form, replyError=lambda text: {}[text])
    reader.feed(b"*2\r\n-a\r\n-b\r\n+OK\r\n")
    with pytest.raises(KeyError, match="a"):
        reader.gets()
    assert reader.gets() == b"OK"
    assert reader.gets() is False


@each_form
def test_text_is_decoded(form: Form) -> None:
    reader = reader_of(form, encoding="utf-8")
    reader.feed(b"+OK\r\n+caf\xc3\xa9\r\n$3\r\n\xe2\x98\x83\r\n=7\r\ntxt:\xe2\x98\x83\r\n*2\r\n+a\r\n$0\r\n\r\n")
    assert [reader.gets() for _ in range(5)] == ["OK", "café", "\u2603", "\u2603", ["a", ""]]
    reader = reader_of(form, encoding="latin-1")
    reader.feed(b"$1\r\n\xe9\r\n+OK\r\n")
    assert [reader.gets(), reader.gets()] == ["é", "OK"]
    reader = reader_of(form, encoding="utf-16")
    reader.feed(b"$4\r\n\xff\xfe\x03&\r\n")
    assert reader.gets() == "\u2603"


@each_form
def test_text_that_is_not_in_the_encoding_costs_one_reply(form: Form) -> None:
    for pieces in ([b"*2\r\n$1\r\n\xff\r\n$1\r\n\xfe\r\n"], [b"*2\r\n$1\r\n\xff\r\n", b"$1\r\n", b"\xfe\r\n"]):
        reader = reader_of(form, encoding="utf-8", notEnoughData=NOTHING)
        for piece in pieces[:-1]:
            reader.feed(piece)
            assert reader.gets() is NOTHING
        reader.feed(pieces[-1])
        with pytest.raises(UnicodeDecodeError, match="0xff"):
            reader.gets()
        assert reader.gets() is NOTHING
        reader.feed(b"+fine\r\n")
        assert reader.gets() == "fine"


@each_form
def test_errors_in_decoding_can_be_handled(form: Form) -> None:
    for errors, text in (("replace", "\ufffda"), ("ignore", "a"), ("surrogateescape", "\udc80a")):
        reader = reader_of(form, encoding="utf-8", errors=errors)
        reader.feed(b"$2\r\n\x80a\r\n")
        assert reader.gets() == text


@each_form
def test_decoding_can_be_left_out(form: Form) -> None:
    reader = reader_of(form, encoding="utf-8")
    reader.feed(b"$1\r\na\r\n$1\r\nb\r\n+OK\r\n+OK\r\n*1\r\n+OK\r\n")
    assert [reader.gets(False), reader.gets(True)] == [b"a", "b"]
    assert [reader.gets(0), reader.gets(1), reader.gets(0)] == [b"OK", "OK", [b"OK"]]


@each_form
def test_the_encoding_can_be_changed(form: Form) -> None:
    reader = reader_of(form, encoding="utf-8")
    reader.feed(b"+a\r\n+\xe9\r\n+a\r\n")
    assert reader.gets() == "a"
    reader.set_encoding(encoding="latin-1", errors="strict")
    assert reader.gets() == "é"
    reader.set_encoding()
    assert reader.gets() == b"a"
    with pytest.raises(LookupError):
        reader.set_encoding("unknown")
    with pytest.raises(LookupError):
        reader.set_encoding("utf-8", "unknown")
    with pytest.raises(TypeError):
        reader.set_encoding(b"utf-8")


@each_form
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"protocolError": "wrong"}, TypeError),
        ({"protocolError": None}, TypeError),
        ({"replyError": "wrong"}, TypeError),
        ({"encoding": "unknown"}, LookupError),
        ({"encoding": ""}, LookupError),
        ({"encoding": b"utf-8"}, TypeError),
        ({"encoding": "utf-8\0"}, ValueError),
        ({"errors": "unknown"}, LookupError),
        ({"encoding": "utf-8", "errors": "unknown"}, LookupError),
        ({"errors": 5}, TypeError),
        ({"unknown": 1}, TypeError),
    ],
    ids=repr,
)
def test_misuse_of_the_constructor_is_refused_as_hiredis_does(
    form: Form, options: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        reader_of(form, **options)
    hiredis = pytest.importorskip("hiredis")
    with pytest.raises(error):
        hiredis.Reader(**options)


CALLS: list[tuple[str, tuple[object, ...], type[Exception] | None]] = [
    ("feed", (), TypeError),
    ("feed", (1,), TypeError),
    ("feed", (None,), TypeError),
    ("feed", (b"abc", "1"), TypeError),
    ("feed", (b"abc", 1.0), TypeError),
    ("feed", (b"abc", -1), ValueError),
    ("feed", (b"abc", 4), ValueError),
    ("feed", (b"abc", 0, 4), ValueError),
    ("feed", (b"abc", 2, 2), ValueError),
    ("feed", (b"abc", 0, -2), ValueError),
    ("feed", (b"abc", 2**64), OverflowError),
    ("feed", (memoryview(b"abcd")[::2],), BufferError),
    ("feed", (b"", 0, 0, 0), TypeError),
    ("gets", (1, 2), TypeError),
    ("gets", ("a",), TypeError),
    ("gets", (None,), TypeError),
    ("gets", (1.0,), TypeError),
    ("setmaxbuf", (-1,), ValueError),
    ("setmaxbuf", ("a",), TypeError),
    ("setmaxbuf", (1.5,), TypeError),
    ("setmaxbuf", (2**70,), OverflowError),
    ("set_encoding", (5,), TypeError),
    ("set_encoding", ("utf-8", None, 3), TypeError),
    ("getmaxbuf", (1,), TypeError),
    ("len", (1,), TypeError),
]


@each_form
@pytest.mark.parametrize(("method", "args", "error"), CALLS, ids=repr)
def test_misuse_of_a_method_is_refused_as_hiredis_does(
    form: Form, method: str, args: tuple[object, ...], error: type[Exception]
) -> None:
    reader = reader_of(form)
    with pytest.raises(error):
        getattr(reader, method)(*args)
    assert reader.len() == 0
    hiredis = pytest.importorskip("hiredis")
    with pytest.raises(error):
        getattr(hiredis.Reader(), method)(*args)


@each_form
@pytest.mark.parametrize("make", [bytes, bytearray, memoryview, bytes.decode], ids=repr)
def test_anything_with_bytes_can_be_fed_in_part(form: Form, make: Callable[[bytes], Any]) -> None:
    reader = reader_of(form)
    reader.feed(make(b"junk+OK\r\njunk"), 4, 5)
    reader.feed(make(b"junk:1\r\n"), 4)
    reader.feed(make(b":2\r\n"), 0, -1)
    reader.feed(make(b""))
    assert [reader.gets() for _ in range(4)] == [b"OK", 1, 2, False]


@each_form
def test_what_was_fed_can_be_changed_afterwards(form: Form) -> None:
    reader = reader_of(form)
    fed = bytearray(b"$70000\r\n" + b"a" * 70000 + b"\r\n")
    reader.feed(fed)
    fed[:] = b"x" * 10
    assert reader.gets() == b"a" * 70000


@each_form
def test_maxbuf_len_and_has_data(form: Form) -> None:
    reader = reader_of(form)
    assert reader.getmaxbuf() == 16384
    reader.setmaxbuf(0)
    assert reader.getmaxbuf() == 0
    reader.setmaxbuf(None)
    assert reader.getmaxbuf() == 16384
    assert reader.len() == 0
    assert reader.has_data() is False
    reader.feed(b"+OK\r\n$3\r\n")
    assert reader.len() == 9
    assert reader.has_data() is True
    reader.gets()
    reader.gets()
    assert reader.len() == 4
    assert reader.has_data() is True


@each_form
def test_sets_can_be_sets(form: Form) -> None:
    reader = reader_of(form, convertSetsToLists=False)
    reader.feed(b"~2\r\n:1\r\n:1\r\n~2\r\n:1\r\n*0\r\n~0\r\n%1\r\n~0\r\n:1\r\n")
    assert [reader.gets() for _ in range(4)] == [{1}, [1, []], set(), [(set(), 1)]]


@each_form
def test_pushes_have_their_own_type(form: Form) -> None:
    push = form.module("respkit.resp.reader").PushNotification
    reader = reader_of(form)
    reader.feed(b">1\r\n+a\r\n*1\r\n>0\r\n")
    found = reader.gets()
    assert type(found) is push
    assert isinstance(found, list)
    assert type(reader.gets()[0]) is push


@each_form
def test_a_subclass_works(form: Form) -> None:
    base = form.module("respkit.resp.reader").Reader

    class Mine(base):  # type: ignore[misc,valid-type]
        def __init__(self, extra: int, **options: object) -> None:
            super().__init__(**options)
            self.extra = extra

    reader = Mine(5, encoding="utf-8")
    reader.feed(b"+OK\r\n")
    assert reader.gets() == "OK"
    assert reader.extra == 5


@each_form
def test_one_that_was_not_made_says_so(form: Form) -> None:
    base = form.module("respkit.resp.reader").Reader
    reader = base.__new__(base)
    buffer = form.module("respkit.resp.inbuf").InBuffer()
    for call in (
        reader.gets,
        reader.has_data,
        reader.len,
        reader.set_encoding,
        lambda: reader.feed(b""),
        lambda: reader.attach(buffer),
        lambda: reader.max_bulk,
        lambda: setattr(reader, "max_bulk", 1),
    ):
        with pytest.raises((RuntimeError, AttributeError)):
            call()


@each_form
def test_it_cannot_be_used_by_what_it_calls(form: Form) -> None:
    def meddle(text: str) -> object:
        for call in (reader.gets, lambda: reader.feed(b"x" * 100_000), lambda: reader.attach(buffer)):
            with pytest.raises(RuntimeError):
                call()
        return text

    buffer = form.module("respkit.resp.inbuf").InBuffer()
    reader = reader_of(form, replyError=meddle)
    reader.feed(b"*3\r\n-a\r\n+b\r\n-c\r\n")
    assert reader.gets() == ["a", b"b", "c"]


@each_form
@pytest.mark.parametrize("size", [32 * 1024 - 10, 32 * 1024, 32 * 1024 + 1, 70_000, 1_000_000])
@pytest.mark.parametrize("piece", [16 * 1024, 1 << 20, 65_536, 33_001])
def test_large_strings_arrive_in_pieces(form: Form, size: int, piece: int) -> None:
    text = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    stream = b"*4\r\n$%d\r\n%b\r\n=%d\r\ntxt:%b\r\n!%d\r\n%b\r\n+end\r\n:1\r\n$%d\r\n%b\r\n" % (
        size, text, size + 4, text, size, text, size, text,
    )  # fmt: skip
    reader = reader_of(form, notEnoughData=NOTHING, replyError=lambda text: text)
    found = read(reader, *(stream[i : i + piece] for i in range(0, len(stream), piece)))
    assert found == [[text, text, text.decode("utf-8", "replace"), b"end"], 1, text]
    reader = reader_of(form, encoding="latin-1", notEnoughData=NOTHING)
    found = read(reader, *(stream[i : i + piece] for i in range(0, len(stream), piece)))
    assert found[1:] == [1, text.decode("latin-1")]
    assert found[0][1] == text.decode("latin-1")


@each_form
@pytest.mark.parametrize("kind", [b"$", b"=", b"!"])
def test_a_large_string_is_held_to_its_end(form: Form, kind: bytes) -> None:
    for end in (b"xx", b"\rx", b"xx\r\n"):
        reader = reader_of(form)
        reader.feed(kind + b"40000\r\n")
        assert reader.gets() is False
        reader.feed(b"txt:" + b"a" * 39_996)
        assert reader.gets() is False
        reader.feed(end)
        with pytest.raises(InvalidResponse, match="not terminated by CRLF"):
            reader.gets()


@each_form
def test_longest_lines_and_strings_can_be_set(form: Form) -> None:
    for wire in (b"+aaaaaaa\r\n", b"-aaaaaaa\r\n", b"$10\r\naaaaaaaaaa\r\n", b"!10\r\naaaaaaaaaa\r\n"):
        for at in range(len(wire)):
            reader = reader_of(form, replyError=str, encoding="utf-8")
            reader.max_bulk = 10
            assert set(read_or_false(reader, wire[:at], wire[at:])) == {"a"}
            reader = reader_of(form)
            reader.max_bulk = 9
            reader.feed(wire[:at])
            with pytest.raises(InvalidResponse):  # noqa: PT012  (either may notice)
                reader.gets()
                reader.feed(wire[at:])
                reader.gets()


def read_or_false(reader: Any, *pieces: bytes) -> Any:
    for piece in pieces:
        reader.feed(piece)
    return reader.gets()


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@each_form
@pytest.mark.parametrize("header", [b"*4000000000", b"%2000000000", b"~4000000000", b">4000000000", b"|2000000000"])
def test_an_announced_count_takes_no_memory(form: Form, header: bytes) -> None:
    def work() -> None:
        reader = reader_of(form)
        reader.feed(header + b"\r\n:1\r\n" + b"*4000000000\r\n" * 1000)
        assert reader.gets() is False

    assert peak_of(work) < 2_000_000


@each_form
def test_depth_is_bounded_like_hiredis(form: Form) -> None:
    reader = reader_of(form)
    reader.feed(b"*1\r\n" * 1024 + b":5\r\n" + b"+OK\r\n")
    found = reader.gets()
    depth = 0
    while isinstance(found, list):
        (found,) = found
        depth += 1
    assert (depth, found) == (1024, 5)
    assert reader.gets() == b"OK"


@each_form
def test_large_numbers_keep_to_pythons_own_limit(form: Form) -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(1000)
    try:
        reader = reader_of(form)
        reader.feed(b"(" + b"1" * 1000 + b"\r\n(" + b"1" * 1001 + b"\r\n")
        assert reader.gets() == int("1" * 1000)
        with pytest.raises(InvalidResponse):
            reader.gets()
    finally:
        sys.set_int_max_str_digits(before)


@each_form
def test_many_pieces_take_linear_time(form: Form) -> None:
    # A quadratic search would take minutes for each.
    count = 60_000
    for stream in (
        b"+" + b"a" * 4_000_000 + b"\r\n",
        b"$4000000\r\n" + b"a" * 4_000_000 + b"\r\n",
        b"*%d\r\n" % count + b":1\r\n" * count,
        b"*%d\r\n" % count + b"*1\r\n:1\r\n" * count,
    ):
        reader = reader_of(form, notEnoughData=NOTHING)
        assert len(read(reader, *(stream[i : i + 64] for i in range(0, len(stream), 64)))) == 1


@each_form
def test_replies_are_read_from_an_attached_buffer(form: Form) -> None:
    buffer = form.module("respkit.resp.inbuf").InBuffer()
    reader = reader_of(form, encoding="utf-8")
    reader.attach(buffer)
    buffer.feed(b"+OK\r\n$5\r\nhe")
    assert reader.gets() == "OK"
    assert reader.gets() is False
    assert reader.has_data()
    buffer.feed(b"llo\r\n$100000\r\n")
    assert reader.gets() == "hello"
    assert reader.gets() is False
    sent = 0
    while sent < 100_000:
        room = buffer.writable()
        size = min(len(room), 100_000 - sent)
        room[:size] = b"z" * size
        del room
        buffer.filled(size)
        sent += size
        assert reader.gets() is False
    buffer.feed(b"\r\n:7\r\n")
    assert reader.gets() == "z" * 100_000
    assert reader.gets() == 7


@each_form
@given(st.lists(replies(), max_size=5), st.data())
def test_generated_replies_are_read_however_they_are_split(form: Form, sent: list[Reply], data: st.DataObject) -> None:
    stream = b"".join(reply.wire for reply in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    found = read(reader_of(form, notEnoughData=NOTHING), *pieces)
    assert repr(simplified(found)) == repr([simplified(reply.expected()) for reply in sent])


def outcome(reader: Any, pieces: list[bytes]) -> list[object]:
    """The replies of the pieces, and how they ended, in a form that can be compared."""
    found: list[object] = []
    for piece in pieces:
        reader.feed(piece)
        while True:
            try:
                reply = reader.gets()
            except UnicodeDecodeError as error:
                found.append(str(error))
                continue
            except InvalidResponse as error:
                return [*found, str(error)]
            if reply is NOTHING:
                break
            found.append(simplified(reply))
    return found


_fragments = st.sampled_from(
    [wire for wire, _ in VALUES]
    + [wire for wire, _ in BROKEN[:-1]]
    + [b"\r\n", b"*", b"$1", b"*2\r\n", b"%1\r\n", b"|1\r\n"]
)


@given(st.binary(max_size=60) | st.lists(_fragments, max_size=5).map(b"".join), st.sampled_from([None, "utf-8"]))
def test_any_bytes_give_replies_or_a_protocol_error_alike_in_all_forms(stream: bytes, encoding: str | None) -> None:
    outcomes = []
    for form in FORMS:
        for pieces in ([stream], [stream[i : i + 1] for i in range(len(stream))]):
            outcomes.append(outcome(reader_of(form, encoding=encoding, notEnoughData=NOTHING), pieces))
    assert len(set(map(repr, outcomes))) == 1


@given(st.lists(replies(hiredis=True), max_size=5), st.sampled_from([None, "latin-1"]))
def test_generated_replies_are_those_of_hiredis(sent: list[Reply], encoding: str | None) -> None:
    hiredis = pytest.importorskip("hiredis")
    stream = b"".join(reply.wire for reply in sent)
    theirs = hiredis.Reader(notEnoughData=NOTHING, replyError=ResponseError, encoding=encoding)
    expected = repr(simplified(read(theirs, stream)))
    for form in FORMS:
        ours = reader_of(form, notEnoughData=NOTHING, encoding=encoding)
        assert repr(simplified(read(ours, stream))) == expected


# What hiredis-py lets pass: it knows no bulk errors and attributes, does not look behind a bulk, has its own bounds.
_DIFFERENT = (
    b"(",
    b"!",
    b"|",
    b",000",
    b"$5368",
    b"$922337203685477580",
    b"=922337203685477580",
    b"$3",
    b"%9",
    b":1\n",
    b":99999999999999999999999",
)


@pytest.mark.parametrize(("wire", "text"), BROKEN, ids=lambda each: repr(each)[:30])
def test_hiredis_refuses_it_in_the_same_words(wire: bytes, text: str) -> None:
    hiredis = pytest.importorskip("hiredis")
    reader = hiredis.Reader()
    reader.feed(wire)
    if wire.startswith(_DIFFERENT):
        return
    with pytest.raises(hiredis.ProtocolError) as caught:
        reader.gets()
    assert str(caught.value) == text


def test_redis_py_runs_on_it(monkeypatch: pytest.MonkeyPatch, shared_redis_server: Any) -> None:
    """Its own hiredis parsers, blocking and asyncio, with our Reader and our type of pushes in hiredis's place."""
    redis = pytest.importorskip("redis")
    hiredis = pytest.importorskip("hiredis")
    from respkit import PushNotification, Reader

    monkeypatch.setattr(hiredis, "Reader", Reader)
    monkeypatch.setattr(hiredis, "PushNotification", PushNotification)

    for protocol in (2, 3):
        for decode in (False, True):
            with redis.Redis(port=shared_redis_server.port, protocol=protocol, decode_responses=decode) as client:
                check_commands(redis, client, decode)
                assert type(client.connection_pool.get_connection()._parser._reader) is Reader


def check_commands(redis: Any, client: Any, decode: bool) -> None:
    def text(value: str) -> object:
        return value if decode else value.encode()

    client.flushdb()
    assert client.set("k", "v" * 100_000) is True
    assert client.get("k") == text("v" * 100_000)
    assert client.get("missing") is None
    assert client.incr("n") == 1
    assert client.hset("h", mapping={"a": "1", "b": "2"}) == 2
    assert client.hgetall("h") == {text("a"): text("1"), text("b"): text("2")}
    assert client.zadd("z", {"x": 1.5}) == 1
    assert client.zscore("z", "x") == 1.5
    client.sadd("s", "m")
    assert set(client.smembers("s")) == {text("m")}
    assert client.rpush("l", *range(100)) == 100
    assert client.lrange("l", 0, -1) == [text(str(i)) for i in range(100)]
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        client.incr("l")
    pipe = client.pipeline()
    pipe.set("p", "1")
    pipe.incr("p")
    pipe.get("p")
    assert pipe.execute() == [True, 2, text("2")]
    assert client.config_get("max*")
    assert client.eval("return {1, {2, {ok='fine'}}, 'x'}", 0) == [1, [2, text("fine")], text("x")]
    with client.pubsub() as pubsub:
        pubsub.subscribe("c")
        assert pubsub.get_message(timeout=5)["type"] == "subscribe"
        client.publish("c", "m")
        assert pubsub.get_message(timeout=5)["data"] == text("m")


async def test_redis_pys_asyncio_client_runs_on_it(monkeypatch: pytest.MonkeyPatch, shared_redis_server: Any) -> None:
    redis = pytest.importorskip("redis.asyncio")
    hiredis = pytest.importorskip("hiredis")
    from respkit import PushNotification, Reader

    monkeypatch.setattr(hiredis, "Reader", Reader)
    monkeypatch.setattr(hiredis, "PushNotification", PushNotification)
    for protocol in (2, 3):
        async with redis.Redis(port=shared_redis_server.port, protocol=protocol, decode_responses=True) as client:
            await client.set("k", "v" * 100_000)
            assert await client.get("k") == "v" * 100_000
            async with client.pipeline() as pipe:
                assert await pipe.set("n", 1).incr("n").execute() == [True, 2]
            async with client.pubsub() as pubsub:
                await pubsub.subscribe("c")
                assert (await pubsub.get_message(timeout=5))["type"] == "subscribe"
                await client.publish("c", "m")
                assert (await pubsub.get_message(timeout=5))["data"] == "m"
