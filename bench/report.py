"""Writes ``RESULTS.md`` and one plot for each table."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from pathlib import Path

from bench.rows import OURS, TOLERANCE, UNITS, Options, Row, Spread, Table
from respkit.cli.main import version


def number(value: float) -> str:
    """Three significant figures, without an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread_text(spread: Spread) -> str:
    return f"{number(spread.middle)} ({number(spread.low)}–{number(spread.high)})"


def ratio_text(spread: Spread) -> str:
    return f"**{spread.middle:.2f}** ({spread.low:.2f}–{spread.high:.2f})"


def verdict(row: Row, peer: str) -> str:
    met = row.met(peer)
    return "" if met is None else "met" if met else "**not met**"


def bar_text(row: Row, peer: str) -> str:
    bar = row.bars.get(peer)
    return "" if bar is None else f"≤ {bar:.3g}"


def cost_table(table: Table) -> list[str]:
    """A line for each row and peer: what a request costs, and the ratio against the bar."""
    metric = table.rows[0].metric
    lines = [
        f"| {UNITS[metric]} | respkit | peer | | ratio | bar | |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in table.rows:
        for peer in row.peers:
            lines.append(
                f"| {row.name} | {spread_text(row.spread(OURS))} | {spread_text(row.spread(peer))} | {peer} "
                f"| {ratio_text(row.ratio(peer))} | {bar_text(row, peer)} | {verdict(row, peer)} |"
            )
    return lines


def speed_table(table: Table) -> list[str]:
    """Throughput and, where it was measured, latency: the medians of the rounds."""
    if not any(sample.seconds for row in table.rows for samples in row.samples.values() for sample in samples):
        return []
    lines = [
        "",
        "| a second | program | median | lowest | highest | p50 ms | p99 ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in table.rows:
        for program, samples in row.samples.items():
            rate = Spread.of([sample.per_second for sample in samples])
            latency = [
                number(Spread.of(found).middle) if (found := [v for v in values if v is not None]) else ""
                for values in ([s.p50_ms for s in samples], [s.p99_ms for s in samples])
            ]
            figures = " | ".join([f"{rate.middle:,.0f}", f"{rate.low:,.0f}", f"{rate.high:,.0f}", *latency])
            lines.append(f"| {row.name} | {program} | {figures} |")
    return lines


def summary(tables: list[Table]) -> list[str]:
    verdicts = [(t, row, peer, row.met(peer)) for t in tables for row in t.rows for peer in row.peers]
    met = [entry for entry in verdicts if entry[3] is True]
    missed = [entry for entry in verdicts if entry[3] is False]
    lines = [f"Bars met: {len(met)} of {len(met) + len(missed)}, within {TOLERANCE:.0%}."]
    for table, row, peer, _ in missed:
        ratio = row.ratio(peer).middle
        lines.append(f"- not met: {table.title}, {row.name}: {ratio:.2f} × {peer}, bar {row.bars[peer]:.3g}")
    return lines


def machine() -> list[str]:
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    versions = [version()]
    for program, flag in (("redis-server", "--version"), ("nutcracker", "--version")):
        versions.append(_first_line([program, flag]))
    for package in ("uvloop", "redis", "hiredis", "coredis", "valkey-glide"):
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    cores = len(os.sched_getaffinity(0))
    return [
        f"- {model}, {cores} cores, Linux {platform.release()}",
        f"- {'; '.join(text for text in versions if text)}",
    ]


def _first_line(command: list[str]) -> str:
    path = shutil.which(command[0]) or shutil.which(command[0], path="/usr/sbin")
    if path is None:
        return ""
    done = subprocess.run([path, *command[1:]], capture_output=True, text=True, timeout=30, check=False)
    words = (done.stdout or done.stderr).splitlines()[0]
    return " ".join(words.split()[:3]).removeprefix("This is ")


def plot(table: Table, folder: Path) -> Path:
    """Ratios as horizontal bars, the peer at 1, the bar to reach as a mark."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    entries = [(row, peer) for row in table.rows for peer in row.peers]
    several = len({peer for _, peer in entries}) > 1
    figure, axes = pyplot.subplots(figsize=(8, 0.8 + 0.34 * len(entries)), layout="constrained")
    for place, (row, peer) in enumerate(entries):
        ratio = row.ratio(peer)
        colour = "#b5483a" if row.met(peer) is False else "#3a7ab5"
        errors = [[ratio.middle - ratio.low], [ratio.high - ratio.middle]]
        axes.barh(place, ratio.middle, color=colour, xerr=errors, error_kw={"lw": 0.8, "capsize": 2})
        axes.text(ratio.high, place, f" {ratio.middle:.2f}", va="center", fontsize=8)
        if peer in row.bars:
            axes.plot([row.bars[peer]] * 2, [place - 0.45, place + 0.45], color="black", lw=1.5)
    axes.set_yticks(range(len(entries)), [row.name + (f" / {peer}" if several else "") for row, peer in entries])
    axes.tick_params(labelsize=8)
    axes.invert_yaxis()
    axes.axvline(1.0, color="grey", lw=0.8, ls="--")
    peer_names = "peer" if several else entries[0][1]
    axes.set_xlabel(
        f"{UNITS[table.rows[0].metric]}, respkit / {peer_names}   (less is better; black: the bar)", fontsize=8
    )
    axes.set_title(table.title, fontsize=10)
    path = folder / f"{table.slug}.png"
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
    return path


def write(tables: list[Table], path: Path, options: Options) -> None:
    plots = path.parent / "plots"
    plots.mkdir(parents=True, exist_ok=True)
    lines = ["# respkit beside its peers", ""]
    if options.quick:
        lines += ["**A quick run, to see that everything works: its figures mean nothing.**", ""]
    lines += [
        "Written by `make bench`. Every row measures respkit and its peer in turn, in one run, "
        f"{options.rounds} rounds after one that does not count: median (lowest–highest). CPU is the kernel's count for the "
        "measured process, user and system, which has a core of its own; the load has the other. A ratio is respkit / peer of the "
        f"same round, so less is better. Two runs of one program differ by several per cent: a bar is met within {TOLERANCE:.0%}.",
        "",
        *machine(),
        "",
        *summary(tables),
        "",
    ]
    for table in tables:
        plot(table, plots)
        lines += [
            f"## {table.title}",
            "",
            f"{table.text} Measured on {table.date}.",
            "",
            f"![{table.title}](plots/{table.slug}.png)",
            "",
        ]
        lines += cost_table(table) + speed_table(table) + [""]
        note = Path(__file__).with_name("notes") / f"{table.slug}.md"
        if note.exists():
            lines += [note.read_text().rstrip(), ""]
    path.write_text("\n".join(lines))
