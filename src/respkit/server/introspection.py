"""COMMAND and its subcommands: the command table, as clients ask for it."""

from __future__ import annotations

from collections.abc import Callable

from respkit.commands.glob import glob_match
from respkit.commands.model import CATEGORY_BITS, Command
from respkit.commands.reply import getkeys_reply, getkeysandflags_reply, info_of, put
from respkit.commands.table import ALL, TABLE, lookup
from respkit.errors import CommandError
from respkit.resp.inbuf import Args
from respkit.server.session import Commands, Session

SYNTAX_ERROR = b"ERR syntax error"


def install(commands: Commands) -> None:
    """Gives the commands of this module their handlers."""
    commands.attach_python(b"command", command_command)
    commands.attach_python(b"command|count", count_command)
    commands.attach_python(b"command|docs", docs_command)
    commands.attach_python(b"command|info", info_command)
    commands.attach_python(b"command|list", list_command)
    commands.attach_python(b"command|getkeys", getkeys_command)
    commands.attach_python(b"command|getkeysandflags", getkeysandflags_command)


def command_command(session: Session, args: Args) -> None:
    """``COMMAND`` → what COMMAND INFO says of all commands."""
    put(session.out, [info_of(command) for command in TABLE.values()])


def count_command(session: Session, args: Args) -> None:
    """``COMMAND COUNT``"""
    session.out.integer(len(TABLE))


def info_command(session: Session, args: Args) -> None:
    """``COMMAND INFO [name …]``; null for a name that is none."""
    if len(args) == 2:
        command_command(session, args)
        return
    found = [lookup(args.bytes_at(i)) for i in range(2, len(args))]
    put(session.out, [None if command is None else info_of(command) for command in found])


def docs_command(session: Session, args: Args) -> None:
    """``COMMAND DOCS [name …]`` → a map; what is no command is left out."""
    from respkit.commands.docs import docs_of

    if len(args) == 2:
        chosen = list(TABLE.values())
    else:
        found = [lookup(args.bytes_at(i)) for i in range(2, len(args))]
        chosen = [command for command in found if command is not None]
    put(session.out, {command.name: docs_of(command) for command in chosen})


def list_command(session: Session, args: Args) -> None:
    """``COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]`` → names."""
    chosen: Callable[[Command], bool] = everything
    if len(args) == 5 and args.equals(2, b"FILTERBY"):
        word = args.bytes_at(4)
        if args.equals(3, b"MODULE"):
            chosen = nothing
        elif args.equals(3, b"ACLCAT"):
            bit = CATEGORY_BITS.get(word.decode("latin-1").lower(), 0)
            chosen = lambda command: command.category_bits & bit != 0  # noqa: E731
        elif args.equals(3, b"PATTERN"):
            chosen = lambda command: glob_match(word, command.name, True)  # noqa: E731
        else:
            raise CommandError(SYNTAX_ERROR)
    elif len(args) != 2:
        raise CommandError(SYNTAX_ERROR)
    put(session.out, [command.name for command in ALL if chosen(command)])


def everything(command: Command) -> bool:
    return True


def nothing(command: Command) -> bool:
    return False


def getkeys_command(session: Session, args: Args) -> None:
    """``COMMAND GETKEYS command [argument …]``"""
    put(session.out, getkeys_reply(args.to_list()[2:]))


def getkeysandflags_command(session: Session, args: Args) -> None:
    """``COMMAND GETKEYSANDFLAGS command [argument …]``"""
    put(session.out, getkeysandflags_reply(args.to_list()[2:]))
