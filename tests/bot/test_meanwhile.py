"""What the assistant does for a citizen who waits for an agent, judged with the real readers and the real knowledge base."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.actions.talk.meanwhile import Meanwhile
from bot.understanding.evidence import Reader
from conversations.types import Job, Mode
from kb_index.index.meanings import shipped_meaning
from tests.bot.parts import SmallCity


async def _one(_: str) -> Sequence[object]:
    return ("a ticket",)


async def _none(_: str) -> Sequence[object]:
    return ()


async def _helps(city: SmallCity, text: str, *, filed: bool) -> bool:
    reader = Reader(city.knowledge.search, shipped_meaning().states, city.knowledge.about)
    job = Job("t1", text, None, 0, Mode.WAITING)
    return await Meanwhile(reader, _one if filed else _none).helps("c1", job)


@pytest.mark.parametrize(
    "said",
    [
        "撤回吧，商家退钱了",
        "不用办了，我们和好了",
        "查一下进度",
        "我的工单",
        "地址改成淮河路12号",
        "补充一下，夜里两点还在响",
        "第一张单子的电话写错了，改成13955400001",
    ],
)
async def test_what_is_to_be_done_with_a_ticket_is_done(city: SmallCity, said: str) -> None:
    assert await _helps(city, said, filed=True)


@pytest.mark.parametrize(
    "said", ["我家门口围挡挡得死死的", "在陈家岗那边，我开超市的", "我是三号楼的", "嗯嗯", "人呢"]
)
async def test_what_is_told_to_the_agent_is_left_to_the_agent(city: SmallCity, said: str) -> None:
    assert not await _helps(city, said, filed=False)


@pytest.mark.parametrize("said", ["地址改成淮河路12号", "补充一下，夜里两点还在响"])
async def test_without_a_ticket_nothing_can_be_added_to_one(city: SmallCity, said: str) -> None:
    assert not await _helps(city, said, filed=False)
