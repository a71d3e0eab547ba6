# cython: annotation_typing=False, cdivision=True
"""A numbered database: a table, and what time does to its entries.

Times are arguments, in Unix milliseconds. An entry is expired when the time is past its ``expire_at``; it is removed
when a look-up meets it, or by ``expire_some``, which the server calls again and again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from respkit.resp.inbuf import Args
from respkit.store import kinds
from respkit.store.table import Remains, Table

# An access counter starts here, so that a new key is not the first to be evicted; and it ends at 255.
LFU_START = 5
LFU_MAX = 255

# The active cycle looks at so many keys at a time, and stops when no more than a tenth of them had expired.
SAMPLE = 20
WORTHWHILE = 10

# On a replica an expired key stays until the master removes it: a random choice gives up skipping them.
RANDOM_TRIES = 100


class Snapshot(NamedTuple):
    """What an entry says: to make another like it."""

    kind: int
    encoding: int
    # bytes for a string, else the object.
    value: object
    expire_at: int | None
    clock: int


class Keyspace:
    """What the databases of one server have in common."""

    def __init__(self) -> None:
        # Called with the database and the key after an expired entry was removed: propagates, notifies.
        self.on_expired: Callable[[Database, bytes], None] | None = None
        # An expired key is not seen, but stays: this is a replica, or writes are paused.
        self.keep_expired = False
        # Look-ups write down the time of use. Not while a child of fork lives: each would copy a page.
        self.touching = True
        # The 24 bits of clock are a counter and the time of its last decay, not the time of the last use.
        self.lfu = False
        self.lfu_log_factor = 10
        self.lfu_decay_minutes = 1
        # Keys removed because they had expired, since the server started or its statistics were reset.
        self.expired_keys = 0
        # Emptied tables whose entries are still to be freed, and the database at which the active cycle goes on.
        self.remains: list[Remains] = []
        self.next_database = 0

    def first_clock(self, now_ms: int) -> int:
        """The clock of a new entry."""
        if self.lfu:
            return ((now_ms // 60000) & 0xFFFF) << 8 | LFU_START
        return (now_ms // 1000) & 0xFFFFFF

    def next_clock(self, clock: int, now_ms: int) -> int:
        """The clock of an entry that had `clock` and is used now."""
        if not self.lfu:
            return (now_ms // 1000) & 0xFFFFFF
        counter = self.frequency(clock, now_ms)
        # The more it has, the less likely it grows: 255 stands for about a million uses with a factor of 10.
        if counter < LFU_MAX:
            above = max(counter - LFU_START, 0)
            if random.random() * (above * self.lfu_log_factor + 1) < 1:  # noqa: S311  (no secret)
                counter += 1
        return ((now_ms // 60000) & 0xFFFF) << 8 | counter

    def frequency(self, clock: int, now_ms: int) -> int:
        """The access counter in a clock, decayed by one for each `lfu_decay_minutes` that it was not used."""
        counter = clock & 0xFF
        if self.lfu_decay_minutes > 0:
            idle = ((now_ms // 60000) - (clock >> 8)) & 0xFFFF
            counter = max(counter - idle // self.lfu_decay_minutes, 0)
        return counter

    def idle_ms(self, clock: int, now_ms: int) -> int:
        """How long ago an entry with this clock was used, to the second."""
        return ((now_ms // 1000 - clock) & 0xFFFFFF) * 1000

    def free_some(self, count: int) -> bool:
        """Free up to so many entries of emptied tables; whether any are left."""
        if self.remains and self.remains[-1].free_some(count) == 0:
            self.remains.pop()
        return len(self.remains) > 0

    def expire_some(self, databases: list[Database], now_ms: int, budget: int) -> int:
        """One active cycle over all databases that looks at no more than `budget` keys; how many expired."""
        expired = 0
        for _ in range(len(databases)):
            if budget <= 0:
                break
            self.next_database = (self.next_database + 1) % len(databases)
            database = databases[self.next_database]
            before = database.examined
            expired += database.expire_some(now_ms, budget)
            budget -= database.examined - before
        return expired


class Database:
    """One of the server's numbered databases."""

    def __init__(self, index: int, keyspace: Keyspace) -> None:
        self.index = index
        self.keyspace = keyspace
        self.table = Table()
        # Mean time to live of the entries that expire, as the active cycle has seen it.
        self.avg_ttl_ms = 0
        # Where the active cycle goes on, and how many keys it has looked at.
        self.sweep = 0
        self.examined = 0

    def __len__(self) -> int:
        return self.table.size()

    def size(self) -> int:
        """How many keys there are, expired ones that nobody has met among them."""
        return self.table.size()

    # Look-ups. Each leaves the entry current in `table`, or returns False.

    def lookup_read(self, args: Args, i: int, now_ms: int) -> bool:
        """Find the key that argument `i` is, for a command that reads it; marks it as used."""
        return self.lookup(args, i, now_ms, False)

    def lookup_write(self, args: Args, i: int, now_ms: int) -> bool:
        """Find the key that argument `i` is, for a command that changes it; marks it as used.

        An expired entry is removed even where it is kept from readers: the caller is about to put another there.
        """
        return self.lookup(args, i, now_ms, True)

    def lookup(self, args: Args, i: int, now_ms: int, for_writing: bool) -> bool:
        keyspace = self.keyspace
        clock = (now_ms // 1000) & 0xFFFFFF if keyspace.touching and not keyspace.lfu else -1
        state = self.table.find_used(args, i, now_ms, clock)
        if state == kinds.FOUND:
            if keyspace.lfu:
                self.touch(now_ms)
            return True
        return state == kinds.EXPIRED and self.met_expired(for_writing)

    def peek(self, args: Args, i: int, now_ms: int) -> bool:
        """Like `lookup_read`, but does not mark it as used."""
        state = self.table.find_used(args, i, now_ms, -1)
        return state == kinds.FOUND or (state == kinds.EXPIRED and self.met_expired(False))

    def lookup_key(self, key: bytes, now_ms: int) -> bool:
        """Like `lookup_write`, for a key of one's own."""
        if not self.table.find_key(key):
            return False
        if self.table.has_expire() and self.table.expire_at() < now_ms:
            return self.met_expired(True)
        self.touch(now_ms)
        return True

    def peek_key(self, key: bytes, now_ms: int) -> bool:
        """Like `peek`, for a key of one's own."""
        if not self.table.find_key(key):
            return False
        if self.table.has_expire() and self.table.expire_at() < now_ms:
            return self.met_expired(False)
        return True

    def visit(self, position: int, now_ms: int) -> bool:
        """Choose the entry at a position; False where there is none, or an expired one, which is removed.

        For a scan from the end downwards: what takes a removed entry's place has been visited.
        """
        if not self.table.seek(position):
            return False
        if self.table.has_expire() and self.table.expire_at() < now_ms:
            return self.met_expired(False)
        return True

    def touch(self, now_ms: int) -> int:
        """Mark the current entry as used."""
        if not self.keyspace.touching:
            return 0
        if self.keyspace.lfu:
            return self.table.set_clock(self.keyspace.next_clock(self.table.clock(), now_ms))
        return self.table.set_clock((now_ms // 1000) & 0xFFFFFF)

    def met_expired(self, for_writing: bool) -> bool:
        """The current entry has expired: remove it, unless it is to be kept. Always False: it is not there."""
        if not self.keyspace.keep_expired:
            self.expire_current()
        elif for_writing:
            self.table.delete_current()
        return False

    def expire_current(self) -> int:
        """Remove the current entry because its time has come, and say so."""
        key = self.table.key_bytes()
        self.table.delete_current()
        self.keyspace.expired_keys += 1
        if self.keyspace.on_expired is not None:
            self.keyspace.on_expired(self, key)
        return 0

    # Setting. The entry set is current afterwards.

    def set_string(self, args: Args, key: int, value: int, now_ms: int, keep_ttl: bool) -> bool:
        """Make argument `key` hold the string argument `value`, whatever it held; whether the key is new.

        An expiry goes, unless `keep_ttl`. Nothing but a hash, a slot, a comparison and a copy where the key has none.
        """
        keyspace = self.keyspace
        table = self.table
        clock = keyspace.first_clock(now_ms) if keyspace.lfu else (now_ms // 1000) & 0xFFFFFF
        # A new value counts as used, also while reads are not written down: the page is written anyway.
        state = table.put_string(args, key, value, clock, keyspace.lfu)
        if state == kinds.EXPIRES:
            if table.expire_at() < now_ms:
                self.met_expired(True)
            elif keep_ttl:
                table.assign_arg(args, value)
                self.touch(now_ms)
                return False
            else:
                table.clear_expire()
            state = table.put_string(args, key, value, clock, keyspace.lfu)
        return state == kinds.CREATED

    def place(self, args: Args, key: int, room: int, now_ms: int) -> bool:
        """Choose argument `key`'s entry, made as an empty string if there is none: the caller assigns the value.

        Whether it is new. The expiry of one that is there goes.
        """
        created = self.table.place(args, key, room)
        self.placed(created, now_ms)
        return created

    def place_key(self, key: bytes, room: int, now_ms: int) -> bool:
        """Like `place`, for a key of one's own."""
        created = self.table.place_key(key, room)
        self.placed(created, now_ms)
        return created

    def placed(self, created: bool, now_ms: int) -> None:
        """The current entry was made, or its value is about to be replaced."""
        if created:
            self.table.set_clock(self.keyspace.first_clock(now_ms))
        else:
            self.table.clear_expire()

    def snapshot(self) -> Snapshot:
        """All that the current entry says, its key aside; an object is the very one that it holds."""
        table = self.table
        is_string = table.kind() == kinds.STRING
        return Snapshot(
            table.kind(),
            table.encoding(),
            table.value_bytes() if is_string else table.value_object(),
            table.expire_at() if table.has_expire() else None,
            table.clock(),
        )

    def put_snapshot(self, key: bytes, snapshot: Snapshot, now_ms: int) -> bool:
        """Make a key what a snapshot says, but for its clock, which is that of a new one; whether the key is new."""
        value = snapshot.value
        created = self.place_key(key, len(value) if isinstance(value, bytes) else 0, now_ms)
        table = self.table
        if isinstance(value, bytes):
            table.assign_bytes(value, snapshot.encoding == kinds.ENCODING_INT)
            if snapshot.encoding == kinds.ENCODING_RAW:
                table.mark_raw()
        else:
            table.assign_object(snapshot.kind, value)
        if snapshot.expire_at is not None:
            table.set_expire_at(snapshot.expire_at)
        return created

    # The whole database.

    def expire_some(self, now_ms: int, budget: int) -> int:
        """Remove expired entries; how many.

        It looks at no more than `budget`, and stops once few of those that it looks at had
        expired. It goes round the entries that expire, so that each is met sooner or later.
        """
        table = self.table
        total = 0
        left = min(budget, table.expiring())
        while left > 0 and not self.keyspace.keep_expired:
            count = min(SAMPLE, left)
            left -= count
            expired = 0
            alive = 0
            ttl_ms = 0
            for _ in range(count):
                if not 0 < self.sweep <= table.expiring():
                    self.sweep = table.expiring()
                self.sweep -= 1
                # The hook of an entry before this one may have changed the table.
                if not table.seek_expiring(self.sweep):
                    break
                self.examined += 1
                at_ms = table.expire_at()
                if at_ms < now_ms:
                    self.expire_current()
                    expired += 1
                else:
                    alive += 1
                    ttl_ms += at_ms - now_ms
            if alive:
                mean = ttl_ms // alive
                self.avg_ttl_ms = mean if self.avg_ttl_ms == 0 else self.avg_ttl_ms // 50 * 49 + mean // 50
            total += expired
            if expired * WORTHWHILE <= count:
                break
        return total

    def random_key(self, now_ms: int) -> bytes | None:
        """A key that has not expired, each as likely as the other; None when there is none."""
        tries = RANDOM_TRIES
        while self.table.seek_random():
            if not (self.table.has_expire() and self.table.expire_at() < now_ms):
                return self.table.key_bytes()
            tries -= 1
            if self.keyspace.keep_expired and tries <= 0:
                return self.table.key_bytes()
            if not self.keyspace.keep_expired:
                self.expire_current()
        return None

    def flush(self, lazily: bool) -> int:
        """Remove everything, without a word to anybody; how many keys there were.

        `lazily`: `Keyspace.free_some` frees them, so many at a time.
        """
        count = self.table.size()
        remains = self.table.detach()
        if lazily and count:
            self.keyspace.remains.append(remains)
        self.avg_ttl_ms = 0
        self.sweep = 0
        return count

    def swap(self, other: Database) -> int:
        """Exchange the contents with another database's."""
        self.table, other.table = other.table, self.table
        self.avg_ttl_ms, other.avg_ttl_ms = other.avg_ttl_ms, self.avg_ttl_ms
        self.sweep, other.sweep = other.sweep, self.sweep
        return 0
