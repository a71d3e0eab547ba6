"""COMMAND DOCS of the hash commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"hdel": Doc(
        "Removes fields of a hash",
        "O(N), N fields named",
        "key@0 field*",
        history=(("2.4.0", "Any number of `field` arguments"),),
    ),
    b"hexists": Doc(
        "Whether a hash has a field",
        "O(1)",
        "key@0 field",
    ),
    b"hget": Doc(
        "What a field of a hash holds",
        "O(1)",
        "key@0 field",
    ),
    b"hgetall": Doc(
        "Everything in a hash",
        "O(N), N fields in the hash",
        "key@0",
    ),
    b"hincrby": Doc(
        "Adds an integer to the number in a field",
        "O(1)",
        "key@0 field increment:int",
    ),
    b"hincrbyfloat": Doc(
        "Adds a decimal number to the one in a field",
        "O(1)",
        "key@0 field increment:double",
    ),
    b"hkeys": Doc(
        "The names of a hash's fields",
        "O(N), N fields in the hash",
        "key@0",
    ),
    b"hlen": Doc(
        "How many fields a hash has",
        "O(1)",
        "key@0",
    ),
    b"hmget": Doc(
        "What several fields of a hash hold",
        "O(N), N fields named",
        "key@0 field*",
    ),
    b"hmset": Doc(
        "Writes several fields of a hash",
        "O(N), N fields written",
        "key@0 field_value{field value}*",
        flags="deprecated",
        deprecated_since="4.0.0",
        replaced_by="`HSET` with several fields",
    ),
    b"hrandfield": Doc(
        "Fields of a hash, chosen by chance",
        "O(N), N fields answered",
        "key@0 [options{count:int [WITHVALUES]}]",
    ),
    b"hscan": Doc(
        "Walks over the fields of a hash, a few at each call",
        "O(1) for a call. O(N) for the whole walk over N fields, until the cursor is 0 again",
        "key@0 cursor:int [pattern:pattern<MATCH>] [count:int<COUNT>]",
    ),
    b"hset": Doc(
        "Writes fields of a hash",
        "O(1) for a field and its value, so O(N) for N of them",
        "key@0 field_value{field value}*",
        history=(("4.0.0", "Any number of `field` and `value` pairs"),),
    ),
    b"hsetnx": Doc(
        "Writes a field, unless the hash has it",
        "O(1)",
        "key@0 field value",
    ),
    b"hstrlen": Doc(
        "The length of what a field holds",
        "O(1)",
        "key@0 field",
    ),
    b"hvals": Doc(
        "What all fields of a hash hold",
        "O(N), N fields in the hash",
        "key@0",
    ),
}
