# cython: annotation_typing=False
"""One byte stream, and what sits on it.

A ``Carrier`` fills its ``inbuf`` and calls ``protocol.received()``; the protocol appends to ``outbuf`` and asks for
``flush_soon()``. The carrier of this module is a plain socket, ``tls.TlsCarrier`` one with TLS on it. A protocol does not
know which one it is on.

Every callback runs inside a turn of the poller. ``lost()`` comes once, whoever ended the connection, and never from inside
``close()`` or ``abort()``: it comes at the end of the turn, so that a session which kills itself, or another one, is
still whole when its handler returns. After either call a protocol must look at ``closed`` and ``closing`` before it goes on.
"""

from __future__ import annotations

import errno
import os
import socket
from typing import Any

from respkit.net.poller import Poller
from respkit.net.stream import Stream

READ_MORE_BYTES = 16384
READ_ROUNDS = 4


class Protocol:
    """What sits on a carrier: a session of the server or the proxy, an upstream, a client's connection.

    One that raises ends the connection. Compiled, its methods are C functions and return an int: a subclass in an uncompiled
    module must return 0, one in a compiled module may be annotated with None.
    """

    carrier: Carrier

    def connected(self) -> int | None:
        """``carrier`` is there and ready to write to. Called once, before anything is received."""
        return 0

    def received(self) -> int | None:
        """``carrier.inbuf`` has grown. What is not consumed stays there.

        While ``carrier.paused``, or after it has held itself back, a protocol gets no call for what it has
        already received: it must continue by itself.
        """
        return 0

    def drained(self) -> int | None:
        """``carrier.outbuf``, which had been waiting for a slow peer, is empty."""
        return 0

    def finished(self) -> bool:
        """The peer sends no more, but may still read. True keeps the connection, to be closed by the protocol.

        For a protocol that owes replies which are still to come. What is in ``outbuf`` is sent in any case.
        """
        return False

    def lost(self, reason: BaseException | None) -> int | None:
        """The connection has ended: None if the peer or ``close()`` ended it in order. Nothing is called after this."""
        return 0


class Carrier(Stream):
    """A plain socket, TCP or unix, which it owns from now on."""

    protocol: Protocol

    def __init__(self, poller: Poller, sock: socket.socket, protocol: Protocol) -> None:
        sock.setblocking(False)
        super().__init__(poller, sock)
        self.protocol = protocol
        self.closed = False
        self.closing = False
        self.paused = False
        self.waiting = False
        self.reason: BaseException | None = None
        self.bytes_in = 0
        self.bytes_out = 0
        self.is_tls = False
        self.peer, self.local = endpoint_texts(sock)
        protocol.carrier = self

    def start(self) -> int:
        """Begin: ``protocol.connected()``, then ``received()`` whenever something came."""
        self.rewatch()
        try:
            self.protocol.connected()
        except Exception as error:
            self.abort(error)
            raise
        return 0

    def flush_soon(self) -> int:
        """Have ``outbuf`` sent at the end of this turn (or soon, outside a turn). Free to call for every reply."""
        if not self.flush_wanted:
            self.poller.flush_later(self)
        return 0

    def flush(self) -> int:
        """Send what is in ``outbuf`` now; what the peer does not take waits until it does."""
        if self.closed or self.waiting:
            return 0
        if self.outbuf.size() > 0:
            count = self.transmit()
            if count < 0:
                self.not_moved(count)
            else:
                self.bytes_out += count
            if self.outbuf.size() > 0:
                if not self.closed:
                    self.waiting = True
                    self.rewatch()
                return 0
        if self.closing:
            self.all_sent()
        return 0

    def pause_reading(self) -> int:
        """Read no more for now. The peer's going away is not noticed either, until reading resumes."""
        if not self.paused and not self.closed:
            self.paused = True
            self.rewatch()
        return 0

    def resume_reading(self) -> int:
        """Read again. What is in ``inbuf`` already raises no call: the protocol continues with that by itself."""
        if self.paused:
            self.paused = False
            if not self.closed:
                self.rewatch()
        return 0

    def close(self) -> int:
        """End the connection once ``outbuf`` has been sent; nothing is read any more.

        A peer that takes nothing keeps it open: who calls this sees to a time limit, and then aborts.
        """
        if not self.closing and not self.closed:
            self.closing = True
            self.rewatch()
            self.flush_soon()
        return 0

    def abort(self, reason: BaseException | None = None) -> int:
        """End the connection now. ``reason`` is what ``lost()`` will be told."""
        if self.closed:
            return 0
        self.closed = True
        self.reason = reason
        try:
            self.drop()
        finally:
            self.flush_soon()
        return 0

    def peer_certificate(self) -> dict[str, Any] | None:
        """The certificate that a TLS peer showed, as ``ssl.SSLSocket.getpeercert()`` gives it."""
        return None

    # What the poller calls.

    def readable(self) -> int:
        rounds = READ_ROUNDS
        while True:
            count = self.receive()
            if count <= 0:
                self.not_moved(count)
                return 0
            self.bytes_in += count
            self.protocol.received()
            rounds -= 1
            if count < READ_MORE_BYTES or rounds == 0 or self.closed or self.closing or self.paused:
                return 0

    def writable(self) -> int:
        while self.outbuf.size() > 0:
            count = self.transmit()
            if count < 0:
                self.not_moved(count)
                return 0
            self.bytes_out += count
        self.all_sent()
        return 0

    def flush_turn(self) -> int:
        if self.closed:
            self.tell_lost()
        else:
            self.flush()
        return 0

    def failed(self, error: Exception) -> int:
        self.abort(error)
        return 0

    # How it is done.

    def rewatch(self) -> int:
        """Watch for what ``paused``, ``closing`` and ``waiting`` say."""
        if self.generation == 0:
            self.poller.watch(self)
        self.poller.want(self, not (self.paused or self.closing), self.waiting)
        return 0

    def drop(self) -> int:
        """Let the descriptor go."""
        try:
            self.poller.unwatch(self)
        finally:
            self.sock.close()
        return 0

    def tell_lost(self) -> int:
        protocol = self.protocol
        if protocol is _NOBODY:
            return 0
        self.protocol = _NOBODY  # which also cuts the cycle of the two
        try:
            protocol.lost(self.reason)
        finally:
            self.inbuf.release()
            self.outbuf.release()
        return 0

    def all_sent(self) -> int:
        """``outbuf`` is empty."""
        if self.closing:
            self.abort(self.reason)
        elif self.waiting:
            self.waiting = False
            self.rewatch()
            self.protocol.drained()
        return 0

    def not_moved(self, count: int) -> int:
        """``receive`` or ``transmit`` moved nothing: the end of the stream, not now, or an error."""
        if count == 0:
            # The peer may have closed its sending side only, and still wait for the replies.
            if self.protocol.finished():
                self.pause_reading()
                self.flush_soon()
                return 0
            self.flush()
            self.abort(self.reason)
        elif count != -errno.EAGAIN:
            self.abort(OSError(-count, os.strerror(-count)))
        return 0


def endpoint_texts(sock: socket.socket) -> tuple[str, str]:
    """(peer, local) as Redis writes addresses; both are the socket's path for a unix socket."""
    local = sock.getsockname()
    try:
        peer = sock.getpeername()
    except OSError:  # it has gone already; the first read says so
        peer = None
    if sock.family == getattr(socket, "AF_UNIX", None):
        text = f"{os.fsdecode(local or peer or '')}:0"
        return text, text
    return address_text(peer), address_text(local)


def address_text(address: Any) -> str:
    """``host:port``, ``[host]:port`` for IPv6, ``?:0`` where there is none."""
    if not address:
        return "?:0"
    host, port = address[0], address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


#: Sits on a carrier that is over.
_NOBODY = Protocol()
