"""Logging in to a server: HELLO, or what came before it.

``HELLO 3 AUTH user password SETNAME name`` in one round trip, together with SELECT. A server that refuses HELLO (one before
Redis 6, or a proxy) is asked again with AUTH, CLIENT SETNAME and SELECT, and RESP2 is spoken. Where RESP2 is asked for,
HELLO is not sent at all: some proxies close the connection on a command that they do not know.

Requests must wait until it is over: behind a refused AUTH they would run as somebody else, and before a SELECT elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from respkit import errors
from respkit.errors import AuthenticationError, AuthenticationWrongNumberOfArgsError, RedisError, ResponseError
from respkit.link.link import CallbackSlot, Link

#: HELLO was refused, but a login without it may do: not known (ERR), not this version, not allowed to this user.
_TRY_WITHOUT_HELLO = frozenset({"ERR", "NOPROTO", "NOPERM"})


@dataclass(frozen=True, slots=True)
class Login:
    """What a connection is to be before it carries requests."""

    #: 3 for RESP3 where the server has it; 2 for RESP2.
    protocol: int = 3
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    database: int = 0
    client_name: str | None = None


class Handshake:
    """One login on one link. ``done`` is called once: with None when ``link.ready``, else with the error.

    After ``begin()`` and after each ``link.received()`` the owner has ``link.outbuf`` to send.
    """

    def __init__(self, link: Link, login: Login, done: Callable[[BaseException | None], object]) -> None:
        self.link = link
        self.login = login
        #: What HELLO answered: version, role and so on; empty without HELLO, or where replies are not decoded.
        self.server: dict[Any, Any] = {}
        #: What HELLO was refused with. If the connection then closes, that may have been why (too many clients).
        self.refusal: RedisError | None = None
        self._done = done
        self._left = 0
        self._over = False
        # What was sent behind a HELLO that was refused answers NOAUTH: it says nothing, and is asked again.
        self._refused_hello = False

    def begin(self) -> None:
        """Append the first commands to ``link.outbuf``."""
        login = self.login
        if login.protocol == 3:
            hello: list[str] = ["HELLO", "3"]
            if login.password is not None:
                hello += ["AUTH", login.username or "default", login.password]
            if login.client_name is not None:
                hello += ["SETNAME", login.client_name]
            self._send(hello, self._hello)
            if login.database:
                self._send(["SELECT", str(login.database)], self._selected)
        else:
            self._without_hello()

    def _without_hello(self) -> None:
        login = self.login
        if login.password is not None:
            credentials = [login.password] if login.username is None else [login.username, login.password]
            self._send(["AUTH", *credentials], self._authenticated)
        if login.client_name is not None:
            self._send(["CLIENT", "SETNAME", login.client_name], self._named)
        if login.database:
            self._send(["SELECT", str(login.database)], self._selected)
        if self._left == 0:
            self._end(None)

    def _send(self, command: list[str], answered: Callable[[RedisError | None, Any], None]) -> None:
        link = self.link
        self._left += 1

        def on_reply(reply: Any) -> None:
            self._left -= 1
            if not self._over:
                answered(link.error_of(reply), reply)
            if self._left == 0 and not self._over:
                if self._refused_hello:
                    self._refused_hello = False
                    self._without_hello()
                else:
                    self._end(None)

        link.outbuf.command(command)
        link.request(CallbackSlot(on_reply, self._end))

    def _hello(self, error: RedisError | None, reply: Any) -> None:
        if error is None:
            self.link.proto = 3
            if isinstance(reply, dict):
                self.server = reply
        elif error.code in _TRY_WITHOUT_HELLO:
            self._refused_hello = True
            self.refusal = error
        else:
            self._end(error)

    def _authenticated(self, error: RedisError | None, reply: Any) -> None:
        if error is None:
            return
        if error.code == "ERR" and self.login.username is not None:
            # A server before Redis 6 takes a password alone.
            failure: RedisError = AuthenticationWrongNumberOfArgsError(str(error))
        elif isinstance(error, errors.ConnectionError):
            failure = error
        else:
            failure = AuthenticationError(str(error))
        failure.code = error.code
        self._end(failure)

    def _selected(self, error: RedisError | None, reply: Any) -> None:
        if error is not None and not self._refused_hello:
            self._end(error)

    def _named(self, error: RedisError | None, reply: Any) -> None:
        if error is not None and not isinstance(error, ResponseError):
            self._end(error)  # a server without CLIENT SETNAME does without a name

    def _end(self, error: BaseException | None) -> None:
        if self._over:
            return
        self._over = True
        if error is None:
            self.link.ready = True
        self._done(error)
