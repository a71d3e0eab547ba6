"""What Redis 7.0.15 answers to commands that are no commands, or not yet allowed: the same words from server and proxy."""

from __future__ import annotations

from respkit.commands.model import Command
from respkit.resp.inbuf import Args

NOT_AUTHENTICATED = b"NOAUTH Authentication required."
WRONG_PASSWORD = b"WRONGPASS invalid username-password pair or user is disabled."
NO_PASSWORD_NEEDED = (
    b"ERR AUTH <password> called without any password configured for the default user. "
    b"Are you sure your configuration is correct?"
)
HELLO_NOT_AUTHENTICATED = (
    b"NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option "
    b"can be used to authenticate the client and select the RESP protocol version at the same time"
)
NO_SUCH_PROTOCOL = b"NOPROTO unsupported protocol version"
BAD_CLIENT_NAME = b"ERR Client names cannot contain spaces, newlines or special characters."

# Of a name, and of all arguments together, so much is shown.
_SHOWN_BYTES = 128


def c_string(text: bytes) -> bytes:
    """Up to the first NUL, as Redis formats arguments into its errors."""
    return text.split(b"\0", 1)[0]


def unknown_command(args: Args) -> bytes:
    """``ERR unknown command 'foo', with args beginning with: 'a' 'b' ``"""
    shown = b""
    for i in range(1, args.count):
        if len(shown) >= _SHOWN_BYTES:
            break
        shown += b"'%s' " % c_string(args.bytes_at(i))[: _SHOWN_BYTES - len(shown)]
    name = c_string(args.bytes_at(0))[:_SHOWN_BYTES]
    return b"ERR unknown command '%s', with args beginning with: %s" % (name, shown)


def unknown_subcommand(container: Command, args: Args) -> bytes:
    """``ERR unknown subcommand 'foo'. Try CONFIG HELP.``"""
    name = c_string(args.bytes_at(1))[:_SHOWN_BYTES]
    return b"ERR unknown subcommand '%s'. Try %s HELP." % (name, container.name.upper())


def wrong_arity(command: Command) -> bytes:
    """``ERR wrong number of arguments for 'config|get' command``"""
    return b"ERR wrong number of arguments for '%s' command" % command.name
