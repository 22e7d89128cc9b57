"""What is said of a ticket after it was filed: several corrections at once, its progress, what was added, and that it is not settled."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_feedback import Talk
from tickets.models import TicketRow
from tickets.states import State
from tickets.types import CITIZEN, Ticket, TicketDraft

STATUS = "validate_status_form"
FORM = "validate_complaint_form"
NUMBER = "13955540001"


async def _filed(city: SmallCity, visitor: str, content: str = "路口的护栏倒了一排没人扶") -> Ticket:
    draft = TicketDraft(
        "投诉", content, district="大通区", address="居仁村路6号", happened_at="昨天",
        contact_phone="13800000012", conversation_id=visitor,
    )  # fmt: skip
    return await city.tickets.file(draft, content)


async def _closed(city: SmallCity) -> None:
    async with city.database.write() as session:
        await session.execute(update(TicketRow).values(state=State.CLOSED))


async def _notes(city: SmallCity, ticket: Ticket) -> list[str]:
    return [event.note for event in await city.tickets.events(ticket.number) if event.action == "noted"]


@pytest.mark.parametrize(
    "said",
    [
        f"地点改为淮河大道35号，手机改为{NUMBER}",
        f"手机号写错了，是{NUMBER}，地点应该是淮河大道35号",
        f"位置填错了 在淮河大道35号 电话也错了 是{NUMBER}",
        f"不是居仁村路，是淮河大道35号，还有我的电话换成{NUMBER}",
        f"地址改成淮河大道35号和电话换成{NUMBER}",
    ],
)
async def test_a_place_and_a_number_in_one_sentence_are_both_corrected_and_said(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _filed(city, visitor)
    answer = await rasa.run("action_fallback", said, "correct", conversation=visitor)
    now = await city.tickets.get(ticket.number)
    assert now.address == "淮河大道35号"
    assert (await city.tickets.contact(ticket.number, CITIZEN, "核对")).phone == NUMBER
    assert "淮河大道35号" in answer.text and "联系电话改成" in answer.text
    assert not any(NUMBER in note for note in await _notes(city, ticket))


async def test_what_is_no_field_beside_a_number_is_kept_as_a_note(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _filed(city, visitor)
    said = f"电话换成{NUMBER}，白天打不通，请晚上打"
    answer = await rasa.run("action_fallback", said, "correct", conversation=visitor)
    assert "白天打不通，请晚上打" in "".join(await _notes(city, ticket))
    assert "白天打不通，请晚上打" in answer.text


@pytest.mark.parametrize(
    "said", ["我那张单子处理到哪一步了", "现在是什么进展", "有没有消息了", "查查我的工单办到哪里了"]
)
@pytest.mark.parametrize("intent", ["ask_progress", "nlu_fallback", "ask_policy"])
async def test_who_asks_how_it_stands_instead_of_adding_hears_it(
    rasa: Rasa, visitor: str, city: SmallCity, said: str, intent: str
) -> None:
    ticket = await _filed(city, visitor)
    slots = {"requested_slot": "supplement", "ticket_number": ticket.number, "purpose": "add"}
    answer = await rasa.run(STATUS, said, intent, confidence=0.5, conversation=visitor, slots=slots)
    assert "待受理" in answer.text and ticket.number in answer.text
    assert answer.slots["requested_slot"] is None
    assert await _notes(city, ticket) == []


@pytest.mark.parametrize("said", ["昨天来人看了，说不归他们管", "护栏断成三截，办公室门口也有"])
async def test_what_is_to_be_added_is_still_added(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _filed(city, visitor)
    slots = {"requested_slot": "supplement", "ticket_number": ticket.number, "purpose": "add"}
    await rasa.run(STATUS, said, "complain", confidence=0.5, conversation=visitor, slots=slots)
    assert await _notes(city, ticket) == [said]


async def test_ones_own_tickets_are_shown_with_what_was_added(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _filed(city, visitor)
    await city.tickets.note(ticket.number, CITIZEN, "夜里又撞坏一根")
    await city.tickets.urge(ticket.number)
    alone = await rasa.run(STATUS, "我的工单", "ask_progress", conversation=visitor)
    assert "补充：夜里又撞坏一根" in alone.text and "催办" in alone.text
    other = await _filed(city, visitor, "楼下下水道堵了")
    two = await rasa.run(STATUS, "我的工单", "ask_progress", conversation=visitor)
    lines = {
        number: line
        for line in two.text.split("\n")
        for number in (ticket.number, other.number)
        if number in line
    }
    assert "补充 1 次、催办 1 次" in lines[ticket.number] and "补充" not in lines[other.number]
    chosen = {"slot": "ticket", "value": ticket.number}
    one = await rasa.run(STATUS, "/ask_progress", "ask_progress", entities=chosen, conversation=visitor)
    assert "夜里又撞坏一根" in one.text


@pytest.mark.parametrize("said", ["还是没修好", "问题压根没解决，护栏还倒着", "护栏还是倒着没人扶"])
@pytest.mark.parametrize("action", [FORM, "action_fallback", STATUS])
async def test_that_it_is_not_settled_is_said_of_the_closed_ticket(
    rasa: Rasa, visitor: str, city: SmallCity, said: str, action: str
) -> None:
    ticket = await _filed(city, visitor)
    await _closed(city)
    answer = await rasa.run(action, said, "complain", conversation=visitor)
    assert ticket.number in answer.text and "再登记一张" in answer.buttons
    assert answer.slots.get("content") is None, "no new complaint"
    assert any(said in note for note in await _notes(city, ticket))


@pytest.mark.parametrize("said", ["我家停水了没人管", "还没吃饭", "楼道的灯没人来修"])
async def test_another_matter_after_closing_is_its_own(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _filed(city, visitor)
    await _closed(city)
    answer = await rasa.run(FORM, said, "complain", conversation=visitor)
    assert ticket.number not in answer.text and await _notes(city, ticket) == []


async def test_of_several_closed_tickets_it_is_asked_which(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket, other = await _filed(city, visitor), await _filed(city, visitor, "楼下下水道堵了往外冒")
    await _closed(city)
    talk = Talk(rasa, visitor)
    asked = await talk.say("action_fallback", "还是没有解决啊", "complain")
    assert ticket.number in asked.text and other.number in asked.text and "哪一件" in asked.text
    assert await _notes(city, ticket) == await _notes(city, other) == []
    named = await rasa.run("action_fallback", "下水道还是没弄好", "complain", conversation=visitor)
    assert other.number in named.text and ticket.number not in named.text
    again: dict[str, Any] = {"conversation": visitor, "turn": "t-9"}
    before = [{"event": "slot", "name": n, "value": v} for n, v in asked.slots.items()]
    chosen = {"slot": "ticket", "value": ticket.number}
    slots = dict(asked.slots)
    one = await rasa.run(
        STATUS, "/ask_progress", "ask_progress", entities=chosen, slots=slots, before=before, **again
    )
    assert any("还是没有解决啊" in note for note in await _notes(city, ticket))
    assert "再登记一张" in one.buttons


async def test_filing_it_again_brings_all_that_was_told(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket = await _filed(city, visitor)
    await _closed(city)
    told = await rasa.run("action_fallback", "根本没解决", "complain", conversation=visitor)
    before = [{"event": "slot", "name": n, "value": v} for n, v in told.slots.items()]
    opened = await rasa.run(
        FORM, "/start_complaint", "start_complaint", conversation=visitor, before=before, turn="t-2"
    )
    assert ticket.content in opened.slots["content"] and ticket.number in opened.slots["content"]
    assert opened.slots["address"] == "居仁村路6号" and opened.slots["district"] == "大通区"


@pytest.mark.parametrize("said", ["再催一催", "麻烦再帮我催催", "催一催那个工单"])
@pytest.mark.parametrize("intent", ["urge", "nlu_fallback", "complain"])
async def test_who_only_urges_has_urged(
    rasa: Rasa, visitor: str, city: SmallCity, said: str, intent: str
) -> None:
    ticket = await _filed(city, visitor)
    answer = await rasa.run("action_fallback", said, intent, conversation=visitor)
    assert "记下催办" in answer.text
    assert any(event.action in ("urge", "urged") for event in await city.tickets.events(ticket.number))


@pytest.mark.parametrize("said", ["对方电话换成13855412388了", "物业李经理的手机号改成13855412377了"])
async def test_anothers_number_is_not_the_citizens(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _filed(city, visitor)
    await rasa.run("action_fallback", said, "correct", conversation=visitor)
    assert (await city.tickets.contact(ticket.number, CITIZEN, "核对")).phone == "13800000012"
