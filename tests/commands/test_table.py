"""The shape of the table: numbering, lookup, categories, and the notation of its data. Facts are compared in test_live."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.commands.model import (
    ADMIN,
    BEGIN_INDEX,
    BEGIN_KEYWORD,
    BEGIN_UNKNOWN,
    BLOCKING,
    CATEGORY_NAMES,
    FAST,
    FIND_KEYNUM,
    FIND_RANGE,
    FIND_UNKNOWN,
    FLAG_BITS,
    FLAG_NAMES,
    HIDDEN_FLAGS,
    KEY_FLAG_NAMES,
    KEY_INCOMPLETE,
    KEY_OW,
    KEY_UPDATE,
    KEYS_MOVABLE,
    KEYS_NONE,
    KEYS_ONE,
    KEYS_RANGE,
    MOVABLE_KEYS,
    PUBSUB,
    READONLY,
    WRITE,
    Command,
    category_names,
    flag_names,
    key_flag_names,
)
from respkit.commands.table import (
    ALL,
    GROUPS,
    TABLE,
    categories,
    category_bits,
    commands_in,
    find,
    find_words,
    lookup,
    lookup_sub,
    read_key_spec,
)
from respkit.resp.inbuf import Args


def command_of(name: bytes) -> Command:
    command = lookup(name)
    assert command is not None
    return command


def test_ids_are_dense() -> None:
    assert [command.id for command in ALL] == list(range(len(ALL)))


def test_subcommands_hang_on_their_containers() -> None:
    for command in ALL:
        container, bar, name = command.name.partition(b"|")
        if bar:
            assert command.parent is TABLE[container]
            assert command.parent.subcommands[name] is command
        else:
            assert command.parent is None
            assert TABLE[command.name] is command
        assert command.name == command.name.lower()
        assert command.group in GROUPS
    assert sum(len(command.subcommands) for command in TABLE.values()) == len(ALL) - len(TABLE)


def test_flag_bits_have_one_place_each() -> None:
    for names in (FLAG_NAMES, KEY_FLAG_NAMES, CATEGORY_NAMES):
        assert len(set(names)) == len(names)
    assert (FLAG_BITS["write"], FLAG_BITS["fast"], FLAG_BITS["movablekeys"]) == (WRITE, FAST, MOVABLE_KEYS)
    assert flag_names(WRITE | FAST | FLAG_BITS["protected"]) == ("write", "fast")
    assert all(FLAG_BITS[name] for name in HIDDEN_FLAGS)
    assert key_flag_names(KEY_OW | KEY_UPDATE) == ("OW", "update")


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        (b"debug", "protected"),
        (b"module|load", "protected"),
        (b"eval", "may_replicate"),
        (b"publish", "may_replicate"),
        (b"pfcount", "may_replicate"),
        (b"scan", "touches_arbitrary_keys"),
        (b"randomkey", "touches_arbitrary_keys"),
    ],
)
def test_flags_that_redis_does_not_print(name: bytes, flag: str) -> None:
    assert command_of(name).flags & FLAG_BITS[flag]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([b"get", b"k"], b"get"),
        ([b"GET"], b"get"),
        ([b"gEt"], b"get"),
        ([b"config"], b"config"),
        ([b"CONFIG", b"Get", b"x"], b"config|get"),
        ([b"config", b"nope"], None),
        ([b"config|get", b"x"], None),
        ([b"command"], b"command"),
        ([b"command", b"count"], b"command|count"),
        ([b"nope"], None),
        ([b""], None),
        ([b"get\x00"], None),
    ],
)
def test_find(words: list[bytes], name: bytes | None) -> None:
    for found in (find_words(words), find(Args.from_list(words))):
        assert (found.name if found else None) == name


@given(st.sampled_from(ALL), st.randoms())
def test_names_in_any_case(command: Command, random: object) -> None:
    def scramble(name: bytes) -> bytes:
        letters = name.decode()
        return "".join(c.upper() if random.random() < 0.5 else c for c in letters).encode()  # type: ignore[attr-defined]

    words = [scramble(word) for word in command.name.split(b"|")]
    assert find_words(words) is find(Args.from_list(words)) is lookup(b"|".join(words)) is command
    if command.parent:
        assert lookup_sub(command.parent, words[1]) is command


@given(st.binary(max_size=12))
def test_a_name_is_known_or_not(name: bytes) -> None:
    known = TABLE.get(name.lower())
    assert find_words([name]) is known
    assert find(Args.of(name)) is known


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [(b"get", [2], [1, 3]), (b"set", [3, 4, 100], [1, 2]), (b"ping", [1, 2, 3], []), (b"config|get", [3, 4], [2])],
)
def test_arity(name: bytes, good: Sequence[int], bad: Sequence[int]) -> None:
    command = command_of(name)
    assert all(command.arity_ok(count) for count in good)
    assert not any(command.arity_ok(count) for count in bad)


@pytest.mark.parametrize(
    ("name", "kind", "triple"),
    [
        (b"get", KEYS_ONE, (1, 1, 1)),
        (b"set", KEYS_ONE, (1, 1, 1)),
        (b"memory|usage", KEYS_ONE, (2, 2, 1)),
        (b"mget", KEYS_RANGE, (1, -1, 1)),
        (b"mset", KEYS_RANGE, (1, -1, 2)),
        (b"blpop", KEYS_RANGE, (1, -2, 1)),
        (b"bitop", KEYS_RANGE, (2, -1, 1)),
        (b"lcs", KEYS_RANGE, (1, 2, 1)),
        (b"rename", KEYS_RANGE, (1, 2, 1)),
        (b"eval", KEYS_MOVABLE, (0, 0, 0)),
        (b"zunionstore", KEYS_MOVABLE, (1, 1, 1)),
        (b"sort", KEYS_MOVABLE, (1, 1, 1)),
        (b"migrate", KEYS_MOVABLE, (3, 3, 1)),
        (b"xread", KEYS_MOVABLE, (0, 0, 0)),
        (b"spublish", KEYS_NONE, (1, 1, 1)),
        (b"ssubscribe", KEYS_NONE, (1, -1, 1)),
        (b"ping", KEYS_NONE, (0, 0, 0)),
    ],
)
def test_what_a_router_has_to_do(name: bytes, kind: int, triple: tuple[int, int, int]) -> None:
    command = command_of(name)
    assert command.key_kind == kind
    assert command.simple_keys == (kind in (KEYS_ONE, KEYS_RANGE))
    assert (command.first_key, command.last_key, command.key_step) == triple
    assert bool(command.flags & MOVABLE_KEYS) == (kind == KEYS_MOVABLE)


def test_key_flags_that_depend_on_the_arguments_are_not_fixed() -> None:
    assert command_of(b"set").fixed_key_flags == 0
    assert command_of(b"rename").fixed_key_flags == 0
    assert key_flag_names(command_of(b"mget").fixed_key_flags) == ("RO", "access")


@pytest.mark.parametrize(
    ("flags", "explicit", "names"),
    [
        (WRITE | FAST, "string", "write string fast"),
        (READONLY, "", "read slow"),
        (READONLY, "scripting", "slow scripting"),
        (ADMIN, "", "admin slow dangerous"),
        (PUBSUB, "", "pubsub slow"),
        (BLOCKING | WRITE, "list", "write list slow blocking"),
        (0, "keyspace dangerous", "keyspace slow dangerous"),
    ],
)
def test_categories_that_follow_from_flags(flags: int, explicit: str, names: str) -> None:
    assert category_names(category_bits(flags, explicit)) == tuple(names.split())


def test_categories() -> None:
    assert categories() == CATEGORY_NAMES
    for command in ALL:
        assert command.categories == set(category_names(command.category_bits))
        assert len(command.categories & {"fast", "slow"}) == 1
    assert {command.name for command in commands_in("transaction")} == {
        b"multi",
        b"exec",
        b"discard",
        b"watch",
        b"unwatch",
    }
    with pytest.raises(KeyError):
        commands_in("nope")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 RO", {"begin": BEGIN_INDEX, "find": FIND_RANGE, "index": 1, "last_key": 0, "key_step": 1, "limit": 0}),
        ("2..3 RO", {"index": 2, "last_key": 1}),
        ("1..-1/2 OW update", {"index": 1, "last_key": -1, "key_step": 2, "flags": KEY_OW | KEY_UPDATE}),
        ("#2 RO", {"begin": BEGIN_INDEX, "find": FIND_KEYNUM, "index": 2, "keynum_index": 0, "first_key": 1}),
        (
            "STREAMS@4..-1%2 RO",
            {"begin": BEGIN_KEYWORD, "keyword": b"STREAMS", "start_from": 4, "last_key": -1, "limit": 2},
        ),
        ("KEYS@-2..-1 RW incomplete", {"keyword": b"KEYS", "start_from": -2, "last_key": -1}),
        ("? OW", {"begin": BEGIN_UNKNOWN, "find": FIND_UNKNOWN}),
    ],
)
def test_key_specs(text: str, expected: dict[str, object]) -> None:
    spec = read_key_spec(text)
    assert {name: getattr(spec, name) for name in expected} == expected
    assert bool(spec.flags & KEY_INCOMPLETE) == ("incomplete" in text)


@pytest.mark.parametrize("text", ["", "x RO", "1 ro", "1..x RO"])
def test_key_specs_that_say_nothing(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        read_key_spec(text)


def test_the_documentation_is_not_loaded_with_the_table() -> None:
    program = "import respkit.commands.table, sys; print([n for n in sys.modules if 'commands.docs' in n])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout.strip() == b"[]"
