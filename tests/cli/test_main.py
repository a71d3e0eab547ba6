"""The ``respkit`` command itself."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from respkit.__about__ import __version__, build
from respkit.cli.main import main


def test_version_says_what_is_running(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    line = capsys.readouterr().out
    assert line.startswith(f"respkit {__version__} ({build()}), ")
    assert line.rstrip().endswith(f"{platform.python_implementation()} {platform.python_version()}")


def test_help_names_the_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "respkit server" in out
    assert "respkit proxy" in out


@pytest.mark.parametrize("argv", [[], ["serve"], ["--bogus"]])
def test_what_it_does_not_know_it_says_on_stderr(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Usage: respkit" in captured.err


def test_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "respkit", "--version"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("respkit ")


def test_start_up_imports_neither_a_program_nor_click() -> None:
    script = "import sys, respkit.cli.main; print([m for m in ('click', 'asyncio', 'ssl') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n"
