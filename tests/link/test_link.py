"""Replies find their requests, whatever the pieces in which they come."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.errors import ConnectionError, InvalidResponse, NoPermissionError, ResponseError  # noqa: A004
from respkit.link.link import CallbackSlot, FrameLink, Slot
from respkit.link.objects import ObjectLink
from respkit.resp.inbuf import InBuffer
from respkit.resp.outbuf import OutBuffer


def frame_link() -> FrameLink:
    return FrameLink(InBuffer(), OutBuffer())


def ask(link: Any, log: list[Any]) -> None:
    """A request whose reply, or failure, goes to ``log``."""
    link.request(CallbackSlot(log.append, lambda error: log.append(("failed", error))))


REPLIES = [
    b"+OK\r\n",
    b"$3\r\nfoo\r\n",
    b"$-1\r\n",
    b":42\r\n",
    b"*2\r\n$1\r\na\r\n*1\r\n:1\r\n",
    b"-ERR no\r\n",
    b"%1\r\n+k\r\n,1.5\r\n",
    b"|1\r\n+ttl\r\n:5\r\n$1\r\nx\r\n",  # attributes belong to the reply behind them
    b"$0\r\n\r\n",
    b"_\r\n",
    b"!7\r\nERR bad\r\n",
]
PUSH = b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n"


def test_replies_go_to_their_requests_in_order() -> None:
    link, log = frame_link(), []
    for _ in REPLIES:
        ask(link, log)
    assert link.in_flight == len(REPLIES)
    link.inbuf.feed(b"".join(REPLIES))
    link.received()
    assert log == REPLIES
    assert link.in_flight == 0
    assert link.inbuf.size() == 0


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_may_be_split_anywhere(reply: bytes) -> None:
    for at in range(len(reply) + 1):
        link, log = frame_link(), []
        ask(link, log)
        link.inbuf.feed(reply[:at])
        link.received()
        if at < len(reply):
            assert log == []
        link.inbuf.feed(reply[at:])
        link.received()
        assert log == [reply]


@given(st.lists(st.sampled_from([*REPLIES, PUSH]), max_size=12), st.data())
def test_replies_come_the_same_in_any_pieces(frames: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(frames)
    link, log = frame_link(), []
    replies = [frame for frame in frames if frame is not PUSH]
    for _ in replies:
        ask(link, log)
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        link.inbuf.feed(stream[:size])
        stream = stream[size:]
        link.received()
    assert log == replies


def test_a_push_takes_no_slot() -> None:
    link, log = frame_link(), []
    link.inbuf.feed(PUSH)
    link.received()
    ask(link, log)
    link.inbuf.feed(PUSH + b"+OK\r\n" + PUSH)
    link.received()
    assert log == [b"+OK\r\n"]


def test_a_reply_that_answers_nothing_breaks_the_stream() -> None:
    link = frame_link()
    link.inbuf.feed(b"+OK\r\n")
    with pytest.raises(InvalidResponse):
        link.received()


def test_what_is_not_resp_breaks_the_stream_after_the_replies_before_it() -> None:
    link, log = frame_link(), []
    ask(link, log)
    ask(link, log)
    link.inbuf.feed(b"+OK\r\nHTTP/1.1 400 Bad Request\r\n")
    with pytest.raises(InvalidResponse):
        link.received()
    assert log == [b"+OK\r\n"]


def test_the_reply_of_an_owner_who_has_gone_is_read_and_dropped() -> None:
    link, log = frame_link(), []
    ask(link, log)
    link.request(Slot())
    ask(link, log)
    link.inbuf.feed(b"+one\r\n+two\r\n+three\r\n")
    link.received()
    assert log == [b"+one\r\n", b"+three\r\n"]


def test_losing_the_connection_fails_every_slot_once() -> None:
    link, log = frame_link(), []
    for _ in range(3):
        ask(link, log)
    link.inbuf.feed(b"+one\r\n")
    link.received()
    error = ConnectionError("gone")
    link.lost(error)
    link.lost(ConnectionError("again"))
    assert log == [b"+one\r\n", ("failed", error), ("failed", error)]
    assert link.in_flight == 0
    assert link.oldest() is None


def test_a_request_on_a_lost_connection_fails_at_once() -> None:
    link, log = frame_link(), []
    error = ConnectionError("gone")
    link.lost(error)
    ask(link, log)
    assert log == [("failed", error)]


def test_a_slot_that_asks_again_when_it_fails_does_not_hang() -> None:
    link, log = frame_link(), []

    def again(error: BaseException) -> None:
        log.append(error)
        if len(log) < 5:
            link.request(CallbackSlot(log.append, again))

    link.request(CallbackSlot(log.append, again))
    link.lost(ConnectionError("gone"))
    assert len(log) == 5


def test_a_slot_may_ask_again_from_its_reply() -> None:
    link, log = frame_link(), []

    def again(reply: bytes) -> None:
        log.append(reply)
        ask(link, log)

    link.request(CallbackSlot(again))
    link.inbuf.feed(b"+one\r\n+two\r\n")
    link.received()
    assert log == [b"+one\r\n", b"+two\r\n"]


def test_a_link_that_is_lost_in_the_middle_hands_on_nothing_more() -> None:
    link, log = frame_link(), []

    def lose(reply: bytes) -> None:
        log.append(reply)
        link.lost(ConnectionError("enough"))

    link.request(CallbackSlot(lose))
    ask(link, log)
    link.inbuf.feed(b"+one\r\n+two\r\n")
    link.received()
    assert log[0] == b"+one\r\n"
    assert [entry[0] for entry in log[1:]] == ["failed"]


def test_oldest_is_the_next_to_be_answered() -> None:
    link = frame_link()
    first, second = Slot(), Slot()
    link.request(first)
    link.request(second)
    assert link.oldest() is first
    link.inbuf.feed(b"+OK\r\n")
    link.received()
    assert link.oldest() is second


def test_errors_are_told_from_replies() -> None:
    link = frame_link()
    assert link.error_of(b"+OK\r\n") is None
    assert link.error_of(b"$6\r\n-ERR x\r\n") is None
    error = link.error_of(b"-NOPERM this user has no permissions\r\n")
    assert isinstance(error, NoPermissionError)
    assert (error.code, str(error)) == ("NOPERM", "this user has no permissions")
    error = link.error_of(b"!11\r\nERR one two\r\n")
    assert isinstance(error, ResponseError)
    assert str(error) == "one two"


# Replies as objects --------------------------------------------------------------------------------------------------

OBJECTS = [b"OK", b"foo", None, 42, [b"a", [1]], None, {b"k": 1.5}, b"x", b"", None, None]


def object_link(**options: Any) -> ObjectLink:
    return ObjectLink(InBuffer(), OutBuffer(), **options)


@given(st.lists(st.integers(0, len(REPLIES) - 1), max_size=12), st.data())
def test_objects_come_the_same_in_any_pieces(indexes: list[int], data: st.DataObject) -> None:
    stream = b"".join(PUSH + REPLIES[index] for index in indexes)
    link, log = object_link(), []
    for _ in indexes:
        ask(link, log)
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        link.inbuf.feed(stream[:size])
        stream = stream[size:]
        link.received()
    assert len(log) == len(indexes)
    for index, reply in zip(indexes, log, strict=True):
        if REPLIES[index][:1] in b"-!":
            assert isinstance(reply, ResponseError)
            assert link.error_of(reply) is reply
        else:
            assert reply == OBJECTS[index]
            assert link.error_of(reply) is None


def test_strings_are_decoded_but_not_for_raw_slots() -> None:
    link, log = object_link(encoding="utf-8"), []
    raw = CallbackSlot(log.append)
    raw.raw = True
    ask(link, log)
    link.request(raw)
    ask(link, log)
    link.inbuf.feed(b"$2\r\n\xc3\xa9\r\n$2\r\n\xff\xfe\r\n+OK\r\n")
    link.received()
    assert log == ["é", b"\xff\xfe", "OK"]


def test_what_cannot_be_decoded_fails_its_own_slot() -> None:
    link, log = object_link(encoding="utf-8"), []
    ask(link, log)
    ask(link, log)
    link.inbuf.feed(b"$1\r\n\xff\r\n+OK\r\n")
    link.received()
    assert isinstance(log[0][1], UnicodeDecodeError)
    assert log[1] == "OK"


def test_errors_are_exceptions_by_their_code() -> None:
    link, log = object_link(), []
    for _ in range(3):
        ask(link, log)
    link.inbuf.feed(b"-MOVED 3999 127.0.0.1:6381\r\n-WRONGTYPE Operation\r\n-ERR syntax error\r\n")
    link.received()
    assert [(type(error).__name__, error.code, str(error)) for error in log] == [
        ("MovedError", "MOVED", "3999 127.0.0.1:6381"),
        ("ResponseError", "WRONGTYPE", "WRONGTYPE Operation"),
        ("ResponseError", "ERR", "syntax error"),
    ]


def test_pushes_can_be_taken() -> None:
    class Listening(ObjectLink):
        def pushed(self, reply: Any) -> int:
            taken.append(list(reply))
            return 0

    taken: list[Any] = []
    link = Listening(InBuffer(), OutBuffer())
    link.inbuf.feed(PUSH)
    link.received()
    assert taken == [[b"invalidate", [b"k"]]]


def test_an_object_stream_that_is_not_resp_breaks() -> None:
    link, log = object_link(), []
    ask(link, log)
    link.inbuf.feed(b"?what\r\n")
    with pytest.raises(InvalidResponse):
        link.received()
