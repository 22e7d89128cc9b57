"""Pictures from a server that means harm: what stands at an address in a message, or answers in the platform's place."""

from __future__ import annotations

import asyncio
import gzip
import resource
import struct
import time
import zlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.wechat.api.client import MAX_MEDIA
from channels.wechat.api.errors import PlatformError
from channels.wechat.inbound.fetch import fetch_picture

PEAK_MB = 90
"""Most memory that one picture may take while it is fetched."""


def bomb(megabytes: int) -> bytes:
    """Zeros, packed a thousand times smaller: one packed million, again and again, as one valid gzip file."""
    million, check = bytes(1_000_000), 0
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(million) + packer.flush(zlib.Z_FULL_FLUSH)  # refers to nothing before it
    for _ in range(megabytes):
        check = zlib.crc32(million, check)
    end = packer.flush() + struct.pack("<II", check, megabytes * len(million))
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + packed * megabytes + end


def test_the_bomb_is_what_it_says() -> None:
    assert gzip.decompress(bomb(3)) == bytes(3_000_000)


@pytest.fixture(scope="module")
def gigabyte() -> bytes:
    return bomb(1_000)


class Evil:
    """A server with a picture for every attack."""

    def __init__(self, gigabyte: bytes) -> None:
        self.gigabyte = gigabyte
        self.asked: list[str] = []
        self.other = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        kind = request.match_info["kind"]
        self.asked.append(kind)
        if kind == "elsewhere":
            raise web.HTTPFound(f"{self.other}/secret")
        if kind == "gone":
            raise web.HTTPGone
        response = web.StreamResponse()
        if kind == "bomb":
            response.headers["Content-Encoding"] = "gzip"
        await response.prepare(request)
        try:
            if kind == "bomb":
                await response.write(self.gigabyte)
            for _ in range(100_000 if kind == "endless" else 0):
                await response.write(bytes(65_536))
            for _ in range(1_000 if kind == "dribble" else 0):
                await response.write(b"\xff")
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        return response


@pytest.fixture
async def evil(gigabyte: bytes) -> AsyncIterator[tuple[Evil, str]]:
    found = Evil(gigabyte)
    app = web.Application()
    app.router.add_get("/{kind}", found.answer)
    async with TestServer(app) as server:
        found.other = str(server.make_url("")).rstrip("/").replace("127.0.0.1", "localhost")
        yield found, str(server.make_url("")).rstrip("/")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bomb", "endless", "dribble", "elsewhere", "gone", "empty"])
async def test_a_picture_that_means_harm_costs_little_and_ends(evil: tuple[Evil, str], kind: str) -> None:
    server, url = evil
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    data = b""
    try:
        data = await fetch_picture(f"{url}/{kind}", urlsplit(url), 2.0)
    except PlatformError as error:
        assert kind != "empty", error
    assert len(data) <= MAX_MEDIA
    assert time.monotonic() - began < 6
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < PEAK_MB
    assert server.asked == [kind], "no redirect was followed"
