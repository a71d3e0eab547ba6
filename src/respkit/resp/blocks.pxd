# Receive and reply buffers take their memory here, in blocks of one size.
#
# The free list is last in, first out: a connection that is idle holds no block, and the next one that reads is
# given the block that is still in the processor's cache. Compiled only: the plain buffers are bytearrays.

cdef enum:
    BLOCK_BYTES = 32768

cdef char* take_block() except NULL
cdef void give_block(char* block) noexcept
