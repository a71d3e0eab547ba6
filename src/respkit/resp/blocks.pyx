# cython: boundscheck=False, wraparound=False, cdivision=True
"""Blocks of memory for the buffers: a free list, last in, first out."""

from libc.stdlib cimport free, malloc

cdef extern from *:
    """
    /* Freed blocks kept for reuse. One turn of the loop can hold a block for each of a thousand ready connections;
       giving those back to malloc and taking them again would move the heap's end to and fro. Only what was touched
       is resident. Under AddressSanitizer nothing is kept, so that the use of a freed block is seen. */
    #ifdef __SANITIZE_ADDRESS__
    #define RESPKIT_KEPT_BLOCKS 0
    #define RESPKIT_BLOCK_STRIDE 0
    #else
    #define RESPKIT_KEPT_BLOCKS 1024
    /* Blocks whose starts are a power of two apart would compete for the same few sets of the first-level cache. */
    #define RESPKIT_BLOCK_STRIDE 176
    #endif
    """
    enum:
        KEPT_BLOCKS "RESPKIT_KEPT_BLOCKS"
        STRIDE "RESPKIT_BLOCK_STRIDE"

cdef struct Free:
    Free* next

cdef Free* free_blocks = NULL
cdef Py_ssize_t kept = 0
cdef Py_ssize_t taken = 0


cdef char* take_block() except NULL:
    global free_blocks, kept, taken
    cdef Free* block = free_blocks
    if block is not NULL:
        free_blocks = block.next
        kept -= 1
    else:
        block = <Free*>malloc(BLOCK_BYTES + STRIDE)
        if block is NULL:
            raise MemoryError
    taken += 1
    return <char*>block


cdef void give_block(char* block) noexcept:
    global free_blocks, kept, taken
    taken -= 1
    if kept >= KEPT_BLOCKS:
        free(block)
        return
    (<Free*>block).next = free_blocks
    free_blocks = <Free*>block
    kept += 1


def blocks_taken():
    """How many blocks the buffers hold at this moment."""
    return taken


def blocks_kept():
    """How many blocks wait in the free list."""
    return kept
