# cython: annotation_typing=False
"""What the command table is made of: one `Command` for each command and subcommand, and its key specs.

Facts only, no behaviour: ``respkit.server`` does what a command says, ``respkit.commands.keys`` finds its keys.

Flags, key flags and ACL categories are bit masks here, in the order in which Redis prints their names, and
``flag_names``, ``key_flag_names`` and ``category_names`` spell them.
"""

from __future__ import annotations

from typing import Final

# Command flags, in the order of COMMAND INFO. The last three are known to Redis, but it does not print them.
FLAG_NAMES: Final = (
    "write",
    "readonly",
    "denyoom",
    "module",
    "admin",
    "pubsub",
    "noscript",
    "blocking",
    "loading",
    "stale",
    "skip_monitor",
    "skip_slowlog",
    "asking",
    "fast",
    "no_auth",
    "no_mandatory_keys",
    "no_async_loading",
    "no_multi",
    "movablekeys",
    "allow_busy",
    "may_replicate",
    "protected",
    "touches_arbitrary_keys",
)
HIDDEN_FLAGS: Final = frozenset(("may_replicate", "protected", "touches_arbitrary_keys"))

WRITE: Final = 1 << 0
READONLY: Final = 1 << 1
DENYOOM: Final = 1 << 2
MODULE: Final = 1 << 3
ADMIN: Final = 1 << 4
PUBSUB: Final = 1 << 5
NOSCRIPT: Final = 1 << 6
BLOCKING: Final = 1 << 7
LOADING: Final = 1 << 8
STALE: Final = 1 << 9
SKIP_MONITOR: Final = 1 << 10
SKIP_SLOWLOG: Final = 1 << 11
ASKING: Final = 1 << 12
FAST: Final = 1 << 13
NO_AUTH: Final = 1 << 14
NO_MANDATORY_KEYS: Final = 1 << 15
NO_ASYNC_LOADING: Final = 1 << 16
NO_MULTI: Final = 1 << 17
MOVABLE_KEYS: Final = 1 << 18
ALLOW_BUSY: Final = 1 << 19
MAY_REPLICATE: Final = 1 << 20
PROTECTED: Final = 1 << 21
TOUCHES_ARBITRARY_KEYS: Final = 1 << 22

# What a command does to a key, in the order of COMMAND GETKEYSANDFLAGS. One of the first four says which access the
# whole value gets; the next four say what is done to the data of its user, as opposed to its metadata.
KEY_FLAG_NAMES: Final = (
    "RO",
    "RW",
    "OW",
    "RM",
    "access",
    "update",
    "insert",
    "delete",
    "not_key",
    "incomplete",
    "variable_flags",
)

KEY_RO: Final = 1 << 0
KEY_RW: Final = 1 << 1
KEY_OW: Final = 1 << 2
KEY_RM: Final = 1 << 3
KEY_ACCESS: Final = 1 << 4
KEY_UPDATE: Final = 1 << 5
KEY_INSERT: Final = 1 << 6
KEY_DELETE: Final = 1 << 7
KEY_NOT_KEY: Final = 1 << 8
KEY_INCOMPLETE: Final = 1 << 9
KEY_VARIABLE_FLAGS: Final = 1 << 10

# ACL categories, in the order of ACL CAT.
CATEGORY_NAMES: Final = (
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
)

FLAG_BITS: Final = {name: 1 << i for i, name in enumerate(FLAG_NAMES)}
KEY_FLAG_BITS: Final = {name: 1 << i for i, name in enumerate(KEY_FLAG_NAMES)}
CATEGORY_BITS: Final = {name: 1 << i for i, name in enumerate(CATEGORY_NAMES)}

# How a key spec finds its first key, and how it goes on from there.
BEGIN_INDEX: Final = 0
BEGIN_KEYWORD: Final = 1
BEGIN_UNKNOWN: Final = 2
FIND_RANGE: Final = 0
FIND_KEYNUM: Final = 1
FIND_UNKNOWN: Final = 2

# `Command.key_kind`: what a router has to do.
KEYS_NONE: Final = 0
KEYS_ONE: Final = 1
KEYS_RANGE: Final = 2
KEYS_MOVABLE: Final = 3


def names_of(bits: int, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the bits set, in the order of `names`."""
    return tuple([name for i, name in enumerate(names) if bits >> i & 1])


def flag_names(flags: int) -> tuple[str, ...]:
    """Command flags as COMMAND INFO prints them: in order, without the hidden ones."""
    return tuple([name for name in names_of(flags, FLAG_NAMES) if name not in HIDDEN_FLAGS])


def key_flag_names(flags: int) -> tuple[str, ...]:
    """Key flags as COMMAND GETKEYSANDFLAGS prints them."""
    return names_of(flags, KEY_FLAG_NAMES)


def category_names(categories: int) -> tuple[str, ...]:
    """ACL categories, without the ``@``, in the order of ACL CAT."""
    return names_of(categories, CATEGORY_NAMES)


class KeySpec:
    """One rule that finds keys among a command's arguments.

    ``begin``: the first key is at ``index``, or behind the first ``keyword`` from argument ``start_from`` on (negative:
    searched backwards from there, counted from the end), or cannot be described.

    ``find``, counted from that first key: a range up to ``last_key`` (negative: counted from the end of the
    arguments) in steps of ``key_step``, where a ``limit`` of 2 stands for the first half of what follows; or a count at
    ``keynum_index`` and so many keys from ``first_key`` on; or it cannot be described.
    """

    __slots__ = (
        "begin",
        "find",
        "first_key",
        "flags",
        "index",
        "key_step",
        "keynum_index",
        "keyword",
        "last_key",
        "limit",
        "start_from",
    )

    def __init__(self, flags: int, begin: int, find: int) -> None:
        self.flags = flags
        self.begin = begin
        self.find = find
        self.index = 0
        self.keyword = b""
        self.start_from = 0
        self.last_key = 0
        self.key_step = 1
        self.limit = 0
        self.keynum_index = 0
        self.first_key = 0


class Command:
    """One command (``b"get"``) or subcommand (``b"config|get"``). Never changed once the table is built.

    ``arity`` counts the name (and a subcommand's): exact where positive, the least where negative.
    ``id`` is dense over commands and subcommands, and fixed within a process.
    ``first_key``, ``last_key`` and ``key_step`` are the triple of COMMAND INFO, which also counts the channels of
    sharded pub/sub and says only part of it where keys are movable: ask ``key_kind`` or ``simple_keys`` first.
    ``simple_keys``: the command has keys, and they are just that range (``last_key`` negative: from the end).
    ``fixed_key_flags``: simple keys which all have the flags of the one key spec; zero where they differ.
    """

    __slots__ = (
        "arity",
        "categories",
        "category_bits",
        "first_key",
        "fixed_key_flags",
        "flags",
        "group",
        "id",
        "key_kind",
        "key_specs",
        "key_step",
        "last_key",
        "name",
        "parent",
        "simple_keys",
        "since",
        "subcommands",
        "tips",
    )

    def __init__(
        self,
        name: bytes,
        number: int,
        arity: int,
        flags: int,
        category_bits: int,
        categories: frozenset[str],
        key_specs: tuple[KeySpec, ...],
        tips: tuple[str, ...],
        group: str,
        since: str,
    ) -> None:
        self.name = name
        self.id = number
        self.arity = arity
        self.flags = flags
        self.category_bits = category_bits
        self.categories = categories
        self.key_specs = key_specs
        self.tips = tips
        self.group = group
        self.since = since
        self.parent: Command | None = None
        # By lower-case name; empty unless the command is a container.
        self.subcommands: dict[bytes, Command] = {}
        self.first_key = 0
        self.last_key = 0
        self.key_step = 0
        self.key_kind = 0
        self.simple_keys = False
        self.fixed_key_flags = 0
        if key_specs:
            self._describe_keys()

    def arity_ok(self, count: int) -> bool:
        """Whether a command of `count` arguments, its name among them, has the right number of them."""
        return count == self.arity if self.arity > 0 else count >= -self.arity

    def _describe_keys(self) -> None:
        """Sum up the key specs for those who want a range, and mark the command where a range does not do.

        Ranges at fixed places that follow on one another are joined. What cannot be joined makes the keys movable.
        """
        movable = False
        first = last = step = 0
        flags = -1
        for spec in self.key_specs:
            if spec.flags & KEY_INCOMPLETE:
                movable = True
            plain = spec.begin == BEGIN_INDEX and spec.find == FIND_RANGE
            if not plain or (first and (spec.key_step != 1 or last != spec.index - 1)):
                movable = True
                continue
            if not first:
                first = spec.index
                step = spec.key_step
            last = spec.last_key if spec.last_key < 0 else spec.index + spec.last_key
            flags = spec.flags if flags in (-1, spec.flags) else 0
        self.first_key = first
        self.last_key = last
        self.key_step = step
        if movable:
            self.flags |= MOVABLE_KEYS
            self.key_kind = KEYS_MOVABLE
            return
        if flags & KEY_NOT_KEY:
            return
        self.simple_keys = True
        self.key_kind = KEYS_ONE if first == last else KEYS_RANGE
        self.fixed_key_flags = 0 if flags & KEY_VARIABLE_FLAGS else flags

    def __repr__(self) -> str:
        return f"<Command {self.name.decode()}>"
