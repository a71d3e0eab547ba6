"""Compiles the hot modules. Everything else about the package is in pyproject.toml.

``RESPKIT_BUILD`` chooses: ``compiled`` fails when it cannot compile, ``pure`` does not try, and the
default compiles where there is a compiler and says so where there is none.

A hot module is compiled when a ``.pxd`` lies beside it: a ``.pyx`` where the module is a leaf that owns C memory
(its plain form is the ``.py`` of the same name), else the ``.py`` itself. So the list of hot modules is the
tree, and cannot be forgotten here.

``RESPKIT_CFLAGS`` and ``RESPKIT_LDFLAGS`` replace the flags of the compiler and the linker, as the build under
AddressSanitizer does.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

PACKAGE = Path("src/respkit")
CYTHON_OUTPUT = "build/cython"
# No debug information: it doubles the time that a compilation takes, and the size of what comes out.
DEFAULT_CFLAGS = "-O3 -g0"


def sources() -> dict[str, Path]:
    """Module name → file to compile."""
    found: dict[str, Path] = {}
    for pxd in sorted(PACKAGE.rglob("*.pxd")):
        source = pxd.with_suffix(".pyx")
        if not source.exists():
            source = pxd.with_suffix(".py")
        if not source.exists():
            continue  # declarations alone, such as those of the C library
        found[".".join(pxd.relative_to("src").with_suffix("").parts)] = source
    return found


def extensions() -> list[Extension]:
    flags = os.environ.get("RESPKIT_CFLAGS", DEFAULT_CFLAGS).split()
    link = os.environ.get("RESPKIT_LDFLAGS", "").split()
    return [
        Extension(name, [str(source)], extra_compile_args=flags, extra_link_args=link, include_dirs=["src"])
        for name, source in sources().items()
    ]


class BuildExtensions(build_ext):
    """Translates with Cython only when something is built (metadata and sdist need none of it), and on all cores."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self) -> None:
        if self.extensions:
            self._translate()
        super().run()

    def _translate(self) -> None:
        from Cython.Build import cythonize

        translated = cythonize(
            [Extension(extension.name, extension.sources) for extension in self.extensions],
            build_dir=CYTHON_OUTPUT,
            include_path=["src"],
            nthreads=os.cpu_count() or 1,
            force=bool(self.force),
            # Python's own semantics for the single-source modules; a leaf drops what it checks itself in its header.
            compiler_directives={"language_level": "3", "embedsignature": False},
        )
        c_sources = {extension.name: extension.sources for extension in translated}
        for extension in self.extensions:
            extension.sources = c_sources[extension.name]


def why_not() -> str:
    """Why the hot modules cannot be compiled here; empty when they can."""
    if platform.python_implementation() != "CPython":
        return f"{platform.python_implementation()} runs the plain modules faster"
    if importlib.util.find_spec("Cython") is None:
        return "there is no Cython"
    from distutils.ccompiler import new_compiler
    from distutils.errors import CompileError, DistutilsError
    from distutils.sysconfig import customize_compiler

    include = sysconfig.get_path("include")
    with tempfile.TemporaryDirectory() as folder:
        for program, reason in (
            ("int answer;\n", "there is no C compiler (Debian: gcc)"),
            ("#include <Python.h>\n", f"there is no Python.h in {include} (Debian: python3-dev)"),
        ):
            probe = Path(folder) / "probe.c"
            probe.write_text(program)
            compiler = new_compiler()
            try:
                customize_compiler(compiler)
                with quiet():
                    compiler.compile([str(probe)], output_dir="/", include_dirs=[include])
            except (CompileError, DistutilsError, OSError):
                return reason
    return ""


@contextmanager
def quiet() -> Iterator[None]:
    """The compiler's own words go nowhere: a failed probe is no error."""
    sys.stderr.flush()
    saved = os.dup(2)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def remove_stale_extensions() -> None:
    """An extension beside a module wins on import: an uncompiled build in place must not leave any."""
    for extension in PACKAGE.rglob("*" + sysconfig.get_config_var("EXT_SUFFIX")):
        extension.unlink()


def modules_to_build() -> list[Extension]:
    wanted = os.environ.get("RESPKIT_BUILD", "")
    if wanted not in ("", "compiled", "pure"):
        sys.exit(f"RESPKIT_BUILD is {wanted!r}: it is 'compiled', 'pure', or not set")
    reason = "" if wanted == "pure" else why_not()
    if wanted == "compiled" and reason:
        sys.exit(f"RESPKIT_BUILD=compiled, but respkit cannot be compiled: {reason}")
    if reason:
        print(f"respkit: not compiled, so it will run several times slower: {reason}", file=sys.stderr)
    if wanted != "pure" and not reason:
        return extensions()
    if {"build_ext", "develop", "editable_wheel"} & set(sys.argv):
        remove_stale_extensions()
    return []


if __name__ == "__main__":
    setup(ext_modules=modules_to_build(), cmdclass={"build_ext": BuildExtensions})
