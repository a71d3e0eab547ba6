"""The receive buffer, in both forms."""

from __future__ import annotations

import random
import sys
import time
from types import ModuleType
from typing import Any

import pytest

from tests.forms import FORMS, Form, each_form

BLOCK = 32 * 1024


@pytest.fixture
def blocks() -> ModuleType:
    if FORMS[0].name != "compiled":
        pytest.skip("the plain buffers have no blocks")
    return FORMS[0].module("respkit.resp.blocks")


def new(form: Form) -> Any:
    return form.module("respkit.resp.inbuf").InBuffer()


@each_form
def test_bytes_are_kept_until_they_are_consumed(form: Form) -> None:
    buffer = new(form)
    assert (buffer.size(), buffer.peek()) == (0, b"")
    buffer.feed(b"abc")
    buffer.feed(bytearray(b"de"))
    buffer.feed(memoryview(b"xfgx")[1:3])
    assert (buffer.size(), buffer.peek()) == (7, b"abcdefg")
    buffer.consume(2)
    assert (buffer.size(), buffer.peek(), buffer.end - buffer.start) == (5, b"cdefg", 5)
    buffer.consume(5)
    assert buffer.peek() == b""
    buffer.feed(b"h")
    assert buffer.peek() == b"h"


@each_form
def test_a_read_goes_into_the_room_that_is_offered(form: Form) -> None:
    buffer = new(form)
    for part in (b"one", b"two"):
        room = buffer.writable()
        assert len(room) >= 4096
        room[:3] = part
        room.release()
        buffer.filled(3)
    assert buffer.peek() == b"onetwo"


@each_form
def test_what_is_not_there_cannot_be_consumed_or_filled(form: Form) -> None:
    buffer = new(form)
    buffer.feed(b"abc")
    for count in (4, -1):
        with pytest.raises(ValueError, match=str(count)):
            buffer.consume(count)
    room = len(buffer.writable())
    for count in (room + 1, -1):
        with pytest.raises(ValueError, match=str(count)):
            buffer.filled(count)
    assert buffer.peek() == b"abc"


@each_form
def test_release_forgets_everything(form: Form) -> None:
    buffer = new(form)
    buffer.feed(b"x" * 100_000)
    buffer.expect_big(200_000)
    buffer.release()
    assert (buffer.size(), buffer.big_filled, buffer.take_big()) == (0, 0, None)
    buffer.feed(b"abc")
    assert buffer.peek() == b"abc"


@each_form
def test_release_if_empty_keeps_what_is_waiting(form: Form) -> None:
    buffer = new(form)
    buffer.feed(b"abc")
    buffer.consume(2)
    buffer.release_if_empty()
    assert buffer.peek() == b"c"
    buffer.consume(1)
    buffer.release_if_empty()
    assert buffer.peek() == b""


@each_form
@pytest.mark.parametrize("present", [0, 1, 500])
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_big_bulk_is_received_into_its_object(form: Form, present: int, step: int) -> None:
    value = random.Random(present).randbytes(1000)
    buffer = new(form)
    buffer.feed(b"head" + value[:present])
    buffer.expect_big_at(4, 1000)
    assert (buffer.peek(), buffer.big_filled) == (b"head", present)
    stream = value[present:] + b"\r\nnext"
    for i in range(0, len(stream), step):
        assert (buffer.take_big() is not None) is False or i >= 1000 - present
        buffer.feed(stream[i : i + step])
        if buffer.big_filled == 1000:
            break
    assert buffer.take_big() == value
    buffer.feed(stream[i + step :])
    assert buffer.peek() == b"head\r\nnext"
    assert buffer.take_big() is None


@each_form
def test_a_read_goes_into_the_big_bulk_and_then_behind_it(form: Form) -> None:
    buffer = new(form)
    value = bytes(range(256)) * 200
    buffer.expect_big(len(value))
    at = 0
    while buffer.take_big() is None:
        room = buffer.writable()
        count = min(len(room), 10_000, len(value) - at)
        room[:count] = value[at : at + count]
        room.release()
        buffer.filled(count)
        at += count
        if at == len(value):
            break
    assert buffer.take_big() == value
    assert buffer.size() == 0


@each_form
def test_a_big_bulk_that_is_there_already_takes_only_its_part(form: Form) -> None:
    buffer = new(form)
    buffer.feed(b"abcdefgh")
    buffer.expect_big_at(2, 3)
    assert (buffer.take_big(), buffer.peek()) == (b"cde", b"abfgh")
    buffer.expect_big(0)
    assert (buffer.take_big(), buffer.peek()) == (b"", b"abfgh")


@each_form
def test_a_big_bulk_needs_its_place(form: Form) -> None:
    buffer = new(form)
    buffer.feed(b"abc")
    for offset, size in ((4, 1), (-1, 1), (0, -1)):
        with pytest.raises(ValueError, match="big bulk"):
            buffer.expect_big_at(offset, size)
    buffer.expect_big(10)
    with pytest.raises(ValueError, match="big bulk"):
        buffer.expect_big(10)


@each_form
def test_any_order_of_feeding_and_consuming_keeps_the_stream(form: Form) -> None:
    rnd = random.Random(7)
    for _ in range(60):
        buffer, expected = new(form), bytearray()
        for _ in range(80):
            if rnd.random() < 0.5:
                data = rnd.randbytes(rnd.choice([1, 100, 5000, BLOCK - 1, BLOCK, BLOCK + 1, 200_000]))
                if rnd.random() < 0.5:
                    buffer.feed(data)
                else:
                    room = buffer.writable()
                    data = data[: len(room)]
                    room[: len(data)] = data
                    room.release()
                    buffer.filled(len(data))
                expected += data
            else:
                count = rnd.choice([0, 1, len(expected) // 2, len(expected) - 1, len(expected)])
                count = min(max(0, count), len(expected))
                buffer.consume(count)
                del expected[:count]
            if rnd.random() < 0.1:
                buffer.release_if_empty()
            assert buffer.size() == len(expected)
        assert buffer.peek() == expected


def test_an_idle_connection_holds_no_block(blocks: ModuleType) -> None:
    module = FORMS[0].module("respkit.resp.inbuf")
    before = blocks.blocks_taken()
    parsers = [module.CommandParser() for _ in range(10_000)]
    assert blocks.blocks_taken() == before
    for parser in parsers:
        parser.buffer.feed(b"PING\r\n")
        assert parser.next()
        assert not parser.next()
    assert blocks.blocks_taken() == before


def test_a_block_is_given_back_when_its_buffer_dies(blocks: ModuleType) -> None:
    before = blocks.blocks_taken()
    buffers = [new(FORMS[0]) for _ in range(100)]
    for buffer in buffers:
        buffer.feed(bytearray(b"x"))
    assert blocks.blocks_taken() == before + 100
    del buffers, buffer
    assert blocks.blocks_taken() == before


def test_bytes_are_read_where_they_are_and_never_changed(blocks: ModuleType) -> None:
    before = blocks.blocks_taken()
    module = FORMS[0].module("respkit.resp.inbuf")
    fed = b"SET 'a b' \"\\x41\"\r\n" + b"*1\r\n$40000\r\n" + b"v" * 30_000
    copy = bytes(bytearray(fed))
    count = sys.getrefcount(fed)
    parser = module.CommandParser()
    buffer = parser.buffer
    buffer.feed(fed)
    assert sys.getrefcount(fed) == count + 1
    assert blocks.blocks_taken() == before
    assert parser.next()
    assert parser.args.to_list() == [b"SET", b"a b", b"A"]
    assert not parser.next()
    assert sys.getrefcount(fed) == count
    buffer.feed(b"v" * 10_000 + b"\r\n" + b"*1\r\n")
    assert parser.next()
    assert parser.args.to_list() == [b"v" * 30_000 + b"v" * 10_000]
    assert buffer.peek() == b"*1\r\n"
    buffer.feed(b"$4\r\nPING\r\n")
    assert parser.next()
    assert parser.args.to_list() == [b"PING"]
    assert fed == copy


def test_a_buffer_that_grew_shrinks_back_to_a_block(blocks: ModuleType) -> None:
    before = blocks.blocks_taken()
    buffer = new(FORMS[0])
    buffer.feed(b"x" * 1_000_000)
    assert blocks.blocks_taken() == before  # on the heap
    buffer.consume(999_990)
    room = len(buffer.writable())
    assert blocks.blocks_taken() == before + 1
    assert room == BLOCK - 10
    assert buffer.peek() == b"x" * 10


def test_the_buffer_holds_at_most_twice_what_it_received() -> None:
    buffer = new(FORMS[0])
    if FORMS[0].name != "compiled":
        pytest.skip("a bytearray sees to that")
    for _ in range(200):
        buffer.feed(b"x" * 16_384)
        received = buffer.size()
        assert received + len(buffer.writable()) <= 2 * received + BLOCK


@each_form
def test_many_small_pieces_take_linear_time(form: Form) -> None:
    def cost(total: int) -> float:
        buffer = new(form)
        piece = b"x" * 1000
        begin = time.process_time()
        for _ in range(total // 1000):
            buffer.feed(piece)
        return time.process_time() - begin

    # Sixteen times the bytes in at most some sixty times the time, whatever else the machine does; quadratic is 256.
    small = min(cost(2_000_000) for _ in range(5))
    assert min(cost(32_000_000) for _ in range(3)) < 60 * small + 0.05
