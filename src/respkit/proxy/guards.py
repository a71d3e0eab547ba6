"""What must be looked at in a few commands before they may go to a server: each guard gives the refusal, or None.

They close the ways round the rules: a script's own commands, keys that SORT finds by pattern, another database,
a command that blocks only if it is told to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from respkit.acl.user import READ, User
from respkit.commands.keys import names_keys_by_pattern
from respkit.commands.model import Command
from respkit.resp.inbuf import Args

#: (command, args, user, whether the user's keys all lie on one server) → the refusal.
Guard: TypeAlias = Callable[[Command, Args, User, bool], bytes | None]

_SCRIPTS = (
    b"NOPERM a script may run any command on any key: "
    b"only a user with all commands, keys and channels may send one through the proxy"
)
_PATTERNS = b"ERR BY option of SORT denied due to insufficient ACL permissions."


def _refused(command: Command, reason: bytes) -> bytes:
    return b"ERR '%s' cannot go through the proxy: %s" % (command.name, reason)


def script(command: Command, args: Args, user: User, alone: bool) -> bytes | None:
    """On the server a script runs as the proxy's user there, whose rules are not this user's."""
    root = user.root
    return None if root.all_commands and root.all_keys and root.all_channels else _SCRIPTS


def sort(command: Command, args: Args, user: User, alone: bool) -> bytes | None:
    """BY and GET read keys whose names come out of the data: they may be anybody's, on any server."""
    if not names_keys_by_pattern(command, args):
        return None
    if not alone:
        return _refused(command, b"BY and GET name keys by pattern, and those may be on other servers")
    if user.root.all_keys or any(keys.pattern == b"*" and keys.permits & READ for keys in user.root.keys):
        return None
    return _PATTERNS


#: XREAD's and XREADGROUP's options before STREAMS, and how many words follow each.
_XREAD_OPTIONS = {b"COUNT": 1, b"GROUP": 2, b"NOACK": 0}


def xread(command: Command, args: Args, user: User, alone: bool) -> bytes | None:
    """BLOCK would keep everybody else's replies waiting."""
    i = 1
    while i < args.count:
        # As C compares: only up to a NUL.
        option = args.bytes_at(i).split(b"\0", 1)[0].upper()
        if option == b"BLOCK":
            return _refused(command, b"with BLOCK it waits, and the connection to the server is shared by all clients")
        if option not in _XREAD_OPTIONS:
            break
        i += _XREAD_OPTIONS[option] + 1
    return None


def copy(command: Command, args: Args, user: User, alone: bool) -> bytes | None:
    """DB is a database of the server's, where users of the proxy have none but their own."""
    for i in range(3, args.count):
        if args.bytes_at(i).split(b"\0", 1)[0].upper() == b"DB":
            return _refused(command, b"there is only one database")
    return None


GUARDS: dict[bytes, Guard] = {
    b"eval": script,
    b"evalsha": script,
    b"eval_ro": script,
    b"evalsha_ro": script,
    b"fcall": script,
    b"fcall_ro": script,
    b"sort": sort,
    b"sort_ro": sort,
    b"xread": xread,
    b"xreadgroup": xread,
    b"copy": copy,
}
