"""The one table structure of the store: the keyspace, and the tables inside sets, hashes and sorted sets.

This is the plain form, over Python's objects; ``table.pyx`` has the same interface over C memory.

Entries lie in a dense array. One is removed by moving the last into its place, and a scan goes from the end downwards:
so its cursor is an index, what was there all the time is seen at least once however the table changes meanwhile (what
moves into the part still to be scanned has been seen already), and an entry drawn at random is drawn uniformly.
A second array, of the entries that expire, is kept the same way.

A table is used like a cursor: ``find``, ``place``, ``seek`` and their like choose the current entry, the other methods
speak of it, and ``delete_current`` leaves none. So the next call that chooses or removes ends what held of the last.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from respkit.resp.inbuf import parse_integer
from respkit.store import kinds

if TYPE_CHECKING:
    from respkit.commands.glob import Glob
    from respkit.resp.inbuf import Args
    from respkit.resp.outbuf import OutBuffer

# A string of one entry: what a header can say. Redis allows 512 MB (proto-max-bulk-len), which the handlers check.
MAX_STRING_BYTES = 2**32 - 1
MAX_ENTRIES = 2**32 - 1
CLOCK_MASK = 0xFFFFFF
NO_ENTRY = "no entry is current"


def set_hash_seed(seed: bytes) -> None:
    """Give the tables made from now on the 16 bytes that key their hash, in place of random ones. Of no use here."""
    if len(seed) != 16:
        raise ValueError("a hash seed is 16 bytes")


def hold_resize(hold: bool) -> None:
    """While a child of fork lives: put off what would rewrite the tables of this process. A dict cannot be held."""


class Entry:
    __slots__ = ("clock", "expire_at", "expire_position", "key", "kind", "position", "raw", "value")

    def __init__(self, key: bytes, position: int) -> None:
        self.key = key
        self.position = position
        self.kind = kinds.STRING
        # Of a string bytes or int, else the object.
        self.value: object = b""
        self.raw = False
        self.clock = 0
        self.expire_at: int | None = None
        self.expire_position = -1


class Table:
    """A mapping from keys to strings, integers or objects, each with an expiry if it has one, and 24 bits of clock."""

    __slots__ = ("_by_key", "_current", "_dense", "_expiring")

    def __init__(self) -> None:
        self._by_key: dict[bytes, Entry] = {}
        self._dense: list[Entry] = []
        self._expiring: list[Entry] = []
        self._current: Entry | None = None

    def __len__(self) -> int:
        return len(self._dense)

    def size(self) -> int:
        """How many entries there are."""
        return len(self._dense)

    def expiring(self) -> int:
        """How many of them expire."""
        return len(self._expiring)

    def memory_used(self) -> int:
        """Bytes taken, as far as they are known here: an estimate in this form."""
        return len(self._dense) * 300

    # Choosing the current entry.

    def find(self, args: Args, i: int) -> bool:
        """Whether there is an entry with argument `i` as its key; it becomes the current one, else there is none."""
        self._current = self._by_key.get(args.bytes_at(i))
        return self._current is not None

    def find_used(self, args: Args, i: int, now_ms: int, clock: int) -> int:
        """Like `find`, and `set_clock` if it is not negative: ABSENT, FOUND, or EXPIRED, and then the clock stays.

        Expired is what has a time that lies before `now_ms`.
        """
        if not self.find(args, i):
            return kinds.ABSENT
        entry = self._entry()
        if entry.expire_at is not None and entry.expire_at < now_ms:
            return kinds.EXPIRED
        if clock >= 0:
            entry.clock = clock & CLOCK_MASK
        return kinds.FOUND

    def find_key(self, key: bytes) -> bool:
        """Like `find`, for a key of one's own."""
        self._current = self._by_key.get(key)
        return self._current is not None

    def place(self, args: Args, i: int, room: int) -> bool:
        """Like `find`, but makes the entry if there is none: an empty string. Whether it was made.

        `room` is the size of the value that will follow; the entry is allocated for it.
        """
        return self.place_key(args.bytes_at(i), room)

    def place_key(self, key: bytes, room: int) -> bool:
        """Like `place`, for a key of one's own."""
        if room < 0:
            raise ValueError("room is not negative")
        found = self._by_key.get(key)
        if found is not None:
            self._current = found
            return False
        if len(self._dense) >= MAX_ENTRIES:
            raise MemoryError("a table holds no more entries")
        self._current = made = Entry(key, len(self._dense))
        self._dense.append(made)
        self._by_key[key] = made
        return True

    def seek(self, position: int) -> bool:
        """Choose the entry at a position of the dense array; False, and none is chosen, where there is none."""
        self._current = self._dense[position] if 0 <= position < len(self._dense) else None
        return self._current is not None

    def seek_expiring(self, position: int) -> bool:
        """Like `seek`, among the entries that expire."""
        self._current = self._expiring[position] if 0 <= position < len(self._expiring) else None
        return self._current is not None

    def seek_random(self) -> bool:
        """Choose any entry, each as likely as the other; False when there is none."""
        return bool(self._dense) and self.seek(random.randrange(len(self._dense)))  # noqa: S311  (no secret)

    def seek_random_expiring(self) -> bool:
        """Like `seek_random`, among the entries that expire."""
        return bool(self._expiring) and self.seek_expiring(random.randrange(len(self._expiring)))  # noqa: S311

    def _entry(self) -> Entry:
        if self._current is None:
            raise LookupError(NO_ENTRY)
        return self._current

    # What the current entry says.

    def position(self) -> int:
        """Its place in the dense array."""
        return self._entry().position

    def key_bytes(self) -> bytes:
        return self._entry().key

    def key_size(self) -> int:
        return len(self._entry().key)

    def key_matches(self, glob: Glob) -> bool:
        """Whether its key matches the pattern."""
        return glob.matches(self._entry().key)

    def write_key(self, out: OutBuffer) -> int:
        """Its key, as a bulk string."""
        return out.bulk(self._entry().key)

    def kind(self) -> int:
        """One of `kinds`."""
        return self._entry().kind

    def encoding(self) -> int:
        """ENCODING_INT, ENCODING_EMBSTR or ENCODING_RAW of a string, ENCODING_OBJECT of all else."""
        entry = self._entry()
        if entry.kind != kinds.STRING:
            return kinds.ENCODING_OBJECT
        if isinstance(entry.value, int):
            return kinds.ENCODING_INT
        assert isinstance(entry.value, bytes)
        return kinds.ENCODING_RAW if entry.raw or len(entry.value) > kinds.EMBSTR_MAX else kinds.ENCODING_EMBSTR

    def is_int(self) -> bool:
        """Whether it is a string kept as an integer."""
        entry = self._entry()
        return entry.kind == kinds.STRING and isinstance(entry.value, int)

    def int_value(self) -> int:
        """The integer that it is kept as; TypeError if it is not."""
        value = self._entry().value
        if not self.is_int():
            raise TypeError("not kept as an integer")
        assert isinstance(value, int)
        return value

    def value_bytes(self) -> bytes:
        """The string; TypeError for another kind."""
        entry = self._entry()
        if entry.kind != kinds.STRING:
            raise TypeError("not a string")
        if isinstance(entry.value, int):
            return b"%d" % entry.value
        assert isinstance(entry.value, bytes)
        return entry.value

    def value_size(self) -> int:
        """The string's length in bytes."""
        return len(self.value_bytes())

    def value_object(self) -> object:
        """The object of another kind; TypeError for a string."""
        entry = self._entry()
        if entry.kind == kinds.STRING:
            raise TypeError("a string is not an object")
        return entry.value

    def entry_bytes(self) -> int:
        """The memory that it takes, its places in table and index among it; an object's own aside. An estimate here."""
        entry = self._entry()
        return 200 + len(entry.key) + (len(entry.value) if isinstance(entry.value, bytes) else 0)

    def write_bulk(self, out: OutBuffer) -> int:
        """The string, as a bulk string."""
        return out.bulk(self.value_bytes())

    def write_range(self, out: OutBuffer, start: int, size: int) -> int:
        """`size` bytes of the string from `start`, as a bulk string; IndexError when there are not as many."""
        value = self.value_bytes()
        if start < 0 or size < 0 or start + size > len(value):
            raise IndexError("no such part of the string")
        return out.bulk(value[start : start + size])

    # Changing it. Its expiry and clock stay.

    def assign_arg(self, args: Args, i: int) -> int:
        """Make it the string that argument `i` is: kept as an integer where that says the same."""
        return self.assign_bytes(args.bytes_at(i), True)

    def put_string(self, args: Args, key: int, value: int, clock: int, keep_clock: bool) -> int:
        """Like `place`, `assign_arg` and `set_clock`, where the entry has no time: CREATED or REPLACED, else EXPIRES.

        With `keep_clock` an entry that was there keeps its clock. EXPIRES leaves it as it was, and current.
        """
        text = args.bytes_at(value)
        created = self.place(args, key, len(text))
        if self.has_expire():
            return kinds.EXPIRES
        self.assign_bytes(text, True)
        if created or not keep_clock:
            self.set_clock(clock)
        return kinds.CREATED if created else kinds.REPLACED

    def assign_bytes(self, value: bytes, try_int: bool) -> int:
        """Make it a string; kept as an integer only with `try_int`."""
        if len(value) > MAX_STRING_BYTES:
            raise OverflowError("a string is no longer than 4 GB")
        entry = self._entry()
        number = parse_integer(value) if try_int and len(value) <= 20 else None
        entry.kind = kinds.STRING
        entry.value = value if number is None else number
        entry.raw = False
        return 0

    def assign_int(self, value: int) -> int:
        """Make it a string kept as an integer of 64 bits."""
        if not -(2**63) <= value < 2**63:
            raise OverflowError("an integer of an entry has 64 bits")
        entry = self._entry()
        entry.kind = kinds.STRING
        entry.value = value
        entry.raw = False
        return 0

    def assign_object(self, kind: int, value: object) -> int:
        """Make it an object of another kind. The table holds a reference."""
        if not kinds.STRING < kind <= kinds.STREAM:
            raise ValueError("not the kind of an object")
        entry = self._entry()
        entry.kind = kind
        entry.value = value
        entry.raw = False
        return 0

    def mark_raw(self) -> int:
        """Its encoding is raw from now on, however short it is, as that of a string that was changed in place."""
        value = self.value_bytes()
        entry = self._entry()
        entry.value = value
        entry.raw = True
        return 0

    def append_arg(self, args: Args, i: int) -> int:
        """Add argument `i` to the string's end; its new size."""
        return self.append_bytes(args.bytes_at(i))

    def append_bytes(self, value: bytes) -> int:
        """Add to the string's end; its new size. Amortised, the cost is that of what is added (not in this form)."""
        whole = self.value_bytes() + value
        if len(whole) > MAX_STRING_BYTES:
            raise OverflowError("a string is no longer than 4 GB")
        entry = self._entry()
        entry.value = whole
        entry.raw = True
        return len(whole)

    def setrange_arg(self, offset: int, args: Args, i: int) -> int:
        """Overwrite the string with argument `i` from `offset`, NULs filling a gap; its new size."""
        return self.setrange_bytes(offset, args.bytes_at(i))

    def setrange_bytes(self, offset: int, value: bytes) -> int:
        """Overwrite the string from `offset`, NULs filling a gap; its new size."""
        old = self.value_bytes()
        if offset < 0 or offset + len(value) > MAX_STRING_BYTES:
            raise OverflowError("a string is no longer than 4 GB")
        whole = old[:offset].ljust(offset, b"\0") + value + old[offset + len(value) :]
        entry = self._entry()
        entry.value = whole
        entry.raw = True
        return len(whole)

    def clock(self) -> int:
        """24 bits for eviction: the last use (LRU), or a time and a counter (LFU). 0 in a new entry."""
        return self._entry().clock

    def set_clock(self, clock: int) -> int:
        self._entry().clock = clock & CLOCK_MASK
        return 0

    def has_expire(self) -> bool:
        return self._entry().expire_at is not None

    def expire_at(self) -> int:
        """When it expires, in Unix milliseconds; -1 if it does not."""
        at = self._entry().expire_at
        return -1 if at is None else at

    def set_expire_at(self, at_ms: int) -> int:
        """Let it expire then."""
        if not -(2**63) <= at_ms < 2**63:
            raise OverflowError("a time has 64 bits")
        entry = self._entry()
        if entry.expire_at is None:
            entry.expire_position = len(self._expiring)
            self._expiring.append(entry)
        entry.expire_at = at_ms
        return 0

    def clear_expire(self) -> bool:
        """Let it not expire; whether it would have."""
        entry = self._entry()
        if entry.expire_at is None:
            return False
        entry.expire_at = None
        last = self._expiring.pop()
        if last is not entry:
            self._expiring[entry.expire_position] = last
            last.expire_position = entry.expire_position
        entry.expire_position = -1
        return True

    # Removing.

    def delete_current(self) -> int:
        """Remove it; the last entry of the dense array takes its place, and none is current."""
        entry = self._entry()
        self.clear_expire()
        del self._by_key[entry.key]
        last = self._dense.pop()
        if last is not entry:
            self._dense[entry.position] = last
            last.position = entry.position
        self._current = None
        return 0

    def detach(self) -> Remains:
        """Remove all entries at once: they go into an object that frees them as slowly as one likes."""
        remains = Remains(self._dense)
        self._by_key = {}
        self._dense = []
        self._expiring = []
        self._current = None
        return remains

    def clear(self) -> int:
        """Remove and free all entries."""
        self.detach()
        return 0


class Remains:
    """The entries of a table that was emptied. What `free_some` has not freed goes with the object."""

    __slots__ = ("_dense",)

    def __init__(self, dense: list[Entry]) -> None:
        self._dense = dense

    def free_some(self, count: int) -> int:
        """Free up to so many entries; how many are left."""
        if count > 0:
            del self._dense[-count:]
        return len(self._dense)
