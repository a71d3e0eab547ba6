"""COMMAND DOCS of the server commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"acl": Doc(
        "The commands about users and what they may do",
        "That of the subcommand",
    ),
    b"acl|cat": Doc(
        "The categories, or the commands of one of them",
        "O(1), there being no more of either than there are",
        "[categoryname]",
    ),
    b"acl|deluser": Doc(
        "Removes users and cuts their connections",
        "O(1), spread over users as they usually are",
        "username*",
    ),
    b"acl|dryrun": Doc(
        "Whether a user could run a command, which is not run",
        "O(1)",
        "username command [arg*]",
    ),
    b"acl|genpass": Doc(
        "Makes up a password that nobody guesses",
        "O(1)",
        "[bits:int]",
    ),
    b"acl|getuser": Doc(
        "A user's rules, one by one",
        "O(N), N passwords, command rules and patterns of the user",
        "username",
        history=(
            ("6.2.0", "Patterns of Pub/Sub channels"),
            ("7.0.0", "Selectors; key and channel patterns are no longer lists but one string, as rules are written"),
        ),
    ),
    b"acl|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"acl|list": Doc(
        "All users, each as a line of the ACL file",
        "O(N), N users",
    ),
    b"acl|load": Doc(
        "Reads the ACL file again",
        "O(N), N users",
    ),
    b"acl|log": Doc(
        "Who was refused what lately",
        "O(N), N entries answered",
        "[operation(count:int|RESET)]",
    ),
    b"acl|save": Doc(
        "Writes the ACL file",
        "O(N), N users",
    ),
    b"acl|setuser": Doc(
        "Adds rules to a user, who is made if there is none",
        "O(N), N rules given",
        "username [rule*]",
        history=(
            ("6.2.0", "Patterns of Pub/Sub channels"),
            ("7.0.0", "Selectors, and rights to keys that tell reading from writing"),
        ),
    ),
    b"acl|users": Doc(
        "The names of all users",
        "O(N), N users",
    ),
    b"acl|whoami": Doc(
        "As whom this connection is logged in",
        "O(1)",
    ),
    b"bgrewriteaof": Doc(
        "Writes a shorter append-only file in the background",
        "O(1)",
    ),
    b"bgsave": Doc(
        "Saves the data in the background",
        "O(1)",
        "[SCHEDULE^3.2.2]",
        history=(("3.2.2", "`SCHEDULE`"),),
    ),
    b"command": Doc(
        "Everything about all commands",
        "O(N), N commands of the server",
    ),
    b"command|count": Doc(
        "How many commands there are",
        "O(1)",
    ),
    b"command|docs": Doc(
        "What commands are for, and their arguments",
        "O(N), N commands asked about",
        "[command-name*]",
    ),
    b"command|getkeys": Doc(
        "The keys among a command's arguments",
        "O(N), N arguments of the command",
    ),
    b"command|getkeysandflags": Doc(
        "The keys among a command's arguments, and what it does to each",
        "O(N), N arguments of the command",
    ),
    b"command|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"command|info": Doc(
        "Arity, flags, keys and more of the commands named, or of all",
        "O(N), N commands asked about",
        "[command-name*]",
        history=(("7.0.0", "Without a name it tells about all commands"),),
    ),
    b"command|list": Doc(
        "The names of the commands, filtered if wished",
        "O(N), N commands of the server",
        "[filterby(module-name<MODULE>|category<ACLCAT>|pattern:pattern<PATTERN>)<FILTERBY>]",
    ),
    b"config": Doc(
        "The commands about the server's parameters",
        "That of the subcommand",
    ),
    b"config|get": Doc(
        "The parameters whose names match, and their values",
        "O(N), N parameters asked for",
        "parameter{parameter}*",
        history=(("7.0.0", "Any number of patterns in one call"),),
    ),
    b"config|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"config|resetstat": Doc(
        "Sets the counters of INFO back to zero",
        "O(1)",
    ),
    b"config|rewrite": Doc(
        "Brings the configuration file up to date with what is in force",
        "O(1)",
    ),
    b"config|set": Doc(
        "Changes parameters while the server runs",
        "O(N), N parameters given",
        "parameter_value{parameter value}*",
        history=(("7.0.0", "Any number of parameters in one call"),),
    ),
    b"dbsize": Doc(
        "How many keys this database has",
        "O(1)",
    ),
    b"debug": Doc(
        "What tests and developers need",
        "That of the subcommand",
        flags="syscmd",
    ),
    b"failover": Doc(
        "Hands the role of master over to a replica, losing nothing",
        "O(1)",
        "[target{host port:int [FORCE]}<TO>] [ABORT] [milliseconds:int<TIMEOUT>]",
    ),
    b"flushall": Doc(
        "Empties every database",
        "O(N), N keys in all databases",
        "[async(ASYNC^4.0.0|SYNC^6.2.0)]",
        history=(
            ("4.0.0", "`ASYNC`"),
            ("6.2.0", "`SYNC`"),
        ),
    ),
    b"flushdb": Doc(
        "Empties this database",
        "O(N), N keys in the database",
        "[async(ASYNC^4.0.0|SYNC^6.2.0)]",
        history=(
            ("4.0.0", "`ASYNC`"),
            ("6.2.0", "`SYNC`"),
        ),
    ),
    b"info": Doc(
        "How the server is doing, in figures",
        "O(1)",
        "[section*]",
        history=(("7.0.0", "Several sections in one call"),),
    ),
    b"lastsave": Doc(
        "When the data was last saved, as a Unix time",
        "O(1)",
    ),
    b"latency": Doc(
        "The commands about delays that the server noticed",
        "That of the subcommand",
    ),
    b"latency|doctor": Doc(
        "What the delays hint at, in plain words",
        "O(1)",
    ),
    b"latency|graph": Doc(
        "The delays of one kind, drawn in characters",
        "O(1)",
        "event",
    ),
    b"latency|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"latency|histogram": Doc(
        "How long the calls of commands took, counted by powers of two",
        "O(N), N commands with figures",
        "[command*]",
    ),
    b"latency|history": Doc(
        "The delays of one kind, each with its time",
        "O(1)",
        "event",
    ),
    b"latency|latest": Doc(
        "The last delay of every kind",
        "O(1)",
    ),
    b"latency|reset": Doc(
        "Forgets the delays of some kinds, or of all",
        "O(1)",
        "[event*]",
    ),
    b"lolwut": Doc(
        "A piece of generated art, and the version",
        None,
        "[version:int<VERSION>]",
    ),
    b"memory": Doc(
        "The commands about memory",
        "That of the subcommand",
    ),
    b"memory|doctor": Doc(
        "What the use of memory hints at, in plain words",
        "O(1)",
    ),
    b"memory|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"memory|malloc-stats": Doc(
        "What the allocator says about itself",
        "Grows with the memory in use; may be slow",
    ),
    b"memory|purge": Doc(
        "Asks the allocator to give unused pages back",
        "Grows with the memory in use; may be slow",
    ),
    b"memory|stats": Doc(
        "What the memory is used for, in figures",
        "O(1)",
    ),
    b"memory|usage": Doc(
        "About how many bytes a key and its value take",
        "O(N), N elements looked at",
        "key@0 [count:int<SAMPLES>]",
    ),
    b"module": Doc(
        "The commands about modules",
        "That of the subcommand",
    ),
    b"module|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"module|list": Doc(
        "The modules that are loaded",
        "O(N), N modules",
    ),
    b"module|load": Doc(
        "Loads a module from its library",
        "O(1)",
        "path [arg*]",
    ),
    b"module|loadex": Doc(
        "MODULE LOAD with parameters for the module",
        "O(1)",
        "path [configs{name value}<CONFIG>**] [args{arg}<ARGS>*]",
    ),
    b"module|unload": Doc(
        "Takes a module out again",
        "O(1)",
        "name",
    ),
    b"monitor": Doc(
        "Shows this connection every command that the server runs",
        None,
    ),
    b"psync": Doc(
        "How a replica asks to go on, or to begin",
        None,
        "replicationid offset:int",
    ),
    b"replconf": Doc(
        "How a replica and its master tell each other about themselves",
        "O(1)",
        flags="syscmd",
    ),
    b"replicaof": Doc(
        "Makes the server follow a master, or stand by itself (NO ONE)",
        "O(1)",
        "args(host-port{host port:int}|no-one{NO ONE})",
    ),
    b"restore-asking": Doc(
        "RESTORE as MIGRATE sends it inside a cluster",
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
        flags="syscmd",
    ),
    b"role": Doc(
        "Whether the server is master, replica or sentinel, and for whom",
        "O(1)",
    ),
    b"save": Doc(
        "Saves the data while everybody waits",
        "O(N), N keys in all databases",
    ),
    b"shutdown": Doc(
        "Saves the data, where it should be saved, and ends the server",
        "O(N), N keys in all databases, if they are saved; else O(1)",
        "[nosave_save(NOSAVE|SAVE)] [NOW^7.0.0] [FORCE^7.0.0] [ABORT^7.0.0]",
        history=(("7.0.0", "`NOW`, `FORCE` and `ABORT`"),),
    ),
    b"slaveof": Doc(
        "REPLICAOF under its old name",
        "O(1)",
        "args(host-port{host port:int}|no-one{NO ONE})",
        flags="deprecated",
        deprecated_since="5.0.0",
        replaced_by="`REPLICAOF`",
    ),
    b"slowlog": Doc(
        "The commands about calls that took long",
        "That of the subcommand",
    ),
    b"slowlog|get": Doc(
        "The latest slow calls",
        "O(N), N entries answered",
        "[count:int]",
        history=(("4.0.0", "The client's address and name"),),
    ),
    b"slowlog|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"slowlog|len": Doc(
        "How many slow calls are on record",
        "O(1)",
    ),
    b"slowlog|reset": Doc(
        "Forgets the slow calls",
        "O(N), N entries on record",
    ),
    b"swapdb": Doc(
        "Lets two databases change places",
        "O(N), N clients that watch keys of either or wait on them",
        "index1:int index2:int",
    ),
    b"sync": Doc(
        "How a replica of old asks for everything",
        None,
    ),
    b"time": Doc(
        "The server's clock, in seconds and microseconds",
        "O(1)",
    ),
}
