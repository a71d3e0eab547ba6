"""The check: who may run which command on which keys and channels, and what is said to those who may not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.acl.rules import apply_rules
from respkit.acl.user import READ, READ_WRITE, WRITE, Denial, User
from respkit.commands.table import ALL, find
from respkit.resp.inbuf import Args

USERS = {
    b"nobody": b"on",
    b"app": b"on ~app:* +@read +@write -@dangerous",
    b"reader": b"on %R~* +@all",
    b"writer": b"on %W~a* %R~b* +@all",
    b"both": b"on ~a1 ~b? allchannels +@all -config +config|get -@blocking",
    b"selector": b"on ~a* +get +set (%R~b* +get +mget +copy) (%W~c* %R~a* +copy +@pubsub &news)",
    b"talker": b"on &news &w* +@pubsub +select|0 ~a*",
    b"all": b"on allkeys allchannels allcommands",
}


def user_of(rules: bytes) -> User:
    user = User(b"u")
    apply_rules(user, rules.split())
    return user


def checked(user: User, *words: bytes) -> Denial | None:
    args = Args.of(*words)
    command = find(args)
    assert command is not None
    return user.check(command, args)


KEY = b"NOPERM this user has no permissions to access one of the keys used as arguments"
CHANNEL = b"NOPERM this user has no permissions to access one of the channels used as arguments"

REFUSALS = [
    (b"app", [b"GET", b"app:1"], None),
    (b"app", [b"get", b"ap:1"], KEY),
    (b"app", [b"MGET", b"app:1", b"app:2", b"x"], KEY),
    (b"app", [b"SET", b"app:", b"v"], None),
    (b"app", [b"KEYS", b"*"], b"NOPERM this user has no permissions to run the 'keys' command"),
    (b"app", [b"CONFIG", b"GET", b"x"], b"NOPERM this user has no permissions to run the 'config|get' command"),
    (b"app", [b"PUBLISH", b"c", b"m"], b"NOPERM this user has no permissions to run the 'publish' command"),
    (b"nobody", [b"AUTH", b"x"], None),
    (b"nobody", [b"HELLO"], None),
    (b"nobody", [b"PING"], b"NOPERM this user has no permissions to run the 'ping' command"),
    (b"reader", [b"GET", b"x"], None),
    (b"reader", [b"SET", b"x", b"y"], KEY),
    (b"reader", [b"SET", b"x", b"y", b"GET"], KEY),
    (b"writer", [b"SET", b"a", b"y"], None),
    (b"writer", [b"SET", b"a", b"y", b"GET"], KEY),
    (b"writer", [b"COPY", b"b", b"a"], None),
    (b"writer", [b"COPY", b"a", b"a"], KEY),
    (b"writer", [b"EXISTS", b"a"], None),
    (b"talker", [b"PUBLISH", b"wx", b"m"], None),
    (b"talker", [b"PSUBSCRIBE", b"w*"], None),
    (b"talker", [b"PSUBSCRIBE", b"wx"], CHANNEL),
    (b"talker", [b"SUBSCRIBE", b"news", b"x"], CHANNEL),
    (b"talker", [b"UNSUBSCRIBE", b"x"], None),
    (b"talker", [b"SELECT", b"0"], None),
    (b"talker", [b"SELECT", b"1"], b"NOPERM this user has no permissions to run the 'select' command"),
    (b"selector", [b"GET", b"b1"], None),
    (b"selector", [b"SET", b"b1", b"x"], KEY),
    (b"selector", [b"COPY", b"a", b"c"], None),
    (b"selector", [b"COPY", b"a", b"b"], KEY),
]


@pytest.mark.parametrize(("name", "words", "reply"), REFUSALS)
def test_refusals(name: bytes, words: list[bytes], reply: bytes | None) -> None:
    denial = checked(user_of(USERS[name]), *words)
    assert (denial.reply if denial else None) == reply


def test_a_denial_says_which_argument() -> None:
    denial = checked(user_of(USERS[b"app"]), b"MGET", b"app:1", b"x")
    assert denial is not None
    assert (denial.index, denial.name) == (2, b"x")
    assert denial.explanation == b"This user has no permissions to access the 'x' key"


def test_the_denial_that_came_furthest_is_reported() -> None:
    denial = checked(user_of(b"on +get (~a +mget) (~a ~b +mget)"), b"MGET", b"a", b"b", b"c")
    assert denial is not None
    assert denial.index == 3


def test_rules_that_change_are_seen_by_who_holds_the_user() -> None:
    user = user_of(b"on ~* +get")
    assert checked(user, b"GET", b"a") is None
    apply_rules(user, [b"-get"])
    assert checked(user, b"GET", b"a") is not None


def test_access_to_one_key() -> None:
    user = user_of(USERS[b"writer"])
    assert user.may_access(b"a1", WRITE)
    assert not user.may_access(b"a1", READ)
    assert user.may_access(b"b1", READ)
    assert not user.may_access(b"b1", READ_WRITE)


WORDS = [
    b"a1",
    b"a2",
    b"b1",
    b"c1",
    b"app:1",
    b"news",
    b"wx",
    b"w*",
    b"1",
    b"2",
    b"GET",
    b"0",
    b"x",
    b"KEYS",
    b"STREAMS",
]
# Where its real keys are told apart from those that Redis's check sees; and what a dry run does not take.
STRICTER = {b"georadius", b"georadiusbymember", b"xread", b"xreadgroup", b"pfmerge", b"sort", b"migrate"}
# A word is not decoded as a subcommand where the container has none of that name.
COMMANDS = [command for command in ALL if not command.subcommands and command.name not in STRICTER]


@given(
    name=st.sampled_from(sorted(USERS)),
    command=st.sampled_from(COMMANDS),
    more=st.lists(st.sampled_from(WORDS), min_size=0, max_size=6),
)
def test_agrees_with_dry_runs_on_a_real_server(live: Any, name: bytes, command: Any, more: list[bytes]) -> None:
    words = [*command.name.split(b"|"), *more]
    if not command.arity_ok(len(words)):
        words = words[: abs(command.arity)] + [b"a1"] * (abs(command.arity) - len(words))
    live.call(b"ACL", b"SETUSER", name, b"reset", *USERS[name].split())
    answer = live.call(b"ACL", b"DRYRUN", name, *words)
    denial = checked(user_of(USERS[name]), *words)
    assert (denial.explanation if denial else b"+OK") == answer
