# cython: boundscheck=False, wraparound=False, cdivision=True
"""The index of a table: open addressing over entries that know their keys.

A slot is one word: where the entry lies, 11 bits of its key's hash, and the lower 8 bits of its *home*, the slot where it
would lie were it alone. So a look-up that succeeds reads one or two neighbouring slots and the entry, and one that fails
mostly no entry.

Homes grow with the hash (``scale``), and entries lie in the order of their homes, none before its own. Then whoever looks
for a key can stop at an entry with a later home; an insertion shifts what follows by one slot, up to the next that is
empty; a removal shifts it back, up to the next that lies at its home, and leaves no trace. Neither reads an
entry: how far each lies from its home follows from the 8 bits.

It grows by half when seven eighths of it are taken, and shrinks to a third when less than a fifth is. The entries then
move a few at a time, with each insertion, removal and unlucky look-up; their hashes are calculated anew, so they are
fetched from memory together. Meanwhile both are looked into. While indexes are held (a child of fork lives) none of
that starts or goes on, until fifteen sixteenths are taken.
"""

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memmove
from respkit.store.entry cimport Entry, key_of
from respkit.store.hashing cimport hash_of, scale

cdef extern from "sys/mman.h" nogil:
    void* mmap(void*, size_t, int, int, int, long)
    int munmap(void*, size_t)
    int madvise(void*, size_t, int)
    int PROT_READ, PROT_WRITE, MAP_PRIVATE, MAP_ANONYMOUS, MADV_DONTNEED
    void* MAP_FAILED

cdef extern from *:
    """
    #if defined(__GNUC__)
    #define respkit_prefetch(at) __builtin_prefetch(at)
    #else
    #define respkit_prefetch(at) ((void)(at))
    #endif
    """
    void respkit_prefetch(const void*) noexcept nogil

cdef enum:
    LEAST = 8
    # No entry lies farther from its home: 8 bits tell the distance.
    FARTHEST = 254
    # Slots moved with each operation. Shrinking to S slots, 3 S are to move, which takes 3/16 S insertions at most: then no
    # more than 1/5 × 3 + 3/16 of S are taken. Growing, it is done sooner. Only where it was held for long it has to hurry.
    STEP = 16
    HURRY = 128
    # A large array is mapped: its pages come when they are first used, and go in pieces once their slots have moved.
    MAPPED_BYTES = 1 << 20
    PIECE_BYTES = 1 << 17


cdef bint held = False


cdef void hold_indexes(bint hold) noexcept:
    """Let no index of this process grow or shrink, or let them again."""
    global held
    held = hold


cdef int slots_make(Slots* slots, size_t size) except -1:
    # What is displaced from the last home lies behind it; the last slot stays empty.
    cdef size_t allocated = size + (size if size < FARTHEST else FARTHEST) + 1
    cdef void* at
    if size > (<size_t>1 << 40):
        raise MemoryError("an index is no larger than that")
    slots.mapped = allocated * 8 >= MAPPED_BYTES
    if slots.mapped:
        at = mmap(NULL, allocated * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        if at == MAP_FAILED:
            raise MemoryError("no memory for an index")
    else:
        at = calloc(allocated, 8)
        if at is NULL:
            raise MemoryError("no memory for an index")
    slots.at = <uint64_t*>at
    slots.size = size
    slots.allocated = allocated
    slots.used = 0
    return 0


cdef void slots_free(Slots* slots) noexcept nogil:
    if slots.at is not NULL:
        if slots.mapped:
            munmap(slots.at, slots.allocated * 8)
        else:
            free(slots.at)
    slots.at = NULL
    slots.size = slots.allocated = slots.used = 0


cdef bint slots_insert(Slots* slots, const Entry* entry, uint64_t hash) noexcept nogil:
    """Put an entry where its home or those before it let it; False, and nothing is changed, where that is too far."""
    cdef size_t i = scale(hash, slots.size)
    cdef size_t home = i
    cdef size_t end
    cdef uint64_t slot
    while True:
        slot = slots.at[i]
        if slot == 0 or displacement(slot, i) < i - home:
            break
        i += 1
    if i - home > FARTHEST or slots.used >= slots.size:
        return False
    end = i
    while slots.at[end] != 0:
        if displacement(slots.at[end], end) == FARTHEST:
            return False
        end += 1
    # The array's last slot is never reached: from the last home it is farther than FARTHEST, or than there are entries.
    memmove(slots.at + i + 1, slots.at + i, (end - i) * 8)
    slots.at[i] = (
        <uint64_t>(home & 0xFF) << 56
        | (hash & ((1 << TAG_BITS) - 1)) << ADDRESS_BITS
        | <uint64_t>entry >> 3
    )
    slots.used += 1
    return True


cdef void slots_remove(Slots* slots, uint64_t* slot) noexcept nogil:
    cdef size_t i = slot - slots.at
    cdef size_t end = i + 1
    while slots.at[end] != 0 and displacement(slots.at[end], end) != 0:
        end += 1
    memmove(slots.at + i, slots.at + i + 1, (end - i - 1) * 8)
    slots.at[end - 1] = 0
    slots.used -= 1


cdef uint64_t* slot_with_entry(const Slots* slots, size_t first, const Entry* entry, uint64_t hash) noexcept nogil:
    cdef size_t home = scale(hash, slots.size)
    cdef size_t i = home if home > first else first
    while i < slots.allocated and slots.at[i] != 0 and displacement(slots.at[i], i) >= i - home:
        if entry_in(slots.at[i]) == entry:
            return slots.at + i
        i += 1
    return NULL


cdef uint64_t hash_in(const Index* index, const Entry* entry) noexcept nogil:
    return hash_of(key_of(entry), entry.key_size, index.secret0, index.secret1)


cdef bint crowded(const Index* index, size_t sixteenths) noexcept nogil:
    """Whether the entries, all moved, take so much of the slots."""
    return index.main.used + index.old.used >= index.main.size // 16 * sixteenths


cdef void move_some(Index* index) noexcept nogil:
    """Move the next few slots; stops at an entry that has no place, which `index_insert` sees to."""
    cdef Slots* old = &index.old
    cdef uint64_t* at = old.at
    cdef size_t last = index.frontier + (HURRY if crowded(index, 14) else STEP)
    cdef size_t i
    cdef const Entry* entry
    if held and not crowded(index, 15):
        return
    last = min(last, old.allocated)
    for i in range(index.frontier, last):
        if at[i] != 0:
            respkit_prefetch(entry_in(at[i]))
    while index.frontier < last and old.used:
        if at[index.frontier] != 0:
            entry = entry_in(at[index.frontier])
            if not slots_insert(&index.main, entry, hash_in(index, entry)):
                return
            old.used -= 1
        index.frontier += 1
        if old.mapped and index.frontier * 8 % PIECE_BYTES == 0:
            madvise(<char*>at + index.frontier * 8 - PIECE_BYTES, PIECE_BYTES, MADV_DONTNEED)
    if old.used == 0:
        slots_free(old)
        index.frontier = 0


cdef int resize(Index* index, size_t size) except -1:
    """Begin to move all entries to slots of another size. Nothing may be moving."""
    cdef Slots made
    slots_make(&made, size)
    index.old = index.main
    index.main = made
    index.frontier = 0
    if index.old.used == 0:
        slots_free(&index.old)
    return 0


cdef int rebuild(Index* index) except -1:
    """Move everything at once to more slots: for an entry that has no place. Hashes being secret, none ever is."""
    cdef Slots made
    cdef size_t size = index.main.size
    cdef size_t i
    cdef bint placed = False
    for _ in range(4):
        size *= 2
        slots_make(&made, size)
        placed = True
        for i in range(index.main.allocated):
            if placed and index.main.at[i] != 0:
                placed = slots_insert(&made, entry_in(index.main.at[i]), hash_in(index, entry_in(index.main.at[i])))
        for i in range(index.frontier, index.old.allocated):
            if placed and index.old.at[i] != 0:
                placed = slots_insert(&made, entry_in(index.old.at[i]), hash_in(index, entry_in(index.old.at[i])))
        if placed:
            break
        slots_free(&made)
    if not placed:
        raise MemoryError("too many keys with one hash")
    slots_free(&index.main)
    slots_free(&index.old)
    index.main = made
    index.frontier = 0
    return 0


cdef Entry* find_in_old(Index* index, const char* key, size_t size, uint64_t hash) noexcept nogil:
    """The entry with this key that has not moved yet; moves some."""
    cdef uint64_t* slot = slot_with_key(&index.old, index.frontier, key, size, hash)
    cdef Entry* entry = entry_in(slot[0]) if slot is not NULL else NULL
    move_some(index)
    return entry


cdef uint64_t* index_slot(Index* index, const Entry* entry) noexcept nogil:
    """The slot of an entry that is in the index."""
    cdef uint64_t hash = hash_in(index, entry)
    cdef uint64_t* slot = slot_with_entry(&index.main, 0, entry, hash)
    if slot is NULL:
        slot = slot_with_entry(&index.old, index.frontier, entry, hash)
    return slot


cdef void set_entry(uint64_t* slot, const Entry* entry) noexcept nogil:
    """The entry of this slot lies elsewhere now."""
    cdef uint64_t mask = (<uint64_t>1 << ADDRESS_BITS) - 1
    slot[0] = (slot[0] & ~mask) | <uint64_t>entry >> 3


cdef int index_insert(Index* index, Entry* entry, uint64_t hash) except -1:
    """Add an entry whose key is not there. MemoryError leaves the index as it was."""
    if <uint64_t>entry & 7 or <uint64_t>entry >> (ADDRESS_BITS + 3):
        raise MemoryError("an address that does not fit a slot")
    if index.old.at is not NULL:
        move_some(index)
    elif index.main.used + 1 > index.main.size // 8 * 7 and (not held or crowded(index, 15)):
        resize(index, index.main.size // 2 * 3 if index.main.size else LEAST)
    while not slots_insert(&index.main, entry, hash):
        rebuild(index)
    return 0


cdef void index_remove(Index* index, const Entry* entry) noexcept:
    """Take an entry out that is in the index."""
    cdef uint64_t hash = hash_in(index, entry)
    cdef uint64_t* slot = slot_with_entry(&index.main, 0, entry, hash)
    if slot is not NULL:
        slots_remove(&index.main, slot)
    else:
        slots_remove(&index.old, slot_with_entry(&index.old, index.frontier, entry, hash))
    if index.old.at is not NULL:
        move_some(index)
    elif index.main.size > LEAST and index.main.used < index.main.size // 5 and not held:
        try:
            resize(index, max(<size_t>LEAST, index.main.size // 3))
        except MemoryError:
            pass  # it is only larger than it need be


cdef size_t index_bytes(const Index* index) noexcept nogil:
    return (index.main.allocated + index.old.allocated) * 8


cdef void index_free(Index* index) noexcept nogil:
    slots_free(&index.main)
    slots_free(&index.old)
    index.frontier = 0
