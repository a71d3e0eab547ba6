# What an entry of a table is. Compiled callers read the numbers as C constants, through the module: `from respkit.store
# cimport kinds` in the .pxd beside `from respkit.store import kinds` in the .py. The plain form is kinds.py.

cpdef enum:
    STRING = 0
    LIST = 1
    SET = 2
    ZSET = 3
    HASH = 4
    MODULE = 5
    STREAM = 6

cpdef enum:
    ENCODING_RAW = 0
    ENCODING_INT = 1
    ENCODING_EMBSTR = 2
    ENCODING_OBJECT = 3

cpdef enum:
    ABSENT = 0
    FOUND = 1
    EXPIRED = 2

cpdef enum:
    REPLACED = 0
    CREATED = 1
    EXPIRES = 2

cpdef enum:
    EMBSTR_MAX = 44
