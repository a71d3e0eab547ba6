"""DEBUG: what the test suites, and nobody else, ask of a server. Allowed as ``enable-debug-command`` says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from respkit.errors import CommandError
from respkit.net import clock
from respkit.resp.inbuf import Args
from respkit.server import digest
from respkit.server.admin import protected_allowed
from respkit.server.registry import reply_lines, subcommand_mistake
from respkit.server.session import Commands, Session
from respkit.store import kinds

NO_SUCH_KEY = b"ERR no such key"
NOT_POSITIVE = b"ERR value is out of range, must be positive"
NOT_ALLOWED = (
    b'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local '
    b"connection, otherwise you need to set this option in the configuration file, and then restart the server."
)
WRONG_PROTOCOL_NAME = (
    b"ERR Wrong protocol type name. Please use one of the following: "
    b"string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"
)


def install(commands: Commands) -> None:
    """Gives the command of this module its handler."""
    commands.attach_python(b"debug", debug_command)


def debug_command(session: Session, args: Args) -> None:
    """``DEBUG subcommand [argument …]``"""
    if not protected_allowed(session, "enable-debug-command"):
        raise CommandError(NOT_ALLOWED)
    found = SUBCOMMANDS.get(args.bytes_at(1).lower())
    if found is None or not found[0] <= len(args) <= found[1]:
        raise subcommand_mistake(args)
    found[2](session, args)


def help_debug(session: Session, args: Args) -> None:
    """``DEBUG HELP``"""
    lines = [b"DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"]
    for name, (_, _, handler) in sorted(SUBCOMMANDS.items()):
        text = (handler.__doc__ or "").split("``")
        lines += [text[1].removeprefix("DEBUG ").encode() if len(text) > 1 else name.upper()]
        lines += [b"    " + text[-1].strip(" .:→\n").encode()]
    reply_lines(session, lines)


def flag_at(args: Args, i: int) -> bool:
    """A switch, as C's atoi reads it: anything that begins with a number but zero is on."""
    digits = args.bytes_at(i).strip().lstrip(b"+-")
    return digits[:1].isdigit() and int(digits[: len(digits) - len(digits.lstrip(b"0123456789"))]) != 0


def sleep(session: Session, args: Args) -> None:
    """``DEBUG SLEEP seconds``: the whole server does nothing for so long."""
    time.sleep(max(args.float_at(2), 0.0))
    session.server.now_ms = clock.unix_ms()
    session.out.ok()


def set_active_expire(session: Session, args: Args) -> None:
    """``DEBUG SET-ACTIVE-EXPIRE 0|1``: whether expired keys are looked for."""
    session.server.app.cron.active_expire = flag_at(args, 2)
    session.out.ok()


def pause_cron(session: Session, args: Args) -> None:
    """``DEBUG PAUSE-CRON 0|1``: whether nothing at all happens without a client."""
    session.server.app.cron.paused = flag_at(args, 2)
    session.out.ok()


def describe_object(session: Session, args: Args) -> None:
    """``DEBUG OBJECT key``: how a value is kept."""
    db = session.db
    if not db.peek(args, 2, session.server.now_ms):
        raise CommandError(NO_SUCH_KEY)
    table = db.table
    idle_seconds = db.keyspace.idle_ms(table.clock(), session.server.now_ms) // 1000
    encoding = {kinds.ENCODING_INT: "int", kinds.ENCODING_EMBSTR: "embstr"}.get(table.encoding(), "raw")
    session.out.simple(
        f"Value at:0x7f0000000000 refcount:1 encoding:{encoding} serializedlength:{serialized_length(table.value_bytes())} "
        f"lru:{table.clock()} lru_seconds_idle:{idle_seconds}".encode()
    )


def serialized_length(value: bytes) -> int:
    """How many bytes an RDB takes for a string, its compression aside: small integers are packed."""
    if value.isdigit() or (value[:1] == b"-" and value[1:].isdigit()):
        number = int(value) if len(value) <= 11 else 0
        if b"%d" % number == value:
            for size in (1, 2, 4):
                if -(2 ** (8 * size - 1)) <= number < 2 ** (8 * size - 1):
                    return 1 + size
    return len(value) + (1 if len(value) < 64 else 2 if len(value) < 16384 else 5)


def populate(session: Session, args: Args) -> None:
    """``DEBUG POPULATE count [prefix] [size]``: makes keys ``prefix:0``, …; those that exist stay."""
    count = positive_at(args, 2)
    prefix = args.bytes_at(3) if len(args) > 3 else b"key"
    size = positive_at(args, 4) if len(args) > 4 else 0
    db = session.db
    now_ms = session.server.now_ms
    for i in range(count):
        key = b"%s:%d" % (prefix, i)
        if db.lookup_key(key, now_ms):
            continue
        value = b"value:%d" % i
        if size:
            value = value[:size].ljust(size, b"\0")
        db.place_key(key, len(value), now_ms)
        db.table.assign_bytes(value, False)
    session.out.ok()


def positive_at(args: Args, i: int) -> int:
    value = args.int_at(i, NOT_POSITIVE)
    if value < 0:
        raise CommandError(NOT_POSITIVE)
    return value


def digest_all(session: Session, args: Args) -> None:
    """``DEBUG DIGEST``: a fingerprint of all data."""
    session.out.simple(digest.dataset_digest(session.server.databases).hex().encode())


def digest_values(session: Session, args: Args) -> None:
    """``DEBUG DIGEST-VALUE [key …]``: a fingerprint of each value; zeros where there is none."""
    session.out.array(len(args) - 2)
    for i in range(2, len(args)):
        found = session.db.peek(args, i, session.server.now_ms)
        value = digest.value_digest(session.db.table, digest.EMPTY) if found else digest.EMPTY
        session.out.simple(value.hex().encode())


def protocol(session: Session, args: Args) -> None:
    """``DEBUG PROTOCOL type``: a reply of that type."""
    out = session.out
    name = args.bytes_at(2).lower()
    if name == b"string":
        out.bulk(b"Hello World")
    elif name == b"integer":
        out.integer(12345)
    elif name == b"double":
        out.double(3.141)
    elif name == b"bignum":
        out.big_number(b"1234567999999999999999999999999999999")
    elif name == b"null":
        out.null()
    elif name in (b"array", b"set"):
        (out.array if name == b"array" else out.set)(3)
        for i in range(3):
            out.integer(i)
    elif name == b"map":
        out.map(3)
        for i in range(3):
            out.integer(i)
            out.boolean(i == 1)
    elif name == b"attrib":
        if out.proto == 3:
            out.attribute(1)
            out.bulk(b"key-popularity")
            out.array(2)
            out.bulk(b"key:123")
            out.integer(90)
        out.bulk(b"Some real reply following the attribute")
    elif name == b"push":
        if out.proto != 3:
            raise CommandError(b"ERR RESP2 is not supported by this command")
        out.push(2)
        out.bulk(b"server-cpu-usage")
        out.integer(42)
        out.bulk(b"Some real reply following the push reply")
    elif name in (b"true", b"false"):
        out.boolean(name == b"true")
    elif name == b"verbatim":
        out.verbatim(b"txt", b"This is a verbatim\nstring")
    else:
        raise CommandError(WRONG_PROTOCOL_NAME)


def error(session: Session, args: Args) -> None:
    """``DEBUG ERROR text``: an error of that text."""
    session.out.error(args.bytes_at(2))


def log(session: Session, args: Args) -> None:
    """``DEBUG LOG text``: writes into the log."""
    text = args.bytes_at(2).decode("utf-8", "surrogateescape")
    session.server.app.log.warning(f"DEBUG LOG: {text}")
    session.out.ok()


def hash_table_stats(session: Session, args: Args) -> None:
    """``DEBUG HTSTATS database``: how many entries it has."""
    index = args.int_at(2)
    databases = session.server.databases
    if not 0 <= index < len(databases):
        raise CommandError(b"ERR Out of range database")
    table = databases[index].table
    text = ""
    for title, count in (("Dictionary HT", table.size()), ("Expires HT", table.expiring())):
        text += f"[{title}]\nHash table 0 stats (main hash table):\n"
        text += f" number of elements: {count}\n" if count else "No stats available for empty dictionaries\n"
    session.out.verbatim(b"txt", text.encode())


def change_replication_id(session: Session, args: Args) -> None:
    """``DEBUG CHANGE-REPL-ID``: a new replication id."""
    server = session.server.app
    server.log.warning("Changing replication IDs after receiving DEBUG change-repl-id")
    server.replication_id = os.urandom(20).hex()
    session.out.ok()


def match_strings(session: Session, args: Args) -> None:
    """``DEBUG STRINGMATCH-TEST``: tries the glob matcher with random patterns."""
    from respkit.commands.glob import glob_match

    letters = b"abc*?[]^-\\"
    for _ in range(10_000):
        words = [bytes([letters[byte % len(letters)] for byte in os.urandom(20)]) for _ in range(2)]
        glob_match(words[0], words[1])
    session.out.simple(b"Apparently Redis did not crash: test passed")


def rewrite_everything(session: Session, args: Args) -> None:
    """``DEBUG CONFIG-REWRITE-FORCE-ALL``: CONFIG REWRITE of all parameters."""
    server = session.server.app
    if server.config_file is None:
        raise CommandError(b"ERR The server is running without a config file")
    try:
        server.rewrite_config(True)
    except OSError as failure:
        raise CommandError(f"ERR CONFIG-REWRITE-FORCE-ALL failed: {failure.strerror}".encode()) from None
    session.out.ok()


def segfault(session: Session, args: Args) -> None:
    """``DEBUG SEGFAULT``: the process dies."""
    server = session.server.app
    if not server.owns_process:
        raise CommandError(b"ERR this server is embedded in a program, and must not end it")
    server.log.warning("Redis 7.0.15 crashed by signal: 11, si_code: 0")
    os.kill(os.getpid(), signal.SIGSEGV)


Handler = Callable[[Session, Args], None]

# Name → fewest and most arguments, counted with DEBUG and the name, and the handler.
SUBCOMMANDS: dict[bytes, tuple[int, int, Handler]] = {
    b"help": (2, 2, help_debug),
    b"sleep": (3, 3, sleep),
    b"set-active-expire": (3, 3, set_active_expire),
    b"pause-cron": (3, 3, pause_cron),
    b"object": (3, 4, describe_object),
    b"populate": (3, 5, populate),
    b"digest": (2, 2, digest_all),
    b"digest-value": (2, 2**31, digest_values),
    b"protocol": (3, 3, protocol),
    b"error": (3, 3, error),
    b"log": (3, 3, log),
    b"htstats": (3, 3, hash_table_stats),
    b"change-repl-id": (2, 2, change_replication_id),
    b"stringmatch-test": (2, 2, match_strings),
    b"config-rewrite-force-all": (2, 2, rewrite_everything),
    b"segfault": (2, 2, segfault),
}
