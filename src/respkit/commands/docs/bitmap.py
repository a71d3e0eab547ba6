"""COMMAND DOCS of the bitmap commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"bitcount": Doc(
        "Counts the ones in a string, or in a part of it",
        "O(N)",
        "key@0 [index{start:int end:int [index_unit(BYTE|BIT)^7.0.0]}]",
        history=(("7.0.0", "`BYTE|BIT` says in which unit the range is"),),
    ),
    b"bitfield": Doc(
        "Reads and writes integers of any width inside a string, several at once",
        "O(1) for each operation",
        (
            "key@0 [operation(encoding_offset{encoding offset:int}<GET>|write{[wrap_sat_fail(WRAP|SAT|"
            "FAIL)<OVERFLOW>] write_operation(encoding_offset_value{encoding offset:int value:int}<SET>|"
            "encoding_offset_increment{encoding offset:int increment:int}<INCRBY>)})*]"
        ),
    ),
    b"bitfield_ro": Doc(
        "BITFIELD for reading alone, so that replicas take it too",
        "O(1) for each operation",
        "key@0 [encoding_offset{encoding offset:int}<GET>**]",
    ),
    b"bitop": Doc(
        "Combines strings bit by bit (AND, OR, XOR, NOT) and keeps the outcome",
        "O(N)",
        "operation destkey@0 key@1*",
    ),
    b"bitpos": Doc(
        "Finds where a string has its first one, or its first zero",
        "O(N)",
        "key@0 bit:int [index{start:int [end_index{end:int [index_unit(BYTE|BIT)^7.0.0]}]}]",
        history=(("7.0.0", "`BYTE|BIT` says in which unit the range is"),),
    ),
    b"getbit": Doc(
        "One bit of a string, by its offset",
        "O(1)",
        "key@0 offset:int",
    ),
    b"setbit": Doc(
        "Writes one bit of a string and answers what it was before",
        "O(1)",
        "key@0 offset:int value:int",
    ),
}
