# cython: annotation_typing=False
"""What the proxy does with each command of the table: send it on by its keys, split it, answer it itself, or say why not.

A command goes to a server only if its keys tell to which, and if it leaves nothing behind on the connection, which all
clients share. Whatever is not known to be so is refused: a new command of the table is closed until somebody opens it.
"""

from __future__ import annotations

from respkit.commands.model import ADMIN, BLOCKING, KEYS_NONE, KEYS_ONE, PUBSUB, Command
from respkit.commands.table import ALL, TABLE
from respkit.proxy.guards import GUARDS

# The kinds.
ONE_KEY = 1  # one key, always at the same place: to its server
KEYS = 2  # several keys, or at places to be found: to their server, if it is one
VALUES = 3  # MGET: split, the values put together in order
PAIRS = 4  # MSET: split, all or an error
COUNT = 5  # DEL, UNLINK, EXISTS, TOUCH: split, added up
LOCAL = 6  # answered by the proxy
REFUSED = 7  # answered with the reason

_SPLIT = {
    b"mget": VALUES,
    b"mset": PAIRS,
    b"del": COUNT,
    b"unlink": COUNT,
    b"exists": COUNT,
    b"touch": COUNT,
}

#: Answered by the proxy; how, says ``local``.
LOCALLY = (
    b"ping",
    b"echo",
    b"select",
    b"auth",
    b"hello",
    b"quit",
    b"reset",
    b"command",
    b"command|count",
    b"command|info",
    b"command|docs",
    b"command|list",
    b"command|getkeys",
    b"command|getkeysandflags",
    b"client|id",
    b"client|getname",
    b"client|setname",
    b"acl|whoami",
)

_BLOCKS = b"it waits, and the connection to the server is shared by all clients"
_STATE = b"it needs a connection of its own, and the connection to the server is shared by all clients"
_NO_KEY = b"it names no key, so that there is no telling which server is meant"
_CHANNELS = b"publish and subscribe are not there yet"
_SERVERS = b"it is for the server itself, not for what is behind the proxy"

_REASONS = {
    b"multi": _STATE,
    b"exec": _STATE,
    b"discard": _STATE,
    b"watch": _STATE,
    b"unwatch": _STATE,
    b"wait": _BLOCKS,
    b"monitor": _STATE,
    b"readonly": _STATE,
    b"readwrite": _STATE,
    b"asking": _STATE,
    b"client|reply": _STATE,
    b"client|tracking": _STATE,
    b"client|caching": _STATE,
    b"client|trackinginfo": _STATE,
    b"client|getredir": _STATE,
    b"migrate": b"it would take keys away from where the proxy looks for them",
    b"restore-asking": _SERVERS,
    b"move": b"there is only one database",
    b"swapdb": b"there is only one database",
}


class Entry:
    """What is done with one command. ``word`` is its name in capitals; of a container there is none: look further."""

    def __init__(self, command: Command, kind: int, reason: bytes = b"") -> None:
        self.command = command
        self.word = command.name.upper()
        self.kind = kind
        # How many arguments there must be, at least and at most.
        self.least = abs(command.arity)
        self.most = command.arity if command.arity > 0 else 1 << 62
        self.first_key = command.first_key
        self.guarded = command.name in GUARDS
        # A command whose name alone says which it is; else it must be looked up each time.
        self.plain = command.parent is None and not command.subcommands
        self.reply = b""
        if kind == REFUSED:
            self.reply = b"ERR '%s' cannot go through the proxy: %s" % (command.name, reason)


def entry_of(command: Command) -> Entry:
    """What the proxy does with a command."""
    name = command.name
    if name in LOCALLY:
        return Entry(command, LOCAL)
    if name in _REASONS:
        return Entry(command, REFUSED, _REASONS[name])
    if command.flags & BLOCKING and name not in GUARDS:
        return Entry(command, REFUSED, _BLOCKS)
    if command.flags & PUBSUB:
        return Entry(command, REFUSED, _CHANNELS)
    if command.flags & ADMIN:
        return Entry(command, REFUSED, _SERVERS)
    if name in _SPLIT:
        return Entry(command, _SPLIT[name])
    if command.key_kind == KEYS_ONE:
        return Entry(command, ONE_KEY)
    if command.key_kind != KEYS_NONE:
        return Entry(command, KEYS)
    return Entry(command, REFUSED, _SERVERS if command.group in ("server", "cluster", "connection") else _NO_KEY)


#: By ``Command.id``.
ENTRIES: list[Entry] = [entry_of(command) for command in ALL]
_BY_NAME: dict[bytes, Entry] = {
    spelling: ENTRIES[command.id] for name, command in TABLE.items() for spelling in (name, name.upper())
}


def entry_named(name: bytes) -> Entry | None:
    """The entry of a command, or of a container of subcommands; None if there is no such command."""
    entry = _BY_NAME.get(name)
    return _BY_NAME.get(name.lower()) if entry is None else entry
