"""The asyncio client against a server that says what the test wants."""

from __future__ import annotations

import asyncio
import gc
import random
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from respkit.asyncio import (
    AuthenticationError,
    ConnectionError,  # noqa: A004
    DataError,
    NoPermissionError,
    Redis,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004
    from_url,
)
from tests.client.fakes import CLOSE, HELLO_3, NO_HELLO, FakeServer, answer_echo


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_call_is_awaited_for_its_reply() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        assert await redis.execute_command("ECHO", "hello") == b"hello"
        assert await redis.get("key") == b"key"
    assert server.commands == [[b"HELLO", b"3"], [b"ECHO", b"hello"], [b"GET", b"key"]]


async def test_a_call_needs_no_task_to_be_sent() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        futures = [redis.execute_command("ECHO", number) for number in range(10)]
        await server.received(10)
        assert await asyncio.gather(*futures) == [b"%d" % number for number in range(10)]


async def test_what_is_asked_in_one_turn_leaves_in_one_piece() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        await redis.ping()
        (connection,) = server.connections
        connection.pieces.clear()
        await asyncio.gather(*(redis.get(f"{number}") for number in range(100)))
        # The first finds nothing in flight and leaves at once; after that they are known to come together.
        assert len(connection.pieces) <= 2
        connection.pieces.clear()
        await asyncio.gather(*(redis.get(f"{number}") for number in range(100)))
        assert len(connection.pieces) == 1


async def test_a_call_alone_leaves_at_once() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        await redis.ping()
        future = redis.get("key")
        assert redis.wire.carrier.outbuf.size() == 0
        await future


async def test_calls_wait_for_the_login() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return None if args[0] in (b"HELLO", b"SELECT") else answer_echo(args)

    async with FakeServer(answer) as server, Redis(port=server.port, db=3) as redis:
        futures = [redis.get("a"), redis.get("b")]
        await server.until(lambda: len(server.commands) == 2)
        assert server.commands == [[b"HELLO", b"3"], [b"SELECT", b"3"]]
        server.connections[0].say(HELLO_3)
        await turns()
        assert len(server.commands) == 2
        server.connections[0].say(b"+OK\r\n")
        assert await asyncio.gather(*futures) == [b"a", b"b"]


async def test_a_server_without_hello_is_spoken_to_in_resp2() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        if args[0] == b"HELLO":
            return NO_HELLO
        return b"+OK\r\n" if args[0] == b"AUTH" else answer_echo(args)

    async with FakeServer(answer) as server, Redis(port=server.port, password="secret") as redis:
        assert await redis.get("key") == b"key"
    assert server.commands == [
        [b"HELLO", b"3", b"AUTH", b"default", b"secret"],
        [b"AUTH", b"secret"],
        [b"GET", b"key"],
    ]


async def test_a_login_that_is_refused_is_every_callers_error() -> None:
    async with FakeServer(lambda args: b"-WRONGPASS invalid\r\n") as server:
        async with Redis(port=server.port, username="u", password="p") as redis:
            results = await asyncio.gather(*(redis.get("key") for _ in range(3)), return_exceptions=True)
            assert [type(result) for result in results] == [AuthenticationError] * 3
            with pytest.raises(AuthenticationError, match="invalid"):
                await redis.initialize()
        assert server.asked == []


async def test_initialize_connects_before_the_first_call() -> None:
    async with FakeServer() as server:
        redis = await Redis(port=server.port)
        assert server.commands == [[b"HELLO", b"3"]]
        await redis.aclose()


# Errors ---------------------------------------------------------------------------------------------------------------


async def test_error_replies_are_raised_by_their_code() -> None:
    replies = {b"A": b"-NOPERM not you\r\n", b"B": b"-ERR wrong\r\n", b"C": b"-WRONGTYPE Operation\r\n"}
    async with (
        FakeServer(lambda args: replies.get(args[0]) or answer_echo(args)) as server,
        Redis(port=server.port) as redis,
    ):
        with pytest.raises(NoPermissionError, match=r"^not you$"):
            await redis.execute_command("A")
        with pytest.raises(ResponseError, match=r"^wrong$"):
            await redis.execute_command("B")
        with pytest.raises(ResponseError, match=r"^WRONGTYPE Operation$") as caught:
            await redis.execute_command("C")
        assert caught.value.code == "WRONGTYPE"
        assert await redis.get("key") == b"key"


async def test_an_argument_that_has_no_encoding_sends_nothing() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        for bad in (None, True, object(), [1]):
            with pytest.raises(DataError):
                await redis.execute_command("SET", "key", bad)  # type: ignore[arg-type]
        assert await redis.get("key") == b"key"
        with pytest.raises(TypeError):
            redis.execute_command()
    assert server.asked == [[b"GET", b"key"]]


async def test_nobody_listening_is_a_connection_error_until_somebody_does(free_port: Callable[[], int]) -> None:
    server = FakeServer()
    server.port = free_port()
    async with Redis(port=server.port) as redis:
        results = await asyncio.gather(*(redis.get("key") for _ in range(3)), return_exceptions=True)
        assert [type(result) for result in results] == [ConnectionError] * 3
        assert "refused" in str(results[0])
        await server.listen()
        assert await redis.get("key") == b"key"
        await server.stop()


async def test_calls_in_flight_fail_when_the_connection_is_lost_and_the_next_connects() -> None:
    async with (
        FakeServer(lambda args: HELLO_3 if args[0] == b"HELLO" else None) as server,
        Redis(port=server.port) as redis,
    ):
        futures = [redis.get(f"{number}") for number in range(3)]
        await server.received(3)
        server.connections[0].transport.close()
        results = await asyncio.gather(*futures, return_exceptions=True)
        assert [type(result) for result in results] == [ConnectionError] * 3
        assert len({id(result) for result in results}) == 3
        server.answer = answer_echo
        assert await redis.get("key") == b"key"
        assert len(server.connections) == 2


async def test_a_connection_lost_while_idle_is_made_anew_unnoticed() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        await redis.ping()
        server.connections[0].transport.close()
        await server.until(lambda: server.connections[0].closed)
        while not redis.wire.over:
            await asyncio.sleep(0)
        assert await redis.get("key") == b"key"


async def test_what_is_not_resp_ends_the_connection() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return HELLO_3 if args[0] == b"HELLO" else b"HTTP/1.1 400 Bad Request\r\n\r\n"

    async with FakeServer(answer) as server, Redis(port=server.port) as redis:
        with pytest.raises(ConnectionError, match="lost"):
            await redis.get("key")
        server.answer = answer_echo
        assert await redis.get("key") == b"key"


async def test_a_reply_that_nobody_asked_for_ends_the_connection() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        await redis.ping()
        server.connections[0].say(b"+OK\r\n")
        while not redis.wire.over:
            await asyncio.sleep(0)
        assert await redis.get("key") == b"key"


async def test_a_push_disturbs_nobody() -> None:
    push = b">2\r\n+invalidate\r\n*1\r\n+k\r\n"
    async with FakeServer(lambda args: push + answer_echo(args) + push) as server, Redis(port=server.port) as redis:
        assert await asyncio.gather(redis.get("a"), redis.get("b")) == [b"a", b"b"]


# Callers who go -------------------------------------------------------------------------------------------------------


async def test_a_cancelled_call_leaves_the_others_their_replies() -> None:
    async with (
        FakeServer(lambda args: HELLO_3 if args[0] == b"HELLO" else None) as server,
        Redis(port=server.port) as redis,
    ):
        tasks = [asyncio.ensure_future(redis.execute_command("ECHO", number)) for number in range(5)]
        await server.received(5)
        tasks[0].cancel()
        tasks[3].cancel()
        server.connections[0].say(b"".join(b":%d\r\n" % number for number in range(5)))
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [results[number] for number in (1, 2, 4)] == [1, 2, 4]
        assert isinstance(results[0], asyncio.CancelledError)


async def _numbered(redis: Redis[bytes], number: int) -> None:
    assert await redis.execute_command("ECHO", number) == b"%d" % number


@pytest.mark.parametrize("seed", range(3))
async def test_hundreds_are_cancelled_at_any_moment_and_nobody_gets_anothers_reply(seed: int) -> None:
    chance = random.Random(seed)
    async with FakeServer() as server, Redis(port=server.port) as redis:
        tasks: list[asyncio.Task[None]] = []
        for number in range(600):
            tasks.append(asyncio.ensure_future(_numbered(redis, number)))
            if chance.random() < 0.3:
                chance.choice(tasks).cancel()
            if chance.random() < 0.2:
                await asyncio.sleep(0)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} <= {type(None), asyncio.CancelledError}
        assert asyncio.CancelledError in {type(result) for result in results}
        await _numbered(redis, 1000)
        assert len(server.connections) == 1


@settings(max_examples=25)
@given(cancelled=st.sets(st.integers(0, 19)), pieces=st.lists(st.integers(1, 40), max_size=10))
def test_any_may_be_cancelled_and_replies_come_in_any_pieces(cancelled: set[int], pieces: list[int]) -> None:
    async def run() -> None:
        async with (
            FakeServer(lambda args: HELLO_3 if args[0] == b"HELLO" else None) as server,
            Redis(port=server.port) as redis,
        ):
            tasks = [asyncio.ensure_future(redis.execute_command("ECHO", number)) for number in range(20)]
            await server.received(20)
            for number in cancelled:
                tasks[number].cancel()
            replies = b"".join(b"$%d\r\n%d\r\n" % (len(str(number)), number) for number in range(20))
            for size in pieces:
                server.connections[0].say(replies[:size])
                replies = replies[size:]
                await asyncio.sleep(0)
            server.connections[0].say(replies)
            results = await asyncio.gather(*tasks, return_exceptions=True)
            for number, result in enumerate(results):
                if number not in cancelled:
                    assert result == b"%d" % number

    asyncio.run(run())


async def test_a_call_that_takes_too_long_gives_up_and_its_reply_is_dropped() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return None if args[-1] == b"slow" else answer_echo(args)

    async with FakeServer(answer) as server, Redis(port=server.port, socket_timeout=0.05) as redis:
        await redis.ping()
        with pytest.raises(TimeoutError):
            await redis.execute_command("ECHO", "slow")
        server.connections[0].say(b"$4\r\nslow\r\n")
        assert await redis.get("key") == b"key"
        assert len(server.connections) == 1


async def test_a_connection_whose_oldest_call_is_stuck_is_closed() -> None:
    async with (
        FakeServer(lambda args: HELLO_3 if args[0] == b"HELLO" else None) as server,
        Redis(port=server.port, socket_timeout=0.05) as redis,
    ):
        with pytest.raises(TimeoutError):
            await redis.get("a")
        await server.until(lambda: server.connections[0].closed)
        server.answer = answer_echo
        assert await redis.get("key") == b"key"


async def test_a_server_that_is_sending_is_waited_for() -> None:
    async with (
        FakeServer(lambda args: HELLO_3 if args[0] == b"HELLO" else None) as server,
        Redis(port=server.port, socket_timeout=0.1) as redis,
    ):
        await redis.initialize()
        loop = asyncio.get_running_loop()
        began = loop.time()
        futures = [redis.get("a"), redis.get("b")]
        await server.received(2)
        for byte in b"$10\r\n0123456789\r\n":
            await asyncio.sleep(0.02)
            server.connections[0].say(bytes([byte]))
        server.connections[0].say(b"+b\r\n")
        assert await asyncio.gather(*futures) == [b"0123456789", b"b"]
        assert loop.time() - began > 0.2


async def test_what_a_server_said_before_it_closed_is_told() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return b"-ERR max number of clients reached\r\n" if args[0] == b"HELLO" else CLOSE

    async with FakeServer(answer) as server, Redis(port=server.port) as redis:
        with pytest.raises(ConnectionError, match="max number of clients reached"):
            await redis.get("key")


async def test_without_a_timeout_no_timer_runs() -> None:
    async with FakeServer() as server, Redis(port=server.port, socket_timeout=None) as redis:
        assert await redis.get("key") == b"key"


async def test_a_server_that_does_not_answer_the_login_times_out() -> None:
    async with FakeServer(lambda args: None) as server:
        async with Redis(port=server.port, socket_connect_timeout=0.05) as redis:
            with pytest.raises(TimeoutError):
                await redis.get("key")
        await server.until(lambda: server.connections[0].closed)


async def test_a_thousand_calls_that_are_dropped_leave_nothing() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        for number in range(1000):
            redis.execute_command("ECHO", number).cancel()
        assert await redis.get("key") == b"key"
        assert redis.wire.link.in_flight == 0


# Connections of their own, and commands that have no place here ------------------------------------------------------


async def test_a_command_that_waits_has_a_connection_of_its_own() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return None if args[0].upper() == b"BLPOP" else answer_echo(args)

    async with FakeServer(answer) as server, Redis(port=server.port) as redis:
        await redis.ping()
        waiting = asyncio.ensure_future(redis.execute_command("BLPOP", "list", 0))
        await server.until(lambda: [b"BLPOP", b"list", b"0"] in server.commands)
        assert await redis.get("key") == b"key"
        assert len(server.connections) == 2
        server.connections[1].say(b"*2\r\n+list\r\n+value\r\n")
        assert await waiting == [b"list", b"value"]
        again = asyncio.ensure_future(redis.execute_command("blpop", "list", 0))
        await server.until(lambda: len(server.connections[1].commands) == 3)
        server.connections[1].say(b"_\r\n")
        assert await again is None
        assert len(server.connections) == 2


async def test_a_wait_that_is_cancelled_closes_its_connection() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return None if args[0] == b"BLPOP" else answer_echo(args)

    async with FakeServer(answer) as server, Redis(port=server.port) as redis:
        waiting = asyncio.ensure_future(redis.execute_command("BLPOP", "list", 0))
        await server.until(lambda: [b"BLPOP", b"list", b"0"] in server.commands)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await server.until(lambda: any(connection.closed for connection in server.connections))
        assert await redis.get("key") == b"key"


async def test_a_wait_may_take_its_own_time_and_no_more() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return None if args[0] == b"BLPOP" else answer_echo(args)

    async with FakeServer(answer) as server, Redis(port=server.port, socket_timeout=0.02) as redis:
        loop = asyncio.get_running_loop()
        before = loop.time()
        with pytest.raises(TimeoutError):
            await redis.execute_command("BLPOP", "list", 0.1)
        assert loop.time() - before > 0.1


@pytest.mark.parametrize(
    "command",
    [
        ("SUBSCRIBE", "channel"),
        ("subscribe", "channel"),
        (b"MONITOR",),
        ("MULTI",),
        ("WATCH", "key"),
        ("SELECT", 1),
        ("AUTH", "secret"),
        ("CLIENT", "REPLY", "OFF"),
        ("CLIENT REPLY", "OFF"),
        ("client", b"tracking", "on"),
        ("WAIT", 1, 0),
        ("HELLO", 2),
    ],
)
async def test_what_would_change_the_shared_connection_is_refused(command: tuple[Any, ...]) -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        with pytest.raises(RedisError) as caught:
            await redis.execute_command(*command)
        assert type(caught.value) is RedisError
        assert await redis.get("key") == b"key"
        assert server.asked == [[b"GET", b"key"]]


async def test_a_name_may_hold_a_space() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        for _ in range(2):
            await redis.execute_command("CONFIG GET", "maxmemory")
            await redis.execute_command("CLIENT", "ID")
    assert server.asked == [[b"CONFIG", b"GET", b"maxmemory"], [b"CLIENT", b"ID"]] * 2


# Pipelines ------------------------------------------------------------------------------------------------------------


async def test_a_pipeline_is_sent_in_one_piece() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        await redis.ping()
        server.connections[0].pieces.clear()
        async with redis.pipeline(transaction=False) as pipeline:
            assert pipeline.get("a").get("b") is pipeline
            assert len(pipeline) == 2
            assert await pipeline.execute() == [b"a", b"b"]
            assert len(pipeline) == 0
            assert await pipeline.execute() == []
        assert server.connections[0].pieces == [b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n"]


async def test_a_transaction_is_surrounded_and_its_results_converted() -> None:
    replies = {
        b"MULTI": b"+OK\r\n",
        b"SET": b"+QUEUED\r\n",
        b"EXPIRE": b"+QUEUED\r\n",
        b"EXEC": b"*2\r\n+OK\r\n:1\r\n",
    }
    async with (
        FakeServer(lambda args: replies.get(args[0]) or answer_echo(args)) as server,
        Redis(port=server.port) as redis,
        redis.pipeline() as pipeline,
    ):
        assert await pipeline.set("k", 1).expire("k", 9).execute() == [True, True]
    assert [args[0] for args in server.asked] == [b"MULTI", b"SET", b"EXPIRE", b"EXEC"]


async def test_the_first_error_of_a_pipeline_is_raised_or_stands_in_its_place() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return b"-ERR value is not an integer or out of range\r\n" if args[0] == b"INCRBY" else answer_echo(args)

    async with FakeServer(answer) as server, Redis(port=server.port) as redis:
        pipeline = redis.pipeline(transaction=False)
        with pytest.raises(ResponseError, match=r"Command # 2 \(INCRBY b 1\) of pipeline caused error: value is not"):
            await pipeline.get("a").incr("b").get("c").execute()
        results = await pipeline.get("a").incr("b").get("c").execute(raise_on_error=False)
        assert results[0] == b"a"
        assert isinstance(results[1], ResponseError)
        assert results[2] == b"c"


async def test_a_transaction_that_was_not_queued_tells_which_command_was_wrong() -> None:
    replies = {
        b"MULTI": b"+OK\r\n",
        b"NOSUCH": b"-ERR unknown command 'NOSUCH'\r\n",
        b"EXEC": b"-EXECABORT Transaction discarded because of previous errors.\r\n",
    }
    async with (
        FakeServer(lambda args: replies.get(args[0]) or answer_echo(args)) as server,
        Redis(port=server.port) as redis,
        redis.pipeline() as pipeline,
    ):
        with pytest.raises(ResponseError, match=r"Command # 1 \(NOSUCH\)"):
            await pipeline.execute_command("NOSUCH").execute()


async def test_a_pipeline_with_a_wrong_argument_sends_nothing() -> None:
    async with FakeServer() as server, Redis(port=server.port) as redis:
        pipeline = redis.pipeline()
        with pytest.raises(DataError):
            await pipeline.set("a", 1).set("b", None).execute()  # type: ignore[arg-type]
        assert await redis.get("key") == b"key"
    assert server.asked == [[b"GET", b"key"]]


async def test_a_pipeline_that_is_cancelled_disturbs_nobody() -> None:
    async with (
        FakeServer(lambda args: HELLO_3 if args[0] == b"HELLO" else None) as server,
        Redis(port=server.port) as redis,
    ):
        task = asyncio.ensure_future(redis.pipeline(transaction=False).get("a").get("b").execute())
        await server.received(2)
        other = redis.get("c")
        task.cancel()
        await server.received(3)
        server.connections[0].say(b"+a\r\n+b\r\n+c\r\n")
        assert await other == b"c"
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_command_that_waits_has_no_place_in_a_pipeline_but_in_a_transaction() -> None:
    replies = {b"MULTI": b"+OK\r\n", b"BLPOP": b"+QUEUED\r\n", b"EXEC": b"*1\r\n_\r\n"}
    async with (
        FakeServer(lambda args: replies.get(args[0]) or answer_echo(args)) as server,
        Redis(port=server.port) as redis,
    ):
        with pytest.raises(RedisError, match="BLPOP waits"):
            await redis.pipeline(transaction=False).execute_command("BLPOP", "l", 0).execute()
        assert await redis.pipeline().execute_command("BLPOP", "l", 0).execute() == [None]


# Life and death -------------------------------------------------------------------------------------------------------


async def test_closing_fails_what_is_in_flight() -> None:
    async with FakeServer(lambda args: HELLO_3 if args[0] == b"HELLO" else None) as server:
        redis = Redis(port=server.port)
        future = redis.get("key")
        await server.received(1)
        await redis.aclose()
        with pytest.raises(ConnectionError, match="closed"):
            await future
        await server.until(lambda: server.connections[0].closed)


async def test_closing_while_connecting_fails_the_calls_that_wait() -> None:
    async with FakeServer(lambda args: None) as server:
        redis = Redis(port=server.port)
        future = redis.get("key")
        await redis.aclose()
        with pytest.raises(ConnectionError, match="closed"):
            await future


async def test_a_closed_client_may_be_used_again() -> None:
    async with FakeServer() as server:
        redis = Redis(port=server.port)
        await redis.ping()
        await redis.aclose()
        assert await redis.get("key") == b"key"
        await redis.aclose()
        await redis.aclose()


def test_a_client_goes_on_in_another_event_loop() -> None:
    redis = Redis(port=0)

    async def once() -> None:
        async with FakeServer() as server:
            redis._endpoint = Redis(port=server.port)._endpoint
            assert await redis.get("key") == b"key"

    asyncio.run(once())
    asyncio.run(once())

    async def end() -> None:
        await redis.aclose()

    asyncio.run(end())


def test_a_client_that_is_dropped_says_so() -> None:
    async def drop() -> None:
        async with FakeServer() as server:
            redis = Redis(port=server.port)
            await redis.ping()
            clients = [redis]
            del redis
            with pytest.warns(ResourceWarning, match="unclosed client"):
                clients.clear()

    asyncio.run(drop())


def test_a_client_that_outlives_its_loop_leaves_no_noise() -> None:
    clients: list[Redis[bytes]] = []

    async def use() -> None:
        async with FakeServer() as server:
            clients.append(Redis(port=server.port))
            await clients[0].ping()

    asyncio.run(use())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "unclosed client", ResourceWarning)
        clients.clear()
        gc.collect()


async def test_replies_are_decoded_where_that_is_asked_for() -> None:
    async with FakeServer() as server:
        redis = from_url(f"redis://127.0.0.1:{server.port}", decode_responses=True)
        assert await redis.get("é") == "é"
        with pytest.raises(UnicodeDecodeError):
            await redis.get(b"\xff")
        assert await redis.dump(b"\xff") == b"\xff"
        assert await redis.get("a") == "a"
        await redis.aclose()


async def test_a_server_that_closes_after_an_answer() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return CLOSE if args[0] == b"SHUTDOWN" else answer_echo(args)

    async with FakeServer(answer) as server, Redis(port=server.port) as redis:
        with pytest.raises(ConnectionError, match="closed it"):
            await redis.execute_command("SHUTDOWN")
