"""ACL rules: what they change, what is refused with which words, and how a user is written out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.acl.describe import user_rules
from respkit.acl.rules import apply_rules
from respkit.acl.user import User
from respkit.acl.users import Users
from respkit.commands.model import CATEGORY_NAMES
from respkit.commands.table import ALL
from respkit.errors import ACLRuleError, ConfigError

BAD_HASH = "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters"
HASH = b"148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940"  # of b"p"


def described(*rules: bytes) -> bytes:
    user = User(b"u")
    apply_rules(user, rules)
    return user_rules(user)


def test_a_new_user_may_nothing() -> None:
    assert user_rules(User(b"u")) == b"off resetchannels -@all"


def test_the_default_user_may_everything() -> None:
    assert user_rules(User.default()) == b"on nopass ~* &* +@all"


WRITTEN = [
    ([b"on", b">p"], b"on #" + HASH + b" resetchannels -@all"),
    ([b"on", b">p", b">p"], b"on #" + HASH + b" resetchannels -@all"),
    ([b"#" + HASH], b"off #" + HASH + b" resetchannels -@all"),
    ([b">p", b"<p"], b"off resetchannels -@all"),
    ([b">p", b"!" + HASH], b"off resetchannels -@all"),
    ([b">p", b"nopass"], b"off nopass resetchannels -@all"),
    ([b"nopass", b"resetpass"], b"off resetchannels -@all"),
    ([b"ON", b"NoPass", b"ALLKEYS", b"RESETKEYS"], b"on nopass resetchannels -@all"),
    ([b"reset"], b"off sanitize-payload resetchannels -@all"),
    ([b"skip-sanitize-payload"], b"off skip-sanitize-payload resetchannels -@all"),
    ([b"~a*", b"%R~b", b"%w~c", b"%RW~d"], b"off ~a* %R~b %W~c ~d resetchannels -@all"),
    ([b"%R~b", b"%W~b"], b"off ~b resetchannels -@all"),
    ([b"%R"], b"off %R~ resetchannels -@all"),
    ([b"~a", b"~*"], b"off ~* resetchannels -@all"),
    ([b"&a", b"&b", b"&a"], b"off resetchannels &a &b -@all"),
    ([b"&a", b"allchannels"], b"off &* -@all"),
    ([b"+get", b"-set", b"+config|get", b"+@read"], b"off resetchannels -@all +@read +config|get"),
    ([b"+@all", b"-select", b"+select|0"], b"off resetchannels +@all -select +select|0"),
    ([b"+Select|0", b"+SELECT|1", b"+select|0"], b"off resetchannels -@all +select|0 +select|1"),
    ([b"+select|FOO"], b"off resetchannels -@all +select|FOO"),
    ([b"+get", b"(~x", b"+set)", b"~y"], b"off ~y resetchannels -@all +get (~x resetchannels -@all +set)"),
    ([b"(+get)", b"( ~a )", b"()"], b"off resetchannels -@all (resetchannels -@all +get) (~a resetchannels -@all) "
     b"(resetchannels -@all)"),
    ([b"(+get)", b"clearselectors"], b"off resetchannels -@all"),
    ([b""], b"off resetchannels -@all"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "text"), WRITTEN, ids=lambda value: repr(value)[:40])
def test_rules_are_written_out_as_redis_does(rules: list[bytes], text: bytes) -> None:
    assert described(*rules) == text


REFUSED = [
    (b"foo", "Syntax error"),
    (b"%Q~a", "Syntax error"),
    (b"%~a", "Syntax error"),
    (b"%RR~a", "Syntax error"),
    (b"~a b", "Syntax error"),
    (b"&a b", "Syntax error"),
    (b"(on)", "Syntax error"),
    (b"(+get", None),
    (b")", "Syntax error"),
    (b"+config|", "Syntax error"),
    (b"+", "Unknown command or category name in ACL"),
    (b"+foo", "Unknown command or category name in ACL"),
    (b"-foo", "Unknown command or category name in ACL"),
    (b"+@", "Unknown command or category name in ACL"),
    (b"-@foo", "Unknown command or category name in ACL"),
    (b"+config|foo", "Unknown command or category name in ACL"),
    (b"-get|foo", "Unknown command or category name in ACL"),
    (b"+get|foo|bar", "Unknown command or category name in ACL"),
    (b"+config|get|x", "Allowing first-arg of a subcommand is not supported"),
    (b"<nosuch", "The password you are trying to remove from the user does not exist"),
    (b"#abc", BAD_HASH),
    (b"!" + HASH.upper(), BAD_HASH),
]


@pytest.mark.parametrize(("rule", "reason"), REFUSED)
def test_a_wrong_rule_is_named_with_the_reason(rule: bytes, reason: str | None) -> None:
    user = User(b"u")
    with pytest.raises(ACLRuleError) as caught:
        apply_rules(user, [b"on", b"+get", rule])
    assert caught.value.rule == rule
    assert caught.value.reason == reason
    assert user_rules(user) == b"off resetchannels -@all", "none of the rules may count"


def test_patterns_after_everything_are_refused() -> None:
    with pytest.raises(ACLRuleError, match="Try 'resetkeys' to start with an empty list of patterns"):
        described(b"allkeys", b"~a")
    with pytest.raises(ACLRuleError, match="Try 'resetchannels' to start with an empty list of channels"):
        described(b"&*", b"&a")


class TestUsers:
    def test_without_users_everybody_is_default(self) -> None:
        users = Users()
        assert users.authenticate(b"default", b"anything") is users.default
        assert users.authenticate(b"nobody", b"anything") is None

    def test_required_password(self) -> None:
        users = Users()
        users.require_password(b"s3cret")
        assert users.authenticate(b"default", b"") is None
        assert users.authenticate(b"default", b"s3cret") is users.default
        users.require_password(b"")
        assert users.authenticate(b"default", b"") is users.default

    def test_any_of_several_passwords_opens(self) -> None:
        users = Users()
        user = users.set(b"u", [b"on", b">a", b">b", b"#" + HASH])
        for password in (b"a", b"b", b"p"):
            assert users.authenticate(b"u", password) is user
        assert users.authenticate(b"u", b"c") is None

    def test_who_is_off_stays_outside(self) -> None:
        users = Users()
        users.set(b"u", [b"off", b">a"])
        users.set(b"v", [b"off", b"nopass"])
        assert users.authenticate(b"u", b"a") is None
        assert users.authenticate(b"v", b"") is None

    def test_a_user_without_a_password_cannot_log_in(self) -> None:
        users = Users()
        users.set(b"u", [b"on"])
        assert users.authenticate(b"u", b"") is None

    def test_names_have_no_spaces(self) -> None:
        with pytest.raises(ConfigError, match="can't contain spaces or null"):
            Users().set(b"a b", [])

    def test_lines_are_read_back_as_written(self) -> None:
        users = Users()
        users.set(b"u", [b"on", b">a", b"~k*", b"+@read", b"(~x", b"+set)"])
        again = Users()
        again.load(users.lines())
        assert again.lines() == users.lines()

    def test_sessions_see_the_rules_of_a_reload(self) -> None:
        users = Users()
        user = users.set(b"u", [b"on"])
        users.load([b"# comment", "", b"user u off"])
        assert users.get(b"u") is user
        assert not user.enabled

    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            ([b"user u on", b"user v +nosuch"], r"f:2: Error in ACL SETUSER modifier '\+nosuch': Unknown command"),
            ([b"user u", b"user u"], "f:2: Duplicate user found"),
            ([b"usr u"], "f:1: a line is"),
            ([b"user"], "f:1: a line is"),
            ([b"user u (~a"], r"f:1: Unmatched parenthesis in acl selector starting at '\(~a'"),
        ],
    )
    def test_a_bad_file_changes_nothing(self, lines: list[bytes], message: str) -> None:
        users = Users()
        before = users.lines()
        with pytest.raises(ConfigError, match=message):
            users.load(lines, "f")
        assert users.lines() == before


def normal(text: bytes) -> tuple[bytes, list[bytes]]:
    """The single commands, behind the categories, come in any order."""
    single = [word for word in text.split() if re.match(rb"[+-][^@]", word)]
    return b" ".join([word for word in text.split() if word not in single]), sorted(single)


COMMAND_RULES = st.one_of(
    st.sampled_from([b"+@" + name.encode() for name in CATEGORY_NAMES] + [b"+@all"]),
    st.sampled_from([b"-@" + name.encode() for name in CATEGORY_NAMES] + [b"-@all"]),
    st.sampled_from([sign + command.name for command in ALL for sign in (b"+", b"-")]),
    st.sampled_from([b"+get|x", b"+select|0", b"+select|1", b"+config|nosuch", b"+object|x"]),
)
OTHER_RULES = st.sampled_from(
    b"on|off|nopass|>p|<p|resetpass|~a*|%R~b|%W~b|%~c|allkeys|resetkeys|&c|allchannels|resetchannels|reset|clearselectors|"
    b"(+get|~x)|(~*)|x|~*".split(b"|")
)


def listed(live: Any, name: bytes) -> bytes:
    lines = live.call(b"ACL", b"LIST")
    (line,) = [line for line in lines if line.startswith(b"user " + name + b" ")]
    return bytes(line[len(name) + 6 :])


def same_as_live(live: Any, rules: list[bytes]) -> None:
    live.call(b"ACL", b"DELUSER", b"u")
    users = Users()
    answer = live.call(b"ACL", b"SETUSER", b"u", *rules)
    try:
        users.set(b"u", rules)
        said = b"+OK"
    except ACLRuleError as error:
        said = b"-ERR " + str(error).encode()
    assert said == answer
    if answer != b"+OK":
        return
    user = users.get(b"u")
    assert user is not None
    assert normal(user_rules(user)) == normal(listed(live, b"u"))


@given(rules=st.lists(COMMAND_RULES, max_size=8))
def test_commands_and_categories_agree_with_a_real_server(live: Any, rules: list[bytes]) -> None:
    same_as_live(live, rules)


@given(rules=st.lists(st.one_of(COMMAND_RULES, OTHER_RULES), max_size=6))
def test_all_rules_agree_with_a_real_server(live: Any, rules: list[bytes]) -> None:
    same_as_live(live, rules)


@pytest.mark.parametrize(("rule", "reason"), REFUSED)
def test_the_refusals_are_the_real_servers(live: Any, rule: bytes, reason: str | None) -> None:
    same_as_live(live, [rule])
