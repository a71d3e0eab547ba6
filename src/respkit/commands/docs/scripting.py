"""COMMAND DOCS of the scripting commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"eval": Doc(
        "Runs a Lua script",
        "That of the script",
        "script numkeys:int [key@0*] [arg*]",
    ),
    b"eval_ro": Doc(
        "Runs a Lua script that does not write",
        "That of the script",
        "script numkeys:int [key@0*] [arg*]",
    ),
    b"evalsha": Doc(
        "Runs a Lua script that the server knows, by its SHA-1",
        "That of the script",
        "sha1 numkeys:int [key@0*] [arg*]",
    ),
    b"evalsha_ro": Doc(
        "Runs a Lua script that the server knows and that does not write",
        "That of the script",
        "sha1 numkeys:int [key@0*] [arg*]",
    ),
    b"fcall": Doc(
        "Calls a function of a library",
        "That of the function",
        "function numkeys:int [key@0*] [arg*]",
    ),
    b"fcall_ro": Doc(
        "Calls a function that does not write",
        "That of the function",
        "function numkeys:int [key@0*] [arg*]",
    ),
    b"function": Doc(
        "The commands about libraries of functions",
        "That of the subcommand",
    ),
    b"function|delete": Doc(
        "Removes a library and its functions",
        "O(1)",
        "library-name",
    ),
    b"function|dump": Doc(
        "All libraries, as FUNCTION RESTORE takes them",
        "O(N), N functions",
    ),
    b"function|flush": Doc(
        "Removes all libraries",
        "O(N), N functions removed",
        "[async(ASYNC|SYNC)]",
    ),
    b"function|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"function|kill": Doc(
        "Stops the function that is running, unless it has written",
        "O(1)",
    ),
    b"function|list": Doc(
        "The libraries and what is in them",
        "O(N), N functions",
        "[library-name-pattern<LIBRARYNAME>] [WITHCODE]",
    ),
    b"function|load": Doc(
        "Takes in a library",
        "O(1), the compiling aside",
        "[REPLACE] function-code",
    ),
    b"function|restore": Doc(
        "Takes in the libraries that FUNCTION DUMP gave",
        "O(N), N functions in it",
        "serialized-value [policy(FLUSH|APPEND|REPLACE)]",
    ),
    b"function|stats": Doc(
        "Which function is running and since when, and what the engines hold",
        "O(1)",
    ),
    b"script": Doc(
        "The commands about Lua scripts",
        "That of the subcommand",
    ),
    b"script|debug": Doc(
        "Whether EVAL runs under the debugger",
        "O(1)",
        "mode(YES|SYNC|NO)",
    ),
    b"script|exists": Doc(
        "Which scripts the server knows, by their SHA-1",
        "O(N), N scripts asked about; one is O(1)",
        "sha1*",
    ),
    b"script|flush": Doc(
        "Forgets all scripts",
        "O(N), N scripts known",
        "[async(ASYNC|SYNC)^6.2.0]",
        history=(("6.2.0", "`ASYNC` and `SYNC`"),),
    ),
    b"script|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"script|kill": Doc(
        "Stops the script that is running, unless it has written",
        "O(1)",
    ),
    b"script|load": Doc(
        "Remembers a script without running it",
        "O(N), N bytes of script",
        "script",
    ),
}
