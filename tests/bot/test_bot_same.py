"""The same matter again: the citizen of a ticket may add to it, and nobody else hears of it, whatever he knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tickets.types import Ticket, TicketDraft

FORM = "validate_complaint_form"
STATUS = "validate_status_form"
STORY = "城南菜场后门的下水道堵了，污水流得满街都是"
AGAIN = "城南菜场后门下水道还堵着，污水满街流"
PHONE = "13800000034"
HEARD = ("同一件", "很像", "反映过", "登记过", "还在办")
"""Words by which a ticket would be spoken of."""


async def _filed(city: SmallCity, conversation: str) -> Ticket:
    draft = TicketDraft(
        "投诉", STORY, district="大通区", address="城南菜场后门", contact_name="周建国", contact_phone=PHONE,
        confidential=True, conversation_id=conversation,
    )  # fmt: skip
    return await city.tickets.file(draft, "k")


async def _stranger(city: SmallCity, channel: str) -> str:
    return (await city.conversations.find_or_create(channel, "", "somebody else")).id


def _running(**more: Any) -> dict[str, Any]:
    return {
        "content": AGAIN, "complaint_type": "投诉", "district": "大通区", "address": "城南菜场后门", "happened_at": "",
        "subject": "", "contact_name": "王某", "requested_slot": "contact_phone", "filing_key": "other:1", **more,
    }  # fmt: skip


def _silent(answer: Answer, ticket: Ticket) -> None:
    said = json.dumps(answer.body["responses"], ensure_ascii=False)
    assert not any(word in said for word in HEARD), said
    assert ticket.number not in said and ticket.query_code not in said and "周" not in said


@pytest.mark.parametrize("channel", ["web", "wechat"])
async def test_a_colleagues_phone_number_tells_nothing(
    rasa: Rasa, visitor: str, city: SmallCity, channel: str
) -> None:
    ticket = await _filed(city, visitor)
    attacker = await _stranger(city, channel)
    before = await city.tickets.events(ticket.number)
    for said, intent, slots in (
        (AGAIN, "complain", {}),
        (f"{AGAIN}，我电话{PHONE}", "complain", {}),
        (PHONE, "inform", _running()),
        (f"我的电话是{PHONE}", "inform", _running(requested_slot="contact_name", contact_name=None)),
    ):
        _silent(await rasa.run(FORM, said, intent, conversation=attacker, slots=slots), ticket)
    # A question asked before an upgrade, or forged: its answer writes nothing either.
    for said, intent in (("是同一件，补充进去", "affirm"), ("/affirm", "affirm")):
        asked = _running(requested_slot="same_ticket", same_ticket=ticket.number, contact_phone=PHONE)
        answer = await rasa.run(FORM, said, intent, conversation=attacker, slots=asked)
        _silent(answer, ticket)
        assert answer.slots["requested_slot"] == "confidential", "the form goes on with a matter of its own"
    assert await city.tickets.events(ticket.number) == before


@pytest.mark.parametrize(
    ("said", "requested"),
    [
        ("帮我查{number}", None),
        ("催一下{number}", None),
        ("{number} 补充一句，是我家隔壁", None),
        ("{number}，查询码000000", None),
        ("{number}", "ticket_number"),
        ("000000", "query_code"),
    ],
)
async def test_a_number_alone_tells_and_changes_nothing(
    rasa: Rasa, visitor: str, city: SmallCity, said: str, requested: str | None
) -> None:
    ticket = await _filed(city, visitor)
    attacker = await _stranger(city, "web")
    before = await city.tickets.events(ticket.number)
    slots = {
        "requested_slot": requested,
        "ticket_number": ticket.number if requested == "query_code" else None,
    }
    for action in (STATUS,) if requested else (STATUS, "action_fallback", FORM):
        answer = await rasa.run(
            action, said.format(number=ticket.number), "ask_progress", conversation=attacker, slots=slots
        )
        shown = json.dumps(answer.body["responses"], ensure_ascii=False)
        assert ticket.state.label not in shown and "下水道" not in shown and ticket.query_code not in shown
    assert await city.tickets.events(ticket.number) == before


async def test_number_and_code_open_the_ticket_but_not_its_story_or_contact(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _filed(city, visitor)
    holder = await _stranger(city, "wechat")
    said = f"{ticket.number}，查询码{ticket.query_code}"
    answer = await rasa.run(STATUS, said, "ask_progress", conversation=holder)
    assert ticket.state.label in answer.text
    assert "下水道" not in answer.text and "周" not in answer.text and PHONE[-4:] not in answer.text
    # It is still no ticket of that conversation: a like story is a matter of its own.
    again = await rasa.run(
        FORM, f"{AGAIN}，我电话{PHONE}", "complain", conversation=holder, slots=answer.slots
    )
    assert not any(word in again.text for word in HEARD)


async def test_who_filed_it_may_add_to_it(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket = await _filed(city, visitor)
    asked = await rasa.run(FORM, AGAIN, "complain", conversation=visitor)
    assert ticket.number in asked.text and "同一件事" in asked.text
    slots = {**_running(), **asked.slots}
    added = await rasa.run(
        FORM, "是同一件，补充进去", "affirm", conversation=visitor, slots=slots, turn="t-2"
    )
    assert "已经补充" in added.text and added.slots["content"] is None
    noted, named = (await city.tickets.events(ticket.number))[-2:]
    assert noted.action == "noted" and "还堵着" in noted.note
    assert named.action == "name_corrected", "he gave his name anew, and the note says nothing of it"
