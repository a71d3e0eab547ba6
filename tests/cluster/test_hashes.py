from __future__ import annotations

import pytest

from respkit.cluster.hashes import NAMES, Hash

APPLE = {
    "one_at_a_time": 2297466611,
    "md5": 3195025439,
    "crc16": 3662830516,
    "crc32": 10542,
    "crc32a": 2838417488,
    "fnv1_64": 473199127,
    "fnv1a_64": 1488911807,
    "fnv1_32": 67176023,
    "fnv1a_32": 280767167,
    "hsieh": 3738850110,
    "jenkins": 1442444624,
    "murmur": 4142305122,
}


@pytest.mark.parametrize("name", NAMES)
def test_apple(name: str) -> None:
    assert Hash(name).of(b"apple") == APPLE[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_length_gives_32_bits(name: str) -> None:
    values = [Hash(name).of(bytes(range(250, 250 - size, -1))) for size in range(1, 200)]
    assert all(0 <= value < 1 << 32 for value in values)
    assert len(set(values)) > 190


def test_an_unknown_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="no such hash: sha1"):
        Hash("sha1")
