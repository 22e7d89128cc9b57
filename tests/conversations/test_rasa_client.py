"""The client of Rasa's REST channel against a server that answers when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from conversations.rasa import RasaClient, RasaDown
from tests.rasa_standin import SmallDialogue
from tests.waiting import until


@pytest.fixture
async def rasa() -> SmallDialogue:
    return SmallDialogue()


@pytest.fixture
async def url(rasa: SmallDialogue) -> AsyncIterator[str]:
    async with TestServer(rasa.app()) as server:
        yield str(server.make_url("")).rstrip("/")
        rasa.gate.set()


def client(url: str, *, timeout_s: float = 30, wait_s: float = 30, queue: int = 10) -> RasaClient:
    return RasaClient(url, timeout_s=timeout_s, wait_s=wait_s, concurrency=1, queue=queue)


async def ask(client: RasaClient, message: str) -> str:
    (reply,) = await client.ask("c", message, {"turn": "t"})
    return reply.text.removeprefix("您说的是：")


async def under_way(client: RasaClient, rasa: SmallDialogue) -> asyncio.Task[str]:
    """A first call that has Rasa's only place."""
    first = asyncio.create_task(ask(client, "慢一"))
    await until(lambda: rasa.asked)
    assert client.busy()
    return first


async def test_who_waits_is_asked_in_turn_however_long_a_call_may_take(rasa: SmallDialogue, url: str) -> None:
    async with client(url) as one:
        first = await under_way(one, rasa)
        others = [asyncio.create_task(ask(one, text)) for text in ("慢二", "慢三")]
        await asyncio.sleep(0.05)  # What is asked in spite of the full place would have arrived by now.
        assert rasa.texts() == ["慢一"]
        rasa.gate.set()
        assert await asyncio.gather(first, *others) == ["慢一", "慢二", "慢三"]
        assert rasa.texts() == ["慢一", "慢二", "慢三"] and not one.busy()


async def test_who_waited_in_vain_never_gets_to_rasa_and_keeps_no_place(
    rasa: SmallDialogue, url: str
) -> None:
    async with client(url, wait_s=0.1) as one:
        first = await under_way(one, rasa)
        with pytest.raises(RasaDown, match="in vain"):
            await ask(one, "二")
        rasa.gate.set()
        assert await first == "慢一"
        assert await ask(one, "三") == "三"
    assert rasa.texts() == ["慢一", "三"]


@pytest.mark.slow
async def test_a_call_that_takes_too_long_gives_its_place_back(rasa: SmallDialogue, url: str) -> None:
    async with client(url, timeout_s=1) as one:
        with pytest.raises(RasaDown, match="Timeout"):
            await ask(one, "慢一")
        rasa.gate.set()
        assert await ask(one, "二") == "二"


async def test_more_than_may_wait_are_told_at_once(rasa: SmallDialogue, url: str) -> None:
    async with client(url, queue=1) as one:
        first = await under_way(one, rasa)
        second = asyncio.create_task(ask(one, "二"))
        await asyncio.sleep(0)  # Now it waits.
        with pytest.raises(RasaDown, match="too many"):
            await ask(one, "三")
        rasa.gate.set()
        assert await asyncio.gather(first, second) == ["慢一", "二"]


@pytest.mark.parametrize("body", ["<html>", "{}", '[{"text": 1}]'])
async def test_an_answer_of_another_shape_is_no_answer(body: str) -> None:
    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", nonsense)
    async with TestServer(app) as server, client(str(server.make_url("")).rstrip("/")) as one:
        with pytest.raises(RasaDown):
            await ask(one, "慢一")
        assert not one.busy()


async def test_a_rasa_that_is_not_there_is_down() -> None:
    async with client("http://127.0.0.1:9") as one:
        with pytest.raises(RasaDown):
            await ask(one, "慢一")
        assert not await one.ready()
