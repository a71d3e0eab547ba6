# cython: boundscheck=False, wraparound=False, cdivision=True, allow_none_for_extension_args=False
"""The one table structure of the store, in C memory. ``table.py`` is its plain form, and says what each method does.

Here stand the entries themselves (entry.pxd says how one lies in memory), the dense arrays of them, and the cursor; the way
from a key to its entry is the index (index.pyx). The rules:

- every entry is in `dense` at its `position`, and in the index; one that expires is in `volatile` too;
- `current` is an entry of this table or NULL: what frees an entry that is current sets it to NULL, what moves one takes it along;
- whatever can fail for want of memory is done before anything is changed;
- references to Python objects are given up last, when the table is whole again: what that runs may use the table.
"""

import os

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.ref cimport PyObject, Py_INCREF
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy, memmove, memset
from respkit.commands.glob cimport Glob
from respkit.resp.inbuf cimport Args, View, string_to_integer
from respkit.resp.outbuf cimport OutBuffer, integer_digits
from respkit.store cimport kinds
from respkit.store.entry cimport *
from respkit.store.hashing cimport fold, hash_of, scale
from respkit.store.index cimport (
    Index, hold_indexes, index_bytes, index_find, index_free, index_insert, index_remove, index_slot, set_entry,
)
from respkit.store.slabs cimport SLAB_MAX, slab_give, slab_room, slab_take, slabs_used

cdef extern from *:
    """
    #if defined(__APPLE__)
    #include <malloc/malloc.h>
    #define respkit_usable(at) malloc_size(at)
    #else
    #include <malloc.h>
    #define respkit_usable(at) malloc_usable_size(at)
    #endif
    """
    size_t respkit_usable(void*) noexcept nogil

cdef extern from "Python.h":
    # Takes the reference over instead of adding one.
    object respkit_take "(PyObject *)" (PyObject*)

MAX_STRING_BYTES = 2**32 - 1
MAX_ENTRIES = 2**32 - 1
CLOCK_MASK = 0xFFFFFF
NO_ENTRY = "no entry is current"

cdef enum:
    CHUNK_SHIFT = 12
    CHUNK = 1 << CHUNK_SHIFT
    FIRST_ROOM = 4
    # A string of at least this size that is a bytes object already is kept as that object. (resp/limits: BIG_BULK_BYTES)
    OWNED_BYTES = 32 * 1024
    # What an appended string is given to grow by, at most: as much again as it is long, up to this.
    SPARE_BYTES = 1024 * 1024
    # What malloc needs for each allocation besides, and a bytes object.
    MALLOC_BYTES = 8
    BYTES_BYTES = 48

cdef uint64_t LONGEST = <uint64_t>0xFFFFFFFF
# No integer of 64 bits is longer.
cdef enum:
    DIGITS = 20


cdef uint64_t secret0
cdef uint64_t secret1
cdef uint64_t random_state


cpdef int set_hash_seed(bytes seed) except -1:
    """Give the tables made from now on the 16 bytes that key their hash, in place of random ones."""
    global secret0, secret1
    if len(seed) != 16:
        raise ValueError("a hash seed is 16 bytes")
    secret0 = int.from_bytes(seed[:8], "little")
    secret1 = int.from_bytes(seed[8:], "little")
    return 0


cpdef int hold_resize(bint hold) except -1:
    """While a child of fork lives: put off what would rewrite the tables of this process."""
    hold_indexes(hold)
    return 0


set_hash_seed(os.urandom(16))
random_state = int.from_bytes(os.urandom(8), "little")


cdef uint64_t random_below(uint64_t size) noexcept:
    """A random number below `size`: good enough for samples, not for secrets."""
    global random_state
    random_state += <uint64_t>0xA0761D6478BD642F
    return scale(fold(random_state, random_state ^ <uint64_t>0xE7037ED1A0B428DB), size)


# -- dense arrays --

cdef inline Entry* dense_at(const Dense* dense, size_t i) noexcept nogil:
    return dense.chunks[i >> CHUNK_SHIFT][i & (CHUNK - 1)]


cdef inline void dense_set(Dense* dense, size_t i, Entry* entry) noexcept nogil:
    dense.chunks[i >> CHUNK_SHIFT][i & (CHUNK - 1)] = entry


cdef int dense_push(Dense* dense, Entry* entry) except -1:
    cdef size_t chunk = dense.size >> CHUNK_SHIFT
    cdef size_t room
    cdef void* made
    if dense.size >= LONGEST:
        raise MemoryError("a table holds no more entries")
    if chunk == dense.chunk_count:
        if chunk == dense.chunk_room:
            room = 2 * dense.chunk_room if chunk else 1
            made = realloc(dense.chunks, room * sizeof(Entry**))
            if made is NULL:
                raise MemoryError("no memory for another entry")
            dense.chunks = <Entry***>made
            dense.chunk_room = room
        made = malloc((CHUNK if chunk else FIRST_ROOM) * sizeof(Entry*))
        if made is NULL:
            raise MemoryError("no memory for another entry")
        dense.chunks[chunk] = <Entry**>made
        dense.chunk_count += 1
        if chunk == 0:
            dense.room = FIRST_ROOM
    elif chunk == 0 and dense.size == dense.room:
        made = realloc(dense.chunks[0], 2 * dense.room * sizeof(Entry*))
        if made is NULL:
            raise MemoryError("no memory for another entry")
        dense.chunks[0] = <Entry**>made
        dense.room *= 2
    dense_set(dense, dense.size, entry)
    dense.size += 1
    return 0


cdef Entry* dense_pop(Dense* dense) noexcept:
    """Remove the last entry, of which there must be one. A chunk goes when it and half of the one before are empty."""
    cdef Entry* last = dense_at(dense, dense.size - 1)
    dense.size -= 1
    if dense.chunk_count > 1 and dense.size < (dense.chunk_count - 2) * CHUNK + CHUNK // 2:
        dense.chunk_count -= 1
        free(dense.chunks[dense.chunk_count])
    return last


cdef void dense_free(Dense* dense) noexcept:
    cdef size_t i
    for i in range(dense.chunk_count):
        free(dense.chunks[i])
    free(dense.chunks)
    memset(dense, 0, sizeof(Dense))


cdef size_t dense_bytes(const Dense* dense) noexcept:
    if dense.chunk_count <= 1:
        return dense.room * 8
    return dense.chunk_count * CHUNK * 8 + dense.chunk_room * 8


# -- entries --

cdef Entry* entry_make(size_t size) noexcept:
    """An entry of that size with nothing written but its meta; NULL if there is no memory."""
    cdef Entry* entry
    if size <= SLAB_MAX and slabs_used():
        entry = <Entry*>slab_take(size)
        if entry is not NULL:
            entry.meta = IN_SLAB
    else:
        entry = <Entry*>malloc(size)
        if entry is not NULL:
            entry.meta = 0
    return entry


cdef inline size_t room_of(Entry* entry) noexcept:
    """How large an entry may become where it is."""
    return slab_room(entry) if entry.meta & IN_SLAB else respkit_usable(entry)


cdef inline size_t cost_of(Entry* entry) noexcept:
    """The memory that an entry takes, an object of its own aside."""
    return slab_room(entry) if entry.meta & IN_SLAB else respkit_usable(entry) + MALLOC_BYTES


cdef inline void entry_release(Entry* entry) noexcept:
    if entry.meta & IN_SLAB:
        slab_give(entry)
    else:
        free(entry)


cdef object take_object(Entry* entry):
    """The reference that an entry holds, which is the caller's now; the value is an empty string instead."""
    cdef PyObject* held
    if entry.meta & FORM_BITS != OBJECT:
        return None
    held = object_of(entry)
    entry.meta &= ~<uint32_t>(FORM_BITS | KIND_BITS)
    entry.value_size = 0
    return respkit_take(held)


cdef void entry_free(Entry* entry) noexcept:
    held = take_object(entry)
    entry_release(entry)


@cython.final
cdef class Table:
    """A mapping from keys to strings, integers or objects, each with an expiry if it has one, and 24 bits of clock."""

    def __cinit__(self):
        self.index.secret0 = secret0
        self.index.secret1 = secret1

    def __dealloc__(self):
        cdef size_t i
        self.current = NULL
        for i in range(self.dense.size):
            entry_free(dense_at(&self.dense, i))
        dense_free(&self.dense)
        dense_free(&self.volatile)
        index_free(&self.index)

    def __len__(self):
        return self.dense.size

    cpdef Py_ssize_t size(self) noexcept:
        return self.dense.size

    cpdef Py_ssize_t expiring(self) noexcept:
        return self.volatile.size

    cpdef long long memory_used(self) noexcept:
        return self.allocated + dense_bytes(&self.dense) + dense_bytes(&self.volatile) + index_bytes(&self.index)

    # -- choosing the current entry --

    cpdef bint find(self, Args args, Py_ssize_t i) except -1:
        if i < 0 or i >= args.count:
            raise IndexError(f"argument {i} of {args.count}")
        cdef const char* key = args.views[i].at
        cdef size_t size = args.views[i].size
        self.current = index_find(
            &self.index, key, size, hash_of(key, size, self.index.secret0, self.index.secret1)
        )
        return self.current is not NULL

    cpdef int find_used(self, Args args, Py_ssize_t i, long long now_ms, long long clock) except -1:
        cdef Entry* entry
        cdef uint32_t meta
        if not self.find(args, i):
            return kinds.ABSENT
        entry = self.current
        meta = entry.meta
        if meta & EXPIRES and expire_at_of(entry) < now_ms:
            return kinds.EXPIRED
        if clock >= 0:
            meta = (meta & ~<uint32_t>CLOCK_BITS) | (clock & CLOCK_BITS)
            # A page that is only read stays shared with a child, and clean in the cache.
            if meta != entry.meta:
                entry.meta = meta
        return kinds.FOUND

    cpdef bint find_key(self, bytes key) except -1:
        if key is None:
            raise TypeError("a key is bytes")
        cdef const char* at = PyBytes_AS_STRING(key)
        cdef size_t size = PyBytes_GET_SIZE(key)
        self.current = index_find(
            &self.index, at, size, hash_of(at, size, self.index.secret0, self.index.secret1)
        )
        return self.current is not NULL

    cpdef bint place(self, Args args, Py_ssize_t i, Py_ssize_t room) except -1:
        if i < 0 or i >= args.count:
            raise IndexError(f"argument {i} of {args.count}")
        return self.place_at(args.views[i].at, args.views[i].size, room)

    cpdef bint place_key(self, bytes key, Py_ssize_t room) except -1:
        if key is None:
            raise TypeError("a key is bytes")
        return self.place_at(PyBytes_AS_STRING(key), PyBytes_GET_SIZE(key), room)

    cdef int place_at(self, const char* key, size_t key_size, Py_ssize_t room) except -1:
        cdef uint64_t hash = hash_of(key, key_size, self.index.secret0, self.index.secret1)
        cdef Entry* entry = index_find(&self.index, key, key_size, hash)
        if entry is not NULL:
            self.current = entry
            return False
        if room < 0:
            raise ValueError("room is not negative")
        if key_size > LONGEST:
            raise OverflowError("a key is no longer than 4 GB")
        if room >= OWNED_BYTES or 0 < room < FIXED:
            room = FIXED
        self.current = NULL
        entry = entry_make(HEADER + key_size + room)
        if entry is NULL:
            raise MemoryError("no memory for another entry")
        entry.position = self.dense.size
        entry.key_size = key_size
        entry.value_size = 0
        memcpy(<char*>entry + HEADER, key, key_size)
        try:
            dense_push(&self.dense, entry)
        except MemoryError:
            entry_release(entry)
            raise
        try:
            index_insert(&self.index, entry, hash)
        except MemoryError:
            dense_pop(&self.dense)
            entry_release(entry)
            raise
        self.allocated += cost_of(entry)
        self.current = entry
        return True

    cpdef bint seek(self, Py_ssize_t position) except -1:
        self.current = dense_at(&self.dense, position) if 0 <= position < <Py_ssize_t>self.dense.size else NULL
        return self.current is not NULL

    cpdef bint seek_expiring(self, Py_ssize_t position) except -1:
        self.current = dense_at(&self.volatile, position) if 0 <= position < <Py_ssize_t>self.volatile.size else NULL
        return self.current is not NULL

    cpdef bint seek_random(self) except -1:
        return self.seek(random_below(self.dense.size))

    cpdef bint seek_random_expiring(self) except -1:
        return self.seek_expiring(random_below(self.volatile.size))

    cdef inline int check(self) except -1:
        if self.current is NULL:
            raise LookupError(NO_ENTRY)
        return 0

    # -- what the current entry says --

    cpdef Py_ssize_t position(self) except -1:
        self.check()
        return self.current.position

    cpdef bytes key_bytes(self):
        self.check()
        return PyBytes_FromStringAndSize(key_of(self.current), self.current.key_size)

    cpdef Py_ssize_t key_size(self) except -1:
        self.check()
        return self.current.key_size

    cpdef bint key_matches(self, Glob glob) except -1:
        self.check()
        if glob is None:
            raise TypeError("a pattern is a Glob")
        return glob.matches_at(key_of(self.current), self.current.key_size)

    cpdef int write_key(self, OutBuffer out) except -1:
        self.check()
        return out.put_bulk(key_of(self.current), self.current.key_size)

    cpdef int kind(self) except -1:
        self.check()
        return (self.current.meta & KIND_BITS) >> KIND_SHIFT

    cpdef int encoding(self) except -1:
        self.check()
        cdef uint32_t meta = self.current.meta
        if meta & KIND_BITS:
            return kinds.ENCODING_OBJECT
        if meta & FORM_BITS == INTEGER:
            return kinds.ENCODING_INT
        if meta & RAW or meta & FORM_BITS == OBJECT or self.current.value_size > kinds.EMBSTR_MAX:
            return kinds.ENCODING_RAW
        return kinds.ENCODING_EMBSTR

    cpdef bint is_int(self) except -1:
        self.check()
        return self.current.meta & FORM_BITS == INTEGER

    cpdef long long int_value(self) except? -1:
        self.check()
        if self.current.meta & FORM_BITS != INTEGER:
            raise TypeError("not kept as an integer")
        return integer_of(self.current)

    cdef int text_of(self, char* digits, const char** at, Py_ssize_t* size) except -1:
        """Where the current string's bytes are; an integer's are written to `digits`, which has room for DIGITS."""
        self.check()
        cdef Entry* entry = self.current
        if entry.meta & KIND_BITS:
            raise TypeError("not a string")
        if entry.meta & FORM_BITS == INLINE:
            at[0] = value_of(entry)
            size[0] = entry.value_size
        elif entry.meta & FORM_BITS == INTEGER:
            size[0] = integer_digits(digits, integer_of(entry))
            at[0] = digits
        else:
            at[0] = PyBytes_AS_STRING(<object>object_of(entry))
            size[0] = PyBytes_GET_SIZE(<object>object_of(entry))
        return 0

    cpdef bytes value_bytes(self):
        cdef char digits[DIGITS]
        cdef const char* at
        cdef Py_ssize_t size
        self.text_of(digits, &at, &size)
        if self.current.meta & FORM_BITS == OBJECT:
            return <bytes>object_of(self.current)
        return PyBytes_FromStringAndSize(at, size)

    cpdef Py_ssize_t value_size(self) except -1:
        cdef char digits[DIGITS]
        cdef const char* at
        cdef Py_ssize_t size
        self.text_of(digits, &at, &size)
        return size

    cpdef object value_object(self):
        self.check()
        if self.current.meta & KIND_BITS == 0:
            raise TypeError("a string is not an object")
        return <object>object_of(self.current)

    cpdef long long entry_bytes(self) except -1:
        self.check()
        # The slot in the index, with its share of those that are empty, and the place in the dense array.
        cdef long long size = cost_of(self.current) + 12 + 8
        if self.current.meta & EXPIRES:
            size += 8
        if self.current.meta & (FORM_BITS | KIND_BITS) == OBJECT:
            size += PyBytes_GET_SIZE(<object>object_of(self.current)) + BYTES_BYTES
        return size

    cpdef int write_bulk(self, OutBuffer out) except -1:
        self.check()
        cdef Entry* entry = self.current
        cdef uint32_t meta = entry.meta
        if meta & (KIND_BITS | FORM_BITS) == 0:
            return out.put_bulk(value_of(entry), entry.value_size)
        if meta & KIND_BITS:
            raise TypeError("not a string")
        if meta & FORM_BITS == INTEGER:
            return out.bulk_integer(integer_of(entry))
        return out.bulk(<bytes>object_of(entry))

    cpdef int write_range(self, OutBuffer out, Py_ssize_t start, Py_ssize_t size) except -1:
        cdef char digits[DIGITS]
        cdef const char* at
        cdef Py_ssize_t whole
        self.text_of(digits, &at, &whole)
        if start < 0 or size < 0 or size > whole or start > whole - size:
            raise IndexError("no such part of the string")
        return out.put_bulk(at + start, size)

    cpdef long long clock(self) except -1:
        self.check()
        return self.current.meta & CLOCK_BITS

    cpdef bint has_expire(self) except -1:
        self.check()
        return self.current.meta & EXPIRES != 0

    cpdef long long expire_at(self) except? -1:
        self.check()
        return expire_at_of(self.current) if self.current.meta & EXPIRES else -1

    # -- changing it --

    cdef int replaced(self, Entry* made, uint64_t* slot) except -1:
        """The current entry has moved: everything that points to it follows. `slot` is its own in the index."""
        self.current = made
        dense_set(&self.dense, made.position, made)
        if made.meta & EXPIRES:
            dense_set(&self.volatile, expire_position_of(made)[0], made)
        # No new check that the address fits: malloc gives none that has more bits than those that were checked.
        set_entry(slot, made)
        return 0

    cdef int reshape(self, size_t value_size, bint keep, bint spare) except -1:
        """Make room for a value of this size in the current entry, and move the entry if need be.

        `keep` the value that is there; or else let go of room that is much too large. With `spare`, make more room than
        that, so that many small additions move it seldom.
        """
        cdef Entry* entry = self.current
        cdef size_t front = before_key(entry) + entry.key_size
        cdef size_t size = front + (value_size if value_size > FIXED else FIXED)
        cdef size_t room = room_of(entry)
        cdef size_t before = cost_of(entry)
        cdef uint32_t meta = entry.meta & ~<uint32_t>IN_SLAB
        cdef Entry* made
        cdef uint64_t* slot
        if size <= room and (keep or room <= 2 * size):
            return 0
        if spare:
            size += size if size < SPARE_BYTES else SPARE_BYTES
        slot = index_slot(&self.index, entry)
        if keep and size > SLAB_MAX and entry.meta & IN_SLAB == 0:
            made = <Entry*>realloc(entry, size)
            if made is NULL:
                raise MemoryError("no memory for a longer value")
        else:
            made = entry_make(size)
            if made is NULL:
                raise MemoryError("no memory for a longer value")
            meta |= made.meta
            memcpy(made, entry, bytes_of(entry) if keep else front + (FIXED if meta & FORM_BITS else 0))
            made.meta = meta
            entry_release(entry)
        self.allocated += cost_of(made)
        self.allocated -= before
        return self.replaced(made, slot)

    cdef object drop_value(self, Entry* entry):
        """Make an entry an empty inline string. What it referred to goes with what is returned."""
        if entry.meta & (FORM_BITS | KIND_BITS) == OBJECT:
            self.allocated -= PyBytes_GET_SIZE(<object>object_of(entry)) + BYTES_BYTES
        held = take_object(entry)
        entry.meta &= ~<uint32_t>(FORM_BITS | KIND_BITS | RAW)
        entry.value_size = 0
        return held

    cdef int assign_inline(self, const char* at, size_t size, bint try_int) except -1:
        """Make the current entry the string at `at`, which lies outside of the table."""
        cdef long long number
        cdef Entry* entry = self.current
        cdef unsigned char first
        if try_int and 0 < size <= DIGITS:
            first = at[0]
            if (first <= c"9" and first >= c"0" or first == c"-") and string_to_integer(at, size, &number):
                return self.assign_int(number)
        if entry.meta & (FORM_BITS | KIND_BITS | RAW) or entry.value_size != size:
            self.make_inline(size)
            entry = self.current
        memcpy(value_of(entry), at, size)
        return 0

    cdef int make_inline(self, size_t size) except -1:
        """Make the current entry an inline string of that size, its bytes still to be written."""
        if size > LONGEST:
            raise OverflowError("a string is no longer than 4 GB")
        self.reshape(size, False, False)
        held = self.drop_value(self.current)
        self.current.value_size = size
        return 0

    cdef int make_reference(self, object value, uint32_t kind) except -1:
        """Make the current entry refer to an object."""
        cdef PyObject* reference = <PyObject*>value
        self.reshape(FIXED, False, False)
        held = self.drop_value(self.current)
        Py_INCREF(value)
        memcpy(value_of(self.current), &reference, sizeof(PyObject*))
        self.current.value_size = FIXED
        self.current.meta |= OBJECT | kind << KIND_SHIFT
        return 0

    cdef int make_text(self) except -1:
        """Make the current entry, a string, an inline one, and its encoding raw."""
        cdef char digits[DIGITS]
        cdef const char* at
        cdef Py_ssize_t size
        self.text_of(digits, &at, &size)
        if self.current.meta & FORM_BITS != INLINE:
            # An object's bytes stay as long as it is held here.
            held = <object>object_of(self.current) if self.current.meta & FORM_BITS == OBJECT else None
            self.make_inline(size)
            memcpy(value_of(self.current), at, size)
        self.current.meta |= RAW
        return 0

    cpdef int assign_arg(self, Args args, Py_ssize_t i) except -1:
        self.check()
        if i < 0 or i >= args.count:
            raise IndexError(f"argument {i} of {args.count}")
        if args.views[i].size >= OWNED_BYTES and args.owners is not None:
            return self.assign_bytes(args.bytes_at(i), False)
        return self.assign_inline(args.views[i].at, args.views[i].size, True)

    cpdef int put_string(
        self, Args args, Py_ssize_t key, Py_ssize_t value, long long clock, bint keep_clock
    ) except -1:
        cdef bint created
        cdef View text
        if key < 0 or value < 0 or key >= args.count or value >= args.count:
            raise IndexError(f"argument {key} or {value} of {args.count}")
        text = args.views[value]
        created = self.place_at(args.views[key].at, args.views[key].size, text.size)
        if self.current.meta & EXPIRES:
            return kinds.EXPIRES
        if text.size >= OWNED_BYTES and args.owners is not None:
            self.assign_bytes(args.bytes_at(value), False)
        else:
            self.assign_inline(text.at, text.size, True)
        if created or not keep_clock:
            self.current.meta = (self.current.meta & ~<uint32_t>CLOCK_BITS) | (clock & CLOCK_BITS)
        return kinds.CREATED if created else kinds.REPLACED

    cpdef int assign_bytes(self, bytes value, bint try_int) except -1:
        self.check()
        cdef Py_ssize_t size = PyBytes_GET_SIZE(value)
        if size < OWNED_BYTES:
            return self.assign_inline(PyBytes_AS_STRING(value), size, try_int)
        if <uint64_t>size > LONGEST:
            raise OverflowError("a string is no longer than 4 GB")
        self.make_reference(value, 0)
        self.allocated += size + BYTES_BYTES
        return 0

    cpdef int assign_int(self, long long value) except -1:
        self.check()
        cdef int64_t number = value
        if self.current.meta & FORM_BITS != INTEGER:
            self.reshape(FIXED, False, False)
            held = self.drop_value(self.current)
            self.current.value_size = FIXED
            self.current.meta |= INTEGER
        memcpy(value_of(self.current), &number, 8)
        return 0

    cpdef int assign_object(self, int kind, object value) except -1:
        self.check()
        if not kinds.STRING < kind <= kinds.STREAM:
            raise ValueError("not the kind of an object")
        return self.make_reference(value, kind)

    cpdef int mark_raw(self) except -1:
        self.check()
        if self.current.meta & (FORM_BITS | KIND_BITS) == OBJECT:
            return 0  # too long to be anything else
        return self.make_text()

    cpdef Py_ssize_t append_arg(self, Args args, Py_ssize_t i) except -1:
        if i < 0 or i >= args.count:
            raise IndexError(f"argument {i} of {args.count}")
        return self.append_at(args.views[i].at, args.views[i].size)

    cpdef Py_ssize_t append_bytes(self, bytes value) except -1:
        return self.append_at(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value))

    cdef Py_ssize_t append_at(self, const char* at, Py_ssize_t size) except -1:
        self.make_text()
        cdef uint64_t old = self.current.value_size
        if old + <uint64_t>size > LONGEST:
            raise OverflowError("a string is no longer than 4 GB")
        self.reshape(old + size, True, True)
        memcpy(value_of(self.current) + old, at, size)
        self.current.value_size = old + size
        return old + size

    cpdef Py_ssize_t setrange_arg(self, Py_ssize_t offset, Args args, Py_ssize_t i) except -1:
        if i < 0 or i >= args.count:
            raise IndexError(f"argument {i} of {args.count}")
        return self.setrange_at(offset, args.views[i].at, args.views[i].size)

    cpdef Py_ssize_t setrange_bytes(self, Py_ssize_t offset, bytes value) except -1:
        return self.setrange_at(offset, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value))

    cdef Py_ssize_t setrange_at(self, Py_ssize_t offset, const char* at, Py_ssize_t size) except -1:
        self.check()
        if offset < 0 or <uint64_t>offset + <uint64_t>size > LONGEST:
            raise OverflowError("a string is no longer than 4 GB")
        self.make_text()
        cdef Py_ssize_t old = self.current.value_size
        if offset + size > old:
            self.reshape(offset + size, True, True)
            if offset > old:
                memset(value_of(self.current) + old, 0, offset - old)
            self.current.value_size = offset + size
        memcpy(value_of(self.current) + offset, at, size)
        return self.current.value_size

    cpdef int set_clock(self, long long clock) except -1:
        self.check()
        cdef uint32_t meta = (self.current.meta & ~<uint32_t>CLOCK_BITS) | (clock & CLOCK_BITS)
        if meta != self.current.meta:
            self.current.meta = meta
        return 0

    cpdef int set_expire_at(self, long long at_ms) except -1:
        self.check()
        cdef Entry* entry = self.current
        cdef char* key
        if entry.meta & EXPIRES == 0:
            dense_push(&self.volatile, entry)
            try:
                self.reshape(entry.value_size + EXPIRY, True, False)
            except MemoryError:
                dense_pop(&self.volatile)
                raise
            entry = self.current
            dense_set(&self.volatile, self.volatile.size - 1, entry)
            key = key_of(entry)
            memmove(key + EXPIRY, key, entry.key_size + <size_t>entry.value_size)
            entry.meta |= EXPIRES
            expire_position_of(entry)[0] = self.volatile.size - 1
        set_expire_at_of(entry, at_ms)
        return 0

    cpdef bint clear_expire(self) except -1:
        self.check()
        cdef Entry* entry = self.current
        cdef char* key
        if entry.meta & EXPIRES == 0:
            return False
        self.leave_volatile(entry)
        key = key_of(entry)
        memmove(key - EXPIRY, key, entry.key_size + <size_t>entry.value_size)
        entry.meta &= ~<uint32_t>EXPIRES
        return True

    cdef void leave_volatile(self, Entry* entry) noexcept:
        cdef uint32_t place = expire_position_of(entry)[0]
        cdef Entry* last = dense_pop(&self.volatile)
        if last is not entry:
            dense_set(&self.volatile, place, last)
            expire_position_of(last)[0] = place

    # -- removing --

    cpdef int delete_current(self) except -1:
        self.check()
        cdef Entry* entry = self.current
        cdef Entry* last
        self.current = NULL
        if entry.meta & EXPIRES:
            self.leave_volatile(entry)
        index_remove(&self.index, entry)
        last = dense_pop(&self.dense)
        if last is not entry:
            last.position = entry.position
            dense_set(&self.dense, last.position, last)
        self.allocated -= cost_of(entry)
        held = self.drop_value(entry)
        entry_release(entry)
        return 0

    cpdef Remains detach(self):
        cdef Remains remains = Remains.__new__(Remains)
        self.current = NULL
        remains.dense = self.dense
        memset(&self.dense, 0, sizeof(Dense))
        dense_free(&self.volatile)
        index_free(&self.index)
        self.allocated = 0
        return remains

    cpdef int clear(self) except -1:
        self.detach()
        return 0


@cython.final
cdef class Remains:
    """The entries of a table that was emptied. What `free_some` has not freed goes with the object."""

    def __dealloc__(self):
        while self.dense.size:
            entry_free(dense_pop(&self.dense))
        dense_free(&self.dense)

    cpdef Py_ssize_t free_some(self, Py_ssize_t count) except -1:
        while count > 0 and self.dense.size:
            entry_free(dense_pop(&self.dense))
            count -= 1
        return self.dense.size
