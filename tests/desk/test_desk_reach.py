"""Whether an agent's words reach a citizen in WeChat at once, as the desk shows it before they type."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from channels.wechat import Pace, WeChat
from conversations.types import HandoffReason
from core.clock import now
from tests.channels.wechat import conftest as wechat_conftest
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import ACCOUNTS, HOLD_S, PATIENCE_S, QUICK
from tests.channels.wechat.platform import CITIZEN, Platform
from tests.conftest import Clock
from tests.desk.conftest import MakeOffice, Office, Person
from tests.waiting import until

api = wechat_conftest.api


@dataclass
class Window:
    """A desk beside WeChat accounts, and an agent who has taken a citizen's conversation there."""

    office: Office
    agent: Person
    api: Api
    client: TestClient[web.Request, web.Application]

    async def taken(self, account: str) -> str:
        """A citizen writes to this account and gets the reply passively; the agent takes over."""
        platform = Platform(self.client, path=f"/wechat/{account}", api=self.api)
        assert (await platform.say("我想找人工")).text == "您说的是：我想找人工"
        conversation = await self.office.conversations.find_or_create("wechat", account, CITIZEN)
        await self.office.conversations.request_human(conversation.id, HandoffReason.CITIZEN_ASKED)
        await self.agent.post(f"/conversations/{conversation.id}/take")
        return conversation.id

    async def settled(self, conversation_id: str) -> None:
        """Wait until all that was said to the citizen has gone out."""

        async def nothing_owed() -> bool:
            return not await self.office.conversations.undelivered(conversation_id)

        await until(nothing_owed)

    async def reach(self, conversation_id: str) -> Any:
        return (await self.agent.get(f"/conversations/{conversation_id}"))["conversation"]["reach"]

    async def say(self, conversation_id: str, text: str, client_id: str) -> None:
        body = {"client_id": client_id, "text": text}
        await self.agent.post(f"/conversations/{conversation_id}/messages", body)


@pytest.fixture
async def window(make_office: MakeOffice, api: Api, tmp_path: Path) -> AsyncIterator[Window]:
    office = await make_office(own_wechat=True)
    async with WeChat(
        ACCOUNTS, office.database, office.conversations, office.media, city="淮南", api_base=api.url,
        pace=Pace(patience_s=PATIENCE_S, hold_s=HOLD_S, **QUICK),
    ) as wechat:  # fmt: skip
        app = web.Application()
        app.add_routes(wechat.routes())
        async with TestClient(TestServer(app)) as client:
            yield Window(office, await office.hire("a1"), api, client)


async def test_an_open_window_says_what_is_left_and_for_how_long(window: Window) -> None:
    one = await window.taken("pushing")
    await window.settled(one)
    before = await window.reach(one)
    assert (before["open"], before["left"]) == (True, 5 - len(window.api.sent))
    lasts = datetime.fromisoformat(before["until"]) - now()
    assert timedelta(hours=47, minutes=50) < lasts < timedelta(hours=48)

    await window.say(one, "您好，请讲", "m1")
    await window.settled(one)
    assert window.api.texts()[-1] == "【坐席 a1】您好，请讲"
    assert await window.reach(one) == {**before, "left": before["left"] - 1}


async def test_a_window_the_platform_has_closed(window: Window) -> None:
    one = await window.taken("pushing")
    window.api.close_window(CITIZEN)
    await window.say(one, "您好，请讲", "m1")
    await until(lambda: 45015 in window.api.refused)

    async def closed() -> bool:
        return await window.reach(one) == {"open": False, "left": 0, "until": None}

    await until(closed)


async def test_a_window_whose_time_is_over(window: Window, clock: Clock) -> None:
    one = await window.taken("pushing")
    clock.forward(hours=49)
    await window.agent.login("a1")
    assert await window.reach(one) == {"open": False, "left": 0, "until": None}


async def test_an_account_that_may_not_send_by_itself_is_always_closed(window: Window) -> None:
    one = await window.taken("main")
    assert await window.reach(one) == {"open": False, "left": 0, "until": None}


async def test_the_web_channel_needs_none(window: Window) -> None:
    assert await window.reach(await window.office.waiting("v1")) is None


async def test_each_message_says_what_became_of_it_and_the_desk_hears_at_once(window: Window) -> None:
    one = await window.taken("pushing")
    await window.settled(one)

    async def state_of(client_id: str) -> Any:
        shown = await window.agent.get(f"/conversations/{one}")
        [message] = [m["id"] for m in shown["messages"] if m["client_id"] == client_id]
        return (await window.agent.get(f"/conversations/{one}/beside"))["deliveries"][message]

    async with window.agent.client.ws_connect("/api/desk/live") as socket:
        await window.say(one, "您好，请讲", "m1")
        told = await socket.receive_json(timeout=10)
        while told["type"] != "beside":
            told = await socket.receive_json(timeout=10)
        assert told["conversation_id"] == one
    await window.settled(one)
    assert await state_of("m1") == {"state": "sent", "why": ""}

    window.api.fail("/cgi-bin/message/custom/send", errcode=40003)
    await window.say(one, "请带身份证", "m2")

    async def failed() -> bool:
        return bool((await state_of("m2"))["state"] == "failed")

    await until(failed)
    assert "40003" in (await state_of("m2"))["why"]

    window.api.close_window(CITIZEN)
    await window.say(one, "周末不办", "m3")

    async def waits() -> bool:
        return bool(await state_of("m3") == {"state": "waiting", "why": ""})

    await until(waits)


async def test_where_nothing_is_pushed_a_message_waits_for_the_citizen(window: Window) -> None:
    one = await window.taken("main")
    await window.say(one, "您好，请讲", "m1")

    async def waits() -> bool:
        shown = (await window.agent.get(f"/conversations/{one}/beside"))["deliveries"]
        return [each["state"] for each in shown.values()] == ["waiting"]

    await until(waits)
