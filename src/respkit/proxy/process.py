"""A proxy that is a process of its own: its log, its signals, its event loop."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable

from respkit.__about__ import __version__, build
from respkit.proxy.app import Proxy
from respkit.proxy.config import Config, Server

log = logging.getLogger("respkit.proxy")

#: Descriptors besides those of clients: listeners, servers, the loop's own.
RESERVED_DESCRIPTORS = 256
#: Python's garbage is collected when nobody has asked for anything for so long.
IDLE_SECONDS = 1.0
COLLECT_OBJECTS = 5000


def run(config: Config, embedded: list[Server]) -> int:
    """Serve until SIGTERM or SIGINT; the exit status. ConfigError where it cannot listen."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)-7s %(message)s")
    raise_file_limit(config.limits.clients)
    factory: Callable[[], asyncio.AbstractEventLoop]
    try:
        from uvloop import new_event_loop as factory
    except ImportError:
        factory = asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(serve(config, embedded))


async def serve(config: Config, embedded: list[Server]) -> int:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def stop(number: int) -> None:
        if ended.is_set():
            os._exit(1)  # asked twice
        log.info("%s: stopping", signal.Signals(number).name)
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    proxy = Proxy(config, embedded)
    await proxy.wait_connected(1.0)
    try:
        proxy.start()
    except BaseException:
        await proxy.stop(0)
        raise
    set_title(proxy)
    log.info("respkit proxy %s (%s), pid %d", __version__, build(), os.getpid())
    if proxy.open:
        log.warning("there are no users: everybody on this machine may do everything")
    for address in proxy.addresses:
        log.info("listening on %s", address)
    log.info("ready")
    # What is there now stays; what sessions leave behind is collected when nobody waits.
    gc.collect()
    gc.freeze()
    gc.disable()
    idle = loop.create_task(collect_when_idle(proxy))
    await ended.wait()
    idle.cancel()
    await proxy.stop()
    log.info("stopped")
    return 0


async def collect_when_idle(proxy: Proxy) -> None:
    before = -1
    while True:
        await asyncio.sleep(IDLE_SECONDS)
        now = proxy.requests()
        if now == before and gc.get_count()[0] > COLLECT_OBJECTS:
            gc.collect()
        before = now


def raise_file_limit(clients: int) -> None:
    """Enough descriptors for all clients, as far as the system lets us; said where it does not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = clients + RESERVED_DESCRIPTORS
    if soft >= wanted:
        return
    best = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (best, hard))
    except (OSError, ValueError):
        best = soft
    if best < wanted:
        log.warning("only %d open files are allowed: not enough for limits.clients = %d", best, clients)


def set_title(proxy: Proxy) -> None:
    """What ``ps`` shows."""
    try:
        from setproctitle import setproctitle
    except ImportError:
        return
    setproctitle("respkit proxy " + " ".join(proxy.addresses))
