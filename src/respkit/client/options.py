"""How a client is configured: keywords with redis-py's names, and URLs.

A keyword that nobody knows is a TypeError. One that redis-py has and respkit has not yet raises NotImplementedError, unless
its value asks for nothing: nothing that was asked for is silently left out.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from respkit.link.handshake import Login
from respkit.net.connect import Endpoint

#: Seconds. A server that says nothing must not hold its callers for ever; redis-py 8 has the same.
DEFAULT_TIMEOUT = 5.0

#: TCP asks after so much silence whether the server is still there, where keep-alive is on.
KEEPALIVE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The keywords of a client's constructor."""

    host: str = "localhost"
    port: int = 6379
    db: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    client_name: str | None = None
    #: 3 speaks RESP3 with servers that have it, and RESP2 with the others; 2 asks for RESP2.
    protocol: int = 3
    unix_socket_path: str | None = None
    #: Seconds that a reply, and a connection, may take; None for any time.
    socket_timeout: float | None = DEFAULT_TIMEOUT
    socket_connect_timeout: float | None = DEFAULT_TIMEOUT
    socket_keepalive: bool = True
    decode_responses: bool = False
    encoding: str = "utf-8"
    encoding_errors: str = "strict"
    #: Blocking client: so many connections at once at most; None for any number.
    max_connections: int | None = None
    ssl: bool = False
    ssl_keyfile: str | None = None
    ssl_certfile: str | None = None
    ssl_cert_reqs: str = "required"
    ssl_ca_certs: str | None = None
    ssl_check_hostname: bool = True

    def __post_init__(self) -> None:
        if self.protocol not in (2, 3):
            raise ValueError(f"protocol is 2 or 3, not {self.protocol!r}")
        if self.ssl_cert_reqs not in ("required", "none"):
            raise ValueError(f"ssl_cert_reqs is 'required' or 'none', not {self.ssl_cert_reqs!r}")
        if codecs.lookup(self.encoding).name != "utf-8":
            raise NotImplementedError(f"respkit sends str as UTF-8; encoding={self.encoding!r} is not supported yet")
        for name in ("socket_timeout", "socket_connect_timeout"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} is a number of seconds above 0, or None for any time")
        if self.max_connections is not None and self.max_connections < 1:
            raise ValueError("max_connections is at least 1")

    @property
    def login(self) -> Login:
        return Login(self.protocol, self.username, self.password, self.db, self.client_name)

    def endpoint(self) -> Endpoint:
        """Where the server is. Reads the certificates' files: ConfigError names one that cannot be used."""
        tls = None
        if self.ssl:
            from respkit.net.tls import client_context

            tls = client_context(
                self.ssl_ca_certs,
                self.ssl_certfile,
                self.ssl_keyfile,
                verify=self.ssl_cert_reqs == "required",
                check_hostname=self.ssl_check_hostname,
            )
        return Endpoint(
            self.host,
            self.port,
            self.unix_socket_path,
            tls,
            keepalive_seconds=KEEPALIVE_SECONDS if self.socket_keepalive else 0,
        )


_KNOWN = frozenset(option.name for option in fields(Options))

#: What redis-py has and respkit has not yet, with the values that ask for nothing.
_NOT_YET: dict[str, tuple[object, ...]] = {
    "connection_pool": (None,),
    "retry": (None,),
    "retry_on_timeout": (False,),
    "retry_on_error": (None, []),
    "health_check_interval": (0,),
    "single_connection_client": (False,),
    "credential_provider": (None,),
    "socket_keepalive_options": (None, {}),
    "redis_connect_func": (None,),
    "ssl_ca_path": (None,),
    "ssl_ca_data": (None,),
    "ssl_password": (None,),
    "ssl_validate_ocsp": (False,),
    "ssl_validate_ocsp_stapled": (False,),
    "ssl_ocsp_context": (None,),
    "ssl_ocsp_expected_cert": (None,),
    "ssl_min_version": (None,),
    "ssl_ciphers": (None,),
    "ssl_include_verify_flags": (None,),
    "ssl_exclude_verify_flags": (None,),
    "lib_name": (None,),
    "lib_version": (None,),
    "driver_info": (None,),
    "cache": (None,),
    "cache_config": (None,),
    "event_dispatcher": (None,),
    "legacy_responses": (True,),
    "timeout": (),
    "maint_notifications_config": (None,),
    "oss_cluster_maint_notifications_handler": (None,),
    "auto_close_connection_pool": (None,),
    "socket_read_size": (None,),
}


def options_from(keywords: dict[str, Any]) -> Options:
    """The options that ``keywords`` say; TypeError, NotImplementedError or ValueError with the reason."""
    known: dict[str, Any] = {}
    for name, value in keywords.items():
        if name in _KNOWN:
            known[name] = value
        elif name not in _NOT_YET:
            raise TypeError(f"Redis() got an unexpected keyword argument {name!r}")
        elif value not in _NOT_YET[name]:
            raise NotImplementedError(f"respkit has no {name} yet")
    if known.get("protocol", 3) is None:
        del known["protocol"]
    return Options(**known)


def _boolean(text: str) -> bool:
    if text.lower() in ("1", "true", "t", "yes", "y", "on"):
        return True
    if text.lower() in ("0", "false", "f", "no", "n", "off", ""):
        return False
    raise ValueError(f"{text!r} is neither true nor false")


_FROM_QUERY: dict[str, Callable[[str], Any]] = {
    "db": int,
    "port": int,
    "protocol": int,
    "max_connections": int,
    "health_check_interval": int,
    "socket_timeout": float,
    "socket_connect_timeout": float,
    "socket_keepalive": _boolean,
    "retry_on_timeout": _boolean,
    "decode_responses": _boolean,
    "ssl_check_hostname": _boolean,
}


def keywords_from_url(url: str) -> dict[str, Any]:
    """The keywords that a URL stands for.

    ``redis://[[user]:password@]host[:port][/db]``, ``rediss://…`` for TLS, ``unix://[[user]:password@]/path``; with ``?name=value``
    for any keyword, ``db`` among them. What is written with ``%`` is decoded. ValueError for what is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(f"a Redis URL begins with redis://, rediss:// or unix://, not {url.partition(':')[0]!r}")
    keywords: dict[str, Any] = {}
    if parts.username:
        keywords["username"] = unquote(parts.username)
    if parts.password:
        keywords["password"] = unquote(parts.password)
    if parts.scheme == "unix":
        keywords["unix_socket_path"] = unquote(parts.path)
        if not parts.path:
            raise ValueError("a unix:// URL names the path of a socket")
    else:
        if parts.hostname:
            keywords["host"] = unquote(parts.hostname)
        if parts.port is not None:
            keywords["port"] = parts.port
        if parts.scheme == "rediss":
            keywords["ssl"] = True
        database = unquote(parts.path).strip("/")
        if database:
            try:
                keywords["db"] = int(database)
            except ValueError:
                raise ValueError(f"the path of a Redis URL is the number of a database, not {database!r}") from None
    for name, values in parse_qs(parts.query, keep_blank_values=True).items():
        convert = _FROM_QUERY.get(name, str)
        try:
            value = convert(values[-1])
        except ValueError as error:
            raise ValueError(f"{name}={values[-1]!r} in a Redis URL: {error}") from None
        keywords[name] = value
    return keywords
