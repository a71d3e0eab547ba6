"""The poller, in its plain and its compiled form, on epoll and on the loop's own watchers."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from respkit.net import poller as installed


def plain() -> ModuleType:
    """The plain form, whatever form the package has."""
    name = "plain_poller"
    if name not in sys.modules:
        path = Path(installed.__file__).with_name("poller.py")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(params=["installed", "installed without epoll", "installed, gathering", "plain"])
def module(request: pytest.FixtureRequest) -> Any:
    return plain() if request.param == "plain" else installed


@pytest.fixture
def poller(request: pytest.FixtureRequest, module: Any, loop: asyncio.AbstractEventLoop) -> Any:
    native = "without epoll" not in request.node.name
    poller = module.Poller(loop, native) if not native else module.Poller.of(loop)
    if "gathering" in request.node.name:
        poller.gather_us = 60
        if hasattr(poller, "gathering"):
            wait_always(poller.gathering)
    return poller


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    a, b = socket.socketpair()
    a.setblocking(False)
    with a, b:
        yield a, b


def turns(loop: asyncio.AbstractEventLoop, done: Callable[[], bool], limit: int = 100) -> None:
    """Let the loop turn until done()."""

    async def wait() -> None:
        for _ in range(limit):
            if done():
                return
            await asyncio.sleep(0)

    loop.run_until_complete(wait())


def test_calls_a_channel_when_its_socket_is_readable(loop: Any, module: Any, poller: Any, pair: Any) -> None:
    a, b = pair
    seen: list[bytes] = []
    channel = module.CallbackChannel(poller, a.fileno(), lambda: seen.append(a.recv(10)))
    poller.watch(channel)
    b.send(b"one")
    turns(loop, lambda: len(seen) == 1)
    b.send(b"two")
    turns(loop, lambda: len(seen) == 2)
    assert seen == [b"one", b"two"]
    poller.unwatch(channel)
    b.send(b"three")
    turns(loop, lambda: len(seen) > 2, 5)
    assert seen == [b"one", b"two"]


def test_comes_again_while_something_is_left(loop: Any, module: Any, poller: Any, pair: Any) -> None:
    a, b = pair
    seen: list[bytes] = []
    channel = module.CallbackChannel(poller, a.fileno(), lambda: seen.append(a.recv(1)))
    poller.watch(channel)
    b.send(b"abc")
    turns(loop, lambda: len(seen) == 3)
    assert seen == [b"a", b"b", b"c"]
    poller.unwatch(channel)


def test_waits_for_writing_only_when_wanted(loop: Any, module: Any, poller: Any, pair: Any) -> None:
    a, _b = pair
    calls: list[str] = []

    def writable() -> None:
        calls.append("w")
        poller.want(channel, True, False)

    channel = module.CallbackChannel(poller, a.fileno(), lambda: calls.append("r"), writable)
    poller.watch(channel)
    turns(loop, lambda: False, 3)
    assert calls == []
    poller.want(channel, True, True)
    turns(loop, lambda: bool(calls))
    turns(loop, lambda: False, 3)
    assert calls == ["w"]
    poller.unwatch(channel)


def test_wanting_nothing_is_quiet_even_when_the_peer_has_gone(loop: Any, module: Any, poller: Any, pair: Any) -> None:
    a, b = pair
    calls: list[bytes] = []
    channel = module.CallbackChannel(poller, a.fileno(), lambda: calls.append(a.recv(1)) or poller.unwatch(channel))
    poller.watch(channel)
    poller.want(channel, False, False)
    b.close()
    turns(loop, lambda: bool(calls), 5)
    assert calls == []
    poller.want(channel, True, False)
    turns(loop, lambda: bool(calls))
    assert calls == [b""]


def test_watching_and_unwatching_twice_does_nothing(loop: Any, module: Any, poller: Any, pair: Any) -> None:
    channel = module.CallbackChannel(poller, pair[0].fileno())
    poller.unwatch(channel)
    poller.want(channel, True, True)
    poller.watch(channel)
    poller.watch(channel)
    poller.unwatch(channel)
    poller.unwatch(channel)


def test_unwatched_in_the_same_turn_it_does_not_fire(loop: Any, module: Any, poller: Any) -> None:
    pairs = [socket.socketpair() for _ in range(8)]
    fired: list[int] = []
    channels: list[Any] = []

    def callback(index: int) -> Callable[[], None]:
        def readable() -> None:
            fired.append(index)
            for channel in channels:  # the first to fire silences them all, itself too
                poller.unwatch(channel)

        return readable

    for index, (a, _) in enumerate(pairs):
        channels.append(module.CallbackChannel(poller, a.fileno(), callback(index)))
        poller.watch(channels[-1])
    for _, b in pairs:
        b.send(b"x")
    turns(loop, lambda: bool(fired))
    turns(loop, lambda: False, 3)
    assert len(fired) == 1
    for a, b in pairs:
        a.close()
        b.close()


def test_a_descriptor_reused_in_the_same_turn_gets_no_old_event(loop: Any, module: Any, poller: Any) -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    fired: list[str] = []
    replaced: list[Any] = []
    channels: dict[int, Any] = {}

    def callback(index: int) -> Callable[[], None]:
        def readable() -> None:
            fired.append("old")
            other = 1 - index
            poller.unwatch(channels[index])
            poller.unwatch(channels[other])
            fd = pairs[other][0].fileno()
            pairs[other][0].close()
            fresh, far = socket.socketpair()
            if fresh.fileno() != fd:  # the kernel gives the lowest free descriptor
                os.dup2(fresh.fileno(), fd)
                fresh.close()
                fresh = socket.socket(fileno=fd)
            channel = module.CallbackChannel(poller, fd, lambda: fired.append("new"))
            poller.watch(channel)
            replaced.extend([fresh, far, channel])

        return readable

    for index, (a, _) in enumerate(pairs):
        channels[index] = module.CallbackChannel(poller, a.fileno(), callback(index))
        poller.watch(channels[index])
    for _, b in pairs:
        b.send(b"x")
    turns(loop, lambda: bool(fired))
    turns(loop, lambda: False, 3)
    assert fired == ["old"]
    poller.unwatch(replaced[2])
    for closable in [*replaced[:2], *pairs[0], *pairs[1]]:
        closable.close()


def test_a_callback_that_raises_is_reported_once_and_never_called_again(
    loop: Any, module: Any, poller: Any, pair: Any
) -> None:
    a, b = pair
    other_a, other_b = socket.socketpair()
    seen: list[bytes] = []
    bad = module.CallbackChannel(poller, a.fileno(), lambda: 1 / 0)
    good = module.CallbackChannel(poller, other_a.fileno(), lambda: seen.append(other_a.recv(10)))
    poller.watch(bad)
    poller.watch(good)
    b.send(b"x")
    other_b.send(b"y")
    turns(loop, lambda: bool(seen) and bool(loop.reported))
    turns(loop, lambda: False, 5)
    assert seen == [b"y"]
    assert [type(context["exception"]) for context in loop.reported] == [ZeroDivisionError]
    loop.reported.clear()
    poller.unwatch(good)
    other_a.close()
    other_b.close()


def test_hooks_run_once_around_the_events_of_a_turn(loop: Any, module: Any, poller: Any, pair: Any) -> None:
    a, b = pair
    order: list[str] = []
    poller.turn_starts.append(lambda: order.append("start"))
    poller.turn_ends.append(lambda: order.append("end"))
    channel = module.CallbackChannel(poller, a.fileno(), lambda: order.append(a.recv(1).decode()))
    poller.watch(channel)
    b.send(b"x")
    turns(loop, lambda: "end" in order)
    assert order == ["start", "x", "end"]
    poller.unwatch(channel)


def test_typed_hooks_are_taken_too(loop: Any, module: Any, poller: Any) -> None:
    poller.turn_starts.append(module.TurnHook())
    assert poller.enter() is True
    assert poller.in_turn
    assert poller.enter() is False
    poller.leave()
    assert not poller.in_turn


def test_a_hook_that_raises_is_reported_and_the_turn_goes_on(loop: Any, module: Any, poller: Any, pair: Any) -> None:
    a, b = pair
    seen: list[bytes] = []
    poller.turn_starts.append(lambda: 1 / 0)
    channel = module.CallbackChannel(poller, a.fileno(), lambda: seen.append(a.recv(1)))
    poller.watch(channel)
    b.send(b"x")
    turns(loop, lambda: bool(seen))
    assert seen == [b"x"]
    assert loop.reported
    loop.reported.clear()
    poller.unwatch(channel)


def test_many_are_served_and_a_closed_one_leaves_the_rest(loop: Any, module: Any, poller: Any) -> None:
    pairs = [socket.socketpair() for _ in range(300)]
    counts = [0] * len(pairs)
    channels = []

    def callback(index: int) -> Callable[[], None]:
        def readable() -> None:
            pairs[index][0].recv(10)
            counts[index] += 1

        return readable

    for index, (a, _) in enumerate(pairs):
        channels.append(module.CallbackChannel(poller, a.fileno(), callback(index)))
        poller.watch(channels[-1])
    for _ in range(3):
        for _, b in pairs:
            b.send(b"x")
        expected = sum(counts) + len(pairs)
        turns(loop, lambda expected=expected: sum(counts) == expected)
    assert counts == [3] * len(pairs)
    poller.unwatch(channels[0])
    pairs[1][1].send(b"x")
    turns(loop, lambda: counts[1] == 4)
    assert counts[1] == 4
    for channel in channels:
        poller.unwatch(channel)
    for a, b in pairs:
        a.close()
        b.close()


def test_of_gives_one_poller_a_loop(module: Any, loop: Any) -> None:
    first = module.Poller.of(loop)
    assert module.Poller.of(loop) is first
    other_loop = asyncio.SelectorEventLoop()
    assert module.Poller.of(other_loop) is not first
    other_loop.close()


def test_nothing_is_left_when_the_last_is_unwatched(module: Any, poller: Any, loop: Any, pair: Any) -> None:
    def epolls() -> int:
        links = []
        for fd in os.listdir("/proc/self/fd"):
            try:
                links.append(os.readlink(f"/proc/self/fd/{fd}"))
            except OSError:
                pass
        return sum("eventpoll" in link for link in links)

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("no /proc")
    before = epolls()
    channel = module.CallbackChannel(poller, pair[0].fileno())
    poller.watch(channel)
    poller.unwatch(channel)
    assert epolls() == before


def test_a_loop_may_be_closed_first(module: Any, pair: Any) -> None:
    loop = asyncio.SelectorEventLoop()
    poller = module.Poller.of(loop)
    channel = module.CallbackChannel(poller, pair[0].fileno())
    poller.watch(channel)
    loop.close()
    poller.flush_later(channel)
    poller.unwatch(channel)
    del poller, channel
    gc.collect()


def test_without_epoll_says_so(loop: Any) -> None:
    assert installed.Poller(loop, False).native is False
    assert plain().Poller(loop).native is False


# Whether turns wait for more to come: the compiled form only, since the plain one has a turn for each event.


WINDOW_US = 10_000


@pytest.fixture
def gathering(loop: asyncio.AbstractEventLoop) -> Any:
    if not hasattr(installed, "Gathering"):
        pytest.skip("the uncompiled poller never waits")
    return installed.Poller.of(loop).gathering


def windows(gathering: Any, *received: int, start: int = 1_000_000) -> int:
    """Windows of equal length, with so many bytes received in each; returns when the last one ended."""
    now = start
    for count in received:
        now += WINDOW_US
        gathering.received += count
        gathering.end_window(now)
    return now


def wait_always(gathering: Any) -> None:
    """As if waiting had been found to be of use, in a window that is long from over."""
    windows(gathering, 0, 10, 1000, 1000, start=time.monotonic_ns() // 1000 + 60_000_000)


def test_events_that_come_during_the_wait_are_in_the_same_turn(loop: asyncio.AbstractEventLoop) -> None:
    poller: Any = installed.Poller.of(loop)
    if not hasattr(poller, "gathering"):
        pytest.skip("the uncompiled poller never waits")
    poller.gather_us = 300_000
    wait_always(poller.gathering)
    pairs = [socket.socketpair() for _ in range(5)]
    turn_numbers: list[int] = []
    seen: list[int] = []
    poller.turn_starts.append(lambda: turn_numbers.append(len(turn_numbers)))

    def read(sock: socket.socket) -> Callable[[], object]:
        return lambda: (sock.recv(10), seen.append(len(turn_numbers)))

    channels = [installed.CallbackChannel(poller, a.fileno(), read(a)) for a, _ in pairs]
    for channel in channels:
        poller.watch(channel)
    try:
        pairs[0][1].send(b"x")
        later = threading.Timer(0.05, lambda: [b.send(b"x") for _, b in pairs[1:]])
        later.start()
        turns(loop, lambda: len(seen) == 5)
        later.join()
        assert seen == [1] * 5
    finally:
        for channel in channels:
            poller.unwatch(channel)
        for a, b in pairs:
            a.close()
            b.close()


def test_turns_do_not_wait_before_it_was_tried(gathering: Any) -> None:
    assert not gathering.on
    assert not gathering.wanted()


def test_waiting_is_kept_while_throughput_does_not_suffer(gathering: Any) -> None:
    now = windows(gathering, 0, 10)  # since the clock's beginning, and while the load begins: they say nothing
    now = windows(gathering, 1000, start=now)
    assert gathering.on  # tried
    windows(gathering, 950, start=now)
    assert gathering.on
    assert gathering.wanted()


def test_waiting_is_given_up_where_it_holds_peers_up(gathering: Any) -> None:
    now = windows(gathering, 0, 10, 1000, 500)
    assert not gathering.on
    now = windows(gathering, *[1000] * 80, start=now)
    assert not gathering.on
    now = windows(gathering, 1000, start=now)
    assert gathering.on  # tried again
    windows(gathering, 1000, start=now)
    assert gathering.on


def test_what_was_found_is_tried_again_later(gathering: Any) -> None:
    now = windows(gathering, 0, 10, 1000, 1000)
    assert gathering.on
    now = windows(gathering, *[1000] * 4, start=now)
    assert not gathering.on  # a window without, to compare with
    now = windows(gathering, 1000, 1000, *[1000] * 7, start=now)
    assert gathering.on  # believed for twice as long
    now = windows(gathering, 1000, start=now)
    assert not gathering.on
    windows(gathering, 1000, 100, start=now)
    assert not gathering.on


def test_after_a_pause_it_is_found_out_anew(gathering: Any) -> None:
    now = windows(gathering, 0, 10, 1000, 1000)
    assert gathering.on
    now += 100 * WINDOW_US
    gathering.end_window(now)
    assert not gathering.on
    now = windows(gathering, 10, start=now)  # the load begins
    windows(gathering, 1000, 500, start=now)
    assert not gathering.on


def test_a_wait_that_brings_few_events_is_repeated_ever_more_seldom(gathering: Any) -> None:
    windows(gathering, 0, 10, 1000, 1000)
    waits = 0
    for _ in range(10_000):
        if gathering.wanted():
            waits += 1
            gathering.came(1)
    assert waits < 25
    while not gathering.wanted():
        pass
    for _ in range(12):
        gathering.came(10)
    assert gathering.wanted()
    gathering.came(1)
    assert not gathering.wanted()
    assert gathering.wanted()
