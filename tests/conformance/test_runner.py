"""The conformance runner: reading the suite's output, and keeping the lists."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import lists, runner, suite

OUTPUT = """\
Starting test server at port 12008
[ready]: 8080
Testing unit/type/string
[ok]: SET and GET an item (3 ms)
[ok]: Very big payload random access (205 ms)
[err]: MGET in tests/unit/type/string.tcl
Expected 'BAR FOO' to be equal to 'foo bar'
[ok]: not at a line's start is text of the error
[ok]: ZUNIONSTORE error if using WITHSCORES  (1 ms)
[skip]: Large memory: needs --large-memory
[ignore]: Tags: external:skip denied
[ok]: SETRANGE (with a parenthesis) (0 ms)
[exception]: Executing test client: ERR unknown command 'rpush'.
    while executing
"r rpush l a"
[1/1 done]: unit/type/string (4 seconds)

                   The End
"""


def test_parse_counts_ok_lines_alone() -> None:
    outcome = runner.parse("unit/type/string", OUTPUT.splitlines(keepends=True))
    assert outcome.passed == [
        "SET and GET an item",
        "Very big payload random access",
        "ZUNIONSTORE error if using WITHSCORES ",
        "SETRANGE (with a parenthesis)",
    ]
    assert outcome.finished


def test_parse_keeps_skips_and_errors_with_their_text() -> None:
    outcome = runner.parse("unit/type/string", OUTPUT.splitlines(keepends=True))
    assert outcome.skipped == ["Large memory: needs --large-memory", "Tags: external:skip denied"]
    assert [failure.splitlines()[0][:12] for failure in outcome.failures] == ["[err]: MGET ", "[exception]:"]
    assert "Expected 'BAR FOO'" in outcome.failures[0]


def test_parse_of_a_run_that_was_cut_off() -> None:
    outcome = runner.parse("unit/quit", ["[ok]: QUIT returns OK (1 ms)\n", "[ok]: Pipelined comm"])
    assert outcome.passed == ["QUIT returns OK"]
    assert not outcome.finished


def test_names_are_compared_as_a_multiset_with_digits_masked() -> None:
    expected = ["SETBIT at 17", "SETBIT at 99", "GET", "GET"]
    covered, rest = lists.take(expected, lists.multiset(["SETBIT at 3", "GET", "GET", "GET"]))
    assert covered == ["SETBIT at 17", "GET", "GET"]
    assert rest == ["SETBIT at 99"]


def test_the_passing_list_only_grows() -> None:
    expected = {"unit/x": ["a", "b", "b", "c 1"]}
    passing = {"unit/x": ["a", "b"]}
    assert lists.grown(expected, passing, "unit/x", ["b", "b", "c 7", "not in the baseline"]) == ["a", "b", "b", "c 1"]
    assert lists.grown(expected, passing, "unit/x", []) == ["a", "b"]


def test_what_passes_is_no_longer_held_back() -> None:
    held = {"needs saving": ["b", "c 1"], "needs a replica": ["d"]}
    assert lists.release(held, ["a", "b", "b", "c 1", "d"], ["a", "b", "c 1"]) == {
        "needs saving": ["b"],
        "needs a replica": ["d"],
    }


def test_every_test_passes_or_is_held_back_for_a_known_reason() -> None:
    expected = {"u": ["a", "b", "c"]}
    passing = {"u": ["a", "zzz"]}
    held = {"u": {"needs saving": ["a"], "too hard": ["c"]}}
    found = lists.problems(expected, passing, held, accounted=("u",))
    assert found == [
        "u: listed as passing, but a real Redis has no such test: zzz",
        "u: unknown reason 'too hard'",
        "u: neither passing nor held back: b",
        "u: both passing and held back, or no such test: zzz",
        "u: both passing and held back, or no such test: a",
    ]


def test_the_committed_lists_account_for_every_test() -> None:
    found = lists.problems(lists.load(lists.BASELINE), lists.load(lists.PASSING), lists.load_held_back())
    if not lists.PASSING.exists():
        pytest.skip("no list of what passes yet")
    assert found == []


def test_the_baseline_is_whole() -> None:
    baseline = lists.load(lists.BASELINE)
    assert (len(baseline), sum(map(len, baseline.values()))) == (78, 2836)


def test_lists_are_written_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    lists.save(path, {"unit/x": ["é", "a"]})
    assert json.loads(path.read_text()) == lists.load(path) == {"unit/x": ["é", "a"]}


def test_runs_side_by_side_take_different_ports() -> None:
    with runner.port_block() as one, runner.port_block() as two:
        assert one[0] != two[0]
        assert abs(one[0] - two[0]) >= one[1]


def test_an_error_of_a_run_is_not_taken_for_a_port_that_is_taken() -> None:
    with pytest.raises(FileNotFoundError), runner.port_block():
        raise FileNotFoundError("runtest")


def test_a_wrong_archive_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / suite.ARCHIVE
    archive.write_bytes(b"not the suite")
    with pytest.raises(suite.SuiteError, match="its sha256 is"):
        suite.verify(archive)


def test_debian_sources_are_turned_into_their_deb_src_form() -> None:
    stanza = "# a comment\nTypes: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm"
    assert suite._as_sources(stanza) == "Types: deb-src\nURIs: http://deb.debian.org/debian\nSuites: bookworm"


def test_what_a_run_leaves_behind_is_ended(tmp_path: Path) -> None:
    script = "import subprocess, sys; subprocess.Popen(['sleep', '600'], start_new_session=True); sys.exit(0)"
    process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, start_new_session=True)
    process.wait(30)
    assert runner.clean_up(process, tmp_path, grace_s=0) == 1
    assert runner.clean_up(process, tmp_path) == 0
