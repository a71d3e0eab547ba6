"""Replies for tests: an encoder, what the Reader makes of each, and strategies that generate them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

SCALARS = "+-:,#_($=!"
AGGREGATES = "*~>%"


@dataclass(frozen=True)
class Reply:
    """One reply: its type byte, and its value (elements, or pairs in one flat list, where it is an aggregate).

    None as the value of ``$``, ``=`` or an aggregate is the null of RESP2: a negative length.
    """

    kind: str
    value: Any
    attributes: tuple[Reply, ...] = field(default=())

    @property
    def wire(self) -> bytes:
        before = b""
        if self.attributes:
            before = b"|%d\r\n" % (len(self.attributes) // 2) + b"".join(each.wire for each in self.attributes)
        return before + self._own()

    def _own(self) -> bytes:
        kind, value = self.kind.encode(), self.value
        if value is None and self.kind != "_":
            return kind + b"-1\r\n"
        match self.kind:
            case "+" | "-":
                return kind + value + b"\r\n"
            case ":" | "(":
                return kind + b"%d\r\n" % value
            case ",":
                return kind + repr(value).encode() + b"\r\n"
            case "#":
                return b"#t\r\n" if value else b"#f\r\n"
            case "_":
                return b"_\r\n"
            case "=":
                value = b"txt:" + value
        if self.kind in "$=!":
            return kind + b"%d\r\n%b\r\n" % (len(value), value)
        count = len(value) // 2 if self.kind == "%" else len(value)
        return kind + b"%d\r\n" % count + b"".join(each.wire for each in value)

    def expected(self) -> object:
        """What a Reader without an encoding gives, sets as lists; an error as its text in a tuple."""
        if self.value is None:
            return None
        if self.kind in "-!":
            return (self.value.decode("utf-8", "replace"),)
        if self.kind not in AGGREGATES:
            return self.value
        values = [each.expected() for each in self.value]
        if self.kind != "%":
            return values
        pairs = list(zip(values[::2], values[1::2], strict=True))
        try:
            return dict(pairs)
        except TypeError:
            return pairs


def simplified(value: object) -> object:
    """The objects of a Reader, errors made comparable as in `Reply.expected`."""
    if isinstance(value, BaseException):
        return value.args
    if isinstance(value, dict):
        return {simplified(key): simplified(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(simplified(each) for each in value)
    if isinstance(value, list):
        return [simplified(each) for each in value]
    return value


_lines = st.binary(max_size=12).map(lambda text: text.replace(b"\r", b"").replace(b"\n", b""))
_integers = st.integers(-(2**63), 2**63 - 1) | st.integers(-100, 100)
_doubles = st.floats(allow_nan=False, width=64)
_texts = st.binary(max_size=40)


def _scalars(hiredis: bool) -> st.SearchStrategy[Reply]:
    kinds = [
        st.builds(Reply, st.just("+"), _lines),
        st.builds(Reply, st.just("-"), _lines),
        st.builds(Reply, st.just(":"), _integers),
        st.builds(Reply, st.just(","), _doubles),
        st.builds(Reply, st.just("#"), st.booleans()),
        st.just(Reply("_", None)),
        st.builds(Reply, st.sampled_from("$="), st.none() | _texts),
    ]
    if not hiredis:
        kinds += [
            st.builds(Reply, st.just("!"), _texts),
            st.builds(Reply, st.just("("), st.integers(-(10**40), 10**40)),
        ]
    return st.one_of(kinds)


def replies(hiredis: bool = False) -> st.SearchStrategy[Reply]:
    """Replies of all types; with `hiredis` those alone that hiredis-py makes the same of."""
    scalars = _scalars(hiredis)
    keys = scalars.filter(lambda reply: reply.kind not in "-!") if hiredis else None

    def aggregates(inner: st.SearchStrategy[Reply]) -> st.SearchStrategy[Reply]:
        # Equal keys confuse hiredis-py.
        pairs = (
            st.lists(st.tuples(inner, inner), max_size=4)
            if keys is None
            else st.lists(st.tuples(keys, inner), max_size=4, unique_by=lambda pair: pair[0].expected())
        )
        found = st.builds(Reply, st.sampled_from("*~>"), st.none() | st.lists(inner, max_size=6)) | st.builds(
            Reply, st.just("%"), st.none() | pairs.map(lambda found: [each for pair in found for each in pair])
        )
        if hiredis:
            return found
        attributes = st.lists(st.tuples(inner, inner), min_size=1, max_size=2)
        return found | st.builds(
            lambda reply, extra: Reply(reply.kind, reply.value, tuple(each for pair in extra for each in pair)),
            inner,
            attributes,
        )

    return st.recursive(scalars, aggregates, max_leaves=12)
