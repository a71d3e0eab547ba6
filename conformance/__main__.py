"""``python -m conformance [UNIT …]``: run units of the official suite and compare with what a real Redis passes."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from conformance import lists, runner, suite


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument("units", nargs="*", metavar="UNIT", help="such as unit/type/list (default: the units listed)")
    parser.add_argument("--all", action="store_true", help="every unit of the baseline")
    parser.add_argument("--guard", action="store_true", help="fail where a test of passing.json does not pass")
    parser.add_argument("--update", action="store_true", help="add what passes to passing.json; nothing is removed")
    parser.add_argument("--lists", action="store_true", help="only check the committed lists; run nothing")
    parser.add_argument("--only", action="append", default=[], metavar="TEST", help="only this test, or /regexp")
    parser.add_argument("--server", metavar="PATH", help="another server, such as /usr/bin/redis-server")
    parser.add_argument("--record", metavar="FILE", help="write every test that passed to FILE: how a baseline is made")
    parser.add_argument("--limit", type=float, default=900, metavar="SECONDS", help="for one unit (900)")
    parser.add_argument("--keep", action="store_true", help="keep the run's folder, with the servers' logs")
    parser.add_argument("-q", "--quiet", action="store_true", help="do not print the errors of the suite")
    return parser.parse_args(argv)


def describe(server: str | None) -> str:
    words = [server, "--version"] if server else [sys.executable, "-m", "respkit", "--version"]
    done = subprocess.run(words, env=suite.environment(), capture_output=True, text=True, timeout=60)
    return (done.stdout or done.stderr).strip()


def guarded(expected: lists.Units, passing: lists.Units, unit: str, outcome: runner.Outcome) -> list[str]:
    """The tests of the passing list that this run lost."""
    return lists.take(passing.get(unit, []), lists.multiset(outcome.passed))[1]


def report(outcome: runner.Outcome, expected: list[str], quiet: bool) -> list[str]:
    """Prints a unit's line and what is missing; returns the missing names."""
    covered, missing = lists.take(expected, lists.multiset(outcome.passed))
    state = "" if outcome.finished else "  TIMED OUT" if outcome.timed_out else "  DID NOT FINISH"
    if outcome.leftovers:
        state += f"  ({outcome.leftovers} processes left behind)"
    print(f"{outcome.unit}: {len(covered)} / {len(expected)} in {outcome.seconds:.0f} s{state}", flush=True)
    for name in missing:
        print(f"  missing: {name}")
    if not quiet:
        for failure in outcome.failures:
            print(f"  {failure}")
    return missing


def main(argv: list[str] | None = None) -> int:
    options = arguments(argv)
    expected, passing, held = lists.load(lists.BASELINE), lists.load(lists.PASSING), lists.load_held_back()
    wrong = lists.problems(expected, passing, held)
    if options.lists:
        print("\n".join(wrong) or "the lists account for every test")
        return 1 if wrong else 0

    units = list(expected) if options.all else options.units or list(dict.fromkeys([*lists.ACCOUNTED, *passing]))
    if unknown := [unit for unit in units if unit not in expected and not options.record]:
        print(f"not in the baseline: {', '.join(unknown)}", file=sys.stderr)
        return 2
    if absent := suite.missing_programs():
        print(f"the suite needs {', '.join(absent)}", file=sys.stderr)
        return 2
    try:
        root = suite.ensure()
    except suite.SuiteError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"suite {suite.VERSION} against: {describe(options.server)}", flush=True)

    extra = [word for name in options.only for word in ("--only", name)]
    lost: dict[str, list[str]] = {}
    recorded: lists.Units = {}
    total = passed = 0
    for unit in units:
        outcome = run(root, unit, options, extra)
        gone = guarded(expected, passing, unit, outcome)
        if options.guard and gone:
            # A busy machine can fail a test that watches the clock: only what fails twice is lost.
            print(f"{unit}: {len(gone)} lost, once more", flush=True)
            again = run(root, unit, options, extra)
            gone = lists.take(gone, lists.multiset(again.passed))[1]
            outcome.passed = list((lists.multiset(outcome.passed) | lists.multiset(again.passed)).elements())
        if gone:
            lost[unit] = gone
        recorded[unit] = outcome.passed
        if options.only:
            print("\n".join([f"  ok: {name}" for name in outcome.passed] + outcome.failures))
            continue
        missing = report(outcome, expected.get(unit, []), options.quiet)
        total += len(expected.get(unit, []))
        passed += len(expected.get(unit, [])) - len(missing)
        if options.update:
            update(expected, passing, held, unit, outcome.passed)
    if options.record:
        lists.save(Path(options.record), recorded)
    if not options.only:
        print(f"passed / expected: {passed} / {total}")
    for unit, names in lost.items():
        print(f"{unit}: LOST, passed before:")
        print("\n".join(f"  {name}" for name in names))
    if options.guard:
        print("\n".join(wrong))
        print("guard: " + ("failed" if lost or wrong else "nothing lost"))
        return 1 if lost or wrong else 0
    return 0


def run(root: Path, unit: str, options: argparse.Namespace, extra: list[str]) -> runner.Outcome:
    return runner.run_unit(root, unit, server=options.server, limit_s=options.limit, options=extra, keep=options.keep)


def update(expected: lists.Units, passing: lists.Units, held: lists.HeldBack, unit: str, passed: list[str]) -> None:
    """Adds what passed to the committed lists, and takes it off those held back."""
    names = lists.grown(expected, passing, unit, passed)
    if names:
        passing[unit] = names
    if unit in held:
        held[unit] = lists.release(held[unit], expected[unit], names)
    lists.save(lists.PASSING, passing)
    lists.save(lists.HELD_BACK, held)


if __name__ == "__main__":
    sys.exit(main())
