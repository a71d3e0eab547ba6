"""The bench's arithmetic and its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import report
from bench.rows import OURS, Options, Row, Sample, Table, interleave


def samples(*cpu_us: float) -> list[Sample]:
    return [Sample(1000, 0.5, cpu_s=us * 1000 / 1e6, p50_ms=0.1, p99_ms=0.9) for us in cpu_us]


def test_a_ratio_compares_the_programs_of_one_round() -> None:
    row = Row("GET", {OURS: samples(8, 10, 9), "peer": samples(10, 10, 10)}, {"peer": 0.85})
    ratio = row.ratio("peer")
    assert (ratio.low, ratio.middle, ratio.high) == pytest.approx((0.8, 0.9, 1.0))


@pytest.mark.parametrize(("bar", "met"), [(1.0, True), (0.95, True), (0.9, True), (0.85, True), (0.84, False)])
def test_a_bar_is_met_within_the_tolerance(bar: float, met: bool) -> None:
    row = Row("GET", {OURS: samples(9), "peer": samples(10)}, {"peer": bar})
    assert row.met("peer") is met


def test_a_row_without_a_bar_has_no_verdict() -> None:
    row = Row("MSET", {OURS: samples(9), "peer": samples(10)})
    assert row.met("peer") is None
    assert report.verdict(row, "peer") == ""


def test_rounds_are_interleaved_after_one_that_does_not_count() -> None:
    order: list[str] = []

    def measure(name: str) -> Sample:
        order.append(name)
        return Sample(len(order), 1.0)

    row = interleave(Row("GET"), 2, {"a": lambda: measure("a"), "b": lambda: measure("b")})
    assert order == ["a", "b", "a", "b", "b", "a"]
    assert [sample.requests for sample in row.samples["a"]] == [3, 6]


def test_results_name_every_bar_that_is_missed(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="plots need matplotlib (pip install respkit[bench])")
    good = Row("PING", {OURS: samples(5), "peer": samples(10)}, {"peer": 1.0})
    bad = Row("GET", {OURS: samples(20), "peer": samples(10)}, {"peer": 1.0})
    report.write([Table("Server", "server", "How.", [good, bad])], tmp_path / "RESULTS.md", Options())
    text = (tmp_path / "RESULTS.md").read_text()
    assert "Bars met: 1 of 2" in text
    assert "- not met: Server, GET: 2.00 × peer, bar 1" in text
    assert "| PING | 5.00 (5.00–5.00) | 10.0 (10.0–10.0) | peer | **0.50** (0.50–0.50) | ≤ 1 | met |" in text
    assert (tmp_path / "plots/server.png").stat().st_size > 1000


@pytest.mark.parametrize(("value", "text"), [(1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (0.05, "0.05")])
def test_figures_have_three_significant_digits(value: float, text: str) -> None:
    assert report.number(value) == text
