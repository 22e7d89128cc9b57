"""Draws a citizen's picture anew in a process of its own, with a bound on its memory and its time."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys

from conversations.image_worker import REFUSED, SIZE
from conversations.images import Picture
from core.errors import BadRequest, TooLarge
from core.settings import ROOT

log = logging.getLogger(__name__)

MEMORY_BYTES = 1024 * 1024 * 1024
"""Most address space of the process. The largest pictures that are accepted take half of it."""
CPU_S = 4
"""Most processor time of the process, in seconds. The largest pictures that cameras write (60 million pixels) take one."""
WAIT_S = 20.0
"""Longest wait for the process, in seconds; the machine may be busy."""
_UNDRAWN = "这张照片处理不了，请换一张，或者截个图再发"


async def draw(data: bytes) -> Picture:
    """:func:`conversations.images.clean_picture` in a process of its own.

    Args:
        data: the bytes as sent.

    Raises:
        TooLarge: code ``image_too_large``.
        BadRequest: code ``not_an_image``; or ``image_undrawn``, when the process crashed or reached a limit.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "conversations.image_worker", str(MEMORY_BYTES), str(CPU_S)),
        cwd=ROOT,
        # The app's environment may hold keys.
        env={name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(WAIT_S):
            answer, _ = await process.communicate(data)
    except TimeoutError:
        log.warning("a picture of %d bytes was not drawn within %.0f s", len(data), WAIT_S)
        raise BadRequest(_UNDRAWN, code="image_undrawn") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0 and len(answer) > SIZE.size:
        return Picture(answer[SIZE.size :], *SIZE.unpack_from(answer))
    if process.returncode == REFUSED:
        code, message = json.loads(answer)
        raise (TooLarge if code == "image_too_large" else BadRequest)(message, code=code)
    log.warning("drawing a picture of %d bytes ended with %s", len(data), process.returncode)
    raise BadRequest(_UNDRAWN, code="image_undrawn")
