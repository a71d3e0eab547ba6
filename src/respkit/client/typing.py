"""The types of a client's arguments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

#: What a value can be: str is sent as UTF-8, numbers as their decimal text.
Encodable = bytes | bytearray | memoryview | str | int | float
Key = bytes | str | memoryview
Pattern = bytes | str
#: A time to live, in the command's unit where it is a number.
Expiry = int | timedelta
#: A moment, as Unix time in the command's unit where it is a number.
Moment = int | datetime

#: What strings of replies are: bytes, or str with decode_responses.
S = TypeVar("S", bytes, str)


def seconds(value: Expiry) -> int:
    """A time to live in seconds."""
    return int(value.total_seconds()) if isinstance(value, timedelta) else value


def milliseconds(value: Expiry) -> int:
    """A time to live in milliseconds."""
    return int(value.total_seconds() * 1000) if isinstance(value, timedelta) else value


def unix_seconds(value: Moment) -> int:
    """A moment in seconds of Unix time."""
    return int(value.timestamp()) if isinstance(value, datetime) else value


def unix_milliseconds(value: Moment) -> int:
    """A moment in milliseconds of Unix time."""
    return int(value.timestamp() * 1000) if isinstance(value, datetime) else value
