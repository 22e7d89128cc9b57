"""A second matter of one letter: asked for afterwards, its ticket is named, and one of its own is offered, at the same place."""

from __future__ import annotations

import pytest

from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tickets.types import TicketDraft

STORY = "村里路灯坏了一大片，垃圾桶也没人收，臭得很"


@pytest.mark.parametrize(
    "said",
    ["垃圾桶那个是不是也报上去了", "垃圾桶的事登记了吗", "垃圾桶那个你还没给我登", "还有垃圾桶那件，漏了吧"],
)
async def test_a_part_of_a_ticket_is_found_and_offered_alone(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    draft = TicketDraft("投诉", STORY, district="寿县", address="堰口镇魏岗村", conversation_id=visitor)
    ticket = await city.tickets.file(draft, "a")
    told = await rasa.run("action_answer_policy", said, "ask_policy", conversation=visitor)
    assert ticket.number in told.text and "单独登记一张" in told.buttons, told.text
    assert "垃圾桶" in told.slots["story"] and "魏岗村" in told.slots["story"]


async def test_the_first_matter_needs_no_second_ticket(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket = await city.tickets.file(
        TicketDraft("投诉", STORY, district="寿县", conversation_id=visitor), "a"
    )
    told = await rasa.run("action_answer_policy", "路灯那个报上去了吗", "ask_policy", conversation=visitor)
    assert ticket.number in told.text and "单独登记一张" not in told.buttons


async def test_what_still_waits_is_offered(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    await city.tickets.file(
        TicketDraft("投诉", "村里路灯坏了", district="寿县", conversation_id=visitor), "a"
    )
    slots = {"later": [{"kind": "matter", "text": "垃圾桶没人收，臭得很"}]}
    told = await rasa.run(
        "action_fallback", "垃圾桶那个你还没给我登", "nonsense", conversation=visitor, slots=slots
    )
    assert "垃圾桶没人收" in told.text and told.slots["offer"] == "complaint"


async def test_what_was_just_offered_stays_whole(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    await city.tickets.file(
        TicketDraft("投诉", "村里路灯坏了", district="寿县", conversation_id=visitor), "a"
    )
    shown = [{"event": "slot", "name": "offer", "value": "complaint"}]
    slots = {"story": "垃圾桶也没人收，堆得跟山一样"}
    told = await rasa.run(
        "action_fallback",
        "垃圾桶那个是不是也报上去了",
        "nonsense",
        conversation=visitor,
        slots=slots,
        before=shown,
    )
    assert "还没有登记" in told.text and told.slots["story"].endswith("堆得跟山一样")


@pytest.mark.parametrize("said", ["医保卡那个怎么办", "电费的事你们管不管"])
async def test_other_words_are_left_alone(rasa: Rasa, visitor: str, city: SmallCity, said: str) -> None:
    await city.tickets.file(TicketDraft("投诉", STORY, district="寿县", conversation_id=visitor), "a")
    told = await rasa.run("action_answer_policy", said, "ask_policy", conversation=visitor)
    assert "单独登记一张" not in told.buttons
