"""Where a reply ends: every kind, at every split, in both forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.errors import InvalidResponse
from tests.forms import Form, each_form
from tests.resp.replies import Reply, replies

FRAMES = [
    b"+OK\r\n",
    b"+\r\n",
    b"-ERR unknown command 'x'\r\n",
    b":0\r\n",
    b":-12\r\n",
    b"$0\r\n\r\n",
    b"$3\r\nfoo\r\n",
    b"$2\r\n\r\n\r\n",
    b"$-1\r\n",
    b"$12\r\nhello\r\nworld\r\n",
    b"*0\r\n",
    b"*-1\r\n",
    b"*2\r\n$1\r\na\r\n$-1\r\n",
    b"*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n+x\r\n",
    b"_\r\n",
    b",1.5\r\n",
    b"#t\r\n",
    b"!5\r\nERR x\r\n",
    b"=7\r\ntxt:abc\r\n",
    b"(123456789012345678901234567890\r\n",
    b"~2\r\n:1\r\n:2\r\n",
    b"%1\r\n+key\r\n*1\r\n:1\r\n",
    b"%0\r\n",
    b">3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$1\r\nx\r\n",
    b"|1\r\n+ttl\r\n:10\r\n$1\r\nx\r\n",
    b"|1\r\n+ttl\r\n:10\r\n*2\r\n:1\r\n|0\r\n:2\r\n",
    b"|1\r\n|1\r\n+a\r\n+b\r\n+c\r\n+d\r\n|0\r\n+OK\r\n",
    b"*1\r\n" * 600 + b":1\r\n",
]

BROKEN = [
    b"x",
    b"\r\n",
    b"\0",
    b"?1\r\n",
    b".\r\n",
    b";3\r\nabc\r\n",
    b"+OK\n",
    b"*\r\n",
    b"$\r\n",
    b"$-2\r\n",
    b"$+1\r\n",
    b"$01\r\na\r\n",
    b"$1 \r\na\r\n",
    b"$-0\r\n",
    b"$?\r\n",
    b"*?\r\n",
    b"%?\r\n",
    b"~?\r\n",
    b"*-2\r\n",
    b"|-1\r\n",
    b"*1\n:1\r\n",
    b"$3\r\nabcde\r\n",
    b"$3\r\nabc\rx",
    b"*" + b"1" * 40,
    b"$18446744073709551616\r\n",
    b"$9223372036854775807\r\n",
    b"*9223372036854775807\r\n",
    b"%4611686018427387904\r\n",
    b"*1\r\n" * 3 + b"*1000000000\r\n",
    b"*300000000\r\n*300000000\r\n",
    b"$1073741824\r\n",
]


def parts(form: Form) -> tuple[object, object]:
    return form.module("respkit.resp.inbuf").InBuffer(), form.module("respkit.resp.frames").FrameScanner()


def frames_of(form: Form, pieces: list[bytes]) -> list[bytes]:
    """The frames that `pieces`, fed one by one, are found to hold."""
    buffer, scanner = parts(form)
    found = []
    for piece in pieces:
        buffer.feed(piece)
        while length := scanner.scan(buffer):
            found.append(buffer.peek()[:length])
            buffer.consume(length)
    return found


@each_form
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: repr(frame[:20]))
def test_a_frame_is_found_at_every_split(form: Form, frame: bytes) -> None:
    behind = b"+next\r\n"
    for at in [*range(min(len(frame), 60)), *range(len(frame) - 10, len(frame) + 1)]:
        both = frame + behind
        assert frames_of(form, [both[:at], both[at:]]) == [frame, behind]


@each_form
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: repr(frame[:20]))
def test_a_frame_is_found_byte_by_byte(form: Form, frame: bytes) -> None:
    assert frames_of(form, [frame[i : i + 1] for i in range(len(frame))]) == [frame]


@each_form
@pytest.mark.parametrize("data", BROKEN, ids=lambda data: repr(data[:20]))
def test_what_is_not_resp_is_refused_at_every_split(form: Form, data: bytes) -> None:
    for at in range(len(data) + 1):
        with pytest.raises(InvalidResponse):
            frames_of(form, [data[:at], data[at:]])


@each_form
def test_it_refuses_again(form: Form) -> None:
    buffer, scanner = parts(form)
    buffer.feed(b"*2\r\n:1\r\nx")
    for _ in range(2):
        with pytest.raises(InvalidResponse):
            scanner.scan(buffer)


@each_form
def test_a_frame_is_bounded(form: Form) -> None:
    for frame in (
        b"$20\r\n" + b"a" * 20 + b"\r\n",
        b"*3\r\n:1\r\n$3\r\nabc\r\n+aaaaaaa\r\n",
        b"+" + b"a" * 24 + b"\r\n",
    ):
        assert len(frame) == 27
        for at in range(len(frame) + 1):
            buffer, scanner = parts(form)
            scanner.max_frame = 27
            buffer.feed(frame[:at])
            assert scanner.scan(buffer) == (27 if at == 27 else 0)
            buffer.feed(frame[at:])
            assert scanner.scan(buffer) == 27
            buffer, scanner = parts(form)
            scanner.max_frame = 26
            buffer.feed(frame[:at])
            with pytest.raises(InvalidResponse):  # noqa: PT012  (either may notice)
                scanner.scan(buffer)
                buffer.feed(frame[at:])
                scanner.scan(buffer)


@each_form
def test_reset_forgets_a_reply_in_progress(form: Form) -> None:
    buffer, scanner = parts(form)
    buffer.feed(b"*2\r\n:1\r\n")
    assert scanner.scan(buffer) == 0
    buffer.consume(buffer.size())
    scanner.reset()
    buffer.feed(b"+OK\r\n")
    assert scanner.scan(buffer) == 5


@each_form
def test_a_reply_in_many_pieces_is_scanned_once(form: Form) -> None:
    # Scanning 200,000 elements anew for each of 40,000 pieces would take hours.
    frame = b"*200000\r\n" + b":1\r\n" * 200_000
    pieces = [frame[i : i + 20] for i in range(0, len(frame), 20)]
    assert frames_of(form, pieces) == [frame]
    line = b"+" + b"a" * 1_000_000 + b"\r\n"
    assert frames_of(form, [line[i : i + 50] for i in range(0, len(line), 50)]) == [line]


@each_form
@given(st.lists(replies(), max_size=5), st.data())
def test_generated_replies_are_found_however_they_are_split(form: Form, sent: list[Reply], data: st.DataObject) -> None:
    wires = [reply.wire for reply in sent]
    stream = b"".join(wires)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert frames_of(form, pieces) == wires


@each_form
@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from([*FRAMES[:27], *BROKEN, b"\r\n", b"*", b"$1"]), max_size=4).map(b"".join)
)
def test_any_bytes_give_frames_or_a_protocol_error(form: Form, stream: bytes) -> None:
    def outcome(pieces: list[bytes]) -> list[bytes]:
        buffer, scanner = parts(form)
        found = []
        try:
            for piece in pieces:
                buffer.feed(piece)
                while length := scanner.scan(buffer):
                    found.append(buffer.peek()[:length])
                    buffer.consume(length)
        except InvalidResponse:
            found.append(b"refused")
        return found

    whole = outcome([stream])
    assert outcome([stream[i : i + 1] for i in range(len(stream))]) == whole
    assert stream.startswith(b"".join(frame for frame in whole if frame != b"refused"))
