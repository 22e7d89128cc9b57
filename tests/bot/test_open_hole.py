"""A hole without its cover: the ticket is urgent, one sentence says what to do, and pleas for it go to that ticket."""

from __future__ import annotations

from typing import Any

import pytest

from bot.understanding.open_hole import is_open_hole
from bot.understanding.pointed import pleads_for
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_just_now import FORM
from tickets.types import Ticket

HOLE = "潘集区袁庄那个菜市场门口下水道井盖没了 一个大窟窿 昨天有个老太太差点掉下去"
OPEN = (
    HOLE, "小区门口窨井盖被偷了，黑灯瞎火的怕小孩掉进去", "路中间缺个井盖，两米多深", "下水道没盖盖子，昨晚我一脚踩空了",
    "人行道上的检查井盖子碎了，露出个洞", "学校旁边的雨水篦子丢了，孩子差点掉进去",
)  # fmt: skip
NO_HOLE = (
    "井盖松了，车一过哐当响", "井盖翘起来把我绊一跤", "路上有个大窟窿", "井盖已经补上了，之前没了差点掉下去", "手机掉进下水道了",
    "我家天花板漏个大洞", "墙上的表箱盖子丢了", "热水器坏了差点烫着", "锅盖丢了", "井盖被偷了判几年", "楼顶没栏杆怕孩子掉下去",
)  # fmt: skip


@pytest.mark.parametrize("said", OPEN)
def test_a_hole_into_which_people_may_fall(said: str) -> None:
    assert is_open_hole(said)


@pytest.mark.parametrize("said", NO_HOLE)
def test_other_matters_are_none(said: str) -> None:
    assert not is_open_hole(said)


async def _filed(rasa: Rasa, city: SmallCity, visitor: str, content: str) -> tuple[Ticket, dict[str, Any]]:
    full = {
        "content": content, "complaint_type": "投诉", "district": "潘集区", "address": "袁庄菜市场门口",
        "contact_name": "匿名", "contact_phone": "", "complaint_confirm": True, "filing_key": f"{visitor}:1",
    }  # fmt: skip
    done = await rasa.run("action_file_ticket", "/affirm", "affirm", conversation=visitor, slots=full)
    (ticket,) = await city.tickets.of_conversation(visitor)
    return ticket, done.slots


@pytest.mark.parametrize(("content", "urgent"), [(HOLE, True), ("井盖松了，车一过哐当响", False)])
async def test_its_ticket_is_urgent_and_what_to_do_is_said(
    rasa: Rasa, visitor: str, city: SmallCity, content: str, urgent: bool
) -> None:
    told = await rasa.run(FORM, content, "complain", conversation=visitor)
    assert ("绕开走" in told.text) is urgent and ("119 和 120" in told.text) is urgent
    assert told.slots["content"]
    ticket, _ = await _filed(rasa, city, visitor, content)
    assert (ticket.urgency == "urgent") is urgent


async def test_what_is_told_when_the_form_asks_for_it_is_heard_too(rasa: Rasa, visitor: str) -> None:
    slots = {"requested_slot": "content"}
    told = await rasa.run(FORM, HOLE, "complain", conversation=visitor, slots=slots)
    assert "绕开走" in told.text and told.slots["content"]


@pytest.mark.parametrize(
    "said",
    [
        "那个井盖你们今晚能不能先围一下,黑天有人掉进去咋办",
        "这个窟窿赶紧派人填上吧",
        "那个井盖能不能先拉个警戒线",
    ],
)
async def test_a_plea_for_the_same_thing_goes_to_its_ticket(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket, slots = await _filed(rasa, city, visitor, HOLE)
    seen = [{"event": "slot", "name": "seen_number", "value": ticket.number}]
    more: dict[str, Any] = {"conversation": visitor, "slots": slots, "before": seen, "turn": "t-2"}
    added = await rasa.run(FORM, said, "complain", **more)
    assert ticket.number in added.text and added.slots.get("requested_slot") is None
    notes = [event.note for event in await city.tickets.events(ticket.number) if event.action == "noted"]
    assert notes == [said]


@pytest.mark.parametrize(
    "said",
    [
        "那个路灯赶紧派人来修吧",
        "那个井盖归谁管，能不能先围一下",
        "那个路口的路灯也坏了",
        "井盖丢了要赔多少钱",
        "赶紧派人来",
    ],
)
def test_other_things_are_no_plea_for_it(said: str) -> None:
    assert not pleads_for(said, HOLE)
