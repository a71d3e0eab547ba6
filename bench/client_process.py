"""One client in a process of its own, for ``bench.client``: ``python -m bench.client_process CLIENT PORT``.

Reads a line of JSON for each run, ``{"mode": …, "size": …, "calls": …}``, and answers with one: seconds, CPU seconds of this
process (all its threads), and the latencies where calls were made one at a time. Each client does what its documentation
gives for the purpose; asyncio clients run on uvloop where it is installed.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

# As many keys of each size as `bench.client` has filled, so that they are not all the same.
KEYS = {20: 1000, 8 * 1024: 1000, 64 * 1024: 100, 1024 * 1024: 10}

HOST = "127.0.0.1"
TASKS = 100


def names(size: int, calls: int) -> list[str]:
    some = [f"{size}:{i:06d}" for i in range(KEYS[size])]
    return [some[i % len(some)] for i in range(calls)]


class Clock:
    def __enter__(self) -> Clock:
        gc.collect()
        self.wall = time.perf_counter()
        self.cpu = time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu_s = time.process_time() - self.cpu
        self.seconds = time.perf_counter() - self.wall


def checked(values: list[Any], size: int) -> None:
    if any(len(value) != size for value in values):
        raise RuntimeError("a reply is not the value")


def result(clock: Clock, calls: int, latencies: list[float] | None = None) -> dict[str, object]:
    found: dict[str, object] = {"calls": calls, "seconds": clock.seconds, "cpu_s": clock.cpu_s}
    if latencies:
        latencies.sort()
        found["p50_ms"] = latencies[len(latencies) // 2] * 1e3
        found["p99_ms"] = latencies[len(latencies) * 99 // 100] * 1e3
    return found


# asyncio -------------------------------------------------------------------------------------------------------------


class AsyncClient:
    """`get` is one call; `together` issues many at once."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.get: Callable[[str], Awaitable[Any]] = client.get

    async def together(self, keys: list[str]) -> list[Any]:
        return await asyncio.gather(*map(self.get, keys))

    async def close(self) -> None:
        await self.client.aclose()


class Pipelined(AsyncClient):
    async def together(self, keys: list[str]) -> list[Any]:
        pipe = self.client.pipeline(transaction=False)
        for key in keys:
            pipe.get(key)
        found: list[Any] = await pipe.execute()
        return found


class Coredis(AsyncClient):
    async def close(self) -> None:
        await self.client.__aexit__(None, None, None)


class Glide(AsyncClient):
    async def close(self) -> None:
        await self.client.close()


async def open_async(name: str, port: int) -> AsyncClient:
    if name == "respkit":
        from respkit.asyncio import Redis

        return AsyncClient(Redis(HOST, port, socket_timeout=600))
    if name == "redis-py":
        import redis.asyncio

        return Pipelined(redis.asyncio.Redis(host=HOST, port=port, socket_timeout=600, max_connections=TASKS))
    if name == "coredis":
        import coredis

        return Coredis(await coredis.Redis(host=HOST, port=port).__aenter__())
    import glide

    glide.Logger.set_logger_config(glide.LogLevel.ERROR)
    config = glide.GlideClientConfiguration(
        [glide.NodeAddress(HOST, port)], request_timeout=600_000, inflight_requests_limit=1_000_000
    )
    return Glide(await glide.GlideClient.create(config))


async def run_async(client: AsyncClient, mode: str, size: int, calls: int) -> dict[str, object]:
    keys = names(size, calls)
    if mode == "together":
        with Clock() as clock:
            values = await client.together(keys)
        checked(values, size)
        return result(clock, calls)
    get = client.get
    if mode == "one":
        latencies = []
        with Clock() as clock:
            for key in keys:
                started = time.perf_counter()
                value = await get(key)
                latencies.append(time.perf_counter() - started)
        checked([value], size)
        return result(clock, calls, latencies)

    last: list[Any] = []

    async def task(mine: list[str]) -> None:
        for key in mine:
            value = await get(key)
        last.append(value)

    shares = [keys[i::TASKS] for i in range(TASKS)]
    with Clock() as clock:
        await asyncio.gather(*map(task, shares))
    checked(last, size)
    return result(clock, calls)


async def main_async(name: str, port: int) -> None:
    client = await open_async(name, port)
    try:
        # The loop waits while a line is read, which is where no run is on.
        for line in sys.stdin:
            print(json.dumps(await run_async(client, **json.loads(line))), flush=True)
    finally:
        await client.close()


# Blocking ------------------------------------------------------------------------------------------------------------


def open_blocking(name: str, port: int) -> Any:
    if name == "respkit":
        from respkit import Redis

        return Redis(HOST, port, socket_timeout=600)
    import redis

    return redis.Redis(host=HOST, port=port, socket_timeout=600)


def run_blocking(client: Any, mode: str, size: int, calls: int) -> dict[str, object]:
    keys = names(size, calls)
    if mode == "together":
        with Clock() as clock:
            pipe = client.pipeline(transaction=False)
            for key in keys:
                pipe.get(key)
            values = pipe.execute()
        checked(values, size)
        return result(clock, calls)
    latencies = []
    with Clock() as clock:
        for key in keys:
            started = time.perf_counter()
            value = client.get(key)
            latencies.append(time.perf_counter() - started)
    checked([value], size)
    return result(clock, calls, latencies)


def main_blocking(name: str, port: int) -> None:
    client = open_blocking(name, port)
    for line in sys.stdin:
        print(json.dumps(run_blocking(client, **json.loads(line))), flush=True)
    client.close()


def main() -> None:
    name, port = sys.argv[1], int(sys.argv[2])
    if name.endswith(", blocking"):
        main_blocking(name.removesuffix(", blocking"), port)
        return
    try:
        import uvloop
    except ImportError:
        asyncio.run(main_async(name, port))
    else:
        uvloop.run(main_async(name, port))


if __name__ == "__main__":
    main()
