"""Python objects as commands and replies."""

from __future__ import annotations

import pytest

from respkit.errors import CommandError, DataError, ResponseError
from respkit.resp.encode import encode_command, encode_commands, encode_reply

REPLIES = [
    (b"a\r\nb", b"$4\r\na\r\nb\r\n", b"$4\r\na\r\nb\r\n"),
    ("é", b"$2\r\n\xc3\xa9\r\n", b"$2\r\n\xc3\xa9\r\n"),
    (7, b":7\r\n", b":7\r\n"),
    (2**64, b"$20\r\n18446744073709551616\r\n", b"(18446744073709551616\r\n"),
    (1.5, b"$3\r\n1.5\r\n", b",1.5\r\n"),
    (None, b"$-1\r\n", b"_\r\n"),
    (True, b":1\r\n", b"#t\r\n"),
    ([1, [b"x"], ()], b"*3\r\n:1\r\n*1\r\n$1\r\nx\r\n*0\r\n", b"*3\r\n:1\r\n*1\r\n$1\r\nx\r\n*0\r\n"),
    ({b"a": 1, b"b": None}, b"*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n$-1\r\n", b"%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n_\r\n"),
    ({5}, b"*1\r\n:5\r\n", b"~1\r\n:5\r\n"),
    (CommandError(b"WRONGTYPE no"), b"-WRONGTYPE no\r\n", b"-WRONGTYPE no\r\n"),
    (ResponseError("ERR a\nb"), b"-ERR a b\r\n", b"-ERR a b\r\n"),
]


@pytest.mark.parametrize(("value", "resp2", "resp3"), REPLIES, ids=[repr(reply[0]) for reply in REPLIES])
def test_a_reply_is_written_by_protocol_version(value: object, resp2: bytes, resp3: bytes) -> None:
    assert encode_reply(value) == resp2
    assert encode_reply(value, 3) == resp3


def test_a_command_is_an_array_of_bulk_strings() -> None:
    assert encode_command("SET", b"k", 1) == b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\n"
    assert encode_commands([["PING"], ("ECHO", 1.5)]) == b"*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$3\r\n1.5\r\n"


def test_what_has_no_encoding_is_refused() -> None:
    with pytest.raises(DataError, match="object"):
        encode_reply([object()])
    with pytest.raises(DataError, match="NoneType"):
        encode_command("SET", "k", None)


def test_lists_without_end_are_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(DataError, match="deeper"):
        encode_reply(endless)
