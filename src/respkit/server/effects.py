"""What a command does besides its reply: keyspace events, and those who observe changed keys and commands.

Handlers report through ``Session.changed`` and ``Session.propagate_as``, which cost one test while nobody observes.
Notifications, WATCH, client tracking, the AOF and replicas are observers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from respkit.server import flags

if TYPE_CHECKING:
    from respkit.server.session import ServerState
    from respkit.store.database import Database

# In the order in which CONFIG GET shows them. ``A`` stands for all of the first ten: neither new keys nor misses.
_CLASSES = (
    ("g", flags.NOTIFY_GENERIC),
    ("$", flags.NOTIFY_STRING),
    ("l", flags.NOTIFY_LIST),
    ("s", flags.NOTIFY_SET),
    ("h", flags.NOTIFY_HASH),
    ("z", flags.NOTIFY_ZSET),
    ("x", flags.NOTIFY_EXPIRED),
    ("e", flags.NOTIFY_EVICTED),
    ("t", flags.NOTIFY_STREAM),
    ("d", flags.NOTIFY_MODULE),
    ("n", flags.NOTIFY_NEW),
)
_ALL = sum(flag for _, flag in _CLASSES[:10])
_OUTSIDE = (("K", flags.NOTIFY_KEYSPACE), ("E", flags.NOTIFY_KEYEVENT), ("m", flags.NOTIFY_KEY_MISS))
_FLAGS = {"A": _ALL, **dict(_CLASSES), **dict(_OUTSIDE)}


def flags_of_events(letters: bytes) -> int | None:
    """The NOTIFY flags that notify-keyspace-events names; None where a letter is unknown."""
    value = 0
    for letter in letters.decode("latin-1"):
        flag = _FLAGS.get(letter)
        if flag is None:
            return None
        value |= flag
    return value


def events_of_flags(value: int) -> bytes:
    """The letters for NOTIFY flags, as CONFIG GET shows them. As in Redis, ``A`` hides ``n``."""
    text = "A" if value & _ALL == _ALL else "".join([letter for letter, flag in _CLASSES if value & flag])
    return (text + "".join([letter for letter, flag in _OUTSIDE if value & flag])).encode()


# Called with the database, the key, the event's class (NOTIFY_STRING, …) and its name (b"set").
KeyObserver = Callable[["Database", bytes, int, bytes], None]
# Called with the database and a command that repeats the effect.
CommandObserver = Callable[["Database", list[bytes]], None]
# Called with FLUSHED and the databases that were emptied, or with SWAPPED and the two that changed places.
DatabaseObserver = Callable[[str, list["Database"]], None]
FLUSHED = "flushed"
SWAPPED = "swapped"


class Observers:
    """Who observes a server's keyspace. Sets the bits that make the hot path look here."""

    def __init__(self, state: ServerState) -> None:
        self.state = state
        self.of_keys: list[KeyObserver] = []
        self.of_commands: list[CommandObserver] = []
        self.of_databases: list[DatabaseObserver] = []

    def observe_keys(self, observer: KeyObserver) -> None:
        """From now on every changed key is reported to `observer`."""
        self.of_keys.append(observer)
        self.state.observers |= flags.OBSERVE_KEYS

    def observe_commands(self, observer: CommandObserver) -> None:
        """From now on every effect is reported to `observer` as a command."""
        self.of_commands.append(observer)
        self.state.observers |= flags.OBSERVE_COMMANDS

    def observe_databases(self, observer: DatabaseObserver) -> None:
        """From now on what happens to whole databases is reported to `observer`."""
        self.of_databases.append(observer)
        self.state.observers |= flags.OBSERVE_DATABASES

    def forget(self, observer: KeyObserver | CommandObserver | DatabaseObserver) -> None:
        """No more is reported to `observer`."""
        self.of_keys = [other for other in self.of_keys if other != observer]
        self.of_commands = [other for other in self.of_commands if other != observer]
        self.of_databases = [other for other in self.of_databases if other != observer]
        self.state.observers = (
            (flags.OBSERVE_KEYS if self.of_keys else 0)
            | (flags.OBSERVE_COMMANDS if self.of_commands else 0)
            | (flags.OBSERVE_DATABASES if self.of_databases else 0)
        )

    def key_changed(self, db: Database, key: bytes, kind: int, event: bytes) -> None:
        for observer in self.of_keys:
            observer(db, key, kind, event)

    def propagate(self, db: Database, arguments: list[bytes]) -> None:
        for observer in self.of_commands:
            observer(db, arguments)

    def databases_changed(self, event: str, databases: list[Database]) -> None:
        for observer in self.of_databases:
            observer(event, databases)

    def key_expired(self, db: Database, key: bytes) -> None:
        """A key has been removed because its time has come: to the AOF and the replicas it is a DEL."""
        self.key_changed(db, key, flags.NOTIFY_EXPIRED, b"expired")
        self.propagate(db, [b"DEL", key])
