"""Logging in: what is sent, and what each answer leads to."""

from __future__ import annotations

from typing import Any

import pytest

from respkit import errors
from respkit.link.handshake import Handshake, Login
from respkit.link.link import FrameLink
from respkit.resp.inbuf import InBuffer
from respkit.resp.outbuf import OutBuffer

HELLO_REPLY = b"%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n"
UNKNOWN = b"-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n"


def wire(*commands: str) -> bytes:
    out = OutBuffer()
    for command in commands:
        out.command(command.split())
    return out.take()


class Login_:
    """A login in progress over a link whose bytes the test moves."""

    def __init__(self, **options: Any) -> None:
        self.link = FrameLink(InBuffer(), OutBuffer())
        self.ends: list[BaseException | None] = []
        self.handshake = Handshake(self.link, Login(**options), self.ends.append)
        self.handshake.begin()

    def sent(self) -> bytes:
        return self.link.outbuf.take()

    def answer(self, data: bytes) -> None:
        self.link.inbuf.feed(data)
        self.link.received()


def test_hello_alone() -> None:
    login = Login_()
    assert login.sent() == b"*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n"
    assert not login.link.ready
    login.answer(HELLO_REPLY)
    assert login.ends == [None]
    assert login.link.ready
    assert login.link.proto == 3
    assert login.sent() == b""


def test_everything_goes_in_one_round_trip() -> None:
    login = Login_(username="u", password="p", database=4, client_name="me")
    assert login.sent() == wire("HELLO 3 AUTH u p SETNAME me", "SELECT 4")
    login.answer(HELLO_REPLY)
    assert login.ends == []
    login.answer(b"+OK\r\n")
    assert login.ends == [None]
    assert login.link.ready


def test_a_password_alone_is_the_default_users() -> None:
    login = Login_(password="p")
    assert login.sent() == wire("HELLO 3 AUTH default p")


def test_a_server_without_hello_is_asked_the_old_way() -> None:
    login = Login_(password="p", database=2, client_name="me")
    assert login.sent() == wire("HELLO 3 AUTH default p SETNAME me", "SELECT 2")
    login.answer(UNKNOWN + b"-NOAUTH Authentication required.\r\n")
    assert login.ends == []
    assert login.sent() == wire("AUTH p", "CLIENT SETNAME me", "SELECT 2")
    login.answer(b"+OK\r\n+OK\r\n+OK\r\n")
    assert login.ends == [None]
    assert login.link.proto == 2


@pytest.mark.parametrize("refusal", [b"-NOPROTO unsupported protocol version\r\n", b"-NOPERM no hello for you\r\n"])
def test_hello_that_is_not_for_us_is_done_without(refusal: bytes) -> None:
    login = Login_()
    login.sent()
    login.answer(refusal)
    assert login.ends == [None]
    assert login.link.proto == 2
    assert login.sent() == b""


def test_resp2_needs_no_hello() -> None:
    login = Login_(protocol=2, username="u", password="p", database=1, client_name="me")
    assert login.sent() == wire("AUTH u p", "CLIENT SETNAME me", "SELECT 1")
    login.answer(b"+OK\r\n+OK\r\n+OK\r\n")
    assert login.ends == [None]
    assert login.link.proto == 2


def test_nothing_to_say_is_ready_at_once() -> None:
    login = Login_(protocol=2)
    assert login.sent() == b""
    assert login.ends == [None]
    assert login.link.ready


def failure(login: Login_) -> BaseException:
    (end,) = login.ends
    assert end is not None
    assert not login.link.ready
    return end


def test_a_wrong_password_ends_it_once() -> None:
    login = Login_(password="p", database=4)
    login.answer(b"-WRONGPASS invalid username-password pair or user is disabled.\r\n")
    login.answer(b"-NOAUTH Authentication required.\r\n")
    error = failure(login)
    assert type(error) is errors.AuthenticationError
    assert str(error) == "invalid username-password pair or user is disabled."


def test_a_password_that_is_missing() -> None:
    login = Login_()
    login.answer(b"-NOAUTH HELLO must be called with the client already authenticated\r\n")
    assert type(failure(login)) is errors.AuthenticationError


def test_a_wrong_password_the_old_way() -> None:
    login = Login_(protocol=2, password="p")
    login.answer(b"-ERR invalid password\r\n")
    assert type(failure(login)) is errors.AuthenticationError


def test_a_username_for_a_server_that_knows_none() -> None:
    login = Login_(protocol=2, username="u", password="p")
    login.answer(b"-ERR wrong number of arguments for 'auth' command\r\n")
    assert type(failure(login)) is errors.AuthenticationWrongNumberOfArgsError


def test_a_database_that_is_not_there() -> None:
    login = Login_(database=99)
    login.answer(HELLO_REPLY + b"-ERR DB index is out of range\r\n")
    error = failure(login)
    assert type(error) is errors.ResponseError
    assert str(error) == "DB index is out of range"


def test_a_server_that_is_loading() -> None:
    login = Login_()
    login.answer(b"-LOADING Redis is loading the dataset in memory\r\n")
    assert type(failure(login)) is errors.BusyLoadingError


def test_a_name_that_is_not_taken_is_done_without() -> None:
    login = Login_(protocol=2, client_name="me")
    login.answer(b"-ERR unknown subcommand\r\n")
    assert login.ends == [None]


def test_a_connection_that_is_lost_ends_it_once() -> None:
    login = Login_(database=3)
    error = errors.ConnectionError("gone")
    login.link.lost(error)
    assert failure(login) is error


@pytest.mark.parametrize("at", range(len(UNKNOWN) + 1))
def test_answers_may_be_split_anywhere(at: int) -> None:
    login = Login_(password="p")
    login.sent()
    login.answer(UNKNOWN[:at])
    login.answer(UNKNOWN[at:])
    assert login.sent() == wire("AUTH p")
    login.answer(b"+OK\r\n")
    assert login.ends == [None]


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Login(password="secret"))
