"""The commands on keys and on whole databases: replies byte by byte, events, and what the statistics say."""

import re

import pytest

from respkit.store import kinds

NOW = 1_700_000_000_000
NOT_INTEGER = b"-ERR value is not an integer or out of range\r\n"
SYNTAX = b"-ERR syntax error\r\n"
NIL = b"$-1\r\n"
OK = b"+OK\r\n"


def bulk(text):
    return b"$%d\r\n%b\r\n" % (len(text), text)


def run(client, line):
    """The reply to a command given as one line of words; `''` is an empty one."""
    return client.call(*[b"" if word == "''" else word.encode() for word in line.split()])


def words_of(reply):
    """The bulk strings in a reply."""
    return re.findall(rb"\$\d+\r\n([^\r]*)\r\n", reply)


def scan(client, *options):
    """All keys that SCAN gives, from its first cursor to its last."""
    cursor, found = b"0", []
    while True:
        cursor, *keys = words_of(client.call("SCAN", cursor, *options))
        found += keys
        if cursor == b"0":
            return found


class Value:
    """An object of another kind."""

    encoding = b"listpack"

    def copy(self):
        return Value()


def put_object(server, key=b"object", kind=kinds.LIST):
    table = server.state.databases[0].table
    table.place_key(key, 0)
    value = Value()
    table.assign_object(kind, value)
    return value


@pytest.fixture
def seen(server):
    """Every event, with its database, every command propagated, and what happened to databases, in order."""
    found = []
    server.observers.observe_keys(lambda db, key, kind, event: found.append((event, db.index, key)))
    server.observers.observe_commands(lambda db, arguments: found.append(arguments))
    server.observers.observe_databases(lambda event, dbs: found.append((event, [db.index for db in dbs])))
    return found


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        (["DEL k"], b":0\r\n"),
        (["SET k v", "DEL k k x"], b":1\r\n"),
        (["MSET a 1 b 2", "UNLINK a b"], b":2\r\n"),
        (["SET k v", "EXISTS k k x"], b":2\r\n"),
        (["TYPE k"], b"+none\r\n"),
        (["SET k v", "TYPE k"], b"+string\r\n"),
        (["SET k v", "TOUCH k x k"], b":2\r\n"),
        (["KEYS *"], b"*0\r\n"),
        (["MSET abc 1 abd 2 x 3", "KEYS x*"], b"*1\r\n" + bulk(b"x")),
        (["RANDOMKEY"], NIL),
        (["SET k v", "RANDOMKEY"], bulk(b"k")),
        (["RENAME k l"], b"-ERR no such key\r\n"),
        (["RENAME k k"], b"-ERR no such key\r\n"),
        (["RENAMENX k l"], b"-ERR no such key\r\n"),
        (["SET k v", "RENAME k k"], OK),
        (["SET k v", "RENAMENX k k"], b":0\r\n"),
        (["MSET k v l w", "RENAME k l", "MGET k l"], b"*2\r\n" + NIL + bulk(b"v")),
        (["MSET k v l w", "RENAMENX k l"], b":0\r\n"),
        (["SET k v", "RENAMENX k l"], b":1\r\n"),
        (["SET k v EX 10", "RENAME k l", "TTL l"], b":10\r\n"),
        (["SET k v", "SET l w EX 10", "RENAME k l", "TTL l"], b":-1\r\n"),
        (["APPEND k v", "APPEND k w", "RENAME k l", "OBJECT ENCODING l"], bulk(b"raw")),
        (["COPY k l"], b":0\r\n"),
        (["COPY k k"], b"-ERR source and destination objects are the same\r\n"),
        (["SET k v", "COPY k k"], b"-ERR source and destination objects are the same\r\n"),
        (["SET k v", "COPY k k DB 1"], b":1\r\n"),
        (["SET k v EX 10", "COPY k l", "TTL l"], b":10\r\n"),
        (["SET k 12", "COPY k l", "OBJECT ENCODING l"], bulk(b"int")),
        (["MSET k v l w", "COPY k l"], b":0\r\n"),
        (["MSET k v l w", "COPY k l REPLACE", "GET l"], bulk(b"v")),
        (["COPY k l DB"], SYNTAX),
        (["COPY k l DB x"], NOT_INTEGER),
        (["COPY k l DB 16"], b"-ERR DB index is out of range\r\n"),
        (["COPY k l DB 9999999999"], b"-ERR value is out of range, value must between -2147483648 and 2147483647\r\n"),
        (["COPY k l what"], SYNTAX),
        (["MOVE k 1"], b":0\r\n"),
        (["MOVE k 0"], b"-ERR source and destination objects are the same\r\n"),
        (["MOVE k -1"], b"-ERR DB index is out of range\r\n"),
        (["MOVE k x"], NOT_INTEGER),
        (["SET k v EX 10", "MOVE k 1"], b":1\r\n"),
        (["SET k v EX 10", "MOVE k 1", "EXISTS k"], b":0\r\n"),
        (["SET k v EX 10", "MOVE k 1", "SELECT 1", "TTL k"], b":10\r\n"),
        (["SET k v", "MOVE k 1", "SET k w", "MOVE k 1"], b":0\r\n"),
        (["SCAN 0"], b"*2\r\n$1\r\n0\r\n*0\r\n"),
        (["SCAN x"], b"-ERR invalid cursor\r\n"),
        (["SCAN 18446744073709551616"], b"-ERR invalid cursor\r\n"),
        (["SCAN 18446744073709551615"], b"*2\r\n$1\r\n0\r\n*0\r\n"),
        (["SCAN 0 COUNT"], SYNTAX),
        (["SCAN 0 COUNT 0"], SYNTAX),
        (["SCAN 0 COUNT x"], NOT_INTEGER),
        (["SCAN 0 WHAT x"], SYNTAX),
        (["SET k v", "OBJECT REFCOUNT k"], b":1\r\n"),
        (["SET k 9999", "OBJECT REFCOUNT k"], b":2147483647\r\n"),
        (["SET k 10000", "OBJECT REFCOUNT k"], b":1\r\n"),
        (["OBJECT ENCODING k"], NIL),
        (["OBJECT IDLETIME k"], NIL),
        (["OBJECT FREQ k"], NIL),
        (["SET k v", "OBJECT FREQ k"], None),
        (["MSET a 1 b 2", "DBSIZE"], b":2\r\n"),
        (["MSET a 1 b 2", "FLUSHDB", "DBSIZE"], b":0\r\n"),
        (["MSET a 1 b 2", "FLUSHDB async", "DBSIZE"], b":0\r\n"),
        (["MSET a 1 b 2", "SELECT 1", "FLUSHALL SYNC", "SELECT 0", "DBSIZE"], b":0\r\n"),
        (["MSET a 1 b 2", "SELECT 1", "FLUSHDB", "SELECT 0", "DBSIZE"], b":2\r\n"),
        (["FLUSHDB what"], SYNTAX),
        (["FLUSHALL ASYNC SYNC"], SYNTAX),
        (["SET a 1", "SWAPDB 0 1", "DBSIZE"], b":0\r\n"),
        (["SET a 1", "SWAPDB 0 1", "SELECT 1", "DBSIZE"], b":1\r\n"),
        (["SET a 1", "SWAPDB 0 0", "DBSIZE"], b":1\r\n"),
        (["SWAPDB x 1"], b"-ERR invalid first DB index\r\n"),
        (["SWAPDB 1 9999999999"], b"-ERR invalid second DB index\r\n"),
        (["SWAPDB 0 16"], b"-ERR DB index is out of range\r\n"),
        (["SWAPDB -1 0"], b"-ERR DB index is out of range\r\n"),
    ],
    ids=lambda value: "; ".join(value) if isinstance(value, list) else "",
)
def test_replies(client, lines, reply):
    for line in lines[:-1]:
        run(client, line)
    found = run(client, lines[-1])
    if reply is None:
        assert found.startswith(b"-ERR An LFU maxmemory policy is not selected, access frequency not tracked.")
    else:
        assert found == reply


@pytest.mark.parametrize(
    ("value", "encoding"),
    [(b"", b"embstr"), (b"12", b"int"), (b"x" * 44, b"embstr"), (b"x" * 45, b"raw"), (b"x" * 40_000, b"raw")],
)
def test_encodings(client, value, encoding):
    client.call("SET", "k", value)
    assert run(client, "OBJECT ENCODING k") == bulk(encoding)


def test_keys_of_other_kinds_are_carried_and_copied(server, client):
    value = put_object(server)
    databases = server.state.databases
    assert run(client, "TYPE object") == b"+list\r\n"
    assert run(client, "OBJECT ENCODING object") == bulk(b"listpack")
    assert run(client, "RENAME object renamed") == OK
    assert run(client, "COPY renamed copy") == b":1\r\n"
    assert run(client, "MOVE renamed 1") == b":1\r\n"
    assert databases[1].table.find_key(b"renamed")
    assert databases[1].table.value_object() is value
    assert databases[0].table.find_key(b"copy")
    assert databases[0].table.value_object() is not value
    assert run(client, "DEL copy") == b":1\r\n"


def test_scan_filters_and_pages(server, client):
    for i in range(100):
        client.call("SET", f"key:{i}", "v")
    for i in range(10):
        put_object(server, b"hash:%d" % i, kinds.HASH)
    everything = {b"key:%d" % i for i in range(100)} | {b"hash:%d" % i for i in range(10)}
    for count in (1, 7, 10, 1000, 2**63 - 1):
        found = scan(client, "COUNT", count)
        assert len(found) == 110
        assert set(found) == everything
    assert len(words_of(client.call("SCAN", "0", "COUNT", "5"))) == 6
    assert sorted(scan(client, "MATCH", "key:?")) == [b"key:%d" % i for i in range(10)]
    assert sorted(scan(client, "TYPE", "hash")) == [b"hash:%d" % i for i in range(10)]
    assert sorted(scan(client, "type", "HASH", "match", "*3")) == [b"hash:3"]
    assert scan(client, "TYPE", "set") == scan(client, "TYPE", "what") == []


def test_scan_meets_what_stays_while_keys_come_and_go(client):
    for i in range(300):
        client.call("SET", f"stay:{i}", "v")
        client.call("SET", f"go:{i}", "v")
    cursor, found, i = b"0", [], 0
    while True:
        cursor, *keys = words_of(client.call("SCAN", cursor, "COUNT", 7))
        found += keys
        if cursor == b"0":
            break
        for _ in range(5):
            client.call("DEL", f"go:{i}")
            client.call("SET", f"new:{i}", "v")
            i += 1
    assert {b"stay:%d" % i for i in range(300)} <= set(found)


def test_what_has_expired_is_not_shown(server, client, seen):
    for i in range(20):
        client.call("SET", f"k{i}", "v", "PX", 10 if i % 2 else 20)
    server.state.now_ms = NOW + 11
    seen.clear()
    assert len(words_of(run(client, "KEYS *"))) == 10
    assert run(client, "DBSIZE") == b":20\r\n"
    assert seen == []
    assert len(scan(client, "MATCH", "nothing")) == 0
    assert run(client, "DBSIZE") == b":10\r\n"
    assert len(seen) == 20
    assert seen[1::2] == [[b"DEL", key] for _, _, key in seen[::2]]
    assert {event for event, _, _ in seen[::2]} == {b"expired"}
    server.state.now_ms = NOW + 21
    assert run(client, "RANDOMKEY") == NIL
    assert run(client, "DBSIZE") == b":0\r\n"


def test_idle_time_counts_from_the_last_use(server, client):
    client.call("SET", "k", "v")
    server.state.now_ms += 65_400
    assert run(client, "OBJECT IDLETIME k") == b":65\r\n"
    for line in ("TYPE k", "TTL k", "EXISTS k", "OBJECT ENCODING k"):
        run(client, line)
    assert run(client, "OBJECT IDLETIME k") == b":65\r\n"
    run(client, "TOUCH k")
    assert run(client, "OBJECT IDLETIME k") == b":0\r\n"
    server.state.now_ms += 5000
    run(client, "RENAME k l")
    server.state.now_ms += 5000
    run(client, "COPY l k")
    assert run(client, "OBJECT IDLETIME l") == b":0\r\n"


def test_frequency_is_told_under_an_lfu_policy(make_server):
    client = make_server(maxmemory_policy="allkeys-lfu").client()
    client.call("SET", "k", "v")
    assert run(client, "OBJECT FREQ k") == b":5\r\n"
    assert run(client, "OBJECT IDLETIME k").startswith(b"-ERR An LFU maxmemory policy is selected, idle time")


@pytest.mark.parametrize(
    ("before", "line", "expected"),
    [
        ("MSET a 1 b 2", "DEL a x b", [(b"del", 0, b"a"), (b"del", 0, b"b")]),
        ("", "EXISTS x", [(b"keymiss", 0, b"x")]),
        ("", "OBJECT ENCODING x", []),
        ("SET a 1", "RENAME a a", []),
        ("SET a 1", "RENAME a b", [(b"new", 0, b"b"), (b"rename_from", 0, b"a"), (b"rename_to", 0, b"b")]),
        ("SET a 1", "COPY a b DB 2", [(b"new", 2, b"b"), (b"copy_to", 2, b"b")]),
        ("SET a 1", "MOVE a 3", [(b"new", 3, b"a"), (b"move_from", 0, b"a"), (b"move_to", 3, b"a")]),
        ("", "SWAPDB 1 2", [("swapped", [1, 2])]),
        ("", "SWAPDB 1 1", []),
        ("", "FLUSHDB", [("flushed", [0])]),
        ("", "FLUSHALL", [("flushed", list(range(16)))]),
    ],
)
def test_effects(client, seen, before, line, expected):
    if before:
        run(client, before)
    seen.clear()
    run(client, line)
    assert seen == expected


def test_changes_are_counted_once_each(server, client):
    run(client, "MSET a 1 b 2 c 3")
    dirty = server.state.dirty
    for line, change in [
        *[("DEL x", 0), ("DEL a", 1), ("RENAME b d", 1), ("RENAME d d", 0), ("COPY d e", 1), ("COPY d e", 0)],
        *[("MOVE e 1", 1), ("MOVE e 1", 0), ("SWAPDB 3 4", 1), ("FLUSHDB", 2), ("TOUCH c", 0), ("SCAN 0", 0)],
    ]:
        run(client, line)
        assert server.state.dirty == dirty + change, line
        dirty += change
