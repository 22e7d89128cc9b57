"""Spares the garbage collector what is loaded at start-up and stays until the end."""

from __future__ import annotations

import gc

from aiohttp import web


async def settle(_: web.Application) -> None:
    """Leave all objects that exist now out of later rounds of the garbage collector. Called when the app has started.

    Libraries and models are half a million objects, and a full round looks at each of them: the event loop then stood
    still for a quarter of a second, about once in fifty messages.
    """
    gc.collect()
    gc.freeze()
