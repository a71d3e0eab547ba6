"""COMMAND DOCS of the generic commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"copy": Doc(
        "Writes a key's value under another name too",
        "O(N) at worst for a collection of N elements. O(1) for a string",
        "source@0 destination@1 [destination-db:int<DB>] [REPLACE]",
    ),
    b"del": Doc(
        "Removes keys",
        "O(N), N keys removed. A list, set, sorted set or hash costs O(M) for its M elements by itself, a string O(1)",
        "key@0*",
    ),
    b"dump": Doc(
        "A key's value as RESTORE takes it",
        (
            "O(1) to find it and O(N*M) to write it out, N parts of M bytes on average. A small string is "
            "O(1)+O(1*M), hence O(1)"
        ),
        "key@0",
    ),
    b"exists": Doc(
        "How many of the keys there are",
        "O(N), N keys asked about",
        "key@0*",
        history=(("3.0.3", "Any number of `key` arguments"),),
    ),
    b"expire": Doc(
        "Lets a key vanish after some seconds",
        "O(1)",
        "key@0 seconds:int [condition(NX|XX|GT|LT)^7.0.0]",
        history=(("7.0.0", "`NX`, `XX`, `GT` and `LT`"),),
    ),
    b"expireat": Doc(
        "Lets a key vanish at a Unix time",
        "O(1)",
        "key@0 unix-time-seconds:time [condition(NX|XX|GT|LT)^7.0.0]",
        history=(("7.0.0", "`NX`, `XX`, `GT` and `LT`"),),
    ),
    b"expiretime": Doc(
        "The Unix time at which a key will vanish",
        "O(1)",
        "key@0",
    ),
    b"keys": Doc(
        "All keys whose names match a pattern",
        "O(N), N keys in the database, if neither names nor pattern are long",
        "pattern:pattern",
    ),
    b"migrate": Doc(
        "Moves keys to another server, in one step for everybody who looks on",
        "That of DUMP and DEL here and of RESTORE there, and O(N) for the transfer between them",
        (
            'host port:int key_or_empty_string(key@0|empty_string="") destination-db:int timeout:int '
            "[COPY^3.0.0] [REPLACE^3.0.0] [authentication([password<AUTH>^4.0.7]|[username_password{username "
            "password}<AUTH2>^6.0.0])] [key@1<KEYS>^3.0.6*]"
        ),
        history=(
            ("3.0.0", "`COPY` and `REPLACE`"),
            ("3.0.6", "`KEYS`"),
            ("4.0.7", "`AUTH`"),
            ("6.0.0", "`AUTH2`"),
        ),
    ),
    b"move": Doc(
        "Takes a key and its value over into another database",
        "O(1)",
        "key@0 db:int",
    ),
    b"object": Doc(
        "The commands that look inside a value",
        "That of the subcommand",
    ),
    b"object|encoding": Doc(
        "How a value is stored",
        "O(1)",
        "key@0",
    ),
    b"object|freq": Doc(
        "A value's access counter, under an LFU policy",
        "O(1)",
        "key@0",
    ),
    b"object|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"object|idletime": Doc(
        "For how many seconds a value has not been touched",
        "O(1)",
        "key@0",
    ),
    b"object|refcount": Doc(
        "How many references a value has",
        "O(1)",
        "key@0",
    ),
    b"persist": Doc(
        "Lets a key live for ever again",
        "O(1)",
        "key@0",
    ),
    b"pexpire": Doc(
        "Lets a key vanish after some milliseconds",
        "O(1)",
        "key@0 milliseconds:int [condition(NX|XX|GT|LT)^7.0.0]",
        history=(("7.0.0", "`NX`, `XX`, `GT` and `LT`"),),
    ),
    b"pexpireat": Doc(
        "Lets a key vanish at a Unix time in milliseconds",
        "O(1)",
        "key@0 unix-time-milliseconds:time [condition(NX|XX|GT|LT)^7.0.0]",
        history=(("7.0.0", "`NX`, `XX`, `GT` and `LT`"),),
    ),
    b"pexpiretime": Doc(
        "The Unix time, in milliseconds, at which a key will vanish",
        "O(1)",
        "key@0",
    ),
    b"pttl": Doc(
        "How many milliseconds a key has left",
        "O(1)",
        "key@0",
        history=(("2.8.0", "-2 for a key that is not there"),),
    ),
    b"randomkey": Doc(
        "Some key, chosen by chance",
        "O(1)",
    ),
    b"rename": Doc(
        "Gives a key another name, whatever was there",
        "O(1)",
        "key@0 newkey@1",
    ),
    b"renamenx": Doc(
        "Gives a key another name, unless that one is taken",
        "O(1)",
        "key@0 newkey@1",
        history=(("3.2.0", "The same name twice is no error any more"),),
    ),
    b"restore": Doc(
        "Makes a key from what DUMP gave",
        (
            "O(1) to make it and O(N*M) to read it, N parts of M bytes on average. A small string is "
            "O(1)+O(1*M), hence O(1). A sorted set is O(N*M*log(N)), as each member goes in at O(log(N))"
        ),
        (
            "key@0 ttl:int serialized-value [REPLACE^3.0.0] [ABSTTL^5.0.0] [seconds:int<IDLETIME>^5.0.0] "
            "[frequency:int<FREQ>^5.0.0]"
        ),
        history=(
            ("3.0.0", "`REPLACE`"),
            ("5.0.0", "`ABSTTL`"),
            ("5.0.0", "`IDLETIME` and `FREQ`"),
        ),
    ),
    b"scan": Doc(
        "Walks over the keys, a few at each call",
        "O(1) for a call. O(N) for the whole walk over N keys, until the cursor is 0 again",
        "cursor:int [pattern:pattern<MATCH>] [count:int<COUNT>] [type<TYPE>^6.0.0]",
        history=(("6.0.0", "`TYPE`"),),
    ),
    b"sort": Doc(
        "A list, set or sorted set in order, answered or stored",
        "O(N+M*log(M)), N elements of which M are answered. O(N) where nothing has to be sorted",
        (
            "key@0 [pattern:pattern@1<BY>] [offset_count{offset:int count:int}<LIMIT>] "
            "[pattern:pattern@1<GET>**] [order(ASC|DESC)] [sorting=ALPHA] [destination@2<STORE>]"
        ),
    ),
    b"sort_ro": Doc(
        "SORT for reading alone, without STORE",
        "O(N+M*log(M)), N elements of which M are answered. O(N) where nothing has to be sorted",
        (
            "key@0 [pattern:pattern@1<BY>] [offset_count{offset:int count:int}<LIMIT>] "
            "[pattern:pattern@1<GET>**] [order(ASC|DESC)] [sorting=ALPHA]"
        ),
    ),
    b"touch": Doc(
        "Counts the keys that exist, and marks them as just used",
        "O(N), N keys touched",
        "key@0*",
    ),
    b"ttl": Doc(
        "How many seconds a key has left",
        "O(1)",
        "key@0",
        history=(("2.8.0", "-2 for a key that is not there"),),
    ),
    b"type": Doc(
        "Which kind of value a key holds",
        "O(1)",
        "key@0",
    ),
    b"unlink": Doc(
        "Removes keys as DEL does, and frees large values in the background",
        "O(1) for a key of any size. Then O(N) in another thread, N pieces of memory to free",
        "key@0*",
    ),
    b"wait": Doc(
        "Waits until replicas have what this connection wrote",
        "O(1)",
        "numreplicas:int timeout:int",
    ),
}
