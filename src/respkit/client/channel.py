# cython: annotation_typing=False
"""The blocking client's connection: a request goes out, and its reply is waited for."""

from __future__ import annotations

from typing import Any

from respkit import errors
from respkit.link.handshake import Handshake, Login
from respkit.link.link import Slot
from respkit.link.objects import ObjectLink
from respkit.net.blocking import BlockingStream

#: Requests of a pipeline are sent up to so many bytes ahead of their replies. More, and a server that waits until its
#: replies are read would wait for us, and we for it.
_AHEAD_BYTES = 65536


class ReplySlot(Slot):
    """Keeps its reply."""

    def __init__(self, raw: bool = False) -> None:
        self.raw = raw
        self.done = False
        self.reply: Any = None
        self.error: BaseException | None = None

    def reply_object(self, reply: Any) -> int:
        self.reply = reply
        self.done = True
        return 0

    def failed(self, error: BaseException) -> int:
        self.error = error
        self.done = True
        return 0


class ReplyChannel:
    """One connection for one thread at a time. An error other than an error reply leaves it of no use."""

    def __init__(self, stream: BlockingStream, encoding: str | None, encoding_errors: str) -> None:
        self.stream = stream
        self.link = ObjectLink(stream.inbuf, stream.outbuf, encoding, encoding_errors)
        self.used_at = 0.0
        # What HELLO was refused with, until something else is answered: why the server closes, perhaps.
        self.refusal = ""

    def call(self, args: Any, raw: bool) -> Any:
        """Send one command; its reply. An error reply is returned, not raised.

        DataError, and nothing is sent, where an argument cannot be encoded. What a codec raises for the reply
        comes as it is.
        """
        self.stream.outbuf.command(args)
        slot = ReplySlot(raw)
        self.link.request(slot)
        self.exchange(slot)
        if slot.error is not None:
            raise slot.error
        return slot.reply

    def call_all(self, commands: list[Any]) -> list[Any]:
        """Send commands, ``(arguments, kind)`` each; their replies, errors among them."""
        slots = []
        outbuf = self.stream.outbuf
        for args, kind in commands:
            outbuf.command(args)
            slot = ReplySlot(kind.raw)
            self.link.request(slot)
            slots.append(slot)
            if outbuf.size() >= _AHEAD_BYTES:
                self.exchange(slot)
        if slots:
            self.exchange(slots[-1])
        return [slot.reply if slot.error is None else slot.error for slot in slots]

    def exchange(self, last: ReplySlot) -> int:
        """Send what waits, and receive until ``last`` has its reply."""
        try:
            self.stream.send()
            while not last.done:
                if self.stream.receive() == 0:
                    raise self._closed()
                self.link.received()
            self.refusal = ""
        except TimeoutError as error:
            raise errors.TimeoutError("no reply within the time allowed") from error
        except OSError as error:
            raise errors.ConnectionError(f"the connection was lost: {error.strerror or error}") from error
        return 0

    def login(self, login: Login) -> None:
        """Log in; raises what the server answers."""
        ended: list[BaseException | None] = []
        handshake = Handshake(self.link, login, ended.append)
        handshake.begin()
        while not ended:
            try:
                self.stream.send()
                if self.stream.receive() == 0:
                    raise self._closed()
                self.link.received()
                self.refusal = str(handshake.refusal or "")
            except TimeoutError as error:
                raise errors.TimeoutError("no reply to the login within the time allowed") from error
            except OSError as error:
                raise errors.ConnectionError(f"the connection was lost: {error.strerror or error}") from error
        if ended[0] is not None:
            raise ended[0]

    def _closed(self) -> errors.ConnectionError:
        after = f", after it answered: {self.refusal}" if self.refusal else ""
        return errors.ConnectionError(f"the server closed the connection{after}")

    def close(self) -> None:
        """Let the connection go."""
        self.link.lost(errors.ConnectionError("closed"))
        self.stream.close()
