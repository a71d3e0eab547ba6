"""COMMAND DOCS of the geo commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"geoadd": Doc(
        "Puts members with their longitude and latitude into a sorted set",
        "O(log(N)) for each member, N of them being there",
        (
            "key@0 [condition(NX|XX)^6.2.0] [change=CH^6.2.0] longitude_latitude_member{longitude:double "
            "latitude:double member}*"
        ),
        history=(("6.2.0", "`CH`, `NX` and `XX`"),),
    ),
    b"geodist": Doc(
        "How far two members are from each other",
        "O(log(N))",
        "key@0 member1 member2 [unit(M|KM|FT|MI)]",
    ),
    b"geohash": Doc(
        "The geohash strings of members",
        "O(log(N)) for each member, N of them being there",
        "key@0 member*",
    ),
    b"geopos": Doc(
        "Where members are",
        "O(N), N members asked about",
        "key@0 member*",
    ),
    b"georadius": Doc(
        "The members within a radius around a point; may store them",
        "O(N+log(M)), N members in the box around the circle, M in the whole index",
        (
            "key@0 longitude:double latitude:double radius:double unit(M|KM|FT|MI) [WITHCOORD] [WITHDIST] "
            "[WITHHASH] [count{count:int<COUNT> [ANY^6.2.0]}] [order(ASC|DESC)] [key@1<STORE>] [key@2<STOREDIST>]"
        ),
        history=(
            ("6.2.0", "`ANY` behind `COUNT`"),
            ("7.0.0", "Units in capitals too"),
        ),
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`GEOSEARCH` and `GEOSEARCHSTORE` with `BYRADIUS`",
    ),
    b"georadius_ro": Doc(
        "GEORADIUS for reading alone",
        "O(N+log(M)), N members in the box around the circle, M in the whole index",
        (
            "key@0 longitude:double latitude:double radius:double unit(M|KM|FT|MI) [WITHCOORD] [WITHDIST] "
            "[WITHHASH] [count{count:int<COUNT> [ANY^6.2.0]}] [order(ASC|DESC)]"
        ),
        history=(("6.2.0", "`ANY` behind `COUNT`"),),
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`GEOSEARCH` with `BYRADIUS`",
    ),
    b"georadiusbymember": Doc(
        "The members within a radius around another member; may store them",
        "O(N+log(M)), N members in the box around the circle, M in the whole index",
        (
            "key@0 member radius:double unit(M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] "
            "[count{count:int<COUNT> [ANY]}] [order(ASC|DESC)] [key@1<STORE>] [key@2<STOREDIST>]"
        ),
        history=(("7.0.0", "Units in capitals too"),),
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`GEOSEARCH` and `GEOSEARCHSTORE` with `BYRADIUS` and `FROMMEMBER`",
    ),
    b"georadiusbymember_ro": Doc(
        "GEORADIUSBYMEMBER for reading alone",
        "O(N+log(M)), N members in the box around the circle, M in the whole index",
        (
            "key@0 member radius:double unit(M|KM|FT|MI) [WITHCOORD] [WITHDIST] [WITHHASH] "
            "[count{count:int<COUNT> [ANY]}] [order(ASC|DESC)]"
        ),
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`GEOSEARCH` with `BYRADIUS` and `FROMMEMBER`",
    ),
    b"geosearch": Doc(
        "The members inside a circle or a box",
        "O(N+log(M)), N members in the box of grid cells around the shape, M inside the shape",
        (
            "key@0 from(member<FROMMEMBER>|longitude_latitude{longitude:double latitude:double}<FROMLONLAT>) "
            "by(circle{radius:double<BYRADIUS> unit(M|KM|FT|MI)}|box{width:double<BYBOX> height:double unit(M|KM|"
            "FT|MI)}) [order(ASC|DESC)] [count{count:int<COUNT> [ANY]}] [WITHCOORD] [WITHDIST] [WITHHASH]"
        ),
        history=(("7.0.0", "Units in capitals too"),),
    ),
    b"geosearchstore": Doc(
        "GEOSEARCH, the outcome going to another key",
        "O(N+log(M)), N members in the box of grid cells around the shape, M inside the shape",
        (
            "destination@0 source@1 from(member<FROMMEMBER>|longitude_latitude{longitude:double "
            "latitude:double}<FROMLONLAT>) by(circle{radius:double<BYRADIUS> unit(M|KM|FT|MI)}|"
            "box{width:double<BYBOX> height:double unit(M|KM|FT|MI)}) [order(ASC|DESC)] [count{count:int<COUNT> "
            "[ANY]}] [STOREDIST]"
        ),
        history=(("7.0.0", "Units in capitals too"),),
    ),
}
