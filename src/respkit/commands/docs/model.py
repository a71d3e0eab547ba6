"""What COMMAND DOCS tells about a command beyond the table, and the notation of its arguments."""

from __future__ import annotations

import re
from typing import Final


class Doc:
    """The documentation of one command. Texts are respkit's own; names, types, tokens and versions are Redis's.

    ``arguments`` is in the notation of `read_arguments`. ``flags`` are words: ``deprecated``, ``syscmd``.
    ``history``: version and what came with it, oldest first.
    """

    __slots__ = ("arguments", "complexity", "deprecated_since", "flags", "history", "replaced_by", "summary")

    def __init__(
        self,
        summary: str,
        complexity: str | None,
        arguments: str = "",
        *,
        history: tuple[tuple[str, str], ...] = (),
        flags: str = "",
        deprecated_since: str = "",
        replaced_by: str = "",
    ) -> None:
        self.summary = summary
        self.complexity = complexity
        self.arguments = arguments
        self.history = history
        self.flags = flags
        self.deprecated_since = deprecated_since
        self.replaced_by = replaced_by


class Argument:
    """One argument of a command, or one of several that belong together (``oneof``, ``block``)."""

    __slots__ = ("arguments", "deprecated_since", "flags", "key_spec_index", "name", "since", "token", "type")

    def __init__(self, name: str) -> None:
        self.name = name
        self.type = "string"
        self.key_spec_index = -1
        self.token: str | None = None
        self.since = ""
        self.deprecated_since = ""
        self.flags: tuple[str, ...] = ()
        self.arguments: list[Argument] = []


# A name, or anything in single quotes.
_NAME: Final = re.compile(r"'[^']*'|[\w-]+")
# What may stand behind a name, in this order: type, key spec, token of its own, the group (read by hand).
_KIND: Final = re.compile(r"""(?::(?P<type>[a-z]+))?(?:@(?P<key>\d+))?(?:="(?P<quoted>[^"]*)"|=(?P<plain>[A-Z]+))?""")
# And behind all that: the token in front, versions, how often.
_TAIL: Final = re.compile(
    r"(?:<(?P<token>[^>]*)>)?(?:\^(?P<since>[\d.]+))?(?:!(?P<deprecated>[\d.]+))?(?P<many>\*{0,2})"
)

_TYPES: Final = {"int": "integer", "double": "double", "time": "unix-time", "pattern": "pattern", "key": "key"}
_MANY: Final[dict[str, tuple[str, ...]]] = {"": (), "*": ("multiple",), "**": ("multiple", "multiple_token")}


def read_arguments(text: str) -> list[Argument]:
    """The arguments that `text` describes; ValueError if it cannot be read.

    ``value`` a string, ``offset:int`` (``double``, ``time``, ``pattern``) of another type, ``key@0`` a key found by key
    spec 0; ``NX`` a mere token called nx, ``sorting=ALPHA`` or ``equal="="`` one of another name; ``count:int<COUNT>``
    an argument behind a token; ``unit(M|KM)`` one of several, ``pair{field value}`` several in a row. Then ``^6.2.0``
    the version that brought it, ``!2.8.12`` the one that gave it up, ``*`` many of them, ``**`` each with its token.
    In brackets what may be left out.
    """
    arguments, end = _read_list(text, 0, " ", "") if text else ([], 0)
    if end != len(text):
        raise ValueError(f"cannot read the arguments {text!r} at {end}")
    return arguments


def _read_list(text: str, at: int, separator: str, closing: str) -> tuple[list[Argument], int]:
    arguments: list[Argument] = []
    while True:
        argument, at = _read_one(text, at)
        arguments.append(argument)
        if at < len(text) and text[at] == separator:
            at += 1
        elif text[at : at + 1] == closing:
            return arguments, at + len(closing)
        else:
            raise ValueError(f"cannot read the arguments {text!r} at {at}")


def _read_one(text: str, at: int) -> tuple[Argument, int]:
    optional = text[at : at + 1] == "["
    name = _NAME.match(text, at + optional)
    if name is None:
        raise ValueError(f"cannot read the arguments {text!r} at {at}")
    argument = Argument(name.group().strip("'"))
    kind = _KIND.match(text, name.end())
    assert kind is not None  # all of it may be absent
    at = kind.end()
    if kind["key"]:
        argument.type = "key"
        argument.key_spec_index = int(kind["key"])
    if kind["type"]:
        argument.type = _TYPES[kind["type"]]
    if kind["quoted"] is not None or kind["plain"]:
        argument.type = "pure-token"
        argument.token = kind["quoted"] if kind["quoted"] is not None else kind["plain"]
    opening = text[at : at + 1]
    if opening == "(":
        argument.type = "oneof"
        argument.arguments, at = _read_list(text, at + 1, "|", ")")
    elif opening == "{":
        argument.type = "block"
        argument.arguments, at = _read_list(text, at + 1, " ", "}")
    elif argument.type == "string" and argument.name.isupper():
        argument.type = "pure-token"
        argument.token = argument.name
        argument.name = argument.name.lower()
    tail = _TAIL.match(text, at)
    assert tail is not None
    at = tail.end()
    if tail["token"] is not None:
        argument.token = tail["token"]
    argument.since = tail["since"] or ""
    argument.deprecated_since = tail["deprecated"] or ""
    argument.flags = ("optional",) * optional + _MANY[tail["many"]]
    if optional:
        if text[at : at + 1] != "]":
            raise ValueError(f"cannot read the arguments {text!r} at {at}")
        at += 1
    return argument, at
