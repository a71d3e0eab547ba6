"""The proxy as a process, in front of real redis-servers, with redis-cli and nutcracker beside it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SOURCE = str(Path(__file__).parents[2] / "src")


class Process:
    """A `respkit proxy` of its own."""

    def __init__(self, folder: Path, port: int, *words: str, environment: dict[str, str] | None = None) -> None:
        self.port = port
        self.log = folder / f"proxy-{port}.log"
        paths = [SOURCE, os.environ.get("PYTHONPATH", "")]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "respkit", "proxy", *words, "--listen", f"127.0.0.1:{port}"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **(environment or {})},
            )
        end = time.monotonic() + 30
        while "ready" not in self.log.read_text():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(self.log.read_text())
            time.sleep(0.01)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def cli(self, *words: str, user: str = "", more: tuple[str, ...] = ()) -> str:
        """What redis-cli prints."""
        program = shutil.which("redis-cli")
        if program is None:
            pytest.skip("no redis-cli on this machine (Debian: redis-tools)")
        login = ["--no-auth-warning", "--user", user.split(":")[0], "--pass", user.split(":")[1]] if user else []
        done = subprocess.run(
            [program, "-p", str(self.port), *login, *more, *words],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        return (done.stdout + done.stderr).strip()


StartProxy = Callable[..., Process]


@pytest.fixture
def start_proxy(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[StartProxy]:
    started: list[Process] = []

    def start(*words: str, config: str = "", environment: dict[str, str] | None = None) -> Process:
        if config:
            path = tmp_path / f"proxy{len(started)}.toml"
            path.write_text(config)
            words = (str(path), *words)
        started.append(Process(tmp_path, free_port(), *words, environment=environment))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def pool(*ports: int) -> str:
    servers = ", ".join([f'"127.0.0.1:{port}:1 s{i}"' for i, port in enumerate(ports, 1)])
    return f'[pools.main]\nservers = [{servers}]\nhash_tag = "{{}}"\ntimeout_ms = 1000\n'


def test_the_whole_thing(start_proxy: StartProxy, start_redis: Any, start_nutcracker: Any) -> None:
    """Log in by redis-cli; be refused what is not allowed; keys on the right server; a back end dies and returns."""
    servers = [start_redis("--requirepass", "backend"), start_redis("--requirepass", "backend")]
    config = pool(*[server.port for server in servers]) + 'password = "${BACKEND}"\n'
    config += '[[users]]\nacl = "user app on >${SECRET} ~app:* +@read +@write +@connection -@dangerous"\n'
    proxy = start_proxy(config=config, environment={"BACKEND": "backend", "SECRET": "s3cret"})
    app = "app:s3cret"
    assert "NOAUTH" in proxy.cli("GET", "app:1")
    assert "WRONGPASS" in proxy.cli("GET", "app:1", user="app:wrong")
    assert proxy.cli("SET", "app:1", "one", user=app) == "OK"
    assert proxy.cli("GET", "app:1", user=app) == "one"
    assert "NOPERM" in proxy.cli("GET", "other", user=app)
    assert "NOPERM" in proxy.cli("FLUSHALL", user=app)
    assert proxy.cli("ACL", "WHOAMI", user=app).endswith("'acl|whoami' command")

    words = [word for i in range(200) for word in (f"app:{i:x}{i * 7919}", str(i))]
    assert proxy.cli("MSET", *words, user=app) == "OK"
    assert proxy.cli("MGET", *words[::2], user=app).split() == words[1::2]
    assert proxy.cli("MGET", *words[::2], user=app, more=("-3",)).split() == words[1::2]
    # Where nutcracker, asked for each of the keys, finds them.
    text = "hash: fnv1a_64\ndistribution: ketama\nredis: true\nredis_auth: backend\nhash_tag: '{}'\nservers:"
    text += "".join([f"\n - 127.0.0.1:{server.port}:1 s{i}" for i, server in enumerate(servers, 1)])
    nutcracker = start_nutcracker(text)
    done = subprocess.run(
        ["redis-cli", "-p", str(nutcracker.port), "--no-auth-warning", "-a", "backend", "MGET", *words[::2]],
        capture_output=True, text=True, timeout=20, check=True,
    )  # fmt: skip
    assert done.stdout.split() == words[1::2]

    def keys_on(server: Any) -> set[str]:
        out = subprocess.run(
            ["redis-cli", "-p", str(server.port), "--no-auth-warning", "-a", "backend", "KEYS", "*"],
            capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
        return set(out.stdout.split())

    placed = [keys_on(server) for server in servers]
    assert all(len(keys) > 20 for keys in placed)
    assert placed[0] | placed[1] == {"app:1", *words[::2]}

    lost, kept = sorted(placed[0])[0], sorted(placed[1])[0]
    port = servers[0].port
    servers[0].stop()
    assert f"upstream s1 (127.0.0.1:{port})" in proxy.cli("GET", lost, user=app)
    assert proxy.cli("GET", kept, user=app) != ""
    assert "upstream" not in proxy.cli("GET", kept, user=app)
    with subprocess.Popen(servers[0].process.args, cwd=servers[0].folder, stdout=subprocess.DEVNULL) as again:
        try:
            end = time.monotonic() + 10
            while proxy.cli("SET", lost, "back", user=app) != "OK":
                assert time.monotonic() < end
            assert proxy.cli("GET", lost, user=app) == "back"
        finally:
            again.terminate()


def test_embedded_servers(start_proxy: StartProxy) -> None:
    proxy = start_proxy("--embedded", "2")
    assert proxy.cli("SET", "a", "1") == "OK"
    assert proxy.cli("GET", "a") == "1"
    words = [word for i in range(100) for word in (f"{i:x}{i * 7919}", str(i))]
    assert proxy.cli("MSET", *words) == "OK"
    assert proxy.cli("MGET", *words[::2]).split() == words[1::2]
    assert proxy.cli("DEL", *words[::2]) == "100"
    children = children_of(proxy.process.pid)
    assert len(children) == 2
    assert proxy.stop() == 0
    assert all(not is_alive(child) for child in children)
    assert "stopped" in proxy.log.read_text()


def test_embedded_servers_die_with_a_proxy_that_is_killed(start_proxy: StartProxy) -> None:
    proxy = start_proxy("--embedded", "1")
    children = children_of(proxy.process.pid)
    assert len(children) == 1
    proxy.process.send_signal(signal.SIGKILL)
    proxy.process.wait()
    end = time.monotonic() + 10
    while any(is_alive(child) for child in children):
        assert time.monotonic() < end
        time.sleep(0.01)


def children_of(pid: int) -> list[int]:
    if not Path(f"/proc/{pid}/task").is_dir():
        pytest.skip("no /proc on this system")
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_example(start_proxy: StartProxy) -> None:
    """What ``make run`` starts."""
    path = Path(__file__).parents[2] / "examples" / "proxy.toml"
    proxy = start_proxy(str(path), "--embedded", "2", environment={"RESPKIT_PASSWORD": "p"})
    assert proxy.cli("SET", "app:hello", "world", user="app:p") == "OK"
    assert proxy.cli("MSET", "app:a", "1", "app:b", "2", "app:c", "3", user="app:p") == "OK"
    assert "NOPERM" in proxy.cli("SET", "other:key", "1", user="app:p")
    assert "NOPERM" in proxy.cli("FLUSHALL", user="app:p")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "respkit", "proxy", *words],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([SOURCE, os.environ.get("PYTHONPATH", "")])},
    )


def test_check(tmp_path: Path) -> None:
    path = tmp_path / "proxy.toml"
    path.write_text('[pools.a]\nservers = ["h:1"]\n')
    done = run(str(path), "--check")
    assert (done.returncode, done.stdout) == (0, f"{path}: ok\n")
    path.write_text('[pools.a]\nservers = ["h:1"]\nhash = "x"\n[[listen]]\nbind = "0.0.0.0:1"\n')
    done = run(str(path), "--check")
    assert done.returncode == 1
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["listen[0].bind", "pools.a.hash"]


def test_options_that_make_no_sense(tmp_path: Path) -> None:
    assert "there is no pool" in run().stderr
    assert "No such file" in run("/nowhere.toml").stderr
    assert "is not HOST:PORT" in run("--embedded", "1", "--listen", "x", "--check").stderr
    assert "anybody could use the proxy" in run("--embedded", "1", "--listen", "0.0.0.0:0", "--check").stderr
    assert "several workers are not there yet" in run("--embedded", "1", "--workers", "2").stderr
    assert run("--nosuch").returncode == 2
    assert "--embedded" in run("--help").stdout


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("--embedded", "1", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 1
    assert "cannot listen on 127.0.0.1:" in done.stderr and "Address already in use" in done.stderr


def test_redis_py_works_through_it(start_proxy: StartProxy) -> None:
    redis = pytest.importorskip("redis")
    proxy = start_proxy("--embedded", "2")
    for protocol in (2, 3):
        with redis.Redis(port=proxy.port, protocol=protocol, decode_responses=True) as client:
            client.mset({f"k{i}": i for i in range(20)})
            assert client.mget([f"k{i}" for i in range(20)]) == [str(i) for i in range(20)]
            assert client.exists("k1", "k2", "none") == 2
            assert client.incr("counter") == protocol - 1
            pipe = client.pipeline(transaction=False)
            for i in range(100):
                pipe.set(f"p{i}", i).get(f"p{i}")
            assert pipe.execute() == [each for i in range(100) for each in (True, str(i))]
            with pytest.raises(redis.ResponseError, match="cannot go through the proxy"):
                client.keys()
            assert json.loads(client.echo("1")) == 1
