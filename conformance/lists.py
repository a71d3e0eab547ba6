"""The committed lists: what a real Redis passes, what we pass, and what is held back for which reason.

Names are compared with their digits masked, since a few carry a random figure, and as multisets, since a name
occurs as often as its test ran.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
BASELINE = HERE / "redis-7.0.15.json"
PASSING = HERE / "passing.json"
HELD_BACK = HERE / "held-back.json"

# Units of which every test is accounted for: it passes, or is held back for one of REASONS.
ACCOUNTED = (
    "unit/protocol",
    "unit/auth",
    "unit/quit",
    "unit/type/string",
    "unit/type/incr",
    "unit/expire",
    "unit/keyspace",
)
REASONS = (
    "needs another type",
    "needs a later command",
    "needs saving",
    "needs a replica",
)

Units = dict[str, list[str]]
HeldBack = dict[str, dict[str, list[str]]]


def mask(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def multiset(names: list[str]) -> Counter[str]:
    return Counter(mask(name) for name in names)


def take(names: list[str], available: Counter[str]) -> tuple[list[str], list[str]]:
    """Splits ``names`` into those that ``available`` covers, each occurrence once, and the rest."""
    left = Counter(available)
    covered: list[str] = []
    rest: list[str] = []
    for name in names:
        if left[mask(name)] > 0:
            left[mask(name)] -= 1
            covered.append(name)
        else:
            rest.append(name)
    return covered, rest


def load(path: Path) -> Units:
    data: Units = json.loads(path.read_text()) if path.exists() else {}
    return data


def load_held_back(path: Path = HELD_BACK) -> HeldBack:
    data: HeldBack = json.loads(path.read_text()) if path.exists() else {}
    return data


def save(path: Path, data: Units | HeldBack) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def grown(expected: Units, passing: Units, unit: str, passed: list[str]) -> list[str]:
    """The unit's entry of the passing list after a run: what was there, and what passed now. It never shrinks."""
    return take(expected[unit], multiset(passing.get(unit, [])) | multiset(passed))[0]


def release(held: dict[str, list[str]], expected: list[str], passing: list[str]) -> dict[str, list[str]]:
    """The held-back entry of a unit without what passes by now."""
    missing = multiset(take(expected, multiset(passing))[1])
    kept: dict[str, list[str]] = {}
    for reason, names in held.items():
        covered, _ = take(names, missing)
        missing -= multiset(covered)
        if covered:
            kept[reason] = covered
    return kept


def problems(expected: Units, passing: Units, held: HeldBack, accounted: tuple[str, ...] = ACCOUNTED) -> list[str]:
    """What is wrong with the lists themselves, a line each."""
    found = []
    for unit, names in passing.items():
        extra = take(names, multiset(expected.get(unit, [])))[1]
        found += [f"{unit}: listed as passing, but a real Redis has no such test: {name}" for name in extra]
    for unit in accounted:
        reasons = held.get(unit, {})
        found += [f"{unit}: unknown reason {reason!r}" for reason in reasons if reason not in REASONS]
        names = passing.get(unit, []) + [name for group in reasons.values() for name in group]
        accounted_for = multiset(names)
        unaccounted = take(expected[unit], accounted_for)[1]
        found += [f"{unit}: neither passing nor held back: {name}" for name in unaccounted]
        extra = take(names, multiset(expected[unit]))[1]
        found += [f"{unit}: both passing and held back, or no such test: {name}" for name in extra]
    return found
