"""Programs that send as much as they can: they are counted first, and let go without cost to others."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from channels.web import limits, photos, socket
from core import bodies
from tests.channels.web.conftest import Running, code_of, new_id, offered
from tests.waiting import until


@pytest.fixture
async def stalls() -> AsyncIterator[list[float]]:
    """Seconds for which the event loop did nothing else, as seen by a task that wants to run every 5 ms."""
    found: list[float] = []

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            found.append(time.perf_counter() - began - 0.005)

    task = asyncio.create_task(watch())
    yield found
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_flood_of_frames_is_counted_before_it_is_read_and_closed(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    plain = socket._object
    monkeypatch.setattr(socket, "_object", lambda text: read.append(text[:20]) or plain(text))
    visitor = await running.visitor()
    link = await visitor.socket()
    await link.frame()
    large = json.dumps({"type": "typing", "of": "x" * 60_000})
    with contextlib.suppress(ConnectionError):
        for _ in range(500):
            await link.ws.send_str(large)
    while (frame := await link.ws.receive(10)).type is WSMsgType.TEXT:
        assert json.loads(frame.data)["error"]["code"] == "rate_limited"
    assert link.ws.close_code == 1008
    assert len(read) <= limits.FRAMES_PER_MINUTE + 40
    # A new socket of the same visitor does not get a new count.
    again = await visitor.socket()
    await again.frame()
    await again.ws.send_json({"type": "ping"})
    assert (await again.ws.receive_json(timeout=10))["error"]["code"] == "rate_limited"


async def test_pings_of_the_protocol_are_answered_and_count(running: Running) -> None:
    visitor = await running.visitor()
    session = running.client.session
    url = running.client.make_url("/api/web/socket?after=0")
    async with session.ws_connect(url, autoping=False, protocols=offered(visitor.token)) as ws:
        await ws.receive_json(timeout=10)
        await ws.ping(b"1")
        assert (await ws.receive(10)).type is WSMsgType.PONG
        with contextlib.suppress(ConnectionError):
            for _ in range(limits.FRAMES_PER_MINUTE + 50):
                await ws.ping(b"1")
        while (await ws.receive(10)).type in (WSMsgType.PONG, WSMsgType.TEXT):
            pass
        assert ws.close_code == 1008


async def test_a_socket_that_only_makes_errors_is_closed(running: Running) -> None:
    link = await (await running.visitor()).socket()
    await link.frame()
    for _ in range(socket.ERRORS + 1):
        await link.ws.send_str("{")
    kinds = [await link.ws.receive(10) for _ in range(socket.ERRORS + 2)]
    assert [one.type for one in kinds[:-1]] == [WSMsgType.TEXT] * (socket.ERRORS + 1)
    assert link.ws.close_code == 1008


async def test_a_visitor_has_five_sockets_and_another_one_too(running: Running) -> None:
    visitor = await running.visitor()
    links = [await visitor.socket() for _ in range(limits.SOCKETS)]
    for link in links:
        await link.frame()
    with pytest.raises(WSServerHandshakeError) as refused:
        await visitor.socket()
    assert refused.value.status == 429
    assert (await (await (await running.visitor()).socket()).frame())["type"] == "hello"
    await links[0].ws.close()

    async def has_place() -> bool:
        with contextlib.suppress(WSServerHandshakeError):
            return (await (await visitor.socket()).frame())["type"] == "hello"
        return False

    await until(has_place)


async def test_an_idle_socket_is_ended(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "IDLE_S", 0.2)
    link = await (await running.visitor()).socket()
    await link.frame()
    assert (await link.ws.receive(10)).type is WSMsgType.CLOSE and link.ws.close_code == 1001


async def test_slow_bodies_are_ended(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "PHOTO_S", 0.2)
    visitor = await running.visitor()

    async def drops() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x"
            await asyncio.sleep(0.05)

    began = time.monotonic()
    async with running.client.post("/api/web/photos", data=drops(), headers=visitor.headers) as response:
        assert await code_of(response) == (408, "too_slow")
    assert time.monotonic() - began < 3
    assert bodies.BODY_S <= 30


async def test_an_aborted_upload_is_quiet_and_cheap(
    running: Running, caplog: pytest.LogCaptureFixture, stalls: list[float]
) -> None:
    visitor = await running.visitor()
    await running.client.session.close()  # its own connection stays open otherwise
    server, url = running.client.server.handler, running.client.make_url("/api/web/photos")
    caplog.set_level(logging.INFO)
    stalls.clear()
    for _ in range(10):
        _, writer = await asyncio.open_connection(url.host, url.port)
        head = f"POST {url.path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {visitor.token}\r\nContent-Length: 900000\r\n\r\n"
        writer.write(head.encode() + b"x" * 1000)
        await writer.drain()
        await until(lambda: server.connections)
        writer.transport.abort()
        await until(lambda: not server.connections)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING or record.exc_info]
    assert max(stalls) < 0.1


async def test_looking_without_end_is_refused(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LOOKS_PER_MINUTE", 6)
    visitor = await running.visitor()
    for _ in range(5 * limits.LOOKS_PER_MINUTE):
        async with running.client.get("/api/web/messages?after=0", headers=visitor.headers) as response:
            if response.status == 429:
                break
    assert response.status == 429 and int(response.headers["Retry-After"]) >= 1
    async with running.client.get(f"/api/web/photos/{new_id()}", headers=visitor.headers) as response:
        assert response.status == 429
    assert await visitor.say("社保卡丢了怎么补办")  # a message is not a look
