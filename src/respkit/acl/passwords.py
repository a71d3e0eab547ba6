"""Passwords as ACL files have them: the SHA-256, in lower-case hexadecimal.

A comparison takes the same time whichever password was meant and wherever it differs, and an unknown user costs what
a wrong password does. So a log-in tells an attacker nothing but yes or no.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from hmac import compare_digest

HASH_SIZE = 64
_HEX = frozenset(b"0123456789abcdef")

# What an unknown user's password is compared with: the hash of nothing that anybody knows.
_NOBODY = (b"0" * HASH_SIZE,)


def hash_password(password: bytes) -> bytes:
    """The form in which a password is kept."""
    return sha256(password).hexdigest().encode()


def is_hash(text: bytes) -> bool:
    """Whether the text can be a password's hash: 64 hexadecimal digits in lower case."""
    return len(text) == HASH_SIZE and _HEX.issuperset(text)


def verify(password: bytes, hashes: Collection[bytes]) -> bool:
    """Whether the password is one of those hashed. All are compared, and one that cannot match if there is none."""
    given = hash_password(password)
    found = False
    for known in hashes or _NOBODY:
        found |= compare_digest(given, known)
    return found
