"""DEBUG DIGEST: a fingerprint of what databases hold, the same as a Redis gives for the same data.

20 bytes. What has an order is *mixed* in: SHA-1 of (the digest xor the SHA-1 of the data); what has none is *added*: the
digest xor the SHA-1 of the data.
"""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING

from respkit.store import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from respkit.store.database import Database
    from respkit.store.table import Table

EMPTY = bytes(20)
EXPIRES = b"!!expire!!"


def add(digest: bytes, data: bytes) -> bytes:
    """The digest with `data` in it, wherever in the order."""
    return bytes([a ^ b for a, b in zip(digest, sha1(data, usedforsecurity=False).digest(), strict=True)])


def mix(digest: bytes, data: bytes) -> bytes:
    """The digest with `data` in it as what comes next."""
    return sha1(add(digest, data), usedforsecurity=False).digest()


def value_digest(table: Table, digest: bytes) -> bytes:
    """The digest with the current entry's value in it."""
    digest = mix(digest, table.kind().to_bytes(4, "big"))
    if table.kind() == kinds.STRING:
        digest = mix(digest, table.value_bytes())
    return add(digest, EXPIRES) if table.has_expire() else digest


def dataset_digest(databases: Iterable[Database]) -> bytes:
    """The digest of all databases."""
    final = EMPTY
    for db in databases:
        if not db.size():
            continue
        final = mix(final, db.index.to_bytes(4, "big"))
        for position in range(db.size()):
            db.table.seek(position)
            entry = mix(EMPTY, db.table.key_bytes())
            final = add(final, value_digest(db.table, entry))
    return final
