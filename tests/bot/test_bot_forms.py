"""The two forms, message by message, through the endpoint."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core import codes
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tickets.lookup import Tried
from tickets.types import TicketDraft

FORM = "validate_complaint_form"
FULL: dict[str, Any] = {
    "complaint_type": "投诉",
    "content": "楼下烧烤摊油烟太大",
    "district": "田家庵区",
    "address": "国庆中路阳光花园3栋",
    "happened_at": "",
    "subject": "",
    "contact_name": "张三",
    "contact_phone": "13800000000",
    "confidential": False,
}


def _until(slot: str, **more: Any) -> dict[str, Any]:
    """Everything filled that is asked before ``slot``."""
    names = list(FULL)
    filled = {name: FULL[name] for name in names[: names.index(slot)]} if slot in FULL else dict(FULL)
    return {**filled, "requested_slot": slot, **more}


@pytest.mark.parametrize(
    ("slot", "text", "intent", "confidence", "value"),
    [
        ("content", "楼上天天吵，为什么没人管？", "ask_policy", 0.8, "楼上天天吵，为什么没人管？"),
        ("content", "打你们人工客服打了二十遍没人接", "request_human", 0.7, "打你们人工客服打了二十遍没人接"),
        (
            "content",
            "我要取消健身卡他们不给取消还扣我钱",
            "cancel",
            0.7,
            "我要取消健身卡他们不给取消还扣我钱",
        ),
        ("content", "你们说谢谢有什么用，路还是烂的", "thank", 0.7, "你们说谢谢有什么用，路还是烂的"),
        ("address", "公积金中心旁边那条路", "ask_policy", 0.9, "公积金中心旁边那条路"),
        ("address", "转盘往南走到头", "nlu_fallback", 0.2, "转盘往南走到头"),
        (
            "happened_at",
            "从去年拖到现在还没解决",
            "complain",
            0.9,
            f"从去年拖到现在还没解决（{date.today().year - 1}年到现在）",
        ),
        ("subject", "社保局窗口", "ask_policy", 0.9, "社保局窗口"),
        ("contact_name", "我叫张三", "nlu_fallback", 0.2, "张三"),
        ("contact_phone", "幺三八零零零零零零零零", "nonsense", 0.5, "13800000000"),
        ("contact_phone", "138-0000-0000 打这个", "inform", 0.8, "13800000000"),
        ("contact_phone", "０５５４－６００００００", "inform", 0.8, "05546000000"),
        ("district", "俺是山南新区的", "inform", 0.5, "高新区"),
        ("district", "潘集", "inform", 0.5, "潘集区"),
        ("district", "在曹庵镇这边", "inform", 0.5, "田家庵区"),
        ("confidential", "别让他们知道是我", "deny", 0.6, True),
        ("confidential", "不用", "deny", 0.9, False),
        ("complaint_type", "算投诉吧", "start_complaint", 0.9, "投诉"),
    ],
)
async def test_an_answer_is_taken_as_the_answer(
    rasa: Rasa, visitor: str, slot: str, text: str, intent: str, confidence: float, value: Any
) -> None:
    answer = await rasa.run(
        FORM, text, intent, conversation=visitor, confidence=confidence, slots=_until(slot)
    )
    assert answer.slots[slot] == value
    assert answer.slots["requested_slot"] != slot


@pytest.mark.parametrize(
    "slot", ["complaint_type", "content", "district", "address", "contact_phone", "complaint_confirm"]
)
async def test_a_policy_question_is_answered_and_the_question_asked_again(
    rasa: Rasa, visitor: str, slot: str
) -> None:
    answer = await rasa.run(FORM, "公积金怎么提取", "ask_policy", conversation=visitor, slots=_until(slot))
    assert answer.cards[0]["entry"] == "gjj-withdraw"
    assert "接着刚才" in answer.text
    assert answer.slots["requested_slot"] == slot
    assert "content" not in answer.slots or slot != "content"


async def test_an_announced_question_is_no_address_even_when_not_known(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(
        FORM,
        "等等我先问下狂犬疫苗要打几针",
        "nlu_fallback",
        conversation=visitor,
        confidence=0.2,
        slots=_until("address"),
    )
    assert "没有把握" in answer.text
    assert "address" not in answer.slots


@pytest.mark.parametrize("slot", [*FULL, "complaint_confirm"])
@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("转人工", "nlu_fallback", 0.1),
        ("/request_human", "request_human", 1.0),
        ("找个真人", "request_human", 0.9),
    ],
)
async def test_a_human_at_any_question_gets_what_is_filled(
    rasa: Rasa, visitor: str, city: SmallCity, slot: str, text: str, intent: str, confidence: float
) -> None:
    slots = _until(slot)
    answer = await rasa.run(FORM, text, intent, conversation=visitor, confidence=confidence, slots=slots)
    view = await city.conversations.view(visitor)
    assert (view.mode, view.reason) == ("waiting", "citizen_asked")
    assert answer.slots["requested_slot"] is None
    assert answer.slots["content"] is None
    expected = {"诉求类型": "投诉"} if "complaint_type" in slots else {}
    assert (view.facts.get("handoff") or {}).items() >= expected.items()


@pytest.mark.parametrize("slot", [*FULL, "complaint_confirm"])
async def test_cancel_at_any_question(rasa: Rasa, visitor: str, city: SmallCity, slot: str) -> None:
    for text, intent, confidence in (
        ("取消", "nlu_fallback", 0.1),
        ("取消投诉", "start_complaint", 0.6),
        ("/cancel", "cancel", 1.0),
    ):
        answer = await rasa.run(
            FORM, text, intent, conversation=visitor, confidence=confidence, slots=_until(slot)
        )
        assert "已经取消" in answer.text
        assert answer.slots["requested_slot"] is None
    ended = await rasa.run("action_file_ticket", "取消", "cancel", conversation=visitor)
    assert ended.text == ""
    assert (await city.tickets.list()).tickets == ()


@pytest.mark.parametrize("slot", [*FULL, "complaint_confirm"])
async def test_every_question_offers_a_way_out(rasa: Rasa, visitor: str, slot: str) -> None:
    answer = await rasa.run(FORM, "/repeat", "repeat", conversation=visitor, slots=_until(slot))
    assert answer.buttons["取消"] == "/cancel"
    assert answer.slots["requested_slot"] == slot


async def test_three_bad_tries_offer_a_way_around(rasa: Rasa, visitor: str) -> None:
    tries = 0
    for n in (1, 2, 3):
        slots = _until("contact_phone", tries=tries)
        answer = await rasa.run(FORM, "一二三", "nonsense", conversation=visitor, slots=slots)
        tries = answer.slots["tries"]
        assert tries == n
        assert ("转人工" in answer.buttons) == (n == 3)
    assert "跳过" in answer.buttons


async def test_the_anonymous_are_told_what_no_phone_means(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(FORM, "匿名吧", "skip", conversation=visitor, slots=_until("contact_name"))
    assert answer.slots["contact_name"] == "匿名"
    assert "没法给您回访" in answer.text
    skipped = await rasa.run(
        FORM, "/skip", "skip", conversation=visitor, slots=_until("contact_phone", contact_name="匿名")
    )
    assert skipped.slots["contact_phone"] == ""
    assert skipped.slots["requested_slot"] == "complaint_confirm", "nothing is left to keep secret"
    named = await rasa.run(FORM, "/skip", "skip", conversation=visitor, slots=_until("contact_phone"))
    assert named.slots["contact_phone"] == "", "a name alone is enough for who wants no call"
    assert "没法给您打电话回访" in named.text


async def test_the_summary_shows_all_and_sets_the_key_once(rasa: Rasa, visitor: str) -> None:
    slots = _until("confidential")
    answer = await rasa.run(FORM, "/x", "deny", conversation=visitor, slots=slots, turn="t-9")
    assert [field["slot"] for field in answer.cards[0]["fields"]] == [
        "complaint_type", "content", "district", "address", "happened_at", "subject",
        "contact_name", "contact_phone", "confidential",
    ]  # fmt: skip
    assert "13800000000" in answer.text
    assert answer.slots["filing_key"] == f"{visitor}:t-9"
    again = await rasa.run(
        FORM, "再说一遍", "repeat", conversation=visitor, turn="t-10",
        slots=_until("complaint_confirm", filing_key=f"{visitor}:t-9"),
    )  # fmt: skip
    assert "filing_key" not in again.slots


@pytest.mark.parametrize(
    ("text", "intent", "entities", "field", "value"),
    [
        ("改一下地址", "correct", {}, "address", None),
        ("电话写错了", "correct", {}, "contact_phone", None),
        ("把区改成大通区", "correct", {}, "district", "大通区"),
        ("电话改成13900000001", "correct", {}, "contact_phone", "13900000001"),
        ("改成匿名", "correct", {}, "contact_name", "匿名"),
        ("要保密", "affirm", {}, "confidential", True),  # a line to change, never leave to file
        ('/correct{"field":"happened_at"}', "correct", {"field": "happened_at"}, "happened_at", None),
        (
            '/inform{"slot":"district","value":"寿县"}',
            "inform",
            {"slot": "district", "value": "寿县"},
            "district",
            "寿县",
        ),
    ],
)
async def test_one_line_is_corrected(
    rasa: Rasa, visitor: str, text: str, intent: str, entities: dict[str, str], field: str, value: str | None
) -> None:
    slots = _until("complaint_confirm", filing_key="k")
    answer = await rasa.run(FORM, text, intent, conversation=visitor, slots=slots, entities=entities)
    assert answer.slots[field] == value
    assert answer.slots["requested_slot"] == (field if value is None else "complaint_confirm")
    untouched = set(FULL) - {field}
    assert not untouched & set(answer.slots)


async def test_no_asks_which_line(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run(FORM, "/deny", "deny", conversation=visitor, slots=_until("complaint_confirm"))
    assert "要改哪一项" in answer.text
    assert answer.buttons["具体地址"] == '/correct{"field":"address"}'


async def _confirm(rasa: Rasa, visitor: str, key: str, turn: str, **more: Any) -> Answer:
    slots = {**_until("complaint_confirm"), "filing_key": key, **more}
    confirmed = await rasa.run(FORM, "确认提交", "affirm", conversation=visitor, slots=slots, turn=turn)
    assert confirmed.slots["complaint_confirm"] is True
    assert confirmed.slots["requested_slot"] is None
    return await rasa.run(
        "action_file_ticket", "确认提交", "affirm", conversation=visitor, turn=turn,
        slots={**slots, "complaint_confirm": True, "requested_slot": None},
    )  # fmt: skip


async def test_filing_is_exactly_once(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    first = await _confirm(rasa, visitor, "c:t", "t-1")
    again = await _confirm(rasa, visitor, "c:t", "t-1")
    assert first.cards == again.cards
    assert len((await city.tickets.list()).tickets) == 1
    assert first.slots["content"] is None, "the draft is forgotten"
    ticket = await city.tickets.get(first.cards[0]["number"])
    assert (ticket.type.label, ticket.district, ticket.channel) == ("投诉", "田家庵区", "web")
    assert first.cards[0]["query_code"] in first.text
    # the process died after filing, Rasa had already closed the form: the same turn shows the ticket again
    repeated = await rasa.run("action_affirm", "确认提交", "affirm", conversation=visitor, turn="t-1")
    assert repeated.cards == first.cards
    later = await rasa.run("action_affirm", "好的", "affirm", conversation=visitor, turn="t-2")
    assert not later.cards


@pytest.mark.slow
async def test_the_longest_message_is_filed_word_for_word(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    rounds = "".join(f"第{n}回去找物业，还是叫回家等着，楼道的灯一直没人修。" for n in range(1, 200))
    story = rounds[: 4_000 - 11] + "。以上情况请领导过问。"
    assert len(story) == 4_000
    opened = await rasa.run(FORM, story, "complain", conversation=visitor)
    assert opened.slots["content"] == story
    filed = await _confirm(rasa, visitor, "c:t", "t-1", content=opened.slots["content"])
    assert (await city.tickets.get(filed.cards[0]["number"])).content == story


async def test_what_was_confirmed_and_not_filed_is_filed_when_confirmed_again(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    """The app died between the form's end and the filing, which Rasa skips then: it asks only what comes next."""
    slots = {**_until("complaint_confirm"), "filing_key": "c:t", "complaint_confirm": True}
    again = await rasa.run(
        "action_affirm", "确认提交", "affirm", conversation=visitor, slots=slots, turn="t-1"
    )
    (ticket,) = (await city.tickets.list()).tickets
    assert again.cards[0]["number"] == ticket.number and again.slots["complaint_confirm"] is None


async def test_what_the_store_refuses_is_asked_again(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    answer = await _confirm(rasa, visitor, "c:t", "t-1", contact_phone="12")
    assert "还不能提交" in answer.text
    assert answer.slots["contact_phone"] is None
    assert answer.followup == "complaint_form"
    assert (await city.tickets.list()).tickets == ()


async def _ticket(city: SmallCity, visitor: str) -> tuple[str, str]:
    """A ticket filed somewhere else: who asks for it here needs its code."""
    ticket = await city.tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    return ticket.number, ticket.query_code


async def test_progress_in_one_message_and_in_two(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    number, code = await _ticket(city, visitor)
    form = "validate_status_form"
    whole = await rasa.run(form, f"查{number}，查询码{code}", "ask_progress", conversation=visitor)
    assert "待受理" in whole.text
    assert whole.slots["requested_slot"] is None
    first = await rasa.run(
        form, number.lower(), "inform", conversation=visitor, slots={"requested_slot": "ticket_number"}
    )
    assert first.slots["requested_slot"] == "query_code"
    second = await rasa.run(
        form,
        code,
        "nonsense",
        conversation=visitor,
        slots={"requested_slot": "query_code", "ticket_number": number},
    )
    assert "待受理" in second.text


async def test_a_wrong_pair_gives_no_hint_and_three_offer_a_human(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    number, code = await _ticket(city, visitor)
    wrong = codes.new()
    form = "validate_status_form"
    slots: dict[str, Any] = {"requested_slot": "ticket_number"}
    bad_code = await rasa.run(form, f"{number} {wrong}", "inform", conversation=visitor, slots=slots)
    bad_number = await rasa.run(form, f"HN2020010100001 {code}", "inform", conversation=visitor, slots=slots)
    assert bad_code.text == bad_number.text
    assert bad_code.slots["ticket_number"] is None
    third = await rasa.run(
        form, f"HN2020010100002 {code}", "inform", conversation=visitor, slots={**slots, "status_tries": 2}
    )
    assert "转人工" in third.buttons
    assert third.slots["requested_slot"] is None
    assert third.slots["offer"] == "human"


async def test_guessing_codes_is_stopped_politely(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    number, code = await _ticket(city, visitor)
    for _ in range(5):
        assert await city.tickets.by_number_and_code(number, codes.new(), Tried(visitor)) is None
    answer = await rasa.run(
        "validate_status_form", f"查{number} {code}", "ask_progress", conversation=visitor
    )
    assert "分钟后再试" in answer.text
    assert "待受理" not in answer.text


async def test_urging_is_recorded_once_a_turn(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    number, code = await _ticket(city, visitor)
    for _ in range(2):
        answer = await rasa.run(
            "validate_status_form", f"催一下{number} {code}", "urge", conversation=visitor, turn="t"
        )
        assert "记下催办" in answer.text
    assert [e.action for e in await city.tickets.events(number)] == ["filed", "urge"]


async def test_adding_needs_the_code_first(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    number, code = await _ticket(city, visitor)
    form = "validate_status_form"
    asked = await rasa.run(form, f"补充{number} {code}", "add_to_ticket", conversation=visitor)
    assert asked.slots["requested_slot"] == "supplement"
    slots = {"requested_slot": "supplement", "ticket_number": number, "query_code": code, "purpose": "add"}
    for _ in range(2):
        await rasa.run(
            form, "昨晚又不亮了，怎么还没人修？", "complain", conversation=visitor, slots=slots, turn="t"
        )
    events = await city.tickets.events(number)
    assert [(e.action, e.note) for e in events[1:]] == [("noted", "昨晚又不亮了，怎么还没人修？")]


async def test_the_button_that_adds_photos_asks_for_words_when_they_are_added_already(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await city.tickets.file(TicketDraft("投诉", "路灯坏了三天", conversation_id=visitor), "k")
    form, button = "validate_status_form", {"slot": "photos", "value": ticket.number}
    asked = await rasa.run(form, "/add_to_ticket", "add_to_ticket", conversation=visitor, entities=button)
    assert asked.slots["requested_slot"] == "supplement"
    await rasa.run(form, "昨晚又不亮了", "complain", conversation=visitor, slots=asked.slots, turn="turn-2")
    events = await city.tickets.events(ticket.number)
    assert [(e.action, e.note) for e in events[1:]] == [("noted", "昨晚又不亮了")]


async def test_a_town_is_kept_for_the_address_and_forgotten_with_its_district(
    rasa: Rasa, visitor: str
) -> None:
    town = await rasa.run(FORM, "凤台县城关镇", "inform", conversation=visitor, slots=_until("district"))
    assert (town.slots["district"], town.slots["town"]) == ("凤台县", "城关镇")
    slots = _until("address", town="城关镇")
    whole = await rasa.run(FORM, "工人路口", "inform", conversation=visitor, slots=slots)
    assert whole.slots["address"] == "城关镇工人路口"
    button = {"slot": "district", "value": "寿县"}
    other = await rasa.run(FORM, "/inform", "inform", conversation=visitor, slots=slots, entities=button)
    assert other.slots["town"] is None
