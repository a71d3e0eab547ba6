"""``python -m bench``: every table, or those named, and ``RESULTS.md``."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

from bench import report
from bench.programs import MissingPeerError
from bench.rows import Options, Table
from respkit.__about__ import build

HERE = Path(__file__).resolve().parent
SECTIONS = ("server", "proxy", "client", "reader")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds of each row (3)")
    parser.add_argument("--quick", action="store_true", help="short runs, to see that it works; written elsewhere")
    parser.add_argument("--out", type=Path, help="default: bench/RESULTS.md; with --quick, build/bench/RESULTS.md")
    options = parser.parse_args(argv)
    wanted = options.sections or list(SECTIONS)
    if unknown := [name for name in wanted if name not in SECTIONS]:
        parser.error(f"no such section: {', '.join(unknown)}")
    settings = Options(rounds=1 if options.quick else options.rounds, quick=options.quick)
    out = options.out or (HERE.parent / "build/bench/RESULTS.md" if options.quick else HERE / "RESULTS.md")

    if build() != "compiled" and not options.quick:
        print(f"this build is {build()}: what is compared is the compiled one", file=sys.stderr)
        return 1
    found: dict[str, list[Table]] = {}
    for name in wanted:
        started = time.monotonic()
        try:
            found[name] = importlib.import_module(f"bench.{name}").tables(settings)
        except MissingPeerError as missing:
            print(f"{name}: {missing} is not installed here; left out", file=sys.stderr)
            continue
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
        for table in found[name]:
            print("\n".join([f"\n{table.title}", *report.cost_table(table)]), flush=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    tables = merged(found, out.parent / ".tables.json" if not options.quick else None)
    if not tables:
        return 1
    report.write(tables, out, settings)
    print(f"\n{out}")
    return 0


def merged(found: dict[str, list[Table]], store: Path | None) -> list[Table]:
    """What was measured now, and, of the sections that were not, what an earlier run on this machine left."""
    kept: dict[str, list[Table]] = {}
    if store is not None:
        if store.exists():
            measured = json.loads(store.read_text())
            kept = {name: [Table.from_json(table) for table in tables] for name, tables in measured.items()}
        kept.update(found)
        text = json.dumps({name: [table.to_json() for table in tables] for name, tables in kept.items()}, indent=1)
        store.write_text(text + "\n")
    else:
        kept = found
    return [table for name in SECTIONS for table in kept.get(name, [])]


if __name__ == "__main__":
    sys.exit(main())
