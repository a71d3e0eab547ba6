"""CONFIG, TIME, SHUTDOWN, LOLWUT: commands for those who run a server."""

from __future__ import annotations

from respkit.errors import CommandError, ConfigError
from respkit.net import clock
from respkit.resp.inbuf import Args
from respkit.server.client import is_local
from respkit.server.session import Commands, Session

SYNTAX_ERROR = b"ERR syntax error"


def install(commands: Commands) -> None:
    """Gives the commands of this module their handlers."""
    commands.attach_python(b"config|get", config_get_command)
    commands.attach_python(b"config|set", config_set_command)
    commands.attach_python(b"config|resetstat", config_resetstat_command)
    commands.attach_python(b"config|rewrite", config_rewrite_command)
    commands.attach_python(b"time", time_command)
    commands.attach_python(b"shutdown", shutdown_command)
    commands.attach_python(b"lolwut", lolwut_command)


def protected_allowed(session: Session, setting: str) -> bool:
    """What ``enable-debug-command`` and its like say to this client: ``yes``, ``no``, or ``local`` for this machine's."""
    value = session.server.app.settings[setting]
    return value == "yes" or (value == "local" and is_local(session))


def config_get_command(session: Session, args: Args) -> None:
    """``CONFIG GET pattern …`` → a map of names and values."""
    found: dict[bytes, bytes] = {}
    for i in range(2, len(args)):
        for name, value in session.server.app.settings.matching(args.bytes_at(i)):
            found.setdefault(name, value)
    session.out.map(len(found))
    for name, value in found.items():
        session.out.bulk(name)
        session.out.bulk(value)


def config_set_command(session: Session, args: Args) -> None:
    """``CONFIG SET name value …``: all of them or none."""
    if len(args) % 2:
        raise CommandError(SYNTAX_ERROR)
    pairs = [(args.bytes_at(i), args.bytes_at(i + 1)) for i in range(2, len(args), 2)]
    try:
        session.server.app.settings.change(pairs, protected_allowed(session, "enable-protected-configs"))
    except ConfigError as error:
        raise CommandError(b"ERR " + str(error).encode("utf-8", "surrogateescape")) from None
    session.out.ok()


def config_resetstat_command(session: Session, args: Args) -> None:
    """``CONFIG RESETSTAT``: the statistics of INFO begin anew."""
    session.server.app.reset_statistics()
    session.out.ok()


def config_rewrite_command(session: Session, args: Args) -> None:
    """``CONFIG REWRITE``: the file that the server was started with says what holds now."""
    server = session.server.app
    if server.config_file is None:
        raise CommandError(b"ERR The server is running without a config file")
    try:
        server.rewrite_config(False)
    except OSError as error:
        server.log.warning(f"CONFIG REWRITE failed: {error.strerror}")
        raise CommandError(f"ERR Rewriting config file: {error.strerror}".encode()) from None
    server.log.warning("CONFIG REWRITE executed with success.")
    session.out.ok()


def time_command(session: Session, args: Args) -> None:
    """``TIME`` → seconds and microseconds of Unix time."""
    now_us = clock.unix_us()
    session.out.array(2)
    session.out.bulk_integer(now_us // 1_000_000)
    session.out.bulk_integer(now_us % 1_000_000)


def shutdown_command(session: Session, args: Args) -> None:
    """``SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]``: no reply where it succeeds."""
    words = {args.bytes_at(i).lower() for i in range(1, len(args))}
    if not words <= {b"nosave", b"save", b"now", b"force", b"abort"} or {b"nosave", b"save"} <= words:
        raise CommandError(SYNTAX_ERROR)
    if b"abort" in words:
        if len(words) > 1:
            raise CommandError(SYNTAX_ERROR)
        raise CommandError(b"ERR No shutdown in progress.")
    server = session.server.app
    if server.on_shutdown is None:
        raise CommandError(b"ERR SHUTDOWN is not for a server embedded in a program: the program ends it")
    server.log.warning("User requested shutdown...")
    server.on_shutdown()


def lolwut_command(session: Session, args: Args) -> None:
    """``LOLWUT [VERSION version] [arguments]`` → the version, in large letters of no great art."""
    session.out.verbatim(b"txt", LOLWUT)


LOLWUT = b"""\
 ___  ___  ___ ___ _   _ _  _____
| _ \\| __|/ __| _ \\ |_/ / ||_   _|
|   /| _| \\__ \\  _/   _/| |  | |
|_|_\\|___||___/_| |_|\\_\\_|  |_|

Redis ver. 7.0.15
"""
