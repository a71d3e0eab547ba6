"""The language of ACL rules: what ACL SETUSER, an ACL file and the proxy's configuration say about a user.

``on off nopass >password <password #hash !hash resetpass`` · ``~keys %R~keys %W~keys allkeys resetkeys`` ·
``&channels allchannels resetchannels`` · ``+command -command +command|sub +@category -@category`` ·
``allcommands nocommands`` · ``( … )`` a selector, ``clearselectors`` · ``reset``. Error texts are Redis's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from respkit.acl.passwords import hash_password, is_hash
from respkit.acl.user import FUTURE, READ, WRITE, KeyPattern, Selector, User
from respkit.commands.glob import Glob
from respkit.commands.model import CATEGORY_BITS, Command
from respkit.commands.table import ALL, TABLE
from respkit.errors import ACLRuleError

UNKNOWN = "Unknown command or category name in ACL"
SYNTAX = "Syntax error"
AFTER_ALL_KEYS = (
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. "
    "Try 'resetkeys' to start with an empty list of patterns"
)
AFTER_ALL_CHANNELS = (
    "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. "
    "Try 'resetchannels' to start with an empty list of channels"
)
NO_SUCH_PASSWORD = "The password you are trying to remove from the user does not exist"  # noqa: S105
BAD_HASH = "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters"
FIRST_ARGUMENT = "Allowing first-arg of a subcommand is not supported"
DUPLICATE = "Duplicate user found. A user can only be defined once in config files"

_SPACES = b" \t\n\v\f\r"


def apply_rules(user: User, rules: Iterable[bytes]) -> None:
    """Change the user by the rules, all of them or, where one is wrong (ACLRuleError), none."""
    changed = user.copy()
    for rule in list(join_selectors(rules)):  # all of them, before anything else is looked at
        try:
            _apply(changed, rule)
        except _RuleError as bad:
            raise ACLRuleError(rule, bad.text) from None
    user.adopt(changed)


def join_selectors(rules: Iterable[bytes]) -> Iterator[bytes]:
    """``(~a``, ``+get)`` are one rule: join what lies between parentheses."""
    open_at: bytes | None = None
    parts: list[bytes] = []
    for rule in rules:
        if open_at is None and rule.startswith(b"(") and not rule.endswith(b")"):
            open_at, parts = rule, [rule]
        elif open_at is not None:
            parts.append(rule)
            if rule.endswith(b")"):
                yield b" ".join(parts)
                open_at = None
        else:
            yield rule
    if open_at is not None:
        raise ACLRuleError(open_at, None)


class _RuleError(Exception):
    def __init__(self, text: str) -> None:
        self.text = text


def _apply(user: User, rule: bytes) -> None:
    word = rule.lower()
    first = rule[:1]
    if not rule:
        return
    if word == b"on":
        user.enabled = True
    elif word == b"off":
        user.enabled = False
    elif word == b"nopass":
        user.no_password = True
        user.passwords = []
    elif word == b"resetpass":
        user.no_password = False
        user.passwords = []
    elif word == b"sanitize-payload":
        user.sanitize_payload = True
    elif word == b"skip-sanitize-payload":
        user.sanitize_payload = False
    elif first in (b">", b"#", b"<", b"!"):
        _apply_password(user, first, rule[1:])
    elif first == b"(" and rule.endswith(b")"):
        selector = Selector()
        for part in rule[1:-1].split():
            apply_to_selector(selector, part)
        user.selectors.append(selector)
    elif word == b"clearselectors":
        user.selectors = []
    elif word == b"reset":
        user.enabled = user.no_password = False
        user.sanitize_payload = True
        user.passwords = []
        user.root = Selector()
        user.selectors = []
    else:
        apply_to_selector(user.root, rule)


def _apply_password(user: User, kind: bytes, text: bytes) -> None:
    if kind in (b"#", b"!"):
        if not is_hash(text):
            raise _RuleError(BAD_HASH)
        hashed = text
    else:
        hashed = hash_password(text)
    if kind in (b">", b"#"):
        if hashed not in user.passwords:
            user.passwords.append(hashed)
        user.no_password = False
    elif hashed in user.passwords:
        user.passwords.remove(hashed)
    else:
        raise _RuleError(NO_SUCH_PASSWORD)


def apply_to_selector(selector: Selector, rule: bytes) -> None:
    """One rule about commands, keys or channels."""
    word = rule.lower()
    first = rule[:1]
    if word in (b"allkeys", b"~*"):
        selector.all_keys = True
        selector.keys = []
    elif word == b"resetkeys":
        selector.all_keys = False
        selector.keys = []
    elif word in (b"allchannels", b"&*"):
        selector.all_channels = True
        selector.channels = []
    elif word == b"resetchannels":
        selector.all_channels = False
        selector.channels = []
    elif word in (b"allcommands", b"+@all"):
        allow_all_commands(selector, True)
    elif word in (b"nocommands", b"-@all"):
        allow_all_commands(selector, False)
    elif first in (b"~", b"%"):
        _add_keys(selector, rule)
    elif first == b"&":
        _add_channels(selector, rule[1:])
    elif word.startswith((b"+@", b"-@")):
        name = word[2:].decode("latin-1")
        if name not in CATEGORY_BITS:
            raise _RuleError(UNKNOWN)
        allow_category(selector, name, first == b"+")
    elif first == b"+":
        _add_command(selector, rule[1:])
    elif first == b"-":
        allow_command(selector, _find(word[1:]), False)
    else:
        raise _RuleError(SYNTAX)


def _has_spaces(text: bytes) -> bool:
    return any(c in _SPACES or c == 0 for c in text)


def _add_keys(selector: Selector, rule: bytes) -> None:
    if selector.all_keys:
        raise _RuleError(AFTER_ALL_KEYS)
    if rule.startswith(b"~"):
        permits, pattern = READ | WRITE, rule[1:]
    else:
        # The letters, each once, up to the tilde; Redis lets the tilde go missing, and the pattern is then empty.
        letters, _, pattern = rule[1:].partition(b"~")
        permits = 0
        for letter in letters.upper():
            bit = {0x52: READ, 0x57: WRITE}.get(letter, 0)
            if not bit or permits & bit:
                raise _RuleError(SYNTAX)
            permits |= bit
        if not permits and len(rule) > 1:
            raise _RuleError(SYNTAX)
    if _has_spaces(pattern):
        raise _RuleError(SYNTAX)
    for known in selector.keys:
        if known.pattern == pattern:
            known.permits |= permits
            return
    selector.keys.append(KeyPattern(pattern, permits))


def _add_channels(selector: Selector, pattern: bytes) -> None:
    if selector.all_channels:
        raise _RuleError(AFTER_ALL_CHANNELS)
    if _has_spaces(pattern):
        raise _RuleError(SYNTAX)
    if all(known.pattern != pattern for known in selector.channels):
        selector.channels.append(Glob(pattern))


def _find(name: bytes) -> Command:
    """A command by its full name, ``config|get`` included."""
    container, bar, sub = name.partition(b"|")
    command = TABLE.get(container)
    if command is not None and bar:
        command = command.subcommands.get(sub)
    if command is None:
        raise _RuleError(UNKNOWN)
    return command


def _add_command(selector: Selector, name: bytes) -> None:
    if b"|" not in name:
        allow_command(selector, _find(name.lower()), True)
        return
    container, _, sub = name.rpartition(b"|")
    command = _find(container.lower())
    if command.parent is not None:
        raise _RuleError(FIRST_ARGUMENT)
    if not sub:
        raise _RuleError(SYNTAX)
    if command.subcommands:
        allow_command(selector, _find(name.lower()), True)
        return
    # Not a subcommand: the first argument with which a command is allowed that is otherwise forbidden.
    words = selector.first_arguments.setdefault(command.id, [])
    if all(word.lower() != sub.lower() for word in words):
        words.append(sub)


def allow_all_commands(selector: Selector, allow: bool) -> None:
    selector.bits[:] = bytes([allow]) * (FUTURE + 1)
    selector.all_commands = allow
    selector.first_arguments = {}


def allow_command(selector: Selector, command: Command, allow: bool) -> None:
    """A command goes with its subcommands."""
    _set_bit(selector, command, allow)
    for sub in command.subcommands.values():
        _set_bit(selector, sub, allow)


def allow_category(selector: Selector, name: str, allow: bool) -> None:
    bit = CATEGORY_BITS[name]
    for command in ALL:
        if command.category_bits & bit:
            allow_command(selector, command, allow)


def _set_bit(selector: Selector, command: Command, allow: bool) -> None:
    selector.bits[command.id] = allow
    if not allow:
        selector.all_commands = False
    selector.first_arguments.pop(command.id, None)
