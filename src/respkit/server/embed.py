"""Servers inside other programs: in their event loop, or in a child process of their own.

``Server`` lives in a running loop and refuses what would touch the whole process: SHUTDOWN, signals, fork.
``EmbeddedServer`` is for blocking code: a child process that is gone when its parent is.
"""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Self
from urllib.parse import quote

from respkit.errors import ConfigError, RedisError

Value = str | bytes | int | float | bool

# A child that is not ready by then is not going to be; one that has not ended by then is killed.
START_SECONDS = 20.0
STOP_SECONDS = 10.0


def option_line(name: str, value: Value) -> bytes:
    """A keyword argument as a directive: ``maxmemory_policy="noeviction"`` → ``maxmemory-policy "noeviction"``."""
    from respkit.server.quoting import quoted

    if isinstance(value, bool):
        value = "yes" if value else "no"
    text = value if isinstance(value, bytes) else str(value).encode()
    known = (b"server_cpulist", b"bio_cpulist", b"aof_rewrite_cpulist", b"bgsave_cpulist")
    word = name.encode()
    return (word if word in known else word.replace(b"_", b"-")) + b" " + quoted(text)


def url_of(host: str, port: int, unix_socket: str, password: str) -> str:
    """Where to find a server, as clients take it."""
    login = f":{quote(password, safe='')}@" if password else ""
    if unix_socket:
        return f"unix://{login}{quote(unix_socket)}"
    return f"redis://{login}{host}:{port}"


class Server:
    """A server in the running event loop: ``async with Server() as server: server.url``.

    ``port`` 0 takes a free one; with ``unix_socket`` it listens there and on no port. Every other argument is a parameter of
    redis.conf, its dashes written as underscores.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, unix_socket: str = "", **options: Value) -> None:
        from respkit.server.app import Server as Application
        from respkit.server.config.file import ConfigReader
        from respkit.server.config.settings import Settings

        settings = Settings()
        lines = [b'save ""', option_line("bind", host)]
        lines += [option_line("unixsocket", unix_socket), b"port 0"] if unix_socket else [option_line("port", port)]
        lines += [option_line(name, value) for name, value in options.items()]
        ConfigReader(settings, lambda words: False).read(b"\n".join(lines))
        self.host = host
        self.unix_socket = unix_socket
        self.application = Application(settings)
        self.application.listeners.any_port = not unix_socket

    @property
    def port(self) -> int:
        """The port that it listens on; 0 on a unix socket."""
        return self.application.listeners.port

    @property
    def url(self) -> str:
        """Where clients find it."""
        password = self.application.settings["requirepass"].decode("utf-8", "surrogateescape")
        return url_of(self.host, self.port, self.unix_socket, password)

    async def start(self) -> None:
        """Listen, and serve whenever the loop runs. ConfigError where it cannot listen."""
        self.application.start()

    async def stop(self) -> None:
        """End all connections. Returns when the last has gone."""
        self.application.stop()
        while self.application.sessions:
            await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


class EmbeddedServer:
    """A server in a child process: ``with EmbeddedServer() as server: server.url``.

    It listens on a free port of 127.0.0.1, or with ``unix=True`` on a unix socket in a private folder. Nothing of it is
    left when it has stopped, also when the parent died without stopping it. Other arguments are parameters of redis.conf, as for
    `Server`.
    """

    def __init__(self, *, unix: bool = False, **options: Value) -> None:
        self.unix = unix
        self.options = options
        # 0 and empty while it does not run.
        self.port = 0
        self.unix_socket = ""
        self.folder = ""
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where clients find it."""
        password = self.options.get("requirepass", "")
        text = password.decode("utf-8", "surrogateescape") if isinstance(password, bytes) else str(password)
        return url_of("127.0.0.1", self.port, self.unix_socket, text)

    def start(self) -> None:
        """Start the child, and wait until it serves. RedisError with its last words where it does not come up."""
        if self.process is not None:
            raise RedisError("the server runs already")
        self.folder = tempfile.mkdtemp(prefix="respkit-")
        lines = [b'save ""', option_line("dir", self.folder)]
        if self.unix:
            self.unix_socket = os.path.join(self.folder, "redis.sock")
            lines += [b"port 0", option_line("unixsocket", self.unix_socket)]
        else:
            lines += [b"port 0", b"bind 127.0.0.1"]
        lines += [option_line(name, value) for name, value in self.options.items()]
        try:
            self.port = self._start(b"\n".join(lines))
        except BaseException:
            self.stop()
            raise

    def _start(self, config: bytes) -> int:
        package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        paths = [package, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        self.process = subprocess.Popen(  # noqa: S603  (Python itself, with arguments of ours)
            [sys.executable, "-m", "respkit.server.child", self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([path for path in paths if path])},
            start_new_session=True,  # the terminal's Ctrl-C is the parent's
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdin.write(b"%d\n%s\n" % (len(config), config))
        self.process.stdin.flush()
        answer = b""
        if select.select([self.process.stdout], [], [], START_SECONDS)[0]:
            answer = self.process.stdout.readline()
        else:
            self.process.kill()
        if not answer.startswith(b"ready "):
            words = (answer + self.process.stderr.read()).decode("utf-8", "replace").strip()
            raise ConfigError(f"the embedded server did not start: {words}")
        return int(answer.split()[1])

    def stop(self) -> None:
        """End the child; returns when it has gone."""
        process, self.process = self.process, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.port = 0
        self.unix_socket = self.folder = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
