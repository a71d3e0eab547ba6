# cython: annotation_typing=False
"""Glob patterns as Redis matches them: KEYS, SCAN, PSUBSCRIBE, CONFIG GET, ACL rules.

``*`` any run of bytes, ``?`` any byte, ``[a-c]`` and ``[^a-c]`` one byte of a set, ``\\`` takes the next one literally.
A pattern never costs more than its length times that of the text: only the last star is ever tried again, which is
enough because everything but a star takes exactly one byte.

Quirks kept: an empty text matches nothing but an empty pattern (KEYS and SCAN ask only where the pattern is not ``*``);
a class that is not closed ends with the pattern; the ends of a range may come in either order, and compare as signed
bytes; a lone ``\\`` at the end is literal.
"""

from __future__ import annotations

STAR = 0x2A
QUESTION = 0x3F
OPEN = 0x5B
CLOSE = 0x5D
CARET = 0x5E
DASH = 0x2D
ESCAPE = 0x5C

# What a pattern is, found once: most of those in use never need the general matcher.
EVERYTHING = 0
LITERAL = 1
PREFIX = 2
GENERAL = 3


def fold(c: int) -> int:
    """A byte in lower case, as an unsigned one."""
    c &= 0xFF
    return c + 32 if 0x41 <= c <= 0x5A else c


def order(c: int, nocase: bool) -> int:
    """Where a byte stands in a range: bytes compare signed, on x86's char, as in Redis."""
    return ((fold(c) if nocase else c & 0xFF) ^ 0x80) - 0x80


def match_at(pattern: bytes, pattern_size: int, text: bytes, size: int, nocase: bool) -> bool:
    """Whether ``text[:size]`` matches ``pattern[:pattern_size]``. Compiled, both are pointers."""
    p = 0
    t = 0
    star = -1  # the last star's place, and the text's place from which it is tried next
    retry = 0
    if size == 0:
        return pattern_size == 0
    while t < size:
        matched = False
        after = p
        if p < pattern_size:
            c = pattern[p] & 0xFF
            if c == STAR:
                while p < pattern_size and (pattern[p] & 0xFF) == STAR:
                    p += 1
                if p == pattern_size:
                    return True
                star = p
                retry = t
                continue
            if c == QUESTION:
                matched = True
                after = p + 1
            elif c == OPEN:
                after = p + 1
                negated = after < pattern_size and (pattern[after] & 0xFF) == CARET
                if negated:
                    after += 1
                while True:
                    if after >= pattern_size:
                        break
                    c = pattern[after] & 0xFF
                    if c == ESCAPE and after + 1 < pattern_size:
                        after += 1
                        if pattern[after] == text[t]:
                            matched = True
                    elif c == CLOSE:
                        after += 1
                        break
                    elif after + 2 < pattern_size and (pattern[after + 1] & 0xFF) == DASH:
                        # The ends are put in order before they are folded: with nocase a range may turn out empty.
                        low = order(pattern[after], False)
                        high = order(pattern[after + 2], False)
                        if low > high:
                            low, high = high, low
                        low = order(low, nocase)
                        high = order(high, nocase)
                        if low <= order(text[t], nocase) <= high:
                            matched = True
                        after += 2
                    elif nocase:
                        if fold(pattern[after]) == fold(text[t]):
                            matched = True
                    elif pattern[after] == text[t]:
                        matched = True
                    after += 1
                if negated:
                    matched = not matched
            else:
                if c == ESCAPE and p + 1 < pattern_size:
                    p += 1
                matched = fold(pattern[p]) == fold(text[t]) if nocase else pattern[p] == text[t]
                after = p + 1
        if matched:
            p = after
            t += 1
        elif star >= 0:
            p = star
            retry += 1
            t = retry
        else:
            return False
    while p < pattern_size and (pattern[p] & 0xFF) == STAR:
        p += 1
    return p == pattern_size


def glob_match(pattern: bytes, text: bytes, nocase: bool = False) -> bool:
    """Whether the text matches the pattern; ``nocase`` takes ASCII letters of either case as the same."""
    return match_at(pattern, len(pattern), text, len(text), nocase)


class Glob:
    """A pattern that is matched again and again: the simple forms cost a comparison."""

    def __init__(self, pattern: bytes, nocase: bool = False) -> None:
        self.pattern = pattern
        self.nocase = nocase
        self.at = self.pattern
        self.size = len(pattern)
        stem = pattern.rstrip(b"*")
        plain = not nocase and not any(special in stem for special in b"*?[\\")
        if pattern == b"*":
            self.kind = EVERYTHING
        elif plain and stem == pattern:
            self.kind = LITERAL
        elif plain and stem:
            self.kind = PREFIX
        else:
            self.kind = GENERAL
        self.stem_size = len(stem)

    def matches_at(self, text: bytes, size: int) -> bool:
        """Whether ``text[:size]`` matches; ``*`` alone takes the empty text too. Compiled, ``text`` is a pointer."""
        if self.kind == EVERYTHING:
            return True
        if self.kind == GENERAL:
            return match_at(self.at, self.size, text, size, self.nocase)
        if size < self.stem_size or (self.kind == LITERAL and size != self.stem_size):
            return False
        # A loop, not all(…): compiled, it touches no object.
        for i in range(self.stem_size):  # noqa: SIM110
            if self.at[i] != text[i]:
                return False
        return True

    def matches(self, text: bytes) -> bool:
        return self.matches_at(text, len(text))
