"""COMMAND DOCS of the connection commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"auth": Doc(
        "Says who the client is",
        "O(N), N passwords of the user",
        "[username^6.0.0] password",
        history=(("6.0.0", "A user's name before the password, for ACLs"),),
    ),
    b"client": Doc(
        "The commands about connections",
        "That of the subcommand",
    ),
    b"client|caching": Doc(
        "Whether the keys of the next command are tracked, in the modes that leave it open",
        "O(1)",
        "mode(YES|NO)",
    ),
    b"client|getname": Doc(
        "The name that this connection has been given",
        "O(1)",
    ),
    b"client|getredir": Doc(
        "To which connection this one's invalidations go",
        "O(1)",
    ),
    b"client|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"client|id": Doc(
        "This connection's number",
        "O(1)",
    ),
    b"client|info": Doc(
        "The line of CLIENT LIST about this very connection",
        "O(1)",
    ),
    b"client|kill": Doc(
        "Closes the connections that a filter finds",
        "O(N), N connections",
        (
            "filter('ip:port'!2.8.12|new-format([client-id:int<ID>^2.8.12]|[normal_master_slave_pubsub(NORMAL|"
            "MASTER^3.2.0|SLAVE|REPLICA^5.0.0|PUBSUB)<TYPE>^2.8.12]|[username<USER>]|['ip:port'<ADDR>]|"
            "['ip:port'<LADDR>^6.2.0]|['yes/no'<SKIPME>])*)"
        ),
        history=(
            ("2.8.12", "Filters, each a word and a value"),
            ("2.8.12", "Filter `ID`"),
            ("3.2.0", "`master` as a `TYPE`"),
            ("5.0.0", "`replica` as a `TYPE`; `slave` still means the same"),
            ("6.2.0", "Filter `LADDR`"),
        ),
    ),
    b"client|list": Doc(
        "A line about each connection",
        "O(N), N connections",
        "[normal_master_replica_pubsub(NORMAL|MASTER|REPLICA|PUBSUB)<TYPE>^5.0.0] [id{client-id:int*}<ID>^6.2.0]",
        history=(
            ("2.8.12", "Field `id`"),
            ("5.0.0", "Filter `TYPE`"),
            ("6.0.0", "Field `user`"),
            ("6.2.0", "Fields `argv-mem`, `tot-mem`, `laddr` and `redir`, and the filter `ID`"),
            ("7.0.0", "Fields `resp`, `multi-mem`, `rbs` and `rbp`"),
            ("7.0.3", "Field `ssub`"),
        ),
    ),
    b"client|no-evict": Doc(
        "Keeps this connection alive when connections take too much memory",
        "O(1)",
        "enabled(ON|OFF)",
    ),
    b"client|pause": Doc(
        "Holds back the commands of all clients for a while",
        "O(1)",
        "timeout:int [mode(WRITE|ALL)^6.2.0]",
        history=(("6.2.0", "`CLIENT PAUSE WRITE`, by the new `mode`, holds back writes alone"),),
    ),
    b"client|reply": Doc(
        "Whether this connection gets replies at all",
        "O(1)",
        "on_off_skip(ON|OFF|SKIP)",
    ),
    b"client|setname": Doc(
        "Gives this connection a name",
        "O(1)",
        "connection-name",
    ),
    b"client|tracking": Doc(
        "Whether the server tells this connection of changes to keys that it has read",
        "O(1). A few options cost more",
        "status(ON|OFF) [client-id:int<REDIRECT>] [prefix<PREFIX>**] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]",
    ),
    b"client|trackinginfo": Doc(
        "How the tracking of this connection is set up",
        "O(1)",
    ),
    b"client|unblock": Doc(
        "Wakes a client that waits in a blocking command",
        "O(log N), N connections",
        "client-id:int [timeout_error(TIMEOUT|ERROR)]",
    ),
    b"client|unpause": Doc(
        "Ends CLIENT PAUSE",
        "O(N), N clients held back",
    ),
    b"echo": Doc(
        "Answers its argument",
        "O(1)",
        "message",
    ),
    b"hello": Doc(
        "Chooses the protocol version, and may log in and name the connection on the way",
        "O(1)",
        "[arguments{protover:int [username_password{username password}<AUTH>] [clientname<SETNAME>]}]",
        history=(("6.2.0", "Without `protover` it changes nothing and only describes the connection"),),
    ),
    b"ping": Doc(
        "Answers PONG, or the message that came with it",
        "O(1)",
        "[message]",
    ),
    b"quit": Doc(
        "Says OK and hangs up",
        "O(1)",
    ),
    b"reset": Doc(
        "Puts the connection back into the state in which it began",
        "O(1)",
    ),
    b"select": Doc(
        "Chooses the database that this connection works on",
        "O(1)",
        "index:int",
    ),
}
