"""A numbered database: what time does to keys, lazily and actively, and what happens to all of them at once."""

from __future__ import annotations

import pytest

from respkit.resp.inbuf import Args
from respkit.store import kinds
from respkit.store.database import Database, Keyspace

NOW = 1_700_000_000_000
KEY = Args.of(b"SET", b"key", b"value")


class Fixture:
    def __init__(self) -> None:
        self.keyspace = Keyspace()
        self.db = Database(0, self.keyspace)
        self.expired: list[tuple[int, bytes]] = []
        self.keyspace.on_expired = lambda db, key: self.expired.append((db.index, key))

    def put(self, key: bytes, expire_at: int | None = None, value: bytes = b"v") -> None:
        self.db.place_key(key, len(value), NOW)
        self.db.table.assign_bytes(value, True)
        if expire_at is not None:
            self.db.table.set_expire_at(expire_at)


@pytest.fixture
def at() -> Fixture:
    return Fixture()


def test_a_key_is_there_up_to_its_time_and_gone_after_it(at: Fixture) -> None:
    at.put(b"key", NOW)
    for look_up in (at.db.lookup_read, at.db.lookup_write, at.db.peek):
        assert look_up(KEY, 1, NOW)
    assert at.expired == []
    assert not at.db.lookup_read(KEY, 1, NOW + 1)
    assert at.expired == [(0, b"key")]
    assert len(at.db) == at.db.size() == 0
    assert at.keyspace.expired_keys == 1
    assert not at.db.lookup_read(KEY, 1, NOW + 1)
    assert at.expired == [(0, b"key")]


@pytest.mark.parametrize("how", ["lookup_write", "peek", "lookup_key", "peek_key", "visit"])
def test_every_look_up_removes_what_has_expired(at: Fixture, how: str) -> None:
    at.put(b"key", NOW)
    first = {"visit": (0,), "lookup_key": (b"key",), "peek_key": (b"key",)}.get(how, (KEY, 1))
    assert getattr(at.db, how)(*first, NOW)
    assert at.db.table.key_bytes() == b"key"
    assert not getattr(at.db, how)(*first, NOW + 1)
    assert at.expired == [(0, b"key")]


def test_an_expired_key_that_is_kept_is_not_seen_but_stays(at: Fixture) -> None:
    at.keyspace.keep_expired = True
    at.put(b"key", NOW - 1)
    assert not at.db.lookup_read(KEY, 1, NOW)
    assert not at.db.peek(KEY, 1, NOW)
    assert not at.db.visit(0, NOW)
    assert at.db.random_key(NOW) == b"key"
    assert at.db.expire_some(NOW, 100) == 0
    assert at.db.size() == 1
    # A command that is about to put another there finds none.
    assert not at.db.lookup_write(KEY, 1, NOW)
    assert at.db.size() == 0
    assert at.expired == []


def test_a_hook_may_use_the_database(at: Fixture) -> None:
    at.keyspace.on_expired = lambda db, key: at.put(key + b"!", NOW - 1)
    at.put(b"key", NOW - 1)
    assert not at.db.lookup_read(KEY, 1, NOW)
    assert at.db.table.find_key(b"key!")


def test_setting_a_string_makes_and_replaces(at: Fixture) -> None:
    assert at.db.set_string(KEY, 1, 2, NOW, False)
    assert at.db.table.value_bytes() == b"value"
    assert not at.db.set_string(Args.of(b"SET", b"key", b"12"), 1, 2, NOW, False)
    assert at.db.table.int_value() == 12
    at.db.table.assign_object(kinds.SET, set())
    assert not at.db.set_string(KEY, 1, 2, NOW, False)
    assert at.db.table.kind() == kinds.STRING


def test_setting_a_string_drops_its_time_unless_it_is_to_be_kept(at: Fixture) -> None:
    at.put(b"key", NOW + 5)
    assert not at.db.set_string(KEY, 1, 2, NOW, True)
    assert at.db.table.expire_at() == NOW + 5
    assert at.db.table.value_bytes() == b"value"
    assert not at.db.set_string(KEY, 1, 2, NOW, False)
    assert not at.db.table.has_expire()
    assert at.expired == []


@pytest.mark.parametrize("keep_ttl", [False, True])
def test_setting_a_string_where_one_has_expired_makes_a_new_one(at: Fixture, keep_ttl: bool) -> None:
    at.put(b"key", NOW - 1)
    assert at.db.set_string(KEY, 1, 2, NOW, keep_ttl)
    assert at.expired == [(0, b"key")]
    assert not at.db.table.has_expire()


def test_a_look_up_marks_the_time_of_use(at: Fixture) -> None:
    at.put(b"key")
    assert at.db.lookup_read(KEY, 1, NOW + 10_000)
    clock = at.db.table.clock()
    assert at.keyspace.idle_ms(clock, NOW + 73_000) == 63_000
    assert at.db.peek(KEY, 1, NOW + 20_000)
    assert at.db.table.clock() == clock
    at.keyspace.touching = False
    assert at.db.lookup_read(KEY, 1, NOW + 20_000)
    assert at.db.table.clock() == clock
    assert not at.db.set_string(KEY, 1, 2, NOW + 20_000, False)
    assert at.keyspace.idle_ms(at.db.table.clock(), NOW + 20_000) == 0


def test_an_access_counter_grows_by_use_and_decays_with_time(at: Fixture) -> None:
    keyspace = at.keyspace
    keyspace.lfu = True
    at.put(b"key")
    assert keyspace.frequency(at.db.table.clock(), NOW) == 5
    keyspace.lfu_log_factor = 0
    for _ in range(20):
        assert at.db.lookup_read(KEY, 1, NOW)
    clock = at.db.table.clock()
    assert keyspace.frequency(clock, NOW) == 25
    assert keyspace.frequency(clock, NOW + 60_000 * 10) == 15
    assert keyspace.frequency(clock, NOW + 60_000 * 1000) == 0
    keyspace.lfu_decay_minutes = 0
    assert keyspace.frequency(clock, NOW + 60_000 * 1000) == 25
    # A string that is replaced keeps it.
    assert not at.db.set_string(KEY, 1, 2, NOW, False)
    assert at.db.table.clock() == clock
    keyspace.lfu_log_factor = 10
    for _ in range(3000):
        assert at.db.lookup_read(KEY, 1, NOW)
    assert 25 < keyspace.frequency(at.db.table.clock(), NOW) < 60
    for _ in range(300):
        keyspace.lfu_log_factor = 0
        assert at.db.lookup_read(KEY, 1, NOW)
    assert keyspace.frequency(at.db.table.clock(), NOW) == 255


def test_the_active_cycle_removes_all_that_has_expired_within_its_budget(at: Fixture) -> None:
    for i in range(1000):
        at.put(b"%d" % i, NOW - 1)
    assert at.db.expire_some(NOW, 100) == 100
    assert at.db.examined == 100
    assert at.db.size() == 900
    assert at.db.expire_some(NOW, 10_000) == 900
    assert at.db.size() == 0
    assert sorted(at.expired) == sorted((0, b"%d" % i) for i in range(1000))
    assert at.db.expire_some(NOW, 100) == 0


def test_the_active_cycle_stops_where_few_have_expired_and_meets_each_in_the_end(at: Fixture) -> None:
    for i in range(1000):
        at.put(b"%d" % i, NOW + 1000 if i % 50 else NOW - 1)
    before = at.db.examined
    at.db.expire_some(NOW, 10_000)
    assert at.db.examined - before < 100
    for _ in range(1000 // 20):
        at.db.expire_some(NOW, 10_000)
    assert at.db.size() == 980
    assert 900 < at.db.avg_ttl_ms <= 1000


def test_the_active_cycle_of_a_hook_that_empties_the_database_ends(at: Fixture) -> None:
    at.keyspace.on_expired = lambda db, key: db.flush(False)
    for i in range(100):
        at.put(b"%d" % i, NOW - 1)
    assert at.db.expire_some(NOW, 1000) == 1


def test_the_active_cycle_goes_round_all_databases(at: Fixture) -> None:
    databases = [Database(i, at.keyspace) for i in range(4)]
    for database in databases:
        for i in range(30):
            database.place_key(b"%d" % i, 0, NOW)
            database.table.set_expire_at(NOW - 1)
    assert at.keyspace.expire_some(databases, NOW, 50) == 50
    assert at.keyspace.expire_some(databases, NOW, 50) == 50
    assert at.keyspace.expire_some(databases, NOW, 50) == 20
    assert [len(database) for database in databases] == [0, 0, 0, 0]
    assert at.keyspace.expired_keys == 120


def test_a_random_key_is_none_that_has_expired(at: Fixture) -> None:
    assert at.db.random_key(NOW) is None
    at.put(b"alive", NOW)
    for i in range(20):
        at.put(b"%d" % i, NOW - 1)
    assert all(at.db.random_key(NOW) == b"alive" for _ in range(300))
    assert at.db.size() < 21
    assert at.db.random_key(NOW + 1) is None
    assert at.db.size() == 0


@pytest.mark.parametrize("lazily", [False, True])
def test_flush_empties_and_frees_now_or_later(at: Fixture, lazily: bool) -> None:
    for i in range(100):
        at.put(b"%d" % i, NOW)
    assert at.db.flush(lazily) == 100
    assert at.db.size() == at.db.table.expiring() == 0
    assert at.keyspace.free_some(60) == lazily
    assert not at.keyspace.free_some(60)
    assert at.expired == []
    assert at.db.flush(lazily) == 0
    assert not at.keyspace.free_some(60)


def test_swap_exchanges_contents(at: Fixture) -> None:
    other = Database(1, at.keyspace)
    at.put(b"key", NOW)
    at.db.swap(other)
    assert (at.db.index, len(at.db)) == (0, 0)
    assert (other.index, len(other)) == (1, 1)
    assert not other.lookup_read(KEY, 1, NOW + 1)
    assert at.expired == [(1, b"key")]


@pytest.mark.parametrize(
    ("value", "raw"), [(b"text", False), (b"text", True), (b"12", False), (b"12", True), (b"x" * 50_000, False)]
)
def test_a_snapshot_makes_another_like_it(at: Fixture, value: bytes, raw: bool) -> None:
    at.put(b"key", NOW + 7, value)
    if raw:
        at.db.table.mark_raw()
    snapshot = at.db.snapshot()
    assert at.db.put_snapshot(b"copy", snapshot, NOW)
    assert at.db.peek_key(b"copy", NOW)
    assert at.db.snapshot() == snapshot
    at.put(b"key", NOW + 9, b"other")
    assert not at.db.put_snapshot(b"key", snapshot._replace(expire_at=None), NOW)
    assert at.db.table.value_bytes() == value
    assert not at.db.table.has_expire()


def test_a_snapshot_of_an_object_holds_that_object(at: Fixture) -> None:
    at.put(b"key")
    value = object()
    at.db.table.assign_object(kinds.HASH, value)
    snapshot = at.db.snapshot()
    assert snapshot.value is value
    assert at.db.put_snapshot(b"copy", snapshot, NOW)
    assert at.db.table.kind() == kinds.HASH
    assert at.db.table.value_object() is value
