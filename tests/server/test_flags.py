"""The server's bits are the same in both builds."""

import re
from pathlib import Path

import respkit.server

FOLDER = Path(respkit.server.__file__).parent
ASSIGNMENT = re.compile(r"^\s*([A-Z_]+) = (\d+)", re.MULTILINE)


def test_the_plain_form_has_the_numbers_of_the_compiled_one():
    assert ASSIGNMENT.findall((FOLDER / "flags.py").read_text()) == ASSIGNMENT.findall(
        (FOLDER / "flags.pxd").read_text()
    )


def test_no_two_bits_of_a_mask_are_the_same():
    numbers = ASSIGNMENT.findall((FOLDER / "flags.py").read_text())
    for prefix in ("GATE", "OBSERVE", "NOTIFY"):
        bits = [int(number) for name, number in numbers if name.startswith(prefix)]
        assert all(bit.bit_count() == 1 for bit in bits)
        assert len(set(bits)) == len(bits)
