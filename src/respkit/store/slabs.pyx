# cython: boundscheck=False, wraparound=False, cdivision=True
"""Memory for small entries: blocks of 16 KB, each cut into pieces of one size, a multiple of 8.

An allocator for everything puts 8 bytes before each piece and rounds it up to 16; with keys and values of a
few bytes each, that is an eighth of all memory. Here a piece has nothing of its own: its block begins on a multiple of its
size, and there stands what is to be known. A block whose last piece comes back can be cut to another size.

Blocks come from areas of a megabyte, which are never given back; but of blocks that are free, and more than a few, the system
takes the pages back. Only one thread at a time, the one that holds the GIL, may call.

Under AddressSanitizer there are no slabs, so that it sees every entry.
"""

from libc.stdint cimport uint32_t, uintptr_t

cdef extern from *:
    """
    #if defined(__SANITIZE_ADDRESS__)
    #define RESPKIT_SLABS 0
    #elif defined(__has_feature)
    #if __has_feature(address_sanitizer)
    #define RESPKIT_SLABS 0
    #endif
    #endif
    #ifndef RESPKIT_SLABS
    #define RESPKIT_SLABS 1
    #endif
    """
    bint RESPKIT_SLABS

cdef extern from "sys/mman.h" nogil:
    void* mmap(void*, size_t, int, int, int, long)
    int madvise(void*, size_t, int)
    int PROT_READ, PROT_WRITE, MAP_PRIVATE, MAP_ANONYMOUS, MADV_DONTNEED
    void* MAP_FAILED

cdef enum:
    AREA_BYTES = 1 << 20
    # The first piece's offset: behind the block's own words, on a multiple of 8.
    FIRST = (sizeof(Slab) + 7) // 8 * 8
    CLASSES = SLAB_MAX // 8 + 1
    # Free blocks whose pages are kept: a megabyte.
    KEPT_BLOCKS = 64
    # The address of the next free block stands in the first page, which so stays.
    PAGE = 4096

# For each size over 8, blocks that have a piece left.
cdef Slab* with_room[CLASSES]
cdef Slab* free_blocks = NULL
cdef size_t free_count = 0
# What is left of the area that was mapped last.
cdef char* area = NULL
cdef char* area_end = NULL


cdef bint slabs_used() noexcept nogil:
    return RESPKIT_SLABS


cdef Slab* take_block() noexcept nogil:
    """A block, or NULL if the system has no memory."""
    global free_blocks, free_count, area, area_end
    cdef Slab* slab = free_blocks
    cdef void* mapped
    cdef uintptr_t start
    if slab is not NULL:
        free_blocks = slab.next
        free_count -= 1
        return slab
    if area_end - area < SLAB_BLOCK:
        mapped = mmap(NULL, AREA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        if mapped == MAP_FAILED:
            return NULL
        start = (<uintptr_t>mapped + SLAB_BLOCK - 1) & ~<uintptr_t>(SLAB_BLOCK - 1)
        area = <char*>start
        area_end = <char*>mapped + AREA_BYTES
    slab = <Slab*>area
    area += SLAB_BLOCK
    return slab


cdef void give_block(Slab* slab) noexcept nogil:
    global free_blocks, free_count
    slab.next = free_blocks
    free_blocks = slab
    free_count += 1
    if free_count > KEPT_BLOCKS:
        madvise(<char*>slab + PAGE, SLAB_BLOCK - PAGE, MADV_DONTNEED)


cdef void link(Slab* slab) noexcept nogil:
    cdef Slab** head = &with_room[slab.piece // 8]
    slab.previous = NULL
    slab.next = head[0]
    if slab.next is not NULL:
        slab.next.previous = slab
    head[0] = slab


cdef void unlink(Slab* slab) noexcept nogil:
    if slab.next is not NULL:
        slab.next.previous = slab.previous
    if slab.previous is not NULL:
        slab.previous.next = slab.next
    else:
        with_room[slab.piece // 8] = slab.next


cdef inline bint is_full(const Slab* slab) noexcept nogil:
    return slab.free is NULL and slab.fresh + slab.piece > SLAB_BLOCK


cdef void* slab_take(size_t size) noexcept nogil:
    """A piece of at least `size` bytes, 1 to SLAB_MAX; NULL if there is no memory. It begins on a multiple of 8."""
    cdef size_t number = (size + 7) // 8
    cdef Slab* slab = with_room[number]
    cdef void* piece
    if slab is NULL:
        slab = take_block()
        if slab is NULL:
            return NULL
        slab.free = NULL
        slab.piece = number * 8
        slab.used = 0
        slab.fresh = FIRST
        link(slab)
    piece = slab.free
    if piece is not NULL:
        slab.free = (<void**>piece)[0]
    else:
        piece = <char*>slab + slab.fresh
        slab.fresh += slab.piece
    slab.used += 1
    if is_full(slab):
        unlink(slab)
    return piece


cdef void slab_give(void* at) noexcept nogil:
    """Take a piece back."""
    cdef Slab* slab = <Slab*>(<uintptr_t>at & ~<uintptr_t>(SLAB_BLOCK - 1))
    cdef bint was_full = is_full(slab)
    (<void**>at)[0] = slab.free
    slab.free = at
    slab.used -= 1
    if was_full:
        link(slab)
    # The last block of a size stays, lest one piece taken and given back again and again cut it each time.
    if slab.used == 0 and (slab.next is not NULL or slab.previous is not NULL):
        unlink(slab)
        give_block(slab)
