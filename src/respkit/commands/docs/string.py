"""COMMAND DOCS of the string commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"append": Doc(
        "Puts bytes behind a string, which is made if there is none",
        "O(1), averaged over many: the room is doubled when it runs out",
        "key@0 value",
    ),
    b"decr": Doc(
        "Takes one from the number in a key",
        "O(1)",
        "key@0",
    ),
    b"decrby": Doc(
        "Takes a number from the one in a key",
        "O(1)",
        "key@0 decrement:int",
    ),
    b"get": Doc(
        "What a key holds, if it is a string",
        "O(1)",
        "key@0",
    ),
    b"getdel": Doc(
        "What a key holds, which is then removed",
        "O(1)",
        "key@0",
    ),
    b"getex": Doc(
        "What a key holds, whose expiry may be set or lifted on the way",
        "O(1)",
        (
            "key@0 [expiration(seconds:int<EX>|milliseconds:int<PX>|unix-time-seconds:time<EXAT>|"
            "unix-time-milliseconds:time<PXAT>|PERSIST)]"
        ),
    ),
    b"getrange": Doc(
        "A part of a string",
        "O(N), N bytes answered; O(1) where they are few, since nothing else counts",
        "key@0 start:int end:int",
    ),
    b"getset": Doc(
        "Writes a string and answers the one that was there",
        "O(1)",
        "key@0 value",
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`SET` with `GET`",
    ),
    b"incr": Doc(
        "Adds one to the number in a key",
        "O(1)",
        "key@0",
    ),
    b"incrby": Doc(
        "Adds a number to the one in a key",
        "O(1)",
        "key@0 increment:int",
    ),
    b"incrbyfloat": Doc(
        "Adds a decimal number to the one in a key",
        "O(1)",
        "key@0 increment:double",
    ),
    b"lcs": Doc(
        "The longest subsequence that two strings share",
        "O(N*M), N and M being their lengths",
        "key1@0 key2@0 [LEN] [IDX] [len:int<MINMATCHLEN>] [WITHMATCHLEN]",
    ),
    b"mget": Doc(
        "What several keys hold",
        "O(N), N keys asked for",
        "key@0*",
    ),
    b"mset": Doc(
        "Writes several keys",
        "O(N), N keys written",
        "key_value{key@0 value}*",
    ),
    b"msetnx": Doc(
        "Writes several keys, unless any of them is there",
        "O(N), N keys written",
        "key_value{key@0 value}*",
    ),
    b"psetex": Doc(
        "Writes a string that vanishes after some milliseconds",
        "O(1)",
        "key@0 milliseconds:int value",
    ),
    b"set": Doc(
        "Writes a string, whatever the key held",
        "O(1)",
        (
            "key@0 value [condition(NX|XX)^2.6.12] [GET^6.2.0] [expiration(seconds:int<EX>^2.6.12|"
            "milliseconds:int<PX>^2.6.12|unix-time-seconds:time<EXAT>^6.2.0|"
            "unix-time-milliseconds:time<PXAT>^6.2.0|KEEPTTL^6.0.0)]"
        ),
        history=(
            ("2.6.12", "`EX`, `PX`, `NX` and `XX`"),
            ("6.0.0", "`KEEPTTL`"),
            ("6.2.0", "`GET`, `EXAT` and `PXAT`"),
            ("7.0.0", "`NX` and `GET` go together"),
        ),
    ),
    b"setex": Doc(
        "Writes a string that vanishes after some seconds",
        "O(1)",
        "key@0 seconds:int value",
    ),
    b"setnx": Doc(
        "Writes a string, unless the key is there",
        "O(1)",
        "key@0 value",
    ),
    b"setrange": Doc(
        "Writes over a part of a string",
        "O(1), the copying aside, which is little as a rule. Else O(M), M bytes written",
        "key@0 offset:int value",
    ),
    b"strlen": Doc(
        "How many bytes a string has",
        "O(1)",
        "key@0",
    ),
    b"substr": Doc(
        "GETRANGE under its old name",
        "O(N), N bytes answered; O(1) where they are few, since nothing else counts",
        "key@0 start:int end:int",
        flags="deprecated",
        deprecated_since="2.0.0",
        replaced_by="`GETRANGE`",
    ),
}
