"""respkit: the Redis wire protocol, and a proxy, a client and a server on it."""

from respkit.__about__ import __version__

__all__ = ["__version__"]
