"""redis.conf and the command line: directives, one a line, applied in order.

The command line is turned into lines that follow the file's, so that it wins: ``--port 7000`` is ``port "7000"``.
"""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Callable

from respkit.errors import ConfigError
from respkit.resp.inbuf import split_words
from respkit.server.config.settings import Settings
from respkit.server.quoting import quoted

# Names that older versions had and that mean nothing now: accepted with their one value, and passed over.
OBSOLETE = (b"list-max-ziplist-entries", b"list-max-ziplist-value", b"lua-replicate-commands")
# A file that includes itself would never end.
MAX_INCLUDE_DEPTH = 32


class ConfigFileError(ConfigError):
    """A directive is wrong. The text is what goes to stderr."""


class ConfigReader:
    """Reads directives into settings. What settings do not hold goes to `directive`: ``user``, ``rename-command``, ….

    `directive` takes the words; it returns False where it does not know the directive, and raises ValueError
    where it is wrong.
    """

    def __init__(self, settings: Settings, directive: Callable[[list[bytes]], bool]) -> None:
        self.settings = settings
        self.directive = directive
        self.depth = 0

    def load(self, path: bytes | None, stdin: bool = False, options: bytes = b"") -> None:
        """A file, then standard input, then the command line's options."""
        text = b""
        if path is not None:
            text = read_files(path)
        if stdin:
            text += sys.stdin.buffer.read()
        if options:
            text += b"\n" + options
        self.read(text)

    def read(self, text: bytes) -> None:
        """All lines of `text`; ConfigFileError names the first that is wrong."""
        for number, raw in enumerate(text.split(b"\n"), 1):
            line = raw.strip(b" \t\r\n")
            if not line or line.startswith(b"#"):
                continue
            try:
                self.line(line)
            except ValueError as error:
                raise ConfigFileError(fatal_text(str(error), number, line)) from None

    def line(self, line: bytes) -> None:
        words = split_words(line)
        if words is None:
            raise ValueError("Unbalanced quotes in configuration line")
        if not words:
            return
        name = words[0] = words[0].lower()
        if self.settings.read(name, words[1:]):
            return
        if name in OBSOLETE and len(words) == 2:
            return
        if name == b"include" and len(words) == 2:
            self.include(words[1])
        elif not self.directive(words):
            raise ValueError("Bad directive or wrong number of arguments")

    def include(self, path: bytes) -> None:
        if self.depth == MAX_INCLUDE_DEPTH:
            raise ValueError("Too many levels of include")
        self.depth += 1
        self.read(read_files(path))
        self.depth -= 1


def read_files(path: bytes) -> bytes:
    """A file's content, or that of all files that a pattern matches: of none, nothing. ConfigError if one cannot be read."""
    paths = sorted(glob.glob(path)) if any(byte in b"*?[" for byte in path) else [path]
    parts = []
    for one in paths:
        try:
            with open(one, "rb") as file:
                parts.append(file.read())
        except OSError as error:
            raise ConfigError(f"Fatal error, can't open config file '{os.fsdecode(one)}': {error.strerror}") from None
    return b"".join(parts)


def fatal_text(reason: str, number: int = 0, line: bytes = b"") -> str:
    """What Redis prints before it gives up; `number` is 0 where no line is to blame."""
    where = f"Reading the configuration file, at line {number}\n>>> '{line.decode('utf-8', 'surrogateescape')}'\n"
    return f"\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n{where if number else ''}{reason}\n"


def parse_command_line(words: list[str]) -> tuple[bytes | None, bool, bytes]:
    """The file, whether standard input is to be read, and the options as lines of redis.conf.

    An option takes all words up to the next that begins with ``--``, and at least one, whatever it begins with;
    ``--save`` alone may have none. ``--option value`` may also be one word.
    """
    arguments = [os.fsencode(word) for word in words]
    path: bytes | None = None
    stdin = False
    first = 0
    if arguments and not arguments[0].startswith(b"-"):
        path = os.path.abspath(arguments[0])
        first = 1
    lines: list[bytes] = []
    satisfied = True  # the option before has its value, so that the next `--` begins another
    for place in range(first, len(arguments)):
        word = arguments[place]
        last = place == len(arguments) - 1
        if word == b"-" and (place == 0 or last):
            stdin = True
        elif satisfied and word.startswith(b"--"):
            lines.append(word[2:])
            satisfied = len(split_words(word) or [b"", b""]) > 1
            if word.lower() == b"--save" and (last or arguments[place + 1].startswith(b"--")):
                lines[-1] += b' ""'
                satisfied = True
        else:
            if not lines:
                lines.append(b"")
            lines[-1] += b" " + quoted(word)
            satisfied = True
    return path, stdin, b"\n".join(lines)
