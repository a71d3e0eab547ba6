"""The ``respkit`` command: which program is meant. Each program's own options are read by its module.

Start-up counts (a server is ready within 150 ms), so nothing is imported here that the program may not need.
"""

from __future__ import annotations

import sys

USAGE = """\
Usage: respkit COMMAND [ARGUMENTS]

  respkit server [redis.conf] [--option value ...]   a Redis server, with redis-server's own conventions
  respkit proxy [proxy.toml] [--embedded N] ...      a proxy that authenticates users and routes their commands

  respkit COMMAND --help                             a command's own options
  respkit --version                                  version, compiled or pure, event loop, Python
"""


def main(argv: list[str] | None = None) -> int:
    """Runs the command that ``argv`` (without the program's name) names, and returns its exit status."""
    words = sys.argv[1:] if argv is None else argv
    if not words:
        print(USAGE, end="", file=sys.stderr)
        return 2
    command, rest = words[0], words[1:]
    if command == "server":
        from respkit.cli.server import main as server

        return server(rest)
    if command == "proxy":
        from respkit.cli.proxy import main as proxy

        return proxy(rest)
    if command in ("--version", "-V", "-v"):
        print(version())
        return 0
    if command in ("--help", "-h", "help"):
        print(USAGE, end="")
        return 0
    print(f"respkit: no such command: {command!r}\n\n{USAGE}", end="", file=sys.stderr)
    return 2


def version() -> str:
    """``respkit 0.1.0 (compiled), uvloop 0.22.1, CPython 3.11.2``."""
    import platform

    from respkit.__about__ import __version__, build

    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"respkit {__version__} ({build()}), {event_loop()}, {python}"


def event_loop() -> str:
    import importlib.util
    from importlib.metadata import version as version_of

    return f"uvloop {version_of('uvloop')}" if importlib.util.find_spec("uvloop") else "asyncio"
