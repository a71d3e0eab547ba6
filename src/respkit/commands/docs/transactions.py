"""COMMAND DOCS of the transactions commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"discard": Doc(
        "Drops the commands queued since MULTI",
        "O(N), N commands queued",
    ),
    b"exec": Doc(
        "Runs the commands queued since MULTI, with nobody in between",
        "That of the commands",
    ),
    b"multi": Doc(
        "Begins to queue commands, for EXEC",
        "O(1)",
    ),
    b"unwatch": Doc(
        "Ends all of this connection's WATCHes",
        "O(1)",
    ),
    b"watch": Doc(
        "Lets the next EXEC fail if any of the keys has changed by then",
        "O(1) for a key",
        "key@0*",
    ),
}
