# The keyed hash of the tables, compiled only: the plain table is a dict.
#
# Clients choose the keys, so the hash has a secret of 128 bits: without it nobody can tell which keys fall together. Two
# words at a time are each mixed with a part of the secret and multiplied to 128 bits, whose halves are folded together:
# the time for a short key is that of two multiplications.
from libc.stdint cimport uint64_t, uint32_t
from libc.string cimport memcpy

cdef extern from *:
    """
    #ifndef RESPKIT_HASHING
    #define RESPKIT_HASHING
    #include <stdint.h>
    #ifdef __SIZEOF_INT128__
    static inline uint64_t respkit_multiply(uint64_t a, uint64_t b, uint64_t *high) {
        unsigned __int128 product = (unsigned __int128)a * b;
        *high = (uint64_t)(product >> 64);
        return (uint64_t)product;
    }
    #else
    static inline uint64_t respkit_multiply(uint64_t a, uint64_t b, uint64_t *high) {
        uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
        uint64_t low = al * bl, one = ah * bl, two = al * bh;
        uint64_t middle = (low >> 32) + (uint32_t)one + (uint32_t)two;
        *high = ah * bh + (one >> 32) + (two >> 32) + (middle >> 32);
        return (middle << 32) | (uint32_t)low;
    }
    #endif
    #endif
    """
    uint64_t respkit_multiply(uint64_t a, uint64_t b, uint64_t *high) noexcept nogil


cdef inline uint64_t fold(uint64_t a, uint64_t b) noexcept nogil:
    cdef uint64_t high
    cdef uint64_t low = respkit_multiply(a, b, &high)
    return low ^ high


cdef inline uint64_t scale(uint64_t hash, uint64_t size) noexcept nogil:
    # A number below `size`, from the hash's upper bits: greater hashes give greater or equal numbers.
    cdef uint64_t high
    respkit_multiply(hash, size, &high)
    return high


cdef inline uint64_t word_at(const char* at) noexcept nogil:
    cdef uint64_t word
    memcpy(&word, at, 8)
    return word


cdef inline uint64_t half_at(const char* at) noexcept nogil:
    cdef uint32_t half
    memcpy(&half, at, 4)
    return half


cdef inline uint64_t hash_of(const char* at, size_t size, uint64_t secret0, uint64_t secret1) noexcept nogil:
    cdef uint64_t a = 0
    cdef uint64_t b = 0
    cdef uint64_t state = secret1
    cdef size_t left = size
    if size > 16:
        while left > 16:
            state = fold(word_at(at) ^ secret0, word_at(at + 8) ^ state)
            at += 16
            left -= 16
        # The last sixteen bytes, which may overlap what was taken before them.
        a = word_at(at + left - 16)
        b = word_at(at + left - 8)
    elif size >= 8:
        a = word_at(at)
        b = word_at(at + size - 8)
    elif size >= 4:
        a = half_at(at)
        b = half_at(at + size - 4)
    elif size > 0:
        a = <unsigned char>at[0] | (<uint64_t><unsigned char>at[size >> 1]) << 8
        b = <unsigned char>at[size - 1]
    return fold(fold(a ^ secret0, b ^ state) ^ size, secret1 ^ <uint64_t>0xA0761D6478BD642F)


cdef inline bint same_bytes(const char* a, const char* b, size_t size) noexcept nogil:
    # Keys are short: a call of memcmp costs more than the comparison.
    cdef size_t i = 0
    if size >= 8:
        while i + 8 < size:
            if word_at(a + i) != word_at(b + i):
                return False
            i += 8
        return word_at(a + size - 8) == word_at(b + size - 8)
    if size >= 4:
        return half_at(a) == half_at(b) and half_at(a + size - 4) == half_at(b + size - 4)
    while i < size:
        if a[i] != b[i]:
            return False
        i += 1
    return True
