"""What a server counts beside its commands, for INFO; CONFIG RESETSTAT sets it back."""

from __future__ import annotations

# Rates are means over so many samples, taken every SAMPLE_MS.
SAMPLES = 16
SAMPLE_MS = 100


class Rate:
    """How fast a counter has grown lately, a second."""

    def __init__(self) -> None:
        self.samples = [0.0] * SAMPLES
        self.next = 0
        self.last_value = 0
        self.last_ms = 0

    def sample(self, value: int, now_ms: int) -> None:
        elapsed = now_ms - self.last_ms
        if self.last_ms and elapsed > 0:
            self.samples[self.next] = max(value - self.last_value, 0) * 1000 / elapsed
            self.next = (self.next + 1) % SAMPLES
        self.last_value = value
        self.last_ms = now_ms

    def value(self) -> float:
        return sum(self.samples) / SAMPLES


class Statistics:
    """Counters since the start or the last reset."""

    def __init__(self) -> None:
        self.peak_memory = 0
        self.reset()

    def reset(self) -> None:
        self.connections_received = 0
        self.connections_rejected = 0
        # Of sessions that have ended; those of living ones are in their carriers.
        self.bytes_in = 0
        self.bytes_out = 0
        self.commands = Rate()
        self.input = Rate()
        self.output = Rate()
        self.expire_cycle_us = 0
