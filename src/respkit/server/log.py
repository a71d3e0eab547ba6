"""The log, in Redis's format: ``4711:M 23 Nov 2026 02:59:53.169 * Ready to accept connections``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

DEBUG, VERBOSE, NOTICE, WARNING = range(4)
LEVELS = {"debug": DEBUG, "verbose": VERBOSE, "notice": NOTICE, "warning": WARNING}
_MARKS = ".-*#"
# Redis cuts a message there; whole lines fit one write, so that those of several processes do not mix.
MAX_MESSAGE_CHARACTERS = 1024


class Log:
    """Where a server's messages go: `write` takes a level and a text."""

    def __init__(self, write: Callable[[int, str], None], level: int = NOTICE) -> None:
        self.write = write
        self.level = level

    def debug(self, text: str) -> None:
        if self.level <= DEBUG:
            self.write(DEBUG, text)

    def verbose(self, text: str) -> None:
        if self.level <= VERBOSE:
            self.write(VERBOSE, text)

    def notice(self, text: str) -> None:
        if self.level <= NOTICE:
            self.write(NOTICE, text)

    def warning(self, text: str) -> None:
        self.write(WARNING, text)


class LogFile:
    """Writes lines to a file, opened anew for each so that it may be moved away, or to standard output."""

    def __init__(self, path: bytes = b"") -> None:
        self.path = path
        # M: a master, S: a replica, C: a child, or a process that has not begun to serve.
        self.role = "C"

    def __call__(self, level: int, text: str) -> None:
        now = time.time()
        stamp = time.strftime("%d %b %Y %H:%M:%S", time.localtime(now))
        text = text[:MAX_MESSAGE_CHARACTERS]
        line = f"{os.getpid()}:{self.role} {stamp}.{int(now * 1000) % 1000:03d} {_MARKS[level]} {text}\n"
        self.raw(line.encode("utf-8", "surrogateescape"))

    def raw(self, text: bytes) -> None:
        """Text as it is, such as the logo."""
        if not self.path:
            sys.stdout.flush()
            _write_all(1, text)
            return
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError:
            return
        try:
            _write_all(descriptor, text)
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, text: bytes) -> None:
    try:
        while text:
            text = text[os.write(descriptor, text) :]
    except OSError:
        pass  # nobody listens: a server goes on without its log


def to_logging(level: int, text: str) -> None:
    """For a server inside somebody's program: its messages go to Python's logging, to ``respkit.server``."""
    import logging

    levels = (logging.DEBUG, logging.DEBUG, logging.INFO, logging.WARNING)
    logging.getLogger("respkit.server").log(levels[level], text)
