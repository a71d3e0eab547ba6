"""The arithmetic of INCRBYFLOAT: what x86's C says, for texts taken from there."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respkit.store.longdouble import MAX_TEXT, add, parse, to_text


def total(a: bytes, b: bytes) -> bytes | None:
    x, y = parse(a), parse(b)
    assert x is not None
    assert y is not None
    z = add(x, y)
    return None if z is None else to_text(z)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (b"255.9", b"0", b"255.89999999999999999"),
        (b"0", b"0", b"0"),
        (b"-0", b"0", b"0"),
        (b"1", b"2", b"3"),
        (b"3.0", b"1.000000000000000005", b"4.00000000000000001"),
        (b"1", b"-1.1", b"-0.1"),
        (b"0.1", b"0.2", b"0.3"),
        (b"10.5", b"0.1", b"10.6"),
        (b"5.0e3", b"2.0e2", b"5200"),
        (b"1e-18", b"0", b"0"),
        (b"-1e-18", b"0", b"0"),
        (b"5e-18", b"0", b"0"),  # a little less than half a unit of the last place
        (b"6e-18", b"0", b"0.00000000000000001"),
        (b"17179869184", b"1.5", b"17179869185.5"),
        (b"9223372036854775807", b"1", b"9223372036854775808"),
        (b"18446744073709551615", b"1", b"18446744073709551616"),
        (b"18446744073709551616", b"1", b"18446744073709551616"),  # 65 bits: to the even one
        (b"18446744073709551618", b"1", b"18446744073709551620"),
        (b"0x1p3", b".5", b"8.5"),
        (b"-0X.8", b"1.", b"0.5"),
        (b"+1e0", b"1E+1", b"11"),
        (b"1e4932", b"0", None),
        (b"0e99999999999", b"1", b"1"),
    ],
)
def test_adds_as_c_does(a: bytes, b: bytes, expected: bytes | None) -> None:
    if expected is None:
        text = total(a, b)
        assert text is not None
        assert len(text) == 4933
        assert total(b"1.1e4932", b"1.1e4932") is None
    else:
        assert total(a, b) == expected


@pytest.mark.parametrize("text", [b"inf", b"-inf", b"+Infinity", b"INF"])
def test_infinite_parses_but_makes_no_sum(text: bytes) -> None:
    assert total(text, b"1") is None
    assert total(b"1", text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b".", b"-", b"+", b" 1", b"1 ", b"1\n", b"\t1", b"abc", b"1a", b"--1", b"1e", b"1e+", b"nan", b"-nan"),
        *(b"0x", b"0x.", b"0xp1", b"0x1p", b"1_0", b"1e4933", b"-1e4933", b"1e-4952", b"0x1p16384", b"0x1p-16447"),
        *(b"1e999999999999", b"1e-999999999999", b"0x1p999999999999", b"1\0", b"\xd9\xa1", b"infinit"),
        b"1" * (MAX_TEXT + 1),
    ],
)
def test_what_is_no_number_is_refused(text: bytes) -> None:
    assert parse(text) is None


def test_the_ends_of_the_range() -> None:
    assert parse(b"0x1.fffffffffffffffep16383") is not None
    assert parse(b"0x1.ffffffffffffffffp16383") is None
    assert parse(b"0x1p-16445") is not None
    assert parse(b"0x1p-16446") is None  # halfway, to the even one: zero
    assert parse(b"0x1.8p-16446") is not None


def test_numbers_of_many_digits_take_part() -> None:
    assert total(b"1" + b"0" * 4900, b"0") is not None
    assert total(b"0." + b"0" * 4900 + b"1", b"2") == b"2"
    assert total(b"0" * 5000 + b"7", b"2") == b"9"
    assert parse(b"1" * MAX_TEXT) is None


@given(st.integers(-(2**62), 2**62), st.integers(-(2**62), 2**62))
def test_integers_add_exactly(a: int, b: int) -> None:
    assert total(b"%d" % a, b"%d" % b) == b"%d" % (a + b)


@given(st.decimals(-(10**15), 10**15, places=6), st.decimals(-(10**15), 10**15, places=6))
def test_decimals_add_to_within_a_rounding(a: Decimal, b: Decimal) -> None:
    found = total(str(a).encode(), str(b).encode())
    assert found is not None
    error = abs(Fraction(found.decode()) - Fraction(a) - Fraction(b))
    assert error <= Fraction(3, 2**64) * (abs(Fraction(a)) + abs(Fraction(b))) + Fraction(1, 10**17)
