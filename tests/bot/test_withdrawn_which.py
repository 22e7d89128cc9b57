"""What corrects or withdraws the ticket filed a moment ago: no new form, and asked back when several are open."""

from __future__ import annotations

import pytest

from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity
from tickets.states import State
from tickets.types import Ticket, TicketDraft

FORM, NO_FORM = "validate_complaint_form", "action_no_form"
WHERE = "八里塔那边的阳光花园3号楼"


async def _filed(city: SmallCity, visitor: str, content: str, key: str) -> Ticket:
    draft = TicketDraft("投诉", content, district="谢家集区", address=WHERE, conversation_id=visitor)
    return await city.tickets.file(draft, key)


@pytest.mark.parametrize(
    "said", ["我说错了,是阳光花园5号楼不是3号楼", "说错了，不是3号楼，是5号楼", "我刚才说错了 是5号楼"]
)
async def test_a_slip_corrects_the_ticket_and_opens_no_form(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    ticket = await _filed(city, visitor, "楼道里堆满了杂物", "a")
    told = await rasa.run(FORM, said, "complain", conversation=visitor)
    assert told.slots.get("requested_slot") is None and "5号楼" in told.text
    assert (await city.tickets.get(ticket.number)).address == WHERE.replace("3", "5")


async def test_a_slip_alone_still_takes_up_what_was_left(rasa: Rasa, visitor: str) -> None:
    left = {"kept_draft": {"content": "健身器材坏了没人修"}}
    told = await rasa.run(NO_FORM, "点错了", "cancel", conversation=visitor, slots=left)
    assert told.followup == "complaint_form" or "健身器材" in told.text


@pytest.mark.parametrize("said", ["我要撤回工单", "物业刚来清了，那张单子撤了吧"])
@pytest.mark.parametrize("asked", ["district", None])
async def test_withdrawing_the_ticket_beside_an_unfinished_complaint(
    rasa: Rasa, visitor: str, city: SmallCity, said: str, asked: str | None
) -> None:
    ticket = await _filed(city, visitor, "楼道里堆满了杂物", "a")
    slots = (
        {"requested_slot": asked, "content": "健身器材坏了"}
        if asked
        else {"kept_draft": {"content": "健身器材坏了"}}
    )
    told = await rasa.run(FORM if asked else NO_FORM, said, "cancel", conversation=visitor, slots=slots)
    assert ticket.number in told.text and "撤回这张工单" in told.buttons
    assert told.slots.get("requested_slot") is None
    if asked:
        assert told.slots["kept_draft"]["content"] == "健身器材坏了"
    shown = [{"event": "slot", "name": "offer", "value": told.slots["offer"]}]
    done = await rasa.run(
        "action_affirm", "/affirm", "affirm", conversation=visitor, before=shown, turn="t-2"
    )
    assert "已经撤回" in done.text
    assert (await city.tickets.get(ticket.number)).state is State.WITHDRAWN


async def test_words_without_the_ticket_still_mean_the_unfinished_complaint(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await _filed(city, visitor, "楼道里堆满了杂物", "a")
    slots = {"kept_draft": {"content": "健身器材坏了"}}
    for n, said in enumerate(("取消", "撤了吧")):
        told = await rasa.run(NO_FORM, said, "cancel", conversation=visitor, slots=slots, turn=f"t-{n}")
        assert ticket.number not in told.text


async def test_of_several_it_is_asked_which_one(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    first = await _filed(city, visitor, "楼道里堆满了杂物", "a")
    second = await _filed(city, visitor, "路灯坏了三天", "b")
    named = await rasa.run(NO_FORM, "路灯那个工单撤了吧", "cancel", conversation=visitor, turn="t-0")
    assert second.number in named.text and first.number not in named.text
    asked = await rasa.run(NO_FORM, "撤回工单", "cancel", conversation=visitor, turn="t-1")
    assert first.number in asked.buttons and second.number in asked.buttons
    assert "撤回这张工单" not in asked.buttons
    shown = [{"event": "slot", "name": "offer", "value": asked.slots["offer"]}]
    more = {"conversation": visitor, "before": shown}
    again = await rasa.run("action_affirm", "是的", "affirm", turn="t-2", **more)
    assert first.number in again.buttons
    pressed = asked.buttons[first.number]
    one = await rasa.run(
        "action_affirm",
        pressed,
        "affirm",
        entities={"slot": "withdraw", "value": first.number},
        turn="t-3",
        **more,
    )
    assert first.number in one.text and "撤回这张工单" in one.buttons
    assert one.slots["offer"].endswith(first.number)
    foreign = await rasa.run(
        "action_affirm",
        "/affirm",
        "affirm",
        entities={"slot": "withdraw", "value": "HN2026112300001"},
        turn="t-4",
        **more,
    )
    assert "HN2026112300001" not in foreign.text
    assert (await city.tickets.get(first.number)).state is not State.WITHDRAWN


@pytest.mark.parametrize(
    ("said", "which"),
    [("{}", 0), ("{}", 1), ("撤{}这张", 1), ("第一张", 1), ("第2个", 0), ("路灯那个", 1), ("杂物那张", 0)],
)
async def test_words_say_which_one_is_withdrawn(
    rasa: Rasa, visitor: str, city: SmallCity, said: str, which: int
) -> None:
    both = [
        await _filed(city, visitor, "楼道里堆满了杂物", "a"),
        await _filed(city, visitor, "路灯坏了三天", "b"),
    ]
    asked = await rasa.run(NO_FORM, "撤回工单", "cancel", conversation=visitor, turn="t-1")
    shown = [{"event": "slot", "name": "offer", "value": asked.slots["offer"]}]
    words, more = said.format(both[which].number), {"conversation": visitor, "before": shown}
    for turn, (action, intent) in enumerate(
        [("validate_status_form", "ask_progress"), ("action_fallback", "nonsense")]
    ):
        one = await rasa.run(action, words, intent, turn=f"t-2{turn}", **more)
        assert both[which].number in one.text and "撤回这张工单" in one.buttons, one.text
        assert both[1 - which].number not in one.text
    assert (await city.tickets.get(both[which].number)).state is not State.WITHDRAWN


async def test_a_number_after_the_question_with_something_else_to_do_withdraws_nothing(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    first = await _filed(city, visitor, "楼道里堆满了杂物", "a")
    await _filed(city, visitor, "路灯坏了三天", "b")
    shown = [{"event": "slot", "name": "offer", "value": "withdraw:"}]
    words = f"{first.number} 补充：二楼也堆了"
    told = await rasa.run(
        "validate_status_form", words, "ask_progress", conversation=visitor, before=shown, turn="t-2"
    )
    assert "撤回这张工单" not in told.buttons and "二楼也堆了" in told.text
