"""The typed commands of both clients, against a real server; and that they are written only once."""

from __future__ import annotations

import ast
import contextlib
import inspect
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import respkit
import respkit.asyncio
from respkit import errors
from respkit.client.async_commands import AsyncCommands
from respkit.client.pipeline_commands import PipelineCommands
from respkit.client.sync_commands import SyncCommands
from tools import client_commands


def names(commands: type) -> set[str]:
    return {name for name in vars(commands) if not name.startswith("_")}


def test_what_is_generated_is_what_is_committed() -> None:
    if not client_commands.SOURCE.exists():
        pytest.skip("the package is installed here, without its source tree")
    for path, text in client_commands.generate().items():
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(path.read_text())), f"run {client_commands.__doc__}"


def test_all_have_the_same_commands() -> None:
    assert names(AsyncCommands) - {"__orig_bases__"} == names(SyncCommands)
    assert names(AsyncCommands) - {"scan_iter"} == names(PipelineCommands)


def test_names_and_arguments_are_redis_pys() -> None:
    redis = pytest.importorskip("redis")
    for name in names(AsyncCommands) - {"execute_command"}:
        ours = [p.name for p in inspect.signature(getattr(AsyncCommands, name)).parameters.values()]
        theirs = [p.name for p in inspect.signature(getattr(redis.Redis, name)).parameters.values()]
        if name in ("ping", "swapdb", "time", "flushall", "flushdb", "scan", "scan_iter"):
            ours = ours[: len(theirs)]
        assert ours == theirs[: len(ours)], name


class Client:
    """Either client; ``await client.do("get", "key")``."""

    def __init__(self, redis: Any) -> None:
        self.redis = redis

    async def do(self, name: str, *args: Any, **keywords: Any) -> Any:
        return await settled(getattr(self.redis, name)(*args, **keywords))

    async def listed(self, name: str, *args: Any, **keywords: Any) -> list[Any]:
        found = getattr(self.redis, name)(*args, **keywords)
        return [item async for item in found] if hasattr(found, "__aiter__") else list(found)


async def settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


@contextlib.asynccontextmanager
async def connected(kind: str, url: str) -> AsyncIterator[Client]:
    """A client of a kind (``asyncio resp2``) of an empty server."""
    protocol = 2 if "resp2" in kind else 3
    if kind.startswith("asyncio"):
        async with respkit.asyncio.Redis.from_url(url, protocol=protocol) as redis:
            await redis.flushall()
            yield Client(redis)
    else:
        with respkit.Redis.from_url(url, protocol=protocol) as blocking:
            blocking.flushall()
            yield Client(blocking)


KINDS = ["asyncio", "blocking", "asyncio resp2", "blocking resp2"]


@pytest.fixture(params=KINDS)
async def client(request: pytest.FixtureRequest, shared_redis_server: Any) -> AsyncIterator[Client]:
    async with connected(request.param, shared_redis_server.url) as found:
        yield found


@pytest.fixture(scope="session")
def own_server() -> Iterator[Any]:
    with respkit.EmbeddedServer() as server:
        yield server


@pytest.fixture(params=[*KINDS, "asyncio, own server", "blocking, own server"])
async def any_client(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """Of a real Redis server, or of ours."""
    server = request.getfixturevalue("own_server" if "own" in request.param else "shared_redis_server")
    async with connected(request.param, server.url) as found:
        yield found


async def test_strings(any_client: Client) -> None:
    do = any_client.do
    assert await do("set", "k", "v") is True
    assert await do("get", "k") == b"v"
    assert await do("get", "nothing") is None
    assert await do("append", "k", "w") == 2
    assert await do("strlen", "k") == 2
    assert await do("getrange", "k", 0, 0) == b"v"
    assert await do("substr", "k", 0) == b"vw"
    assert await do("setrange", "k", 1, "x") == 2
    assert await do("getset", "k", "z") == b"vx"
    assert await do("getdel", "k") == b"z"
    assert await do("incr", "n") == 1
    assert await do("incrby", "n", 5) == 6
    assert await do("decr", "n") == 5
    assert await do("decrby", "n", 3) == 2
    assert await do("incrbyfloat", "n", 0.5) == 2.5
    assert await do("mset", {"a": 1, "b": "2", b"c": 3.5}) is True
    assert await do("mget", "a", "b", "none") == [b"1", b"2", None]
    assert await do("mget", ["a", "b"], "c") == [b"1", b"2", b"3.5"]
    assert await do("msetnx", {"a": 1, "new": 2}) is False
    assert await do("msetnx", {"new": 2}) is True
    assert await do("setnx", "new", 1) is False
    assert await do("setex", "t", 10, "v") is True
    assert await do("psetex", "t", timedelta(seconds=10), "v") is True
    assert await do("ttl", "t") in (9, 10)


async def test_set_with_options(any_client: Client) -> None:
    do = any_client.do
    assert await do("set", "k", 1, nx=True) is True
    assert await do("set", "k", 2, nx=True) is None
    assert await do("set", "k", 3, xx=True) is True
    assert await do("set", "other", 3, xx=True) is None
    assert await do("set", "k", 4, get=True) == b"3"
    assert await do("set", "k", 5, ex=100) is True
    assert await do("set", "k", 6, keepttl=True) is True
    assert await do("ttl", "k") in (99, 100)
    assert await do("set", "k", 7, px=timedelta(seconds=50)) is True
    assert await do("ttl", "k") in (49, 50)
    moment = datetime.now(UTC) + timedelta(seconds=500)
    assert await do("set", "k", 8, exat=moment) is True
    assert await do("expiretime", "k") == int(moment.timestamp())
    assert await do("set", "k", 9, pxat=moment) is True
    assert await do("pexpiretime", "k") == int(moment.timestamp() * 1000)
    with pytest.raises(errors.ResponseError):
        await do("set", "k", 1, ex=0)


async def test_getex(any_client: Client) -> None:
    do = any_client.do
    await do("set", "k", "v")
    assert await do("getex", "k", ex=100) == b"v"
    assert await do("ttl", "k") in (99, 100)
    assert await do("getex", "k", persist=True) == b"v"
    assert await do("ttl", "k") == -1


async def test_lcs(any_client: Client) -> None:
    do = any_client.do
    await do("mset", {"a": "ohmytext", "b": "mynewtext"})
    assert await do("lcs", "a", "b") == b"mytext"
    assert await do("lcs", "a", "b", len=True) == 6
    assert await do("lcs", "a", "b", idx=True, minmatchlen=4, withmatchlen=True) == {
        b"matches": [[[4, 7], [5, 8], 4]],
        b"len": 6,
    }


async def test_keys(any_client: Client) -> None:
    do = any_client.do
    await do("mset", {"a": 1, "b": 2})
    assert await do("exists", "a", "b", "a", "none") == 3
    assert await do("touch", "a", "none") == 1
    assert sorted(await do("keys")) == [b"a", b"b"]
    assert await do("keys", "a*") == [b"a"]
    assert await do("randomkey") in (b"a", b"b")
    assert await do("type", "a") == b"string"
    assert await do("object", "ENCODING", "a") == b"int"
    assert await do("object", "refcount", "a") > 0
    assert await do("rename", "a", "c") is True
    assert await do("renamenx", "c", "b") is False
    assert await do("copy", "c", "d") is True
    assert await do("copy", "c", "d") is False
    assert await do("copy", "c", "d", replace=True) is True
    assert await do("copy", "c", "c", destination_db=3) is True
    assert await do("move", "d", 3) is True
    assert await do("dbsize") == 2
    assert await do("unlink", "b", "none") == 1
    assert await do("delete", "c", "none") == 1
    assert await do("randomkey") is None
    with pytest.raises(errors.ResponseError, match="no such key"):
        await do("rename", "none", "c")


async def test_expiry(any_client: Client) -> None:
    do = any_client.do
    await do("set", "k", 1)
    assert await do("ttl", "k") == -1
    assert await do("ttl", "none") == -2
    assert await do("persist", "k") is False
    assert await do("expire", "k", 100, xx=True) is False
    assert await do("expire", "k", timedelta(minutes=1), nx=True) is True
    assert await do("expire", "k", 10, gt=True) is False
    assert await do("pexpire", "k", 50_000, lt=True) is True
    assert 49_000 < await do("pttl", "k") <= 50_000
    moment = datetime.now(UTC) + timedelta(seconds=500)
    assert await do("expireat", "k", moment) is True
    assert await do("pexpireat", "k", moment) is True
    assert await do("pexpiretime", "k") == int(moment.timestamp() * 1000)
    assert await do("persist", "k") is True


async def test_scan(any_client: Client) -> None:
    do = any_client.do
    await do("mset", {f"k{number}": number for number in range(500)})
    cursor, keys = await do("scan", 0, match="k*", count=50)
    assert cursor > 0
    assert keys
    assert {*await any_client.listed("scan_iter", match="k1*")} == {b"k%d" % n for n in range(500) if str(n)[0] == "1"}
    assert len(await any_client.listed("scan_iter", count=100, _type="string")) >= 500
    assert await any_client.listed("scan_iter", _type="list") == []


async def test_dump_and_restore(client: Client) -> None:
    do = client.do
    await do("set", "k", "v")
    dumped = await do("dump", "k")
    assert await do("restore", "other", 0, dumped) is True
    assert await do("restore", "other", 100_000, dumped, replace=True, idletime=5) is True
    assert await do("get", "other") == b"v"
    assert await do("dump", "none") is None
    with pytest.raises(errors.ResponseError) as caught:
        await do("restore", "other", 0, dumped)
    assert caught.value.code == "BUSYKEY"


async def test_the_server(any_client: Client) -> None:
    do = any_client.do
    assert await do("ping") is True
    assert await do("echo", "x") == b"x"
    seconds, microseconds = await do("time")
    assert seconds > 1_600_000_000
    assert 0 <= microseconds < 1_000_000
    await do("set", "k", 1)
    assert await do("swapdb", 0, 1) is True
    assert await do("dbsize") == 0
    assert await do("flushall", asynchronous=True) is True
    assert await do("flushdb") is True


async def test_values_are_sent_as_they_are(any_client: Client) -> None:
    for value, sent in (
        (b"\x00\r\n\xff", b"\x00\r\n\xff"),
        ("é\r\n", "é\r\n".encode()),
        (bytearray(b"x"), b"x"),
        (memoryview(b"abc")[1:], b"bc"),
        (-5, b"-5"),
        (2**70, b"%d" % 2**70),
        (0.1, b"0.1"),
        ("", b""),
        (b"x" * 3_000_000, b"x" * 3_000_000),
    ):
        await any_client.do("set", "k", value)
        assert await any_client.do("get", "k") == sent


async def test_a_transaction(client: Client) -> None:
    pipeline = client.redis.pipeline()
    pipeline.set("k", 1).incr("k").expire("k", 100).get("k").mget("k", "none").scan()
    assert await settled(pipeline.execute()) == [True, 2, True, b"2", [b"2", None], (0, [b"k"])]
    pipeline.set("k", "text").incr("k").get("k")
    results = await settled(pipeline.execute(raise_on_error=False))
    assert isinstance(results[1], errors.ResponseError)
    assert [results[0], results[2]] == [True, b"text"]
    with pytest.raises(errors.ResponseError, match="Command # 1"):
        await settled(pipeline.incr("k").execute())
    with pytest.raises(errors.ResponseError, match=r"Command # 2 \(NOSUCH x\)"):
        await settled(pipeline.get("k").execute_command("NOSUCH", "x").execute())
    assert await client.do("get", "k") == b"text"


async def test_watch(client: Client) -> None:
    pipeline = client.redis.pipeline()
    await settled(pipeline.watch("k"))
    assert await settled(pipeline.get("k")) is None
    pipeline.multi()
    pipeline.set("k", 1)
    assert await settled(pipeline.execute()) == [True]
    await settled(pipeline.watch("k"))
    await client.do("set", "k", 5)
    pipeline.multi()
    pipeline.set("k", 2)
    with pytest.raises(errors.WatchError):
        await settled(pipeline.execute())
    assert await client.do("get", "k") == b"5"
    await settled(pipeline.watch("k"))
    await client.do("set", "k", 6)
    await settled(pipeline.unwatch())
    pipeline.set("k", 7)
    assert await settled(pipeline.execute()) == [True]
    await settled(pipeline.reset())


async def test_the_names_of_errors(client: Client) -> None:
    await client.do("set", "k", "text")
    with pytest.raises(errors.ResponseError, match=r"^WRONGTYPE ") as caught:
        await client.do("execute_command", "LPUSH", "k", 1)
    assert caught.value.code == "WRONGTYPE"
    with pytest.raises(errors.NoScriptError):
        await client.do("execute_command", "EVALSHA", "0" * 40, 0)
    with pytest.raises(errors.ResponseError, match="not an integer"):
        await client.do("incr", "k")


async def test_a_login_with_a_user_a_database_and_a_name(start_redis: Any) -> None:
    server = start_redis("--requirepass", "secret")
    url = f"redis://default:secret@127.0.0.1:{server.port}/5?client_name=me"
    for protocol in (2, 3):
        async with respkit.asyncio.Redis.from_url(url, protocol=protocol) as redis:
            assert await redis.execute_command("CLIENT", "GETNAME") == b"me"
            assert b" db=5 " in await redis.execute_command("CLIENT", "INFO")
        with respkit.Redis.from_url(url, protocol=protocol, decode_responses=True) as blocking:
            assert blocking.execute_command("CLIENT", "GETNAME") == "me"
    with respkit.Redis(port=server.port) as blocking, pytest.raises(errors.AuthenticationError):
        blocking.ping()
    with respkit.Redis(port=server.port, password="no") as blocking, pytest.raises(errors.AuthenticationError):
        blocking.ping()


async def test_a_server_that_is_restarted_is_found_again(start_redis: Any) -> None:
    server = start_redis()
    with respkit.Redis(port=server.port) as blocking:
        async with respkit.asyncio.Redis(port=server.port) as redis:
            await redis.set("k", 1)
            blocking.set("k", 1)
            blocking.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")
            while not redis.wire.over:
                await redis.execute_command("PING") if redis.wire.over else await _turn()
            assert await redis.get("k") == b"1"
            try:
                blocking.get("k")
            except errors.ConnectionError:
                pass
            assert blocking.get("k") == b"1"


async def _turn() -> None:
    import asyncio

    await asyncio.sleep(0.001)


async def test_a_unix_socket(start_redis: Any) -> None:
    server = start_redis("--unixsocket", "r.sock")
    url = f"unix://{server.folder}/r.sock?db=1"
    async with respkit.asyncio.from_url(url) as redis:
        assert await redis.ping() is True
    with respkit.Redis.from_url(url) as blocking:
        assert blocking.ping() is True
