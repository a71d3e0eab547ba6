"""COMMAND DOCS of the hyperloglog commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"pfadd": Doc(
        "Lets a HyperLogLog see some elements",
        "O(1) for an element",
        "key@0 [element*]",
    ),
    b"pfcount": Doc(
        "About how many different elements HyperLogLogs have seen",
        "O(1), and quick, for one key. O(N), and much slower, for N keys at once",
        "key@0*",
    ),
    b"pfdebug": Doc(
        "For tests of the HyperLogLog alone",
        "N/A",
        "subcommand key@0",
        flags="syscmd",
    ),
    b"pfmerge": Doc(
        "Joins HyperLogLogs into one",
        "O(N), N being their number, each at some cost",
        "destkey@0 sourcekey@1*",
    ),
    b"pfselftest": Doc(
        "Makes the HyperLogLog test itself",
        "N/A",
        flags="syscmd",
    ),
}
