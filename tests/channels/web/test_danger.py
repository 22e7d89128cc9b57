"""Somebody in danger through the web channel."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping

import pytest

from bot.understanding.danger import shipped
from conversations import danger
from conversations.sources import SOURCE_QUEUED, SOURCE_URGENT
from conversations.listing import Wanted
from conversations.danger import Danger
from conversations.types import Agent, Mode
from tests.channels.web.conftest import Running
from tests.waiting import until

MANY = 40
"""Visitors: as many as one address may send messages of within a minute, with their sessions."""
JUMP = "有人要跳楼，站在楼顶上了，快来人"


async def test_advice_numbers_to_tap_and_the_way_on(running: Running) -> None:
    visitor = await running.visitor()
    (advice,) = (await visitor.say("我家着火了，快来人"))["replies"]
    assert "119" in advice["text"]
    assert advice["card"]["kind"] == "help"
    assert advice["card"]["numbers"][0] == {"number": "119", "name": "火警"}
    assert advice["card"]["sources"][0]["url"].startswith("https://")
    button = next(b for b in advice["buttons"] if b["payload"] == danger.NO.payload)
    (answer,) = (await visitor.say(button["title"], button=button["payload"]))["replies"]
    assert answer["text"] == "您说的是：我家着火了，快来人"


@pytest.mark.slow
async def test_many_alarms_from_one_address_fill_neither_the_queue_nor_its_front(running: Running) -> None:
    visitors = [await running.visitor() for _ in range(MANY)]
    answers = await asyncio.gather(*(visitor.say(JUMP) for visitor in visitors))
    # Everybody is told what to do; a crowd behind one address may be in danger together.
    assert all("110" in answer["replies"][0]["text"] for answer in answers)
    told = [answer["replies"][0]["text"] for answer in answers]
    # Whom the queue has no room for hears the fastest way, and no word of networks and too many calls for help.
    assert sum("上面的电话最快" in text and "给坐席留着" in text for text in told) == MANY - SOURCE_QUEUED
    assert not any("网络" in text or "太多" in text or "接不过来" in text for text in told)
    views = (await running.conversations.list(Wanted("waiting", limit=100))).views
    assert len(views) == SOURCE_QUEUED
    kept = (await running.conversations.list(Wanted("all", limit=100))).views
    assert len(kept) == MANY and all(view.facts["handoff"]["紧急"] for view in kept)
    assert sum(view.urgent for view in views) == SOURCE_URGENT
    marked = [view for view in views if "同一来源" in view.facts["handoff"].get("提醒", "")]
    assert len(marked) == SOURCE_QUEUED - SOURCE_URGENT and not any(view.urgent for view in marked)


async def test_a_full_budget_is_told_and_holds_nobody_who_waits_already(running: Running) -> None:
    visitors = [await running.visitor() for _ in range(SOURCE_QUEUED + 1)]
    places = []
    for visitor in visitors:
        await visitor.say("社保卡丢了怎么补办")
    views = (await running.conversations.list(Wanted("all", limit=100))).views
    for view in views:
        places.append(await running.conversations.request_human(view.id, "citizen_asked"))
    assert [place.mode for place in places] == [Mode.WAITING] * SOURCE_QUEUED + [Mode.BOT]
    told = running.conversations.put_in(places[-1])
    assert "排不进去" in told.text and [button.title for button in told.buttons]
    again = await running.conversations.request_human(views[0].id, "citizen_asked", urgent=True)
    assert again.mode is Mode.WAITING, "who waits already keeps the place"


class HeldUp:
    """The real judge, whose verdicts come only once the gate is open."""

    def __init__(self) -> None:
        self.gate, self.reached = threading.Event(), threading.Event()

    def scope(self, text: str) -> str | None:
        return shipped().scope(text)

    def live(self, text: str) -> danger.Live | None:
        return shipped().live(text)

    def after(self, told: str, text: str) -> Mapping[str, float]:
        return shipped().after(told, text)

    def judge(self, text: str) -> Danger | None:
        self.reached.set()
        assert self.gate.wait(10)
        return shipped().judge(text)


async def test_advice_is_given_although_an_agent_took_over_while_danger_was_judged(running: Running) -> None:
    judge = HeldUp()
    running.conversations._alarm._judge = judge
    visitor = await running.visitor()
    said = asyncio.create_task(visitor.say("我家着火了，快来人"))
    await until(judge.reached.is_set)
    (view,) = (await running.conversations.list(Wanted())).views
    await running.conversations.request_human(view.id, "citizen_asked")
    await running.conversations.take(view.id, Agent("a1", "坐席 1 号"))
    judge.gate.set()
    (advice,) = (await said)["replies"]
    assert "119" in advice["text"]
    # Words without danger in them are the agent's to answer.
    assert (await visitor.say("公积金怎么提取"))["replies"] == []
    after = await running.conversations.view(view.id)
    assert (after.mode, after.urgent) == ("human", True)


async def test_an_ordinary_complaint_raises_nothing(running: Running) -> None:
    visitor = await running.visitor()
    (answer,) = (await visitor.say("小区路灯三盏不亮，晚上看不见路，请来修一下"))["replies"]
    assert answer["text"].startswith("您说的是") and answer["card"] is None
