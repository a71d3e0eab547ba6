# cython: annotation_typing=False
"""TLS on a socket of our own: a carrier, and the contexts for both sides.

The carrier keeps the TLS state in memory (``ssl.MemoryBIO``) and moves the encrypted bytes itself, instead of going
through asyncio's TLS transports. So one flush a turn, back-pressure and limits hold as on a plain socket; a transport of
asyncio's takes any amount before it says that the peer is slow, and where it lies is nobody's to see.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

from respkit.errors import ConfigError
from respkit.net.carrier import Carrier, Protocol
from respkit.net.poller import Poller

#: Read at once. A read is decrypted whole, so this bounds what one event can bring.
READ_BYTES = 131072
#: Encrypted at once: what a slow peer does not take stays in ``outbuf``, where limits see it.
ENCRYPT_BYTES = 131072
#: A peer that is connected but does not finish the handshake holds a descriptor for no longer.
HANDSHAKE_SECONDS = 10.0


class TlsCarrier(Carrier):
    """A socket with TLS on it. ``connected()`` comes after the handshake; if that fails, only ``lost()`` does."""

    def __init__(
        self,
        poller: Poller,
        sock: socket.socket,
        protocol: Protocol,
        context: ssl.SSLContext,
        *,
        server_side: bool,
        server_hostname: str | None = None,
        handshake_seconds: float = HANDSHAKE_SECONDS,
        on_handshake: Callable[[BaseException | None], object] | None = None,
    ) -> None:
        super().__init__(poller, sock, protocol)
        self.is_tls = True
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(
            self.incoming, self.outgoing, server_side=server_side, server_hostname=server_hostname
        )
        self.unsent = memoryview(b"")
        self.handshaking = True
        self.handshake_seconds = handshake_seconds
        # Told once how the handshake ended.
        self.on_handshake = on_handshake
        self.deadline: Any = None

    def start(self) -> int:
        self.deadline = self.poller.loop.call_later(self.handshake_seconds, self._too_late)
        self.rewatch()
        self.shake()
        return 0

    def peer_certificate(self) -> dict[str, Any] | None:
        certificate: dict[str, Any] | None = self.tls.getpeercert()
        return certificate

    def readable(self) -> int:
        try:
            data = self.sock.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self.abort(error)
            return 0
        if not data:
            if self.handshaking:
                self.abort(ConnectionResetError("the peer left during the TLS handshake"))
            else:
                self.flush()
                self.abort(self.reason)
            return 0
        self.incoming.write(data)
        if self.handshaking:
            self.shake()
        else:
            self.read_plain()
        return 0

    def writable(self) -> int:
        if not self.send_unsent():
            return 0
        self.waiting = False
        self.rewatch()
        self.flush()
        if not self.waiting and not self.closed and not self.handshaking:
            self.protocol.drained()
        return 0

    def flush(self) -> int:
        if self.closed or self.waiting or self.handshaking:
            return 0
        while self.outbuf.size() > 0:
            data = self.take_some(ENCRYPT_BYTES)
            self.bytes_out += len(data)
            self.encrypt(data)
            if not self.send_unsent():
                return 0
        if self.closing:
            self.all_sent()
        return 0

    def shake(self) -> int:
        """Go on with the handshake; after it, whatever came with it."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            self.send_unsent()
            return 0
        except ssl.SSLError as error:
            self.send_unsent()  # the alert that tells the peer why
            self.abort(error)
            return 0
        self.handshaking = False
        self.shaken(None)
        self.send_unsent()
        try:
            self.protocol.connected()
        except Exception as error:
            self.abort(error)
            raise
        self.read_plain()
        return 0

    def read_plain(self) -> int:
        """Decrypt all that came, then tell the protocol once: nothing stays behind where no event would wake it."""
        came = 0
        over = False
        error: BaseException | None = None
        while not self.closed and not self.closing:
            try:
                data = self.tls.read(READ_BYTES)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                over = True
                break
            except ssl.SSLError as failure:
                over = True
                error = failure
                break
            if not data:
                over = True
                break
            came += len(data)
            self.inbuf.feed(data)
        if came:
            self.bytes_in += came
            self.protocol.received()
        if not self.closed:
            self.send_unsent()  # TLS may have something to say by itself: new keys
        if over and not self.closed:
            self.flush()
            self.abort(error)
        return 0

    def encrypt(self, data: bytes) -> int:
        view = memoryview(data)
        while len(view):
            view = view[self.tls.write(view) :]  # one record at a time
        return 0

    def send_unsent(self) -> bool:
        """Send what is encrypted. False if something is left (then the socket is watched), or the connection is over."""
        while True:
            if not len(self.unsent):
                if not self.outgoing.pending:
                    return True
                self.unsent = memoryview(self.outgoing.read())
            try:
                count = self.sock.send(self.unsent, _SEND_FLAGS)
            except (BlockingIOError, InterruptedError):
                self.waiting = True
                self.rewatch()
                return False
            except OSError as error:
                self.abort(error)
                return False
            self.unsent = self.unsent[count:]

    def close(self) -> int:
        if self.handshaking:
            self.abort()  # nothing can be said to this peer yet
        else:
            Carrier.close(self)
        return 0

    def shaken(self, error: BaseException | None) -> int:
        """The handshake is over, well or not."""
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None
        if self.on_handshake is not None:
            told, self.on_handshake = self.on_handshake, None
            told(error)
        return 0

    def drop(self) -> int:
        if self.handshaking:
            self.shaken(self.reason or ConnectionAbortedError("closed during the TLS handshake"))
        if self.closing and not self.handshaking and not self.waiting and self.reason is None:
            try:  # say goodbye in TLS's own way, if the socket takes it at once
                self.tls.unwrap()
            except (ssl.SSLError, ValueError):
                pass
            try:
                self.sock.send(self.outgoing.read(), _SEND_FLAGS)
            except OSError:
                pass
        try:
            self.poller.unwatch(self)
        finally:
            self.sock.close()
        return 0

    def _too_late(self) -> None:
        if self.handshaking:
            self.abort(TimeoutError("the TLS handshake took too long"))


def server_context(
    cert: str, key: str | None = None, client_ca: str | None = None, *, require_client: bool = True
) -> ssl.SSLContext:
    """The context of a listener: TLS 1.2 and up. With ``client_ca`` clients must show a certificate that it signed,
    or may, unless ``require_client``. ConfigError if a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, cert, key)
    if client_ca is not None:
        _trust(context, client_ca)
        context.verify_mode = ssl.CERT_REQUIRED if require_client else ssl.CERT_OPTIONAL
    return context


def client_context(
    ca: str | None = None,
    cert: str | None = None,
    key: str | None = None,
    *,
    verify: bool = True,
    check_hostname: bool = True,
) -> ssl.SSLContext:
    """The context of a connection to a server: TLS 1.2 and up, trusting ``ca``, or what the system trusts.

    ConfigError if a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.check_hostname = check_hostname
        if ca is None:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if ca is not None:
        _trust(context, ca)
    if cert is not None:
        _load(context, cert, key)
    return context


def _load(context: ssl.SSLContext, cert: str, key: str | None) -> None:
    try:
        context.load_cert_chain(cert, key, password=_no_password)
    except (OSError, ValueError) as error:
        raise ConfigError(f"TLS certificate {cert!r} with key {key or cert!r}: {error}") from error


def _trust(context: ssl.SSLContext, ca: str) -> None:
    try:
        context.load_verify_locations(cafile=ca)
    except (OSError, ValueError) as error:
        raise ConfigError(f"TLS certificate authority {ca!r}: {error}") from error


def _no_password() -> str:
    # OpenSSL would otherwise ask at the terminal, and a server would hang at its start.
    raise ValueError("the key is encrypted; give one that is not")


_SEND_FLAGS = getattr(socket, "MSG_NOSIGNAL", 0)
