"""Commands and replies from Python objects, in one call: for whoever has no buffer of its own to write to."""

from __future__ import annotations

from collections.abc import Mapping, Set
from itertools import chain
from typing import TYPE_CHECKING

from respkit.errors import CommandError, DataError
from respkit.resp.limits import MAX_REPLY_DEPTH
from respkit.resp.outbuf import OutBuffer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def encode_command(*args: object) -> bytes:
    """A command as a client sends it: ``encode_command("SET", b"key", 1)``. DataError for what cannot be an argument."""
    buffer = OutBuffer()
    buffer.command(args)
    return buffer.take()


def encode_commands(commands: Iterable[Iterable[object]]) -> bytes:
    """Several commands, one behind the other: a pipeline."""
    buffer = OutBuffer()
    for command in commands:
        buffer.command(command)
    return buffer.take()


def encode_reply(value: object, proto: int = 2) -> bytes:
    """A reply as a server of protocol `proto` sends it; see `write_reply`."""
    buffer = OutBuffer(proto)
    write_reply(buffer, value)
    return buffer.take()


def write_reply(buffer: OutBuffer, value: object) -> None:
    """Write `value` in the buffer's protocol version.

    bytes and str are bulk strings, int an integer (a big number beyond 64 bits), list and tuple an array, dict a map, set
    and frozenset a set, None a null, an exception an error with its text. DataError for anything else, and where lists
    nest deeper than a reply may.
    """
    # Not by recursion: what is nested too deep is refused with a reason, and not by the interpreter.
    waiting = [iter((value,))]
    while waiting:
        for element in waiting[-1]:
            inside = _write_one(buffer, element)
            if inside is not None:
                if len(waiting) > MAX_REPLY_DEPTH:
                    raise DataError(f"a reply does not nest deeper than {MAX_REPLY_DEPTH} levels")
                waiting.append(inside)
                break
        else:
            waiting.pop()


def _write_one(buffer: OutBuffer, value: object) -> Iterator[object] | None:
    """Write a scalar, or the header of an aggregate, whose elements are returned."""
    if isinstance(value, bytes):
        buffer.bulk(value)
    elif isinstance(value, str):
        buffer.bulk(value.encode())
    elif value is None:
        buffer.null()
    elif isinstance(value, bool):
        buffer.boolean(value)
    elif isinstance(value, int):
        if -(2**63) <= value < 2**63:
            buffer.integer(value)
        else:
            buffer.big_number(b"%d" % value)
    elif isinstance(value, float):
        buffer.double(value)
    elif isinstance(value, (list, tuple)):
        buffer.array(len(value))
        return iter(value)
    elif isinstance(value, Mapping):
        buffer.map(len(value))
        return chain.from_iterable(value.items())
    elif isinstance(value, Set):
        buffer.set(len(value))
        return iter(value)
    elif isinstance(value, CommandError):
        buffer.error(value.reply)
    elif isinstance(value, Exception):
        buffer.error(str(value).encode())
    else:
        raise DataError(f"a reply cannot hold {type(value).__name__}")
    return None
