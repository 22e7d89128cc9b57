"""Times what is done, and for how long the event loop was held meanwhile, because everybody waits for that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import psutil

from benchmarks.figures import Figure, percentile

ASKED = 60
"""How often each address is asked."""
HELD_MS = 50.0
"""Most milliseconds for which the loop may be held."""
_TICK_S = 0.002


_servers: list[psutil.Process] = []


def count_server(pid: int) -> None:
    """Let the processor time of a database server, with all its processes, count with that of this process."""
    _servers.append(psutil.Process(pid))


def worked_s() -> float:
    """Seconds for which processors worked until now, in this process and in the counted servers."""
    found = time.process_time()
    for server in _servers:
        for one in server.children():
            with suppress(psutil.Error):
                times = one.cpu_times()
                found += times.user + times.system
    return found


class Held:
    """Watches the event loop: how long passed between two turns of this watcher.

    ``busy_ms`` counts processor time of the loop's thread alone, ``late_ms`` all time that passed, in which other work on the machine
    is contained, but also waiting for the disk.
    """

    def __init__(self) -> None:
        self.busy_ms = self.late_ms = 0.0

    def forget(self) -> None:
        """Begin anew."""
        self.busy_ms = self.late_ms = 0.0

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            busy, began = time.thread_time(), time.perf_counter()
            await asyncio.sleep(_TICK_S)
            self.busy_ms = max(self.busy_ms, (time.thread_time() - busy) * 1000)
            self.late_ms = max(self.late_ms, (time.perf_counter() - began - _TICK_S) * 1000)


@contextmanager
def watched() -> Iterator[Held]:
    """Watch the running loop during the block."""
    held = Held()
    task = asyncio.create_task(held.watch())
    try:
        yield held
    finally:
        task.cancel()


async def timed(
    name: str, act: Callable[[int], Awaitable[object]], bound_ms: float, times: int = ASKED
) -> list[Figure]:
    """Do something often; the time that 95 of 100 do not exceed, and the longest for which the loop was held.

    What is printed beside, ``cpu``, is the mean processor time (:func:`worked_s`), which other work on the machine changes little.

    Args:
        name: what is done.
        act: does it, with the number of the try; once more with -1 before, which does not count.
        bound_ms: the bound of the time.
        times: how often.
    """
    spent = []
    with watched() as held:
        await act(-1)
        await asyncio.sleep(2 * _TICK_S)
        held.forget()
        busy = worked_s()
        for nth in range(times):
            began = time.perf_counter()
            await act(nth)
            spent.append((time.perf_counter() - began) * 1000)
        mean = (worked_s() - busy) * 1000 / times
        await asyncio.sleep(2 * _TICK_S)
    middle, high = percentile(spent, 0.5), percentile(spent, 0.95)
    print(
        f"{name:42} p50 {middle:7.1f}  p95 {high:7.1f}  cpu {mean:6.1f}  held {held.busy_ms:6.1f}  late {held.late_ms:6.1f} ms",
        flush=True,
    )
    return [
        Figure(f"{name}, p95", high, "ms", bound_ms),
        Figure(f"{name}, loop held", held.busy_ms, "ms", HELD_MS),
    ]
