"""Replies as plain data: what COMMAND's subcommands answer, for whoever has an `OutBuffer` to put them into.

bytes are bulk strings, `Simple` simple strings, int integers, None a null, lists arrays, dicts maps, `Set` sets;
the last two are flat arrays in RESP2.
"""

from __future__ import annotations

from typing import Any, Final

from respkit.commands.keys import getkeys
from respkit.commands.model import (
    BEGIN_INDEX,
    BEGIN_KEYWORD,
    FIND_KEYNUM,
    FIND_RANGE,
    Command,
    KeySpec,
    category_names,
    flag_names,
    key_flag_names,
)
from respkit.resp.outbuf import OutBuffer


class Simple(bytes):
    """A simple string."""


class Set(tuple[Any, ...]):
    """A set, in a fixed order."""


# What the key specs cannot say by themselves: command → number of the key spec → a word about it.
_SCRIPT_WRITES = b"Nobody knows what the script will do: taken for RW and UPDATE, the most that it could"
_SCRIPT_READS = b"Nobody knows what the script will do: taken for RO and ACCESS, the most that it could"
_PATTERNS = b"The keys of BY and GET: 'unknown', since their names come out of the elements that are sorted"
_NOTES: Final[dict[bytes, dict[int, bytes]]] = {
    b"bitfield": {0: b"Reads or writes, depending on the operations"},
    b"eval": {0: _SCRIPT_WRITES},
    b"eval_ro": {0: _SCRIPT_READS},
    b"fcall": {0: _SCRIPT_WRITES},
    b"fcall_ro": {0: _SCRIPT_READS},
    b"getex": {0: b"The expiry may change, hence RW and UPDATE"},
    b"pfcount": {0: b"It may store the count inside the value, which then goes to the replicas: hence RW"},
    b"set": {0: b"RW and ACCESS where `GET` is given"},
    b"sort": {1: _PATTERNS, 2: b"The key of STORE: 'unknown', since the word may stand anywhere behind the key"},
    b"sort_ro": {1: _PATTERNS},
    b"xadd": {0: b"It may trim as well, hence UPDATE and not INSERT"},
}


def info_of(command: Command) -> list[Any]:
    """What COMMAND INFO says about a command, its subcommands included."""
    return [
        command.name,
        command.arity,
        Set(Simple(name.encode()) for name in flag_names(command.flags)),
        command.first_key,
        command.last_key,
        command.key_step,
        Set(Simple(b"@" + name.encode()) for name in category_names(command.category_bits)),
        Set(tip.encode() for tip in command.tips),
        Set(_key_spec(spec, _NOTES.get(command.name, {}).get(i)) for i, spec in enumerate(command.key_specs)),
        [info_of(sub) for sub in command.subcommands.values()] if command.subcommands else Set(),
    ]


def getkeys_reply(words: list[bytes]) -> list[bytes]:
    """What COMMAND GETKEYS says about the command in `words`; CommandError where it refuses."""
    return [key for key, _ in getkeys(words)]


def getkeysandflags_reply(words: list[bytes]) -> list[list[Any]]:
    """What COMMAND GETKEYSANDFLAGS says about the command in `words`; CommandError where it refuses."""
    return [[key, Set(Simple(name.encode()) for name in key_flag_names(flags))] for key, flags in getkeys(words)]


def put(out: OutBuffer, value: Any) -> None:
    """Write a reply."""
    if value is None:
        out.null()
    elif isinstance(value, Simple):
        out.simple(bytes(value))
    elif isinstance(value, bytes):
        out.bulk(value)
    elif isinstance(value, int):
        out.integer(value)
    elif isinstance(value, dict):
        out.map(len(value))
        for name, inner in value.items():
            put(out, name)
            put(out, inner)
    else:
        if isinstance(value, Set):
            out.set(len(value))
        else:
            out.array(len(value))
        for inner in value:
            put(out, inner)


def _key_spec(spec: KeySpec, note: bytes | None) -> dict[bytes, Any]:
    reply: dict[bytes, Any] = {}
    if note is not None:
        reply[b"notes"] = note
    reply[b"flags"] = Set(Simple(name.encode()) for name in key_flag_names(spec.flags))
    reply[b"begin_search"] = {b"type": b"unknown", b"spec": {}}
    reply[b"find_keys"] = {b"type": b"unknown", b"spec": {}}
    if spec.begin == BEGIN_INDEX:
        reply[b"begin_search"] = {b"type": b"index", b"spec": {b"index": spec.index}}
    elif spec.begin == BEGIN_KEYWORD:
        reply[b"begin_search"] = {
            b"type": b"keyword",
            b"spec": {b"keyword": spec.keyword, b"startfrom": spec.start_from},
        }
    if spec.find == FIND_RANGE:
        reply[b"find_keys"] = {
            b"type": b"range",
            b"spec": {b"lastkey": spec.last_key, b"keystep": spec.key_step, b"limit": spec.limit},
        }
    elif spec.find == FIND_KEYNUM:
        reply[b"find_keys"] = {
            b"type": b"keynum",
            b"spec": {b"keynumidx": spec.keynum_index, b"firstkey": spec.first_key, b"keystep": spec.key_step},
        }
    return reply
