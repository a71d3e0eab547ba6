# cython: annotation_typing=False
"""A link whose replies become Python objects: for clients."""

from __future__ import annotations

from typing import Any

from respkit.errors import InvalidResponse, reply_error
from respkit.link.link import Link
from respkit.resp.inbuf import InBuffer
from respkit.resp.outbuf import OutBuffer
from respkit.resp.reader import PushNotification, Reader

NOT_ENOUGH: Any = object()


class ObjectLink(Link):
    """Replies as ``Reader`` builds them, error replies as exceptions by their code.

    ``encoding`` decodes strings, but for slots that are ``raw``. A reply that cannot be decoded fails its own slot only.
    """

    def __init__(
        self, inbuf: InBuffer, outbuf: OutBuffer, encoding: str | None = None, encoding_errors: str = "strict"
    ) -> None:
        super().__init__(inbuf, outbuf)
        self.reader = Reader(InvalidResponse, reply_error, encoding, encoding_errors, NOT_ENOUGH)
        self.reader.attach(inbuf)
        self.push_class = PushNotification

    def received(self) -> int:
        while self.broken is None:
            slot = self.first
            try:
                reply = self.reader.gets(0 if slot is not None and slot.raw else 1)
            except InvalidResponse:
                raise
            except Exception as error:
                slot = self.answered()
                slot.failed(error)
                continue
            if reply is NOT_ENOUGH:
                break
            if type(reply) is self.push_class:
                self.pushed(reply)
            else:
                slot = self.answered()
                slot.reply_object(reply)
        return 0

    def pushed(self, reply: Any) -> int:
        """A push came, as a list. Dropped, unless a subclass wants it."""
        return 0
