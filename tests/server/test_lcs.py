"""LCS."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from respkit.store import kinds

A = b"ohmytext"
B = b"mynewtext"
LONG_RUN = b"*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n"
RUNS = b"*2\r\n" + LONG_RUN + b"*2\r\n*2\r\n:2\r\n:3\r\n*2\r\n:0\r\n:1\r\n"


@pytest.fixture
def texts(client):
    client.call("MSET", "a", A, "b", B)
    return client


@pytest.mark.parametrize(
    ("options", "reply"),
    [
        ([], b"$6\r\nmytext\r\n"),
        (["LEN"], b":6\r\n"),
        (["IDX"], b"*4\r\n$7\r\nmatches\r\n*2\r\n" + RUNS + b"$3\r\nlen\r\n:6\r\n"),
        (["idx", "MINMATCHLEN", "4"], b"*4\r\n$7\r\nmatches\r\n*1\r\n*2\r\n" + LONG_RUN + b"$3\r\nlen\r\n:6\r\n"),
        (
            ["IDX", "MINMATCHLEN", "4", "WITHMATCHLEN"],
            b"*4\r\n$7\r\nmatches\r\n*1\r\n*3\r\n" + LONG_RUN + b":4\r\n$3\r\nlen\r\n:6\r\n",
        ),
        (["IDX", "LEN"], b"-ERR If you want both the length and indexes, please just use IDX.\r\n"),
        (["WITHMATCHLEN"], b"$6\r\nmytext\r\n"),
        (["MINMATCHLEN"], b"-ERR syntax error\r\n"),
        (["MINMATCHLEN", "x"], b"-ERR value is not an integer or out of range\r\n"),
        (["IDX", "MINMATCHLEN", "-5"], b"*4\r\n$7\r\nmatches\r\n*2\r\n" + RUNS + b"$3\r\nlen\r\n:6\r\n"),
        (["what"], b"-ERR syntax error\r\n"),
    ],
)
def test_replies(texts, options, reply):
    assert texts.call("LCS", "a", "b", *options) == reply


def test_absent_keys_are_empty(texts):
    assert texts.call("LCS", "a", "x") == b"$0\r\n\r\n"
    assert texts.call("LCS", "x", "y", "IDX") == b"*4\r\n$7\r\nmatches\r\n*0\r\n$3\r\nlen\r\n:0\r\n"


def test_it_is_a_map_in_resp3(texts):
    texts.call("HELLO", "3")
    assert texts.call("LCS", "a", "b", "IDX").startswith(b"%2\r\n$7\r\nmatches\r\n*2\r\n")


def test_another_kind_is_refused_before_the_options_are_read(server, texts):
    table = server.state.databases[0].table
    table.place_key(b"object", 0)
    table.assign_object(kinds.SET, set())
    refusal = b"-ERR The specified keys must contain string values\r\n"
    assert texts.call("LCS", "a", "object", "what") == refusal
    assert texts.call("LCS", "object", "a") == refusal


def test_memory_is_bounded_as_in_redis(make_server):
    client = make_server(proto_max_bulk_len=1048576).client()
    client.call("MSET", "a", b"a" * 511, "b", b"a" * 511, "c", b"a" * 512)
    assert client.call("LCS", "a", "b", "LEN") == b":511\r\n"
    assert client.call("LCS", "a", "c", "LEN") == (
        b"-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len\r\n"
    )


def length(a, b):
    above = [0] * (len(b) + 1)
    for x in a:
        here = [0]
        for j, y in enumerate(b):
            here.append(above[j] + 1 if x == y else max(above[j + 1], here[j]))
        above = here
    return above[-1]


def is_within(short, text):
    rest = iter(text)
    return all(byte in rest for byte in short)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(b"abc")).map(bytes), st.lists(st.sampled_from(b"abc")).map(bytes))
def test_it_is_a_longest_common_subsequence(client, a, b):
    client.call("MSET", "a", a, "b", b)
    head, found = client.call("LCS", "a", "b").split(b"\r\n")[:2]
    assert head == b"$%d" % length(a, b)
    assert len(found) == length(a, b)
    assert is_within(found, a)
    assert is_within(found, b)
