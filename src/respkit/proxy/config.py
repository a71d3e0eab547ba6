"""The proxy's configuration: TOML, checked to the last key before anything listens.

``load`` reads a file and returns a ``Config``, or raises ConfigError with everything that is wrong: file, path, reason.
``${NAME}`` in any string stands for the environment variable; it must be set. ``$${`` is a literal ``${``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Meta, Struct

from respkit.acl.users import Users
from respkit.cluster.hashes import NAMES as HASHES
from respkit.cluster.placement import DISTRIBUTIONS, Placement
from respkit.errors import ACLRuleError, ConfigError

Port = Annotated[int, Meta(ge=1, le=65535)]
Positive = Annotated[int, Meta(ge=1)]

DEFAULT_BIND = "127.0.0.1:6380"
#: The pool that ``--embedded`` makes where the configuration names none.
EMBEDDED = "embedded"


class ListenTls(Struct, forbid_unknown_fields=True):
    """``tls`` of a listener."""

    cert: str
    key: str
    client_ca: str | None = None


class Listen(Struct, forbid_unknown_fields=True):
    """``[[listen]]``: where clients connect. ``unix:/path`` is a unix socket."""

    bind: str = DEFAULT_BIND
    tls: ListenTls | None = None


class UpstreamTls(Struct, forbid_unknown_fields=True):
    """``tls`` of a pool: certificates are verified, by ``ca`` or by what the system trusts."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    server_name: str | None = None
    verify: bool = True


class Eject(Struct, forbid_unknown_fields=True):
    """``eject`` of a pool."""

    failures: Positive = 3
    retry_ms: Positive = 30_000


class Pool(Struct, forbid_unknown_fields=True):
    """``[pools.NAME]``: servers among which keys are placed, or one of them by ``url``."""

    servers: list[str] | None = None
    url: str | None = None
    username: str | None = None
    password: str | None = None
    db: Annotated[int, Meta(ge=0)] = 0
    tls: UpstreamTls | None = None
    hash: str = "fnv1a_64"
    distribution: str = "ketama"
    hash_tag: str = ""
    timeout_ms: Positive = 1000
    eject: Eject | None = None
    read: str = "primary"


class User(Struct, forbid_unknown_fields=True):
    """``[[users]]``: a user by ACL rules; ``pool`` is where its keys go unless a route says otherwise."""

    acl: str
    pool: str | None = None


class Mirror(Struct, forbid_unknown_fields=True):
    """``mirror`` of a route."""

    pool: str
    writes_only: bool = False
    percent: Annotated[float, Meta(ge=0, le=100)] = 100


class Route(Struct, forbid_unknown_fields=True):
    """``[[routes]]``: keys that begin with ``prefix`` go to ``pool``; of several routes the longest prefix wins."""

    prefix: str
    pool: str
    mirror: Mirror | None = None


class Metrics(Struct, forbid_unknown_fields=True):
    """``[metrics]``."""

    prometheus: str


class Limits(Struct, forbid_unknown_fields=True):
    """``[limits]``: how much anybody may take. Each bounds memory or descriptors that a peer could otherwise claim."""

    #: Connections of clients, as Redis's maxclients; and how many of them may not have logged in yet.
    clients: Positive = 10_000
    unauthenticated: Positive = 1_000
    #: How long a connection may take to log in.
    login_ms: Positive = 10_000
    #: One argument of a command, and one reply.
    request_bytes: Positive = 512 * 1024 * 1024
    reply_bytes: Positive = 512 * 1024 * 1024
    #: Replies that a client has not read: above the first it is not read from either, above the second it is closed.
    client_pause_bytes: Positive = 1024 * 1024
    client_close_bytes: Positive = 256 * 1024 * 1024
    #: Requests of one client that wait for their replies, before it is not read from.
    client_in_flight: Positive = 1024
    #: Requests that a server has not taken: above it, those who send more are not read from.
    upstream_pause_bytes: Positive = 16 * 1024 * 1024
    #: How long what comes in may wait, under load, so that more is read and sent at once; 0 for never.
    gather_us: Annotated[int, Meta(ge=0, le=10_000)] = 200


class Config(Struct, forbid_unknown_fields=True):
    """All of a file."""

    listen: list[Listen] = []
    pools: dict[str, Pool] = {}
    users: list[User] = []
    routes: list[Route] = []
    metrics: Metrics | None = None
    limits: Limits = msgspec.field(default_factory=Limits)
    #: The pool of who names none. Needed where there are several.
    pool: str | None = None


class Server(Struct, frozen=True):
    """One server of a pool: where it is, its name on the ring, its weight. ``path`` is that of a unix socket."""

    host: str
    port: int
    name: str
    weight: int = 1
    path: str = ""

    @property
    def address(self) -> str:
        return self.path or (f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}")


# Reading -------------------------------------------------------------------------------------------------------------


def load(path: str | Path, environment: Mapping[str, str] | None = None) -> Config:
    """A file's configuration, expanded and of the right types, not yet checked as a whole: that is ``check``."""
    try:
        text = Path(path).read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8") from None
    return parse(text, str(path), environment)


def parse(text: str, source: str = "proxy.toml", environment: Mapping[str, str] | None = None) -> Config:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: {error}") from None
    expanded = _expanded(raw, os.environ if environment is None else environment, source, "")
    try:
        return msgspec.convert(expanded, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {_readable(str(error), expanded)}") from None


_VARIABLE = re.compile(r"\$?\$\{([^}]*)\}")


def _expanded(value: Any, environment: Mapping[str, str], source: str, path: str) -> Any:
    if isinstance(value, str):

        def replaced(found: re.Match[str]) -> str:
            if found[0].startswith("$$"):
                return found[0][1:]
            if found[1] not in environment:
                raise ConfigError(f"{source}: {path}: the environment variable {found[1]} is not set")
            return environment[found[1]]

        return _VARIABLE.sub(replaced, value)
    if isinstance(value, dict):
        return {
            key: _expanded(inner, environment, source, f"{path}.{key}" if path else key) for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_expanded(inner, environment, source, f"{path}[{i}]") for i, inner in enumerate(value)]
    return value


def _readable(text: str, raw: dict[str, Any]) -> str:
    """msgspec's message with the place first, and the name of the pool in it, where msgspec says ``[...]``."""
    reason, _, place = text.partition(" - at `$")
    place = place.rstrip("`").lstrip(".")
    if "[...]" in place:
        # The message has the type, not the key: find the pool that is wrong by itself.
        for name, pool in raw.get("pools", {}).items():
            try:
                msgspec.convert(pool, Pool)
            except msgspec.ValidationError as error:
                inner = str(error).partition(" - at `$")[2].rstrip("`")
                place, reason = f"pools.{name}{inner}", str(error).partition(" - at `$")[0]
                break
    unknown = re.match(r"Object contains unknown field `(.*)`", reason)
    if unknown:
        return f"{place + '.' if place else ''}{unknown[1]}: there is no such setting"
    missing = re.match(r"Object missing required field `(.*)`", reason)
    if missing:
        return f"{place + '.' if place else ''}{missing[1]}: is missing"
    return f"{place}: {reason[0].lower()}{reason[1:]}" if place else reason


# Checking ------------------------------------------------------------------------------------------------------------


class Problems:
    """What is wrong, each with its place."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[str] = []

    def add(self, place: str, reason: str) -> None:
        self.found.append(f"{self.source}: {place}: {reason}")


def check(config: Config, source: str = "proxy.toml", embedded: int = 0) -> None:
    """Raise ConfigError with all that is wrong, one problem a line."""
    problems = Problems(source)
    for i, listen in enumerate(config.listen):
        _check_listen(problems, f"listen[{i}]", listen, open_to_all=not config.users)
    if not config.pools and not embedded:
        problems.add("pools", "there is no pool: name one, or start servers with --embedded")
    for name, pool in config.pools.items():
        _check_pool(problems, f"pools.{name}", pool, embedded)
    names = _pool_names(config, embedded)
    if config.pool is not None and config.pool not in names:
        problems.add("pool", f"there is no pool {config.pool!r}")
    for i, user in enumerate(config.users):
        if user.pool is not None and user.pool not in names:
            problems.add(f"users[{i}].pool", f"there is no pool {user.pool!r}")
        elif user.pool is None and config.pool is None and len(names) > 1:
            problems.add(f"users[{i}].pool", "is missing, and there are several pools")
    if not config.users and config.pool is None and len(names) > 1:
        problems.add("pool", "is missing, and there are several pools")
    _check_users(problems, config)
    _check_routes(problems, config, names)
    if config.metrics is not None:
        problems.add("metrics", "metrics are not there yet")
    if config.limits.client_close_bytes < config.limits.client_pause_bytes:
        problems.add("limits.client_close_bytes", "is less than client_pause_bytes")
    if problems.found:
        raise ConfigError("\n".join(problems.found))


def _pool_names(config: Config, embedded: int) -> set[str]:
    return set(config.pools) or ({EMBEDDED} if embedded else set())


def _check_listen(problems: Problems, place: str, listen: Listen, open_to_all: bool) -> None:
    try:
        kind, host, _ = bind_address(listen.bind)
    except ValueError as error:
        problems.add(f"{place}.bind", str(error))
        return
    if listen.tls is not None:
        if listen.tls.client_ca is not None:
            problems.add(f"{place}.tls.client_ca", "certificates of clients are not there yet")
        for name, path in (("cert", listen.tls.cert), ("key", listen.tls.key)):
            if not os.access(path, os.R_OK):
                problems.add(f"{place}.tls.{name}", f"cannot read {path!r}")
    if open_to_all and kind == "tcp" and not is_loopback(host):
        problems.add(
            f"{place}.bind",
            f"{listen.bind!r} is not a loopback address, and without [[users]] anybody could use the proxy: "
            "add users, or bind to 127.0.0.1",
        )


def _check_pool(problems: Problems, place: str, pool: Pool, embedded: int) -> None:
    servers: list[Server] = []
    if pool.servers is not None and pool.url is not None:
        problems.add(place, "has both servers and url")
    elif pool.servers is not None:
        if not pool.servers:
            problems.add(f"{place}.servers", "is empty")
        for i, text in enumerate(pool.servers):
            try:
                servers.append(static_server(text))
            except ValueError as error:
                problems.add(f"{place}.servers[{i}]", str(error))
        names = [server.name for server in servers]
        for name in sorted({name for name in names if names.count(name) > 1}):
            problems.add(f"{place}.servers", f"two servers are called {name!r}")
    elif pool.url is not None:
        try:
            single_server(pool)
        except ValueError as error:
            problems.add(f"{place}.url", str(error))
    elif not embedded:
        problems.add(place, "has neither servers nor url (nor is there --embedded)")
    if pool.hash not in HASHES:
        problems.add(f"{place}.hash", f"there is no hash {pool.hash!r}; there are {', '.join(HASHES)}")
    if pool.distribution == "random":
        problems.add(f"{place}.distribution", "'random' is not there yet")
    elif pool.distribution not in DISTRIBUTIONS:
        problems.add(
            f"{place}.distribution", f"there is no {pool.distribution!r}; there are {', '.join(DISTRIBUTIONS)}"
        )
    if len(pool.hash_tag.encode()) not in (0, 2):
        problems.add(f"{place}.hash_tag", "is two characters, such as '{}'")
    if pool.username is not None and pool.password is None:
        problems.add(f"{place}.username", "has no password with it")
    if pool.eject is not None:
        problems.add(f"{place}.eject", "ejection of failing servers is not there yet")
    if pool.read != "primary":
        problems.add(f"{place}.read", "reading from replicas is not there yet; the only choice is 'primary'")
    if pool.tls is not None:
        if pool.tls.cert is not None or pool.tls.key is not None:
            problems.add(f"{place}.tls", "certificates of the proxy's own are not there yet")
        if pool.tls.ca is not None and not os.access(pool.tls.ca, os.R_OK):
            problems.add(f"{place}.tls.ca", f"cannot read {pool.tls.ca!r}")


def _check_users(problems: Problems, config: Config) -> None:
    seen: set[bytes] = set()
    for i, user in enumerate(config.users):
        try:
            name, rules = user_words(user.acl)
            Users().set(name, rules)
        except ACLRuleError as error:
            rule = error.rule.decode("utf-8", "backslashreplace")
            # A password is nobody's business, in a log least of all.
            shown = rule if rule[:1] not in (">", "<") else rule[:1] + "…"
            problems.add(f"users[{i}].acl", f"{shown!r}: {error.reason or 'the parenthesis is not closed'}")
        except (ConfigError, ValueError) as error:
            problems.add(f"users[{i}].acl", str(error))
        else:
            if name in seen:
                problems.add(f"users[{i}].acl", f"there are two users called {name.decode('utf-8', 'replace')!r}")
            seen.add(name)


def _check_routes(problems: Problems, config: Config, names: set[str]) -> None:
    seen: set[str] = set()
    for i, route in enumerate(config.routes):
        if not route.prefix:
            problems.add(f"routes[{i}].prefix", "is empty: what has no route goes to its user's pool")
        if route.prefix in seen:
            problems.add(f"routes[{i}].prefix", f"there are two routes for {route.prefix!r}")
        seen.add(route.prefix)
        if route.pool not in names:
            problems.add(f"routes[{i}].pool", f"there is no pool {route.pool!r}")
        if route.mirror is not None:
            problems.add(f"routes[{i}].mirror", "mirrors are not there yet")


# What the strings mean -----------------------------------------------------------------------------------------------


def bind_address(text: str) -> tuple[str, str, int]:
    """``("tcp", host, port)`` or ``("unix", path, 0)``; ValueError. Port 0 is any that is free."""
    if text.startswith("unix:"):
        path = text[5:].removeprefix("//")
        if not path.startswith("/"):
            raise ValueError(f"{text!r}: the path of a unix socket begins with '/'")
        return "unix", path, 0
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    if not colon or not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError(f"{text!r} is not HOST:PORT")
    return "tcp", host, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to it. A name counts only if it is ``localhost``."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def static_server(text: str) -> Server:
    """``host:port:weight name``, as nutcracker writes it; weight (1) and name may go missing.

    Without a name, ``host:port`` is it, and ``host`` alone where the port is 11211. A unix socket is ``/path:weight name``.
    """
    words = text.split()
    if not 1 <= len(words) <= 2:
        raise ValueError(f"{text!r} is not 'host:port:weight name'")
    address = words[0]
    if address.startswith("/"):
        path, colon, weight_text = address.rpartition(":")
        if not colon:
            path, weight_text = address, "1"
        return Server("", 0, words[1] if len(words) == 2 else path, _weight(text, weight_text), path)
    found = re.fullmatch(r"(\[[^\]]+\]|[^:]+):([0-9]+)(?::([0-9]+))?", address)
    if found is None:
        raise ValueError(f"{text!r} is not 'host:port:weight name'")
    host, port = found[1].strip("[]"), int(found[2])
    if not 1 <= port <= 65535:
        raise ValueError(f"{text!r}: there is no port {port}")
    name = found[1] if port == 11211 else f"{found[1]}:{port}"
    return Server(host, port, words[1] if len(words) == 2 else name, _weight(text, found[3] or "1"))


def _weight(text: str, weight: str) -> int:
    if not (weight.isascii() and weight.isdigit()) or not 1 <= int(weight) <= 1_000_000:
        raise ValueError(f"{text!r}: a weight is a whole number from 1 up")
    return int(weight)


def single_server(pool: Pool) -> tuple[Server, Pool]:
    """The one server of a pool that has a ``url``, and the pool with what the url says about it."""
    assert pool.url is not None
    parts = urlsplit(pool.url)
    scheme = parts.scheme
    if scheme in ("redis-sentinel", "rediss-sentinel"):
        raise ValueError("Sentinel groups are not there yet: name the server with redis://")
    if scheme in ("redis-cluster", "rediss-cluster"):
        raise ValueError("clusters are not there yet: name a single server with redis://")
    if scheme not in ("redis", "rediss", "unix"):
        raise ValueError(f"there is no {scheme!r}: the url begins with redis://, rediss:// or unix://")
    changed = msgspec.structs.replace(pool)
    if parts.username:
        changed.username = unquote(parts.username)
    if parts.password is not None:
        changed.password = unquote(parts.password)
    database = ""
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name != "db":
            raise ValueError(f"{name!r} is not understood here")
        database = value
    if scheme == "unix":
        if not parts.path:
            raise ValueError("the path of the socket is missing")
        server = Server("", 0, parts.path, 1, unquote(parts.path))
    else:
        if not parts.hostname or "," in parts.netloc:
            raise ValueError("names one server: redis://[user:password@]host[:port][/db]")
        try:
            port = parts.port or 6379
        except ValueError:
            raise ValueError("the port is not a number from 1 to 65535") from None
        server = Server(parts.hostname, port, f"{parts.hostname}:{port}")
        database = parts.path.strip("/") or database
        if scheme == "rediss" and changed.tls is None:
            changed.tls = UpstreamTls()
    if database:
        if not (database.isascii() and database.isdigit()):
            raise ValueError(f"there is no database {database!r}")
        changed.db = int(database)
    return server, changed


def user_words(acl: str) -> tuple[bytes, list[bytes]]:
    """The name and the rules of ``user NAME rules…``; the first word may go missing."""
    words = acl.encode().split()
    if words and words[0].lower() == b"user":
        del words[0]
    if not words:
        raise ValueError("has no name in it")
    return words[0], words[1:]


def placement_of(pool: Pool, servers: list[Server]) -> Placement:
    pairs = [(server.name.encode(), server.weight) for server in servers]
    return Placement(pairs, pool.hash, pool.distribution, pool.hash_tag.encode())
