# An entry of a table, as it lies in memory: one allocation. Compiled only.
#
#     header, 16 bytes | time and place among the expiring, 12 bytes, only if it expires | key | value
#
# The value is a string's bytes, or 8 bytes: an integer, or a reference to a Python object (of another kind, or the
# bytes object that a large string was received into). Key and value are not aligned.
from libc.stdint cimport int64_t, uint32_t
from libc.string cimport memcpy
from cpython.ref cimport PyObject

cdef enum:
    CLOCK_BITS = 0x00FFFFFF
    KIND_SHIFT = 24
    KIND_BITS = 0x07000000
    FORM_BITS = 0x18000000
    # Forms of the value.
    INLINE = 0x00000000
    INTEGER = 0x08000000
    OBJECT = 0x10000000
    # A string that was changed in place: its encoding is raw.
    RAW = 0x20000000
    EXPIRES = 0x40000000
    # Its memory is a piece of a slab, not malloc's.
    IN_SLAB = 0x80000000

cdef enum:
    HEADER = 16
    EXPIRY = 12
    # The least room that is made for a value: that of an integer or a reference.
    FIXED = 8

cdef struct Entry:
    # In the dense array.
    uint32_t position
    uint32_t key_size
    uint32_t value_size
    # Clock, kind, form, flags.
    uint32_t meta


cdef inline size_t before_key(const Entry* entry) noexcept nogil:
    return HEADER + EXPIRY if entry.meta & EXPIRES else HEADER


cdef inline char* key_of(const Entry* entry) noexcept nogil:
    return <char*>entry + before_key(entry)


cdef inline char* value_of(const Entry* entry) noexcept nogil:
    return <char*>entry + before_key(entry) + entry.key_size


cdef inline size_t bytes_of(const Entry* entry) noexcept nogil:
    return before_key(entry) + entry.key_size + <size_t>entry.value_size


cdef inline int64_t integer_of(const Entry* entry) noexcept nogil:
    cdef int64_t value
    memcpy(&value, value_of(entry), 8)
    return value


cdef inline PyObject* object_of(const Entry* entry) noexcept nogil:
    cdef PyObject* value
    memcpy(&value, value_of(entry), sizeof(PyObject*))
    return value


cdef inline int64_t expire_at_of(const Entry* entry) noexcept nogil:
    return (<const int64_t*>(<const char*>entry + HEADER))[0]


cdef inline void set_expire_at_of(Entry* entry, int64_t at_ms) noexcept nogil:
    (<int64_t*>(<char*>entry + HEADER))[0] = at_ms


cdef inline uint32_t* expire_position_of(Entry* entry) noexcept nogil:
    return <uint32_t*>(<char*>entry + HEADER + 8)
