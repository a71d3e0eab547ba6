"""``respkit server``."""

from __future__ import annotations

import sys


def main(argv: list[str]) -> int:
    """Runs the server until it is told to stop; returns the exit status."""
    print("respkit server: not built yet", file=sys.stderr)
    return 1
