"""Everybody who may log in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from respkit.acl.describe import user_rules
from respkit.acl.passwords import verify
from respkit.acl.rules import DUPLICATE, apply_rules
from respkit.acl.user import User
from respkit.errors import ACLRuleError, ConfigError

WRONG_PASSWORD = b"WRONGPASS invalid username-password pair or user is disabled."
NOT_AUTHENTICATED = b"NOAUTH Authentication required."
BAD_NAME = "Usernames can't contain spaces or null characters"


def is_user_name(name: bytes) -> bool:
    return not any(c in b" \t\n\v\f\r\0" for c in name)


class Users:
    """Users by name. ``default`` is always among them: it is who has not logged in, where that needs no password."""

    def __init__(self) -> None:
        self.default = User.default()
        self._users: dict[bytes, User] = {b"default": self.default}

    def __len__(self) -> int:
        return len(self._users)

    def __iter__(self) -> Iterator[User]:
        """In the order of the names, as ACL LIST has them."""
        return iter([self._users[name] for name in sorted(self._users)])

    def get(self, name: bytes) -> User | None:
        return self._users.get(name)

    def set(self, name: bytes, rules: Iterable[bytes]) -> User:
        """ACL SETUSER: make the user, or change it, by all of the rules or none (ACLRuleError)."""
        if not is_user_name(name):
            raise ConfigError(BAD_NAME)
        user = self._users.get(name)
        if user is None:
            user = User(name)
            apply_rules(user, rules)
            self._users[name] = user
        else:
            apply_rules(user, rules)
        return user

    def remove(self, name: bytes) -> User | None:
        """ACL DELUSER: the user that was removed; its sessions are the caller's to end. Not for ``default``."""
        if name == b"default":
            raise ValueError("the default user stays")
        return self._users.pop(name, None)

    def authenticate(self, name: bytes, password: bytes) -> User | None:
        """The user, if the name and the password are right and it is on. No answer comes sooner than another."""
        user = self._users.get(name)
        if user is None:
            verify(password, ())
            return None
        return user if user.has_password(password) else None

    def require_password(self, password: bytes) -> None:
        """``requirepass``: the default user's one password; empty for none."""
        apply_rules(self.default, [b"resetpass", b">" + password] if password else [b"nopass"])

    def load(self, lines: Iterable[bytes | str], source: str = "") -> None:
        """Replace all users by those of an ACL file's lines, ``user NAME rules…``.

        Empty lines and those that begin with ``#`` say nothing.
        All or nothing: ConfigError with source, line and reason. Users that stay keep their identity, so that
        sessions see their new rules; without a line of its own ``default`` is as in the beginning.
        """
        loaded: dict[bytes, User] = {}
        for number, text in enumerate(lines, 1):
            line = text.encode() if isinstance(text, str) else text
            words = line.split()
            if not words or words[0].startswith(b"#"):
                continue
            where = f"{source}:{number}: " if source else f"line {number}: "
            if words[0].lower() != b"user" or len(words) < 2:
                raise ConfigError(f"{where}a line is 'user', a name and its rules")
            name = words[1]
            if name in loaded:
                raise ConfigError(f"{where}{DUPLICATE}")
            user = User(name)
            try:
                apply_rules(user, words[2:])
            except ACLRuleError as error:
                raise ConfigError(f"{where}{error}") from None
            loaded[name] = user
        loaded.setdefault(b"default", User.default())
        self._users = {name: self._kept(user) for name, user in loaded.items()}

    def _kept(self, user: User) -> User:
        known = self._users.get(user.name)
        if known is None:
            return user
        known.adopt(user)
        return known

    def lines(self) -> list[bytes]:
        """ACL LIST: everybody, one line each, in the form that ``load`` reads."""
        return [b"user " + user.name + b" " + user_rules(user) for user in self]
