"""What a citizen orders after filing is done to the ticket: add it, hurry because somebody was hurt, keep me secret, withdraw."""

from __future__ import annotations

import pytest

from bot.understanding.decide import KINDS, decide
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tickets.states import State
from tickets.types import Ticket, TicketDraft

FORM, STATUS, NO_FORM = "validate_complaint_form", "validate_status_form", "action_no_form"


async def _filed(city: SmallCity, visitor: str, content: str = "楼道里电瓶车飞线充电", **more: str) -> Ticket:
    draft = TicketDraft("投诉", content, district="大通区", conversation_id=visitor, **more)  # type: ignore[arg-type]
    return await city.tickets.file(draft, "k")


async def _notes(city: SmallCity, ticket: Ticket) -> list[str]:
    return [event.note for event in await city.tickets.events(ticket.number)]


async def test_add_it_is_an_order_and_danger_makes_it_urgent(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _filed(city, visitor)
    told = await rasa.run(FORM, "插座前天冒火花了，补充一下", "complain", conversation=visitor)
    assert "插座前天冒火花了" in await _notes(city, ticket)
    assert "紧急" in told.text and "119" in told.text
    assert (await city.tickets.get(ticket.number)).urgency


async def test_urging_with_news_keeps_the_news(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket = await _filed(city, visitor, "人行道塌了个坑")
    said = "早上又有个老太太绊倒了，能不能快点修"
    await rasa.run(STATUS, said, "urge", conversation=visitor)
    assert any("老太太绊倒了" in note for note in await _notes(city, ticket))
    assert (await city.tickets.get(ticket.number)).urgency


async def test_urging_alone_makes_nothing_urgent(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket = await _filed(city, visitor)
    await rasa.run(STATUS, "催一下", "urge", conversation=visitor)
    assert not (await city.tickets.get(ticket.number)).urgency


@pytest.mark.parametrize("said", ["工地停了，我撤销了吧", "他们刚来弄好了，撤回吧"])
async def test_withdrawing_asks_once_and_keeps_the_reason(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _filed(city, visitor, "工地半夜打桩")
    asked = await rasa.run(NO_FORM, said, "cancel", conversation=visitor)
    assert "撤回这张工单" in asked.buttons
    done = await rasa.run(NO_FORM, "撤回这张工单", "cancel", conversation=visitor, turn="t-2")
    assert "已经撤回" in done.text
    assert (await city.tickets.get(ticket.number)).state is State.WITHDRAWN
    assert sum(said in note for note in await _notes(city, ticket)) == 2

    again = await rasa.run(NO_FORM, "又开始吵了，能不能恢复", "cancel", conversation=visitor, turn="t-3")
    assert "不能恢复" in again.text and "照原来的另开一张" in again.buttons
    assert again.slots["kept_draft"]["content"] == "工地半夜打桩"


async def test_a_wrong_name_is_put_right_wherever_it_stands(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _filed(city, visitor, "惠民超市门口井盖没了", address="惠民超市门口", subject="惠民超市")
    await rasa.run(FORM, "说错了，不是惠民，是永辉超市门口", "complain", conversation=visitor)
    right = await city.tickets.get(ticket.number)
    assert (right.address, right.subject) == ("永辉超市门口", "永辉超市")
    assert "涉及对象是永辉超市" in right.content


async def test_taking_the_number_off_says_what_can_be_done(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket = await _filed(city, visitor, contact_phone="13800000000")
    told = await rasa.run(NO_FORM, "把我的电话删了吧，怕人打", "cancel", conversation=visitor)
    assert "保密" in told.text and "删不掉" in told.text
    assert (await city.tickets.get(ticket.number)).confidential


@pytest.mark.parametrize(
    ("said", "intent", "meant"),
    [
        ("你给我登记吧，让医保局的给我打个电话", "request_human", "start_complaint"),
        (
            "我六十八了老伴瘫了没人管，一个月就一千块，想问两个事，一个是护理补贴国家给不给，二一个能不能上门评残",
            "complain",
            "ask_policy",
        ),
        ("我要反映两个事，一个是路灯坏了没人修，二一个是垃圾堆成山", "complain", "complain"),
    ],
)
def test_what_the_message_is(said: str, intent: str, meant: str) -> None:
    kinds = dict.fromkeys(KINDS, 0.05) | {"matter": 0.85}
    assert decide(said, [(intent, 0.9)], kinds, 0.2).intent == meant
