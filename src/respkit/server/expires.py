# cython: annotation_typing=False
"""The commands on a key's time: EXPIRE and its family, TTL and its family, PERSIST."""

from __future__ import annotations

from respkit.errors import CommandError
from respkit.resp.inbuf import Args
from respkit.server import flags, lookup
from respkit.server.session import Commands, Session

NX = 1
XX = 2
GT = 4
LT = 8


def install(commands: Commands) -> None:
    """Gives the commands of this module their handlers."""
    commands.attach(b"expire", expire_command)
    commands.attach(b"pexpire", pexpire_command)
    commands.attach(b"expireat", expireat_command)
    commands.attach(b"pexpireat", pexpireat_command)
    commands.attach(b"ttl", ttl_command)
    commands.attach(b"pttl", pttl_command)
    commands.attach(b"expiretime", expiretime_command)
    commands.attach(b"pexpiretime", pexpiretime_command)
    commands.attach(b"persist", persist_command)


def expire_command(session: Session, args: Args) -> None:
    """``EXPIRE key seconds [NX | XX | GT | LT]`` → whether the time was set"""
    expire(session, args, True, session.server.now_ms)


def pexpire_command(session: Session, args: Args) -> None:
    """``PEXPIRE key milliseconds [NX | XX | GT | LT]``"""
    expire(session, args, False, session.server.now_ms)


def expireat_command(session: Session, args: Args) -> None:
    """``EXPIREAT key unix-seconds [NX | XX | GT | LT]``"""
    expire(session, args, True, 0)


def pexpireat_command(session: Session, args: Args) -> None:
    """``PEXPIREAT key unix-milliseconds [NX | XX | GT | LT]``"""
    expire(session, args, False, 0)


def expire(session: Session, args: Args, seconds: bool, since_ms: int) -> int:
    """Set the time that argument 2 gives, counted from `since_ms`. A key whose time has passed already is deleted."""
    options = parse_options(args)
    at_ms = args.int_at(2)
    if seconds:
        if at_ms > lookup.MAX_LONG // 1000 or at_ms < -(lookup.MAX_LONG // 1000):
            raise lookup.invalid_time(session)
        at_ms *= 1000
    if at_ms > lookup.MAX_LONG - since_ms:
        raise lookup.invalid_time(session)
    at_ms += since_ms
    db = session.db
    table = db.table
    now_ms = session.server.now_ms
    if not db.lookup_write(args, 1, now_ms):
        session.out.integer(0)
        return 0
    if options:
        expires = table.has_expire()
        old_ms = table.expire_at()
        if (
            (options & NX and expires)
            or (options & XX and not expires)
            # No time at all is later than any.
            or (options & GT and (not expires or at_ms <= old_ms))
            or (options & LT and expires and at_ms >= old_ms)
        ):
            session.out.integer(0)
            return 0
    if at_ms <= now_ms and not db.keyspace.keep_expired:
        table.delete_current()
        session.changed(args, 1, flags.NOTIFY_GENERIC, b"del")
        if session.server.observers & flags.OBSERVE_COMMANDS:
            session.propagate_as([b"DEL", args.bytes_at(1)])
    else:
        table.set_expire_at(at_ms)
        session.changed(args, 1, flags.NOTIFY_GENERIC, b"expire")
        if session.server.observers & flags.OBSERVE_COMMANDS and (seconds or since_ms):
            session.propagate_as([b"PEXPIREAT", args.bytes_at(1), b"%d" % at_ms, *args.to_list()[3:]])
    session.out.integer(1)
    return 0


def parse_options(args: Args) -> int:
    options = 0
    for i in range(3, args.count):
        if args.equals(i, b"NX"):
            options |= NX
        elif args.equals(i, b"XX"):
            options |= XX
        elif args.equals(i, b"GT"):
            options |= GT
        elif args.equals(i, b"LT"):
            options |= LT
        else:
            raise CommandError(b"ERR Unsupported option %b" % args.bytes_at(i))
    if options & NX and options != NX:
        raise CommandError(b"ERR NX and XX, GT or LT options at the same time are not compatible")
    if options & GT and options & LT:
        raise CommandError(b"ERR GT and LT options at the same time are not compatible")
    return options


def ttl_command(session: Session, args: Args) -> None:
    """``TTL key`` → seconds, rounded; -1 without a time, -2 without a key"""
    reply_time(session, args, True, session.server.now_ms)


def pttl_command(session: Session, args: Args) -> None:
    """``PTTL key`` → milliseconds"""
    reply_time(session, args, False, session.server.now_ms)


def expiretime_command(session: Session, args: Args) -> None:
    """``EXPIRETIME key`` → Unix seconds"""
    reply_time(session, args, True, 0)


def pexpiretime_command(session: Session, args: Args) -> None:
    """``PEXPIRETIME key`` → Unix milliseconds"""
    reply_time(session, args, False, 0)


def reply_time(session: Session, args: Args, seconds: bool, since_ms: int) -> int:
    """Reply with the time of argument 1, counted from `since_ms`."""
    if not lookup.peek_key(session, args, 1):
        session.out.integer(-2)
        return 0
    table = session.db.table
    if not table.has_expire():
        session.out.integer(-1)
        return 0
    left_ms = max(table.expire_at() - since_ms, 0)
    if seconds:
        # Rounded, with nothing added that could overflow.
        left_ms = left_ms // 1000 + (1 if left_ms % 1000 >= 500 else 0)
    session.out.integer(left_ms)
    return 0


def persist_command(session: Session, args: Args) -> None:
    """``PERSIST key`` → whether it had a time"""
    if session.db.lookup_write(args, 1, session.server.now_ms) and session.db.table.clear_expire():
        session.changed(args, 1, flags.NOTIFY_GENERIC, b"persist")
        session.out.integer(1)
    else:
        session.out.integer(0)
