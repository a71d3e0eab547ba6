"""The arithmetic of INCRBYFLOAT and HINCRBYFLOAT: numbers with a mantissa of 64 bits, as x86's C has in `long double`.

Clients see its rounding in their replies, so it is done in integers, the same on every platform and in every build. A number
is a pair (mantissa, exponent), worth mantissa × 2**exponent; the mantissa of zero is 0.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Number: TypeAlias = tuple[int, int]

MANTISSA_BITS = 64
# The greatest number is below 2**16384; the smallest above zero is 2**-16445.
MAX_BITS = 16384
MIN_EXPONENT = -16445

# Redis: MAX_LONG_DOUBLE_CHARS, the room for a number as text with the NUL behind it.
MAX_TEXT = 5 * 1024 - 1
# A decimal exponent beyond these cannot be within range; what is not computed cannot take long.
MAX_DECIMAL = 4940
MIN_DECIMAL = -4960

_DECIMAL = re.compile(rb"([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?")
_HEXADECIMAL = re.compile(rb"([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?[0-9]+))?")
_INFINITE = re.compile(rb"([+-]?)inf(?:inity)?", re.IGNORECASE)

# The sum with anything is no number that can be stored.
INFINITE: Number = (1, MAX_BITS)


# Python refuses to convert more than 4300 digits at a time; here no number has twice as many.
_HALF = 2500
_HALF_POWER: int = 10**_HALF


def _integer(digits: bytes) -> int:
    head, tail = digits[:-_HALF], digits[-_HALF:]
    return int(head or b"0") * _HALF_POWER + int(tail)


def _digits(value: int) -> bytes:
    head, tail = divmod(value, _HALF_POWER)
    return b"%d%0*d" % (head, _HALF, tail) if head else b"%d" % tail


def _power(text: bytes | None) -> int:
    """An exponent; one that is far beyond all bounds is cut short."""
    if text is None:
        return 0
    size = text.lstrip(b"+-").lstrip(b"0")[:9]
    return int(size or b"0") * (-1 if text[:1] == b"-" else 1)


def _rounded(mantissa: int, divisor: int, exponent: int) -> Number | None:
    """The number nearest to mantissa / divisor × 2**exponent, to the even one of two; None if it is out of range."""
    if mantissa == 0:
        return (0, 0)
    negative = mantissa < 0
    mantissa = abs(mantissa)
    # Bring the quotient to 64 bits, or to fewer near zero: by so many bits too long, or, negative, too short.
    excess = mantissa.bit_length() - divisor.bit_length() - MANTISSA_BITS
    if (mantissa << max(-excess, 0)) >> MANTISSA_BITS >= divisor << max(excess, 0):
        excess += 1
    if exponent + excess < MIN_EXPONENT:
        excess = MIN_EXPONENT - exponent
    if excess > 0:
        divisor <<= excess
    else:
        mantissa <<= -excess
    quotient, rest = divmod(mantissa, divisor)
    if 2 * rest > divisor or (2 * rest == divisor and quotient & 1):
        quotient += 1
    exponent += excess
    if quotient == 0 or quotient.bit_length() + exponent > MAX_BITS:
        return None
    return (-quotient if negative else quotient, exponent)


def parse(text: bytes) -> Number | None:
    """The number that `text` is by C's strtold, or None: no space around it, no NaN, not beyond the range, not too small."""
    if not 0 < len(text) <= MAX_TEXT:
        return None
    if found := _DECIMAL.fullmatch(text):
        sign, whole, fraction, power = found.groups()
        if not whole and not fraction:
            return None
        digits = _integer(whole + fraction)
        if digits == 0:
            return (0, 0)
        if sign == b"-":
            digits = -digits
        exponent = _power(power) - len(fraction)
        leading = exponent + len((whole + fraction).lstrip(b"0"))
        if not MIN_DECIMAL <= leading <= MAX_DECIMAL:
            return None
        return _rounded(digits * 10 ** max(exponent, 0), 10 ** max(-exponent, 0), 0)
    if found := _HEXADECIMAL.fullmatch(text):
        sign, whole, fraction, power = found.groups()
        if not whole and not fraction:
            return None
        digits = int(whole + fraction, 16)
        if digits == 0:
            return (0, 0)
        if sign == b"-":
            digits = -digits
        exponent = _power(power) - 4 * len(fraction)
        return _rounded(digits, 1, exponent) if abs(exponent) < 10**6 else None
    if found := _INFINITE.fullmatch(text):
        return INFINITE
    return None


def add(a: Number, b: Number) -> Number | None:
    """Their sum, rounded; None if it is not finite."""
    if INFINITE in (a, b):
        return None
    exponent = min(a[1], b[1])
    return _rounded((a[0] << (a[1] - exponent)) + (b[0] << (b[1] - exponent)), 1, exponent)


def to_text(number: Number) -> bytes:
    """What ``%.17Lf`` prints, without the zeros at its end, and 0 without a sign."""
    mantissa, exponent = number
    scaled = abs(mantissa) * 10**17
    if exponent >= 0:
        scaled <<= exponent
    else:
        half = 1 << (-exponent - 1)
        rest = scaled & ((1 << -exponent) - 1)
        scaled >>= -exponent
        if rest > half or (rest == half and scaled & 1):
            scaled += 1
    whole, fraction = divmod(scaled, 10**17)
    text = (b"%b.%017d" % (_digits(whole), fraction)).rstrip(b"0").rstrip(b".")
    return b"-" + text if mantissa < 0 and text != b"0" else text
