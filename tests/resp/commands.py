"""Commands as bytes, valid and nearly so, for the tests of whoever reads them."""

from __future__ import annotations

from hypothesis import strategies as st

GET = b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"


def multibulk(*args: bytes) -> bytes:
    return b"*%d\r\n" % len(args) + b"".join(b"$%d\r\n%b\r\n" % (len(arg), arg) for arg in args)


# What is sent → the commands that it holds; an error's text, where there is one, comes last.
STREAMS: list[tuple[bytes, list[list[bytes] | str]]] = [
    (GET, [[b"GET", b"key"]]),
    (GET * 3 + b"*1\r\n$4\r\nPI", [[b"GET", b"key"]] * 3),
    (b"*1\r\n$4\r\nPING\r\n", [[b"PING"]]),
    (b"*1\r\n$0\r\n\r\n" + GET, [[b""], [b"GET", b"key"]]),
    (b"*3\r\n$3\r\nSET\r\n$0\r\n\r\n$0\r\n\r\n", [[b"SET", b"", b""]]),
    (multibulk(b"SET", b"\0\r\n$*", b"\xff" * 9), [[b"SET", b"\0\r\n$*", b"\xff" * 9]]),
    (multibulk(*[b"x"] * 9), [[b"x"] * 9]),
    (multibulk(*[b"x"] * 10), [[b"x"] * 10]),
    (multibulk(*[b"x"] * 17), [[b"x"] * 17]),
    (multibulk(*[b"x"] * 100), [[b"x"] * 100]),
    (multibulk(b"SET", b"k" * 10, b"v" * 100, b"w" * 1000), [[b"SET", b"k" * 10, b"v" * 100, b"w" * 1000]]),
    # The two bytes behind a bulk, and the one behind a CR, are not looked at.
    (b"*2\rx$3\rxGETxx$1\rxkyy*1\r\n$4\r\nPINGzz", [[b"GET", b"k"], [b"PING"]]),
    # What holds nothing is passed over.
    (b"*0\r\n*-1\r\n*-2147483649\r\n\r\n\n   \r\n" + GET, [[b"GET", b"key"]]),
    # Inline.
    (b"PING\r\nPING\n", [[b"PING"], [b"PING"]]),
    (b"SET key  value \r\n" + GET, [[b"SET", b"key", b"value"], [b"GET", b"key"]]),
    (b"\t\v\fPING\v\fx\r y\r\n", [[b"PING\v\fx", b"y"]]),
    (b"SET \"a b\" 'c d' \"\" ''\r\n", [[b"SET", b"a b", b"c d", b"", b""]]),
    (b'"\\n\\r\\t\\b\\a\\\\\\"\\q" "\\x41\\xfF\\x4" "\\xg1"\r\n', [[b'\n\r\t\b\a\\"q', b"A\xffx4", b"xg1"]]),
    (b"'\\'\\n\"' a\"b c\"\r\n", [[b"'\\n\"", b"ab c"]]),
    (b"a\\nb \\\r\n", [[b"a\\nb", b"\\"]]),
    (b"$3\r\nGET\r\n", [[b"$3"], [b"GET"]]),
    # A NUL hides what follows: there is no line yet.
    (b"PI\0NG\r\n" + GET, []),
    (b"*1\0\r\n" + GET, []),
    (b"*1\r\n$4\0\r\nPING\r\n", []),
    # Refused.
    (GET + b'SET "a\r\n' + GET, [[b"GET", b"key"], "Protocol error: unbalanced quotes in request"]),
    (b"SET 'a\r\n", ["Protocol error: unbalanced quotes in request"]),
    (b'SET "a"b\r\n', ["Protocol error: unbalanced quotes in request"]),
    (b"SET 'a'b\r\n", ["Protocol error: unbalanced quotes in request"]),
    (b'SET "a\\"\r\n', ["Protocol error: unbalanced quotes in request"]),
    # Unquoted in place, this line becomes a valid command: it is refused all the same, and so is what follows.
    (b'"*1\\r\\n$4\\r\\nPING\\r\\n\r\n' + GET, ["Protocol error: unbalanced quotes in request"]),
    (b"*\r\n", ["Protocol error: invalid multibulk length"]),
    (b"*+1\r\n", ["Protocol error: invalid multibulk length"]),
    (b"*01\r\n" + GET, ["Protocol error: invalid multibulk length"]),
    (b"*-0\r\n", ["Protocol error: invalid multibulk length"]),
    (b"* 1\r\n", ["Protocol error: invalid multibulk length"]),
    (b"*1\n$4\nPING\n\r\n", ["Protocol error: invalid multibulk length"]),
    (b"*2147483648\r\n", ["Protocol error: invalid multibulk length"]),
    (b"*99999999999999999999\r\n", ["Protocol error: invalid multibulk length"]),
    (b"*-99999999999999999999\r\n", ["Protocol error: invalid multibulk length"]),
    (b"*1\r\n\r\n", ["Protocol error: expected '$', got '\r'"]),
    (b"*1\r\n\n\r\n", ["Protocol error: expected '$', got '\n'"]),
    (b"*1\r\nPING\r\n", ["Protocol error: expected '$', got 'P'"]),
    (b"*2\r\n$3\r\nGET\r\n:1\r\n", ["Protocol error: expected '$', got ':'"]),
    (b"*1\r\n\xff\r\n", ["Protocol error: expected '$', got '\udcff'"]),
    (b"*1\r\n$\r\n", ["Protocol error: invalid bulk length"]),
    (b"*1\r\n$-1\r\n", ["Protocol error: invalid bulk length"]),
    (b"*1\r\n$+4\r\nPING\r\n", ["Protocol error: invalid bulk length"]),
    (b"*1\r\n$04\r\nPING\r\n", ["Protocol error: invalid bulk length"]),
    (b"*1\r\n$00\r\n\r\n", ["Protocol error: invalid bulk length"]),
    (b"*1\r\n$4x\r\nPING\r\n", ["Protocol error: invalid bulk length"]),
    (b"*1\r\n$536870913\r\n", ["Protocol error: invalid bulk length"]),
    (b"*1\r\n$9223372036854775808\r\n", ["Protocol error: invalid bulk length"]),
    (GET + b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$x\r\n", [[b"GET", b"key"], "Protocol error: invalid bulk length"]),
]

_LENGTHS = st.sampled_from(
    [0, 1, 2, 3, 9, 10, 11, 99, 100, 101, 999, 1000, 9999, 10_000, 16_384, 16_385, 33_000, 70_000]
)
_COUNTS = st.sampled_from([1, 2, 3, 9, 10, 11, 12, 16, 17, 33, 100])
_VALUES = st.binary(max_size=20) | st.builds(
    lambda size, byte: byte * size, _LENGTHS, st.binary(min_size=1, max_size=1)
)
_ARRAYS = st.lists(_VALUES, min_size=1, max_size=5).map(lambda args: multibulk(*args)) | st.builds(
    lambda count, value: multibulk(*[value] * count), _COUNTS, st.binary(max_size=3)
)
_LINES = st.builds(
    lambda words, end: bytes(words) + end,
    st.lists(st.sampled_from(b"ab \"'\\x4nrtba\r\t\x00\xff\v"), max_size=20),
    st.sampled_from([b"\n", b"\r\n"]),
)
_ODD = st.sampled_from([stream for stream, _ in STREAMS]) | st.binary(max_size=8)


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    stream = b"".join(draw(st.lists(_ARRAYS | _LINES | _ODD, max_size=5)))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(stream)))
        stream = stream[:at] + draw(st.binary(max_size=2)) + stream[at + draw(st.integers(0, 2)) :]
    return stream


# Commands and what is nearly one, in any order.
streams = st.lists(_ARRAYS | _LINES, max_size=5).map(b"".join) | _damaged()
