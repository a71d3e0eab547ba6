"""The commands on strings: replies byte by byte, events, and what reaches the AOF and the replicas."""

import pytest

from respkit.store import kinds

NOW = 1_700_000_000_000
WRONG_TYPE = b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
NOT_INTEGER = b"-ERR value is not an integer or out of range\r\n"
SYNTAX = b"-ERR syntax error\r\n"
NIL = b"$-1\r\n"
OK = b"+OK\r\n"


def bulk(text):
    return b"$%d\r\n%b\r\n" % (len(text), text)


def run(client, line):
    """The reply to a command given as one line of words; `''` is an empty one."""
    return client.call(*[b"" if word == "''" else word.encode() for word in line.split()])


@pytest.fixture
def seen(server):
    """Every event and every command propagated, in order."""
    found = []
    server.observers.observe_keys(lambda db, key, kind, event: found.append((event, key)))
    server.observers.observe_commands(lambda db, arguments: found.append(arguments))
    return found


def put_object(server, key=b"object", kind=kinds.LIST):
    table = server.state.databases[0].table
    table.place_key(key, 0)
    table.assign_object(kind, [1])


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        (["GET k"], NIL),
        (["SET k ''", "GET k"], bulk(b"")),
        (["SET k v", "GET k"], bulk(b"v")),
        (["SET k 12", "GET k"], bulk(b"12")),
        (["SET k v NX"], OK),
        (["SET k v", "SET k w NX"], NIL),
        (["SET k v", "SET k w nx GET"], bulk(b"v")),
        (["SET k v", "SET k w NX", "GET k"], bulk(b"v")),
        (["SET k v XX"], NIL),
        (["SET k v XX GET"], NIL),
        (["SET k v", "SET k w XX", "GET k"], bulk(b"w")),
        (["SET k v GET"], NIL),
        (["SET k v", "SET k w GET"], bulk(b"v")),
        (["SET k v NX XX"], SYNTAX),
        (["SET k v XX NX"], SYNTAX),
        (["SET k v what"], SYNTAX),
        (["SET k v EX"], SYNTAX),
        (["SET k v PERSIST"], SYNTAX),
        (["SET k v EX 10 PX 10"], SYNTAX),
        (["SET k v EX 10 KEEPTTL"], SYNTAX),
        (["SET k v KEEPTTL EX 10"], SYNTAX),
        (["SET k v EX 10 EX 20", "TTL k"], b":20\r\n"),
        (["SET k v EX 10", "PTTL k"], b":10000\r\n"),
        (["SET k v PX 10", "PTTL k"], b":10\r\n"),
        (["SET k v EXAT 1700000001", "PTTL k"], b":1000\r\n"),
        (["SET k v PXAT 1700000000007", "PTTL k"], b":7\r\n"),
        (["SET k v PXAT 1699999999999", "GET k"], NIL),
        (["SET k v EX 0"], b"-ERR invalid expire time in 'set' command\r\n"),
        (["SET k v PX -1"], b"-ERR invalid expire time in 'set' command\r\n"),
        (["SET k v EX 9223372036854775807"], b"-ERR invalid expire time in 'set' command\r\n"),
        (["SET k v EX 9223372036854775"], b"-ERR invalid expire time in 'set' command\r\n"),
        (["SET k v PX 9223372036854775807"], b"-ERR invalid expire time in 'set' command\r\n"),
        (["SET k v PXAT 9223372036854775807", "PEXPIRETIME k"], b":9223372036854775807\r\n"),
        (["SET k v EX x"], NOT_INTEGER),
        (["SET k v EX 10", "SET k w", "TTL k"], b":-1\r\n"),
        (["SET k v EX 10", "SET k w KEEPTTL", "TTL k"], b":10\r\n"),
        (["SET k v GET EX 0"], b"-ERR invalid expire time in 'set' command\r\n"),
        (["SETNX k v"], b":1\r\n"),
        (["SETNX k v", "SETNX k w"], b":0\r\n"),
        (["SETEX k 10 v", "TTL k"], b":10\r\n"),
        (["SETEX k 0 v"], b"-ERR invalid expire time in 'setex' command\r\n"),
        (["SETEX k x v"], NOT_INTEGER),
        (["PSETEX k 10 v", "PTTL k"], b":10\r\n"),
        (["PSETEX k -5 v"], b"-ERR invalid expire time in 'psetex' command\r\n"),
        (["GETSET k v"], NIL),
        (["SET k v EX 10", "GETSET k w"], bulk(b"v")),
        (["SET k v EX 10", "GETSET k w", "TTL k"], b":-1\r\n"),
        (["GETDEL k"], NIL),
        (["SET k v", "GETDEL k"], bulk(b"v")),
        (["SET k v", "GETDEL k", "EXISTS k"], b":0\r\n"),
        (["GETEX k"], NIL),
        (["SET k v EX 10", "GETEX k", "TTL k"], b":10\r\n"),
        (["SET k v EX 10", "GETEX k PERSIST"], bulk(b"v")),
        (["SET k v EX 10", "GETEX k PERSIST", "TTL k"], b":-1\r\n"),
        (["SET k v", "GETEX k EX 7", "TTL k"], b":7\r\n"),
        (["SET k v", "GETEX k PXAT 5", "EXISTS k"], b":0\r\n"),
        (["SET k v", "GETEX k EX 0"], b"-ERR invalid expire time in 'getex' command\r\n"),
        (["GETEX k EX 0"], NIL),
        (["GETEX k EX 10 PERSIST"], SYNTAX),
        (["GETEX k PERSIST EX 10"], SYNTAX),
        (["GETEX k NX"], SYNTAX),
        (["GETEX k KEEPTTL"], SYNTAX),
        (["MSET a 1 b 2", "MGET a x b"], b"*3\r\n" + bulk(b"1") + NIL + bulk(b"2")),
        (["MSET a 1 b"], b"-ERR wrong number of arguments for 'mset' command\r\n"),
        (["MSETNX a 1 b"], b"-ERR wrong number of arguments for 'msetnx' command\r\n"),
        (["MSETNX a 1 a 2", "GET a"], bulk(b"2")),
        (["MSETNX a 1 b 2"], b":1\r\n"),
        (["SET b 1", "MSETNX a 1 b 2"], b":0\r\n"),
        (["SET b 1", "MSETNX a 1 b 2", "EXISTS a"], b":0\r\n"),
        (["STRLEN k"], b":0\r\n"),
        (["SET k -123", "STRLEN k"], b":4\r\n"),
        (["APPEND k 12", "OBJECT ENCODING k"], bulk(b"int")),
        (["APPEND k foo", "APPEND k bar"], b":6\r\n"),
        (["SET k 12", "APPEND k 3", "GET k"], bulk(b"123")),
        (["SET k 12", "APPEND k 3", "OBJECT ENCODING k"], bulk(b"raw")),
        (["SET k v EX 10", "APPEND k w", "TTL k"], b":10\r\n"),
        (["SETRANGE k 0 ''"], b":0\r\n"),
        (["SETRANGE k 0 ''", "EXISTS k"], b":0\r\n"),
        (["SETRANGE k 3 ab"], b":5\r\n"),
        (["SETRANGE k 3 ab", "GET k"], bulk(b"\0\0\0ab")),
        (["SET k hello", "SETRANGE k 1 ''"], b":5\r\n"),
        (["SET k hello", "SETRANGE k 1 ipp", "GET k"], bulk(b"hippo")),
        (["SET k 1234", "SETRANGE k 1 x", "OBJECT ENCODING k"], bulk(b"raw")),
        (["SETRANGE k -1 a"], b"-ERR offset is out of range\r\n"),
        (["SETRANGE k x a"], NOT_INTEGER),
        (["SETRANGE k 536870912 a"], b"-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n"),
        (["SETRANGE k 9223372036854775807 a"], b"-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n"),
        (["SET k hello", "GETRANGE k 1 3"], bulk(b"ell")),
        (["SET k hello", "GETRANGE k -3 -1"], bulk(b"llo")),
        (["SET k hello", "GETRANGE k -1 -3"], bulk(b"")),
        (["SET k hello", "GETRANGE k -100 100"], bulk(b"hello")),
        (["SET k hello", "GETRANGE k 5 10"], bulk(b"")),
        (["SET k hello", "GETRANGE k 0 -100"], bulk(b"h")),
        (["SET k hello", "SUBSTR k 0 0"], bulk(b"h")),
        (["SET k hello", "GETRANGE k -9223372036854775808 9223372036854775807"], bulk(b"hello")),
        (["SET k 12345", "GETRANGE k 1 2"], bulk(b"23")),
        (["GETRANGE k 0 -1"], bulk(b"")),
        (["GETRANGE k x -1"], NOT_INTEGER),
        (["INCR k"], b":1\r\n"),
        (["DECR k"], b":-1\r\n"),
        (["SET k 41 EX 10", "INCR k"], b":42\r\n"),
        (["SET k 41 EX 10", "INCR k", "TTL k"], b":10\r\n"),
        (["SET k 41", "INCR k", "GET k"], bulk(b"42")),
        (["SET k 11x", "INCR k"], NOT_INTEGER),
        (["SET k 1.0", "INCR k"], NOT_INTEGER),
        (["INCRBYFLOAT k 3", "INCR k"], b":4\r\n"),
        (["INCRBYFLOAT k 3", "OBJECT ENCODING k"], bulk(b"embstr")),
        (["SET k 9223372036854775807", "INCR k"], b"-ERR increment or decrement would overflow\r\n"),
        (["SET k -9223372036854775808", "DECR k"], b"-ERR increment or decrement would overflow\r\n"),
        (["SET k -9223372036854775808", "INCRBY k 9223372036854775807"], b":-1\r\n"),
        (["INCRBY k -9223372036854775808"], b":-9223372036854775808\r\n"),
        (["INCRBY k 9223372036854775808"], NOT_INTEGER),
        (["DECRBY k -9223372036854775808"], b"-ERR decrement would overflow\r\n"),
        (["DECRBY k 5"], b":-5\r\n"),
        (["INCRBYFLOAT k 1.5"], bulk(b"1.5")),
        (["SET k 1.5", "INCRBYFLOAT k -1.5"], bulk(b"0")),
        (["SET k 1.5 EX 10", "INCRBYFLOAT k 1", "TTL k"], b":10\r\n"),
        (["SET k x", "INCRBYFLOAT k 1"], b"-ERR value is not a valid float\r\n"),
        (["INCRBYFLOAT k x"], b"-ERR value is not a valid float\r\n"),
        (["INCRBYFLOAT k inf"], b"-ERR increment would produce NaN or Infinity\r\n"),
    ],
    ids=lambda value: "; ".join(value) if isinstance(value, list) else "",
)
def test_replies(client, lines, reply):
    for line in lines[:-1]:
        run(client, line)
    assert run(client, lines[-1]) == reply


@pytest.mark.parametrize(
    "line",
    [
        *("GET object", "GETSET object v", "GETDEL object", "GETEX object", "GETEX object EX 0", "SET object v GET"),
        *("STRLEN object", "APPEND object v", "SETRANGE object 0 ''", "SETRANGE object 0 x", "GETRANGE object 0 1"),
        *("INCR object", "DECRBY object 1", "INCRBYFLOAT object 1", "INCRBYFLOAT object x"),
    ],
)
def test_another_kind_is_refused_and_left_alone(server, client, line):
    put_object(server)
    assert run(client, line) == WRONG_TYPE
    assert server.state.dirty == 0
    assert client.call("TYPE", "object") == b"+list\r\n"


def test_a_plain_set_replaces_what_is_of_another_kind(server, client):
    put_object(server)
    assert run(client, "MGET object") == b"*1\r\n$-1\r\n"
    assert run(client, "SETNX object v") == b":0\r\n"
    assert run(client, "SET object v") == OK
    assert run(client, "GET object") == bulk(b"v")


def test_large_values_come_back(client):
    for size in (32 * 1024 - 1, 32 * 1024, 200_000):
        value = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
        assert client.call("SET", "k", value) == OK
        assert client.call("GET", "k") == bulk(value)
        assert client.call("GETRANGE", "k", size - 3, -1) == bulk(value[-3:])
        assert client.call("APPEND", "k", "tail") == b":%d\r\n" % (size + 4)
        assert client.call("GET", "k") == bulk(value + b"tail")


def test_a_string_is_bounded_by_proto_max_bulk_len(make_server):
    client = make_server(proto_max_bulk_len=1048576).client()
    too_long = b"-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n"
    assert client.call("SETRANGE", "k", 1048575, "a") == b":1048576\r\n"
    assert client.call("APPEND", "k", "a") == too_long
    assert client.call("SETRANGE", "k", 1048576, "a") == too_long
    assert client.call("SETRANGE", "k", 1048576, "") == b":1048576\r\n"


def test_null_is_null_in_resp3(client):
    client.call("HELLO", "3")
    assert client.call("GET", "k") == b"_\r\n"
    assert client.call("SET", "k", "v", "XX") == b"_\r\n"
    assert client.call("MGET", "k") == b"*1\r\n_\r\n"


@pytest.mark.parametrize(
    ("before", "line", "expected"),
    [
        ("", "SET k v", [(b"new", b"k"), (b"set", b"k")]),
        ("SET k v", "SET k w", [(b"set", b"k")]),
        ("", "SET k v NX", [(b"new", b"k"), (b"set", b"k")]),
        (
            "SET k v",
            "SET k w EX 1",
            [(b"set", b"k"), [b"SET", b"k", b"w", b"PXAT", b"1700000001000"], (b"expire", b"k")],
        ),
        ("SET k v", "SET k w PXAT 1700000000001", [(b"set", b"k"), (b"expire", b"k")]),
        (
            "SET k v",
            "SET k w EXAT 1700000001 GET",
            [(b"set", b"k"), [b"SET", b"k", b"w", b"PXAT", b"1700000001000"], (b"expire", b"k")],
        ),
        ("SET k v", "SET k w KEEPTTL GET", [(b"set", b"k"), [b"SET", b"k", b"w", b"KEEPTTL"]]),
        (
            "",
            "SETEX k 1 v",
            [(b"new", b"k"), (b"set", b"k"), [b"SET", b"k", b"v", b"PXAT", b"1700000001000"], (b"expire", b"k")],
        ),
        ("SET k v", "GETSET k w", [(b"set", b"k"), [b"SET", b"k", b"w"]]),
        ("SET k v", "GETDEL k", [(b"del", b"k"), [b"DEL", b"k"]]),
        ("SET k v", "GETEX k", []),
        ("SET k v", "GETEX k PERSIST", []),
        ("SET k v EX 5", "GETEX k PERSIST", [(b"persist", b"k"), [b"PERSIST", b"k"]]),
        ("SET k v", "GETEX k EX 1", [(b"expire", b"k"), [b"PEXPIREAT", b"k", b"1700000001000"]]),
        ("SET k v", "GETEX k EXAT 1", [(b"del", b"k"), [b"DEL", b"k"]]),
        ("", "GET k", [(b"keymiss", b"k")]),
        ("", "STRLEN k", [(b"keymiss", b"k")]),
        ("", "APPEND k v", [(b"new", b"k"), (b"append", b"k")]),
        ("", "SETRANGE k 0 v", [(b"new", b"k"), (b"setrange", b"k")]),
        ("SET k v", "SETRANGE k 0 ''", []),
        ("", "INCR k", [(b"new", b"k"), (b"incrby", b"k")]),
        ("SET k 1", "DECRBY k 2", [(b"incrby", b"k")]),
        ("SET k 1", "INCRBYFLOAT k .5", [(b"incrbyfloat", b"k"), [b"SET", b"k", b"1.5", b"KEEPTTL"]]),
        ("SET a 1", "MSET a 2 b 3", [(b"set", b"a"), (b"new", b"b"), (b"set", b"b")]),
    ],
)
def test_effects(client, seen, before, line, expected):
    if before:
        run(client, before)
    seen.clear()
    run(client, line)
    assert seen == expected


def test_a_write_to_an_expired_key_says_first_that_it_has_gone(server, client, seen):
    run(client, "SET k v PX 5")
    server.state.now_ms += 6
    seen.clear()
    run(client, "APPEND k w")
    assert seen == [(b"expired", b"k"), [b"DEL", b"k"], (b"new", b"k"), (b"append", b"k")]
    assert run(client, "GET k") == bulk(b"w")


def test_changes_hits_and_misses_are_counted(server, client):
    run(client, "MSET a 1 b 2")
    assert server.state.dirty == 2
    run(client, "SET a 1 EX 10")
    assert server.state.dirty == 3
    for line in ("SET a 1 NX", "GET a", "GET x", "SETRANGE x 0 ''", "MSETNX a 1 c 2"):
        run(client, line)
    assert server.state.dirty == 3
    assert (server.state.keyspace_hits, server.state.keyspace_misses) == (1, 1)
    for line in ("MGET a x b", "GETSET x 1", "GETDEL x", "INCR a"):
        run(client, line)
    assert (server.state.keyspace_hits, server.state.keyspace_misses) == (4, 3)
