"""``respkit server`` as a process: its log, its signals, its exit status."""

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import respkit

SOURCE = str(Path(respkit.__file__).parent.parent)


class Program:
    """A server that was started like redis-server, and what it has written so far."""

    def __init__(self, folder, *words, stdin=subprocess.DEVNULL):
        self.log = folder / "stdout"
        self.errors = folder / "stderr"
        with self.log.open("wb") as out, self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "respkit", "server", *words],
                cwd=folder,
                stdin=stdin,
                stdout=out,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": SOURCE},
            )

    @property
    def text(self):
        return self.log.read_text()

    def wait_for(self, words):
        end = time.monotonic() + 20
        while words not in self.text:
            assert self.process.poll() is None, self.text + self.errors.read_text()
            assert time.monotonic() < end, self.text
            time.sleep(0.005)
        return self

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def start(tmp_path):
    programs = []

    def start(*words, **options):
        programs.append(Program(tmp_path, *words, **options))
        return programs[-1]

    yield start
    for program in programs:
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait()


def ask(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(data)
        return connection.recv(65536)


def test_starts_serves_and_ends_as_redis_server_does(start, free_port, tmp_path):
    port = free_port()
    program = start("--port", str(port), "--bind", "127.0.0.1", "--pidfile", "redis.pid", "--always-show-logo", "yes")
    program.wait_for("Ready to accept connections")
    assert f" PID: {program.process.pid}" in program.text
    assert f"Port: {port}" in program.text
    assert (tmp_path / "redis.pid").read_text() == f"{program.process.pid}\n"
    assert ask(port, b"PING\r\n") == b"+PONG\r\n"
    assert program.end() == 0
    last = program.text.splitlines()[-4:]
    stamp = r"\d+:M \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} "
    expected = [
        stamp + r"# Received SIGTERM scheduling shutdown\.\.\.",
        stamp + r"# User requested shutdown\.\.\.",
        stamp + r"\* Removing the pid file\.",
        stamp + r"# Redis is now ready to exit, bye bye\.\.\.",
    ]
    for line, pattern in zip(last, expected, strict=True):
        assert re.fullmatch(pattern, line), line
    assert not (tmp_path / "redis.pid").exists()


def test_sigint_ends_it_too(start, free_port):
    program = start("--port", str(free_port()), "--bind", "127.0.0.1").wait_for("Ready to accept")
    assert program.end(signal.SIGINT) == 0
    assert "Received SIGINT scheduling shutdown..." in program.text


def test_shutdown_is_not_answered_and_ends_it(start, free_port):
    port = free_port()
    program = start("--port", str(port), "--bind", "127.0.0.1").wait_for("Ready to accept")
    assert ask(port, b"SHUTDOWN NOSAVE\r\n") == b""
    assert program.process.wait(20) == 0
    assert "User requested shutdown..." in program.text


def test_a_port_that_is_taken(start):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        program = start("--port", str(port), "--bind", "127.0.0.1")
        assert program.process.wait(20) == 1
    assert (
        f"Warning: Could not create server TCP listening socket 127.0.0.1:{port}: bind: Address already in use"
        in program.text
    )
    assert f"Failed listening on port {port} (TCP), aborting." in program.text


def test_nowhere_to_listen(start):
    program = start("--port", "0")
    assert program.process.wait(20) == 1
    assert "Configured to not listen anywhere, exiting." in program.text


def test_a_wrong_directive_is_told_on_stderr(start):
    program = start("--nosuch", "1")
    assert program.process.wait(20) == 1
    assert program.errors.read_text() == (
        "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 2\n"
        ">>> 'nosuch \"1\"'\nBad directive or wrong number of arguments\n"
    )


def test_a_file_that_is_missing(start):
    program = start("/nosuch/redis.conf")
    assert program.process.wait(20) == 1
    assert "Fatal error, can't open config file '/nosuch/redis.conf': No such file or directory" in program.text


def test_a_file_standard_input_and_the_command_line(start, free_port, tmp_path):
    port = free_port()
    (tmp_path / "redis.conf").write_text("port 1\ntimeout 11\nmaxclients 33\nbind 127.0.0.1\n")
    program = start("redis.conf", "--port", str(port), "-", stdin=subprocess.PIPE)
    program.process.stdin.write(b"timeout 22\n")
    program.process.stdin.close()
    program.wait_for("Ready to accept")
    assert ask(port, b"CONFIG GET timeout\r\n") == b"*2\r\n$7\r\ntimeout\r\n$2\r\n22\r\n"
    assert ask(port, b"CONFIG GET maxclients\r\n").endswith(b"$2\r\n33\r\n")
    assert ask(port, b"CONFIG REWRITE\r\n") == b"+OK\r\n"
    text = (tmp_path / "redis.conf").read_text()
    assert text.startswith(f"port {port}\ntimeout 22\nmaxclients 33\nbind 127.0.0.1\n")


def test_a_log_file_and_its_level(start, free_port, tmp_path):
    port = free_port()
    program = start(
        "--port", str(port), "--bind", "127.0.0.1", "--logfile", "redis.log", "--loglevel", "warning", "--timeout", "7"
    )
    end = time.monotonic() + 20
    while not (tmp_path / "redis.log").exists() or "Server initialized" not in (tmp_path / "redis.log").read_text():
        assert time.monotonic() < end
        time.sleep(0.005)
    assert "Ready to accept" not in (tmp_path / "redis.log").read_text()
    program.end()
    assert program.text == ""


def test_says_what_the_configuration_asks_for_in_vain(start, free_port):
    program = start("--port", str(free_port()), "--bind", "127.0.0.1", "--save", "", "--maxmemory", "1mb")
    program.wait_for("Ready to accept connections")
    assert "WARNING 'maxmemory' has no effect in this version" in program.text
    assert "Nothing is saved to disk" not in program.text
    other = start("--port", str(free_port()), "--bind", "127.0.0.1", "--appendonly", "yes")
    other.wait_for("Ready to accept connections")
    assert "WARNING Nothing is saved to disk by this version" in other.text


def test_a_log_file_that_cannot_be_written(start):
    program = start("--logfile", "/nosuch/redis.log")
    assert program.process.wait(20) == 1
    assert program.errors.read_text() == (
        "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nCan't open the log file: No such file or directory\n"
    )


def test_users_and_renamed_commands(start, free_port, tmp_path):
    port = free_port()
    (tmp_path / "redis.conf").write_text(
        f'port {port}\nbind 127.0.0.1\nuser bob on >pw ~* +@all\nrename-command CONFIG hidden\nrename-command TIME ""\n'
    )
    start("redis.conf").wait_for("Ready to accept")
    assert ask(port, b"AUTH bob pw\r\n") == b"+OK\r\n"
    assert ask(port, b"CONFIG GET port\r\n").startswith(b"-ERR unknown command 'CONFIG'")
    assert ask(port, b"HIDDEN GET port\r\n").startswith(b"*2\r\n")
    assert ask(port, b"TIME\r\n").startswith(b"-ERR unknown command 'TIME'")


def test_a_unix_socket(start, tmp_path):
    program = start("--port", "0", "--unixsocket", "redis.sock", "--unixsocketperm", "700")
    program.wait_for("The server is now ready to accept connections at redis.sock")
    assert (tmp_path / "redis.sock").stat().st_mode & 0o777 == 0o700
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(tmp_path / "redis.sock"))
        connection.sendall(b"CLIENT INFO\r\n")
        assert b"flags=U " in connection.recv(65536)
    assert program.end() == 0
    assert not (tmp_path / "redis.sock").exists()


def test_the_background(start, free_port, tmp_path):
    port = free_port()
    program = start(
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--daemonize",
        "yes",
        "--pidfile",
        "redis.pid",
        "--logfile",
        "redis.log",
    )
    assert program.process.wait(20) == 0
    end = time.monotonic() + 20
    while not (tmp_path / "redis.pid").exists() or not (tmp_path / "redis.pid").read_text():
        assert time.monotonic() < end
        time.sleep(0.005)
    pid = int((tmp_path / "redis.pid").read_text())
    assert ask(port, b"PING\r\n") == b"+PONG\r\n"
    os.kill(pid, signal.SIGTERM)
    while (tmp_path / "redis.pid").exists():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_raises_the_limit_of_open_files_to_what_its_clients_need(start, free_port):
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        program = start("--port", str(free_port()), "--bind", "127.0.0.1", "--maxclients", "500")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    program.wait_for("Ready to accept")
    assert "Increased maximum number of open files to 532 (it was originally set to 256)." in program.text


@pytest.mark.parametrize("option", ["--version", "-v"])
def test_says_its_version(option):
    command = [sys.executable, "-m", "respkit", "server", option]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": SOURCE}, check=True)
    assert done.stdout.startswith("Redis server v=7.0.15 respkit=")


def test_helps():
    command = [sys.executable, "-m", "respkit", "server", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": SOURCE}, check=True)
    assert "respkit server --port 7777" in done.stdout
