"""What the proxy answers itself: the commands of a connection, and those about commands.

A handler writes its reply into ``out``, or raises CommandError before it has written anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from respkit.commands import refusals
from respkit.commands.glob import glob_match
from respkit.commands.model import CATEGORY_BITS
from respkit.commands.table import ALL, TABLE, lookup
from respkit.errors import CommandError
from respkit.resp.inbuf import Args
from respkit.resp.outbuf import OutBuffer

if TYPE_CHECKING:
    from respkit.proxy.session import Session

Handler: TypeAlias = "Callable[[Session, Args, OutBuffer], None]"

#: What the proxy says it is: programs choose what they use by it.
REDIS_VERSION = b"7.0.15"


def ping(session: Session, args: Args, out: OutBuffer) -> None:
    """``PING [message]``"""
    if args.count > 2:
        raise CommandError(b"ERR wrong number of arguments for 'ping' command")
    if args.count == 1:
        out.simple(b"PONG")
    else:
        out.bulk_arg(args, 1)


def echo(session: Session, args: Args, out: OutBuffer) -> None:
    """``ECHO message``"""
    out.bulk_arg(args, 1)


def select(session: Session, args: Args, out: OutBuffer) -> None:
    """``SELECT index``: which database that is on the servers, the pools say."""
    if args.int_at(1) != 0:
        raise CommandError(b"ERR DB index is out of range")
    out.ok()


def auth(session: Session, args: Args, out: OutBuffer) -> None:
    """``AUTH [username] password``"""
    if args.count > 3:
        raise CommandError(b"ERR syntax error")
    if args.count == 2:
        if session.shared.users.default.no_password:
            raise CommandError(refusals.NO_PASSWORD_NEEDED)
        _log_in(session, b"default", args.bytes_at(1))
    else:
        _log_in(session, args.bytes_at(1), args.bytes_at(2))
    out.ok()


def _log_in(session: Session, name: bytes, password: bytes) -> None:
    user = session.shared.users.authenticate(name, password)
    if user is None:
        session.shared.failed_log_in(session, name)
        raise CommandError(refusals.WRONG_PASSWORD)
    session.become(user)


def hello(session: Session, args: Args, out: OutBuffer) -> None:
    """``HELLO [protover [AUTH username password] [SETNAME clientname]]``"""
    proto = session.proto
    if args.count > 1:
        proto = args.int_at(1, b"ERR Protocol version is not an integer or out of range")
        if proto not in (2, 3):
            raise CommandError(refusals.NO_SUCH_PROTOCOL)
    credentials: tuple[bytes, bytes] | None = None
    name: bytes | None = None
    i = 2
    while i < args.count:
        left = args.count - i - 1
        if left >= 2 and args.equals(i, b"AUTH"):
            credentials = args.bytes_at(i + 1), args.bytes_at(i + 2)
            i += 3
        elif left >= 1 and args.equals(i, b"SETNAME"):
            name = _client_name(args.bytes_at(i + 1))
            i += 2
        else:
            raise CommandError(b"ERR Syntax error in HELLO option '%s'" % args.bytes_at(i))
    if credentials is not None:
        _log_in(session, *credentials)
    if session.user is None:
        raise CommandError(refusals.HELLO_NOT_AUTHENTICATED)
    if name is not None:
        session.name = name
    session.speak(proto)
    out.proto = proto
    out.map(7)
    out.bulk(b"server")
    out.bulk(b"redis")
    out.bulk(b"version")
    out.bulk(REDIS_VERSION)
    out.bulk(b"proto")
    out.integer(proto)
    out.bulk(b"id")
    out.integer(session.id)
    out.bulk(b"mode")
    out.bulk(b"standalone")
    out.bulk(b"role")
    out.bulk(b"master")
    out.bulk(b"modules")
    out.array(0)


def quit_(session: Session, args: Args, out: OutBuffer) -> None:
    """``QUIT``: the reply, and those before it, still go."""
    out.ok()
    session.leave()


def reset(session: Session, args: Args, out: OutBuffer) -> None:
    """``RESET``: as at the beginning."""
    session.begin()
    out.proto = session.proto
    out.simple(b"RESET")


def client_id(session: Session, args: Args, out: OutBuffer) -> None:
    """``CLIENT ID``"""
    out.integer(session.id)


def client_getname(session: Session, args: Args, out: OutBuffer) -> None:
    """``CLIENT GETNAME``"""
    if session.name:
        out.bulk(session.name)
    else:
        out.null()


def client_setname(session: Session, args: Args, out: OutBuffer) -> None:
    """``CLIENT SETNAME name``"""
    session.name = _client_name(args.bytes_at(2))
    out.ok()


def _client_name(name: bytes) -> bytes:
    if any(not 0x21 <= byte <= 0x7E for byte in name):
        raise CommandError(refusals.BAD_CLIENT_NAME)
    return name


def acl_whoami(session: Session, args: Args, out: OutBuffer) -> None:
    """``ACL WHOAMI``"""
    assert session.user is not None
    out.bulk(session.user.name)


# About commands: the modules that know are loaded when somebody asks. ------------------------------------------------


def command(session: Session, args: Args, out: OutBuffer) -> None:
    """``COMMAND``: all of the table."""
    from respkit.commands.reply import info_of, put

    put(out, [info_of(each) for each in TABLE.values()])


def command_count(session: Session, args: Args, out: OutBuffer) -> None:
    """``COMMAND COUNT``"""
    out.integer(len(TABLE))


def command_info(session: Session, args: Args, out: OutBuffer) -> None:
    """``COMMAND INFO [name …]``"""
    from respkit.commands.reply import info_of, put

    if args.count == 2:
        put(out, [info_of(each) for each in TABLE.values()])
        return
    found = [lookup(args.bytes_at(i)) for i in range(2, args.count)]
    out.array(len(found))
    for each in found:
        if each is None:
            out.null_array()
        else:
            put(out, info_of(each))


def command_docs(session: Session, args: Args, out: OutBuffer) -> None:
    """``COMMAND DOCS [name …]``: of those that exist."""
    from respkit.commands.docs import docs_of
    from respkit.commands.reply import put

    wanted = [lookup(args.bytes_at(i)) for i in range(2, args.count)] if args.count > 2 else list(TABLE.values())
    put(out, {each.name: docs_of(each) for each in wanted if each is not None})


def command_list(session: Session, args: Args, out: OutBuffer) -> None:
    """``COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern]``"""
    names = [each.name for each in TABLE.values()]
    if args.count > 2:
        if args.count != 5 or not args.equals(2, b"FILTERBY"):
            raise CommandError(b"ERR syntax error")
        value = args.bytes_at(4)
        if args.equals(3, b"MODULE"):
            names = []
        elif args.equals(3, b"ACLCAT"):
            bit = CATEGORY_BITS.get(value.decode("latin-1").lower(), 0)
            names = [each.name for each in ALL if each.category_bits & bit]
        elif args.equals(3, b"PATTERN"):
            names = [each.name for each in ALL if glob_match(value, each.name, True)]
        else:
            raise CommandError(b"ERR syntax error")
    out.array(len(names))
    for name in names:
        out.bulk(name)


def command_getkeys(session: Session, args: Args, out: OutBuffer) -> None:
    """``COMMAND GETKEYS command …``"""
    from respkit.commands.reply import getkeys_reply, put

    put(out, getkeys_reply(args.to_list()[2:]))


def command_getkeysandflags(session: Session, args: Args, out: OutBuffer) -> None:
    """``COMMAND GETKEYSANDFLAGS command …``"""
    from respkit.commands.reply import getkeysandflags_reply, put

    put(out, getkeysandflags_reply(args.to_list()[2:]))


HANDLERS: dict[bytes, Handler] = {
    b"ping": ping,
    b"echo": echo,
    b"select": select,
    b"auth": auth,
    b"hello": hello,
    b"quit": quit_,
    b"reset": reset,
    b"client|id": client_id,
    b"client|getname": client_getname,
    b"client|setname": client_setname,
    b"acl|whoami": acl_whoami,
    b"command": command,
    b"command|count": command_count,
    b"command|info": command_info,
    b"command|docs": command_docs,
    b"command|list": command_list,
    b"command|getkeys": command_getkeys,
    b"command|getkeysandflags": command_getkeysandflags,
}
