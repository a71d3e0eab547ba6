# cython: annotation_typing=False
"""The commands of a connection: PING, ECHO, SELECT, AUTH, HELLO, QUIT, RESET."""

from __future__ import annotations

from respkit.errors import CommandError
from respkit.resp.inbuf import Args
from respkit.server import flags
from respkit.server.session import Commands, Session

# What this server says it is: programs choose what they use by it.
REDIS_VERSION = b"7.0.15"

BAD_NAME = b"ERR Client names cannot contain spaces, newlines or special characters."
WRONG_PASSWORD = b"WRONGPASS invalid username-password pair or user is disabled."


def install(commands: Commands) -> None:
    """Gives the commands of this module their handlers."""
    commands.attach(b"ping", ping_command)
    commands.attach(b"echo", echo_command)
    commands.attach(b"select", select_command)
    commands.attach(b"auth", auth_command)
    commands.attach(b"hello", hello_command)
    commands.attach(b"quit", quit_command)
    commands.attach(b"reset", reset_command)


def ping_command(session: Session, args: Args) -> None:
    """``PING [message]`` → ``+PONG``, or the message."""
    if args.count == 1:
        session.out.raw(b"+PONG\r\n")
    elif args.count == 2:
        session.out.bulk_arg(args, 1)
    else:
        raise CommandError(b"ERR wrong number of arguments for 'ping' command")


def echo_command(session: Session, args: Args) -> None:
    """``ECHO message``"""
    session.out.bulk_arg(args, 1)


def select_command(session: Session, args: Args) -> None:
    """``SELECT index``"""
    index = args.int_at(1, b"ERR value is not an integer or out of range")
    databases = session.server.databases
    if not 0 <= index < len(databases):
        raise CommandError(b"ERR DB index is out of range")
    session.db = databases[index]
    session.out.ok()


def auth_command(session: Session, args: Args) -> None:
    """``AUTH [username] password``"""
    if args.count > 3:
        raise CommandError(b"ERR syntax error")
    if args.count == 2:
        if session.server.app.users.default.no_password:
            raise CommandError(
                b"ERR AUTH <password> called without any password configured for the default user. "
                b"Are you sure your configuration is correct?"
            )
        log_in(session, b"default", args.bytes_at(1))
    else:
        log_in(session, args.bytes_at(1), args.bytes_at(2))
    session.out.ok()


def log_in(session: Session, name: bytes, password: bytes) -> None:
    """Makes the session the user's; WRONGPASS if name or password are wrong, or the user is off."""
    user = session.server.app.users.authenticate(name, password)
    if user is None:
        raise CommandError(WRONG_PASSWORD)
    session.become(user, True)


def hello_command(session: Session, args: Args) -> None:
    """``HELLO [protover [AUTH username password] [SETNAME clientname]]`` → a map of what this server is."""
    proto = 0
    i = 1
    if args.count > 1:
        proto = args.int_at(1, b"ERR Protocol version is not an integer or out of range")
        if proto not in (2, 3):
            raise CommandError(b"NOPROTO unsupported protocol version")
        i = 2
    user = password = name = None
    while i < args.count:
        left = args.count - i - 1
        if left >= 2 and args.equals(i, b"AUTH"):
            user, password = args.bytes_at(i + 1), args.bytes_at(i + 2)
            i += 3
        elif left >= 1 and args.equals(i, b"SETNAME"):
            name = args.bytes_at(i + 1)
            if not is_client_name(name):
                raise CommandError(BAD_NAME)
            i += 2
        else:
            raise CommandError(b"ERR Syntax error in HELLO option '%s'" % args.bytes_at(i))
    if user is not None and password is not None:
        log_in(session, user, password)
    if session.gate & flags.GATE_UNAUTHENTICATED:
        raise CommandError(
            b"NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH "
            b"<user> <pass> option can be used to authenticate the client and select the RESP protocol version at the "
            b"same time"
        )
    if name is not None:
        session.name = name
    out = session.out
    if proto:
        out.proto = proto
    out.map(7)
    out.bulk(b"server")
    out.bulk(b"redis")
    out.bulk(b"version")
    out.bulk(REDIS_VERSION)
    out.bulk(b"proto")
    out.integer(out.proto)
    out.bulk(b"id")
    out.integer(session.client_id)
    out.bulk(b"mode")
    out.bulk(b"standalone")
    out.bulk(b"role")
    out.bulk(b"master")
    out.bulk(b"modules")
    out.array(0)


def is_client_name(name: bytes) -> bool:
    """Printable ASCII without spaces: CLIENT LIST must stay readable."""
    for byte in name:  # noqa: SIM110  (compiled, a loop makes no generator)
        if not 0x21 <= byte <= 0x7E:
            return False
    return True


def quit_command(session: Session, args: Args) -> None:
    """``QUIT`` → ``+OK``, and the connection ends."""
    session.out.ok()
    session.ended = True


def reset_command(session: Session, args: Args) -> None:
    """``RESET`` → ``+RESET``: the connection is as it was when it was made."""
    session.reset()
    session.out.raw(b"+RESET\r\n")
