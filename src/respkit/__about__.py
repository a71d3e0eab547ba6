"""The version, in one place: setuptools and ``respkit --version`` read it here; and which build is running."""

from __future__ import annotations

__version__ = "0.1.0"


def hot_modules() -> dict[str, bool]:
    """The modules that the build may compile, by name, and whether each runs as an extension."""
    from importlib.machinery import EXTENSION_SUFFIXES
    from pathlib import Path

    package = Path(__file__).parent
    found = {}
    for pxd in sorted(package.rglob("*.pxd")):
        if pxd.with_suffix(".py").exists():
            name = ".".join(pxd.relative_to(package.parent).with_suffix("").parts)
            found[name] = any(pxd.with_suffix(suffix).exists() for suffix in EXTENSION_SUFFIXES)
    return found


def build() -> str:
    """``compiled``, ``pure``, or ``mixed`` where only some of the hot modules are compiled, which is a broken build."""
    states = set(hot_modules().values())
    if len(states) > 1:
        return "mixed"
    return "compiled" if True in states else "pure"
