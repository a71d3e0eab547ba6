"""``respkit proxy``."""

from __future__ import annotations

import sys


def main(argv: list[str]) -> int:
    """Runs the proxy until it is told to stop; returns the exit status."""
    print("respkit proxy: not built yet", file=sys.stderr)
    return 1
