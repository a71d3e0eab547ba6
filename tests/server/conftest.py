"""A server without sockets: sessions on carriers that only remember what they were asked."""

import socket
from types import SimpleNamespace

import pytest

from respkit.net.carrier import Carrier
from respkit.resp.inbuf import InBuffer
from respkit.resp.outbuf import OutBuffer
from respkit.server.app import Server
from respkit.server.config.settings import Settings
from respkit.server.log import Log
from respkit.server.session import Session


class FakeCarrier(Carrier):
    """A carrier without a socket."""

    peer = "10.0.0.1:1234"
    local = "127.0.0.1:6379"
    fd = 7
    sock = SimpleNamespace(family=socket.AF_INET)
    closed = closing = paused = waiting = False
    bytes_in = bytes_out = 0

    def __init__(self, protocol):
        self.inbuf = InBuffer()
        self.outbuf = OutBuffer()
        self.protocol = protocol
        self.calls = []
        protocol.carrier = self

    def flush_soon(self):
        return 0

    def close(self):
        self.calls.append("close")
        return 0

    def abort(self, reason=None):
        self.calls.append("abort")
        return 0

    def pause_reading(self):
        self.calls.append("pause")
        return 0

    def resume_reading(self):
        self.calls.append("resume")
        return 0


class Client:
    """One client of a server without sockets."""

    def __init__(self, server):
        self.session = Session(server.state)
        self.carrier = FakeCarrier(self.session)
        self.session.connected()

    def send(self, data):
        """What the server answers to literal bytes."""
        self.carrier.inbuf.feed(data)
        self.session.received()
        return self.carrier.outbuf.take()

    def call(self, *words):
        """What it answers to one command, as it stands on the wire."""
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
        reply = self.send(b"".join(parts))
        # On a busy machine a command may take all of a turn; the session then waits for the next.
        while self.session.waiting:
            self.session.resume()
            reply += self.carrier.outbuf.take()
        return reply


class QuietServer(Server):
    """A server whose log is a list, whose clock is the test's, and which has no loop."""

    def __init__(self, **options):
        settings = Settings()
        for name, value in options.items():
            settings.read(name.replace("_", "-").encode(), [str(value).encode()])
        self.lines = []
        super().__init__(settings, Log(lambda level, text: self.lines.append(text)))
        self.held_back = []
        self.state.now_ms = 1_700_000_000_000

    def resume_later(self, session):
        self.held_back.append(session)

    def client(self):
        return Client(self)


@pytest.fixture
def server():
    return QuietServer()


@pytest.fixture
def client(server):
    return server.client()


@pytest.fixture
def make_server():
    return QuietServer
