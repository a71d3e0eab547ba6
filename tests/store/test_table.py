"""The table: what it keeps, what it tells of it, and that a scan misses nothing; in both forms, beside a dict."""

from __future__ import annotations

import gc
import importlib.util
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import respkit.store
from respkit.commands.glob import Glob
from respkit.resp.inbuf import Args
from respkit.resp.outbuf import OutBuffer
from respkit.store import kinds, table
from respkit.store.table import Table, hold_resize

New = Callable[[], Table]


def plain_table() -> ModuleType:
    """The plain form, whatever the build."""
    path = Path(respkit.store.__file__).parent / "table.py"
    spec = importlib.util.spec_from_file_location("respkit_plain_table", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FORMS: dict[str, ModuleType] = {"plain": plain_table()}
if not str(table.__file__).endswith(".py"):
    FORMS["compiled"] = table


@pytest.fixture(params=sorted(FORMS))
def new_table(request: pytest.FixtureRequest) -> New:
    """Makes an empty table, in one form and in the other."""
    made: New = FORMS[request.param].Table
    return made


BIG = 40_000


def put(table: Table, key: bytes, value: bytes) -> bool:
    created = table.place_key(key, len(value))
    table.assign_bytes(value, True)
    return created


def bulk(table: Table) -> bytes:
    out = OutBuffer()
    table.write_bulk(out)
    return out.take()


def keys(table: Table) -> list[bytes]:
    found = []
    for position in range(table.size()):
        assert table.seek(position)
        assert table.position() == position
        found.append(table.key_bytes())
    return found


def test_the_plain_kinds_have_the_numbers_of_the_compiled_ones() -> None:
    folder = Path(respkit.store.__file__).parent
    numbers = re.compile(r"^\s*([A-Z_]+) = (\d+)$", re.MULTILINE)
    assert numbers.findall((folder / "kinds.py").read_text()) == numbers.findall((folder / "kinds.pxd").read_text())


def test_an_empty_table_has_nothing(new_table: New) -> None:
    table = new_table()
    assert (len(table), table.size(), table.expiring()) == (0, 0, 0)
    assert not table.find_key(b"")
    assert not table.find_key(b"k")
    assert not table.seek(0)
    assert not table.seek_random()
    assert not table.seek_random_expiring()
    table.clear()
    assert table.memory_used() == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.key_bytes(),
        lambda t: t.key_size(),
        lambda t: t.position(),
        lambda t: t.key_matches(Glob(b"*")),
        lambda t: t.write_key(OutBuffer()),
        lambda t: t.kind(),
        lambda t: t.encoding(),
        lambda t: t.is_int(),
        lambda t: t.int_value(),
        lambda t: t.value_bytes(),
        lambda t: t.value_size(),
        lambda t: t.value_object(),
        lambda t: t.entry_bytes(),
        lambda t: t.write_bulk(OutBuffer()),
        lambda t: t.write_range(OutBuffer(), 0, 0),
        lambda t: t.clock(),
        lambda t: t.has_expire(),
        lambda t: t.expire_at(),
        lambda t: t.assign_bytes(b"v", True),
        lambda t: t.assign_arg(Args.of(b"v"), 0),
        lambda t: t.assign_int(1),
        lambda t: t.assign_object(kinds.SET, set()),
        lambda t: t.mark_raw(),
        lambda t: t.append_bytes(b"v"),
        lambda t: t.append_arg(Args.of(b"v"), 0),
        lambda t: t.setrange_bytes(0, b"v"),
        lambda t: t.setrange_arg(0, Args.of(b"v"), 0),
        lambda t: t.set_clock(1),
        lambda t: t.set_expire_at(1),
        lambda t: t.clear_expire(),
        lambda t: t.delete_current(),
    ],
)
def test_without_a_current_entry_everything_refuses(new_table: New, call: Callable[[Table], object]) -> None:
    table = new_table()
    put(table, b"a", b"1")
    put(table, b"b", b"1")
    table.find_key(b"a")
    table.delete_current()
    with pytest.raises(LookupError):
        call(table)
    assert not table.find_key(b"absent")
    with pytest.raises(LookupError):
        call(table)
    assert keys(table) == [b"b"]


@pytest.mark.parametrize("i", [-1, 2, sys.maxsize])
def test_an_argument_that_is_not_there_is_refused(new_table: New, i: int) -> None:
    table, args = new_table(), Args.of(b"a", b"b")
    put(table, b"a", b"1")
    for call in (
        lambda: table.find(args, i),
        lambda: table.place(args, i, 0),
        lambda: table.assign_arg(args, i),
        lambda: table.append_arg(args, i),
        lambda: table.setrange_arg(0, args, i),
        lambda: table.find_used(args, i, 0, 0),
        lambda: table.put_string(args, i, 0, 0, False),
        lambda: table.put_string(args, 0, i, 0, False),
    ):
        with pytest.raises(IndexError):
            call()


def test_none_is_refused_as_an_argument(new_table: New) -> None:
    table = new_table()
    put(table, b"a", b"1")
    none: object = None
    for call in (
        lambda: table.find(none, 0),
        lambda: table.assign_bytes(none, True),
        lambda: table.append_bytes(none),
        lambda: table.write_key(none),
        lambda: table.key_matches(none),
    ):
        with pytest.raises((TypeError, AttributeError)):
            call()


def test_arguments_and_bytes_mean_the_same(new_table: New) -> None:
    table, args = new_table(), Args.of(b"SET", b"key", b"value")
    assert table.place(args, 1, 5)
    table.assign_arg(args, 2)
    assert table.find_key(b"key")
    assert table.value_bytes() == b"value"
    assert not table.place(args, 1, 5)
    assert table.find(args, 1)
    assert not table.find(args, 2)


@pytest.mark.parametrize(
    ("value", "encoding"),
    [
        (b"", kinds.ENCODING_EMBSTR),
        (b"0", kinds.ENCODING_INT),
        (b"-1", kinds.ENCODING_INT),
        (b"9223372036854775807", kinds.ENCODING_INT),
        (b"-9223372036854775808", kinds.ENCODING_INT),
        (b"9223372036854775808", kinds.ENCODING_EMBSTR),
        (b"-9223372036854775809", kinds.ENCODING_EMBSTR),
        (b"99999999999999999999", kinds.ENCODING_EMBSTR),
        (b"00", kinds.ENCODING_EMBSTR),
        (b"-0", kinds.ENCODING_EMBSTR),
        (b"+1", kinds.ENCODING_EMBSTR),
        (b" 1", kinds.ENCODING_EMBSTR),
        (b"1 ", kinds.ENCODING_EMBSTR),
        (b"-", kinds.ENCODING_EMBSTR),
        (b"x" * 44, kinds.ENCODING_EMBSTR),
        (b"x" * 45, kinds.ENCODING_RAW),
        (b"1" * 45, kinds.ENCODING_RAW),
        (b"x" * BIG, kinds.ENCODING_RAW),
    ],
)
def test_a_string_comes_back_with_its_encoding(new_table: New, value: bytes, encoding: int) -> None:
    table = new_table()
    put(table, b"k", value)
    assert table.kind() == kinds.STRING
    assert table.encoding() == encoding
    assert table.is_int() == (encoding == kinds.ENCODING_INT)
    assert table.value_bytes() == value
    assert table.value_size() == len(value)
    assert bulk(table) == b"$%d\r\n%b\r\n" % (len(value), value)
    if encoding == kinds.ENCODING_INT:
        assert table.int_value() == int(value)
    else:
        with pytest.raises(TypeError):
            table.int_value()
    with pytest.raises(TypeError):
        table.value_object()
    table.assign_bytes(value, False)
    assert not table.is_int()
    assert table.value_bytes() == value
    table.mark_raw()
    assert table.encoding() == kinds.ENCODING_RAW
    assert table.value_bytes() == value


def test_any_part_of_a_string_is_written_and_no_other(new_table: New) -> None:
    table = new_table()
    for value in (b"0123456789abc", b"123456", b"x" * BIG):
        put(table, b"k", value)
        for start, size in [(0, 0), (0, 3), (2, 4), (len(value), 0), (len(value) - 1, 1), (0, len(value))]:
            out = OutBuffer()
            table.write_range(out, start, size)
            assert out.take() == b"$%d\r\n%b\r\n" % (size, value[start : start + size])
        for start, size in [(-1, 2), (0, len(value) + 1), (1, len(value)), (len(value) + 1, 0), (0, -1)]:
            with pytest.raises(IndexError):
                table.write_range(OutBuffer(), start, size)
        with pytest.raises(IndexError):
            table.write_range(OutBuffer(), sys.maxsize, sys.maxsize)


def test_a_large_string_that_is_an_object_is_kept_as_that_object(new_table: New) -> None:
    table = new_table()
    value = os.urandom(BIG)
    before = sys.getrefcount(value)
    put(table, b"k", value)
    assert table.value_bytes() is value
    assert sys.getrefcount(value) == before + 1
    table.assign_int(5)
    assert sys.getrefcount(value) == before
    table.assign_arg(Args.of(value), 0)
    assert table.value_bytes() is value
    assert table.append_bytes(b"more") == BIG + 4
    assert table.value_bytes() == value + b"more"
    assert sys.getrefcount(value) == before
    table.assign_bytes(value, False)
    table.delete_current()
    assert sys.getrefcount(value) == before
    put(table, b"k", value)
    del table
    gc.collect()
    assert sys.getrefcount(value) == before


def test_an_object_is_held_and_given_back(new_table: New) -> None:
    table, value = new_table(), set[int]()
    before = sys.getrefcount(value)
    table.place_key(b"k", 0)
    table.assign_object(kinds.SET, value)
    assert table.kind() == kinds.SET
    assert table.encoding() == kinds.ENCODING_OBJECT
    assert not table.is_int()
    assert table.value_object() is value
    for call in (
        lambda: table.value_bytes(),
        lambda: table.value_size(),
        lambda: table.write_bulk(OutBuffer()),
        lambda: table.append_bytes(b"x"),
        lambda: table.setrange_bytes(0, b"x"),
        lambda: table.mark_raw(),
        lambda: table.int_value(),
    ):
        with pytest.raises(TypeError):
            call()
    table.set_expire_at(5)
    table.clear_expire()
    assert table.value_object() is value
    table.assign_bytes(b"x" * 100, True)
    assert sys.getrefcount(value) == before
    for kind in (kinds.STRING, -1, 7, 100):
        with pytest.raises(ValueError, match="kind"):
            table.assign_object(kind, value)
    table.assign_object(kinds.HASH, value)
    table.clear()
    gc.collect()
    assert sys.getrefcount(value) == before


def test_what_an_object_does_as_it_goes_finds_the_table_whole(new_table: New) -> None:
    table, seen = new_table(), []

    class Noisy:
        def __del__(self) -> None:
            seen.append(table.find_key(b"k") and table.kind())
            put(table, b"another", b"v")

    table.place_key(b"k", 0)
    table.assign_object(kinds.LIST, Noisy())
    table.assign_int(1)
    table.find_key(b"k")
    table.assign_object(kinds.LIST, Noisy())
    table.delete_current()
    gc.collect()
    assert seen == [kinds.STRING, False]
    assert keys(table) == [b"another"]


def test_append_and_setrange_change_the_string_in_place(new_table: New) -> None:
    table = new_table()
    put(table, b"k", b"12")
    assert table.append_bytes(b"") == 2
    assert table.encoding() == kinds.ENCODING_RAW
    assert table.append_arg(Args.of(b"34"), 0) == 4
    assert table.value_bytes() == b"1234"
    assert table.setrange_arg(2, Args.of(b"xyz"), 0) == 5
    assert table.value_bytes() == b"12xyz"
    assert table.setrange_bytes(0, b"a") == 5
    assert table.setrange_bytes(8, b"z") == 9
    assert table.value_bytes() == b"a2xyz\0\0\0z"
    assert table.setrange_bytes(20, b"") == 20
    assert table.value_bytes() == b"a2xyz\0\0\0z".ljust(20, b"\0")
    with pytest.raises(OverflowError):
        table.setrange_bytes(-1, b"a")
    with pytest.raises(OverflowError):
        table.setrange_bytes(2**32 - 1, b"a")
    with pytest.raises(OverflowError):
        table.setrange_bytes(sys.maxsize, b"a")
    assert table.value_size() == 20
    put(table, b"k", b"12")
    assert table.encoding() == kinds.ENCODING_INT


def test_many_appends_take_time_in_proportion(new_table: New) -> None:
    if new_table is FORMS["plain"].Table:
        pytest.skip("amortised in C memory only")
    table = new_table()
    table.place_key(b"k", 0)
    for _ in range(200_000):
        table.append_bytes(b"x" * 50)
    assert table.value_size() == 10_000_000
    assert table.memory_used() < 12_000_000


def test_the_clock_keeps_24_bits_and_nothing_else_changes(new_table: New) -> None:
    table = new_table()
    put(table, b"k", b"v")
    assert table.clock() == 0
    table.set_clock(0x1ABCDEF)
    assert table.clock() == 0xABCDEF
    table.set_expire_at(7)
    table.assign_int(3)
    table.assign_bytes(b"long" * 100, False)
    assert table.clock() == 0xABCDEF
    assert table.expire_at() == 7
    assert table.value_bytes() == b"long" * 100


@pytest.mark.parametrize("at_ms", [0, -1, 1, 2**63 - 1, -(2**63)])
def test_an_expiry_is_set_and_cleared(new_table: New, at_ms: int) -> None:
    table = new_table()
    for value in (b"v", b"12", b"x" * 100, b"x" * BIG):
        put(table, b"k", value)
        assert not table.has_expire()
        assert table.expire_at() == -1
        table.set_expire_at(at_ms)
        table.set_expire_at(at_ms)
        assert table.has_expire()
        assert table.expire_at() == at_ms
        assert table.value_bytes() == value
        assert table.expiring() == 1
        assert table.find_key(b"k")
        assert table.clear_expire()
        assert not table.clear_expire()
        assert table.expiring() == 0
        assert table.value_bytes() == value


def test_keys_of_all_sizes_are_found(new_table: New) -> None:
    table = new_table()
    sizes = [*range(70), 127, 128, 1000, 100_000]
    for size in sizes:
        assert put(table, b"k" * size, b"%d" % size)
    for size in sizes:
        key = b"k" * size
        assert table.find_key(key)
        assert table.int_value() == size
        assert table.key_bytes() == key
        assert table.key_size() == size
        for i in range(min(size, 70)):
            assert not table.find_key(key[:i] + b"x" + key[i + 1 :])
    assert table.size() == len(sizes)


def test_a_key_is_matched_and_written_where_it_lies(new_table: New) -> None:
    table = new_table()
    put(table, b"a key", b"v")
    assert table.key_matches(Glob(b"a *"))
    assert not table.key_matches(Glob(b"b*"))
    out = OutBuffer()
    table.write_key(out)
    assert out.take() == b"$5\r\na key\r\n"


def test_memory_comes_back(new_table: New) -> None:
    table = new_table()
    for i in range(20_000):
        put(table, b"key:%d" % i, b"x" * (i % 100))
        if i % 3 == 0:
            table.set_expire_at(i)
    full = table.memory_used()
    assert full > 20_000 * 40
    for i in range(20_000):
        assert table.find_key(b"key:%d" % i)
        table.delete_current()
    # What is kept is of the size of a few chunks of the dense arrays.
    assert table.memory_used() < 70_000
    assert table.size() == table.expiring() == 0


def test_an_entry_tells_its_memory(new_table: New) -> None:
    table = new_table()
    put(table, b"k", b"v")
    small = table.entry_bytes()
    assert 0 < small < 250
    for size in (1000, BIG):
        put(table, b"k", b"v" * size)
        assert size < table.entry_bytes() < size + 300
        table.set_expire_at(1)
        assert size < table.entry_bytes() < size + 300


def test_entries_of_all_sizes_keep_to_themselves(new_table: New) -> None:
    choice = random.Random(7)
    table, other = new_table(), new_table()
    models: dict[Table, dict[bytes, bytes]] = {table: {}, other: {}}
    for _ in range(20_000):
        chosen, model = choice.choice(list(models.items()))
        key = b"k%d" % choice.randrange(300)
        value = choice.randbytes(choice.choice((choice.randrange(60), choice.randrange(700))))
        match choice.randrange(5):
            case 0 if key in model:
                chosen.find_key(key)
                chosen.delete_current()
                del model[key]
            case 1 if key in model and len(model[key]) < 600:
                chosen.find_key(key)
                chosen.append_bytes(value)
                model[key] += value
            case 2 if key in model:
                chosen.find_key(key)
                chosen.set_expire_at(1)
            case _:
                put(chosen, key, value)
                model[key] = value
    for chosen, model in models.items():
        assert chosen.size() == len(model)
        for key, value in model.items():
            assert chosen.find_key(key)
            assert chosen.key_bytes() == key
            assert chosen.value_bytes() == value


def test_an_emptied_table_is_freed_piece_by_piece(new_table: New) -> None:
    table, value = new_table(), set[int]()
    before = sys.getrefcount(value)
    for i in range(10_000):
        table.place_key(b"%d" % i, 0)
        table.assign_object(kinds.SET, value)
    remains = table.detach()
    assert table.size() == 0
    assert not table.find_key(b"1")
    assert put(table, b"1", b"new")
    assert remains.free_some(0) == 10_000
    assert remains.free_some(4000) == 6000
    assert sys.getrefcount(value) == before + 6000
    assert remains.free_some(5999) == 1
    assert remains.free_some(-1) == 1
    del remains
    gc.collect()
    assert sys.getrefcount(value) == before
    assert keys(table) == [b"1"]


def test_an_entry_drawn_at_random_is_drawn_evenly(new_table: New) -> None:
    table = new_table()
    for i in range(10):
        put(table, b"%d" % i, b"v")
        if i < 5:
            table.set_expire_at(1)
    drawn: Counter[bytes] = Counter()
    expiring: Counter[bytes] = Counter()
    for _ in range(10_000):
        assert table.seek_random()
        drawn[table.key_bytes()] += 1
        assert table.seek_random_expiring()
        expiring[table.key_bytes()] += 1
    assert set(drawn) == {b"%d" % i for i in range(10)}
    assert set(expiring) == {b"%d" % i for i in range(5)}
    assert all(800 < count < 1200 for count in drawn.values())
    assert all(1700 < count < 2300 for count in expiring.values())


def test_a_scan_meets_whatever_is_there_all_the_time(new_table: New) -> None:
    for seed in range(40):
        choice = random.Random(seed)
        table = new_table()
        staying = {b"stay:%d" % i for i in range(choice.randrange(1, 200))}
        passing = [b"pass:%d" % i for i in range(choice.randrange(1, 2000))]
        for key in choice.sample([*staying, *passing], len(staying) + len(passing)):
            put(table, key, b"v")
        seen: set[bytes] = set()
        cursor = table.size()
        while cursor > 0:
            cursor = min(cursor, table.size())
            for _ in range(choice.randrange(1, 12)):
                cursor -= 1
                if table.seek(cursor):
                    seen.add(table.key_bytes())
            for _ in range(choice.randrange(60)):
                key = choice.choice(passing)
                if table.find_key(key):
                    table.delete_current()
                else:
                    put(table, key, b"w" * choice.randrange(50))
                    if choice.random() < 0.5:
                        table.set_expire_at(9)
        assert staying <= seen


def test_growth_that_is_held_loses_nothing(new_table: New) -> None:
    table = new_table()
    for i in range(1000):
        put(table, b"%d" % i, b"v")
    hold_resize(True)
    try:
        for i in range(1000, 20_000):
            put(table, b"%d" % i, b"v")
        assert all(table.find_key(b"%d" % i) for i in range(20_000))
        for i in range(19_990):
            table.find_key(b"%d" % i)
            table.delete_current()
    finally:
        hold_resize(False)
    for i in range(20_000):
        assert table.find_key(b"%d" % i) == (i >= 19_990)
        put(table, b"new:%d" % i, b"v")
    assert table.size() == 20_010
    assert all(table.find_key(b"new:%d" % i) for i in range(20_000))


KEYS = st.one_of(
    st.sampled_from([b"", b"a", b"b", b"key", b"k" * 8, b"k" * 16, b"k" * 17, b"k" * 40]),
    st.binary(max_size=40),
)
VALUES = st.one_of(
    st.sampled_from([b"", b"0", b"-1", b"9223372036854775807", b"x" * 44, b"x" * 45, b"x" * BIG]),
    st.integers(-(2**70), 2**70).map(lambda n: b"%d" % n),
    st.binary(max_size=200),
)
TIMES = st.integers(-(2**63), 2**63 - 1)


class Beside(RuleBasedStateMachine):
    """All forms of the table do the same, and what a dict would."""

    @initialize()
    def begin(self) -> None:
        self.tables = [form.Table() for form in FORMS.values()]
        self.model: dict[bytes, object] = {}
        self.expiries: dict[bytes, int] = {}

    def each(self, call: Callable[[Table], object]) -> object:
        """What a call says of each form, which must be the same."""
        first, *others = [call(table) for table in self.tables]
        assert all(other == first for other in others)
        return first

    @rule(key=KEYS, value=VALUES, try_int=st.booleans())
    def set_string(self, key: bytes, value: bytes, try_int: bool) -> None:
        assert self.each(lambda t: t.place_key(key, len(value))) == (key not in self.model)
        self.each(lambda t: t.assign_bytes(value, try_int))
        self.model[key] = value

    @rule(key=KEYS, value=VALUES, room=st.integers(0, 100))
    def set_argument(self, key: bytes, value: bytes, room: int) -> None:
        args = Args.of(b"SET", key, value)
        assert self.each(lambda t: t.place(args, 1, room)) == (key not in self.model)
        self.each(lambda t: t.assign_arg(args, 2))
        self.model[key] = value

    @rule(key=KEYS, value=VALUES, clock=st.integers(0, 2**24 - 1), keep_clock=st.booleans())
    def put(self, key: bytes, value: bytes, clock: int, keep_clock: bool) -> None:
        args = Args.of(b"SET", key, value)
        done = self.each(lambda t: t.put_string(args, 1, 2, clock, keep_clock))
        if key in self.expiries:
            assert done == kinds.EXPIRES
        else:
            assert done == (kinds.REPLACED if key in self.model else kinds.CREATED)
            self.model[key] = value
            if done == kinds.CREATED or not keep_clock:
                assert self.each(lambda t: t.clock()) == clock

    @rule(key=KEYS, now_ms=TIMES, clock=st.integers(-1, 2**24 - 1))
    def find_used(self, key: bytes, now_ms: int, clock: int) -> None:
        found = self.each(lambda t: t.find_used(Args.of(key), 0, now_ms, clock))
        if key not in self.model:
            assert found == kinds.ABSENT
        elif self.expiries.get(key, now_ms) < now_ms:
            assert found == kinds.EXPIRED
        else:
            assert found == kinds.FOUND
            assert clock < 0 or self.each(lambda t: t.clock()) == clock

    @rule(key=KEYS, value=TIMES)
    def set_integer(self, key: bytes, value: int) -> None:
        self.each(lambda t: t.place_key(key, 0))
        self.each(lambda t: t.assign_int(value))
        self.model[key] = b"%d" % value

    @rule(key=KEYS, kind=st.integers(kinds.LIST, kinds.STREAM))
    def set_object(self, key: bytes, kind: int) -> None:
        value = [kind]
        self.each(lambda t: t.place_key(key, 0))
        self.each(lambda t: t.assign_object(kind, value))
        self.model[key] = value

    @rule(key=KEYS, value=VALUES)
    def append(self, key: bytes, value: bytes) -> None:
        old = self.model.get(key)
        if isinstance(old, bytes):
            assert self.each(lambda t: t.find_key(key))
            assert self.each(lambda t: t.append_bytes(value)) == len(old) + len(value)
            self.model[key] = old + value

    @rule(key=KEYS, offset=st.integers(0, 300), value=VALUES)
    def set_range(self, key: bytes, offset: int, value: bytes) -> None:
        old = self.model.get(key)
        if isinstance(old, bytes):
            assert self.each(lambda t: t.find_key(key))
            new = old.ljust(offset, b"\0")[:offset] + value + old[offset + len(value) :]
            assert self.each(lambda t: t.setrange_bytes(offset, value)) == len(new)
            self.model[key] = new

    @rule(key=KEYS)
    def find(self, key: bytes) -> None:
        assert self.each(lambda t: t.find_key(key)) == (key in self.model)
        assert self.each(lambda t: t.find(Args.of(key), 0)) == (key in self.model)

    @rule(key=KEYS, at_ms=TIMES)
    def set_expiry(self, key: bytes, at_ms: int) -> None:
        if self.each(lambda t: t.find_key(key)):
            self.each(lambda t: t.set_expire_at(at_ms))
            self.expiries[key] = at_ms

    @rule(key=KEYS)
    def clear_expiry(self, key: bytes) -> None:
        if self.each(lambda t: t.find_key(key)):
            assert self.each(lambda t: t.clear_expire()) == (key in self.expiries)
            self.expiries.pop(key, None)

    @rule(key=KEYS)
    def delete(self, key: bytes) -> None:
        if self.each(lambda t: t.find_key(key)):
            self.each(lambda t: t.delete_current())
            del self.model[key]
            self.expiries.pop(key, None)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def delete_one_that_is_there(self, data: st.DataObject) -> None:
        self.delete(data.draw(st.sampled_from(sorted(self.model))))

    @rule(first=st.integers(0, 500), count=st.integers(0, 500))
    def set_many(self, first: int, count: int) -> None:
        for i in range(first, first + count):
            self.set_string(b"many:%d" % i, b"%d" % (i * i), True)
            if i % 7 == 0:
                self.set_expiry(b"many:%d" % i, i)

    @rule(first=st.integers(0, 500), count=st.integers(0, 500))
    def delete_many(self, first: int, count: int) -> None:
        for i in range(first, first + count):
            self.delete(b"many:%d" % i)

    @rule(hold=st.booleans())
    def hold(self, hold: bool) -> None:
        hold_resize(hold)

    @rule()
    def clear(self) -> None:
        self.each(lambda t: t.clear())
        self.model = {}
        self.expiries = {}

    @invariant()
    def same(self) -> None:
        self.each(keys)
        assert self.each(lambda t: t.size()) == len(self.model)
        assert self.each(lambda t: t.expiring()) == len(self.expiries)

    def teardown(self) -> None:
        hold_resize(False)
        for key, value in self.model.items():
            assert self.each(lambda t, key=key: t.find_key(key))
            assert self.each(lambda t, key=key: t.key_bytes()) == key
            self.each(lambda t: t.encoding())
            if isinstance(value, bytes):
                assert self.each(lambda t: t.value_bytes()) == value
                self.each(bulk)
            else:
                assert self.each(lambda t: t.value_object()) is value
                assert self.each(lambda t: t.kind()) == value[0]
            assert self.each(lambda t: t.expire_at()) == self.expiries.get(key, -1)
        expiring = []
        for position in range(len(self.expiries)):
            assert self.each(lambda t, position=position: t.seek_expiring(position))
            expiring.append(self.each(lambda t: t.key_bytes()))
        assert sorted(expiring) == sorted(self.expiries)
        assert not self.each(lambda t: t.seek_expiring(len(self.expiries)))


TestBeside = Beside.TestCase
TestBeside.settings = settings(
    max_examples=int(os.environ.get("RESPKIT_FUZZ_EXAMPLES", "60")), stateful_step_count=40, deadline=None
)
