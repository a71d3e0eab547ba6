# cython: annotation_typing=False
"""The command table: every command and subcommand of Redis 7.0.15 except SENTINEL's.

Read from ``respkit.commands.data`` at import, in a few milliseconds. Summaries, arguments and the rest of COMMAND DOCS
lie in ``respkit.commands.docs`` and are not loaded here.

A command's ACL categories are those that its line names, and those that follow from its flags:

- ``write`` → @write; ``readonly`` → @read, unless the command is in @scripting (a script's commands are
  checked one by one);
- ``admin`` → @admin and @dangerous; ``pubsub`` → @pubsub; ``blocking`` → @blocking;
- ``fast`` → @fast, and everything else is @slow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Final

from respkit.commands.model import (
    ADMIN,
    BEGIN_INDEX,
    BEGIN_KEYWORD,
    BEGIN_UNKNOWN,
    BLOCKING,
    CATEGORY_BITS,
    CATEGORY_NAMES,
    FAST,
    FIND_KEYNUM,
    FIND_RANGE,
    FIND_UNKNOWN,
    FLAG_BITS,
    KEY_FLAG_BITS,
    PUBSUB,
    READONLY,
    WRITE,
    Command,
    KeySpec,
    category_names,
)
from respkit.resp.inbuf import Args

GROUPS: Final = (
    "string",
    "generic",
    "list",
    "set",
    "sorted-set",
    "hash",
    "pubsub",
    "transactions",
    "connection",
    "server",
    "scripting",
    "hyperloglog",
    "cluster",
    "geo",
    "stream",
    "bitmap",
)


def read_key_spec(text: str) -> KeySpec:
    """One key spec, in the notation of ``respkit.commands.data``: ``1..-1/2 OW update``."""
    where, *flags = text.split()
    bits = 0
    for name in flags:
        bits |= KEY_FLAG_BITS[name]
    if where == "?":
        return KeySpec(bits, BEGIN_UNKNOWN, FIND_UNKNOWN)
    find = FIND_KEYNUM if where[0] == "#" else FIND_RANGE
    where, _, limit = where.lstrip("#").partition("%")
    where, _, step = where.partition("/")
    begin, _, last = where.partition("..")
    keyword, _, start = begin.rpartition("@")
    spec = KeySpec(bits, BEGIN_KEYWORD if keyword else BEGIN_INDEX, find)
    if keyword:
        spec.keyword = keyword.encode()
        spec.start_from = int(start)
    else:
        spec.index = int(start)
    if find == FIND_KEYNUM:
        spec.first_key = 1
    if last:
        spec.last_key = int(last) if last[0] == "-" else int(last) - spec.index
    if step:
        spec.key_step = int(step)
    if limit:
        spec.limit = int(limit)
    return spec


def category_bits(flags: int, explicit: str) -> int:
    """A command's ACL categories: those named, and those that follow from its flags."""
    bits = 0
    for name in explicit.split():
        bits |= CATEGORY_BITS[name]
    bits |= CATEGORY_BITS["fast" if flags & FAST else "slow"]
    if flags & WRITE:
        bits |= CATEGORY_BITS["write"]
    if flags & READONLY and not bits & CATEGORY_BITS["scripting"]:
        bits |= CATEGORY_BITS["read"]
    if flags & ADMIN:
        bits |= CATEGORY_BITS["admin"] | CATEGORY_BITS["dangerous"]
    if flags & PUBSUB:
        bits |= CATEGORY_BITS["pubsub"]
    if flags & BLOCKING:
        bits |= CATEGORY_BITS["blocking"]
    return bits


class _Reader:
    """Builds the commands of all groups, sharing what many of them have in common."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.top: dict[bytes, Command] = {}
        self.flags: dict[str, int] = {}
        self.categories: dict[tuple[int, str], tuple[int, frozenset[str]]] = {}
        self.key_specs: dict[str, tuple[KeySpec, ...]] = {"": ()}

    def group(self, group: str, text: str) -> None:
        row: list[str] = []
        tips = ""
        for line in text.split("\n"):
            if line.startswith("    tips: "):
                tips = line[10:]
            elif line.startswith("    keys: "):
                row.append(line[10:])
            else:
                if row:
                    self.command(group, row, tips)
                row = line.split(" | ") if line else []
                tips = ""

    def command(self, group: str, row: list[str], tips: str) -> None:
        name, arity, since, flag_words, category_words, key_words = [*row, "", "", ""][:6]
        flags = self.flags.get(flag_words, -1)
        if flags < 0:
            flags = 0
            for word in flag_words.split():
                flags |= FLAG_BITS[word]
            self.flags[flag_words] = flags
        categories = self.categories.get((flags, category_words))
        if categories is None:
            bits = category_bits(flags, category_words)
            categories = self.categories[flags, category_words] = bits, frozenset(category_names(bits))
        specs = self.key_specs.get(key_words)
        if specs is None:
            specs = self.key_specs[key_words] = tuple([read_key_spec(spec) for spec in key_words.split(";")])
        full_name = name.strip().encode()
        command = Command(
            full_name,
            len(self.commands),
            int(arity),
            flags,
            categories[0],
            categories[1],
            specs,
            tuple(tips.split()),
            group,
            since.strip(),
        )
        self.commands.append(command)
        container, bar, subcommand = full_name.partition(b"|")
        if bar:
            command.parent = self.top[container]
            command.parent.subcommands[subcommand] = command
        else:
            self.top[full_name] = command


def _read() -> tuple[tuple[Command, ...], dict[bytes, Command]]:
    reader = _Reader()
    for group in GROUPS:
        data = import_module("respkit.commands.data." + group.replace("-", "_"))
        reader.group(group, data.COMMANDS)
    return tuple(reader.commands), reader.top


# ALL[command.id] is command: commands and subcommands. TABLE: the commands by lower-case name.
_READ: Final = _read()
ALL: Final[tuple[Command, ...]] = _READ[0]
TABLE: Final[Mapping[bytes, Command]] = _READ[1]

# For `find`: lower and upper case, as nearly everybody writes them, need no copy of the name.
_BY_NAME: Final[dict[bytes, Command]] = {**TABLE, **{name.upper(): command for name, command in TABLE.items()}}


def lookup(name: bytes) -> Command | None:
    """The command of that name in any case, a subcommand's being ``config|get``; None if there is none."""
    name = name.lower()
    command = TABLE.get(name)
    if command is None and b"|" in name:
        container, _, subcommand = name.partition(b"|")
        command = TABLE.get(container)
        if command is not None:
            command = command.subcommands.get(subcommand)
    return command


def lookup_sub(command: Command, name: bytes) -> Command | None:
    """The subcommand of that name, in any case, of a container."""
    return command.subcommands.get(name.lower())


def find(args: Args) -> Command | None:
    """The command that an `Args` calls for, down to the subcommand. None if there is no such command or subcommand.

    A container without any argument is the container itself.
    """
    name: bytes = args.bytes_at(0)
    command = _BY_NAME.get(name)
    if command is None:
        command = _BY_NAME.get(name.lower())
        if command is None:
            return None
    if command.subcommands and len(args) > 1:
        return command.subcommands.get(args.bytes_at(1).lower())
    return command


def find_words(words: Sequence[bytes]) -> Command | None:
    """The same for a sequence of bytes."""
    command = TABLE.get(words[0].lower())
    if command is not None and command.subcommands and len(words) > 1:
        return command.subcommands.get(words[1].lower())
    return command


def categories() -> tuple[str, ...]:
    """The ACL categories, without the ``@``, in the order of ACL CAT."""
    return CATEGORY_NAMES


def commands_in(category: str) -> Iterator[Command]:
    """The commands and subcommands of an ACL category; KeyError if there is no such category."""
    bit = CATEGORY_BITS[category]
    return iter([command for command in ALL if command.category_bits & bit])
