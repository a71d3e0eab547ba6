# cython: annotation_typing=False
"""Where a command's keys are, and what it does to them.

Most commands say it in their key specs (`Command.key_specs`); those whose `simple_keys` is set need nothing of this
module but their range. The rest is found here:

- `keys_of` tells the keys that a command will touch once it runs. Access control and routing ask it.
- `getkeys` is the answer of COMMAND GETKEYS, with Redis's errors.

The two differ where Redis's own answer is not what its command does. A check that believed it could be passed with
one key named and another one touched, so `keys_of` reads the arguments as the command does:

- GEORADIUS … STORE a STORE b writes b, and STORE a STOREDIST b writes b too: the last one counts;
- XREAD and XREADGROUP know their own options, so a group or consumer called ``streams`` is not the word STREAMS;
- PFMERGE with a destination alone still writes the destination.

SORT … STORE is read as SORT reads it in both (Redis also takes a destination called ``get`` for the option GET).
SORT's BY and GET name keys by pattern, which nobody can tell beforehand: see `names_keys_by_pattern`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from respkit.commands.model import (
    BEGIN_INDEX,
    BEGIN_KEYWORD,
    FIND_KEYNUM,
    FIND_RANGE,
    KEY_ACCESS,
    KEY_DELETE,
    KEY_INCOMPLETE,
    KEY_NOT_KEY,
    KEY_OW,
    KEY_RO,
    KEY_RW,
    KEY_UPDATE,
    KEY_VARIABLE_FLAGS,
    NO_MANDATORY_KEYS,
    Command,
    KeySpec,
)
from respkit.commands.table import find_words
from respkit.errors import CommandError

# Where a key is among the arguments, and its key flags.
Key: TypeAlias = tuple[int, int]
Word: TypeAlias = Callable[[int], bytes]

READS: Final = KEY_RO | KEY_ACCESS
STORES: Final = KEY_OW | KEY_UPDATE
CHANGES: Final = KEY_RW | KEY_ACCESS | KEY_UPDATE
TAKES: Final = KEY_RW | KEY_ACCESS | KEY_DELETE

# What a command does with its channels.
CHANNEL_PATTERN: Final = 1 << 0
CHANNEL_SUBSCRIBE: Final = 1 << 1
CHANNEL_UNSUBSCRIBE: Final = 1 << 2
CHANNEL_PUBLISH: Final = 1 << 3


def keys_of(command: Command, args: Any) -> list[Key]:
    """The keys that `args` (an `Args`, or a sequence of bytes; the command's name first) make the command touch.

    The number of arguments has been checked (`Command.arity_ok`). Empty where the command will refuse its arguments.
    """
    if not command.key_specs:
        return []
    word = args.__getitem__ if isinstance(args, (list, tuple)) else args.bytes_at
    reader = _READERS.get(command.name)
    if reader is not None:
        return reader(len(args), word)
    keys: list[Key] = []
    if _by_specs(command, len(args), word, keys, True):
        return keys
    return []


def getkeys(words: Sequence[bytes]) -> list[tuple[bytes, int]]:
    """What COMMAND GETKEYSANDFLAGS answers for the command in `words`: its keys and their flags.

    CommandError as Redis refuses: no such command, no keys, the wrong number of arguments, or none that make sense.
    """
    command = find_words(words)
    if command is None:
        raise CommandError(b"ERR Invalid command specified")
    if not has_keys(command):
        raise CommandError(b"ERR The command has no key arguments")
    count = len(words)
    if not command.arity_ok(count):
        raise CommandError(b"ERR Invalid number of arguments specified for command")
    keys: list[Key] = []
    if command.key_specs[0].flags & KEY_VARIABLE_FLAGS or not _by_specs(command, count, words.__getitem__, keys, False):
        reader = _FALLBACKS.get(command.name)
        keys = reader(count, words.__getitem__) if reader is not None else _by_count(command, words)
    if not keys and not command.flags & NO_MANDATORY_KEYS:
        raise CommandError(b"ERR Invalid arguments specified for command")
    return [(words[i], flags) for i, flags in keys]


def has_keys(command: Command) -> bool:
    """Whether the command can have keys at all; a channel is none."""
    for spec in command.key_specs:  # noqa: SIM110  (compiled, a cpdef function holds no generator)
        if not spec.flags & KEY_NOT_KEY:
            return True
    return False


def names_keys_by_pattern(command: Command, args: Any) -> bool:
    """Whether SORT or SORT_RO reads other keys by pattern (BY with a ``*``, or GET other than ``#``)."""
    if command.name not in (b"sort", b"sort_ro"):
        return False
    word = args.__getitem__ if isinstance(args, (list, tuple)) else args.bytes_at
    i = 2
    while i < len(args):
        option = _option(word(i))
        if option in (b"BY", b"GET") and i + 1 < len(args):
            value = word(i + 1)
            if (option == b"BY" and b"*" in value) or (option == b"GET" and value != b"#"):
                return True
        i += _SORT_OPTIONS.get(option, 0) + 1
    return False


def channels_of(command: Command, args: Any) -> tuple[range, int]:
    """Where a command's channels are, and what it does with them (CHANNEL_…); an empty range and 0 if it has none."""
    flags, only_one = _CHANNELS.get(command.name, (0, False))
    if not flags:
        return range(0), 0
    return range(1, 2 if only_one else len(args)), flags


def _by_specs(command: Command, count: int, word: Word, keys: list[Key], lenient: bool) -> bool:
    """Add the keys that the key specs find. False where a spec does not fit the arguments, or cannot say.

    `lenient` forgives a range that begins behind the last argument: it has no keys.
    """
    for spec in command.key_specs:
        flags = spec.flags
        if flags & KEY_NOT_KEY:
            continue
        first = 0
        if spec.begin == BEGIN_INDEX:
            first = spec.index
        elif spec.begin == BEGIN_KEYWORD:
            first = _behind_keyword(spec, count, word)
            if not first:
                continue
        else:
            return False
        if spec.find == FIND_RANGE:
            if spec.last_key >= 0:
                last = first + spec.last_key
            elif spec.limit:
                last = first + (count - first) // spec.limit + spec.last_key
            else:
                last = count + spec.last_key
        elif spec.find == FIND_KEYNUM and first + spec.keynum_index < count:
            number = _strict_integer(word(first + spec.keynum_index))
            if number < 0:
                return False
            first += spec.first_key
            last = first + _as_int32(number) - 1
        else:
            return False
        if lenient and first == count and spec.find == FIND_RANGE:
            continue
        if first >= count or last >= count or last < first:
            return False
        i = first
        while i <= last:
            keys.append((i, flags))
            i += spec.key_step
        if flags & KEY_INCOMPLETE:
            return False
    return True


def _behind_keyword(spec: KeySpec, count: int, word: Word) -> int:
    """Where the keyword's first key is; 0 if the keyword is not there, or nothing follows it."""
    places = range(spec.start_from, count - 1) if spec.start_from > 0 else range(count + spec.start_from, 1, -1)
    for i in places:
        if _option(word(i)) == spec.keyword:
            return i + 1
    return 0


def _option(text: bytes) -> bytes:
    """An argument as a keyword, in upper case. Redis compares C strings: for it, ``STORE\\0x`` is STORE."""
    if b"\0" in text:
        text = text[: text.index(b"\0")]
    return text.upper()


def _by_count(command: Command, words: Sequence[bytes]) -> list[Key]:
    """Redis's second try where the number of keys is not a proper one: as C's atoi reads it, and without flags.

    Such a command is refused when it runs; only COMMAND GETKEYS answers it.
    """
    count = len(words)
    spec = command.key_specs[len(command.key_specs) - 1]
    if spec.find != FIND_KEYNUM:
        return []
    number = _loose_integer(words[spec.index])
    first = spec.index + spec.first_key
    if number < 1 or number > count - first:
        return []
    keys = [(i, 0) for i in range(first, first + number)]
    if len(command.key_specs) > 1:
        keys.append((command.key_specs[0].index, 0))
    return keys


def _strict_integer(text: bytes) -> int:
    """A count of keys as commands take it: decimal, no sign, no zeros in front, 64 bits. -1 if it is not one."""
    size = len(text)
    if not 0 < size <= 19 or not text.isdigit() or (size > 1 and text[0] == 0x30):
        return -1
    number = int(text)
    return number if number < 1 << 63 else -1


def _loose_integer(text: bytes) -> int:
    """A number as C's atoi reads it: white space, a sign, digits as far as they go, the low 32 bits."""
    text = text.lstrip(b" \t\n\v\f\r")
    i = 1 if text[:1] in (b"+", b"-") else 0
    start = i
    while i < len(text) and 0x30 <= text[i] <= 0x39:
        i += 1
    # 19 digits may pass 64 bits, and strtol stops at its largest: whatever is longer is that, too.
    digits = text[start:i].lstrip(b"0")[:20]
    number = int(digits or b"0")
    if text[:1] == b"-":
        return _as_int32(max(-number, -(1 << 63)))
    return _as_int32(min(number, (1 << 63) - 1))


def _as_int32(number: int) -> int:
    """The low 32 bits, signed."""
    return ((number + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def _set_keys(count: int, word: Word) -> list[Key]:
    """SET key value […]: it reads the old value only where GET asks for it."""
    for i in range(3, count):
        if _option(word(i)) == b"GET":
            return [(1, CHANGES)]
    return [(1, STORES)]


def _bitfield_keys(count: int, word: Word) -> list[Key]:
    """BITFIELD key […]: GET and OVERFLOW alone do not write."""
    i = 2
    while i < count:
        option = _option(word(i))
        if option == b"GET" and i + 2 < count:
            i += 3
        elif option == b"OVERFLOW" and i + 1 < count:
            i += 2
        else:
            return [(1, CHANGES)]
    return [(1, READS)]


# SORT's options that are followed by something, and by how much.
_SORT_OPTIONS: Final = {b"LIMIT": 2, b"GET": 1, b"BY": 1, b"STORE": 1}


def _sort_keys(count: int, word: Word) -> list[Key]:
    """SORT key […] [STORE destination]: the last STORE counts."""
    destination = 0
    i = 2
    while i < count:
        option = _option(word(i))
        if option == b"STORE" and i + 1 < count:
            destination = i + 1
        i += _SORT_OPTIONS.get(option, 0) + 1
    if destination:
        return [(1, READS), (destination, STORES)]
    return [(1, READS)]


def _sort_ro_keys(count: int, word: Word) -> list[Key]:
    return [(1, READS)]


_MIGRATE_OPTIONS: Final = {b"AUTH": 1, b"AUTH2": 2}


def _migrate_keys(count: int, word: Word) -> list[Key]:
    """MIGRATE host port key|"" database timeout […] [KEYS key …]: KEYS needs the empty key before it."""
    i = 6
    while i < count:
        option = _option(word(i))
        if option == b"KEYS":
            if word(3):
                return []
            return [(place, TAKES) for place in range(i + 1, count)]
        i += _MIGRATE_OPTIONS.get(option, 0) + 1
    return [(3, TAKES)]


def _georadius_keys(count: int, word: Word) -> list[Key]:
    return _georadius_from(6, count, word)


def _georadiusbymember_keys(count: int, word: Word) -> list[Key]:
    return _georadius_from(5, count, word)


def _georadius_from(options: int, count: int, word: Word) -> list[Key]:
    """GEORADIUS key … [COUNT count] [STORE key | STOREDIST key]: of several destinations the last is written."""
    destination = 0
    i = options
    while i < count:
        option = _option(word(i))
        if option == b"COUNT":
            i += 1
        elif option in (b"STORE", b"STOREDIST") and i + 1 < count:
            i += 1
            destination = i
        i += 1
    if destination:
        return [(1, READS), (destination, STORES)]
    return [(1, READS)]


_XREAD_OPTIONS: Final = {b"BLOCK": 1, b"COUNT": 1, b"GROUP": 2, b"NOACK": 0}


def _xread_keys(count: int, word: Word) -> list[Key]:
    """XREAD and XREADGROUP […] STREAMS key … id …: the first half of what follows STREAMS."""
    i = 1
    while i < count:
        option = _option(word(i))
        if option == b"STREAMS":
            following = count - i - 1
            if following % 2:
                return []
            return [(place, READS) for place in range(i + 1, i + 1 + following // 2)]
        if option not in _XREAD_OPTIONS:
            return []
        i += _XREAD_OPTIONS[option] + 1
    return []


# Whose key specs do not tell everything, or not rightly.
_READERS: Final[dict[bytes, Callable[[int, Word], list[Key]]]] = {
    b"set": _set_keys,
    b"bitfield": _bitfield_keys,
    b"sort": _sort_keys,
    b"sort_ro": _sort_ro_keys,
    b"migrate": _migrate_keys,
    b"georadius": _georadius_keys,
    b"georadiusbymember": _georadiusbymember_keys,
    b"xread": _xread_keys,
    b"xreadgroup": _xread_keys,
}

# Those of them which COMMAND GETKEYS asks too, where the key specs have no answer.
_FALLBACKS: Final = {name: _READERS[name] for name in (b"set", b"bitfield", b"sort", b"sort_ro", b"migrate")}

_CHANNELS: Final[dict[bytes, tuple[int, bool]]] = {
    b"subscribe": (CHANNEL_SUBSCRIBE, False),
    b"ssubscribe": (CHANNEL_SUBSCRIBE, False),
    b"psubscribe": (CHANNEL_SUBSCRIBE | CHANNEL_PATTERN, False),
    b"unsubscribe": (CHANNEL_UNSUBSCRIBE, False),
    b"sunsubscribe": (CHANNEL_UNSUBSCRIBE, False),
    b"punsubscribe": (CHANNEL_UNSUBSCRIBE | CHANNEL_PATTERN, False),
    b"publish": (CHANNEL_PUBLISH, True),
    b"spublish": (CHANNEL_PUBLISH, True),
}
