"""COMMAND DOCS of the stream commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"xack": Doc(
        "Tells a group that entries are done with, and counts those it was waiting for",
        "O(1) for an entry",
        "key@0 group id*",
    ),
    b"xadd": Doc(
        "Puts an entry at the end of a stream",
        "O(1) for the entry, and O(N) where N old ones are trimmed",
        (
            'key@0 [NOMKSTREAM^6.2.0] [trim{strategy(MAXLEN|MINID^6.2.0) [operator(equal="="|approximately="~")] '
            'threshold [count:int<LIMIT>^6.2.0]}] id_or_auto(auto_id="*"|id) field_value{field value}*'
        ),
        history=(
            ("6.2.0", "`NOMKSTREAM`, `MINID` and `LIMIT`"),
            ("7.0.0", "IDs of the form `<ms>-*`"),
        ),
    ),
    b"xautoclaim": Doc(
        "Walks over a group's pending entries and hands old ones to a consumer",
        "O(1), COUNT being small",
        "key@0 group consumer min-idle-time start [count:int<COUNT>] [JUSTID]",
        history=(
            (
                "7.0.0",
                "A third element of the reply: entries that no longer exist and were dropped from the pending ones",
            ),
        ),
    ),
    b"xclaim": Doc(
        "Hands pending entries to a consumer",
        "O(log N), N pending entries of the group",
        (
            "key@0 group consumer min-idle-time id* [ms:int<IDLE>] [unix-time-milliseconds:time<TIME>] "
            "[count:int<RETRYCOUNT>] [FORCE] [JUSTID] [id<LASTID>]"
        ),
    ),
    b"xdel": Doc(
        "Removes entries of a stream, and counts those that were there",
        "O(1) for an entry, however long the stream",
        "key@0 id*",
    ),
    b"xgroup": Doc(
        "The commands about consumer groups",
        "That of the subcommand",
    ),
    b"xgroup|create": Doc(
        "Makes a group",
        "O(1)",
        'key@0 groupname id(id|new_id="$") [MKSTREAM] [entries_read:int<ENTRIESREAD>]',
        history=(("7.0.0", "`entries_read`, by its name"),),
    ),
    b"xgroup|createconsumer": Doc(
        "Makes a consumer in a group",
        "O(1)",
        "key@0 groupname consumername",
    ),
    b"xgroup|delconsumer": Doc(
        "Removes a consumer from a group",
        "O(1)",
        "key@0 groupname consumername",
    ),
    b"xgroup|destroy": Doc(
        "Removes a group",
        "O(N), N pending entries of the group",
        "key@0 groupname",
    ),
    b"xgroup|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"xgroup|setid": Doc(
        "Says up to where a group has been served",
        "O(1)",
        'key@0 groupname id(id|new_id="$") [entries_read:int<ENTRIESREAD>]',
        history=(("7.0.0", "`entries_read`, which may be left out"),),
    ),
    b"xinfo": Doc(
        "The commands that look at streams",
        "That of the subcommand",
    ),
    b"xinfo|consumers": Doc(
        "The consumers of a group",
        "O(1)",
        "key@0 groupname",
    ),
    b"xinfo|groups": Doc(
        "The groups that read a stream, and how far they are",
        "O(1)",
        "key@0",
        history=(("7.0.0", "`entries-read` and `lag`"),),
    ),
    b"xinfo|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"xinfo|stream": Doc(
        "A stream's figures, or all of it",
        "O(1)",
        "key@0 [full{[count:int<COUNT>]}<FULL>]",
        history=(
            ("6.0.0", "`FULL`"),
            ("7.0.0", "`max-deleted-entry-id`, `entries-added`, `recorded-first-entry-id`, `entries-read` and `lag`"),
        ),
    ),
    b"xlen": Doc(
        "How many entries a stream has",
        "O(1)",
        "key@0",
    ),
    b"xpending": Doc(
        "The entries that a group was given and has not acknowledged, in sum or one by one",
        (
            "O(N), N entries answered, so O(1) for a few. O(M) with IDLE, M entries looked at. The sum is O(1) "
            "for few consumers, and O(N) for N of them"
        ),
        "key@0 group [filters{[min-idle-time:int<IDLE>^6.2.0] start end count:int [consumer]}]",
        history=(("6.2.0", "`IDLE`, and bounds that are themselves left out"),),
    ),
    b"xrange": Doc(
        "The entries between two IDs, oldest first",
        "O(N), N entries answered. With a small COUNT, O(1)",
        "key@0 start end [count:int<COUNT>]",
        history=(("6.2.0", "Bounds that are themselves left out"),),
    ),
    b"xread": Doc(
        "The entries of streams behind the IDs that the client has seen, waited for if wished",
        "For each stream O(N), N entries answered: with a small COUNT, O(1). XADD pays O(M) for M clients that wait",
        "[count:int<COUNT>] [milliseconds:int<BLOCK>] streams{key@0* id*}<STREAMS>",
    ),
    b"xreadgroup": Doc(
        "XREAD for a consumer of a group: entries that nobody has had, or those it has pending",
        "For each stream O(M), M entries answered: with a small COUNT, O(1). XADD pays O(N) for N clients that wait",
        (
            "group_consumer{group consumer}<GROUP> [count:int<COUNT>] [milliseconds:int<BLOCK>] [NOACK] "
            "streams{key@0* id*}<STREAMS>"
        ),
    ),
    b"xrevrange": Doc(
        "The entries between two IDs, newest first",
        "O(N), N entries answered. With a small COUNT, O(1)",
        "key@0 end start [count:int<COUNT>]",
        history=(("6.2.0", "Bounds that are themselves left out"),),
    ),
    b"xsetid": Doc(
        "Sets a stream's last ID, as replication and loading need it",
        "O(1)",
        "key@0 last-id [entries_added:int<ENTRIESADDED>^7.0.0] [max_deleted_entry_id<MAXDELETEDID>^7.0.0]",
        history=(("7.0.0", "`entries_added` and `max_deleted_entry_id`"),),
    ),
    b"xtrim": Doc(
        "Removes the oldest entries of a stream, exactly or about",
        "O(N), N entries removed, and little for each: they lie many to a node",
        (
            'key@0 trim{strategy(MAXLEN|MINID^6.2.0) [operator(equal="="|approximately="~")] threshold '
            "[count:int<LIMIT>^6.2.0]}"
        ),
        history=(("6.2.0", "`MINID` and `LIMIT`"),),
    ),
}
