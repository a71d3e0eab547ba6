"""Fetches the official test suite and lays out a copy of it for one run.

The suite comes with Debian's source of ``redis``: the original archive, checked against its SHA-256 and unpacked into
``conformance/suite/``, which git ignores. It is never committed and never changed: each run works in a copy.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERSION = "7.0.15"
ARCHIVE = f"redis_{VERSION}.orig.tar.gz"
ARCHIVE_SHA256 = "4b1dc4ee6d622a09fff9c6777191209750fb5e5a725ef78ea012d6eef4c22982"
# What a run needs of the archive: the C sources and their dependencies stay packed.
PARTS = ("tests", "utils", "runtest", "runtest-sentinel", "redis.conf", "sentinel.conf")
PROGRAMS = ("redis-cli", "redis-benchmark", "redis-check-aof", "redis-check-rdb", "redis-sentinel")

BY_HAND = f"""\
The official suite could not be fetched. By hand: on a Debian or Ubuntu with deb-src among its apt sources,

    apt-get source --download-only redis

then put {ARCHIVE} (sha256 {ARCHIVE_SHA256})
into {{suite}}/ and run this again."""


class SuiteError(Exception):
    """The suite is not there, or cannot be run here; the text says why and what to do."""


def ensure(suite: Path | None = None) -> Path:
    """The unpacked suite's folder; fetches and unpacks it where it is not there yet."""
    suite = suite or Path(os.environ.get("RESPKIT_SUITE") or HERE / "suite")
    suite.mkdir(parents=True, exist_ok=True)
    root = suite / f"redis-{VERSION}"
    with (suite / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (root / "runtest").exists():
            return root
        archive = suite / ARCHIVE
        if not archive.exists():
            fetch(archive)
        verify(archive)
        unpack(archive, root)
    return root


def verify(archive: Path) -> None:
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != ARCHIVE_SHA256:
        raise SuiteError(f"{archive}: its sha256 is {found}, not {ARCHIVE_SHA256}")


def unpack(archive: Path, root: Path) -> None:
    """Unpacks ``PARTS``; the folder appears under its name only when it is complete."""
    partial = root.with_name(root.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    with tarfile.open(archive) as tar:
        top = f"redis-{VERSION}"
        members = [m for m in tar.getmembers() if m.name.split("/")[:1] == [top] and m.name.split("/")[1:2][:1] != []]
        wanted = [m for m in members if m.name.split("/")[1] in PARTS]
        tar.extractall(partial, wanted, filter="data")
    (partial / top).rename(root)
    partial.rmdir()


def fetch(archive: Path) -> None:
    """Downloads the archive with apt from the machine's own mirrors, in a private state: nothing global changes."""
    if shutil.which("apt-get") is None:
        raise SuiteError(BY_HAND.format(suite=archive.parent))
    with tempfile.TemporaryDirectory(prefix="respkit-apt-") as name:
        work = Path(name)
        sources = work / "sources.d"
        for folder in (sources, work / "state/lists/partial", work / "cache/archives/partial", work / "download"):
            folder.mkdir(parents=True)
        (work / "empty.list").touch()
        private = {
            "Dir::Etc::SourceList": work / "empty.list",
            "Dir::Etc::SourceParts": sources,
            "Dir::State": work / "state",
            "Dir::State::status": "/var/lib/dpkg/status",
            "Dir::Cache": work / "cache",
            "APT::Sandbox::User": "root",
        }
        options = [word for key, value in private.items() for word in ("-o", f"{key}={value}")]
        for text in candidates():
            (sources / "suite.sources").write_text(text)
            done = _apt([*options, "update"], work) and _apt(
                [*options, "source", "--download-only", "redis"], work / "download"
            )
            got = work / "download" / ARCHIVE
            if done and got.exists():
                shutil.copyfile(got, archive)
                return
    raise SuiteError(BY_HAND.format(suite=archive.parent))


def candidates() -> Iterator[str]:
    """apt sources to try: this machine's Debian mirrors with their sources, then Debian's own server."""
    for path in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
        stanzas = path.read_text(errors="replace").split("\n\n")
        ours = [s for s in stanzas if "debian.org" in s or "ubuntu" in s or path.stem in ("debian", "ubuntu")]
        if ours:
            yield "\n\n".join(_as_sources(s) for s in ours) + "\n"
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    yield (
        "Types: deb-src\nURIs: http://deb.debian.org/debian\nSuites: bookworm\nComponents: main\n"
        f"Signed-By: {keyring}\n"
    )


def _as_sources(stanza: str) -> str:
    lines = [line for line in stanza.splitlines() if not line.lstrip().startswith("#")]
    return "\n".join("Types: deb-src" if line.lower().startswith("types:") else line for line in lines)


def _apt(arguments: list[str], folder: Path) -> bool:
    try:
        done = subprocess.run(
            ["apt-get", "-q", *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=300
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def missing_programs() -> list[str]:
    """What a run needs from the system and does not find."""
    needed = {"tclsh": "tcl", "redis-cli": "redis-tools", "redis-benchmark": "redis-tools"}
    return [f"{program} (Debian: {package})" for program, package in needed.items() if shutil.which(program) is None]


def server_words(server: str | None) -> list[str]:
    """The command that a run tests: ours, under the interpreter and PYTHONPATH of this process, or another program."""
    return [server] if server else [sys.executable, "-m", "respkit", "server"]


@contextmanager
def layout(root: Path, server: str | None, keep: bool = False) -> Iterator[Path]:
    """A copy of the suite for one run, its ``src/`` filled with our server and the system's tools."""
    base = HERE / "tmp"
    base.mkdir(exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="run-", dir=base))
    try:
        for part in PARTS:
            source = root / part
            if source.is_dir():
                shutil.copytree(source, work / part, symlinks=True)
            elif source.exists():
                shutil.copy2(source, work / part)
        (work / "tests/tmp").mkdir(exist_ok=True)
        (work / "src").mkdir()
        _programs(work / "src", server)
        yield work
    finally:
        if not keep:
            shutil.rmtree(work, ignore_errors=True)


def _programs(folder: Path, server: str | None) -> None:
    wrapper = folder / "redis-server"
    # exec: the wrapper's pid becomes the server's, which the suite signals and looks up under /proc.
    wrapper.write_text(f'#!/bin/sh\nexec {_quoted(server_words(server))} "$@"\n')
    wrapper.chmod(0o755)
    for program in PROGRAMS:
        found = shutil.which(program)
        if found is None and program == "redis-sentinel":
            found = shutil.which("redis-server")  # one binary: it looks at its own name
        if found:
            (folder / program).symlink_to(found)


def _quoted(words: Iterable[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)


def environment() -> dict[str, str]:
    """This process's environment with an absolute PYTHONPATH (the suite runs elsewhere), without colours."""
    env = dict(os.environ, TERM="dumb")
    if path := env.get("PYTHONPATH"):
        env["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in path.split(os.pathsep) if part)
    env.pop("PYTHONSTARTUP", None)
    return env
