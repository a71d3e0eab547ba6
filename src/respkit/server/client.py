"""CLIENT: what a server knows of its connections, and what is done to them."""

from __future__ import annotations

import socket
from collections.abc import Iterable

from respkit.acl.user import User
from respkit.errors import CommandError
from respkit.resp.inbuf import Args
from respkit.server import flags
from respkit.server.connection import BAD_NAME, is_client_name
from respkit.server.session import Commands, Session

SYNTAX_ERROR = b"ERR syntax error"

# The kinds of clients. All are normal here as yet; the others are known by name.
NORMAL, REPLICA, PUBSUB, MASTER = "normal", "replica", "pubsub", "master"
TYPES = {b"normal": NORMAL, b"slave": REPLICA, b"replica": REPLICA, b"pubsub": PUBSUB, b"master": MASTER}

# Of a session with its carrier, parser and buffers, without what the buffers hold: as tracemalloc measures it.
SESSION_BYTES = 1600
# The blocks that buffers are made of, where they hold anything.
BLOCK_BYTES = 32768


def install(commands: Commands) -> None:
    """Gives the commands of this module their handlers."""
    for name, handler in (
        (b"id", id_command),
        (b"getname", getname_command),
        (b"setname", setname_command),
        (b"info", info_command),
        (b"list", list_command),
        (b"kill", kill_command),
        (b"reply", reply_command),
        (b"no-evict", no_evict_command),
        (b"getredir", getredir_command),
    ):
        commands.attach_python(b"client|" + name, handler)


def id_command(session: Session, args: Args) -> None:
    """``CLIENT ID``"""
    session.out.integer(session.client_id)


def getname_command(session: Session, args: Args) -> None:
    """``CLIENT GETNAME``"""
    if session.name:
        session.out.bulk(session.name)
    else:
        session.out.null()


def setname_command(session: Session, args: Args) -> None:
    """``CLIENT SETNAME name``; an empty one takes the name away."""
    name = args.bytes_at(2)
    if not is_client_name(name):
        raise CommandError(BAD_NAME)
    session.name = name
    session.out.ok()


def getredir_command(session: Session, args: Args) -> None:
    """``CLIENT GETREDIR`` → -1: this client is not tracked."""
    session.out.integer(-1)


def no_evict_command(session: Session, args: Args) -> None:
    """``CLIENT NO-EVICT ON|OFF``"""
    session.no_evict = on_or_off(args, 2)
    session.out.ok()


def reply_command(session: Session, args: Args) -> None:
    """``CLIENT REPLY ON|OFF|SKIP``: only ON is answered."""
    if args.equals(2, b"ON"):
        session.reply_off = session.reply_skip = False
        session.reply_kept = True
        session.gate &= ~flags.GATE_REPLY
        session.out.ok()
    elif args.equals(2, b"OFF"):
        session.reply_off = True
        session.gate |= flags.GATE_REPLY
    elif args.equals(2, b"SKIP"):
        session.reply_skip = not session.reply_off
        session.gate |= flags.GATE_REPLY
    else:
        raise CommandError(SYNTAX_ERROR)


def info_command(session: Session, args: Args) -> None:
    """``CLIENT INFO`` → this client's line of CLIENT LIST."""
    session.out.verbatim(b"txt", describe(session, session) + b"\n")


def list_command(session: Session, args: Args) -> None:
    """``CLIENT LIST [TYPE type] [ID id …]`` → a line for each client."""
    sessions = session.server.app.sessions
    chosen: Iterable[Session] = sessions.values()
    count = len(args)
    if count == 4 and args.equals(2, b"TYPE"):
        kind = type_at(args, 3)
        chosen = [other for other in chosen if type_of(other) == kind]
    elif count > 3 and args.equals(2, b"ID"):
        numbers = [args.int_at(i, b"ERR Invalid client ID") for i in range(3, count)]
        chosen = [sessions[number] for number in numbers if number in sessions]
    elif count != 2:
        raise CommandError(SYNTAX_ERROR)
    session.out.verbatim(b"txt", b"".join([describe(other, session) + b"\n" for other in chosen]))


def kill_command(session: Session, args: Args) -> None:
    """``CLIENT KILL addr`` → OK; ``CLIENT KILL filter value …`` → how many. A client that kills itself gets the reply."""
    old_form = len(args) == 3
    filters = KillFilters(session)
    if old_form:
        filters.address = text_at(args, 2)
        filters.skip_me = False
    elif len(args) % 2:
        raise CommandError(SYNTAX_ERROR)
    else:
        for i in range(2, len(args), 2):
            filters.read(args, i)
    found = [other for other in session.server.app.sessions.values() if not other.ended and filters.match(other)]
    for other in found:
        other.kill(session)
    if not old_form:
        session.out.integer(len(found))
    elif found:
        session.out.ok()
    else:
        raise CommandError(b"ERR No such client")


class KillFilters:
    """Which clients CLIENT KILL is to kill: those that pass every filter."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.client_id: int | None = None
        self.kind: str | None = None
        self.address: str | None = None
        self.local: str | None = None
        self.user: User | None = None
        self.skip_me = True

    def read(self, args: Args, i: int) -> None:
        """One filter, its name at `i` and its value behind it."""
        name = args.bytes_at(i).lower()
        if name == b"id":
            self.client_id = args.int_at(i + 1, b"ERR client-id should be greater than 0")
            if self.client_id < 1:
                raise CommandError(b"ERR client-id should be greater than 0")
        elif name == b"type":
            self.kind = type_at(args, i + 1)
        elif name == b"addr":
            self.address = text_at(args, i + 1)
        elif name == b"laddr":
            self.local = text_at(args, i + 1)
        elif name == b"user":
            self.user = self.session.server.app.users.get(args.bytes_at(i + 1))
            if self.user is None:
                raise CommandError(b"ERR No such user '%s'" % args.bytes_at(i + 1))
        elif name == b"skipme" and args.bytes_at(i + 1).lower() in (b"yes", b"no"):
            self.skip_me = args.equals(i + 1, b"YES")
        else:
            raise CommandError(SYNTAX_ERROR)

    def match(self, other: Session) -> bool:
        return (
            (self.client_id is None or other.client_id == self.client_id)
            and (self.kind is None or type_of(other) == self.kind)
            and (self.address is None or other.carrier.peer == self.address)
            and (self.local is None or other.carrier.local == self.local)
            and (self.user is None or other.user is self.user)
            and not (self.skip_me and other is self.session)
        )


def text_at(args: Args, i: int) -> str:
    return args.bytes_at(i).decode("utf-8", "surrogateescape")


def type_at(args: Args, i: int) -> str:
    """A client type by name."""
    kind = TYPES.get(args.bytes_at(i).lower())
    if kind is None:
        raise CommandError(b"ERR Unknown client type '%s'" % args.bytes_at(i))
    return kind


def type_of(session: Session) -> str:
    return NORMAL


def on_or_off(args: Args, i: int) -> bool:
    """ON or OFF."""
    if args.equals(i, b"ON"):
        return True
    if args.equals(i, b"OFF"):
        return False
    raise CommandError(SYNTAX_ERROR)


def describe(session: Session, asking: Session) -> bytes:
    """One line of CLIENT LIST, in the fields of Redis 7.0."""
    carrier = session.carrier
    now_ms = session.server.now_ms
    unread = session.unread_bytes(session is asking)
    unsent = carrier.outbuf.size()
    held = max(unsent - BLOCK_BYTES, 0)
    marks = ("c" if session.ended else "") + ("U" if is_unix(session) else "") + ("e" if session.no_evict else "")
    fields = (
        ("id", session.client_id),
        ("addr", carrier.peer),
        ("laddr", carrier.local),
        ("fd", carrier.fd),
        ("name", session.name.decode("latin-1")),
        ("age", (now_ms - session.created_ms) // 1000),
        ("idle", (now_ms - session.active_ms) // 1000),
        ("flags", marks or "N"),
        ("db", session.db.index),
        ("sub", 0),
        ("psub", 0),
        ("ssub", 0),
        ("multi", -1),
        ("qbuf", unread),
        ("qbuf-free", max(BLOCK_BYTES - unread, 0) if unread else 0),
        ("argv-mem", session.argument_bytes() if session is asking else 0),
        ("multi-mem", 0),
        ("rbs", BLOCK_BYTES if unsent else 0),
        ("rbp", min(unsent, BLOCK_BYTES)),
        ("obl", min(unsent, BLOCK_BYTES)),
        ("oll", 1 if held else 0),
        ("omem", held),
        (
            "tot-mem",
            SESSION_BYTES + (max(unread, BLOCK_BYTES) if unread else 0) + (BLOCK_BYTES + held if unsent else 0),
        ),
        ("events", ("" if carrier.paused else "r") + ("w" if carrier.waiting else "")),
        ("cmd", session.command.name.decode() if session.command else "NULL"),
        ("user", session.user.name.decode("utf-8", "surrogateescape")),
        ("redir", -1),
        ("resp", session.out.proto),
    )
    return " ".join([f"{name}={value}" for name, value in fields]).encode("utf-8", "surrogateescape")


def is_unix(session: Session) -> bool:
    """Whether it came through a unix socket."""
    return session.carrier.sock.family == getattr(socket, "AF_UNIX", None)


def is_local(session: Session) -> bool:
    """Whether it came from this machine: what protected actions may be limited to."""
    peer = session.carrier.peer
    return is_unix(session) or peer.startswith(("127.0.0.1:", "[::1]:"))
