# cython: annotation_typing=False
"""The commands on strings: APPEND to SUBSTR, LCS aside."""

from __future__ import annotations

from respkit.errors import CommandError
from respkit.resp.inbuf import Args, parse_integer
from respkit.server import flags, lookup
from respkit.server.lookup import NOT_AN_INTEGER, SYNTAX
from respkit.server.session import Commands, Session
from respkit.store import kinds, longdouble

# Options of SET and GETEX. Above them lies the argument's number that is the time.
NX = 1
XX = 2
GET = 4
KEEPTTL = 8
PERSIST = 16
EX = 32
PX = 64
EXAT = 128
PXAT = 256
TIMED = EX | PX | EXAT | PXAT
OPTION_BITS = 16

NOT_A_FLOAT = b"ERR value is not a valid float"
TOO_LONG = b"ERR string exceeds maximum allowed size (proto-max-bulk-len)"
WOULD_OVERFLOW = b"ERR increment or decrement would overflow"

# The longest string that an entry takes, whatever proto-max-bulk-len says.
MAX_STRING = 2**32 - 1


def install(commands: Commands) -> None:
    """Gives the commands of this module their handlers."""
    commands.attach(b"append", append_command)
    commands.attach(b"decr", decr_command)
    commands.attach(b"decrby", decrby_command)
    commands.attach(b"get", get_command)
    commands.attach(b"getdel", getdel_command)
    commands.attach(b"getex", getex_command)
    commands.attach(b"getrange", getrange_command)
    commands.attach(b"getset", getset_command)
    commands.attach(b"incr", incr_command)
    commands.attach(b"incrby", incrby_command)
    commands.attach(b"incrbyfloat", incrbyfloat_command)
    commands.attach(b"mget", mget_command)
    commands.attach(b"mset", mset_command)
    commands.attach(b"msetnx", msetnx_command)
    commands.attach(b"psetex", psetex_command)
    commands.attach(b"set", set_command)
    commands.attach(b"setex", setex_command)
    commands.attach(b"setnx", setnx_command)
    commands.attach(b"setrange", setrange_command)
    commands.attach(b"strlen", strlen_command)
    commands.attach(b"substr", getrange_command)


# Reading.


def get_command(session: Session, args: Args) -> None:
    """``GET key``"""
    reply_string(session, args, 1)


def reply_string(session: Session, args: Args, i: int) -> bool:
    """The string that key `i` holds, or null, as the reply; whether there is one."""
    if not lookup.read_string(session, args, i):
        session.out.null()
        return False
    session.db.table.write_bulk(session.out)
    return True


def mget_command(session: Session, args: Args) -> None:
    """``MGET key [key …]`` → an array, null for what is not a string."""
    table = session.db.table
    session.out.array(args.count - 1)
    for i in range(1, args.count):
        if lookup.read_key(session, args, i) and table.kind() == kinds.STRING:
            table.write_bulk(session.out)
        else:
            session.out.null()


def strlen_command(session: Session, args: Args) -> None:
    """``STRLEN key``"""
    session.out.integer(session.db.table.value_size() if lookup.read_string(session, args, 1) else 0)


def getrange_command(session: Session, args: Args) -> int:
    """``GETRANGE key start end``, and SUBSTR, its old name. Both ends count; negative ones from the string's end."""
    start = args.int_at(2)
    end = args.int_at(3)
    if not lookup.read_string(session, args, 1):
        session.out.bulk(b"")
        return 0
    size = session.db.table.value_size()
    if start < 0 and end < 0 and start > end:
        session.out.bulk(b"")
        return 0
    if start < 0:
        start = max(start + size, 0)
    if end < 0:
        end = max(end + size, 0)
    if end >= size:
        end = size - 1
    if start > end or size == 0:
        session.out.bulk(b"")
        return 0
    session.db.table.write_range(session.out, start, end - start + 1)
    return 0


# Setting.


def set_command(session: Session, args: Args) -> int:
    """``SET key value [NX | XX] [GET] [EX seconds | PX ms | EXAT time | PXAT ms-time | KEEPTTL]``"""
    if args.count == 3:
        store(session, args, 1, 2, False)
        session.out.ok()
        return 0
    options = parse_options(session, args, 3, True)
    at_ms = 0
    if options & TIMED:
        at_ms = time_of_option(session, args, options)
    replied = options & GET != 0
    if replied:
        reply_string(session, args, 1)
    if options & (NX | XX):
        found = session.db.lookup_write(args, 1, session.server.now_ms)
        if found if options & NX else not found:
            if not replied:
                session.out.null()
            return 0
    if options & TIMED:
        store_until(session, args, 1, 2, at_ms, not options & PXAT)
    else:
        store(session, args, 1, 2, options & KEEPTTL != 0)
        if replied and session.server.observers & flags.OBSERVE_COMMANDS:
            rest = [word for word in args.to_list()[3:] if word.upper() != b"GET"]
            session.propagate_as([b"SET", args.bytes_at(1), args.bytes_at(2), *rest])
    if not replied:
        session.out.ok()
    return 0


def store(session: Session, args: Args, key: int, value: int, keep_ttl: bool) -> None:
    """Make a key hold the string argument `value`."""
    if session.db.set_string(args, key, value, session.server.now_ms, keep_ttl):
        lookup.created(session, args, key)
    session.changed(args, key, flags.NOTIFY_STRING, b"set")


def store_until(session: Session, args: Args, key: int, value: int, at_ms: int, rewrite: bool) -> None:
    """Make a key hold a string until a time; `rewrite`: the AOF and the replicas see that time, not how it was given."""
    is_new = session.db.set_string(args, key, value, session.server.now_ms, False)
    session.db.table.set_expire_at(at_ms)
    if is_new:
        lookup.created(session, args, key)
    session.changed(args, key, flags.NOTIFY_STRING, b"set")
    if session.server.observers:
        if rewrite:
            session.propagate_as([b"SET", args.bytes_at(key), args.bytes_at(value), b"PXAT", b"%d" % at_ms])
        lookup.tell(session, session.db, args.bytes_at(key), flags.NOTIFY_GENERIC, b"expire")


def setnx_command(session: Session, args: Args) -> int:
    """``SETNX key value`` → 1, or 0 if the key is there."""
    if session.db.lookup_write(args, 1, session.server.now_ms):
        session.out.integer(0)
        return 0
    store(session, args, 1, 2, False)
    session.out.integer(1)
    return 0


def setex_command(session: Session, args: Args) -> None:
    """``SETEX key seconds value``"""
    store_until(session, args, 1, 3, lookup.time_of(session, args, 2, True, False), True)
    session.out.ok()


def psetex_command(session: Session, args: Args) -> None:
    """``PSETEX key milliseconds value``"""
    store_until(session, args, 1, 3, lookup.time_of(session, args, 2, False, False), True)
    session.out.ok()


def getset_command(session: Session, args: Args) -> None:
    """``GETSET key value`` → what the key held"""
    reply_string(session, args, 1)
    store(session, args, 1, 2, False)
    if session.server.observers & flags.OBSERVE_COMMANDS:
        session.propagate_as([b"SET", args.bytes_at(1), args.bytes_at(2)])


def mset_command(session: Session, args: Args) -> None:
    """``MSET key value [key value …]``"""
    check_pairs(session, args)
    store_pairs(session, args)
    session.out.ok()


def msetnx_command(session: Session, args: Args) -> int:
    """``MSETNX key value [key value …]`` → 1, or 0 and nothing is set if one of the keys is there."""
    check_pairs(session, args)
    for i in range(1, args.count, 2):
        if session.db.lookup_write(args, i, session.server.now_ms):
            session.out.integer(0)
            return 0
    store_pairs(session, args)
    session.out.integer(1)
    return 0


def check_pairs(session: Session, args: Args) -> None:
    if args.count % 2 == 0:
        raise CommandError(b"ERR wrong number of arguments for '%b' command" % lookup.command_name(session))


def store_pairs(session: Session, args: Args) -> None:
    for i in range(1, args.count, 2):
        store(session, args, i, i + 1, False)


# Reading and changing.


def getdel_command(session: Session, args: Args) -> int:
    """``GETDEL key`` → what the key held"""
    if not reply_string(session, args, 1):
        return 0
    session.db.table.delete_current()
    session.changed(args, 1, flags.NOTIFY_GENERIC, b"del")
    if session.server.observers & flags.OBSERVE_COMMANDS:
        session.propagate_as([b"DEL", args.bytes_at(1)])
    return 0


def getex_command(session: Session, args: Args) -> int:
    """``GETEX key [EX seconds | PX ms | EXAT time | PXAT ms-time | PERSIST]``"""
    options = parse_options(session, args, 2, False)
    table = session.db.table
    if not lookup.read_string(session, args, 1):
        session.out.null()
        return 0
    at_ms = 0
    if options & TIMED:
        at_ms = time_of_option(session, args, options)
    table.write_bulk(session.out)
    if options & (EXAT | PXAT) and at_ms <= session.server.now_ms and not session.db.keyspace.keep_expired:
        table.delete_current()
        session.changed(args, 1, flags.NOTIFY_GENERIC, b"del")
        if session.server.observers & flags.OBSERVE_COMMANDS:
            session.propagate_as([b"DEL", args.bytes_at(1)])
    elif options & TIMED:
        table.set_expire_at(at_ms)
        session.changed(args, 1, flags.NOTIFY_GENERIC, b"expire")
        if session.server.observers & flags.OBSERVE_COMMANDS:
            session.propagate_as([b"PEXPIREAT", args.bytes_at(1), b"%d" % at_ms])
    elif options & PERSIST and table.clear_expire():
        session.changed(args, 1, flags.NOTIFY_GENERIC, b"persist")
        if session.server.observers & flags.OBSERVE_COMMANDS:
            session.propagate_as([b"PERSIST", args.bytes_at(1)])
    return 0


def append_command(session: Session, args: Args) -> None:
    """``APPEND key value`` → the new length"""
    table = session.db.table
    if lookup.write_string(session, args, 1):
        check_size(session, table.value_size(), args.size_at(2))
        size = table.append_arg(args, 2)
    else:
        size = args.size_at(2)
        session.db.place(args, 1, size, session.server.now_ms)
        table.assign_arg(args, 2)
        lookup.created(session, args, 1)
    session.changed(args, 1, flags.NOTIFY_STRING, b"append")
    session.out.integer(size)


def setrange_command(session: Session, args: Args) -> int:
    """``SETRANGE key offset value`` → the new length; NULs fill a gap, and an empty value changes nothing."""
    offset = args.int_at(2)
    if offset < 0:
        raise CommandError(b"ERR offset is out of range")
    table = session.db.table
    found = lookup.write_string(session, args, 1)
    if args.size_at(3) == 0:
        session.out.integer(table.value_size() if found else 0)
        return 0
    check_size(session, offset, args.size_at(3))
    if not found:
        session.db.place(args, 1, offset + args.size_at(3), session.server.now_ms)
    size = table.setrange_arg(offset, args, 3)
    if not found:
        lookup.created(session, args, 1)
    session.changed(args, 1, flags.NOTIFY_STRING, b"setrange")
    session.out.integer(size)
    return 0


def check_size(session: Session, size: int, more: int) -> None:
    """CommandError if a string of both sizes together is longer than allowed. Neither is negative."""
    limit = min(session.parser.max_bulk, MAX_STRING)
    if size > limit or more > limit - size:
        raise CommandError(TOO_LONG)


def incr_command(session: Session, args: Args) -> None:
    """``INCR key``"""
    increment(session, args, 1)


def decr_command(session: Session, args: Args) -> None:
    """``DECR key``"""
    increment(session, args, -1)


def incrby_command(session: Session, args: Args) -> None:
    """``INCRBY key increment``"""
    increment(session, args, args.int_at(2))


def decrby_command(session: Session, args: Args) -> None:
    """``DECRBY key decrement``"""
    by = args.int_at(2)
    if by == lookup.MIN_LONG:
        raise CommandError(b"ERR decrement would overflow")
    increment(session, args, -by)


def increment(session: Session, args: Args, by: int) -> None:
    """Add to the integer that key 1 holds, none counting as 0, and reply with the sum."""
    table = session.db.table
    found = lookup.write_string(session, args, 1)
    value = 0
    if found:
        value = table.int_value() if table.is_int() else integer_of(table.value_bytes())
    if by > lookup.MAX_LONG - value if value > 0 else by < lookup.MIN_LONG - value:
        raise CommandError(WOULD_OVERFLOW)
    value += by
    if not found:
        session.db.place(args, 1, 8, session.server.now_ms)
        table.assign_int(value)
        lookup.created(session, args, 1)
    else:
        table.assign_int(value)
    session.changed(args, 1, flags.NOTIFY_STRING, b"incrby")
    session.out.integer(value)


def integer_of(text: bytes) -> int:
    """An integer that is kept as text: INCRBYFLOAT leaves some."""
    value = parse_integer(text)
    if value is None:
        raise CommandError(NOT_AN_INTEGER)
    return value


def incrbyfloat_command(session: Session, args: Args) -> None:
    """``INCRBYFLOAT key increment`` → the sum as a string, by x86's long double."""
    table = session.db.table
    found = lookup.write_string(session, args, 1)
    value = longdouble.parse(table.value_bytes()) if found else (0, 0)
    by = longdouble.parse(args.bytes_at(2))
    if value is None or by is None:
        raise CommandError(NOT_A_FLOAT)
    total = longdouble.add(value, by)
    if total is None:
        raise CommandError(b"ERR increment would produce NaN or Infinity")
    text = longdouble.to_text(total)
    if not found:
        session.db.place(args, 1, len(text), session.server.now_ms)
    # Not kept as an integer, even where it is one.
    table.assign_bytes(text, False)
    if not found:
        lookup.created(session, args, 1)
    session.changed(args, 1, flags.NOTIFY_STRING, b"incrbyfloat")
    if session.server.observers & flags.OBSERVE_COMMANDS:
        session.propagate_as([b"SET", args.bytes_at(1), text, b"KEEPTTL"])
    session.out.bulk(text)


# Options of SET and GETEX.


def parse_options(session: Session, args: Args, first: int, setting: bool) -> int:
    """The options from argument `first` on, and the place of a time's argument; CommandError if they do not go together.

    As in Redis the same option may come twice, and the last time counts.
    """
    options = 0
    at = 0
    i = first
    while i < args.count:
        timed = 0
        if args.equals(i, b"EX"):
            timed = EX
        elif args.equals(i, b"PX"):
            timed = PX
        elif args.equals(i, b"EXAT"):
            timed = EXAT
        elif args.equals(i, b"PXAT"):
            timed = PXAT
        if timed:
            if options & (KEEPTTL | PERSIST | (TIMED & ~timed)) or i + 1 == args.count:
                raise CommandError(SYNTAX)
            options |= timed
            at = i + 1
            i += 1
        elif setting and args.equals(i, b"NX") and not options & XX:
            options |= NX
        elif setting and args.equals(i, b"XX") and not options & NX:
            options |= XX
        elif setting and args.equals(i, b"GET"):
            options |= GET
        elif setting and args.equals(i, b"KEEPTTL") and not options & TIMED:
            options |= KEEPTTL
        elif not setting and args.equals(i, b"PERSIST") and not options & TIMED:
            options |= PERSIST
        else:
            raise CommandError(SYNTAX)
        i += 1
    return options | at << OPTION_BITS


def time_of_option(session: Session, args: Args, options: int) -> int:
    """The time that an option gives, in Unix milliseconds."""
    return lookup.time_of(
        session, args, options >> OPTION_BITS, options & (EX | EXAT) != 0, options & (EXAT | PXAT) != 0
    )
