"""Event loops of both kinds for the tests of net."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator

import pytest

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.SelectorEventLoop}
try:
    import uvloop
except ImportError:
    pass
else:
    LOOPS["uvloop"] = uvloop.new_event_loop


@pytest.fixture(params=sorted(LOOPS))
def loop(request: pytest.FixtureRequest) -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that fails the test if anything was reported to its exception handler and not taken from ``reported``."""
    loop = LOOPS[request.param]()
    loop.reported = []  # type: ignore[attr-defined]
    loop.set_exception_handler(lambda _, context: loop.reported.append(context))  # type: ignore[attr-defined]
    yield loop
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    gc.collect()  # so that a resource left open is this test's failure
    assert loop.reported == []  # type: ignore[attr-defined]
