# cython: annotation_typing=False
"""How handlers look keys up: with the statistics, the events and the refusals that Redis's commands have in common."""

from __future__ import annotations

from respkit.errors import CommandError
from respkit.resp.inbuf import Args
from respkit.server import flags
from respkit.server.session import Session
from respkit.store import kinds
from respkit.store.database import Database

WRONG_TYPE = b"WRONGTYPE Operation against a key holding the wrong kind of value"
SYNTAX = b"ERR syntax error"
NO_SUCH_KEY = b"ERR no such key"
NOT_AN_INTEGER = b"ERR value is not an integer or out of range"

MAX_LONG = 2**63 - 1
MIN_LONG = -MAX_LONG - 1


def read_key(session: Session, args: Args, i: int) -> bool:
    """Whether argument `i` is a key, which is then current: for a command that reads. Counts hits and misses."""
    if session.db.lookup_read(args, i, session.server.now_ms):
        session.server.keyspace_hits += 1
        return True
    missed(session, args, i)
    return False


def peek_key(session: Session, args: Args, i: int) -> bool:
    """Like `read_key`, for a command that asks about a key without using it."""
    if session.db.peek(args, i, session.server.now_ms):
        session.server.keyspace_hits += 1
        return True
    missed(session, args, i)
    return False


def read_string(session: Session, args: Args, i: int) -> bool:
    """Like `read_key`; CommandError if the key holds something else than a string."""
    if not read_key(session, args, i):
        return False
    if session.db.table.kind() != kinds.STRING:
        raise CommandError(WRONG_TYPE)
    return True


def write_string(session: Session, args: Args, i: int) -> bool:
    """Whether argument `i` is a key, which is then current: for a command that changes it. CommandError if not a string."""
    if not session.db.lookup_write(args, i, session.server.now_ms):
        return False
    if session.db.table.kind() != kinds.STRING:
        raise CommandError(WRONG_TYPE)
    return True


def missed(session: Session, args: Args, i: int) -> None:
    """A command that reads has not found argument `i`."""
    session.server.keyspace_misses += 1
    if session.server.observers & flags.OBSERVE_KEYS:
        tell(session, session.db, args.bytes_at(i), flags.NOTIFY_KEY_MISS, b"keymiss")


def created(session: Session, args: Args, i: int) -> None:
    """Argument `i` has become a key. What it was made for is reported by `Session.changed`."""
    if session.server.observers & flags.OBSERVE_KEYS:
        tell(session, session.db, args.bytes_at(i), flags.NOTIFY_NEW, b"new")


def tell(session: Session, db: Database, key: bytes, kind: int, event: bytes) -> None:
    """Report an event that counts as no change of its own."""
    if session.server.observers & flags.OBSERVE_KEYS:
        session.server.app.observers.key_changed(db, key, kind, event)


def time_of(session: Session, args: Args, i: int, seconds: bool, absolute: bool) -> int:
    """Argument `i` as the time at which a key expires, in Unix milliseconds; CommandError unless it is above zero."""
    value = args.int_at(i)
    if value <= 0 or (seconds and value > MAX_LONG // 1000):
        raise invalid_time(session)
    if seconds:
        value *= 1000
    if not absolute:
        if value > MAX_LONG - session.server.now_ms:
            raise invalid_time(session)
        value += session.server.now_ms
    return value


def invalid_time(session: Session) -> CommandError:
    return CommandError(b"ERR invalid expire time in '%b' command" % command_name(session))


def command_name(session: Session) -> bytes:
    """The full name of the command being run, in lower case."""
    command = session.command
    assert command is not None
    return command.name
