"""The commands of a server: one `ServerCommand` for each entry of the table, with its gates and its handler."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from importlib import import_module
from typing import Final

from respkit.commands.model import NO_AUTH, WRITE, Command
from respkit.commands.table import ALL
from respkit.errors import CommandError
from respkit.resp.inbuf import Args
from respkit.server import flags
from respkit.server.session import Commands, ServerCommand, Session

# Modules whose handlers are all rare: importing them would make every start slower. A test compares the names with what
# the modules attach.
COLD: Final[dict[str, tuple[bytes, ...]]] = {
    "admin": (
        b"config|get",
        b"config|set",
        b"config|resetstat",
        b"config|rewrite",
        b"time",
        b"shutdown",
        b"lolwut",
    ),
    "client": (
        b"client|id",
        b"client|getname",
        b"client|setname",
        b"client|info",
        b"client|list",
        b"client|kill",
        b"client|reply",
        b"client|no-evict",
        b"client|getredir",
    ),
    "debug": (b"debug",),
    "info": (b"info",),
    "introspection": (
        b"command",
        b"command|count",
        b"command|docs",
        b"command|info",
        b"command|list",
        b"command|getkeys",
        b"command|getkeysandflags",
    ),
}

# States that stop every command; NOAUTH stops those alone that are not meant for strangers.
_ALWAYS = flags.GATE_ACL | flags.GATE_REPLY


def gates_of(spec: Command) -> int:
    """The states in which the command must not simply run."""
    return _ALWAYS if spec.flags & NO_AUTH else _ALWAYS | flags.GATE_UNAUTHENTICATED


def build_commands() -> Commands:
    """Every command and subcommand of the table. Those of modules in COLD load them when they are first called."""
    commands = Commands()
    for spec in ALL:
        command = commands.known[spec.name] = ServerCommand(spec, gates_of(spec), bool(spec.flags & WRITE))
        if spec.subcommands:
            command.subcommands = {}
        if spec.parent is None:
            commands.by_name[spec.name] = commands.by_name[spec.name.upper()] = command
        else:
            container, _, name = spec.name.partition(b"|")
            siblings = commands.known[container].subcommands
            assert siblings is not None
            siblings[name] = command
            if name == b"help":
                commands.attach_python(spec.name, help_command)
    for module, names in COLD.items():
        for name in names:
            commands.attach_python(name, partial(load_and_run, module))
    return commands


def load_and_run(module: str, session: Session, args: Args) -> None:
    """Loads a module of handlers, and runs the present command with its own."""
    import_module(f"respkit.server.{module}").install(session.server.commands)
    command = session.command
    assert command is not None
    assert command.python_handler is not None
    command.python_handler(session, args)


def help_command(session: Session, args: Args) -> None:
    """``CONTAINER HELP`` → lines for people: what each subcommand takes and does."""
    from respkit.commands.docs import doc_of

    container = args.bytes_at(0).lower()
    subcommands = session.server.commands.known[container].subcommands or {}
    lines = [b"%s <subcommand> [<arg> [value] [opt] ...]. Subcommands are:" % container.upper()]
    for name, command in sorted(subcommands.items()):
        if command.supported():
            lines += [name.upper(), b"    " + doc_of(command.spec).summary.encode()]
    reply_lines(session, lines)


def reply_lines(session: Session, lines: Iterable[bytes]) -> None:
    """HELP's form of reply: an array of simple strings."""
    lines = list(lines)
    session.out.array(len(lines))
    for line in lines:
        session.out.simple(line)


def rename_command(commands: Commands, name: bytes, new_name: bytes) -> None:
    """The rename-command directive; an empty new name takes the command away. ValueError with Redis's text."""
    name, new_name = name.lower(), new_name.lower()
    by_name = commands.by_name
    command = by_name.get(name)
    if command is None:
        raise ValueError("No such command in rename-command")
    if new_name and new_name in by_name:
        raise ValueError("Target command name already exists")
    for case in (bytes.lower, bytes.upper):
        del by_name[case(name)]
        if new_name:
            by_name[case(new_name)] = command


def subcommand_mistake(args: Args) -> CommandError:
    """For containers that read their subcommands themselves."""
    return CommandError(
        b"ERR unknown subcommand or wrong number of arguments for '%s'. Try %s HELP."
        % (args.bytes_at(1)[:128], args.bytes_at(0).upper())
    )
