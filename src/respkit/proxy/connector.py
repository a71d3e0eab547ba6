"""Connecting to a server, logging in, and both again whenever the connection has gone."""

from __future__ import annotations

import asyncio
import logging
import random

from respkit import errors
from respkit.link.handshake import Handshake, Login
from respkit.net.connect import Endpoint, connect
from respkit.proxy.request import UpstreamError
from respkit.proxy.upstream import Upstream, Wire, reason_text

log = logging.getLogger("respkit.proxy")

#: Between attempts: doubled after each failure, up to the longest, and spread, that a fleet of proxies does not knock in step.
SHORTEST_DELAY = 0.05
LONGEST_DELAY = 2.0
#: A connection that lived for less, time and again, is no better than none.
SHORT_LIFE = 1.0


class Connector:
    """Keeps one upstream connected. ``run`` is its task, and ends when it is cancelled."""

    def __init__(self, upstream: Upstream, endpoint: Endpoint, login: Login) -> None:
        self.upstream = upstream
        self.endpoint = endpoint
        self.login = login
        # Attempts that failed in a row, and connections that were good but did not last.
        self.failures = 0
        self.short_lives = 0
        self._lost: asyncio.Future[UpstreamError] | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        upstream = self.upstream
        while True:
            began = loop.time()
            try:
                error = await self._one_connection()
            except UpstreamError as refused:
                error = refused
                self.failures += 1
                if self.failures == 1:
                    log.warning("%s", error)
            except Exception as bug:
                # Whatever it was, the connection has gone with it; the next one is another chance.
                error = upstream.error(f"internal error: {bug!r}")
                self.failures += 1
                log.exception("%s", error)
            else:
                log.warning("%s", error)
                self.failures = 0
                self.short_lives = 0 if loop.time() - began > SHORT_LIFE else self.short_lives + 1
                if self.short_lives < 2:
                    continue  # the server may be there all the same: requests wait while we ask
            upstream.down(error)
            await asyncio.sleep(self._delay(self.failures + self.short_lives))

    def _delay(self, times: int) -> float:
        longest = min(LONGEST_DELAY, SHORTEST_DELAY * 2.0 ** min(times - 1, 16))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  (nobody gains by guessing it)

    async def _one_connection(self) -> UpstreamError:
        """Connect, log in, serve; returns why it ended. UpstreamError where it did not come so far."""
        upstream = self.upstream
        self._lost = asyncio.get_running_loop().create_future()
        wire = Wire(upstream, _nothing, self._on_lost)
        kept = False
        try:
            async with asyncio.timeout(upstream.timeout_ms / 1000):
                await connect(self.endpoint, wire)
                await self._log_in(wire)
        except TimeoutError:
            error = upstream.error(f"not connected within {upstream.timeout_ms} ms")
        except errors.ConnectionError as refused:
            cause = refused.__cause__
            if isinstance(cause, OSError):
                error = upstream.error(reason_text(cause))
            else:
                error = upstream.error(f"{refused.code} {refused}".strip())
        except errors.RedisError as refused:
            error = (
                refused if isinstance(refused, UpstreamError) else upstream.error(f"{refused.code} {refused}".strip())
            )
        else:
            log.info("upstream %s (%s): connected", upstream.name, upstream.address)
            upstream.up(wire)
            kept = True
            return await self._lost
        finally:
            if not kept and getattr(wire, "carrier", None) is not None:
                wire.carrier.abort()
        raise error

    async def _log_in(self, wire: Wire) -> None:
        assert self._lost is not None
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def done(error: BaseException | None) -> None:
            if not ready.done():
                if error is None:
                    ready.set_result(None)
                else:
                    ready.set_exception(error)

        Handshake(wire.link, self.login, done).begin()
        wire.carrier.flush_soon()
        await ready
        if self.login.protocol == 3 and wire.link.proto != 3:
            raise self.upstream.error("it does not speak RESP3 (HELLO): connect with protocol 2")

    def _on_lost(self, error: UpstreamError) -> None:
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(error)


def _nothing(wire: Wire) -> None:
    pass
