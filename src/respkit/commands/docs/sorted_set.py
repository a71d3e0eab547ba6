"""COMMAND DOCS of the sorted-set commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"bzmpop": Doc(
        "ZMPOP that waits for a member",
        "O(K) + O(M*log(N)), K keys named, N members of the sorted set and M taken",
        "timeout:double numkeys:int key@0* where(MIN|MAX) [count:int<COUNT>]",
    ),
    b"bzpopmax": Doc(
        "Takes the highest member of the first sorted set that has any, and waits if none has",
        "O(log(N)), N members of the sorted set",
        "key@0* timeout:double",
        history=(("6.0.0", "`timeout` may have a fraction"),),
    ),
    b"bzpopmin": Doc(
        "Takes the lowest member of the first sorted set that has any, and waits if none has",
        "O(log(N)), N members of the sorted set",
        "key@0* timeout:double",
        history=(("6.0.0", "`timeout` may have a fraction"),),
    ),
    b"zadd": Doc(
        "Puts members with their scores into a sorted set, or changes the scores",
        "O(log(N)) for each member, N of them being there",
        (
            "key@0 [condition(NX|XX)^3.0.2] [comparison(GT|LT)^6.2.0] [change=CH^3.0.2] [increment=INCR^3.0.2] "
            "score_member{score:double member}*"
        ),
        history=(
            ("2.4.0", "Any number of elements"),
            ("3.0.2", "`XX`, `NX`, `CH` and `INCR`"),
            ("6.2.0", "`GT` and `LT`"),
        ),
    ),
    b"zcard": Doc(
        "How many members a sorted set has",
        "O(1)",
        "key@0",
    ),
    b"zcount": Doc(
        "How many members have scores within bounds",
        "O(log(N)), N members of the sorted set",
        "key@0 min:double max:double",
    ),
    b"zdiff": Doc(
        "The members of a sorted set that no other one has",
        "O(L + (N-K)log(N)) at worst, L members of all together, N of the first and K of the outcome",
        "numkeys:int key@0* [WITHSCORES]",
    ),
    b"zdiffstore": Doc(
        "ZDIFF, the outcome going to a key",
        "O(L + (N-K)log(N)) at worst, L members of all together, N of the first and K of the outcome",
        "destination@0 numkeys:int key@1*",
    ),
    b"zincrby": Doc(
        "Adds to a member's score",
        "O(log(N)), N members of the sorted set",
        "key@0 increment:int member",
    ),
    b"zinter": Doc(
        "The members that all sorted sets share, scores combined",
        "O(N*K)+O(M*log(M)) at worst, N members of the smallest of K sorted sets and M of the outcome",
        "numkeys:int key@0* [weight:int<WEIGHTS>*] [aggregate(SUM|MIN|MAX)<AGGREGATE>] [WITHSCORES]",
    ),
    b"zintercard": Doc(
        "How many members all sorted sets share",
        "O(N*K) at worst, N members of the smallest of K sorted sets",
        "numkeys:int key@0* [limit:int<LIMIT>]",
    ),
    b"zinterstore": Doc(
        "ZINTER, the outcome going to a key",
        "O(N*K)+O(M*log(M)) at worst, N members of the smallest of K sorted sets and M of the outcome",
        "destination@0 numkeys:int key@1* [weight:int<WEIGHTS>*] [aggregate(SUM|MIN|MAX)<AGGREGATE>]",
    ),
    b"zlexcount": Doc(
        "How many members lie between two strings, where all scores are equal",
        "O(log(N)), N members of the sorted set",
        "key@0 min max",
    ),
    b"zmpop": Doc(
        "Takes members off an end of the first sorted set that has any",
        "O(K) + O(M*log(N)), K keys named, N members of the sorted set and M taken",
        "numkeys:int key@0* where(MIN|MAX) [count:int<COUNT>]",
    ),
    b"zmscore": Doc(
        "The scores of several members",
        "O(N), N members asked about",
        "key@0 member*",
    ),
    b"zpopmax": Doc(
        "Takes the highest members of a sorted set",
        "O(log(N)*M), N members of the sorted set and M taken",
        "key@0 [count:int]",
    ),
    b"zpopmin": Doc(
        "Takes the lowest members of a sorted set",
        "O(log(N)*M), N members of the sorted set and M taken",
        "key@0 [count:int]",
    ),
    b"zrandmember": Doc(
        "Members of a sorted set, chosen by chance",
        "O(N), N members answered",
        "key@0 [options{count:int [WITHSCORES]}]",
    ),
    b"zrange": Doc(
        "A part of a sorted set, by rank, score or string",
        "O(log(N)+M), N members of the sorted set and M answered",
        (
            "key@0 start stop [sortby(BYSCORE|BYLEX)^6.2.0] [REV^6.2.0] [offset_count{offset:int "
            "count:int}<LIMIT>^6.2.0] [WITHSCORES]"
        ),
        history=(("6.2.0", "`REV`, `BYSCORE`, `BYLEX` and `LIMIT`"),),
    ),
    b"zrangebylex": Doc(
        "The members between two strings, where all scores are equal",
        "O(log(N)+M), N members of the sorted set and M answered. With LIMIT and a small M, O(log(N))",
        "key@0 min max [offset_count{offset:int count:int}<LIMIT>]",
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`ZRANGE` with `BYLEX`",
    ),
    b"zrangebyscore": Doc(
        "The members with scores within bounds, lowest first",
        "O(log(N)+M), N members of the sorted set and M answered. With LIMIT and a small M, O(log(N))",
        "key@0 min:double max:double [WITHSCORES^2.0.0] [offset_count{offset:int count:int}<LIMIT>]",
        history=(("2.0.0", "`WITHSCORES`"),),
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`ZRANGE` with `BYSCORE`",
    ),
    b"zrangestore": Doc(
        "ZRANGE, the outcome going to a key",
        "O(log(N)+M), N members of the sorted set and M stored",
        "dst@0 src@1 min max [sortby(BYSCORE|BYLEX)] [REV] [offset_count{offset:int count:int}<LIMIT>]",
    ),
    b"zrank": Doc(
        "How many members come before one, lowest first",
        "O(log(N))",
        "key@0 member",
    ),
    b"zrem": Doc(
        "Takes the members named out of a sorted set",
        "O(M*log(N)), N members of the sorted set and M removed",
        "key@0 member*",
        history=(("2.4.0", "Any number of elements"),),
    ),
    b"zremrangebylex": Doc(
        "Removes the members between two strings, where all scores are equal",
        "O(log(N)+M), N members of the sorted set and M removed",
        "key@0 min max",
    ),
    b"zremrangebyrank": Doc(
        "Removes the members at a range of ranks",
        "O(log(N)+M), N members of the sorted set and M removed",
        "key@0 start:int stop:int",
    ),
    b"zremrangebyscore": Doc(
        "Removes the members with scores within bounds",
        "O(log(N)+M), N members of the sorted set and M removed",
        "key@0 min:double max:double",
    ),
    b"zrevrange": Doc(
        "A part of a sorted set by rank, highest first",
        "O(log(N)+M), N members of the sorted set and M answered",
        "key@0 start:int stop:int [WITHSCORES]",
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`ZRANGE` with `REV`",
    ),
    b"zrevrangebylex": Doc(
        "The members between two strings backwards, where all scores are equal",
        "O(log(N)+M), N members of the sorted set and M answered. With LIMIT and a small M, O(log(N))",
        "key@0 max min [offset_count{offset:int count:int}<LIMIT>]",
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`ZRANGE` with `REV` and `BYLEX`",
    ),
    b"zrevrangebyscore": Doc(
        "The members with scores within bounds, highest first",
        "O(log(N)+M), N members of the sorted set and M answered. With LIMIT and a small M, O(log(N))",
        "key@0 max:double min:double [WITHSCORES] [offset_count{offset:int count:int}<LIMIT>]",
        history=(("2.1.6", "`min` and `max` may themselves be left out, by a bracket"),),
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`ZRANGE` with `REV` and `BYSCORE`",
    ),
    b"zrevrank": Doc(
        "How many members come before one, highest first",
        "O(log(N))",
        "key@0 member",
    ),
    b"zscan": Doc(
        "Walks over the members of a sorted set, a few at each call",
        "O(1) for a call. O(N) for the whole walk over N members, until the cursor is 0 again",
        "key@0 cursor:int [pattern:pattern<MATCH>] [count:int<COUNT>]",
    ),
    b"zscore": Doc(
        "A member's score",
        "O(1)",
        "key@0 member",
    ),
    b"zunion": Doc(
        "The members of all sorted sets together, scores combined",
        "O(N)+O(M*log(M)), N members of all together and M of the outcome",
        "numkeys:int key@0* [weight:int<WEIGHTS>*] [aggregate(SUM|MIN|MAX)<AGGREGATE>] [WITHSCORES]",
    ),
    b"zunionstore": Doc(
        "ZUNION, the outcome going to a key",
        "O(N)+O(M log(M)), N members of all together and M of the outcome",
        "destination@0 numkeys:int key@1* [weight:int<WEIGHTS>*] [aggregate(SUM|MIN|MAX)<AGGREGATE>]",
    ),
}
