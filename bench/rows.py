"""What a table is made of: rows, and in a row one sample for each program and round.

A ratio is ours / peer of the same round, so below 1 is cheaper; a row's verdict is the median of its ratios
against its bar. Two runs of one program differ by several per cent, so a bar is met within ``TOLERANCE``.
"""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

TOLERANCE = 0.06
OURS = "respkit"

# cpu: CPU time of the measured process for a request, µs. wall: elapsed time for a request, µs. memory: bytes for a key.
Metric = Literal["cpu", "wall", "memory"]
UNITS = {"cpu": "µs of CPU", "wall": "µs", "memory": "bytes"}


@dataclass(frozen=True)
class Options:
    """``quick`` shortens every run to see that it works: its figures mean nothing."""

    rounds: int = 3
    quick: bool = False

    def scaled(self, requests: int) -> int:
        return max(requests // 100, 200) if self.quick else requests


@dataclass(frozen=True)
class Sample:
    """One round of one program."""

    requests: int
    seconds: float
    cpu_s: float = 0.0
    p50_ms: float | None = None
    p99_ms: float | None = None
    bytes_used: int = 0

    def value(self, metric: Metric) -> float:
        total = {"cpu": self.cpu_s * 1e6, "wall": self.seconds * 1e6, "memory": float(self.bytes_used)}[metric]
        return total / self.requests

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Spread:
    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        return cls(min(values), statistics.median(values), max(values))


@dataclass
class Row:
    """One case, measured with every program: ``samples[program][round]``. ``bars[peer]`` is the ratio to reach."""

    name: str
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    bars: dict[str, float] = field(default_factory=dict)
    metric: Metric = "cpu"

    def add(self, program: str, sample: Sample) -> None:
        self.samples.setdefault(program, []).append(sample)

    @property
    def peers(self) -> list[str]:
        return [program for program in self.samples if program != OURS]

    def spread(self, program: str) -> Spread:
        return Spread.of([sample.value(self.metric) for sample in self.samples[program]])

    def ratio(self, peer: str) -> Spread:
        rounds = zip(self.samples[OURS], self.samples[peer], strict=True)
        return Spread.of([ours.value(self.metric) / theirs.value(self.metric) for ours, theirs in rounds])

    def met(self, peer: str) -> bool | None:
        """Whether the bar is met within the tolerance; None where there is no bar."""
        bar = self.bars.get(peer)
        return None if bar is None else self.ratio(peer).middle <= bar * (1 + TOLERANCE)


@dataclass
class Table:
    """``slug`` names the plot's file. ``text`` says how it was measured, in one or two sentences.

    What a profile says of a row that is not reached stands in ``bench/notes/<slug>.md``, which follows the table.
    """

    title: str
    slug: str
    text: str
    rows: list[Row] = field(default_factory=list)
    date: str = field(default_factory=lambda: datetime.date.today().isoformat())

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Table:
        """What ``to_json`` gave."""
        rows = [
            Row(**{**row, "samples": {name: [Sample(**one) for one in ofs] for name, ofs in row["samples"].items()}})
            for row in fields["rows"]
        ]
        return cls(**{**fields, "rows": rows})


def interleave(row: Row, rounds: int, programs: dict[str, Callable[[], Sample]], warm_up: bool = True) -> Row:
    """Measures ``rounds`` rounds, all programs in each, after one that does not count; every other round backwards."""
    if warm_up:
        for measure in programs.values():
            measure()
    for number in range(rounds):
        order = list(programs) if number % 2 == 0 else list(reversed(programs))
        for program in order:
            row.add(program, programs[program]())
    row.samples = {program: row.samples[program] for program in programs}
    return row
