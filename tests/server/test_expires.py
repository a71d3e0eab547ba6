"""EXPIRE, TTL and their families, PERSIST."""

import pytest

NOW = 1_700_000_000_000
NOT_INTEGER = b"-ERR value is not an integer or out of range\r\n"


def run(client, line):
    return client.call(*line.split())


@pytest.fixture
def seen(server):
    """Every event and every command propagated, in order."""
    found = []
    server.observers.observe_keys(lambda db, key, kind, event: found.append((event, key)))
    server.observers.observe_commands(lambda db, arguments: found.append(arguments))
    return found


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        (["EXPIRE k 1"], b":0\r\n"),
        (["SET k v", "EXPIRE k 100", "PTTL k"], b":100000\r\n"),
        (["SET k v", "PEXPIRE k 100", "PTTL k"], b":100\r\n"),
        (["SET k v", "EXPIREAT k 1700000100", "PTTL k"], b":100000\r\n"),
        (["SET k v", "PEXPIREAT k 1700000000100", "PTTL k"], b":100\r\n"),
        (["SET k v", "EXPIRE k 0"], b":1\r\n"),
        (["SET k v", "EXPIRE k 0", "EXISTS k"], b":0\r\n"),
        (["SET k v", "EXPIRE k -9223372036854775", "EXISTS k"], b":0\r\n"),
        (["SET k v", "PEXPIREAT k -1", "EXISTS k"], b":0\r\n"),
        (["SET k v", "PEXPIREAT k 1700000000000", "EXISTS k"], b":0\r\n"),
        (["EXPIRE k 9223372036854776"], b"-ERR invalid expire time in 'expire' command\r\n"),
        (["EXPIRE k -9223372036854776"], b"-ERR invalid expire time in 'expire' command\r\n"),
        (["EXPIRE k 9223372036854775"], b"-ERR invalid expire time in 'expire' command\r\n"),
        (["PEXPIRE k 9223372036854775807"], b"-ERR invalid expire time in 'pexpire' command\r\n"),
        (["SET k v", "EXPIREAT k 9223372036854775", "EXPIRETIME k"], b":9223372036854775\r\n"),
        (["SET k v", "PEXPIREAT k 9223372036854775807", "PEXPIRETIME k"], b":9223372036854775807\r\n"),
        (["SET k v", "PEXPIREAT k 9223372036854775807", "EXPIRETIME k"], b":9223372036854776\r\n"),
        (["EXPIREAT k x"], NOT_INTEGER),
        (["EXPIRE k x y"], b"-ERR Unsupported option y\r\n"),
        (["EXPIRE k x NX XX"], b"-ERR NX and XX, GT or LT options at the same time are not compatible\r\n"),
        (["EXPIRE k x gt NX"], b"-ERR NX and XX, GT or LT options at the same time are not compatible\r\n"),
        (["EXPIRE k x GT LT"], b"-ERR GT and LT options at the same time are not compatible\r\n"),
        (["SET k v", "EXPIRE k 10 NX"], b":1\r\n"),
        (["SET k v EX 5", "EXPIRE k 10 NX"], b":0\r\n"),
        (["SET k v", "EXPIRE k 10 XX"], b":0\r\n"),
        (["SET k v EX 5", "EXPIRE k 10 XX"], b":1\r\n"),
        (["SET k v", "EXPIRE k 10 GT"], b":0\r\n"),
        (["SET k v EX 5", "EXPIRE k 10 GT"], b":1\r\n"),
        (["SET k v EX 10", "EXPIRE k 10 GT"], b":0\r\n"),
        (["SET k v", "EXPIRE k 10 LT"], b":1\r\n"),
        (["SET k v", "EXPIRE k 10 XX LT"], b":0\r\n"),
        (["SET k v EX 5", "EXPIRE k 10 LT"], b":0\r\n"),
        (["SET k v EX 5", "EXPIRE k 4 XX LT"], b":1\r\n"),
        (["SET k v EX 5", "EXPIRE k -1 GT", "TTL k"], b":5\r\n"),
        (["SET k v", "EXPIRE k -1 LT", "EXISTS k"], b":0\r\n"),
        *[([f"{name} k"], b":-2\r\n") for name in ("TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME")],
        *[(["SET k v", f"{name} k"], b":-1\r\n") for name in ("TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME")],
        (["SET k v PX 1499", "TTL k"], b":1\r\n"),
        (["SET k v PX 1500", "TTL k"], b":2\r\n"),
        (["SET k v PX 499", "TTL k"], b":0\r\n"),
        (["SET k v PX 1499", "EXPIRETIME k"], b":1700000001\r\n"),
        (["PERSIST k"], b":0\r\n"),
        (["SET k v", "PERSIST k"], b":0\r\n"),
        (["SET k v EX 1", "PERSIST k"], b":1\r\n"),
        (["SET k v EX 1", "PERSIST k", "TTL k"], b":-1\r\n"),
    ],
    ids=lambda value: "; ".join(value) if isinstance(value, list) else "",
)
def test_replies(client, lines, reply):
    for line in lines[:-1]:
        run(client, line)
    assert run(client, lines[-1]) == reply


def test_a_key_lives_to_the_end_of_its_last_millisecond(server, client):
    run(client, "SET k v PX 10")
    server.state.now_ms = NOW + 10
    assert run(client, "PTTL k") == b":0\r\n"
    server.state.now_ms = NOW + 11
    assert run(client, "PTTL k") == b":-2\r\n"


@pytest.mark.parametrize(
    ("before", "line", "expected"),
    [
        ("SET k v", "EXPIRE k 1", [(b"expire", b"k"), [b"PEXPIREAT", b"k", b"1700000001000"]]),
        ("SET k v", "PEXPIRE k 1 NX", [(b"expire", b"k"), [b"PEXPIREAT", b"k", b"1700000000001", b"NX"]]),
        ("SET k v", "PEXPIREAT k 1700000000001", [(b"expire", b"k")]),
        ("SET k v", "EXPIREAT k 1700000001", [(b"expire", b"k"), [b"PEXPIREAT", b"k", b"1700000001000"]]),
        ("SET k v", "EXPIRE k 0", [(b"del", b"k"), [b"DEL", b"k"]]),
        ("SET k v", "EXPIRE k 1 XX", []),
        ("SET k v EX 1", "PERSIST k", [(b"persist", b"k")]),
        ("SET k v", "PERSIST k", []),
        ("", "TTL k", [(b"keymiss", b"k")]),
    ],
)
def test_effects(server, client, seen, before, line, expected):
    if before:
        run(client, before)
    seen.clear()
    dirty = server.state.dirty
    run(client, line)
    assert seen == expected
    assert server.state.dirty - dirty == (1 if expected and expected[0][0] != b"keymiss" else 0)


def test_on_a_replica_a_time_in_the_past_is_set_like_any(server, client):
    server.keyspace.keep_expired = True
    run(client, "SET k v")
    assert run(client, "EXPIRE k -10") == b":1\r\n"
    assert server.state.databases[0].size() == 1
    assert run(client, "EXISTS k") == b":0\r\n"
