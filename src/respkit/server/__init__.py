"""The server. ``Server`` is one for a running event loop; the rest is loaded by who needs it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from respkit.server.embed import EmbeddedServer, Server

__all__ = ["EmbeddedServer", "Server"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from respkit.server import embed

        return getattr(embed, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
