"""``respkit server``."""

from __future__ import annotations


def main(argv: list[str]) -> int:
    """Runs the server until it is told to stop; returns the exit status."""
    from respkit.server.process import main as run

    return run(argv)
