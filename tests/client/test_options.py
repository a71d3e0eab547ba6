"""Keywords and URLs."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from respkit.client.options import Options, keywords_from_url, options_from


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://", {}),
        ("redis://example.org", {"host": "example.org"}),
        ("redis://example.org:6380/3", {"host": "example.org", "port": 6380, "db": 3}),
        ("redis://[::1]:6380", {"host": "::1", "port": 6380}),
        ("redis://:secret@h", {"host": "h", "password": "secret"}),
        ("redis://user:s%40%2Fcret@h", {"host": "h", "username": "user", "password": "s@/cret"}),
        ("rediss://h:1", {"host": "h", "port": 1, "ssl": True}),
        ("rediss://h?ssl_ca_certs=/ca.crt", {"host": "h", "ssl": True, "ssl_ca_certs": "/ca.crt"}),
        ("unix:///run/redis.sock", {"unix_socket_path": "/run/redis.sock"}),
        ("unix://u:p@/r.sock?db=2", {"unix_socket_path": "/r.sock", "username": "u", "password": "p", "db": 2}),
        ("redis://h/1?db=2", {"host": "h", "db": 2}),
        (
            "redis://h?socket_timeout=1.5&socket_connect_timeout=2&socket_keepalive=no&protocol=2&client_name=me",
            {
                "host": "h",
                "socket_timeout": 1.5,
                "socket_connect_timeout": 2.0,
                "socket_keepalive": False,
                "protocol": 2,
                "client_name": "me",
            },
        ),
        (
            "redis://h?max_connections=7&decode_responses=true",
            {"host": "h", "max_connections": 7, "decode_responses": True},
        ),
    ],
)
def test_a_url_stands_for_keywords(url: str, expected: dict[str, Any]) -> None:
    assert keywords_from_url(url) == expected
    options_from({name: value for name, value in expected.items() if not name.startswith("ssl")})


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://h", "begins with redis://"),
        ("localhost:6379", "begins with redis://"),
        ("redis://h/x", "number of a database"),
        ("redis://h?db=x", "db='x'"),
        ("redis://h?socket_keepalive=maybe", "neither true nor false"),
        ("unix://", "path of a socket"),
    ],
)
def test_what_is_no_url_says_why(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        keywords_from_url(url)


def test_a_keyword_that_nobody_knows_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="'hots'"):
        options_from({"hots": "localhost"})
    with pytest.raises(TypeError, match="'what'"):
        options_from(keywords_from_url("redis://h?what=1"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retry_on_timeout", True),
        ("health_check_interval", 30),
        ("connection_pool", object()),
        ("credential_provider", object()),
        ("ssl_ciphers", "x"),
        ("timeout", 3),
        ("encoding", "latin-1"),
    ],
)
def test_what_is_not_there_yet_is_not_silently_left_out(name: str, value: object) -> None:
    with pytest.raises(NotImplementedError, match=name):
        options_from({name: value})


def test_what_asks_for_nothing_is_accepted() -> None:
    options_from({"retry": None, "retry_on_timeout": False, "health_check_interval": 0, "protocol": None})


@pytest.mark.parametrize(
    "keywords",
    [
        {"protocol": 4},
        {"socket_timeout": 0},
        {"socket_connect_timeout": -1},
        {"max_connections": 0},
        {"ssl_cert_reqs": "maybe"},
    ],
)
def test_values_that_make_no_sense(keywords: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(keywords))):
        options_from(keywords)


def test_a_password_is_not_shown() -> None:
    options = Options(password="secret")
    assert "secret" not in repr(options)
    assert "secret" not in repr(options.login)


def test_every_keyword_of_redis_py_is_known_one_way_or_the_other() -> None:
    redis = pytest.importorskip("redis")
    for client in (redis.Redis, redis.asyncio.Redis):
        for name, parameter in inspect.signature(client.__init__).parameters.items():
            if name in ("self",):
                continue
            try:
                options_from({name: parameter.default})
            except (NotImplementedError, ValueError):
                pass
