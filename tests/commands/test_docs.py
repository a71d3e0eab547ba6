"""COMMAND DOCS without a live Redis: the notation of arguments, and replies on the wire."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from respkit.commands.docs import doc_of, docs_of
from respkit.commands.docs.model import Argument, read_arguments
from respkit.commands.model import Command
from respkit.commands.reply import Set, Simple, getkeysandflags_reply, info_of, put
from respkit.commands.table import ALL, GROUPS, lookup
from respkit.resp.outbuf import OutBuffer


def command_of(name: bytes) -> Command:
    command = lookup(name)
    assert command is not None
    return command


def told(argument: Argument) -> dict[str, Any]:
    """An argument's fields, without those that say nothing."""
    fields: dict[str, Any] = {"name": argument.name, "type": argument.type}
    if argument.key_spec_index >= 0:
        fields["key"] = argument.key_spec_index
    if argument.token is not None:
        fields["token"] = argument.token
    for name in ("since", "deprecated_since", "flags"):
        if getattr(argument, name):
            fields[name] = getattr(argument, name)
    if argument.arguments:
        fields["of"] = [told(inner) for inner in argument.arguments]
    return fields


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("value", [{"name": "value", "type": "string"}]),
        ("'ip:port'", [{"name": "ip:port", "type": "string"}]),
        ("key@0 n:int", [{"name": "key", "type": "key", "key": 0}, {"name": "n", "type": "integer"}]),
        ("p:pattern@1", [{"name": "p", "type": "pattern", "key": 1}]),
        ("at:time^7.0.0", [{"name": "at", "type": "unix-time", "since": "7.0.0"}]),
        ("old!2.8.12", [{"name": "old", "type": "string", "deprecated_since": "2.8.12"}]),
        ("[NX]", [{"name": "nx", "type": "pure-token", "token": "NX", "flags": ("optional",)}]),
        ("sorting=ALPHA", [{"name": "sorting", "type": "pure-token", "token": "ALPHA"}]),
        ('none=""', [{"name": "none", "type": "pure-token", "token": ""}]),
        ("n:int<COUNT>", [{"name": "n", "type": "integer", "token": "COUNT"}]),
        ("x*", [{"name": "x", "type": "string", "flags": ("multiple",)}]),
        (
            "[x<GET>**]",
            [{"name": "x", "type": "string", "token": "GET", "flags": ("optional", "multiple", "multiple_token")}],
        ),
        (
            "[pick(A^1.0|b)<OF>]",
            [
                {
                    "name": "pick",
                    "type": "oneof",
                    "token": "OF",
                    "flags": ("optional",),
                    "of": [
                        {"name": "a", "type": "pure-token", "token": "A", "since": "1.0"},
                        {"name": "b", "type": "string"},
                    ],
                }
            ],
        ),
        (
            "pair{field [v]}*",
            [
                {
                    "name": "pair",
                    "type": "block",
                    "flags": ("multiple",),
                    "of": [
                        {"name": "field", "type": "string"},
                        {"name": "v", "type": "string", "flags": ("optional",)},
                    ],
                }
            ],
        ),
    ],
)
def test_arguments(text: str, expected: list[dict[str, Any]]) -> None:
    assert [told(argument) for argument in read_arguments(text)] == expected


@pytest.mark.parametrize("text", [" ", "a  b", "[a", "a]", "a(b", "a(b c)", "a{b|c}", "a()", "a^^1", "<A>", "a b "])
def test_arguments_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match="cannot read the arguments"):
        read_arguments(text)


def test_every_document_has_a_command() -> None:
    names = [
        name for group in GROUPS for name in import_module(f"respkit.commands.docs.{group.replace('-', '_')}").DOCS
    ]
    assert sorted(names) == sorted(command.name for command in ALL)


@pytest.mark.parametrize("command", ALL, ids=repr)
def test_summaries_are_one_short_line(command: Command) -> None:
    summary = doc_of(command).summary
    assert 0 < len(summary) < 100
    assert "\n" not in summary
    assert not summary.endswith(".")


def written(value: Any, proto: int) -> bytes:
    out = OutBuffer()
    out.proto = proto
    put(out, value)
    return out.take()


def test_replies_on_the_wire() -> None:
    value = [b"a", 1, None, Simple(b"OK"), Set([Simple(b"x")]), {b"k": b"v"}]
    assert written(value, 2) == (b"*6\r\n$1\r\na\r\n:1\r\n$-1\r\n+OK\r\n*1\r\n+x\r\n*2\r\n$1\r\nk\r\n$1\r\nv\r\n")
    assert written(value, 3) == b"*6\r\n$1\r\na\r\n:1\r\n_\r\n+OK\r\n~1\r\n+x\r\n%1\r\n$1\r\nk\r\n$1\r\nv\r\n"


def test_info_on_the_wire() -> None:
    assert written(info_of(command_of(b"get")), 3) == (
        b"*10\r\n$3\r\nget\r\n:2\r\n~2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n~3\r\n+@read\r\n+@string\r\n+@fast\r\n"
        b"~0\r\n~1\r\n%3\r\n$5\r\nflags\r\n~2\r\n+RO\r\n+access\r\n"
        b"$12\r\nbegin_search\r\n%2\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n%1\r\n$5\r\nindex\r\n:1\r\n"
        b"$9\r\nfind_keys\r\n%2\r\n$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n"
        b"%3\r\n$7\r\nlastkey\r\n:0\r\n$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n~0\r\n"
    )


@pytest.mark.parametrize("proto", [2, 3])
def test_info_is_what_redis_sends(proto: int, live: Any, shared_redis_server: Any) -> None:
    """Byte for byte, for a few commands whose reply has no text of ours."""
    names = [b"get", b"mset", b"xread", b"zunionstore", b"migrate", b"info"]
    with shared_redis_server.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(b"HELLO %d\r\nPING\r\n" % proto)
        while stream.readline() != b"+PONG\r\n":
            pass
        for name in names:
            command = command_of(name)
            expected = written([info_of(command)], proto)
            connection.sendall(b"COMMAND INFO %s\r\n" % name)
            assert stream.read(len(expected)) == expected


def test_docs_name_their_subcommands() -> None:
    docs = docs_of(command_of(b"config"))
    assert docs[b"group"] == b"server"
    assert docs[b"subcommands"][b"config|get"][b"since"] == b"2.0.0"


def test_getkeysandflags() -> None:
    assert written(getkeysandflags_reply([b"set", b"k", b"v"]), 3) == b"*1\r\n*2\r\n$1\r\nk\r\n~2\r\n+OW\r\n+update\r\n"
