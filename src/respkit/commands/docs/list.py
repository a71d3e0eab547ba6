"""COMMAND DOCS of the list commands."""

from respkit.commands.docs.model import Doc

DOCS = {
    b"blmove": Doc(
        "LMOVE that waits for an element",
        "O(1)",
        "source@0 destination@1 wherefrom(LEFT|RIGHT) whereto(LEFT|RIGHT) timeout:double",
    ),
    b"blmpop": Doc(
        "LMPOP that waits for an element",
        "O(N+M), N keys named and M elements taken",
        "timeout:double numkeys:int key@0* where(LEFT|RIGHT) [count:int<COUNT>]",
    ),
    b"blpop": Doc(
        "Takes the first element of the first list that has any, and waits if none has",
        "O(N), N keys named",
        "key@0* timeout:double",
        history=(("6.0.0", "`timeout` may have a fraction"),),
    ),
    b"brpop": Doc(
        "Takes the last element of the first list that has any, and waits if none has",
        "O(N), N keys named",
        "key@0* timeout:double",
        history=(("6.0.0", "`timeout` may have a fraction"),),
    ),
    b"brpoplpush": Doc(
        "RPOPLPUSH that waits for an element",
        "O(1)",
        "source@0 destination@1 timeout:double",
        history=(("6.0.0", "`timeout` may have a fraction"),),
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`BLMOVE` with `RIGHT` and `LEFT`",
    ),
    b"lindex": Doc(
        "The element at a place in a list",
        "O(N), N elements on the way there, so O(1) for the first and the last",
        "key@0 index:int",
    ),
    b"linsert": Doc(
        "Puts an element in front of another one, or behind it",
        "O(N), N elements on the way to the pivot: O(1) near the head, O(N) near the tail",
        "key@0 where(BEFORE|AFTER) pivot element",
    ),
    b"llen": Doc(
        "How many elements a list has",
        "O(1)",
        "key@0",
    ),
    b"lmove": Doc(
        "Takes an element off one end of a list and puts it on an end of another",
        "O(1)",
        "source@0 destination@1 wherefrom(LEFT|RIGHT) whereto(LEFT|RIGHT)",
    ),
    b"lmpop": Doc(
        "Takes elements off the first list that has any",
        "O(N+M), N keys named and M elements taken",
        "numkeys:int key@0* where(LEFT|RIGHT) [count:int<COUNT>]",
    ),
    b"lpop": Doc(
        "Takes elements off the head of a list",
        "O(N), N elements taken",
        "key@0 [count:int^6.2.0]",
        history=(("6.2.0", "`count`"),),
    ),
    b"lpos": Doc(
        "Where in a list an element is",
        "O(N) on average, N elements in the list; less for those near an end, and with MAXLEN",
        "key@0 element [rank:int<RANK>] [num-matches:int<COUNT>] [len:int<MAXLEN>]",
    ),
    b"lpush": Doc(
        "Puts elements in front of a list",
        "O(1) for an element, so O(N) for N of them",
        "key@0 element*",
        history=(("2.4.0", "Any number of `element` arguments"),),
    ),
    b"lpushx": Doc(
        "Puts elements in front of a list, provided there is one",
        "O(1) for an element, so O(N) for N of them",
        "key@0 element*",
        history=(("4.0.0", "Any number of `element` arguments"),),
    ),
    b"lrange": Doc(
        "A part of a list",
        "O(S+N), S elements from the head (of a long list, from its nearer end) to the first one, N elements answered",
        "key@0 start:int stop:int",
    ),
    b"lrem": Doc(
        "Removes the elements of a list that equal a value",
        "O(N+M), N elements in the list and M removed",
        "key@0 count:int element",
    ),
    b"lset": Doc(
        "Replaces the element at a place in a list",
        "O(N), N elements in the list; O(1) for the first and the last",
        "key@0 index:int element",
    ),
    b"ltrim": Doc(
        "Cuts a list down to a part of it",
        "O(N), N elements cut off",
        "key@0 start:int stop:int",
    ),
    b"rpop": Doc(
        "Takes elements off the tail of a list",
        "O(N), N elements taken",
        "key@0 [count:int^6.2.0]",
        history=(("6.2.0", "`count`"),),
    ),
    b"rpoplpush": Doc(
        "Takes the last element of a list and puts it in front of another",
        "O(1)",
        "source@0 destination@1",
        flags="deprecated",
        deprecated_since="6.2.0",
        replaced_by="`LMOVE` with `RIGHT` and `LEFT`",
    ),
    b"rpush": Doc(
        "Puts elements behind a list",
        "O(1) for an element, so O(N) for N of them",
        "key@0 element*",
        history=(("2.4.0", "Any number of `element` arguments"),),
    ),
    b"rpushx": Doc(
        "Puts elements behind a list, provided there is one",
        "O(1) for an element, so O(N) for N of them",
        "key@0 element*",
        history=(("4.0.0", "Any number of `element` arguments"),),
    ),
}
