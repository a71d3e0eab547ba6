"""The keys of every command, as COMMAND GETKEYSANDFLAGS of a live Redis finds them.

Command lines are made from the argument specs of COMMAND DOCS, for all commands of the table. Where Redis's answer is not
what its own command does, the command itself is run to see.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from respkit.commands.docs import doc_of
from respkit.commands.docs.model import Argument, read_arguments
from respkit.commands.keys import (
    CHANNEL_PATTERN,
    CHANNEL_PUBLISH,
    CHANNEL_SUBSCRIBE,
    CHANNEL_UNSUBSCRIBE,
    channels_of,
    getkeys,
    has_keys,
    keys_of,
    names_keys_by_pattern,
)
from respkit.commands.model import Command, key_flag_names
from respkit.commands.reply import getkeys_reply, getkeysandflags_reply
from respkit.commands.table import ALL, lookup
from respkit.errors import CommandError
from respkit.resp.inbuf import Args

WORDS = st.sampled_from([b"a", b"b", b"c:1", b"key", b"{tag}x", b"", b"\xff\x00"])
NUMBERS = st.integers(0, 5).map(lambda number: b"%d" % number)
ask = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def command_of(name: bytes) -> Command:
    command = lookup(name)
    assert command is not None
    return command


@st.composite
def command_lines(draw: st.DrawFn, command: Command) -> list[bytes]:
    """A command line that the command's argument specs allow, with the counts that belong to one another."""
    words = command.name.split(b"|")
    counts: dict[str, int] = {}
    doc = doc_of(command)
    for argument in read_arguments(doc.arguments):
        _add(draw, argument, words, counts)
    return words


def _add(draw: st.DrawFn, argument: Argument, words: list[bytes], counts: dict[str, int]) -> None:
    if "optional" in argument.flags and draw(st.booleans()):
        return
    times = 1
    if "multiple" in argument.flags:
        # Keys come in the number announced, and a stream's IDs in the number of its keys.
        streams = counts.get("streams")
        if argument.type == "key" and "numkeys" in counts:
            times = counts["numkeys"]
        elif argument.name == "id" and streams is not None:
            times = streams
        else:
            times = draw(st.integers(1, 4))
        if argument.name == "key":
            counts["streams"] = times
    for i in range(times):
        if argument.token is not None and (i == 0 or "multiple_token" in argument.flags):
            words.append(argument.token.encode() if draw(st.booleans()) else argument.token.lower().encode())
        if argument.type == "oneof":
            _add(draw, draw(st.sampled_from(argument.arguments)), words, counts)
        elif argument.type == "block":
            for inner in argument.arguments:
                _add(draw, inner, words, counts)
        elif argument.name == "numkeys":
            counts["numkeys"] = draw(st.integers(1, 4))
            words.append(b"%d" % counts["numkeys"])
        elif argument.type == "pure-token":
            pass
        elif argument.type in ("integer", "double", "unix-time"):
            words.append(draw(NUMBERS))
        else:
            words.append(draw(WORDS))


def ours(words: list[bytes]) -> Any:
    """Our answer, as `Live` gives Redis's."""
    try:
        return [[key, ("~", [("+", bytes(flag)) for flag in flags])] for key, flags in getkeysandflags_reply(words)]
    except CommandError as error:
        return ("-", error.reply)


def theirs(live: Any, words: list[bytes]) -> Any:
    return live.call(b"COMMAND", b"GETKEYSANDFLAGS", *words)


@pytest.mark.parametrize("command", [command for command in ALL if has_keys(command)], ids=repr)
@ask
@given(data=st.data())
def test_every_command_with_keys(command: Command, live: Any, data: st.DataObject) -> None:
    words = data.draw(command_lines(command))
    answer = theirs(live, words)
    assert ours(words) == answer
    # MIGRATE … key … KEYS … is an error that its argument specs allow, and of STORE and STOREDIST see below.
    assume(command.name != b"migrate" or isinstance(answer, list))
    assume(not {b"STORE", b"STOREDIST"} <= {word.upper() for word in words})
    if command.arity_ok(len(words)):
        assert isinstance(answer, list), answer  # or what was made here is no command line
        found = [(words[i], set(key_flag_names(flags))) for i, flags in keys_of(command, words)]
        assert found == [(key, {flag.decode() for _, flag in flags}) for key, (_, flags) in answer]
        assert keys_of(command, Args.from_list(words)) == keys_of(command, words)


@pytest.mark.parametrize("command", [command for command in ALL if not has_keys(command)], ids=repr)
def test_every_command_without_keys(command: Command, live: Any) -> None:
    words = [*command.name.split(b"|"), *([] if command.subcommands else [b"a", b"b", b"c"])]
    if len(words) == 1:
        assert ours(words) == ("-", b"ERR The command has no key arguments")
        return  # COMMAND GETKEYS itself asks for an argument
    assert theirs(live, words) == ours(words) == ("-", b"ERR The command has no key arguments")
    assert keys_of(command, words) == []
    assert not command.simple_keys


@pytest.mark.parametrize("command", [command for command in ALL if command.simple_keys], ids=repr)
@ask
@given(data=st.data())
def test_simple_keys_are_their_range(command: Command, data: st.DataObject) -> None:
    words = data.draw(command_lines(command))
    assume(command.arity_ok(len(words)))
    last = command.last_key if command.last_key >= 0 else len(words) + command.last_key
    places = list(range(command.first_key, last + 1, command.key_step))
    keys = keys_of(command, words)
    assert [place for place, _ in keys] == places
    if command.fixed_key_flags:
        assert {flags for _, flags in keys} == {command.fixed_key_flags}


JUNK = st.lists(
    st.sampled_from(
        b"a|b||0|1|2|3|-1|+1| 1|01|1x|4294967297|4294967298|9223372036854775808|99999999999999999999|-99999999999999999999|-0"
        b"|STORE|storedist|STREAMS|GROUP|NOACK|BLOCK|COUNT|LIMIT|BY|GET|KEYS|AUTH|AUTH2|COPY|SET|OVERFLOW|INCRBY|EX"
        b"|get\x00|keys\x00x|Streams\x00".split(b"|")
    ),
    min_size=1,
    max_size=12,
)
TROUBLE = [command for command in ALL if has_keys(command) and not (command.simple_keys and command.fixed_key_flags)]


@pytest.mark.parametrize("command", TROUBLE, ids=repr)
@settings(ask, max_examples=50)
@given(arguments=JUNK)
def test_arguments_that_make_no_sense(command: Command, live: Any, arguments: list[bytes]) -> None:
    words = [*command.name.split(b"|"), *arguments]
    if command.name == b"sort":
        # The documented difference: Redis reads SORT's destination as an option once more.
        upper = [word.upper() for word in words]
        assume(not any(a == b"STORE" and b in (b"STORE", b"GET", b"BY", b"LIMIT") for a, b in pairwise(upper)))
        assume(b"get\x00" not in words)
    assert ours(words) == theirs(live, words)
    if command.arity_ok(len(words)):
        for place, _ in keys_of(command, words):
            assert 0 < place < len(words)


@pytest.mark.parametrize(
    "words", [[b"nope", b"x"], [b"config", b"nope", b"x"], [b"get", b"a", b"b"], [b"mset", b"a"], [b"set", b"a"]]
)
def test_refusals(words: list[bytes], live: Any) -> None:
    assert ours(words) == theirs(live, words)
    with pytest.raises(CommandError):
        getkeys_reply(words)


def test_getkeys() -> None:
    assert getkeys_reply([b"MSET", b"a", b"1", b"b", b"2"]) == [b"a", b"b"]
    assert getkeys([b"ZUNIONSTORE", b"out", b"2", b"a", b"b"])[0][0] == b"out"


# Where Redis's answer is not what the command does. The commands are run, to see what they do.


def places(*words: bytes) -> list[int]:
    command = command_of(words[0].lower())
    assert command.arity_ok(len(words))
    return [place for place, _ in keys_of(command, list(words))]


@pytest.fixture
def scratch(live: Any) -> Any:
    """The live server with an empty database."""
    live.call(b"FLUSHALL")
    yield live
    live.call(b"FLUSHALL")


@pytest.mark.parametrize("name", [b"GEORADIUS", b"GEORADIUSBYMEMBER"])
@pytest.mark.parametrize("option", [b"STORE", b"STOREDIST", b"store\x00"])
def test_of_several_destinations_georadius_writes_the_last(name: bytes, option: bytes, scratch: Any) -> None:
    scratch.call(b"GEOADD", b"places", b"1", b"1", b"m")
    around = [b"1", b"1"] if name == b"GEORADIUS" else [b"m"]
    words = [name, b"places", *around, b"5", b"km", b"STORE", b"first", option, b"last"]
    assert scratch.call(*words) == 1
    assert scratch.call(b"EXISTS", b"first") == 0
    assert scratch.call(b"EXISTS", b"last") == 1
    assert places(*words) == [1, len(words) - 1]


def test_a_group_or_consumer_may_be_called_streams(scratch: Any) -> None:
    scratch.call(b"XGROUP", b"CREATE", b"s", b"g", b"0", b"MKSTREAM")
    scratch.call(b"XADD", b"s", b"1-1", b"f", b"v")
    words = [b"XREADGROUP", b"NOACK", b"GROUP", b"g", b"streams", b"STREAMS", b"s", b">"]
    assert list(scratch.call(*words)) == [b"s"]
    assert places(*words) == [6]


def test_pfmerge_of_nothing_writes_its_destination(scratch: Any) -> None:
    assert scratch.call(b"PFMERGE", b"out") == ("+", b"OK")
    assert scratch.call(b"EXISTS", b"out") == 1
    assert places(b"PFMERGE", b"out") == [1]


@pytest.mark.parametrize("destination", [b"get", b"store", b"by", b"limit", b"out"])
@pytest.mark.parametrize("option", [b"STORE", b"store\x00hidden"])
def test_sort_writes_its_last_destination(destination: bytes, option: bytes, scratch: Any) -> None:
    scratch.call(b"RPUSH", b"l", b"1")
    words = [b"SORT", b"l", b"STORE", destination, b"GET", b"#", option, b"last"]
    assert scratch.call(*words) == 1
    assert scratch.call(b"EXISTS", destination) == 0
    assert scratch.call(b"EXISTS", b"last") == 1
    assert places(*words) == [1, 7]


def test_migrate_keys_need_the_empty_key() -> None:
    migrate = [b"MIGRATE", b"h", b"1", b"", b"0", b"9", b"AUTH", b"keys", b"KEYS", b"a", b"b"]
    assert places(*migrate) == [9, 10]
    migrate[3] = b"named"
    assert places(*migrate) == []
    assert places(*migrate[:8]) == [3]


def test_keys_named_by_pattern() -> None:
    sort = command_of(b"sort")
    assert names_keys_by_pattern(sort, [b"SORT", b"k", b"LIMIT", b"BY", b"w_*", b"BY", b"w_*"])
    assert names_keys_by_pattern(sort, Args.of(b"SORT", b"k", b"GET", b"o->f"))
    assert names_keys_by_pattern(command_of(b"sort_ro"), [b"SORT_RO", b"k", b"by\x00", b"w_*"])
    assert not names_keys_by_pattern(sort, [b"SORT", b"k", b"BY", b"nosort", b"GET", b"#"])
    assert not names_keys_by_pattern(sort, [b"SORT", b"k", b"STORE", b"by", b"a*", b"b"])
    assert not names_keys_by_pattern(command_of(b"get"), [b"GET", b"BY", b"a*"])


def test_channels() -> None:
    def channels(*words: bytes) -> tuple[list[int], int]:
        found, flags = channels_of(command_of(words[0].lower()), list(words))
        return list(found), flags

    assert channels(b"SUBSCRIBE", b"a", b"b") == ([1, 2], CHANNEL_SUBSCRIBE)
    assert channels(b"SSUBSCRIBE", b"a") == ([1], CHANNEL_SUBSCRIBE)
    assert channels(b"PSUBSCRIBE", b"a*") == ([1], CHANNEL_SUBSCRIBE | CHANNEL_PATTERN)
    assert channels(b"UNSUBSCRIBE") == ([], CHANNEL_UNSUBSCRIBE)
    assert channels(b"PUNSUBSCRIBE", b"a*") == ([1], CHANNEL_UNSUBSCRIBE | CHANNEL_PATTERN)
    assert channels(b"PUBLISH", b"a", b"message") == ([1], CHANNEL_PUBLISH)
    assert channels(b"SPUBLISH", b"a", b"message") == ([1], CHANNEL_PUBLISH)
    assert channels(b"GET", b"a") == ([], 0)
