"""What a peer may announce or send before it is refused: every bound of the wire protocol, with its precedent.

A bound is checked before memory is taken for what it bounds.
"""

from __future__ import annotations

from typing import Final

# -- what a client may send to a server --

# Redis: proto-max-bulk-len, by default.
MAX_BULK_BYTES: Final = 512 * 1024 * 1024

# Redis 7.0.15 takes a C int (INT_MAX); 6.2 and before stopped at 1024 * 1024. The array of
# arguments grows with what arrives, so the announcement itself costs nothing.
MAX_ARGUMENTS: Final = 2**31 - 1

# Redis: PROTO_INLINE_MAX_SIZE. It bounds an inline command, and also the line that announces a length.
MAX_LINE_BYTES: Final = 64 * 1024

# Redis, since CVE-2021-32675: what a client may send before it has authenticated. AUTH and HELLO fit.
UNTRUSTED_ARGUMENTS: Final = 10
UNTRUSTED_BULK_BYTES: Final = 16 * 1024

# -- what a server may send to a client or to the proxy --

# A bulk of a reply, unless its receiver sets another bound: Redis's proto-max-bulk-len by default. The object that
# will hold a bulk is allocated when it is announced.
MAX_REPLY_BULK_BYTES: Final = 512 * 1024 * 1024

# hiredis: REDIS_READER_MAX_ARRAY_ELEMENTS. Lists grow with what arrives.
MAX_REPLY_ELEMENTS: Final = 2**32 - 1

# hiredis: REDIS_READER_MAX_REPLY_DEPTH. The deepest reply of a stock command (COMMAND DOCS) has less than 9 levels;
# scripts can build deeper ones.
MAX_REPLY_DEPTH: Final = 1024

# Python refuses to make an integer of more digits by default, since that takes quadratic time.
MAX_BIG_NUMBER_DIGITS: Final = 4300

# hiredis: as many characters as the longest fixed notation of a double has.
MAX_DOUBLE_CHARACTERS: Final = 325

# A whole reply that is forwarded as it came (Redis: client-query-buffer-limit).
MAX_FRAME_BYTES: Final = 1024 * 1024 * 1024

# -- memory --

# One block of the free list, and the most that one read asks for while nothing larger has been announced.
BLOCK_BYTES: Final = 32 * 1024

# A bulk longer than this is received straight into the object that will hold it (Redis: PROTO_MBULK_BIG_ARG).
BIG_BULK_BYTES: Final = 32 * 1024
