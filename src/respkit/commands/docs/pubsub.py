"""COMMAND DOCS of the pubsub commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"psubscribe": Doc(
        "Makes this connection hear what is published on channels that match",
        "O(N), N patterns that it listens to already",
        "pattern{pattern:pattern}*",
    ),
    b"publish": Doc(
        "Sends a message to everybody who listens to a channel",
        "O(N+M), N listeners of the channel and M patterns of all clients",
        "channel message",
    ),
    b"pubsub": Doc(
        "The commands that tell who listens to what",
        "That of the subcommand",
    ),
    b"pubsub|channels": Doc(
        "The channels that somebody listens to",
        "O(N), N such channels, names and pattern being short",
        "[pattern:pattern]",
    ),
    b"pubsub|help": Doc(
        "Lists the subcommands with a line about each",
        "O(1)",
    ),
    b"pubsub|numpat": Doc(
        "How many different patterns clients listen to",
        "O(1)",
    ),
    b"pubsub|numsub": Doc(
        "How many listen to each of the channels",
        "O(N), N channels asked about",
        "[channel*]",
    ),
    b"pubsub|shardchannels": Doc(
        "The shard channels that somebody listens to",
        "O(N), N such channels, names and pattern being short",
        "[pattern:pattern]",
    ),
    b"pubsub|shardnumsub": Doc(
        "How many listen to each of the shard channels",
        "O(N), N shard channels asked about",
        "[shardchannel*]",
    ),
    b"punsubscribe": Doc(
        "Ends PSUBSCRIBE for some patterns, or for all",
        "O(N+M), N patterns of this connection and M of all clients",
        "[pattern:pattern*]",
    ),
    b"spublish": Doc(
        "Sends a message to everybody who listens to a shard channel",
        "O(N), N listeners of the channel",
        "shardchannel message",
    ),
    b"ssubscribe": Doc(
        "Makes this connection hear what is published on shard channels",
        "O(N), N channels named",
        "shardchannel*",
    ),
    b"subscribe": Doc(
        "Makes this connection hear what is published on channels",
        "O(N), N channels named",
        "channel*",
    ),
    b"sunsubscribe": Doc(
        "Ends SSUBSCRIBE for some shard channels, or for all",
        "O(N), N listeners of the channel",
        "[shardchannel*]",
    ),
    b"unsubscribe": Doc(
        "Ends SUBSCRIBE for some channels, or for all",
        "O(N), N listeners of the channel",
        "[channel*]",
    ),
}
