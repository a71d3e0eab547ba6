"""What a client gets: commands routed, split, answered, refused, byte for byte."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.proxy.conftest import Backend, Client, Harness, encode, shards, until

USERS = """
[[users]]
acl = "user app on >secret ~app:* +@read +@write +@connection -@dangerous"

[[users]]
acl = "user admin on >root ~* &* +@all"
"""


async def two(harness: Harness, more: str = "") -> tuple[Any, Backend, Backend]:
    first, second = await harness.backend(), await harness.backend()
    return await harness.proxy(shards(first.port, second.port) + more), first, second


def names(count: int) -> list[bytes]:
    """Keys that spread: those that differ in a digit or two hardly do, by nutcracker's usual hash."""
    return [b"%08x" % (i * 2654435761 % 2**32) for i in range(1, count + 1)]


async def test_commands_go_where_their_key_is(harness: Harness) -> None:
    proxy, *backends = await two(harness)
    client = await harness.client(proxy)
    for key in names(200):
        assert await client.call(b"SET", key, b"v") == b"$14\r\nSET %b v\r\n" % key
    placement = proxy.pools["main"].placement
    for i, backend in enumerate(backends):
        assert len(backend.received) > 30
        assert all(placement.index(words[1]) == i for words in backend.received)


async def test_a_pipeline_is_answered_in_order(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    client.send(b"".join([encode(b"GET", name) for name in names(500)]))
    for name in names(500):
        assert await client.receive() == b"$12\r\nGET %b\r\n" % name


async def test_answers_of_the_proxy_wait_for_their_turn(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    client.send(encode(b"GET", b"a") + b"PING\r\nfoo\r\n" + encode(b"GET", b"b") + b"ECHO x\r\nQUIT\r\nGET c\r\n")
    assert await client.at_end() == (
        b"$5\r\nGET a\r\n+PONG\r\n-ERR unknown command 'foo', with args beginning with: \r\n$5\r\nGET b\r\n$1\r\nx\r\n+OK\r\n"
    )


@pytest.mark.parametrize("size", range(1, 30))
async def test_commands_in_pieces(harness: Harness, size: int) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    data = encode(b"SET", b"k", b"v" * 10) + encode(b"MGET", b"a", b"b") + b"PING\r\n"
    for at in range(0, len(data), size):
        client.send(data[at : at + size])
        await asyncio.sleep(0)
    assert await client.receive() == b"$16\r\nSET k vvvvvvvvvv\r\n"


async def test_inline_and_oddly_written_commands_arrive_well_formed(harness: Harness) -> None:
    proxy, first, second = await two(harness)
    client = await harness.client(proxy)
    assert await client.say("GET k") == b"$5\r\nGET k\r\n"
    client.send(b"GET 'k k'\r\n")
    assert await client.receive() == b"$7\r\nGET k k\r\n"
    # Redis does not look at the bytes behind a bulk, nor at the one behind a CR.
    client.send(b"*2\rX$3\rYGETZZ$1\r\nkQQ")
    assert await client.receive() == b"$5\r\nGET k\r\n"
    assert all(words[0] == b"GET" for words in first.received + second.received)


async def test_a_large_value(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy, limit=1 << 24)
    value = bytes(range(256)) * 4096
    assert await client.call(b"SET", b"k", value) == b"$%d\r\nSET k %b\r\n" % (len(value) + 6, value)


# Split commands ------------------------------------------------------------------------------------------------------


def stored(values: dict[bytes, bytes]) -> Any:
    """A back end's answers from a dict."""

    def answer(words: list[bytes]) -> bytes:
        name = words[0].upper()
        if name == b"MGET":
            found = [values.get(key) for key in words[1:]]
            return b"*%d\r\n" % len(found) + b"".join(
                [b"$-1\r\n" if value is None else b"$%d\r\n%b\r\n" % (len(value), value) for value in found]
            )
        if name == b"MSET":
            values.update(zip(words[1::2], words[2::2], strict=True))
            return b"+OK\r\n"
        if name in (b"DEL", b"UNLINK"):
            return b":%d\r\n" % sum(values.pop(key, None) is not None for key in words[1:])
        return b":%d\r\n" % sum(key in values for key in words[1:])

    return answer


async def test_split_commands(harness: Harness) -> None:
    proxy, *backends = await two(harness)
    stores: list[dict[bytes, bytes]] = [{}, {}]
    for backend, store in zip(backends, stores, strict=True):
        backend.answer = stored(store)
    client = await harness.client(proxy)
    keys = names(50)
    pairs = [word for key in keys for word in (key, b"v" + key)]
    assert await client.call(b"MSET", *pairs) == b"+OK\r\n"
    assert len(stores[0]) + len(stores[1]) == 50 and all(len(store) > 5 for store in stores)
    expected = b"".join([b"$9\r\nv%b\r\n" % key for key in keys])
    assert await client.call(b"MGET", *keys) == b"*50\r\n" + expected
    assert await client.call(b"mget", b"none", *keys[:2]) == b"*3\r\n$-1\r\n" + expected[:30]
    assert await client.call(b"EXISTS", *keys, *keys) == b":100\r\n"
    assert await client.call(b"TOUCH", *keys, b"none") == b":50\r\n"
    assert await client.call(b"DEL", *keys[:20], *keys[:20]) == b":20\r\n"
    assert await client.call(b"UNLINK", *keys) == b":30\r\n"
    assert stores == [{}, {}]


async def test_keys_on_one_server_go_as_they_came(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    assert await client.say("mGeT {t}a {t}b") == b"$14\r\nmGeT {t}a {t}b\r\n"
    assert await client.say("SUNIONSTORE {t}a {t}b {t}c") == b"$26\r\nSUNIONSTORE {t}a {t}b {t}c\r\n"


async def test_an_error_of_one_part_is_the_reply(harness: Harness) -> None:
    proxy, first, second = await two(harness)
    keys = names(20)
    pairs = [word for key in keys for word in (key, b"v")]
    first.answer = stored({})
    second.answer = lambda words: b"-OOM no memory\r\n"
    client = await harness.client(proxy)
    for words in ([b"MGET", *keys], [b"MSET", *pairs], [b"DEL", *keys], [b"EXISTS", *keys]):
        assert await client.call(*words) == b"-OOM no memory\r\n"
    second.answer = lambda words: b"+HM\r\n"
    for words in ([b"MGET", *keys], [b"MSET", *pairs], [b"DEL", *keys]):
        reply = await client.call(*words)
        assert reply == b"-ERR upstream s2 (127.0.0.1:%d): it gave a reply of another kind\r\n" % second.port
    second.answer = lambda words: b"*1\r\n$1\r\nx\r\n"
    assert b"another kind" in await client.call(b"MGET", *keys)
    assert await client.say("PING") == b"+PONG\r\n"


async def test_mset_of_odd_arguments(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    assert await client.say("MSET a 1 b") == b"-ERR wrong number of arguments for 'mset' command\r\n"


# What cannot be routed -----------------------------------------------------------------------------------------------

REFUSED = [
    ("KEYS *", "it names no key, so that there is no telling which server is meant"),
    ("SCAN 0", "it names no key, so that there is no telling which server is meant"),
    ("SUBSCRIBE c", "publish and subscribe are not there yet"),
    ("PUBLISH c m", "publish and subscribe are not there yet"),
    ("MONITOR", "it needs a connection of its own, and the connection to the server is shared by all clients"),
    ("MULTI", "it needs a connection of its own, and the connection to the server is shared by all clients"),
    ("WATCH a", "it needs a connection of its own, and the connection to the server is shared by all clients"),
    ("CLIENT REPLY OFF", "it needs a connection of its own, and the connection to the server is shared by all clients"),
    (
        "CLIENT TRACKING ON",
        "it needs a connection of its own, and the connection to the server is shared by all clients",
    ),
    ("BLPOP a 0", "it waits, and the connection to the server is shared by all clients"),
    ("WAIT 1 0", "it waits, and the connection to the server is shared by all clients"),
    ("XREAD BLOCK 0 STREAMS s 0", "with BLOCK it waits, and the connection to the server is shared by all clients"),
    (
        "XREAD COUNT 1 block 0 STREAMS s 0",
        "with BLOCK it waits, and the connection to the server is shared by all clients",
    ),
    ("XREADGROUP GROUP g c BLOCK 0 STREAMS s 0", "with BLOCK it waits, and the connection to the server is shared"),
    ("SCRIPT LOAD x", "it names no key, so that there is no telling which server is meant"),
    ("FLUSHALL", "it is for the server itself, not for what is behind the proxy"),
    ("CONFIG SET a b", "it is for the server itself, not for what is behind the proxy"),
    ("DEBUG SLEEP 1", "it is for the server itself, not for what is behind the proxy"),
    ("SHUTDOWN", "it is for the server itself, not for what is behind the proxy"),
    ("MIGRATE h 1 k 0 1", "it would take keys away from where the proxy looks for them"),
    ("MOVE k 1", "there is only one database"),
    ("COPY a a DB 1", "there is only one database"),
    ("EVAL x 0", "no key is found in its arguments"),
    ("RENAME apple pear", "its keys 'apple' and 'pear' are on different servers"),
    ("EVAL x 2 apple pear", "its keys 'apple' and 'pear' are on different servers"),
    ("SORT k BY w_*", "BY and GET name keys by pattern, and those may be on other servers"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED)
async def test_what_cannot_be_routed_says_why(harness: Harness, line: str, reason: str) -> None:
    proxy, first, second = await two(harness)
    client = await harness.client(proxy)
    reply = (await client.say(line)).decode()
    assert reply.startswith("-ERR '") and f"cannot go through the proxy: {reason}" in reply
    assert first.received == second.received == []


async def test_what_looks_alike_goes(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    for line in (
        "XREAD COUNT 1 STREAMS s 0",
        "XREADGROUP GROUP block block STREAMS s 0",
        "EVAL x 1 k",
        "COPY {a}1 {a}2 REPLACE",
        "SORT k GET #",
        "OBJECT ENCODING k",
        "XINFO STREAM k",
        "MEMORY USAGE k",
    ):
        assert await client.say(line) == b"$%d\r\n%b\r\n" % (len(line), line.encode())


# Answered by the proxy -----------------------------------------------------------------------------------------------

LOCAL = [
    ("PING", b"+PONG\r\n"),
    ("PING x", b"$1\r\nx\r\n"),
    ("PING x y", b"-ERR wrong number of arguments for 'ping' command\r\n"),
    ("ECHO x", b"$1\r\nx\r\n"),
    ("SELECT 0", b"+OK\r\n"),
    ("SELECT 1", b"-ERR DB index is out of range\r\n"),
    ("SELECT x", b"-ERR value is not an integer or out of range\r\n"),
    ("COMMAND COUNT", b":240\r\n"),
    ("COMMAND GETKEYS MSET a 1 b 2", b"*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
    ("COMMAND INFO nosuch", b"*1\r\n*-1\r\n"),
    ("COMMAND LIST FILTERBY PATTERN xs*", b"*1\r\n$6\r\nxsetid\r\n"),
    ("COMMAND FOO", b"-ERR unknown subcommand 'FOO'. Try COMMAND HELP.\r\n"),
    ("CLIENT GETNAME", b"$-1\r\n"),
    ("CLIENT SETNAME x", b"+OK\r\n"),
    ("CLIENT SETNAME", b"-ERR wrong number of arguments for 'client|setname' command\r\n"),
    ("ACL WHOAMI", b"$7\r\ndefault\r\n"),
    ("AUTH x", b"-ERR AUTH <password> called without any password configured for the default user. "
               b"Are you sure your configuration is correct?\r\n"),
    ("AUTH a b c", b"-ERR syntax error\r\n"),
    ("HELLO x", b"-ERR Protocol version is not an integer or out of range\r\n"),
    ("HELLO 4", b"-NOPROTO unsupported protocol version\r\n"),
    ("HELLO 3 foo", b"-ERR Syntax error in HELLO option 'foo'\r\n"),
    ("RESET", b"+RESET\r\n"),
    ("QUIT", b"+OK\r\n"),
    ("GET", b"-ERR wrong number of arguments for 'get' command\r\n"),
    ("nosuch a b", b"-ERR unknown command 'nosuch', with args beginning with: 'a' 'b' \r\n"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "reply"), LOCAL)
async def test_answered_by_the_proxy(harness: Harness, line: str, reply: bytes) -> None:
    proxy, first, second = await two(harness)
    client = await harness.client(proxy)
    assert await client.say(line) == reply
    assert first.received == second.received == []


async def test_names_in_any_spelling(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    unknown = b"-ERR unknown command '%b', with args beginning with: \r\n"
    assert await client.call(b"") == unknown % b""
    for name in (b"get", b"GET", b"get", b"Get", b"set", b"gEt", b"ping", b"GET", b"ge", b"", b"getx", b"Ping", b"get"):
        words = {b"set": [name, b"k", b"v"], b"get": [name, b"k"]}.get(name.lower(), [name])
        expected = (
            b"+PONG\r\n" if name.lower() == b"ping" else Backend.echo(words) if len(words) > 1 else unknown % name
        )
        assert await client.call(*words) == expected


async def test_a_line_end_in_a_command_cannot_forge_a_reply(harness: Harness) -> None:
    proxy, *_ = await two(harness)
    client = await harness.client(proxy)
    assert await client.call(b"x\r\n+OK") == b"-ERR unknown command 'x  +OK', with args beginning with: \r\n"
    assert await client.call(b"RENAME", b"apple", b"k1\r\n:1") == (
        b"-ERR 'rename' cannot go through the proxy: its keys 'apple' and 'k1  :1' are on different servers\r\n"
    )


async def test_hello_switches_the_protocol(harness: Harness) -> None:
    proxy, *backends = await two(harness)
    hello = b"%1\r\n$5\r\nproto\r\n:3\r\n"
    for backend in backends:
        backend.answer = lambda words: hello if words[0] == b"HELLO" else b"_\r\n"
    client = await harness.client(proxy)
    client.send(b"CLIENT GETNAME\r\nHELLO 3 SETNAME me\r\nCLIENT GETNAME\r\nGET a\r\nHELLO 2\r\n")
    assert await client.receive() == b"$-1\r\n"
    assert (await client.receive()).startswith(b"%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n")
    assert await client.receive() == b"$2\r\nme\r\n"
    assert await client.receive() == b"_\r\n"
    assert (await client.receive()).startswith(b"*14\r\n")
    for backend in backends:
        await until(lambda backend=backend: [b"HELLO", b"3"] in backend.received)
        assert backend.accepted == 2


async def test_a_server_without_hello_cannot_serve_resp3(harness: Harness) -> None:
    proxy, *backends = await two(harness)
    for backend in backends:
        backend.answer = lambda words: b"-ERR unknown command\r\n" if words[0] == b"HELLO" else b"+2\r\n"
    client = await harness.client(proxy)
    await client.say("HELLO 3")
    assert b"): it does not speak RESP3 (HELLO): connect with protocol 2\r\n" in await client.say("GET a")
    await client.say("HELLO 2")
    assert await client.say("GET a") == b"+2\r\n"


# Users ---------------------------------------------------------------------------------------------------------------


async def authenticated(harness: Harness, proxy: Any, line: str = "AUTH app secret") -> Client:
    client = await harness.client(proxy)
    assert await client.say(line) == b"+OK\r\n"
    return client


async def test_nothing_before_log_in(harness: Harness) -> None:
    proxy, first, second = await two(harness, USERS)
    client = await harness.client(proxy)
    for line in (
        "GET app:1",
        "PING",
        "ECHO x",
        "COMMAND",
        "CLIENT ID",
        "SELECT 0",
        "CONFIG GET *",
        "MULTI",
        "ACL WHOAMI",
    ):
        assert await client.say(line) == b"-NOAUTH Authentication required.\r\n"
    assert (await client.say("HELLO 3")).startswith(
        b"-NOAUTH HELLO must be called with the client already authenticated"
    )
    assert await client.say("RESET") == b"+RESET\r\n"
    assert await client.say("QUIT") == b"+OK\r\n"
    assert first.received == second.received == []


async def test_log_in(harness: Harness) -> None:
    proxy, *_ = await two(harness, USERS)
    client = await harness.client(proxy)
    wrong = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
    for line in ("AUTH app wrong", "AUTH nobody secret", "AUTH secret", "AUTH default secret", "HELLO 2 AUTH app x"):
        assert await client.say(line) == wrong
    assert proxy.failed_log_ins == 5
    assert await client.say("PING") == b"-NOAUTH Authentication required.\r\n"
    assert await client.say("AUTH app secret") == b"+OK\r\n"
    assert await client.say("PING") == b"+PONG\r\n"
    # A log-in that fails leaves the one before it.
    assert await client.say("AUTH app wrong") == wrong
    assert await client.say("GET app:1") == b"$9\r\nGET app:1\r\n"
    assert await client.say("RESET") == b"+RESET\r\n"
    assert await client.say("PING") == b"-NOAUTH Authentication required.\r\n"


async def test_a_pipeline_before_the_reply_to_auth(harness: Harness) -> None:
    proxy, *_ = await two(harness, USERS)
    client = await harness.client(proxy)
    client.send(b"GET app:1\r\nAUTH app wrong\r\nGET app:2\r\nAUTH app secret\r\nGET app:3\r\nGET x\r\n")
    assert [await client.receive() for _ in range(6)] == [
        b"-NOAUTH Authentication required.\r\n",
        b"-WRONGPASS invalid username-password pair or user is disabled.\r\n",
        b"-NOAUTH Authentication required.\r\n",
        b"+OK\r\n",
        b"$9\r\nGET app:3\r\n",
        b"-NOPERM this user has no permissions to access one of the keys used as arguments\r\n",
    ]


async def test_what_a_user_may_not_do(harness: Harness) -> None:
    proxy, first, second = await two(harness, USERS)
    client = await authenticated(harness, proxy)
    assert await client.say("KEYS *") == b"-NOPERM this user has no permissions to run the 'keys' command\r\n"
    assert (
        await client.say("CONFIG GET x") == b"-NOPERM this user has no permissions to run the 'config|get' command\r\n"
    )
    for line in (
        "GET other",
        "MGET app:1 other",
        "MSET app:1 v other v",
        "DEL app:1 other",
        "SET ap v",
        "COPY app:1 o",
    ):
        assert await client.say(line) == (
            b"-NOPERM this user has no permissions to access one of the keys used as arguments\r\n"
        )
    assert first.received == second.received == []


async def test_scripts_are_for_those_who_may_do_everything(harness: Harness) -> None:
    more = '[[users]]\nacl = "user half on nopass ~* +@all -@dangerous"\n'
    proxy, first, second = await two(harness, USERS + more)
    half = await authenticated(harness, proxy, "AUTH half x")
    for line in ("EVAL x 1 k", "EVALSHA x 1 k", "FCALL x 1 k", "EVAL_RO x 1 k"):
        assert (await half.say(line)).startswith(b"-NOPERM a script may run any command on any key")
    admin = await authenticated(harness, proxy, "AUTH admin root")
    assert await admin.say("EVAL x 1 k") == b"$10\r\nEVAL x 1 k\r\n"
    assert len(first.received + second.received) == 1


async def test_the_limits_of_strangers(harness: Harness) -> None:
    proxy, *_ = await two(harness, USERS)
    client = await harness.client(proxy)
    client.send(b"*11\r\n$4\r\n")
    assert await client.at_end() == b"-ERR Protocol error: unauthenticated multibulk length\r\n"
    client = await harness.client(proxy)
    client.send(b"*2\r\n$4\r\nAUTH\r\n$16385\r\n")
    assert await client.at_end() == b"-ERR Protocol error: unauthenticated bulk length\r\n"
    client = await authenticated(harness, proxy)
    assert (await client.call(b"SET", b"app:1", b"x" * 20000)).startswith(b"$20010\r\n")


async def test_logging_in_has_a_deadline(harness: Harness) -> None:
    proxy, *_ = await two(harness, USERS + "[limits]\nlogin_ms = 50\n")
    friend = await authenticated(harness, proxy)
    stranger = await harness.client(proxy)
    assert await stranger.at_end() == b""
    assert await friend.say("PING") == b"+PONG\r\n"
    await friend.say("RESET")
    assert await friend.at_end() == b""


async def test_of_too_many_strangers_the_oldest_goes(harness: Harness) -> None:
    proxy, *_ = await two(harness, USERS + "[limits]\nunauthenticated = 3\n")
    friend = await authenticated(harness, proxy)
    strangers = []
    for _ in range(5):
        strangers.append(await harness.client(proxy))
        await strangers[-1].say("PING")
    assert await strangers[0].at_end() == b""
    assert await strangers[1].at_end() == b""
    for client in (*strangers[2:], friend):
        await client.say("PING")
    assert len(proxy.strangers) == 3


async def test_too_many_clients(harness: Harness) -> None:
    proxy, *_ = await two(harness, "[limits]\nclients = 2\n")
    friends = [await harness.client(proxy) for _ in range(2)]
    for friend in friends:
        await friend.say("PING")
    assert await (await harness.client(proxy)).at_end() == b"-ERR max number of clients reached\r\n"
    friends[0].drop()
    await until(lambda: len(proxy.sessions) == 1)
    assert await (await harness.client(proxy)).say("PING") == b"+PONG\r\n"


# Routes --------------------------------------------------------------------------------------------------------------


async def test_routes_and_users_choose_the_pool(harness: Harness) -> None:
    backends = {name: await harness.backend() for name in ("one", "two", "three")}
    for name, backend in backends.items():
        backend.answer = lambda words, name=name: b"+%b\r\n" % name.encode()
    text = "".join([f'[pools.{name}]\nservers = ["127.0.0.1:{b.port}"]\n' for name, b in backends.items()])
    for prefix, pool in (("s:", "two"), ("s:x:", "three"), ("t", "three")):
        text += f'[[routes]]\nprefix = "{prefix}"\npool = "{pool}"\n'
    for user, pool in (("u", "one"), ("v", "two")):
        text += f'[[users]]\nacl = "user {user} on >p ~* +@all"\npool = "{pool}"\n'
    proxy = await harness.proxy(text)
    u = await authenticated(harness, proxy, "AUTH u p")
    v = await authenticated(harness, proxy, "AUTH v p")
    for key, pools in (
        ("a", "one two"),
        ("s:1", "two two"),
        ("s:x:1", "three three"),
        ("s:x", "two two"),
        ("t", "three three"),
        ("s", "one two"),
    ):
        assert await u.say(f"GET {key}") == b"+%b\r\n" % pools.split()[0].encode()
        assert await v.say(f"GET {key}") == b"+%b\r\n" % pools.split()[1].encode()
    assert b"are on different servers" in await u.say("RENAME a s:1")
    assert await u.say("RENAME a b") == b"+one\r\n"
