"""What an entry of a table is: the kind of its value, and the encoding that OBJECT ENCODING names.

A compiled module cimports these as C constants (``from respkit.store cimport kinds`` in the ``.pxd``); the same numbers
stand in ``kinds.pxd``, and a test compares them.
"""

from __future__ import annotations

# Redis's own numbers, which RDB files and modules know.
STRING = 0
LIST = 1
SET = 2
ZSET = 3
HASH = 4
MODULE = 5
STREAM = 6

NAMES = (b"string", b"list", b"set", b"zset", b"hash", b"module", b"stream")

# Of a string; an object of another kind knows its encoding itself.
ENCODING_RAW = 0
ENCODING_INT = 1
ENCODING_EMBSTR = 2
ENCODING_OBJECT = 3

ENCODING_NAMES = (b"raw", b"int", b"embstr")

# What a look-up has come to.
ABSENT = 0
FOUND = 1
EXPIRED = 2

# What putting a string has come to. EXPIRES: nothing was put, since the entry has a time that the caller has to look at.
REPLACED = 0
CREATED = 1
EXPIRES = 2

# A string up to this size is called embstr, unless it was changed in place.
EMBSTR_MAX = 44
