"""What a correction of a filed ticket must not do: tell or change what others filed, or put a person where others read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tickets.types import CITIZEN, Ticket, TicketDraft

STATUS = "validate_status_form"
NUMBER = "13900000008"


async def _file(city: SmallCity, conversation: str, **more: Any) -> Ticket:
    draft = TicketDraft(
        "投诉", "夜里烧烤摊冒烟", district="大通区", address="居仁村路6号院", happened_at="昨天晚上",
        subject="烧烤摊", conversation_id=conversation, **more,
    )  # fmt: skip
    return await city.tickets.file(draft, "k")


async def _says(
    rasa: Rasa, city: SmallCity, ticket: Ticket, visitor: str, said: str, turn: str = "t-1"
) -> Answer:
    slots = {"seen_number": ticket.number, "seen_code": city.tickets.pass_for(ticket, visitor)}
    return await rasa.run(
        "action_fallback", said, "nlu_fallback", conversation=visitor, slots=slots, turn=turn
    )


async def _history(city: SmallCity, ticket: Ticket) -> str:
    return "\n".join(f"{event.action} {event.note}" for event in await city.tickets.events(ticket.number))


@pytest.mark.parametrize("said", ["地址写错了，是居仁村路16号院", "不是6号院，是8号院", "时间改成前天晚上"])
async def test_number_and_code_of_another_conversation_correct_nothing(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _file(city, await city.visitor("somebody else"))
    answer = await _says(rasa, city, ticket, visitor, said)
    now = await city.tickets.get(ticket.number)
    assert (now.address, now.happened_at) == (ticket.address, ticket.happened_at)
    assert "居仁村路" not in answer.text.replace(said, "")
    assert said in await _history(city, ticket) and "核实" in answer.text


async def test_number_and_code_of_another_conversation_add_words_and_tell_the_progress(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _file(city, await city.visitor("somebody else"))
    await _says(rasa, city, ticket, visitor, "补充一句，他们把油倒进下水道")
    assert "把油倒进下水道" in await _history(city, ticket)
    asked = await _says(rasa, city, ticket, visitor, "我那个事办到哪一步了", "t-2")
    assert "待受理" in asked.text and "居仁村路" not in asked.text


@pytest.mark.parametrize("said", [f"我电话换成{NUMBER}了", "名字也写上吧，我叫韩立新"])
async def test_number_and_code_of_another_conversation_change_no_contact(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _file(city, await city.visitor("somebody else"), contact_phone="13800000009")
    answer = await _says(rasa, city, ticket, visitor, said)
    contact = await city.tickets.contact(ticket.number, CITIZEN, "核对")
    assert contact.phone == "13800000009" and not contact.name
    assert "转人工" in answer.text and "0009" not in answer.text
    assert NUMBER not in await _history(city, ticket) and "韩立新" not in await _history(city, ticket)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("地址改成韩立新，居仁村路9号院", "居仁村路9号院"),
        (f"地址改成居仁村路9号院{NUMBER}", "居仁村路9号院"),
        ("地址改成居仁村路9号院，我叫韩立新", "居仁村路9号院"),
        ("地址改成马家湾，老槐树下", "马家湾，老槐树下"),
    ],
)
async def test_no_person_stands_in_a_corrected_place(
    rasa: Rasa, visitor: str, city: SmallCity, said: str, address: str
) -> None:
    ticket = await _file(city, visitor, confidential=True)
    answer = await _says(rasa, city, ticket, visitor, said)
    now = await city.tickets.get(ticket.number)
    assert now.address == address, answer.text
    assert "韩立新" not in now.content and NUMBER not in now.content
    history = await _history(city, ticket)
    assert "韩立新" not in history and NUMBER not in history


@pytest.mark.parametrize("said", ["涉及对象改成韩立新", f"涉及对象改成韩立新{NUMBER}"])
async def test_the_citizen_is_not_written_down_as_the_accused(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    more = {"contact_name": "韩立新", "contact_phone": NUMBER, "confidential": True}
    ticket = await _file(city, visitor, **more)
    answer = await _says(rasa, city, ticket, visitor, said)
    now = await city.tickets.get(ticket.number)
    assert now.subject == "烧烤摊" and "没有改" in answer.text
    assert "韩立新" not in now.content and "韩立新" not in await _history(city, ticket)


async def test_numbers_in_what_was_added_are_masked_for_whoever_reads_it_here(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _file(city, visitor)
    await city.tickets.note(ticket.number, CITIZEN, f"老板的电话是{NUMBER}，一直不接")
    shown = await rasa.run("action_fallback", "我的工单", "nlu_fallback", conversation=visitor)
    assert "老板的电话是139****0008" in shown.text and NUMBER not in shown.text


@pytest.mark.parametrize("said", ["摊主姓啥我打听到了，叫韩立新", "店名不是老地方，叫老味道", "老板叫韩立新"])
async def test_who_was_just_spoken_of_is_not_the_citizen(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _file(city, visitor)
    await _says(rasa, city, ticket, visitor, said)
    assert not (await city.tickets.contact(ticket.number, CITIZEN, "核对")).name
