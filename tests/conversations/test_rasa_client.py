"""The client of Rasa's REST channel against a server that answers when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from conversations.rasa import RasaClient, RasaDown


class Rasa:
    """Answers once the gate is open; notes what came in."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.reached = asyncio.Event()
        self.gate = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.asked.append(asked["message"])
        self.reached.set()
        await self.gate.wait()
        return web.json_response([{"recipient_id": asked["sender"], "text": f"答{asked['message']}"}])


@pytest.fixture
async def rasa() -> Rasa:
    return Rasa()


@pytest.fixture
async def url(rasa: Rasa) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", rasa.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
        rasa.gate.set()


def client(url: str, *, timeout_s: float = 30, wait_s: float = 30, queue: int = 10) -> RasaClient:
    return RasaClient(url, timeout_s=timeout_s, wait_s=wait_s, concurrency=1, queue=queue)


async def ask(client: RasaClient, message: str) -> str:
    (reply,) = await client.ask("c", message, {"turn": "t"})
    return reply.text


async def under_way(client: RasaClient, rasa: Rasa) -> asyncio.Task[str]:
    """A first call that has Rasa's only place."""
    first = asyncio.create_task(ask(client, "一"))
    await rasa.reached.wait()
    assert client.busy()
    return first


async def test_who_waits_is_asked_in_turn_however_long_a_call_may_take(rasa: Rasa, url: str) -> None:
    async with client(url) as one:
        first = await under_way(one, rasa)
        others = [asyncio.create_task(ask(one, text)) for text in "二三"]
        await asyncio.sleep(0.05)
        assert rasa.asked == ["一"]
        rasa.gate.set()
        assert await asyncio.gather(first, *others) == ["答一", "答二", "答三"]
        assert rasa.asked == ["一", "二", "三"] and not one.busy()


async def test_who_waited_in_vain_never_gets_to_rasa_and_keeps_no_place(rasa: Rasa, url: str) -> None:
    async with client(url, wait_s=0.1) as one:
        first = await under_way(one, rasa)
        with pytest.raises(RasaDown, match="in vain"):
            await ask(one, "二")
        rasa.gate.set()
        assert await first == "答一"
        assert await ask(one, "三") == "答三"
    assert rasa.asked == ["一", "三"]


async def test_a_call_that_takes_too_long_gives_its_place_back(rasa: Rasa, url: str) -> None:
    async with client(url, timeout_s=1) as one:
        with pytest.raises(RasaDown, match="Timeout"):
            await ask(one, "一")
        rasa.gate.set()
        assert await ask(one, "二") == "答二"


async def test_more_than_may_wait_are_told_at_once(rasa: Rasa, url: str) -> None:
    async with client(url, queue=1) as one:
        first = await under_way(one, rasa)
        second = asyncio.create_task(ask(one, "二"))
        await asyncio.sleep(0.05)
        with pytest.raises(RasaDown, match="too many"):
            await ask(one, "三")
        rasa.gate.set()
        assert await asyncio.gather(first, second) == ["答一", "答二"]


@pytest.mark.parametrize("body", ["<html>", "{}", '[{"text": 1}]'])
async def test_an_answer_of_another_shape_is_no_answer(body: str) -> None:
    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", nonsense)
    async with TestServer(app) as server, client(str(server.make_url("")).rstrip("/")) as one:
        with pytest.raises(RasaDown):
            await ask(one, "一")
        assert not one.busy()


async def test_a_rasa_that_is_not_there_is_down() -> None:
    async with client("http://127.0.0.1:9") as one:
        with pytest.raises(RasaDown):
            await ask(one, "一")
        assert not await one.ready()
