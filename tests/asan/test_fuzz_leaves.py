"""Some rounds of the fuzzer of the leaves, in any build: so that it is known to work when it is run for long."""

from __future__ import annotations

from random import Random

import pytest

from tests.asan.fuzz_leaves import LEAVES


@pytest.mark.parametrize("leaf", LEAVES)
def test_random_input_gives_the_same_in_both_forms(leaf: str) -> None:
    for seed in range(20):
        LEAVES[leaf](Random(f"{leaf} {seed}"))
