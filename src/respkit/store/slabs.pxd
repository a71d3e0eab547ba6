# Memory for small entries, in blocks of pieces of one size. Compiled only; slabs.pyx says how it works.
from libc.stdint cimport uint32_t, uintptr_t

cdef enum:
    SLAB_BLOCK = 16384
    # Greater pieces are malloc's.
    SLAB_MAX = 512

cdef struct Slab:
    # Among the blocks of its size that have room.
    Slab* next
    Slab* previous
    # Pieces that were given back, each beginning with the address of the next.
    void* free
    uint32_t piece
    uint32_t used
    # Offset of the first piece that was never taken.
    uint32_t fresh


cdef inline size_t slab_room(const void* at) noexcept nogil:
    # The size of a piece.
    return (<Slab*>(<uintptr_t>at & ~<uintptr_t>(SLAB_BLOCK - 1))).piece


cdef bint slabs_used() noexcept nogil
cdef void* slab_take(size_t size) noexcept nogil
cdef void slab_give(void* at) noexcept nogil
