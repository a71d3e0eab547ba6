"""COMMAND DOCS of the set commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"sadd": Doc(
        "Puts members into a set",
        "O(1) for a member, so O(N) for N of them",
        "key@0 member*",
        history=(("2.4.0", "Any number of `member` arguments"),),
    ),
    b"scard": Doc(
        "How many members a set has",
        "O(1)",
        "key@0",
    ),
    b"sdiff": Doc(
        "The members of a set that no other one has",
        "O(N), N members of all the sets together",
        "key@0*",
    ),
    b"sdiffstore": Doc(
        "SDIFF, the outcome going to a key",
        "O(N), N members of all the sets together",
        "destination@0 key@1*",
    ),
    b"sinter": Doc(
        "The members that all sets share",
        "O(N*M) at worst, N members of the smallest of M sets",
        "key@0*",
    ),
    b"sintercard": Doc(
        "How many members all sets share",
        "O(N*M) at worst, N members of the smallest of M sets",
        "numkeys:int key@0* [limit:int<LIMIT>]",
    ),
    b"sinterstore": Doc(
        "SINTER, the outcome going to a key",
        "O(N*M) at worst, N members of the smallest of M sets",
        "destination@0 key@1*",
    ),
    b"sismember": Doc(
        "Whether a set has a member",
        "O(1)",
        "key@0 member",
    ),
    b"smembers": Doc(
        "Everything in a set",
        "O(N), N members of the set",
        "key@0",
    ),
    b"smismember": Doc(
        "Which of several members a set has",
        "O(N), N members asked about",
        "key@0 member*",
    ),
    b"smove": Doc(
        "Takes a member out of one set and into another",
        "O(1)",
        "source@0 destination@1 member",
    ),
    b"spop": Doc(
        "Takes members out of a set by chance",
        "O(1) without a count, O(N) with one of N",
        "key@0 [count:int^3.2.0]",
        history=(("3.2.0", "`count`"),),
    ),
    b"srandmember": Doc(
        "Members of a set, chosen by chance and left there",
        "O(1) without a count, O(N) with one of N or -N",
        "key@0 [count:int^2.6.0]",
        history=(("2.6.0", "`count`, which may be left out"),),
    ),
    b"srem": Doc(
        "Removes members of a set",
        "O(N), N members named",
        "key@0 member*",
        history=(("2.4.0", "Any number of `member` arguments"),),
    ),
    b"sscan": Doc(
        "Walks over the members of a set, a few at each call",
        "O(1) for a call. O(N) for the whole walk over N members, until the cursor is 0 again",
        "key@0 cursor:int [pattern:pattern<MATCH>] [count:int<COUNT>]",
    ),
    b"sunion": Doc(
        "The members of all sets together",
        "O(N), N members of all the sets together",
        "key@0*",
    ),
    b"sunionstore": Doc(
        "SUNION, the outcome going to a key",
        "O(N), N members of all the sets together",
        "destination@0 key@1*",
    ),
}
