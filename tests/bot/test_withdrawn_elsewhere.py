"""Who knows number and code of a ticket that was filed elsewhere does not end it: the wish is noted, and asked back where it was filed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.progress import callback, withdraw_wish
from core.jobs import Jobs
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tests.waiting import until
from tickets.notices import TicketNotices
from tickets.service import Tickets
from tickets.states import State
from tickets.types import WITHDRAWAL_WISHED, Actor, Ticket, TicketDraft

STATUS, FORM = "validate_status_form", "validate_complaint_form"


@pytest.fixture
async def visitor(city: SmallCity) -> str:
    return await city.visitor()


@pytest.fixture
async def stranger(city: SmallCity) -> str:
    return await city.visitor("somebody-else")


@pytest.fixture
async def ticket(city: SmallCity, visitor: str) -> Ticket:
    draft = TicketDraft("举报", "工地夜里往河沟里倒废油", confidential=True, conversation_id=visitor)
    return await city.tickets.file(draft, "k")


async def _looked_up(rasa: Rasa, ticket: Ticket, who: str) -> dict[str, Any]:
    said = f"查{ticket.number}，查询码{ticket.query_code}"
    return (await rasa.run(STATUS, said, "ask_progress", conversation=who)).slots


async def _told(city: SmallCity, tickets: Tickets, conversation: str) -> list[Any]:
    """What was said unasked in a conversation, after the jobs that tell have run."""
    jobs = Jobs(city.database, look_s=0.05)
    TicketNotices(city.database, tickets, city.conversations.notify, jobs, callback.ways, withdraw_wish.ways)
    async with jobs:
        await until(lambda: city.conversations.history(conversation))
    return [one for one in await city.conversations.history(conversation) if one.direction == "out"]


async def _press(rasa: Rasa, who: str, ticket: Ticket, said: str, action: str = STATUS) -> Answer:
    entities = {"slot": withdraw_wish.SLOT, "value": f"{ticket.number}:{said}"}
    more: dict[str, Any] = {"conversation": who, "entities": entities, "turn": f"t-{said}"}
    return await rasa.run(action, "/ask_progress", "ask_progress", **more)


@pytest.mark.parametrize("said", ["这张单子我不想要了，撤掉吧", "撤销工单", "撤回这张工单", "我要撤回"])
async def test_a_wish_from_elsewhere_is_noted_and_asked_back(
    rasa: Rasa, city: SmallCity, ticket: Ticket, visitor: str, stranger: str, said: str
) -> None:
    slots = await _looked_up(rasa, ticket, stranger)
    answer = await rasa.run(STATUS, said, "cancel", conversation=stranger, slots=slots)
    assert "撤回这张工单" not in answer.buttons and "登记的那个聊天窗口" in answer.text
    yes = [{"event": "slot", "name": "offer", "value": f"withdraw:{ticket.number}"}]
    forced = await rasa.run(
        "action_affirm", "/affirm", "affirm", conversation=stranger, before=yes, turn="t-9"
    )
    assert "已经撤回" not in forced.text
    assert (await city.tickets.get(ticket.number)).state is State.PENDING_ACCEPTANCE
    events = [one for one in await city.tickets.events(ticket.number) if one.action == WITHDRAWAL_WISHED]
    assert len(events) == 1, "once a day"
    assert "在别的会话里" in events[0].note and said in events[0].note and "请先核实" in events[0].note
    (asked,) = await _told(city, city.tickets, visitor)
    assert ticket.number in asked.text and "没有撤" in asked.text and said not in asked.text.split("点“")[0]
    assert [one.title for one in asked.buttons] == ["撤回这张工单", "不撤，照常办"]


async def test_only_the_conversation_that_filed_it_says_yes(
    rasa: Rasa, city: SmallCity, ticket: Ticket, visitor: str, stranger: str
) -> None:
    await city.tickets.wish_withdrawn(ticket.number, "在进度查询页")
    assert "撤不了" in (await _press(rasa, stranger, ticket, "yes")).text
    kept = await _press(rasa, visitor, ticket, "no")
    assert "照常在办" in kept.text
    assert (await city.tickets.events(ticket.number))[-1].note.endswith("不撤，照常办")
    assert (await city.tickets.get(ticket.number)).state is State.PENDING_ACCEPTANCE
    done = await _press(rasa, visitor, ticket, "yes")
    assert "已经撤回" in done.text
    assert (await city.tickets.get(ticket.number)).state is State.WITHDRAWN
    assert "登记的会话" in (await city.tickets.events(ticket.number))[-1].note


async def test_the_buttons_count_while_another_matter_is_filed(
    rasa: Rasa, city: SmallCity, ticket: Ticket, visitor: str
) -> None:
    entities = {"slot": withdraw_wish.SLOT, "value": f"{ticket.number}:no"}
    slots = {"requested_slot": "address", "content": "门口堆了建筑垃圾", "complaint_type": "投诉"}
    told = await rasa.run(
        FORM, "/ask_progress", "ask_progress", conversation=visitor, entities=entities, slots=slots
    )
    assert "没有撤" in told.text and told.slots["requested_slot"] == "address"


async def test_a_question_from_elsewhere_tells_where_to_withdraw(
    rasa: Rasa, city: SmallCity, ticket: Ticket, stranger: str
) -> None:
    slots = await _looked_up(rasa, ticket, stranger)
    told = await rasa.run(STATUS, "工单怎么撤回", "ask_progress", conversation=stranger, slots=slots)
    assert "登记" in told.text and "撤回这张工单" not in told.buttons
    assert WITHDRAWAL_WISHED not in [one.action for one in await city.tickets.events(ticket.number)]


@pytest.mark.parametrize("here", [True, False])
async def test_what_was_answered_finally_offers_no_withdrawal(
    rasa: Rasa, city: SmallCity, ticket: Ticket, visitor: str, stranger: str, here: bool
) -> None:
    agent = Actor("agent", "坐席")
    await city.tickets.moves.act(ticket.number, "accept", {}, agent)
    await city.tickets.moves.act(ticket.number, "answer", {"text": "已经叫停并处罚，谢谢您反映。"}, agent)
    who = visitor if here else stranger
    slots = await _looked_up(rasa, ticket, who)
    told = await rasa.run(STATUS, "那张单子撤了吧", "cancel", conversation=who, slots=slots)
    assert "撤回这张工单" not in told.buttons and "直接答复" in told.text
    assert all("撤回" not in one.note for one in await city.tickets.events(ticket.number))


async def test_that_it_is_solved_told_elsewhere_stands_so_in_the_history(
    rasa: Rasa, city: SmallCity, ticket: Ticket, stranger: str
) -> None:
    slots = await _looked_up(rasa, ticket, stranger)
    await rasa.run(STATUS, "事情已经解决了", "complain", conversation=stranger, slots=slots)
    notes = [one.note for one in await city.tickets.events(ticket.number) if one.action == "noted"]
    assert notes and all("不是在登记的会话里" in one for one in notes)
