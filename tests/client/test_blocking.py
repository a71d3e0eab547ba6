"""The blocking client against a server that says what the test wants."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

import respkit
from respkit import errors
from respkit.client.blocking import Redis
from tests.client.fakes import CLOSE, HELLO_3, NO_HELLO, ThreadServer, answer_echo


def hold(*names: bytes) -> Any:
    """An answer that leaves these commands without a reply."""
    return lambda args: None if args[0] in names else answer_echo(args)


def test_the_package_gives_the_client() -> None:
    assert respkit.Redis is Redis


def test_a_call_returns_its_reply() -> None:
    with ThreadServer() as server, Redis(port=server.port) as redis:
        assert redis.execute_command("ECHO", "hello") == b"hello"
        assert redis.get("key") == b"key"
    assert server.commands == [[b"HELLO", b"3"], [b"ECHO", b"hello"], [b"GET", b"key"]]


def test_the_login() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        if args[0] == b"HELLO":
            return NO_HELLO
        return b"+OK\r\n" if args[0] in (b"AUTH", b"SELECT") else answer_echo(args)

    with ThreadServer(answer) as server, Redis(port=server.port, password="secret", db=2) as redis:
        assert redis.get("key") == b"key"
    assert server.commands == [
        [b"HELLO", b"3", b"AUTH", b"default", b"secret"],
        [b"SELECT", b"2"],
        [b"AUTH", b"secret"],
        [b"SELECT", b"2"],
        [b"GET", b"key"],
    ]


def test_a_login_that_is_refused() -> None:
    with ThreadServer(lambda args: b"-WRONGPASS invalid\r\n") as server, Redis(port=server.port) as redis:
        for _ in range(2):
            with pytest.raises(errors.AuthenticationError, match="invalid"):
                redis.get("key")


@pytest.mark.parametrize("keywords", [{}, {"db": 1}])
def test_what_a_server_said_before_it_closed_is_told(keywords: dict[str, Any]) -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return b"-ERR max number of clients reached\r\n" if args[0] == b"HELLO" else CLOSE

    with (
        ThreadServer(answer) as server,
        Redis(port=server.port, **keywords) as redis,
        pytest.raises(errors.ConnectionError, match="max number of clients reached"),
    ):
        redis.get("key")


def test_error_replies_leave_the_connection_in_use() -> None:
    replies = {b"A": b"-NOPERM not you\r\n", b"B": b"-ERR wrong\r\n"}
    with ThreadServer(lambda args: replies.get(args[0]) or answer_echo(args)) as server:
        with Redis(port=server.port) as redis:
            with pytest.raises(errors.NoPermissionError, match=r"^not you$"):
                redis.execute_command("A")
            with pytest.raises(errors.ResponseError, match=r"^wrong$"):
                redis.execute_command("B")
            with pytest.raises(errors.DataError):
                redis.execute_command("SET", "key", None)
            assert redis.get("key") == b"key"
        assert server.accepted == 1


def test_nobody_listening(free_port: Any) -> None:
    with Redis(port=free_port()) as redis, pytest.raises(errors.ConnectionError, match="refused"):
        redis.get("key")


def test_a_server_that_closes_is_a_connection_error_and_the_next_call_connects() -> None:
    with ThreadServer() as server, Redis(port=server.port) as redis:
        server.answer = lambda args: CLOSE if args[-1] == b"die" else answer_echo(args)
        with pytest.raises(errors.ConnectionError, match="closed"):
            redis.get("die")
        assert redis.get("key") == b"key"
        assert server.accepted == 2


def test_a_connection_that_was_closed_while_it_rested_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("respkit.client.blocking._FRESH_SECONDS", 0.0)
    with ThreadServer() as server, Redis(port=server.port) as redis:
        assert redis.get("key") == b"key"
        server.drop_all()
        assert redis.get("key") == b"key"
        assert server.accepted == 2


def test_no_reply_is_a_timeout_and_the_late_reply_nobodys() -> None:
    with ThreadServer(hold(b"SLOW")) as server, Redis(port=server.port, socket_timeout=0.05) as redis:
        with pytest.raises(errors.TimeoutError):
            redis.execute_command("SLOW")
        assert redis.get("key") == b"key"
        assert server.accepted == 2


def test_no_reply_to_the_login_is_a_timeout() -> None:
    with (
        ThreadServer(lambda args: None) as server,
        Redis(port=server.port, socket_connect_timeout=0.05) as redis,
        pytest.raises(errors.TimeoutError),
    ):
        redis.get("key")


def test_a_command_that_waits_may_take_its_own_time_and_no_more() -> None:
    with ThreadServer(hold(b"BLPOP")) as server, Redis(port=server.port, socket_timeout=0.02) as redis:
        before = time.monotonic()
        with pytest.raises(errors.TimeoutError):
            redis.execute_command("BLPOP", "list", 0.1)
        assert time.monotonic() - before > 0.1
        assert redis.get("key") == b"key"


def test_what_is_not_resp_ends_the_connection() -> None:
    with ThreadServer() as server, Redis(port=server.port) as redis:
        assert redis.get("key") == b"key"
        server.answer = lambda args: b"HTTP/1.1 400 Bad Request\r\n\r\n"
        with pytest.raises(errors.InvalidResponse):
            redis.get("key")
        server.answer = answer_echo
        assert redis.get("key") == b"key"


def test_a_push_disturbs_nobody() -> None:
    push = b">2\r\n+invalidate\r\n*1\r\n+k\r\n"
    with ThreadServer(lambda args: push + answer_echo(args)) as server, Redis(port=server.port) as redis:
        assert [redis.get(key) for key in "abc"] == [b"a", b"b", b"c"]


def test_an_interrupted_call_gives_its_connection_up() -> None:
    with ThreadServer(hold(b"SLOW")) as server, Redis(port=server.port, socket_timeout=20) as redis:
        redis.ping()

        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGUSR1, interrupt)
        timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1))
        timer.start()
        try:
            with pytest.raises(KeyboardInterrupt):
                redis.execute_command("SLOW")
        finally:
            timer.join()
            signal.signal(signal.SIGUSR1, before)
        assert redis.get("key") == b"key"
        assert server.accepted == 2


def test_threads_have_connections_of_their_own() -> None:
    with ThreadServer() as server, Redis(port=server.port) as redis:
        wrong: list[Any] = []

        def work(thread: int) -> None:
            for number in range(200):
                sent = b"%d-%d" % (thread, number)
                if redis.execute_command("ECHO", sent) != sent:
                    wrong.append(sent)

        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert server.accepted <= 6


def test_so_many_connections_and_no_more() -> None:
    with ThreadServer() as server, Redis(port=server.port, max_connections=1) as redis:
        channel = redis.take()
        with pytest.raises(errors.MaxConnectionsError):
            redis.get("key")
        redis.give_back(channel)
        assert redis.get("key") == b"key"
        assert server.accepted == 1


def test_a_child_of_fork_has_connections_of_its_own() -> None:
    with ThreadServer() as server, Redis(port=server.port) as redis:
        assert redis.get("key") == b"key"
        child = os.fork()
        if child == 0:
            os._exit(0 if redis._idle == [] else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert redis.get("key") == b"key"
        assert server.accepted == 1


@pytest.mark.parametrize("command", [("SUBSCRIBE", "c"), ("MULTI",), ("SELECT", 1), ("CLIENT REPLY", "OFF")])
def test_what_would_change_the_connection_is_refused(command: tuple[Any, ...]) -> None:
    with ThreadServer() as server, Redis(port=server.port) as redis:
        with pytest.raises(errors.RedisError) as caught:
            redis.execute_command(*command)
        assert type(caught.value) is errors.RedisError
        with pytest.raises(TypeError):
            redis.execute_command()
    assert server.asked == []


def test_a_pipeline() -> None:
    with ThreadServer() as server, Redis(port=server.port) as redis, redis.pipeline(transaction=False) as pipeline:
        assert pipeline.get("a").get("b").execute() == [b"a", b"b"]
        assert pipeline.execute() == []
    assert server.asked == [[b"GET", b"a"], [b"GET", b"b"]]


def test_a_pipeline_longer_than_any_buffer() -> None:
    value = b"x" * 10_000
    with ThreadServer() as server, Redis(port=server.port) as redis, redis.pipeline(transaction=False) as pipeline:
        for _ in range(2000):
            pipeline.execute_command("ECHO", value)
        assert pipeline.execute() == [value] * 2000


def test_errors_in_a_pipeline() -> None:
    def answer(args: list[bytes]) -> bytes | None:
        return b"-ERR no\r\n" if args[0] == b"INCRBY" else answer_echo(args)

    with ThreadServer(answer) as server, Redis(port=server.port) as redis:
        pipeline = redis.pipeline(transaction=False)
        with pytest.raises(errors.ResponseError, match=r"Command # 2 \(INCRBY b 1\) of pipeline caused error: no"):
            pipeline.get("a").incr("b").execute()
        results = pipeline.get("a").incr("b").get("c").execute(raise_on_error=False)
        assert [results[0], type(results[1]), results[2]] == [b"a", errors.ResponseError, b"c"]
        assert server.accepted == 1


def test_watch_and_a_transaction_that_does_not_run() -> None:
    replies = {b"WATCH": b"+OK\r\n", b"MULTI": b"+OK\r\n", b"SET": b"+QUEUED\r\n", b"EXEC": b"*-1\r\n"}
    with ThreadServer(lambda args: replies.get(args[0]) or answer_echo(args)) as server:
        with Redis(port=server.port) as redis, redis.pipeline() as pipeline:
            assert pipeline.watch("key") is True
            assert pipeline.get("key") == b"key"  # type: ignore[comparison-overlap]
            pipeline.multi()
            pipeline.set("key", 1)
            with pytest.raises(errors.WatchError):
                pipeline.execute()
            assert redis.get("key") == b"key"
        assert server.accepted == 1


def test_a_wrong_reply_to_a_transaction_is_an_error() -> None:
    replies = {b"MULTI": b"+OK\r\n", b"GET": b"+QUEUED\r\n", b"EXEC": b"*2\r\n+a\r\n+b\r\n"}
    with (
        ThreadServer(lambda args: replies.get(args[0]) or answer_echo(args)) as server,
        Redis(port=server.port) as redis,
        pytest.raises(errors.ResponseError, match="as many replies"),
    ):
        redis.pipeline().get("a").execute()


def test_replies_are_decoded_where_that_is_asked_for() -> None:
    with ThreadServer() as server, Redis(port=server.port, decode_responses=True) as redis:
        assert redis.get("é") == "é"
        with pytest.raises(UnicodeDecodeError):
            redis.get(b"\xff")
        assert redis.dump(b"\xff") == b"\xff"
        assert redis.get("a") == "a"
        assert server.accepted == 1


def test_a_dump_in_a_transaction_stays_bytes() -> None:
    replies = {
        b"HELLO": HELLO_3,
        b"MULTI": b"+OK\r\n",
        b"EXEC": b"*3\r\n$1\r\n\xff\r\n$1\r\na\r\n%1\r\n+k\r\n*1\r\n+v\r\n",
    }
    with (
        ThreadServer(lambda args: replies.get(args[0], b"+QUEUED\r\n")) as server,
        Redis(port=server.port, decode_responses=True) as redis,
    ):
        pipeline = redis.pipeline().dump("d").get("a").execute_command("HGETALL", "h")
        assert pipeline.execute() == [b"\xff", "a", {"k": ["v"]}]


def test_a_client_that_is_dropped_says_so() -> None:
    with ThreadServer() as server:
        redis = Redis(port=server.port)
        redis.ping()
        clients = [redis]
        del redis
        with pytest.warns(ResourceWarning, match="unclosed client"):
            clients.clear()
