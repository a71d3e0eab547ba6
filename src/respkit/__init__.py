"""respkit: the Redis wire protocol, and a proxy, a client and a server on it."""

from typing import TYPE_CHECKING, Any

from respkit.__about__ import __version__

if TYPE_CHECKING:
    from respkit.client.blocking import Redis
    from respkit.resp.reader import PushNotification, Reader
    from respkit.server.embed import EmbeddedServer

__all__ = ["EmbeddedServer", "PushNotification", "Reader", "Redis", "__version__"]

# Where a name is defined: loaded when it is used, since a program uses one part of respkit or another.
_PLACES = {
    "EmbeddedServer": "respkit.server.embed",
    "PushNotification": "respkit.resp.reader",
    "Reader": "respkit.resp.reader",
    "Redis": "respkit.client.blocking",
}


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(place), name)
