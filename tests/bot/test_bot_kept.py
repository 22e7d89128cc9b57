"""What was told is never lost: going back, hand-over, cancelling, days of silence; through the endpoint."""

from __future__ import annotations

from typing import Any

import pytest

from conversations.types import Agent
from tests.bot.calls import Rasa
from tests.bot.parts import SmallCity

FORM = "validate_complaint_form"
HOLE = "路上一个大坑，我的车胎都爆了"


def _went_back(**more: Any) -> dict[str, Any]:
    """The slots after 上一步 at the first question that followed the story."""
    return {
        "requested_slot": "content",
        "content": HOLE,
        "category": "市政设施/道路破损",
        "former": {"slot": "content", "value": HOLE},
        **more,
    }


async def test_going_back_to_the_story_keeps_it(rasa: Rasa, visitor: str) -> None:
    running = {"requested_slot": "district", "content": HOLE, "complaint_type": "投诉"}
    answer = await rasa.run(FORM, "上一步", "go_back", conversation=visitor, slots=running)
    assert answer.slots.get("content", HOLE) == HOLE
    assert answer.slots["requested_slot"] == "content"
    assert HOLE in answer.text
    assert "不改了" in answer.buttons


@pytest.mark.parametrize(
    ("said", "filled"),
    [
        ("舜耕西路和广场路交叉口往北50米", "address"),
        ("国庆中路三号院", "address"),
        ("潘集区", "district"),
        ("昨天晚上", "happened_at"),
    ],
)
async def test_a_place_or_time_never_becomes_the_story(
    rasa: Rasa, visitor: str, said: str, filled: str
) -> None:
    slots = _went_back(complaint_type="投诉")
    answer = await rasa.run(FORM, said, "nlu_fallback", confidence=0.2, conversation=visitor, slots=slots)
    assert answer.slots.get("content", HOLE) == HOLE
    assert said in answer.slots[filled]
    assert answer.slots["former"] is None
    assert answer.slots["requested_slot"] != "content"


async def test_a_photo_or_a_place_on_the_map_never_becomes_the_story(rasa: Rasa, visitor: str) -> None:
    for slot, value in (("photo", "img-1"), ("location", "32.646000,117.018000 舜耕西路")):
        answer = await rasa.run(
            FORM,
            "/inform",
            "inform",
            entities={"slot": slot, "value": value},
            conversation=visitor,
            slots=_went_back(complaint_type="投诉"),
        )
        assert answer.slots.get("content", HOLE) == HOLE
        assert answer.slots["requested_slot"] == "district" if slot == "photo" else "happened_at"
        assert "没有动" in answer.text


async def test_another_story_takes_its_place(rasa: Rasa, visitor: str) -> None:
    said = "小区门口的路灯坏了好几天没人修"
    answer = await rasa.run(FORM, said, "complain", conversation=visitor, slots=_went_back())
    assert answer.slots["content"] == said
    assert answer.slots["category"] != "市政设施/道路破损"


async def test_words_that_are_neither_are_added(rasa: Rasa, visitor: str) -> None:
    said = "补胎花掉一百二十块"
    answer = await rasa.run(
        FORM, said, "nlu_fallback", confidence=0.2, conversation=visitor, slots=_went_back()
    )
    assert answer.slots["content"].startswith(HOLE)
    assert said in answer.slots["content"]


async def test_a_line_that_is_being_changed_is_not_lost_by_another_value(rasa: Rasa, visitor: str) -> None:
    slots = {
        **_went_back(requested_slot="address", complaint_type="投诉", district="潘集区"),
        "former": {"slot": "address", "value": "国庆中路三号院"},
        "address": None,
    }
    answer = await rasa.run(
        FORM, "昨天晚上", "nlu_fallback", confidence=0.2, conversation=visitor, slots=slots
    )
    assert answer.slots["happened_at"].startswith("昨天晚上")
    again = {**slots, **answer.slots}
    left = await rasa.run(FORM, "/request_human", "request_human", conversation=visitor, slots=again)
    assert left.slots["kept_draft"]["address"] == "国庆中路三号院"


HOLE_DRAFT = {"content": HOLE, "complaint_type": "投诉", "district": "潘集区"}
STATUS = "validate_status_form"


async def _left(rasa: Rasa, visitor: str, *, how: str = "/request_human") -> None:
    """A form that was left in the middle (/repeat: by silence); Rasa has forgotten its slots since."""
    running = {"requested_slot": "address", **HOLE_DRAFT}
    gone = await rasa.run(FORM, how, how.removeprefix("/"), conversation=visitor, slots=running)
    assert gone.slots["requested_slot"] == ("address" if how == "/repeat" else None)


@pytest.mark.parametrize("how", ["/request_human", "/cancel", "/repeat"])
@pytest.mark.parametrize("said", ["上次那个水管的事给我登记了吗", "那我刚才说的事登记了没", "我的单子到哪了"])
async def test_what_was_left_is_offered_instead_of_asking_for_a_number(
    rasa: Rasa, visitor: str, how: str, said: str
) -> None:
    await _left(rasa, visitor, how=how)
    asked = await rasa.run(STATUS, said, "ask_progress", conversation=visitor)
    assert HOLE in asked.text and "还没有提交" in asked.text
    assert "工单号" not in asked.text
    assert next(iter(asked.buttons)) == "接着填刚才的"
    assert asked.slots["requested_slot"] is None and asked.slots["offer"] == "draft"
    number = await rasa.run(STATUS, "/ask_progress", "ask_progress", conversation=visitor)
    assert number.slots["requested_slot"] == "ticket_number"


@pytest.mark.parametrize(
    "said",
    [
        "等下,还是接着填吧",
        "还是接着登记吧",
        "接着登记",
        "接着填刚才的",
        "上次那个还是接着登记吧",
        "刚才那个还在吗?接着登记吧",
    ],
)
@pytest.mark.parametrize("action", [FORM, "action_fallback", "action_no_form"])
async def test_what_was_left_is_taken_up_in_own_words_even_after_days(
    rasa: Rasa, visitor: str, said: str, action: str
) -> None:
    await _left(rasa, visitor)
    again = await rasa.run(action, said, "start_complaint", conversation=visitor)
    if action != FORM:
        assert again.followup == "complaint_form"
        return
    assert (again.slots["content"], again.slots["district"]) == (HOLE, "潘集区")
    assert again.slots["requested_slot"] == "address"


async def test_a_yes_or_a_place_after_the_offer_takes_it_up(rasa: Rasa, visitor: str) -> None:
    await _left(rasa, visitor)
    offered = [{"event": "slot", "name": "offer", "value": "draft"}]
    for said, intent in (
        ("国庆中路三号院", "inform"),
        ("好的", "affirm"),
        ("那登记下来吧，12号楼旁边", "complain"),
    ):
        how = {"inform": "action_fallback", "affirm": "action_affirm"}.get(intent, FORM)
        more: dict[str, Any] = {"conversation": visitor, "before": offered}
        if how != FORM:
            opened = await rasa.run(how, said, intent, **more)
            assert opened.followup == "complaint_form"
        again = await rasa.run(FORM, said, intent, **more)
        assert again.slots["content"] == HOLE
        assert again.slots.get("address") == {"inform": said, "affirm": None}.get(intent, "12号楼旁边")
        await _left(rasa, visitor)


async def test_what_was_filed_or_dropped_is_offered_no_more(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    await _left(rasa, visitor)
    asked = await rasa.run(STATUS, "我的单子到哪了", "ask_progress", conversation=visitor)
    drop = asked.buttons["不要了"]
    entities = {"slot": "draft", "value": "drop"}
    gone = await rasa.run("action_no_form", drop, "cancel", conversation=visitor, entities=entities)
    assert "都不要了" in gone.text
    assert (await city.conversations.recall(visitor)).get("draft_shown") is None
    again = await rasa.run(STATUS, "我的单子到哪了", "ask_progress", conversation=visitor)
    assert again.slots["requested_slot"] == "ticket_number"
    await _left(rasa, visitor)
    full = {
        **HOLE_DRAFT, "address": "国庆路3号", "contact_name": "匿名", "contact_phone": "", "complaint_confirm": True,
        "filing_key": "c:1",
    }  # fmt: skip
    filed = await rasa.run("action_file_ticket", "/affirm", "affirm", conversation=visitor, slots=full)
    assert "已经登记好了" in filed.text
    later = await rasa.run(FORM, "还是接着填吧", "start_complaint", conversation=visitor)
    assert later.slots.get("content") != HOLE


async def test_whoever_comes_back_from_an_agent_is_told_what_is_unfinished(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    agent = Agent("a", "坐席1号")
    for end in (city.conversations.hand_back, city.conversations.close):
        await _left(rasa, visitor)
        await city.conversations.take(visitor, agent)
        await end(visitor, agent)
        assert (await city.conversations.recall(visitor))["draft_shown"]["诉求内容"] == HOLE  # for the desk
        told = (await city.conversations.history(visitor))[-1]
        assert HOLE in told.text and "还没有提交" in told.text
        rated = ["满意", "一般", "不满意"] if end == city.conversations.close else []
        assert [b.title for b in told.buttons] == ["接着填刚才的", *rated]
    human = await rasa.run("action_request_human", "转人工", "request_human", conversation=visitor)
    assert "不用再说一遍" in human.text
    shown = (await city.conversations.recall(visitor))["handoff"]
    assert shown["诉求内容"] == HOLE


async def test_nobody_is_promised_that_an_agent_fills_the_form(rasa: Rasa, visitor: str) -> None:
    running = {"requested_slot": "district", "content": HOLE, "complaint_type": "投诉", "tries": 2}
    answer = await rasa.run(FORM, "哈喽啊", "nonsense", confidence=0.9, conversation=visitor, slots=running)
    assert "转人工" in answer.text and "帮您填" not in answer.text


@pytest.mark.parametrize("slot", ["district", "address", "subject", "confidential"])
@pytest.mark.parametrize(("said", "intent"), [("刚才那个登记了没", "cancel"), ("提交了吗", "ask_progress")])
async def test_who_asks_in_the_form_whether_it_is_filed_hears_that_it_is_not_yet(
    rasa: Rasa, visitor: str, slot: str, said: str, intent: str
) -> None:
    running = {"requested_slot": slot, "content": HOLE, "complaint_type": "投诉"}
    answer = await rasa.run(FORM, said, intent, conversation=visitor, slots=running)
    assert "还没有提交" in answer.text
    assert answer.slots.get(slot) is None and answer.slots.get("content", HOLE) == HOLE
    assert answer.slots.get("requested_slot", slot) == slot


@pytest.mark.parametrize("said", ["垃圾箱倒了，淮河路", "楼上漏水，学院路", "站牌歪了"])
async def test_another_matter_after_the_offer_is_its_own_and_keeps_the_old_one(
    rasa: Rasa, visitor: str, said: str
) -> None:
    await _left(rasa, visitor)
    offered = [{"event": "slot", "name": "offer", "value": "draft"}]
    new = await rasa.run(FORM, said, "complain", conversation=visitor, before=offered)
    assert new.slots["content"].startswith(said[:4]) and HOLE in new.text
    full = {
        **new.slots, "complaint_type": "投诉", "district": "潘集区", "address": "国庆路3号", "contact_name": "匿名",
        "contact_phone": "", "complaint_confirm": True, "filing_key": "c:2",
    }  # fmt: skip
    filed = await rasa.run("action_file_ticket", "/affirm", "affirm", conversation=visitor, slots=full)
    assert "已经登记好了" in filed.text and f"“{HOLE[:20]}" in filed.text
    assert filed.slots["kept_draft"]["district"] == "潘集区" and filed.slots["offer"] == "draft"
