"""Servers that are down, stuck, slow or broken, and clients that go or do not read: nobody else notices, nothing hangs."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.proxy.conftest import Backend, Client, Harness, encode, read_frame, shards, until

# On the first of two servers, and on the second.
FIRST = b"apple"
SECOND = b"pear"


async def two(harness: Harness, more: str = "", tail: str = "") -> tuple[Any, Backend, Backend]:
    first, second = await harness.backend(), await harness.backend()
    return await harness.proxy(shards(first.port, second.port, more=more) + tail), first, second


def error(backend: Backend, reason: str, name: str = "s1") -> bytes:
    return f"-ERR upstream {name} (127.0.0.1:{backend.port}): {reason}\r\n".encode()


# Servers ---------------------------------------------------------------------------------------------------------------


async def test_a_server_that_is_down_fails_at_once_and_comes_back(harness: Harness) -> None:
    proxy, first, _ = await two(harness)
    client = await harness.client(proxy)
    await first.stop()
    await until(lambda: "refused" in str(proxy.pools["main"].resp2[0].failure))
    start = time.monotonic()
    assert await client.call(b"GET", FIRST) == error(first, "connection refused")
    assert await client.call(b"GET", SECOND) == b"$8\r\nGET pear\r\n"
    assert await client.call(b"MSET", FIRST, b"1", SECOND, b"2") == error(first, "connection refused")
    assert time.monotonic() - start < 1
    await first.start()
    await until(lambda: proxy.pools["main"].resp2[0].state == 1)
    assert await client.call(b"GET", FIRST) == b"$9\r\nGET apple\r\n"


async def test_a_split_command_sends_nothing_if_a_server_is_down(harness: Harness) -> None:
    proxy, first, second = await two(harness)
    client = await harness.client(proxy)
    await first.stop()
    await until(lambda: proxy.pools["main"].resp2[0].state == 2)
    await client.call(b"MSET", FIRST, b"1", SECOND, b"2")
    assert second.received == []


async def test_never_connected(harness: Harness) -> None:
    backend = await harness.backend()
    await backend.stop()
    proxy = await harness.proxy(shards(backend.port), connected=False)
    client = await harness.client(proxy)
    assert await client.call(b"GET", b"k") == error(backend, "connection refused")
    await backend.start()
    await until(lambda: proxy.pools["main"].resp2[0].state == 1)
    assert await client.call(b"GET", b"k") == b"$5\r\nGET k\r\n"


async def test_a_connection_that_is_lost_fails_what_is_in_flight(harness: Harness) -> None:
    proxy, first, _ = await two(harness)
    client = await harness.client(proxy)
    await client.call(b"GET", FIRST)
    first.answer = lambda words: None
    client.send(encode(b"GET", FIRST) * 2 + encode(b"GET", SECOND) + encode(b"MGET", FIRST, SECOND))
    await until(lambda: len(first.received) == 4)
    first.answer = first.echo
    first.cut()
    lost = error(first, "closed the connection")
    assert await client.receive() in (lost, error(first, "connection lost: connection reset by peer"))
    assert (await client.receive()).startswith(b"-ERR upstream s1")
    assert await client.receive() == b"$8\r\nGET pear\r\n"
    assert (await client.receive()).startswith(b"-ERR upstream s1")
    assert await client.call(b"GET", FIRST) == b"$9\r\nGET apple\r\n"


async def test_a_stuck_server_times_out_and_others_do_not(harness: Harness) -> None:
    proxy, first, _ = await two(harness, "timeout_ms = 100")
    client, other = await harness.client(proxy), await harness.client(proxy)
    first.answer = lambda words: None
    start = time.monotonic()
    client.send(encode(b"GET", SECOND) + encode(b"GET", FIRST) + encode(b"GET", SECOND) + b"PING\r\n")
    assert await client.receive() == b"$8\r\nGET pear\r\n"
    assert await other.call(b"GET", SECOND) == b"$8\r\nGET pear\r\n"
    assert time.monotonic() - start < 0.1
    assert await client.receive() == error(first, "no reply within 100 ms")
    assert 0.09 < time.monotonic() - start < 1
    assert await client.receive() == b"$8\r\nGET pear\r\n"
    assert await client.receive() == b"+PONG\r\n"
    # The connection was closed, and a new one made.
    first.answer = first.echo
    await until(lambda: first.accepted == 2)
    assert await client.call(b"GET", FIRST) == b"$9\r\nGET apple\r\n"


async def test_a_server_that_accepts_and_says_nothing_at_log_in(harness: Harness) -> None:
    backend = await harness.backend()
    backend.answer = lambda words: None
    text = shards(backend.port, more='timeout_ms = 100\npassword = "p"')
    proxy = await harness.proxy(text, connected=False)
    client = await harness.client(proxy)
    start = time.monotonic()
    assert b"within 100 ms\r\n" in await client.call(b"GET", b"k")
    assert time.monotonic() - start < 1
    assert await client.call(b"GET", b"k") == error(backend, "not connected within 100 ms")


async def test_requests_wait_while_the_connection_is_made(harness: Harness) -> None:
    backend = await harness.backend()
    replies = {b"AUTH": b"+OK\r\n", b"SELECT": b"+OK\r\n"}
    backend.answer = lambda words: replies.get(words[0]) or backend.echo(words)
    backend.reading.clear()
    text = shards(backend.port, more='timeout_ms = 3000\nusername = "svc"\npassword = "p"\ndb = 3')
    proxy = await harness.proxy(text, connected=False)
    client = await harness.client(proxy)
    client.send(encode(b"GET", b"a") + encode(b"GET", b"b"))
    await until(lambda: proxy.sessions and proxy.connections == 1 and backend.accepted == 1)
    assert backend.received == []
    backend.reading.set()
    assert await client.receive() == b"$5\r\nGET a\r\n"
    assert await client.receive() == b"$5\r\nGET b\r\n"
    assert backend.received == [[b"AUTH", b"svc", b"p"], [b"SELECT", b"3"], [b"GET", b"a"], [b"GET", b"b"]]


async def test_a_refused_log_in_lets_no_request_through(harness: Harness) -> None:
    backend = await harness.backend()
    backend.answer = lambda words: b"-WRONGPASS no\r\n" if words[0] == b"AUTH" else backend.echo(words)
    proxy = await harness.proxy(shards(backend.port, more='password = "p"'), connected=False)
    client = await harness.client(proxy)
    assert await client.call(b"GET", b"k") == error(backend, "WRONGPASS no")
    assert all(words[0] == b"AUTH" for words in backend.received)


@pytest.mark.parametrize(
    "rubbish", [b"rubbish\r\n", b"$x\r\n", b":1\r\n:2\r\n:3\r\n", b"*-5\r\n", b"\r\n", b"$5\r\nabcdefg\r\n"]
)
async def test_a_server_that_breaks_the_protocol_is_left(harness: Harness, rubbish: bytes) -> None:
    proxy, first, _ = await two(harness)
    client = await harness.client(proxy)
    first.answer = lambda words: rubbish
    reply = await client.call(b"GET", FIRST)
    assert reply == b":1\r\n" or reply.startswith(error(first, "")[:-2])
    await until(lambda: first.accepted == 2)
    first.answer = first.echo
    assert await client.call(b"GET", SECOND) == b"$8\r\nGET pear\r\n"
    await until(lambda: proxy.pools["main"].resp2[0].state == 1)
    assert await client.call(b"GET", FIRST) == b"$9\r\nGET apple\r\n"


async def test_a_reply_that_is_too_large(harness: Harness) -> None:
    proxy, first, _ = await two(harness, tail="[limits]\nreply_bytes = 1000\n")
    client = await harness.client(proxy)
    first.answer = lambda words: b"$2000\r\n" + b"x" * 2000 + b"\r\n"
    assert (await client.call(b"GET", FIRST)).startswith(error(first, "it broke the protocol: ")[:-2])


async def test_a_large_reply_that_keeps_coming_is_not_stuck(harness: Harness) -> None:
    proxy, first, _ = await two(harness, "timeout_ms = 150")
    client = await harness.client(proxy, limit=1 << 22)
    first.answer = lambda words: None
    client.send(encode(b"GET", FIRST))
    await until(lambda: len(first.received) == 1)
    first.connections[0].write(b"$100000\r\n")
    for _ in range(10):
        first.connections[0].write(b"x" * 10000)
        await asyncio.sleep(0.05)
    first.connections[0].write(b"\r\n")
    assert await client.receive() == b"$100000\r\n" + b"x" * 100000 + b"\r\n"


async def test_pushes_of_a_server_reach_nobody(harness: Harness) -> None:
    proxy, first, second = await two(harness)
    hello = b"%1\r\n$5\r\nproto\r\n:3\r\n"
    push = b">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n"
    for backend in (first, second):
        backend.answer = lambda words: (
            hello if words[0] == b"HELLO" else push + b"|1\r\n+ttl\r\n:1\r\n+reply\r\n" + push
        )
    client = await harness.client(proxy)
    await client.call(b"HELLO", b"3")
    for _ in range(3):
        assert await client.call(b"GET", FIRST) == b"|1\r\n+ttl\r\n:1\r\n+reply\r\n"


# Clients -----------------------------------------------------------------------------------------------------------------


async def test_replies_of_a_client_that_went_are_dropped(harness: Harness) -> None:
    proxy, first, _ = await two(harness)
    gone, stays, other = [await harness.client(proxy) for _ in range(3)]
    first.reading.clear()
    gone.send(b"".join([encode(b"GET", b"{apple}%d" % i) for i in range(100)]))
    upstream = proxy.pools["main"].resp2[0]
    await until(lambda: upstream.requests == 100)
    stays.send(encode(b"GET", FIRST))
    await until(lambda: upstream.requests == 101)
    gone.drop()
    await other.call(b"PING")
    first.reading.set()
    assert await stays.receive() == b"$9\r\nGET apple\r\n"
    await until(lambda: len(proxy.sessions) == 2)


async def test_a_client_that_does_not_read_is_not_read_from(harness: Harness) -> None:
    value = b"$50000\r\n" + b"x" * 50000 + b"\r\n"
    proxy, first, second = await two(harness, tail="[limits]\nclient_pause_bytes = 200000\n")
    first.answer = second.answer = lambda words: value
    slow, other = await harness.client(proxy, limit=1000), await harness.client(proxy, limit=1 << 20)
    count = 2000
    slow.send(encode(b"GET", FIRST) * count)
    await until(lambda: any(session.carrier.paused for session in proxy.sessions))
    for _ in range(20):
        assert await other.call(b"GET", FIRST) == value
    # Not all of its requests have been taken, by far, and what waits for it is bounded.
    sent = len(first.received) + len(second.received)
    assert sent < count
    assert max(session.carrier.outbuf.size() for session in proxy.sessions) < 200_000 + 1024 * 51_000
    # It loses nothing: when it reads, the rest is done.
    async with asyncio.timeout(30):
        for _ in range(count):
            assert await slow.reader.readuntil(b"\n") == b"$50000\r\n"
            await slow.reader.readexactly(50002)


async def test_a_client_that_never_reads_is_closed(harness: Harness) -> None:
    value = b"$100000\r\n" + b"x" * 100000 + b"\r\n"
    limits = "[limits]\nclient_pause_bytes = 100000\nclient_close_bytes = 20000000\n"
    proxy, first, second = await two(harness, tail=limits)
    first.answer = second.answer = lambda words: value
    slow = await harness.client(proxy, limit=1000)
    slow.send(encode(b"GET", FIRST) * 1000)
    await until(lambda: not proxy.sessions)


async def test_a_flood_of_writes_is_bounded(harness: Harness) -> None:
    proxy, first, _ = await two(harness, "timeout_ms = 5000", "[limits]\nclient_in_flight = 10\n")
    first.reading.clear()
    client = await harness.client(proxy)
    client.send(encode(b"SET", FIRST, b"v") * 1000)
    upstream = proxy.pools["main"].resp2[0]
    await until(lambda: upstream.requests == 10)
    await asyncio.sleep(0.02)
    assert upstream.requests == 10
    first.reading.set()
    for _ in range(1000):
        assert await client.receive() == b"$11\r\nSET apple v\r\n"


async def test_a_server_that_does_not_read_holds_its_writers_and_nobody_else(harness: Harness) -> None:
    proxy, first, _ = await two(harness, "timeout_ms = 20000", "[limits]\nupstream_pause_bytes = 100000\n")
    await until(lambda: len(first.connections) == 1)
    first.answer = lambda words: b"+OK\r\n"
    first.reading.clear()
    writer, other = await harness.client(proxy), await harness.client(proxy)
    value = b"x" * 100_000
    count = 300
    sending = asyncio.create_task(send_all(writer, encode(b"SET", FIRST, value) * count))
    upstream = proxy.pools["main"].resp2[0]
    await until(lambda: upstream.is_blocking)
    assert upstream.requests < count
    for _ in range(20):
        assert await other.call(b"GET", SECOND) == b"$8\r\nGET pear\r\n"
    first.reading.set()
    async with asyncio.timeout(30):
        for _ in range(count):
            assert await writer.reader.readuntil(b"\n") == b"+OK\r\n"
    await sending


async def send_all(client: Client, data: bytes) -> None:
    for at in range(0, len(data), 1 << 16):
        client.send(data[at : at + (1 << 16)])
        await client.writer.drain()


async def test_half_a_command_holds_nobody(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    half, other = await harness.client(proxy), await harness.client(proxy)
    half.send(b"*2\r\n$3\r\nGET\r\n$5\r\nap")
    for _ in range(10):
        assert await other.call(b"GET", FIRST) == b"$9\r\nGET apple\r\n"
    half.send(b"ple\r\n")
    assert await half.receive() == b"$9\r\nGET apple\r\n"


async def test_a_client_that_sends_no_more_gets_all_its_replies(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    client.send((encode(b"GET", FIRST) + encode(b"GET", SECOND)) * 50)
    client.writer.write_eof()
    assert await client.at_end() == b"$9\r\nGET apple\r\n$8\r\nGET pear\r\n" * 50


async def test_what_breaks_the_protocol_is_told_and_closed(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    client.send(encode(b"GET", FIRST) + b"*1\r\n$x\r\n" + encode(b"GET", FIRST))
    assert await client.at_end() == b"$9\r\nGET apple\r\n-ERR Protocol error: invalid bulk length\r\n"


async def test_one_command_cannot_take_all_memory(harness: Harness) -> None:
    proxy, *_ = await two(harness, tail="[limits]\nrequest_bytes = 10000\n")
    client = await harness.client(proxy)
    client.send(b"*2\r\n$3\r\nGET\r\n$10001\r\n")
    assert await client.at_end() == b"-ERR Protocol error: invalid bulk length\r\n"
    client = await harness.client(proxy)
    client.send(b"*1000000\r\n$4\r\nMGET\r\n" + b"$1000\r\n%b\r\n" % (b"x" * 1000) * 100)
    # What it went on sending may keep the error from arriving.
    assert await client.at_end() in (b"-ERR Protocol error: too big command\r\n", b"")
    client = await harness.client(proxy)
    for _ in range(30):
        assert await client.call(b"SET", FIRST, b"x" * 5000) == b"$5010\r\nSET apple %b\r\n" % (b"x" * 5000)


async def test_a_graceful_stop_sends_the_replies_that_are_owed(harness: Harness) -> None:
    proxy, first, _ = await two(harness)
    busy, idle = await harness.client(proxy), await harness.client(proxy)
    await idle.call(b"PING")
    first.reading.clear()
    busy.send(encode(b"GET", FIRST))
    await until(lambda: proxy.pools["main"].resp2[0].requests == 1)
    stopping = asyncio.create_task(proxy.stop(5))
    assert await idle.at_end() == b""
    first.reading.set()
    assert await busy.at_end() == b"$9\r\nGET apple\r\n"
    await stopping
    with pytest.raises(ConnectionRefusedError):
        await harness.client(proxy)
    harness.proxies.clear()


# Chaos -------------------------------------------------------------------------------------------------------------------


async def chatter(harness: Harness, proxy: Any, number: int, chance: random.Random, counts: dict[str, int]) -> None:
    """A client that sends numbered requests, checks that each reply is its own, and sometimes just goes."""
    for life in range(4):
        client = await harness.client(proxy)
        for batch in range(12):
            words = []
            for i in range(chance.randrange(1, 30)):
                key = b"%d:%d:%d:%d:%08x" % (number, life, batch, i, chance.getrandbits(32))
                kind = chance.randrange(5)
                words.append([b"PING", key] if kind == 0 else [b"MGET", key, key[::-1]] if kind == 1 else [b"GET", key])
            client.send(b"".join([encode(*each) for each in words]))
            if chance.random() < 0.08:
                break
            for each in words:
                reply = await client.receive()
                if reply.startswith(b"-ERR upstream s"):
                    counts["failed"] += 1
                    continue
                counts["answered"] += 1
                if each[0] == b"PING":
                    assert reply == b"$%d\r\n%b\r\n" % (len(each[1]), each[1])
                elif each[0] == b"GET":
                    assert reply == Backend.echo(each)
                else:
                    expected = b"".join([b"$%d\r\n%b\r\n" % (len(key), key) for key in each[1:]])
                    assert reply == b"*2\r\n" + expected
        if chance.random() < 0.5:
            client.drop()
        else:
            await client.close()


def numbered(words: list[bytes]) -> bytes:
    if words[0].upper() == b"MGET":
        return b"*%d\r\n" % (len(words) - 1) + b"".join([b"$%d\r\n%b\r\n" % (len(word), word) for word in words[1:]])
    return Backend.echo(words)


@pytest.mark.parametrize("seed", range(3))
async def test_replies_never_cross(harness: Harness, seed: int) -> None:
    chance = random.Random(seed)
    backends = [await harness.backend() for _ in range(3)]
    for backend in backends:
        backend.answer = numbered
    proxy = await harness.proxy(shards(*[backend.port for backend in backends], more="timeout_ms = 300"))
    counts = {"answered": 0, "failed": 0}

    async def trouble() -> None:
        while True:
            await asyncio.sleep(chance.random() * 0.03)
            backend = chance.choice(backends)
            kind = chance.randrange(4)
            if kind == 0:
                backend.cut()
            elif kind == 1:
                await backend.stop()
                await asyncio.sleep(chance.random() * 0.05)
                await backend.start()
            elif kind == 2:
                # Stuck: what it does not answer it must not answer later with something else.
                backend.answer = lambda words: None
                await asyncio.sleep(0.01)
                backend.cut()
                backend.answer = numbered

    troubling = asyncio.create_task(trouble())
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(
                *[chatter(harness, proxy, i, random.Random(seed * 100 + i), counts) for i in range(12)]
            )
    finally:
        troubling.cancel()
    assert counts["answered"] > 100
    await until(lambda: not proxy.sessions)
    # What was lost on the way leaves nothing behind.
    for upstream in proxy.pools["main"].resp2:
        await until(lambda upstream=upstream: upstream.unanswered == 0)


# Fuzz ---------------------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    rb"*|$|\r\n|\n|\r|1|2|3|-1|0|GET|MGET|apple|pear|\0|'|\"| |99999999999999999999|$3\r\nGET\r\n|PING\r\n|HELLO 3\r\n|QUIT\r\n|"
    rb"*2\r\n$3\r\nGET\r\n$5\r\napple\r\n".decode("unicode_escape")
    .encode("latin-1")
    .split(b"|")
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(PIECES, max_size=30).map(b"".join))
async def test_clients_that_send_anything(data: bytes) -> None:
    harness = Harness()
    try:
        proxy, *_ = await two(harness)
        client, other = await harness.client(proxy), await harness.client(proxy)
        client.send(data)
        assert await other.call(b"GET", FIRST) == b"$9\r\nGET apple\r\n"
        client.writer.write_eof()
        await client.at_end()
        assert await other.call(b"GET", SECOND) == b"$8\r\nGET pear\r\n"
    finally:
        await harness.end()


REPLIES = st.sampled_from(
    rb"+OK\r\n;:1\r\n;$-1\r\n;*0\r\n;*-1\r\n;*2\r\n;$3\r\nabc\r\n;-ERR x\r\n;$;\r\n;*1\r\n;%1\r\n;_\r\n;>1\r\n;|1\r\n;#t\r\n;"
    rb"$5\r\nab;x;*99999999\r\n;$99999999\r\n;(12\r\n;~1\r\n".decode("unicode_escape")
    .encode("latin-1")
    .split(b";")
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(replies=st.lists(REPLIES, max_size=12))
async def test_servers_that_send_anything(replies: list[bytes]) -> None:
    harness = Harness()
    try:
        proxy, first, _ = await two(harness, "timeout_ms = 50")
        client, other = await harness.client(proxy), await harness.client(proxy)
        left = list(replies)
        first.answer = lambda words: left.pop(0) if left else None
        for words in (
            [b"GET", FIRST],
            [b"MGET", FIRST, SECOND],
            [b"DEL", FIRST, SECOND],
            [b"MSET", FIRST, b"", SECOND, b""],
        ):
            client.send(encode(*words))
        for _ in range(4):
            async with asyncio.timeout(5):
                await read_frame(client.reader)
            assert await other.call(b"GET", SECOND) == b"$8\r\nGET pear\r\n"
    finally:
        await harness.end()
