"""Somebody in danger through the web channel."""

from __future__ import annotations

import asyncio

from conversations import danger
from conversations.alarm import SOURCE_URGENT
from tests.channels.web.conftest import Running

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


async def test_many_alarms_from_one_address_do_not_fill_the_front_of_the_queue(running: Running) -> None:
    visitors = [await running.visitor() for _ in range(MANY)]
    answers = await asyncio.gather(*(visitor.say(JUMP) for visitor in visitors))
    # Everybody is told what to do; a crowd behind one address may be in danger together.
    assert all("110" in answer["replies"][0]["text"] for answer in answers)
    views = await running.conversations.list("waiting", limit=100)
    assert len(views) == MANY
    assert sum(view.urgent for view in views) == SOURCE_URGENT
    marked = [view for view in views if "同一来源" in view.facts["handoff"].get("提醒", "")]
    assert len(marked) == MANY - SOURCE_URGENT and not any(view.urgent for view in marked)


async def test_an_ordinary_complaint_raises_nothing(running: Running) -> None:
    visitor = await running.visitor()
    (answer,) = (await visitor.say("小区路灯三盏不亮，晚上看不见路，请来修一下"))["replies"]
    assert answer["text"].startswith("您说的是") and answer["card"] is None
