"""Keeps what the process once needed from staying its own for good.

A message of 4,000 characters needs some hundred megabytes for a moment, in several threads. glibc keeps what is freed: each thread in
an arena of its own, and ever larger pieces since it raises its own threshold as they are freed. And torch's products remember
for each length of text how they are best computed, 0.4 MB a time, two thousand times. So the process grew from 0.8 to 1.5 GB.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

ARENAS = 2
"""Most arenas; glibc's default is eight for each core."""
LARGE_BYTES = 1024 * 1024
"""Pieces from this size are taken from the system and given back at once. From 4 MB on, what two long texts left behind in the arenas
was 75 MB more; from 1 MB a long text costs a tenth to a fifth more processor time, from a quarter more than half. A message of less
than some 150 characters needs no such piece."""
TOP_BYTES = 1024 * 1024
"""Most free bytes at the end of an arena that are kept."""
LOOK_S = 0.5
"""Seconds between two looks at how much the process has grown."""
GROWN_BYTES = 24 * 1024 * 1024
"""Growth over the least since the last time from which free pieces in the middle of the arenas are given back as well."""
PRODUCTS = 32
"""Most lengths, times products, that torch (oneDNN and ideep) remembers; its default is 1,024 in each of two caches. Another length
costs a message some tenths of a millisecond."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Numbers of the parameters in glibc's ``malloc.h``."""


def bound() -> bool:
    """Bound what the allocator and torch keep; whether the allocator can. To be called before threads begin and torch is imported."""
    for name in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
        os.environ.setdefault(name, str(PRODUCTS))
    library = _glibc()
    if library is None:
        return False
    wanted = {_ARENA_MAX: ARENAS, _MMAP_THRESHOLD: LARGE_BYTES, _TRIM_THRESHOLD: TOP_BYTES}
    told = [library.mallopt(parameter, value) for parameter, value in wanted.items()]
    return all(told)


def resident() -> int:
    """Bytes of the process that are in memory; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def kept_small() -> AsyncIterator[None]:
    """During the block, give free memory back whenever the process has grown."""
    library = _glibc()
    task = asyncio.create_task(_keep_small(library), name="heap") if library else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _keep_small(library: Any) -> None:
    await asyncio.to_thread(library.malloc_trim, 0)  # gives back what starting needed
    least = resident()
    while True:
        # What was measured while long texts were read must not stay the measure.
        least = min(least, resident())
        if resident() > least + GROWN_BYTES:
            # In a thread, because it takes milliseconds for each hundred megabytes; the interpreter goes on meanwhile.
            await asyncio.to_thread(library.malloc_trim, 0)
            least = resident()
        await asyncio.sleep(LOOK_S)


@cache
def _glibc() -> Any | None:
    """The C library; None where it is another one (musl, macOS), which has neither these faults nor these functions."""
    try:
        library = ctypes.CDLL("libc.so.6")
        return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
    except OSError:
        return None
