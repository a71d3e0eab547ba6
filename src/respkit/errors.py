"""Every exception that respkit raises, in one tree.

    RedisError
     ├── ProtocolError                the peer broke the wire protocol (an InvalidResponse for a client)
     │    └── InvalidResponse
     ├── CommandError                 a command handler refuses: carries the error reply, byte for byte
     ├── ConfigError                  a configuration file or option is wrong; says where and why
 │    └── ACLRuleError            one rule of a user is wrong
     ├── ConnectionError
     │    ├── AuthenticationError
     │    │    └── AuthenticationWrongNumberOfArgsError
     │    ├── AuthorizationError
     │    ├── BusyLoadingError
     │    └── MaxConnectionsError
     ├── TimeoutError                 deliberately not a ConnectionError
     ├── ResponseError                the server answered with an error reply
     │    ├── NoScriptError, ReadOnlyError, OutOfMemoryError, ExecAbortError, NoPermissionError
     │    └── AskError, MovedError, ClusterCrossSlotError
     ├── WatchError
     ├── DataError                    a value that cannot be encoded
     └── PubSubError

The names and the inheritance of what a client sees are redis-py's, so that programs written for
one catch the same things from the other.
"""

from __future__ import annotations


class RedisError(Exception):
    """The root of everything below.

    A subclass names the codes of the error replies that it stands for, and so registers itself for `reply_error`.
    """

    #: The code that an error reply began with (``WRONGTYPE``); empty where no reply was the cause.
    code = ""

    def __init_subclass__(cls, codes: tuple[str, ...] = (), **options: object) -> None:
        super().__init_subclass__(**options)
        for code in codes:
            _BY_CODE[code] = cls


_BY_CODE: dict[str, type[RedisError]] = {}


def reply_error(text: str) -> RedisError:
    """The exception for an error reply, ``text`` being what stands between ``-`` and CRLF.

    The first word is its code. Where a class is registered for the code, and after ``ERR``, the exception's text is
    what follows the code; else it is the whole of ``text``, in a ResponseError. So redis-py does it.
    """
    code, _, rest = text.partition(" ")
    cls = _BY_CODE.get(code)
    error = cls(rest) if cls is not None else ResponseError(rest if code == "ERR" else text)
    error.code = code
    return error


class ProtocolError(RedisError):
    """The peer sent what the protocol does not allow; the stream cannot be continued.

    ``str(error)`` is the text that a Redis server puts behind ``-ERR `` before it closes the connection,
    for example ``Protocol error: invalid bulk length``.
    """


class InvalidResponse(ProtocolError):
    """A client received a reply that is not RESP."""


class CommandError(RedisError):
    """A command cannot be carried out.

    ``reply`` is the error reply without the leading ``-`` and the trailing CRLF, code first:
    ``b"ERR syntax error"``, ``b"WRONGTYPE Operation against …"``.
    """

    def __init__(self, reply: bytes) -> None:
        super().__init__(reply.decode("utf-8", "replace"))
        self.reply = reply


class ConfigError(RedisError):
    """A configuration is wrong. The text names the file or option, the place, and the reason."""


class ACLRuleError(ConfigError):
    """A user's rule is wrong.

    ``rule`` is the rule, ``reason`` what Redis says about it, or None where a parenthesis that the rule opens is never
    closed. The text is that of ACL SETUSER's error, without ``ERR``.
    """

    def __init__(self, rule: bytes, reason: str | None) -> None:
        shown = rule.decode("utf-8", "backslashreplace")
        if reason is None:
            super().__init__(f"Unmatched parenthesis in acl selector starting at '{shown}'.")
        else:
            super().__init__(f"Error in ACL SETUSER modifier '{shown}': {reason}")
        self.rule = rule
        self.reason = reason


class ConnectionError(RedisError):  # noqa: A001  (redis-py's name; the field expects it)
    """The connection could not be made, or was lost."""


class AuthenticationError(ConnectionError, codes=("NOAUTH", "WRONGPASS")):
    """The server refused the credentials."""


class AuthenticationWrongNumberOfArgsError(AuthenticationError):
    """AUTH was given a username by a server that knows none."""


class AuthorizationError(ConnectionError):
    """The connection is not allowed."""


class BusyLoadingError(ConnectionError, codes=("LOADING",)):
    """The server is loading its data (``-LOADING``)."""


class MaxConnectionsError(ConnectionError):
    """The pool has no connection left to give."""


class TimeoutError(RedisError):  # noqa: A001  (redis-py's name; the field expects it)
    """No reply within the time allowed."""


class ResponseError(RedisError):
    """The server answered with an error reply; ``str(error)`` is its text."""


class NoScriptError(ResponseError, codes=("NOSCRIPT",)):
    """``-NOSCRIPT``: EVALSHA of a script that the server does not have."""


class ReadOnlyError(ResponseError, codes=("READONLY",)):
    """``-READONLY``: a write sent to a replica."""


class OutOfMemoryError(ResponseError, codes=("OOM",)):
    """``-OOM``: a write above maxmemory."""


class ExecAbortError(ResponseError, codes=("EXECABORT",)):
    """``-EXECABORT``: the transaction had been refused a command."""


class NoPermissionError(ResponseError, codes=("NOPERM",)):
    """``-NOPERM``: the user's rules forbid it."""


class AskError(ResponseError, codes=("ASK",)):
    """``-ASK slot host:port``: the slot is on its way to another node."""


class MovedError(ResponseError, codes=("MOVED",)):
    """``-MOVED slot host:port``: another node serves the slot."""


class ClusterCrossSlotError(ResponseError, codes=("CROSSSLOT",)):
    """``-CROSSSLOT``: the keys of one command live in several slots."""


class WatchError(RedisError):
    """A watched key changed: the transaction did not run."""


class DataError(RedisError):
    """A value that has no encoding as an argument."""


class PubSubError(RedisError):
    """Publish/subscribe was used out of order."""
