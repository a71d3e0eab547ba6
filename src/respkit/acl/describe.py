"""A user in writing: the rules that make it, as ACL LIST, ACL GETUSER, ACL SAVE and CONFIG REWRITE have them."""

from __future__ import annotations

from respkit.acl.rules import allow_all_commands, allow_category, allow_command
from respkit.acl.user import FUTURE, READ, READ_WRITE, KeyPattern, Selector, User
from respkit.commands.model import CATEGORY_BITS
from respkit.commands.table import ALL


def user_flags(user: User) -> list[bytes]:
    """``on`` or ``off``, ``nopass``, and whether RESTORE's payloads are checked, where that was said."""
    flags = [b"on" if user.enabled else b"off"]
    if user.no_password:
        flags.append(b"nopass")
    if user.sanitize_payload is not None:
        flags.append(b"sanitize-payload" if user.sanitize_payload else b"skip-sanitize-payload")
    return flags


def _key_rule(pattern: KeyPattern) -> bytes:
    if pattern.permits == READ_WRITE:
        return b"~" + pattern.pattern
    return (b"%R~" if pattern.permits == READ else b"%W~") + pattern.pattern


def key_rules(selector: Selector) -> bytes:
    """``~*``, or the patterns."""
    return b"~*" if selector.all_keys else b" ".join([_key_rule(pattern) for pattern in selector.keys])


def channel_rules(selector: Selector) -> bytes:
    """``&*``, or the patterns."""
    return b"&*" if selector.all_channels else b" ".join([b"&" + glob.pattern for glob in selector.channels])


def command_rules(selector: Selector) -> bytes:
    """Rules that allow exactly the selector's commands, in few words.

    From all or nothing, whichever it is for commands to come, categories are added (taken) while one of them has more
    commands right than wrong: the one with the least wrong first, then the one with the most right. Single commands
    do the rest.
    """
    adds = not selector.bits[FUTURE]
    rules = [b"-@all" if adds else b"+@all"]
    made = Selector()
    allow_all_commands(made, not adds)
    left = selector.copy()
    names = dict(CATEGORY_BITS)
    while names:
        best, fewest, most = "", 0, 0
        for name, bit in names.items():
            members = [command.id for command in ALL if command.category_bits & bit]
            allowed = sum([left.bits[number] for number in members])
            right, wrong = (allowed, len(members) - allowed) if adds else (len(members) - allowed, allowed)
            if right > wrong and (not best or wrong < fewest or (wrong == fewest and right > most)):
                best, fewest, most = name, wrong, right
        if not best:
            break
        allow_category(made, best, adds)
        allow_category(left, best, not adds)
        rules.append((b"+@" if adds else b"-@") + best.encode())
        del names[best]
    for command in ALL:
        if command.parent is not None:
            continue
        for one in [command, *command.subcommands.values()]:
            allow = bool(selector.bits[one.id])
            if allow != bool(made.bits[one.id]):
                allow_command(made, one, allow)
                rules.append((b"+" if allow else b"-") + one.name)
            if not allow:
                rules += [b"+" + one.name + b"|" + word for word in selector.first_arguments.get(one.id, [])]
    return b" ".join(rules)


def selector_rules(selector: Selector) -> bytes:
    """A selector in one line, without its parentheses."""
    parts = [key_rules(selector)]
    if selector.all_channels:
        parts.append(b"&*")
    else:
        parts += [b"resetchannels", channel_rules(selector)]
    parts.append(command_rules(selector))
    return b" ".join([part for part in parts if part])


def user_rules(user: User) -> bytes:
    """All rules of a user in one line: what ACL LIST says behind the name."""
    parts = user_flags(user)
    parts += [b"#" + password for password in user.passwords]
    parts.append(selector_rules(user.root))
    parts += [b"(" + selector_rules(selector) + b")" for selector in user.selectors]
    return b" ".join(parts)
