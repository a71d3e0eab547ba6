# The one table structure of the store. The leaf in C memory is table.pyx, its plain form table.py; both pass the same tests.
cimport cython
from libc.stdint cimport uint32_t, uint64_t
from respkit.commands.glob cimport Glob
from respkit.resp.inbuf cimport Args
from respkit.resp.outbuf cimport OutBuffer
from respkit.store.entry cimport Entry
from respkit.store.index cimport Index

cdef struct Dense:
    # An array of entries in chunks, so that growing never moves it.
    Entry*** chunks
    size_t chunk_count
    size_t chunk_room
    # Of the first chunk, while it is the only one: it starts small.
    size_t room
    size_t size

cpdef int set_hash_seed(bytes seed) except -1
cpdef int hold_resize(bint hold) except -1

cdef class Remains

@cython.final
cdef class Table:
    cdef Index index
    cdef Dense dense
    cdef Dense volatile
    cdef Entry* current
    cdef uint64_t allocated

    cpdef Py_ssize_t size(self) noexcept
    cpdef Py_ssize_t expiring(self) noexcept
    cpdef long long memory_used(self) noexcept

    # Choosing the current entry. Whatever was said about the one before ends here: an entry may move or be freed.
    cpdef bint find(self, Args args, Py_ssize_t i) except -1
    cpdef int find_used(self, Args args, Py_ssize_t i, long long now_ms, long long clock) except -1
    cpdef bint find_key(self, bytes key) except -1
    cpdef bint place(self, Args args, Py_ssize_t i, Py_ssize_t room) except -1
    cpdef bint place_key(self, bytes key, Py_ssize_t room) except -1
    cpdef bint seek(self, Py_ssize_t position) except -1
    cpdef bint seek_expiring(self, Py_ssize_t position) except -1
    cpdef bint seek_random(self) except -1
    cpdef bint seek_random_expiring(self) except -1

    # What the current entry says.
    cpdef Py_ssize_t position(self) except -1
    cpdef bytes key_bytes(self)
    cpdef Py_ssize_t key_size(self) except -1
    cpdef bint key_matches(self, Glob glob) except -1
    cpdef int write_key(self, OutBuffer out) except -1
    cpdef int kind(self) except -1
    cpdef int encoding(self) except -1
    cpdef bint is_int(self) except -1
    cpdef long long int_value(self) except? -1
    cpdef bytes value_bytes(self)
    cpdef Py_ssize_t value_size(self) except -1
    cpdef object value_object(self)
    cpdef long long entry_bytes(self) except -1
    cpdef int write_bulk(self, OutBuffer out) except -1
    cpdef int write_range(self, OutBuffer out, Py_ssize_t start, Py_ssize_t size) except -1
    cpdef long long clock(self) except -1
    cpdef bint has_expire(self) except -1
    cpdef long long expire_at(self) except? -1

    # Changing it.
    cpdef int assign_arg(self, Args args, Py_ssize_t i) except -1
    cpdef int put_string(
        self, Args args, Py_ssize_t key, Py_ssize_t value, long long clock, bint keep_clock
    ) except -1
    cpdef int assign_bytes(self, bytes value, bint try_int) except -1
    cpdef int assign_int(self, long long value) except -1
    cpdef int assign_object(self, int kind, object value) except -1
    cpdef int mark_raw(self) except -1
    cpdef Py_ssize_t append_arg(self, Args args, Py_ssize_t i) except -1
    cpdef Py_ssize_t append_bytes(self, bytes value) except -1
    cpdef Py_ssize_t setrange_arg(self, Py_ssize_t offset, Args args, Py_ssize_t i) except -1
    cpdef Py_ssize_t setrange_bytes(self, Py_ssize_t offset, bytes value) except -1
    cpdef int set_clock(self, long long clock) except -1
    cpdef int set_expire_at(self, long long at_ms) except -1
    cpdef bint clear_expire(self) except -1

    # Removing.
    cpdef int delete_current(self) except -1
    cpdef Remains detach(self)
    cpdef int clear(self) except -1

    # Within the leaf.
    cdef int check(self) except -1
    cdef int place_at(self, const char* key, size_t key_size, Py_ssize_t room) except -1
    cdef int text_of(self, char* digits, const char** at, Py_ssize_t* size) except -1
    cdef int reshape(self, size_t value_size, bint keep, bint spare) except -1
    cdef int replaced(self, Entry* made, uint64_t* slot) except -1
    cdef object drop_value(self, Entry* entry)
    cdef int assign_inline(self, const char* at, size_t size, bint try_int) except -1
    cdef int make_inline(self, size_t size) except -1
    cdef int make_reference(self, object value, uint32_t kind) except -1
    cdef int make_text(self) except -1
    cdef void leave_volatile(self, Entry* entry) noexcept
    cdef Py_ssize_t append_at(self, const char* at, Py_ssize_t size) except -1
    cdef Py_ssize_t setrange_at(self, Py_ssize_t offset, const char* at, Py_ssize_t size) except -1

@cython.final
cdef class Remains:
    cdef Dense dense
    cpdef Py_ssize_t free_some(self, Py_ssize_t count) except -1
