"""Beside a real redis-server: what it takes, what it refuses and in which words, and how it writes."""

from __future__ import annotations

import math
import random
import socket
import struct
from collections.abc import Iterator

import pytest

from respkit.errors import CommandError, ProtocolError
from tests.conftest import Peer, StartRedis
from tests.forms import Form, each_form
from tests.resp.commands import STREAMS, multibulk
from tests.resp.test_args import DOUBLES, INTEGERS, NO_DOUBLES, NO_INTEGERS

SCRIPT = b"return ARGV"


def ask(peer: Peer, stream: bytes) -> bytes:
    """All that the server says to a stream that ends there."""
    with peer.connect() as connection:
        connection.sendall(stream)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while data := connection.recv(1 << 20):
                received += data
        except ConnectionResetError:
            pass  # it closed with something of ours unread
        return received


def line_of(error: ProtocolError) -> bytes:
    text = str(error).encode("utf-8", "surrogateescape")
    return b"-ERR " + text.replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n"


def replies(form: Form, stream: bytes) -> list[bytes | None]:
    """What the server must say: None where the text is the command's affair."""
    parser = form.module("respkit.resp.inbuf").CommandParser()
    parser.buffer.feed(stream)
    found: list[bytes | None] = []
    try:
        while parser.next():
            args = parser.args.to_list()
            if args[0].upper() == b"ECHO" and len(args) == 2:
                found.append(b"$%d\r\n%b\r\n" % (len(args[1]), args[1]))
            elif args[0].upper() == b"EVAL" and args[1:3] == [SCRIPT, b"0"]:
                found.append(multibulk(*args[3:]))
            elif args[0].upper() == b"PING" and len(args) == 1:
                found.append(b"+PONG\r\n")
            else:
                found.append(None)
    except ProtocolError as error:
        found.append(line_of(error))
    return found


def compare(form: Form, peer: Peer, stream: bytes) -> None:
    said = ask(peer, stream)
    for expected in replies(form, stream):
        if expected is None:
            assert said[:1] in (b"-", b"+", b"$"), stream
            size = said.index(b"\r\n") + 2
            if said[:1] == b"$" and not said.startswith(b"$-1"):
                size += int(said[1 : size - 2]) + 2
        else:
            assert said[: len(expected)] == expected, stream
            size = len(expected)
        said = said[size:]
    assert said == b"", stream


@each_form
@pytest.mark.parametrize("stream", [stream for stream, _ in STREAMS], ids=lambda stream: repr(stream[:40]))
def test_the_streams_of_the_parsers_tests(form: Form, shared_redis_server: Peer, stream: bytes) -> None:
    compare(form, shared_redis_server, stream)


def words(rnd: random.Random) -> bytes:
    letters = b"ab \"'\\x4nrtba\r\t\xff\v\f"
    return bytes(rnd.choice(letters) if rnd.random() < 0.9 else 32 for _ in range(rnd.randint(0, 12)))


def random_streams(seed: int) -> Iterator[bytes]:
    rnd = random.Random(seed)
    odd = [
        b"*0\r\n",
        b"*-1\r\n",
        b"\r\n",
        b"\n",
        b"*+1\r\n",
        b"*\r\n",
        b"$",
        b"*2\r\nx\r\n",
        b"*01\r\n",
        b"*1\r\n$01\r\n",
    ]
    while True:
        stream = b""
        for _ in range(rnd.randint(1, 5)):
            kind = rnd.random()
            if kind < 0.5:
                value = rnd.randbytes(rnd.choice([0, 1, 2, 9, 10, 100]))
                stream += multibulk(b"ECHO", value)
                if kind < 0.1:
                    stream += multibulk(b"EVAL", SCRIPT, b"0", *[value] * rnd.randint(0, 12))
            elif kind < 0.8:
                stream += b'EVAL "%b" 0 ' % SCRIPT + words(rnd) + rnd.choice([b"\n", b"\r\n"])
            else:
                stream += rnd.choice(odd)
        if rnd.random() < 0.5:
            at = rnd.randint(0, len(stream))
            # Not a space: another script or another number of keys would run, and that is not the parser's affair.
            damage = bytes([rnd.choice(b"*$0\n\x00-+")])
            if SCRIPT not in stream[max(0, at - 20) : at + 20]:
                stream = stream[:at] + damage + stream[at + rnd.randint(0, 1) :]
        yield stream


@each_form
def test_random_streams(form: Form, shared_redis_server: Peer) -> None:
    for stream, _ in zip(random_streams(20240131), range(1500), strict=False):
        compare(form, shared_redis_server, stream)


@each_form
def test_before_authentication(form: Form, start_redis: StartRedis) -> None:
    peer = start_redis("--requirepass", "secret")
    for stream in (
        b"*11\r\n", b"*10\r\n$16385\r\n", b"*2147483648\r\n", b"*1\r\n$536870913\r\n", multibulk(b"ECHO", b"x" * 16_384),
        multibulk(b"DEL", *[b"x"] * 9), multibulk(b"DEL", *[b"x"] * 10), b"*x\r\n", b"SET '\r\n",
    ):  # fmt: skip
        parser = form.module("respkit.resp.inbuf").CommandParser()
        parser.trusted = False
        parser.buffer.feed(stream)
        expected = b""
        try:
            while parser.next():
                expected += b"-NOAUTH Authentication required.\r\n"
        except ProtocolError as error:
            expected += line_of(error)
        assert ask(peer, stream) == expected


@each_form
@pytest.mark.parametrize("text", [*DOUBLES, *NO_DOUBLES], ids=lambda text: repr(text[:20]))
def test_which_texts_are_doubles(form: Form, shared_redis_server: Peer, text: bytes) -> None:
    args = form.module("respkit.resp.inbuf").Args.of(text)
    said = ask(shared_redis_server, multibulk(b"ZADD", b"numbers", text, b"x"))
    if text in DOUBLES:
        assert args.float_at(0) == DOUBLES[text]
        assert said[:1] == b":"
    else:
        with pytest.raises(CommandError) as refused:
            args.float_at(0)
        assert said == b"-%b\r\n" % refused.value.reply


@each_form
@pytest.mark.parametrize("text", [*INTEGERS, *NO_INTEGERS], ids=lambda text: repr(text[:24]))
def test_which_texts_are_integers(form: Form, shared_redis_server: Peer, text: bytes) -> None:
    args = form.module("respkit.resp.inbuf").Args.of(text)
    said = ask(shared_redis_server, multibulk(b"DEL", b"n") + multibulk(b"INCRBY", b"n", text))[4:]
    if text in INTEGERS:
        assert said == b":%d\r\n" % args.int_at(0)
    else:
        with pytest.raises(CommandError) as refused:
            args.int_at(0)
        assert said == b"-%b\r\n" % refused.value.reply


@pytest.mark.parametrize("proto", [2, 3])
@each_form
def test_how_doubles_are_written(form: Form, shared_redis_server: Peer, proto: int) -> None:
    rnd = random.Random(5)
    values = [0.0, -0.0, 3.14, 1e15, 1e16, 1e17, 1e22, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, 0.1, 100.0]
    values += [struct.unpack("d", rnd.randbytes(8))[0] for _ in range(100)]
    values += [float(rnd.randint(-(10**17), 10**17)) for _ in range(100)]
    values = [value for value in values if not math.isnan(value)]
    stream, out = b"", form.module("respkit.resp.outbuf").OutBuffer(proto)
    for value in values:
        lua = {math.inf: "1/0", -math.inf: "-1/0"}.get(value, repr(value))
        stream += multibulk(b"EVAL", b"redis.setresp(3); return {double=%b}" % lua.encode(), b"0")
        out.double(value)
    said = ask(shared_redis_server, b"HELLO %d\r\n" % proto + stream)
    assert said.endswith(out.take())


@pytest.mark.parametrize("proto", [2, 3])
@each_form
def test_how_the_types_are_written(form: Form, start_redis: StartRedis, proto: int) -> None:
    peer = start_redis("--enable-debug-command", "yes")
    out = form.module("respkit.resp.outbuf").OutBuffer(proto)
    kinds = [
        b"string",
        b"integer",
        b"double",
        b"null",
        b"array",
        b"set",
        b"map",
        b"bignum",
        b"true",
        b"false",
        b"verbatim",
    ]
    said = ask(peer, b"HELLO %d\r\n" % proto + b"".join(b"DEBUG PROTOCOL %b\r\n" % kind for kind in kinds))
    out.bulk(b"Hello World")
    out.integer(12345)
    out.double(3.141)
    out.null()
    out.array(3)
    for i in range(3):
        out.integer(i)
    out.set(3)
    for i in range(3):
        out.integer(i)
    out.map(3)
    for i in range(3):
        out.integer(i)
        out.boolean(i == 1)
    out.big_number(b"1234567999999999999999999999999999999")
    out.boolean(True)
    out.boolean(False)
    out.verbatim(b"txt", b"This is a verbatim\nstring")
    assert said.endswith(out.take())
