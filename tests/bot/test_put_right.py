"""What citizens put right in a few words, in the form and after filing, and what of it nobody else may read."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.complaint.draft import CONFIRM
from bot.understanding.name import introduced_name
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_listening import say
from tickets.department_view import DepartmentView
from tickets.models import TicketRow
from tickets.types import Ticket, TicketDraft

FORM = "validate_complaint_form"


async def _file(city: SmallCity, conversation: str, **more: Any) -> Ticket:
    draft = TicketDraft(
        "投诉", "楼下面馆半夜排烟，我是7号楼301的", district="大通区", address="居仁村路6号院", conversation_id=conversation, **more
    )  # fmt: skip
    return await city.tickets.file(draft, "k")


async def _says(rasa: Rasa, city: SmallCity, ticket: Ticket, visitor: str, said: str, turn: str) -> Answer:
    slots = {"seen_number": ticket.number, "seen_code": city.tickets.pass_for(ticket, visitor)}
    return await rasa.run(
        "action_fallback", said, "nlu_fallback", conversation=visitor, slots=slots, turn=turn
    )


async def _department_reads(city: SmallCity, ticket: Ticket) -> str:
    """All that a department reads of a ticket, and whether its search finds the ticket by the former name."""
    now = await city.tickets.get(ticket.number)
    events = await city.tickets.events(ticket.number)
    view = DepartmentView(introduced_name)
    async with city.database.read() as session:
        row = await session.get_one(TicketRow, ticket.id)
        return f"{view.ticket(row, now, events, leads=True)} {view.found(row, ['赵小兰'])}"


async def test_a_former_name_stays_hidden_with_secrecy(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket = await _file(city, visitor, contact_name="赵小兰", contact_phone="13900000008", confidential=True)
    await _says(rasa, city, ticket, visitor, "补充：面馆老板说赵小兰你等着瞧", "t-1")
    answer = await _says(rasa, city, ticket, visitor, "名字改成钱大妮", "t-2")
    assert "钱**" in answer.text
    seen = await _department_reads(city, ticket)
    assert "赵小兰" not in seen and "钱大妮" not in seen and "7号楼301" not in seen
    assert seen.endswith("False")


async def test_a_colleagues_number_is_part_of_the_matter(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket = await _file(city, visitor, contact_name="周先生", contact_phone="13900000008")
    await _says(rasa, city, ticket, visitor, "补充：我同事小陈的电话是13900000009，他也看见了", "t-1")
    assert (await city.tickets.get(ticket.number)).contact_phone == "139****0008"
    assert any("小陈的电话" in event.note for event in await city.tickets.events(ticket.number))


@pytest.mark.parametrize("said", ["{number}（编号） 补充：还漏", "{number} 补充：还漏"])
async def test_few_words_behind_a_number_are_kept(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _file(city, visitor)
    answer = await _says(rasa, city, ticket, visitor, said.format(number=ticket.number), "t-1")
    assert "还漏" in answer.text
    assert "还漏" in [event.note for event in await city.tickets.events(ticket.number)]


async def test_a_ticket_named_within_the_form_is_changed_and_not_the_form(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _file(city, visitor)
    said = f"{ticket.number}地址改成居仁村路8号院"
    answer = await say(rasa, visitor, "happened_at", said, "correct", confidence=0.9, address="洞山中路18号")
    assert (await city.tickets.get(ticket.number)).address == "居仁村路8号院"
    assert answer.slots.get("address", "洞山中路18号") == "洞山中路18号"
    assert answer.slots["requested_slot"] == "happened_at"


@pytest.mark.parametrize("said", ["不用办了", "算了不办了", "这事我不想弄了"])
async def test_who_wants_no_more_done_is_asked_whether_to_withdraw(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _file(city, visitor)
    answer = await _says(rasa, city, ticket, visitor, said, "t-1")
    assert "撤回这张工单" in answer.buttons
    assert not (await city.tickets.get(ticket.number)).state.is_final


async def test_a_surname_alone_is_the_citizens_and_not_the_accused(rasa: Rasa, visitor: str) -> None:
    answer = await say(rasa, visitor, "subject", "姓陈", "inform", confidence=0.5)
    assert answer.slots.get("subject") is None
    assert answer.slots["contact_name"] == "陈先生/女士"


@pytest.mark.parametrize("said", ["好的", "确认"])
async def test_a_mere_yes_chooses_no_secrecy_unasked(rasa: Rasa, visitor: str, said: str) -> None:
    first = await say(rasa, visitor, "confidential", said, "affirm", confidence=0.9)
    assert first.slots.get("confidential") is None and "要还是不要" in first.text
    second = await say(rasa, visitor, "confidential", said, "affirm", confidence=0.9, tries=1)
    assert second.slots["confidential"] is True and "先按保密登记" in second.text


async def test_a_wrong_village_leaves_the_town(rasa: Rasa, visitor: str) -> None:
    known = {"address": "孙庙乡前圩村"}
    asked = await say(rasa, visitor, "happened_at", "村名写错了", "correct", confidence=0.9, **known)
    assert asked.slots["requested_slot"] == "address" and "别的不动" in asked.text
    given = await say(
        rasa,
        visitor,
        "address",
        "后圩村",
        "inform",
        confidence=0.5,
        address=None,
        former=asked.slots["former"],
    )
    assert given.slots["address"] == "孙庙乡后圩村"


@pytest.mark.parametrize("slot", ["subject", "confidential", CONFIRM])
@pytest.mark.parametrize("said", ["不是两万三，是两万八", "金额说错了，是两万八"])
async def test_another_figure_is_written_below_the_story(
    rasa: Rasa, visitor: str, slot: str, said: str
) -> None:
    story = "装修公司收了我两万三的定金不开工"
    answer = await say(rasa, visitor, slot, said, "deny", confidence=0.6, content=story, subject="装修公司")
    assert answer.slots["content"].startswith(story) and "是两万八" in answer.slots["content"]
    assert "两万" not in str(answer.slots.get("subject") or "")


async def test_no_identity_or_card_number_is_said_back(rasa: Rasa, visitor: str) -> None:
    told = "店家用我身份证11010119900307803X办了卡"
    answer = await say(rasa, visitor, CONFIRM, "好的，再看看", "repeat", confidence=0.9, content=told)
    assert "11010119900307803X" not in answer.text


async def test_angry_words_before_the_matter_are_no_matter_of_their_own(rasa: Rasa, visitor: str) -> None:
    said = "你们是干什么吃的！！我店门口挖了个沟一个月没填，生意全没了！"
    answer = await rasa.run(FORM, said, "complain", conversation=visitor)
    assert "还提到" not in answer.text and "沟" in answer.slots["content"]
