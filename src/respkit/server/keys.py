# cython: annotation_typing=False
"""The commands on keys of any kind, and on whole databases. Those on a key's time are in ``expires``."""

from __future__ import annotations

from typing import Protocol, cast

from respkit.commands.glob import Glob
from respkit.errors import CommandError
from respkit.resp.inbuf import Args
from respkit.server import flags, lookup
from respkit.server.lookup import NO_SUCH_KEY, NOT_AN_INTEGER, SYNTAX
from respkit.server.session import Commands, Session
from respkit.store import kinds
from respkit.store.database import Database

SAME_OBJECT = b"ERR source and destination objects are the same"
NO_SUCH_DATABASE = b"ERR DB index is out of range"
NO_LFU = (
    b"ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching "
    b"between policies at runtime LRU and LFU data will take some time to adjust."
)
NO_LRU = (
    b"ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between "
    b"policies at runtime LRU and LFU data will take some time to adjust."
)

MAX_INT = 2**31 - 1
MIN_INT = -(2**31)
# Redis shares the objects of these integers, which OBJECT REFCOUNT shows.
SHARED_INTEGERS = 10000

SCAN_COUNT = 10


class ValueObject(Protocol):
    """What the object of a key that is not a string can do for these commands."""

    encoding: bytes

    def copy(self) -> ValueObject: ...


def install(commands: Commands) -> None:
    """Gives the commands of this module their handlers."""
    commands.attach(b"del", del_command)
    commands.attach(b"unlink", del_command)
    commands.attach(b"exists", exists_command)
    commands.attach(b"type", type_command)
    commands.attach(b"touch", touch_command)
    commands.attach(b"keys", keys_command)
    commands.attach(b"randomkey", randomkey_command)
    commands.attach(b"rename", rename_command)
    commands.attach(b"renamenx", renamenx_command)
    commands.attach(b"copy", copy_command)
    commands.attach(b"move", move_command)
    commands.attach(b"scan", scan_command)
    commands.attach(b"object|encoding", object_encoding_command)
    commands.attach(b"object|refcount", object_refcount_command)
    commands.attach(b"object|idletime", object_idletime_command)
    commands.attach(b"object|freq", object_freq_command)
    commands.attach(b"dbsize", dbsize_command)
    commands.attach(b"flushdb", flushdb_command)
    commands.attach(b"flushall", flushall_command)
    commands.attach(b"swapdb", swapdb_command)


def del_command(session: Session, args: Args) -> None:
    """``DEL key [key …]`` → how many there were; UNLINK, which differs in nothing that a client sees"""
    db = session.db
    count = 0
    for i in range(1, args.count):
        if db.lookup_write(args, i, session.server.now_ms):
            db.table.delete_current()
            session.changed(args, i, flags.NOTIFY_GENERIC, b"del")
            count += 1
    session.out.integer(count)


def exists_command(session: Session, args: Args) -> None:
    """``EXISTS key [key …]`` → how many there are, one named twice counting twice"""
    count = 0
    for i in range(1, args.count):
        if lookup.peek_key(session, args, i):
            count += 1
    session.out.integer(count)


def type_command(session: Session, args: Args) -> None:
    """``TYPE key``"""
    if lookup.peek_key(session, args, 1):
        session.out.simple(kinds.NAMES[session.db.table.kind()])
    else:
        session.out.simple(b"none")


def touch_command(session: Session, args: Args) -> None:
    """``TOUCH key [key …]`` → how many there are"""
    count = 0
    for i in range(1, args.count):
        if lookup.read_key(session, args, i):
            count += 1
    session.out.integer(count)


def keys_command(session: Session, args: Args) -> None:
    """``KEYS pattern``"""
    glob = Glob(args.bytes_at(1))
    table = session.db.table
    now_ms = session.server.now_ms
    out = session.out
    place = out.mark()
    count = 0
    for position in range(table.size()):
        table.seek(position)
        if table.key_matches(glob) and not (table.has_expire() and table.expire_at() < now_ms):
            table.write_key(out)
            count += 1
    out.close_array(place, count)


def randomkey_command(session: Session, args: Args) -> None:
    """``RANDOMKEY``"""
    key = session.db.random_key(session.server.now_ms)
    if key is None:
        session.out.null()
    else:
        session.out.bulk(key)


def rename_command(session: Session, args: Args) -> None:
    """``RENAME key newkey``"""
    rename(session, args, False)
    session.out.ok()


def renamenx_command(session: Session, args: Args) -> None:
    """``RENAMENX key newkey`` → 1, or 0 if the new one is there"""
    session.out.integer(1 if rename(session, args, True) else 0)


def rename(session: Session, args: Args, only_new: bool) -> bool:
    """Rename key 1 to key 2; False, and nothing is done, with `only_new` where that is there."""
    db = session.db
    now_ms = session.server.now_ms
    if not db.lookup_write(args, 1, now_ms):
        raise CommandError(NO_SUCH_KEY)
    if args.bytes_at(1) == args.bytes_at(2):
        return not only_new
    if only_new and db.lookup_write(args, 2, now_ms):
        return False
    db.lookup_write(args, 1, now_ms)
    snapshot = db.snapshot()
    db.table.delete_current()
    if db.lookup_write(args, 2, now_ms):
        db.table.delete_current()
    db.put_snapshot(args.bytes_at(2), snapshot, now_ms)
    db.table.set_clock(snapshot.clock)
    lookup.created(session, args, 2)
    session.changed(args, 1, flags.NOTIFY_GENERIC, b"rename_from")
    lookup.tell(session, db, args.bytes_at(2), flags.NOTIFY_GENERIC, b"rename_to")
    return True


def copy_command(session: Session, args: Args) -> int:
    """``COPY source destination [DB index] [REPLACE]`` → 1, or 0 if one is absent or the other there"""
    source = session.db
    target = source
    replace = False
    i = 3
    while i < args.count:
        if args.equals(i, b"REPLACE"):
            replace = True
        elif args.equals(i, b"DB") and i + 1 < args.count:
            i += 1
            target = database_of(session, args, i)
        else:
            raise CommandError(SYNTAX)
        i += 1
    key = args.bytes_at(2)
    if source is target and args.bytes_at(1) == key:
        raise CommandError(SAME_OBJECT)
    if not lookup.read_key(session, args, 1):
        session.out.integer(0)
        return 0
    snapshot = source.snapshot()
    now_ms = session.server.now_ms
    if target.lookup_write(args, 2, now_ms):
        if not replace:
            session.out.integer(0)
            return 0
        target.table.delete_current()
    if snapshot.kind != kinds.STRING:
        snapshot = snapshot._replace(value=cast(ValueObject, snapshot.value).copy())
    target.put_snapshot(key, snapshot, now_ms)
    session.server.dirty += 1
    lookup.tell(session, target, key, flags.NOTIFY_NEW, b"new")
    lookup.tell(session, target, key, flags.NOTIFY_GENERIC, b"copy_to")
    session.out.integer(1)
    return 0


def move_command(session: Session, args: Args) -> int:
    """``MOVE key index`` → 1, or 0 if the key is absent here or there already"""
    source = session.db
    target = database_of(session, args, 2)
    if source is target:
        raise CommandError(SAME_OBJECT)
    now_ms = session.server.now_ms
    if not source.lookup_write(args, 1, now_ms) or target.lookup_write(args, 1, now_ms):
        session.out.integer(0)
        return 0
    key = args.bytes_at(1)
    snapshot = source.snapshot()
    source.table.delete_current()
    target.put_snapshot(key, snapshot, now_ms)
    target.table.set_clock(snapshot.clock)
    session.server.dirty += 1
    lookup.tell(session, target, key, flags.NOTIFY_NEW, b"new")
    lookup.tell(session, source, key, flags.NOTIFY_GENERIC, b"move_from")
    lookup.tell(session, target, key, flags.NOTIFY_GENERIC, b"move_to")
    session.out.integer(1)
    return 0


def database_of(session: Session, args: Args, i: int) -> Database:
    """The database whose index is argument `i`."""
    index = int_of(args, i, None)
    if not 0 <= index < len(session.server.databases):
        raise CommandError(NO_SUCH_DATABASE)
    return session.server.databases[index]


def int_of(args: Args, i: int, error: bytes | None) -> int:
    """Argument `i` as an integer of 32 bits, else CommandError with `error`, or with Redis's own for each way to fail."""
    value = args.int_at(i, NOT_AN_INTEGER if error is None else error)
    if not MIN_INT <= value <= MAX_INT:
        if error is None:
            error = b"ERR value is out of range, value must between %d and %d" % (MIN_INT, MAX_INT)
        raise CommandError(error)
    return value


def scan_command(session: Session, args: Args) -> None:
    """``SCAN cursor [MATCH pattern] [COUNT count] [TYPE type]`` → the next cursor, and keys

    The cursor is a position in the table, counted down; 0 begins, and ends. What is there all the while is seen.
    """
    cursor = cursor_of(args.bytes_at(1))
    count = SCAN_COUNT
    glob = None
    kind = -1
    i = 2
    while i < args.count:
        if i + 1 == args.count:
            raise CommandError(SYNTAX)
        if args.equals(i, b"COUNT"):
            count = args.int_at(i + 1)
            if count < 1:
                raise CommandError(SYNTAX)
        elif args.equals(i, b"MATCH"):
            glob = Glob(args.bytes_at(i + 1))
        elif args.equals(i, b"TYPE"):
            name = args.bytes_at(i + 1).lower()
            kind = kinds.NAMES.index(name) if name in kinds.NAMES else len(kinds.NAMES)
        else:
            raise CommandError(SYNTAX)
        i += 2
    db = session.db
    table = db.table
    now_ms = session.server.now_ms
    out = session.out
    position = table.size()
    if cursor and cursor < position:
        position = cursor
    if count > position:
        count = position
    cursor = position - count
    out.array(2)
    out.bulk_integer(cursor)
    place = out.mark()
    found = 0
    while position > cursor:
        position -= 1
        # An expired one is removed even if it does not match, but no other filter touches it.
        if not db.visit(position, now_ms):
            continue
        if (kind < 0 or table.kind() == kind) and (glob is None or table.key_matches(glob)):
            table.write_key(out)
            found += 1
    out.close_array(place, found)


def cursor_of(text: bytes) -> int:
    """A SCAN cursor, read as C's strtoul does; one beyond all positions counts as the last."""
    digits = text[1:] if text[:1] in (b"+", b"-") else text
    # Above 20 digits it is out of range, or padded with more zeros than any cursor that we gave.
    if (digits and not digits.isdigit()) or (text and not digits) or len(digits) > 20 or int(digits or b"0") >= 2**64:
        raise CommandError(b"ERR invalid cursor")
    value = int(digits or b"0")
    if text[:1] == b"-":
        value = -value % 2**64
    return min(value, 2**63 - 1)


# OBJECT. These look without using the key.


def found_object(session: Session, args: Args) -> bool:
    """Whether argument 2 is a key, which is then current; if not, the reply is null."""
    if session.db.peek(args, 2, session.server.now_ms):
        session.server.keyspace_hits += 1
        return True
    session.server.keyspace_misses += 1
    session.out.null()
    return False


def object_encoding_command(session: Session, args: Args) -> int:
    """``OBJECT ENCODING key``"""
    if not found_object(session, args):
        return 0
    table = session.db.table
    if table.kind() == kinds.STRING:
        session.out.bulk(kinds.ENCODING_NAMES[table.encoding()])
    else:
        session.out.bulk(cast(ValueObject, table.value_object()).encoding)
    return 0


def object_refcount_command(session: Session, args: Args) -> int:
    """``OBJECT REFCOUNT key`` → 1, or Redis's figure for an integer that it shares"""
    if not found_object(session, args):
        return 0
    table = session.db.table
    shared = table.is_int() and 0 <= table.int_value() < SHARED_INTEGERS
    session.out.integer(MAX_INT if shared else 1)
    return 0


def object_idletime_command(session: Session, args: Args) -> int:
    """``OBJECT IDLETIME key`` → seconds"""
    if not found_object(session, args):
        return 0
    keyspace = session.db.keyspace
    if keyspace.lfu:
        raise CommandError(NO_LRU)
    session.out.integer(keyspace.idle_ms(session.db.table.clock(), session.server.now_ms) // 1000)
    return 0


def object_freq_command(session: Session, args: Args) -> int:
    """``OBJECT FREQ key`` → the access counter"""
    if not found_object(session, args):
        return 0
    keyspace = session.db.keyspace
    if not keyspace.lfu:
        raise CommandError(NO_LFU)
    session.out.integer(keyspace.frequency(session.db.table.clock(), session.server.now_ms))
    return 0


# Whole databases.


def dbsize_command(session: Session, args: Args) -> None:
    """``DBSIZE``"""
    session.out.integer(session.db.size())


def flushdb_command(session: Session, args: Args) -> None:
    """``FLUSHDB [ASYNC | SYNC]``"""
    flush(session, [session.db], is_async(session, args))
    session.out.ok()


def flushall_command(session: Session, args: Args) -> None:
    """``FLUSHALL [ASYNC | SYNC]``"""
    flush(session, session.server.databases, is_async(session, args))
    session.out.ok()


def is_async(session: Session, args: Args) -> bool:
    """Whether memory is to be freed bit by bit: as the command says, or the configuration."""
    if args.count == 1:
        return bool(session.server.app.settings["lazyfree-lazy-user-flush"])
    if args.count == 2:
        if args.equals(1, b"ASYNC"):
            return True
        if args.equals(1, b"SYNC"):
            return False
    raise CommandError(SYNTAX)


def flush(session: Session, databases: list[Database], lazily: bool) -> None:
    for database in databases:
        session.server.dirty += database.flush(lazily)
    if session.server.observers & flags.OBSERVE_DATABASES:
        session.server.app.observers.databases_changed("flushed", databases)


def swapdb_command(session: Session, args: Args) -> None:
    """``SWAPDB index index``"""
    first = int_of(args, 1, b"ERR invalid first DB index")
    second = int_of(args, 2, b"ERR invalid second DB index")
    databases = session.server.databases
    if not (0 <= first < len(databases) and 0 <= second < len(databases)):
        raise CommandError(NO_SUCH_DATABASE)
    if first != second:
        databases[first].swap(databases[second])
        if session.server.observers & flags.OBSERVE_DATABASES:
            session.server.app.observers.databases_changed("swapped", [databases[first], databases[second]])
    session.server.dirty += 1
    session.out.ok()
