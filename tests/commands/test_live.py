"""The table says of every command what a live Redis says of it.

All of them and everything, SENTINEL's commands aside, which a server in normal mode has not. Of texts the facts are
compared (orders of growth, versions, names in backticks); the words are ours, and a test sees to that too.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

import pytest

from respkit.commands.docs import docs_of
from respkit.commands.model import CATEGORY_NAMES, Command
from respkit.commands.reply import Set, Simple, info_of
from respkit.commands.table import ALL, TABLE, commands_in, lookup


def plain(value: Any) -> Any:
    """Our data as `Live` gives it."""
    if isinstance(value, Simple):
        return ("+", bytes(value))
    if isinstance(value, Set):
        return ("~", [plain(inner) for inner in value])
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value


@pytest.fixture(scope="module")
def their_info(live: Any) -> dict[bytes, list[Any]]:
    """COMMAND INFO of all commands and subcommands, by full name."""
    found: dict[bytes, list[Any]] = {}

    def take(entry: list[Any]) -> None:
        found[entry[0]] = entry
        for sub in entry[9] if isinstance(entry[9], list) else ():
            take(sub)

    for entry in live.call(b"COMMAND"):
        take(entry)
    return found


@pytest.fixture(scope="module")
def their_docs(live: Any) -> dict[bytes, dict[bytes, Any]]:
    """COMMAND DOCS of all commands and subcommands, by full name."""
    found: dict[bytes, dict[bytes, Any]] = {}

    def take(name: bytes, doc: dict[bytes, Any]) -> None:
        found[name] = doc
        for sub, inner in doc.get(b"subcommands", {}).items():
            take(sub, inner)

    for name, doc in live.call(b"COMMAND", b"DOCS").items():
        take(name, doc)
    return found


def each() -> Any:
    return pytest.mark.parametrize("command", ALL, ids=lambda command: command.name.decode())


def test_names(their_info: dict[bytes, Any], live: Any) -> None:
    assert {command.name for command in ALL} == set(their_info)
    assert len(TABLE) == live.call(b"COMMAND", b"COUNT") == 240
    assert len(ALL) == 240 + 126


@each()
def test_info(command: Command, their_info: dict[bytes, list[Any]]) -> None:
    """Arity, flags and their order, the legacy triple, categories, tips, key specs, subcommands: type by type."""
    ours = plain(info_of(command))
    theirs = list(their_info[command.name])
    for entry in (ours, theirs):
        if isinstance(entry[9], list):
            entry[9] = sorted(sub[0] for sub in entry[9])
        for spec in entry[8][1]:
            if b"notes" in spec:
                spec[b"notes"] = b"a note"
    assert ours == theirs


@each()
def test_docs(command: Command, their_docs: dict[bytes, Any]) -> None:
    """Since, group, document flags, deprecation, versions of the history, arguments, and the order of it all."""
    ours = plain(docs_of(command))
    theirs = dict(their_docs[command.name])
    assert list(ours) == list(theirs)
    assert ours.pop(b"summary")
    theirs.pop(b"summary")
    for text in (b"complexity", b"replaced_by"):
        assert facts(ours.pop(text, b"")) == facts(theirs.pop(text, b""))
    for doc in (ours, theirs):
        if b"history" in doc:
            doc[b"history"] = [(version, facts(change)) for version, change in doc[b"history"][1]]
        if b"subcommands" in doc:
            doc[b"subcommands"] = sorted(doc[b"subcommands"])
    assert ours == theirs


def facts(text: bytes) -> tuple[set[str], set[str], str]:
    """What in a text is a fact: orders of growth, and names in backticks."""
    words = text.decode().replace("`!", "`")
    orders = set(re.findall(r"O\((?:[^()]|\([^()]*\))*\)", words))
    return orders, set(re.findall("`[^`]*`", words)), words if words == "N/A" else ""


def test_the_words_are_our_own(their_docs: dict[bytes, dict[bytes, Any]], their_info: dict[bytes, list[Any]]) -> None:
    """No text is Redis's, nor Redis's with a word changed; what is mere facts may of course be the same."""
    pairs: list[tuple[bytes, bytes]] = []
    for command in ALL:
        ours, theirs = plain(docs_of(command)), their_docs[command.name]
        pairs.append((ours[b"summary"], theirs[b"summary"]))
        for text in (b"complexity", b"replaced_by"):
            pairs.append((ours.get(text, b""), theirs.get(text, b"")))
        for mine, other in zip(ours.get(b"history", ("~", []))[1], theirs.get(b"history", ("~", []))[1], strict=True):
            pairs.append((mine[1], other[1]))
        for mine, other in zip(plain(info_of(command))[8][1], their_info[command.name][8][1], strict=True):
            pairs.append((mine.get(b"notes", b""), other.get(b"notes", b"")))
    for mine, other in pairs:
        ours, theirs = (
            re.sub(r"O\((?:[^()]|\([^()]*\))*\)|`[^`]*`|N/A", " ", text.decode()).lower() for text in (mine, other)
        )
        ours, theirs = (" ".join(re.findall(r"\w+", text)) for text in (ours, theirs))
        if len(ours.split()) > 2:
            assert difflib.SequenceMatcher(None, ours, theirs).ratio() < 0.8, (mine, other)


def test_categories_and_their_order(live: Any) -> None:
    assert [name.encode() for name in CATEGORY_NAMES] == live.call(b"ACL", b"CAT")


@pytest.mark.parametrize("category", CATEGORY_NAMES)
def test_the_commands_of_a_category(category: str, live: Any) -> None:
    theirs = live.call(b"ACL", b"CAT", category.encode())
    assert sorted(command.name for command in commands_in(category)) == sorted(theirs)


@pytest.mark.parametrize(
    "name",
    [
        b"get",
        b"GET",
        b"Config|Get",
        b"config",
        b"get|set",
        b"config|nope",
        b"config|get|set",
        b"|get",
        b"",
        b"config|",
        b"nope",
    ],
)
def test_lookup(name: bytes, live: Any) -> None:
    """By the name that COMMAND INFO takes, in any case."""
    (entry,) = live.call(b"COMMAND", b"INFO", name)
    command = lookup(name)
    assert (command.name if command else None) == (entry[0] if entry else None)
