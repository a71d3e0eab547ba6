# The index of a table: from a key's hash to its entry. Compiled only; index.pyx says how it works.
from libc.stdint cimport uint64_t
from respkit.store.entry cimport Entry, key_of
from respkit.store.hashing cimport same_bytes, scale

cdef enum:
    # A slot is 8 bits of the home, 11 bits of the hash, 45 bits of the entry's address over 8; or 0 if it is empty.
    ADDRESS_BITS = 45
    TAG_BITS = 11

cdef struct Slots:
    uint64_t* at
    # Homes. The slots are more, for what is displaced from the last of them.
    size_t size
    size_t allocated
    size_t used
    bint mapped

cdef struct Index:
    uint64_t secret0
    uint64_t secret1
    # Where entries are put, and, while they move there, where they come from: the slots below the frontier have moved.
    Slots main
    Slots old
    size_t frontier


cdef inline Entry* entry_in(uint64_t slot) noexcept nogil:
    return <Entry*>((slot & ((<uint64_t>1 << ADDRESS_BITS) - 1)) << 3)


cdef inline uint64_t displacement(uint64_t slot, size_t i) noexcept nogil:
    # How far the slot's entry lies from its home, when it lies in slot i: never more than 254.
    return (i - (slot >> 56)) & 0xFF


cdef inline uint64_t* slot_with_key(
    const Slots* slots, size_t first, const char* key, size_t size, uint64_t hash
) noexcept nogil:
    # The slot of the entry with this key, at or behind `first`; or NULL. The last slot of all is empty, so this ends.
    cdef size_t home = scale(hash, slots.size)
    cdef uint64_t wanted = (<uint64_t>(home & 0xFF) << TAG_BITS) | (hash & ((1 << TAG_BITS) - 1))
    cdef size_t i = home if home > first else first
    cdef uint64_t slot
    cdef Entry* entry
    while True:
        slot = slots.at[i]
        if slot == 0:
            return NULL
        if (slot >> ADDRESS_BITS) == wanted:
            entry = entry_in(slot)
            if entry.key_size == size and same_bytes(key_of(entry), key, size):
                return slots.at + i
        # Entries lie in the order of their homes: one that is nearer to its own has a home behind ours.
        if displacement(slot, i) < i - home:
            return NULL
        i += 1


cdef inline Entry* index_find(Index* index, const char* key, size_t size, uint64_t hash) noexcept nogil:
    cdef uint64_t* slot
    if index.main.at is not NULL:
        slot = slot_with_key(&index.main, 0, key, size, hash)
        if slot is not NULL:
            return entry_in(slot[0])
    if index.old.at is not NULL:
        return find_in_old(index, key, size, hash)
    return NULL


cdef void hold_indexes(bint hold) noexcept
cdef Entry* find_in_old(Index* index, const char* key, size_t size, uint64_t hash) noexcept nogil
cdef uint64_t* index_slot(Index* index, const Entry* entry) noexcept nogil
cdef void set_entry(uint64_t* slot, const Entry* entry) noexcept nogil
cdef int index_insert(Index* index, Entry* entry, uint64_t hash) except -1
cdef void index_remove(Index* index, const Entry* entry) noexcept
cdef size_t index_bytes(const Index* index) noexcept nogil
cdef void index_free(Index* index) noexcept nogil
