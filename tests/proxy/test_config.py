"""The proxy's configuration: what it says, and what it is told when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from respkit.errors import ConfigError
from respkit.proxy.config import (
    Config,
    Server,
    bind_address,
    check,
    is_loopback,
    load,
    parse,
    single_server,
    static_server,
    user_words,
)

FULL = """
[[listen]]
bind = "0.0.0.0:6380"

[pools.cache]
servers = ["10.0.0.1:6379:1 s1", "10.0.0.2:6379:1 s2"]
username = "svc"
password = "${CACHE_PASSWORD}"
hash = "fnv1a_64"
distribution = "ketama"
hash_tag = "{}"
timeout_ms = 400

[pools.main]
url = "redis://svc:${CACHE_PASSWORD}@h1:7000/3"

[[users]]
acl = "user app on >secret ~app:* +@read +@write -@dangerous"
pool = "main"

[[routes]]
prefix = "sess:"
pool = "cache"
"""


def checked(text: str, embedded: int = 0) -> Config:
    config = parse(text, "p.toml", {"CACHE_PASSWORD": "pw"})
    check(config, "p.toml", embedded)
    return config


def test_all_that_is_there() -> None:
    config = checked(FULL)
    assert config.pools["cache"].password == "pw"
    assert config.pools["cache"].timeout_ms == 400
    server, pool = single_server(config.pools["main"])
    assert (server.host, server.port, pool.db, pool.username, pool.password) == ("h1", 7000, 3, "svc", "pw")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('hash = "fnv1a_64"', 'hash = "fnv"'), "p.toml: pools.cache.hash: there is no hash 'fnv'; there are one_at"),
        (('"ketama"', '"random"'), "p.toml: pools.cache.distribution: 'random' is not there yet"),
        (('"ketama"', '"maglev"'), "p.toml: pools.cache.distribution: there is no 'maglev'"),
        (('hash_tag = "{}"', 'hash_tag = "{"'), "p.toml: pools.cache.hash_tag: is two characters"),
        (("timeout_ms = 400", "timeout_ms = 0"), "p.toml: pools.cache.timeout_ms: expected `int` >= 1"),
        (("timeout_ms = 400", 'timeout_ms = "4"'), "p.toml: pools.cache.timeout_ms: expected `int`, got `str`"),
        (("timeout_ms = 400", "timeout = 400"), "p.toml: pools.cache.timeout: there is no such setting"),
        (("timeout_ms = 400", "eject = {failures = 3, retry_ms = 30000}"), "p.toml: pools.cache.eject: ejection"),
        (("timeout_ms = 400", 'read = "prefer-replica"'), "p.toml: pools.cache.read: reading from replicas"),
        (("timeout_ms = 400", 'tls = {cert = "a", key = "b"}'), "p.toml: pools.cache.tls: certificates of the proxy"),
        (("timeout_ms = 400", 'tls = {ca = "/nowhere"}'), "p.toml: pools.cache.tls.ca: cannot read '/nowhere'"),
        (("6379:1 s1", "6379:0 s1"), "p.toml: pools.cache.servers[0]: '10.0.0.1:6379:0 s1': a weight is"),
        (("10.0.0.1:6379:1 s1", "10.0.0.1"), "p.toml: pools.cache.servers[0]: '10.0.0.1' is not 'host:port:weight"),
        (("6379:1 s1", "6379:1 s2"), "p.toml: pools.cache.servers: two servers are called 's2'"),
        (("redis://", "redis-cluster://"), "p.toml: pools.main.url: clusters are not there yet"),
        (("redis://", "redis-sentinel://"), "p.toml: pools.main.url: Sentinel groups are not there yet"),
        (("redis://", "http://"), "p.toml: pools.main.url: there is no 'http'"),
        (("h1:7000/3", "h1:7000,h2:7000/3"), "p.toml: pools.main.url: names one server"),
        (("h1:7000/3", "h1:7000/x"), "p.toml: pools.main.url: there is no database 'x'"),
        (('pool = "main"', 'pool = "mian"'), "p.toml: users[0].pool: there is no pool 'mian'"),
        (('pool = "main"', ""), "p.toml: users[0].pool: is missing, and there are several pools"),
        (("-@dangerous", "-@danger"), "p.toml: users[0].acl: '-@danger': Unknown command or category name in ACL"),
        (("user app on >secret", "user app on <secret"), "p.toml: users[0].acl: '<…': The password you are trying"),
        (("acl =", "rules ="), "p.toml: users[0].rules: there is no such setting"),
        (('prefix = "sess:"', 'prefix = ""'), "p.toml: routes[0].prefix: is empty"),
        (('pool = "cache"', 'pool = "c"'), "p.toml: routes[0].pool: there is no pool 'c'"),
        (('prefix = "sess:"', 'prefix = "s"\nmirror = {pool = "main"}'), "p.toml: routes[0].mirror: mirrors are not"),
        (('bind = "0.0.0.0:6380"', 'bind = "6380"'), "p.toml: listen[0].bind: '6380' is not HOST:PORT"),
        (('"0.0.0.0:6380"', '"0.0.0.0:6380"\ntls = {cert = "/no", key = "/no"}'), "p.toml: listen[0].tls.cert: cannot"),
        (('"0.0.0.0:6380"', '"h:1"\ntls = {cert = "/no", key = "/no", client_ca = "x"}'), "client_ca: certificates of"),
        (("[[users]]", "[metrics]\nprometheus = '127.0.0.1:1'\n[[users]]"), "p.toml: metrics: metrics are not there"),
        (("[[users]]", "[limits]\nclients = 0\n[[users]]"), "p.toml: limits.clients: expected `int` >= 1"),
        (("[pools.cache]", "[pools.cache"), "p.toml: "),
        (("${CACHE_PASSWORD}", "${NO_SUCH}"), "p.toml: pools.cache.password: the environment variable NO_SUCH is not set"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(change: tuple[str, str], message: str) -> None:
    text = FULL.replace(*change, 1)
    assert text != FULL
    with pytest.raises(ConfigError) as caught:
        checked(text)
    assert message in str(caught.value)


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        checked(FULL.replace('"ketama"', '"x"').replace('pool = "main"', 'pool = "m"'))
    assert len(str(caught.value).splitlines()) == 2


def test_passwords_are_not_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        checked(FULL.replace(">secret", "<secret"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("bind", ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.com:1"])
def test_without_users_only_loopback_is_taken(bind: str) -> None:
    text = '[pools.a]\nservers = ["h:1"]\n[[listen]]\nbind = "{}"'
    for loopback in ("127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "localhost:1", "unix:/tmp/x"):
        checked(text.format(loopback))
    with pytest.raises(ConfigError, match="without \\[\\[users\\]\\] anybody could use the proxy"):
        checked(text.format(bind))


def test_embedded_servers_are_a_pool() -> None:
    checked("", embedded=2)
    checked("[pools.main]\ntimeout_ms = 100", embedded=2)
    with pytest.raises(ConfigError, match="there is no pool"):
        checked("")
    with pytest.raises(ConfigError, match=r"pools.main: has neither servers nor url"):
        checked("[pools.main]\ntimeout_ms = 100")


def test_an_escaped_variable_is_literal() -> None:
    config = parse('[pools.a]\nservers = ["h:1"]\npassword = "$${X}${Y}$Z"', environment={"Y": "y"})
    assert config.pools["a"].password == "${X}y$Z"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file or directory"):
        load(tmp_path / "none.toml")


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "proxy.toml"
    path.write_text('[pools.a]\nservers = ["127.0.0.1:1"]')
    assert list(load(path).pools) == ["a"]


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("10.0.0.1:6379:3 s1", Server("10.0.0.1", 6379, "s1", 3)),
        ("10.0.0.1:6379:3", Server("10.0.0.1", 6379, "10.0.0.1:6379", 3)),
        ("10.0.0.1:6379", Server("10.0.0.1", 6379, "10.0.0.1:6379", 1)),
        ("10.0.0.1:11211:1", Server("10.0.0.1", 11211, "10.0.0.1", 1)),
        ("[::1]:6379:1 six", Server("::1", 6379, "six", 1)),
        ("/tmp/r.sock:2 u", Server("", 0, "u", 2, "/tmp/r.sock")),
        ("/tmp/r.sock", Server("", 0, "/tmp/r.sock", 1, "/tmp/r.sock")),
    ],
)
def test_servers(text: str, server: Server) -> None:
    assert static_server(text) == server


def test_addresses() -> None:
    assert bind_address("[::1]:7") == ("tcp", "::1", 7)
    assert bind_address("unix:///tmp/s") == ("unix", "/tmp/s", 0)
    assert not is_loopback("0.0.0.0")
    assert user_words("user app on") == (b"app", [b"on"])
    assert user_words("app on") == (b"app", [b"on"])
