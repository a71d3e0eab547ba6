"""The glob matcher: Redis's semantics, in time that no pattern can blow up."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.commands.glob import Glob, glob_match

CASES = [
    (b"", b"", True),
    (b"", b"a", False),
    (b"*", b"a", True),
    (b"**", b"a", True),
    (b"**", b"", False),
    (b"a*", b"a", True),
    (b"a***", b"a", True),
    (b"?", b"a", True),
    (b"?", b"", False),
    (b"a?c", b"abc", True),
    (b"a?c", b"ac", False),
    (b"*c", b"abcbc", True),
    (b"a*b*c", b"aXbXbXc", True),
    (b"a*b*c", b"aXbXbXd", False),
    (b"[abc]", b"b", True),
    (b"[^abc]", b"b", False),
    (b"[^abc]", b"d", True),
    (b"[a-c]", b"b", True),
    (b"[c-a]", b"b", True),
    (b"[a-c]", b"d", False),
    (b"[a-]", b"-", False),  # a range up to the bracket, and no end
    (b"[a-]", b"^", True),
    (b"[\\]]", b"]", True),
    (b"[a", b"a", True),
    (b"[ab", b"b", True),
    (b"[", b"a", False),
    (b"[^", b"a", True),
    (b"[]", b"]", False),
    (b"\\*", b"*", True),
    (b"\\*", b"a", False),
    (b"a\\", b"a\\", True),
    (b"h[^e]llo*", b"hallo world", True),
    (b"\xff*", b"\xff\x00", True),
    (b"[\x01-\xff]", b"A", False),  # signed: \xff is -1
    (b"[\x80-\xff]", b"\x90", True),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), CASES)
def test_matches_as_redis(pattern: bytes, text: bytes, expected: bool) -> None:
    assert glob_match(pattern, text) is expected
    assert Glob(pattern).matches(text) is expected


def test_nocase_folds_ascii_only() -> None:
    assert glob_match(b"MaX*", b"maxmemory", True)
    assert glob_match(b"[A-C]x", b"bX", True)
    assert not glob_match(b"\xc3", b"\xe3", True)
    assert Glob(b"ABC", nocase=True).matches(b"abc")


def test_a_star_alone_takes_the_empty_text_where_the_pattern_is_kept() -> None:
    assert Glob(b"*").matches(b"")
    assert not glob_match(b"*", b"")


def test_hostile_pattern_costs_no_more_than_its_product() -> None:
    start = time.process_time()
    assert not glob_match(b"a*" * 200 + b"b", b"a" * 2000)
    assert time.process_time() - start < 5


def _as_regex(pattern: bytes) -> re.Pattern[bytes]:
    special = {b"*": b"(?s:.)*", b"?": b"(?s:.)"}
    return re.compile(b"".join(special.get(bytes([c]), re.escape(bytes([c]))) for c in pattern))


def _over(alphabet: bytes, min_size: int) -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from(alphabet), min_size=min_size).map(bytes)


@given(_over(b"ab*?", 0), _over(b"ab", 1))
def test_agrees_with_a_regular_expression(pattern: bytes, text: bytes) -> None:
    expected = _as_regex(pattern).fullmatch(text) is not None
    assert glob_match(pattern, text) is expected
    assert Glob(pattern).matches(text) is expected
