"""Corrections: of the ticket after filing, and of what the story tells while the form is filled, through the endpoint."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tests.bot.test_bot_forms import FULL
from tests.bot.test_bot_just_now import FORM, STATUS
from tickets.models import TicketRow
from tickets.states import State
from tickets.types import Ticket, TicketDraft

DRAFT = TicketDraft(
    "投诉", "潘集区国庆路3号的麻将馆前天晚上又吵到半夜", district="潘集区", address="国庆路3号",
    happened_at="前天晚上", subject="麻将馆", contact_phone="13800000012",
)  # fmt: skip


async def _filed(city: SmallCity, visitor: str) -> Ticket:
    return await city.tickets.file(TicketDraft(**{**vars(DRAFT), "conversation_id": visitor}), f"k-{visitor}")


@pytest.mark.parametrize(
    ("said", "field", "right"),
    [
        ("地址不对，是龙湖路8号", "address", "龙湖路8号"),
        ("地址说错了 应该是龙湖路8号", "address", "龙湖路8号"),
        ("门牌写错了 是5号不是3号", "address", "国庆路5号"),
        ("把地址改成龙湖路8号", "address", "龙湖路8号"),
        ("时间说错了，是大前天夜里", "happened_at", "大前天夜里"),
        ("涉及对象不对，是楼上棋牌室", "subject", "楼上棋牌室"),
        ("不是潘集，是大通", "district", "大通区"),
        ("不是潘集區，是大通區", "district", "大通区"),
    ],
)
@pytest.mark.parametrize("action", [STATUS, FORM, "action_fallback", "action_answer_policy"])
async def test_a_correction_after_filing_changes_the_field_and_keeps_both_values(
    rasa: Rasa, visitor: str, city: SmallCity, action: str, said: str, field: str, right: str
) -> None:
    ticket = await _filed(city, visitor)
    answer = await rasa.run(action, said, "complain", conversation=visitor, turn="t-1")
    assert ticket.number in answer.text and right in answer.text
    now = await city.tickets.get(ticket.number)
    assert str(getattr(now, field)).startswith(right)
    first, *lines = now.content.split("\n")
    assert first == DRAFT.content, "word for word"
    assert len(lines) == 1 and lines[0].startswith("市民登记后更正：") and right in lines[0]
    history = [event for event in await city.tickets.events(ticket.number) if event.action == "corrected"]
    assert len(history) == 1
    assert str(getattr(DRAFT, field)) in history[0].note and right in history[0].note
    assert answer.slots.get("content") is None, "no new complaint"


async def test_another_matter_or_a_question_corrects_nothing(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _filed(city, visitor)
    for said, intent in (
        ("龙湖路8号的路灯坏了没人修", "complain"),
        ("居住证上的地址怎么改", "ask_policy"),
        ("不是说三天就回复吗", "complain"),
    ):
        await rasa.run("action_answer_policy", said, intent, conversation=visitor)
    assert (await city.tickets.get(ticket.number)).content == DRAFT.content


async def test_a_finished_ticket_gets_a_note(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket = await _filed(city, visitor)
    async with city.database.write() as session:
        await session.execute(update(TicketRow).values(state=State.CLOSED))
    await rasa.run("action_fallback", "地址改成龙湖路8号", "complain", conversation=visitor)
    assert (await city.tickets.get(ticket.number)).address == "国庆路3号"
    assert "龙湖路8号" in (await city.tickets.events(ticket.number))[-1].note


@pytest.mark.parametrize("slot", ["contact_name", "complaint_confirm"])
@pytest.mark.parametrize(
    ("known", "said", "line"),
    [
        ({"address": "国庆路3号"}, "地址不对，是龙湖路8号", "市民更正：发生地点是龙湖路8号"),
        ({"address": "国庆路3号"}, "是5号不是3号", "市民更正：发生地点是国庆路5号"),
        (
            {"happened_at": "前天晚上（2026年11月22日）"},
            "时间说错了，是大前天夜里",
            "市民更正：发生时间是大前天夜里",
        ),
        ({"address": "国庆路"}, "地址改成国庆路3号", ""),
        ({"address": "龙湖公园"}, "地址不对，是龙湖路8号", ""),
    ],
)
async def test_a_correction_in_the_form_is_told_below_the_story(
    rasa: Rasa, visitor: str, slot: str, known: dict[str, str], said: str, line: str
) -> None:
    story = "国庆路3号的麻将馆前天晚上又吵到半夜"
    slots = {**FULL, "content": story, **known, "requested_slot": slot}
    answer = await rasa.run(FORM, said, "correct", conversation=visitor, slots=slots)
    content = str(answer.slots.get("content", story))
    assert content.split("\n")[0] == story
    assert content.removeprefix(story).strip().startswith(line) and bool(content != story) is bool(line)
