# cython: annotation_typing=False
"""A user and what it may do: the check that every command passes.

What the rules say is kept in the form in which it is asked: a byte for each command and subcommand, a flag for "all
keys", patterns with their simple forms told apart. The rules are read in ``rules`` and written out in ``describe``.
"""

from __future__ import annotations

from respkit.acl.passwords import verify
from respkit.commands.glob import Glob
from respkit.commands.keys import CHANNEL_PATTERN, CHANNEL_PUBLISH, CHANNEL_SUBSCRIBE, channels_of, keys_of
from respkit.commands.model import KEY_ACCESS, KEY_DELETE, KEY_INSERT, KEY_UPDATE, NO_AUTH, PUBSUB, Command
from respkit.commands.table import ALL
from respkit.resp.inbuf import Args

# What a key pattern permits.
READ = 1
WRITE = 2
READ_WRITE = 3

# What a check finds, in Redis's numbers: of several selectors' denials the greatest is the one reported.
DENIED_COMMAND = 1
DENIED_KEY = 2
DENIED_CHANNEL = 4

# The byte behind those of the commands: whether commands that will exist one day are allowed (by +@all).
FUTURE = len(ALL)

# The same for the compiled form, as C numbers: those are not seen from outside.
_READ = READ
_WRITE = WRITE
_READ_WRITE = READ_WRITE
_KEY_WRITES = KEY_INSERT | KEY_DELETE | KEY_UPDATE
_NO_AUTH = NO_AUTH
_PUBSUB = PUBSUB
_ACCESS = KEY_ACCESS


class Denial:
    """Why a command is refused: ``kind`` is a DENIED constant, ``index`` the argument refused (0: the command)."""

    __slots__ = ("command", "index", "kind", "name")

    def __init__(self, kind: int, command: Command, index: int, name: bytes) -> None:
        self.kind = kind
        self.command = command
        self.index = index
        # The command, key or channel refused.
        self.name = name

    @property
    def reply(self) -> bytes:
        """The error for the client."""
        if self.kind == DENIED_KEY:
            return b"NOPERM this user has no permissions to access one of the keys used as arguments"
        if self.kind == DENIED_CHANNEL:
            return b"NOPERM this user has no permissions to access one of the channels used as arguments"
        return b"NOPERM this user has no permissions to run the '%s' command" % self.command.name

    @property
    def explanation(self) -> bytes:
        """What ACL DRYRUN says."""
        if self.kind == DENIED_KEY:
            return b"This user has no permissions to access the '%s' key" % self.name
        if self.kind == DENIED_CHANNEL:
            return b"This user has no permissions to access the '%s' channel" % self.name
        return b"This user has no permissions to run the '%s' command" % self.command.name


def needed_for(key_flags: int) -> int:
    """READ, WRITE or both: what a command that does this to a key needs. 0, unknown, needs both."""
    if not key_flags:
        return _READ_WRITE
    return (_READ if key_flags & _ACCESS else 0) | (_WRITE if key_flags & _KEY_WRITES else 0)


class KeyPattern:
    """Keys, and what may be done with them: ``permits`` is READ, WRITE or both."""

    def __init__(self, pattern: bytes, permits: int) -> None:
        self.pattern = pattern
        self.glob = Glob(pattern)
        self.permits = permits


class Selector:
    """Commands, keys and channels that are allowed together. A user has one, its root, and may have more."""

    def __init__(self) -> None:
        # A byte for each command by its id, and FUTURE. `allowed` is the same memory for compiled readers.
        self.bits = bytearray(FUTURE + 1)
        self.allowed = self.bits
        self.all_commands = False
        self.all_keys = False
        self.all_channels = False
        self.keys: list[KeyPattern] = []
        self.channels: list[Glob] = []
        # By command id: the first arguments with which an otherwise forbidden command is allowed (+select|0).
        self.first_arguments: dict[int, list[bytes]] = {}

    def copy(self) -> Selector:
        other = Selector()
        other.bits[:] = self.bits
        other.all_commands = self.all_commands
        other.all_keys = self.all_keys
        other.all_channels = self.all_channels
        other.keys = [KeyPattern(pattern.pattern, pattern.permits) for pattern in self.keys]
        other.channels = list(self.channels)
        other.first_arguments = {number: list(words) for number, words in self.first_arguments.items()}
        return other

    def allows_key(self, key: bytes, size: int, needed: int) -> bool:
        """Whether some pattern gives all of ``needed`` for the key. Compiled, ``key`` is a pointer."""
        if self.all_keys:
            return True
        for pattern in self.keys:  # noqa: SIM110  (compiled, a loop makes no generator)
            if pattern.permits & needed == needed and pattern.glob.matches_at(key, size):
                return True
        return False

    def allows_channel(self, name: bytes, is_pattern: bool) -> bool:
        """A channel may match a pattern; a pattern must be one of those listed, to the letter."""
        if self.all_channels:
            return True
        if is_pattern:
            return any(glob.pattern == name for glob in self.channels)
        return any(glob.matches(name) for glob in self.channels)

    def may_run(self, command: Command, args: Args) -> bool:
        """Whether the command is allowed, its keys and channels aside."""
        if self.allowed[command.id] or command.flags & _NO_AUTH:
            return True
        words = self.first_arguments.get(command.id)
        if words is None or args.count < 2:
            return False
        given = args.bytes_at(1).lower()
        return given in [word.lower() for word in words]

    def simple_keys_allowed(self, command: Command, args: Args) -> bool:
        """The keys of a command that has them in a range. Where what it does to them is not fixed, all is asked for."""
        needed = needed_for(command.fixed_key_flags)
        last = command.last_key
        if last < 0:
            last += args.count
        i = command.first_key
        while i <= last and i < args.count:
            view = args.views[i]
            if not self.allows_key(view.at, view.size, needed):
                return False
            i += command.key_step
        return True

    def find_denial(self, command: Command, args: Args) -> Denial | None:
        """What of the command this selector does not allow."""
        if not self.may_run(command, args):
            return Denial(DENIED_COMMAND, command, 0, command.name)
        if not self.all_keys and command.key_specs:
            for index, flags in keys_of(command, args):
                needed = needed_for(flags)
                key = args.bytes_at(index)
                if not self.allows_key(key, len(key), needed):
                    return Denial(DENIED_KEY, command, index, key)
        if not self.all_channels and command.flags & _PUBSUB:
            places, kind = channels_of(command, args)
            # Taking leave of a channel needs no permission.
            if kind & (CHANNEL_SUBSCRIBE | CHANNEL_PUBLISH):
                for index in places:
                    name = args.bytes_at(index)
                    if not self.allows_channel(name, bool(kind & CHANNEL_PATTERN)):
                        return Denial(DENIED_CHANNEL, command, index, name)
        return None


class User:
    """Who somebody is after AUTH. Its rules can change while sessions hold it."""

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.enabled = False
        self.no_password = False
        # None until it was said; RESTORE's payloads are checked, or not.
        self.sanitize_payload: bool | None = None
        self.passwords: list[bytes] = []
        self.root = Selector()
        self.selectors: list[Selector] = []

    @classmethod
    def default(cls) -> User:
        """What everybody is in a server that knows no users: on, without a password, allowed everything."""
        user = cls(b"default")
        user.enabled = True
        user.no_password = True
        user.root.bits[:] = b"\1" * len(user.root.bits)
        user.root.all_commands = user.root.all_keys = user.root.all_channels = True
        return user

    def copy(self) -> User:
        other = User(self.name)
        other.adopt(self)
        return other

    def adopt(self, other: User) -> None:
        """Take over what another user may do and its passwords, as copies."""
        self.enabled = other.enabled
        self.no_password = other.no_password
        self.sanitize_payload = other.sanitize_payload
        self.passwords = list(other.passwords)
        self.root = other.root.copy()
        self.selectors = [selector.copy() for selector in other.selectors]

    def has_password(self, password: bytes) -> bool:
        """Whether the password opens the door, in a time that does not tell how near it was."""
        right = verify(password, self.passwords)
        return self.enabled and (self.no_password or right)

    def check(self, command: Command, args: Args) -> Denial | None:
        """None where the user may run the command with these arguments, else what it may not.

        ``command`` is the subcommand where there is one. The right number of arguments is the caller's business; keys
        that cannot be found, because the command is malformed, are not refused here.
        """
        root = self.root
        if root.allowed[command.id]:
            if (root.all_keys or not command.key_specs) and (root.all_channels or not command.flags & _PUBSUB):
                return None
            if command.simple_keys and root.simple_keys_allowed(command, args):
                return None
        return self.find_denial(command, args)

    def find_denial(self, command: Command, args: Args) -> Denial | None:
        """The whole check: one selector that allows everything is enough; else the denial that came furthest."""
        worst = self.root.find_denial(command, args)
        if worst is None:
            return None
        for selector in self.selectors:
            denial = selector.find_denial(command, args)
            if denial is None:
                return None
            if (denial.kind, denial.index) > (worst.kind, worst.index):
                worst = denial
        return worst

    def may_access(self, key: bytes, needed: int) -> bool:
        """Whether any selector gives READ, WRITE or both for the key (EVAL's keys, SORT's GET, a namespace's edge)."""
        for selector in [self.root, *self.selectors]:  # noqa: SIM110  (compiled, a generator cannot see C methods)
            if selector.allows_key(key, len(key), needed):
                return True
        return False
