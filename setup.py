"""Compiles the hot modules. Everything else about the package is in pyproject.toml.

``RESPKIT_BUILD`` chooses: ``compiled`` fails when it cannot compile, ``pure`` does not try, and the
default compiles where there is a compiler and says so where there is none.

A hot module is compiled when a ``.pxd`` lies beside it: a ``.pyx`` where the module is a leaf that owns C memory
(its plain form is the ``.py`` of the same name), else the ``.py`` itself. So the list of hot modules is the
tree, and cannot be forgotten here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from setuptools import setup

PACKAGE = Path("src/respkit")


def sources() -> dict[str, Path]:
    """Module name → file to compile."""
    found: dict[str, Path] = {}
    for pxd in sorted(PACKAGE.rglob("*.pxd")):
        source = pxd.with_suffix(".pyx")
        if not source.exists():
            source = pxd.with_suffix(".py")
        if not source.exists():
            continue  # declarations alone, such as those of the C library
        if source.suffix == ".py" and "the plain form" in source.read_text()[:200]:
            continue  # a leaf whose compiled form is not written yet
        found[".".join(pxd.relative_to("src").with_suffix("").parts)] = source
    return found


def extensions() -> list[object]:
    from Cython.Build import cythonize
    from setuptools import Extension

    flags = os.environ.get("RESPKIT_CFLAGS", "-O3").split()
    link = os.environ.get("RESPKIT_LDFLAGS", "").split()
    modules = [
        Extension(name, [str(source)], extra_compile_args=flags, extra_link_args=link)
        for name, source in sources().items()
    ]
    return list(
        cythonize(
            modules,
            include_path=["src"],
            nthreads=os.cpu_count() or 1,
            # Python's own semantics for the single-source modules; a leaf drops what it checks itself in its header.
            compiler_directives={"language_level": "3", "embedsignature": False},
        )
    )


wanted = os.environ.get("RESPKIT_BUILD", "")
if wanted not in ("", "compiled", "pure"):
    sys.exit(f"RESPKIT_BUILD is {wanted!r}: it is 'compiled', 'pure', or not set")

setup(ext_modules=[] if wanted == "pure" else extensions())
