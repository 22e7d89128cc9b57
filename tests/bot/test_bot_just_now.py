"""Talk about the ticket that was just filed or shown needs no number, through the endpoint."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import update

from core import codes
from tests.bot.calls import Answer, Rasa
from tests.bot.parts import SmallCity
from tickets.lookup import Tried
from tickets.models import TicketRow
from tickets.states import State
from tickets.types import Ticket, TicketDraft

STATUS = "validate_status_form"
FORM = "validate_complaint_form"
ANYWHERE = (STATUS, FORM, "action_fallback", "action_no_form", "action_ask_or_tell", "action_answer_policy")


async def _shown(
    rasa: Rasa, city: SmallCity, visitor: str, *, filed_in: str = ""
) -> tuple[Ticket, dict[str, Any]]:
    """A ticket filed elsewhere (or in a conversation) that was just looked up here, and Rasa's slots after it."""
    ticket = await city.tickets.file(TicketDraft("投诉", "路灯坏了三天", conversation_id=filed_in), "k")
    said = f"查{ticket.number}，查询码{ticket.query_code}"
    answer = await rasa.run(STATUS, said, "ask_progress", conversation=visitor)
    return ticket, answer.slots


async def _history(city: SmallCity, ticket: Ticket) -> list[tuple[str, str]]:
    return [(event.action, event.note) for event in await city.tickets.events(ticket.number)]


def _asked_for_a_number(answer: Answer) -> bool:
    return answer.slots.get("requested_slot") == "ticket_number"


@pytest.mark.parametrize("action", ANYWHERE)
async def test_what_was_just_filed_is_known(rasa: Rasa, visitor: str, action: str) -> None:
    full = {
        "content": "井盖丢了", "complaint_type": "投诉", "district": "潘集区", "address": "国庆路3号",
        "contact_name": "匿名", "contact_phone": "", "complaint_confirm": True, "filing_key": "c:1",
    }  # fmt: skip
    filed = await rasa.run("action_file_ticket", "/affirm", "affirm", conversation=visitor, slots=full)
    found = re.search(r"工单号：(\w+)\n查询码：(⟦查询码 HN\d+⟧)", filed.text)
    assert found is not None
    more: dict[str, Any] = {"conversation": visitor, "slots": filed.slots}
    sure = await rasa.run(action, "我刚才那个登记成功没", "ask_progress", **more)
    assert f"登记好了，工单号 {found[1]}" in sure.text and "待受理" in sure.text
    code = await rasa.run(action, "查询码是啥来着", "ask_progress", **more)
    assert found[1] in code.text and found[2] in code.text
    assert not _asked_for_a_number(code)


@pytest.mark.parametrize(("action", "slot"), [*((one, None) for one in ANYWHERE), (STATUS, "supplement")])
async def test_urge_add_change_and_withdraw_mean_the_ticket_above(
    rasa: Rasa, visitor: str, city: SmallCity, action: str, slot: str | None
) -> None:
    ticket, slots = await _shown(rasa, city, visitor, filed_in=visitor)
    slots = {**slots, "requested_slot": slot}
    for n, said in enumerate(
        ("咋还没动静?催一下", "再补充一句,是圆形的大井盖", "我想把地址改成菜市口南边", "撤了吧我不想追究了")
    ):
        answer = await rasa.run(action, said, "complain", conversation=visitor, slots=slots, turn=f"t-{n}")
        assert ticket.number in answer.text
        assert answer.slots.get("requested_slot") is None
        assert answer.slots.get("content") is None, "no new complaint"
    history = await _history(city, ticket)
    assert [action for action, _ in history[-4:]] == ["urge", "noted", "corrected", "noted"]
    added, changed, withdrawn = (note for _, note in history[-3:])
    assert added == "圆形的大井盖" and "菜市口南边" in changed and "要求撤回" in withdrawn


async def test_a_matter_or_a_question_is_none_of_it(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket, slots = await _shown(rasa, city, visitor)
    before = await _history(city, ticket)
    for said, intent in (("小区门口井盖丢了没人管", "complain"), ("我要投诉物业乱收费", "complain")):
        told = await rasa.run(FORM, said, intent, conversation=visitor, slots=slots)
        assert told.slots["requested_slot"] == "district"
    await rasa.run("action_answer_policy", "公积金怎么提取", "ask_policy", conversation=visitor, slots=slots)
    assert await _history(city, ticket) == before


async def test_a_complaint_left_unfinished_is_what_is_not_wanted(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket, slots = await _shown(rasa, city, visitor)
    left = {**slots, "kept_draft": {"content": "井盖丢了"}}
    await rasa.run("action_no_form", "不投诉了", "cancel", conversation=visitor, slots=left)
    assert "noted" not in [action for action, _ in await _history(city, ticket)]


@pytest.mark.parametrize(
    "said", ["没有号,号找不着了", "没有号,当时是打的电话", "工单号丢了", "单子找不到了", "没有"]
)
async def test_no_number_in_words_is_the_button(rasa: Rasa, visitor: str, said: str) -> None:
    more: dict[str, Any] = {"conversation": visitor, "slots": {"requested_slot": "ticket_number"}}
    told = await rasa.run(STATUS, said, "nlu_fallback", confidence=0.3, **more)
    pressed = await rasa.run(STATUS, "/skip", "skip", **more)
    assert told.text == pressed.text


async def test_a_new_ticket_instead_of_a_lost_number(rasa: Rasa, visitor: str) -> None:
    asked = {"requested_slot": "ticket_number"}
    told = await rasa.run(STATUS, "那你给我重新登一个吧", "complain", conversation=visitor, slots=asked)
    assert told.buttons["登记这件事"] == "/start_complaint"
    assert told.slots["requested_slot"] is None and told.slots["offer"] == "complaint"


async def test_the_unfinished_complaint_instead_of_a_number(rasa: Rasa, visitor: str) -> None:
    slots = {"requested_slot": "ticket_number", "kept_draft": {"content": "健身器材坏了没人修"}}
    told = await rasa.run(STATUS, "那还是登记吧", "start_complaint", conversation=visitor, slots=slots)
    assert "健身器材坏了没人修" in told.text and "接着填刚才的" in told.buttons
    assert told.slots["requested_slot"] is None


async def test_a_nod_after_an_answer_files_nothing(rasa: Rasa, visitor: str) -> None:
    asked = "公交车到底要不要钱"
    shown = [
        {"event": "bot", "text": "…", "data": {"buttons": [{"title": "登记这个问题", "payload": "/start_complaint"}]}},
        {"event": "slot", "name": "offer", "value": "complaint"},
    ]  # fmt: skip
    more: dict[str, Any] = {"conversation": visitor, "slots": {"story": asked}}
    nod = await rasa.run("action_affirm", "对的", "affirm", before=shown, **more)
    assert nod.followup is None
    assert "登记下来" in nod.text and "登记这个问题" in nod.buttons
    assert nod.slots["story"] == asked
    said_so = [*shown[:1], {"event": "slot", "name": "offer", "value": nod.slots["offer"]}]
    yes = await rasa.run("action_affirm", "对的", "affirm", before=said_so, **more)
    assert yes.followup == "complaint_form"
    wish = await rasa.run("action_affirm", "好的", "affirm", before=shown, **more)
    assert wish.followup == "complaint_form"


@pytest.mark.parametrize(("said", "told"), [("好,知道了,谢谢", "取消"), ("你好", "接着填")])
async def test_thanks_within_the_form_show_the_way_out(
    rasa: Rasa, visitor: str, said: str, told: str
) -> None:
    running = {"requested_slot": "district", "content": "井盖丢了", "complaint_type": "投诉"}
    answer = await rasa.run(FORM, said, "thank", conversation=visitor, slots=running)
    assert told in answer.text and answer.slots["requested_slot"] == "district"


@pytest.mark.parametrize("said", ["登记成功没", "到底登没登记上", "查询码是多少", "是不是登记好了"])
@pytest.mark.parametrize("action", [*ANYWHERE, "action_affirm", "action_deny"])
async def test_who_asks_whether_it_is_filed_hears_that_nothing_is(
    rasa: Rasa, visitor: str, action: str, said: str
) -> None:
    answer = await rasa.run(action, said, "complain", conversation=visitor)
    assert "还没有登记过任何事" in answer.text and "工单号和查询码" in answer.text
    assert answer.slots.get("requested_slot") is None and "content" not in answer.slots


async def test_a_ticket_of_this_conversation_is_known_after_rasa_forgot_it(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await city.tickets.file(TicketDraft("投诉", "路灯坏了三天", conversation_id=visitor), "k3")
    answer = await rasa.run("action_fallback", "登记成功没", "nlu_fallback", conversation=visitor)
    assert f"登记好了，工单号 {ticket.number}" in answer.text


async def test_impatience_without_a_ticket_asks_what_it_is_about(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.run("action_fallback", "怎么还没人来修", "nlu_fallback", conversation=visitor)
    assert "哪件事" in answer.text and "查工单进度" in answer.buttons


@pytest.mark.parametrize("action", ["action_fallback", FORM, STATUS])
@pytest.mark.parametrize(
    "said", ["都四天了一个人也没来", "来看了看没修就走了", "说修好了其实还是漏", "你们一直没人搭理我"]
)
async def test_impatience_writes_nothing_and_asks_what_to_do(
    rasa: Rasa, visitor: str, city: SmallCity, action: str, said: str
) -> None:
    ticket, slots = await _shown(rasa, city, visitor)
    more: dict[str, Any] = {"conversation": visitor}
    asked = await rasa.run(action, said, "complain", slots=slots, **more)
    assert ticket.state.label in asked.text and said in asked.text
    assert {"补充进去", "催办", "新登记一件"} <= set(asked.buttons)
    assert asked.slots.get("content") is None and asked.slots.get("requested_slot") is None
    assert [action for action, _ in await _history(city, ticket)] == ["filed"]
    before = [{"event": "slot", "name": name, "value": asked.slots[name]} for name in ("story", "offer")]
    more |= {"slots": {**slots, **asked.slots}, "before": before, "turn": "t-2"}
    anew = await rasa.run(FORM, asked.buttons["新登记一件"], "start_complaint", **more)
    assert anew.slots["content"] == said, "what was said is not asked for again"
    added = await rasa.run(STATUS, asked.buttons["补充进去"], "add_to_ticket", **more)
    assert "已经补充" in added.text and added.slots["requested_slot"] is None
    assert (await _history(city, ticket))[-1] == ("noted", said)
    urged = await rasa.run(STATUS, asked.buttons["催办"], "urge", **{**more, "turn": "t-3"})
    assert "记下催办" in urged.text
    assert (await _history(city, ticket))[-1] == ("urge", said)


async def test_a_ticket_that_is_finished_is_not_urged(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket, slots = await _shown(rasa, city, visitor)
    async with city.database.write() as session:
        await session.execute(
            update(TicketRow).where(TicketRow.number == ticket.number).values(state=State.CLOSED)
        )
    answer = await rasa.run(
        "action_fallback", "说修好了其实还是漏", "complain", conversation=visitor, slots=slots
    )
    assert "催办" not in answer.buttons and "新登记一件" in answer.buttons


@pytest.mark.parametrize(("said", "intent"), [("催一下工单", "urge"), ("查一下工单进度", "ask_progress")])
async def test_of_several_tickets_it_is_asked_which(
    rasa: Rasa, visitor: str, city: SmallCity, said: str, intent: str
) -> None:
    for number in range(2):
        await city.tickets.file(
            TicketDraft("投诉", f"第{number}盏路灯坏了", conversation_id=visitor), f"s{number}"
        )
    answer = await rasa.run(STATUS, said, intent, conversation=visitor)
    assert "登记过这几件" in answer.text and answer.slots["requested_slot"] == "ticket_number"


async def test_the_wish_to_add_asks_what(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    await city.tickets.file(TicketDraft("投诉", "路灯坏了三天", conversation_id=visitor), "a1")
    for said in ("我要给工单补充内容", "补充情况"):
        answer = await rasa.run(STATUS, said, "add_to_ticket", conversation=visitor)
        assert answer.slots["requested_slot"] == "supplement"


@pytest.mark.parametrize(
    ("said", "intent"),
    [("我要求助", "start_complaint"), ("小区门口路灯还是没修，晚上还是看不见路", "complain")],
)
async def test_another_matter_opens_the_form(
    rasa: Rasa, visitor: str, city: SmallCity, said: str, intent: str
) -> None:
    await city.tickets.file(TicketDraft("投诉", "快递柜乱收费", conversation_id=visitor), "o1")
    answer = await rasa.run(FORM, said, intent, conversation=visitor)
    assert answer.slots["requested_slot"] in ("content", "district"), answer.text


@pytest.mark.parametrize("said", ["几天能处理", "大概多久能有结果", "什么时候能答复我"])
async def test_how_long_is_no_urging(rasa: Rasa, visitor: str, city: SmallCity, said: str) -> None:
    ticket = await city.tickets.file(TicketDraft("投诉", "路灯坏了三天", conversation_id=visitor), "k4")
    for action in ("action_fallback", FORM, STATUS):
        answer = await rasa.run(action, said, "urge", conversation=visitor)
        assert ticket.number in answer.text and "记下催办" not in answer.text
    assert [action for action, _ in await _history(city, ticket)] == ["filed"]


@pytest.mark.parametrize("said", ["删除我的投诉", "帮我把投诉删了", "上午投诉的那个撤掉吧"])
async def test_to_delete_a_complaint_is_no_new_one(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    nothing = await rasa.run(FORM, said, "complain", conversation=visitor)
    assert "还没有登记过任何事" in nothing.text and "content" not in nothing.slots
    ticket = await city.tickets.file(TicketDraft("投诉", "路灯坏了三天", conversation_id=visitor), "k5")
    answer = await rasa.run(FORM, said, "complain", conversation=visitor)
    assert f"想撤回工单 {ticket.number}" in answer.text and "content" not in answer.slots
    assert said in (await _history(city, ticket))[-1][1]


async def test_the_code_of_a_ticket_filed_elsewhere_is_neither_told_nor_kept(
    rasa: Rasa, city: SmallCity, visitor: str
) -> None:
    ticket, slots = await _shown(rasa, city, visitor)
    assert ticket.query_code not in str(slots), "Rasa's tracker would hold it"
    told = await rasa.run(
        "action_fallback", "查询码是啥来着", "nlu_fallback", conversation=visitor, slots=slots
    )
    assert "不再重复" in told.text and ticket.query_code not in str(told.body)
    urged = await rasa.run("action_fallback", "催一下", "urge", conversation=visitor, slots=slots)
    assert "记下催办" in urged.text
    stranger = await city.visitor("stranger")
    stolen = await rasa.run("action_fallback", "催一下", "urge", conversation=stranger, slots=slots)
    assert "记下催办" not in stolen.text


async def test_wrong_codes_of_others_do_not_lock_out_who_filed_it(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket = await city.tickets.file(TicketDraft("投诉", "路灯坏了三天", conversation_id=visitor), "k6")
    for _ in range(5):
        await city.tickets.by_number_and_code(ticket.number, codes.new(), Tried(visitor))
    answer = await rasa.run("action_fallback", "查询码是啥来着", "nlu_fallback", conversation=visitor)
    assert codes.place(ticket.number) in answer.text and ticket.query_code not in str(answer.body)


async def test_what_is_settled_is_noted_on_the_ticket(rasa: Rasa, visitor: str, city: SmallCity) -> None:
    ticket, slots = await _shown(rasa, city, visitor)
    said = "昨天修好了，不用来了"
    answer = await rasa.run("action_fallback", said, "nlu_fallback", conversation=visitor, slots=slots)
    assert ticket.number in answer.text
    assert said in (await _history(city, ticket))[-1][1]


async def test_whether_it_was_filed_after_a_withdrawal_tells_of_the_withdrawal(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    _, slots = await _shown(rasa, city, visitor, filed_in=visitor)
    more: dict[str, Any] = {"conversation": visitor, "slots": slots}
    await rasa.run("action_fallback", "撤了吧我不想追究了", "nlu_fallback", **more)
    told = await rasa.run("action_fallback", "登记成功没", "nlu_fallback", **more)
    assert "想撤回" in told.text and "重复提交" not in told.text


@pytest.mark.parametrize(
    "said",
    [
        "我电话写错了是13855440013",
        "电话打错了 13855440013",
        "我叫周建国，号码换成13855440013",
        "加个电话 13855440013",
        "把我电话加上 138 5544 0013",
    ],
)
async def test_a_number_goes_to_its_own_line_and_into_no_note(
    rasa: Rasa, visitor: str, city: SmallCity, said: str
) -> None:
    draft = TicketDraft(
        *("投诉", "麻将馆太吵"),
        contact_name="周建国",
        contact_phone="13800000012",
        confidential=True,
        conversation_id=visitor,
    )
    ticket = await city.tickets.file(draft, "k")
    shown = await rasa.run(
        STATUS, f"查{ticket.number}，查询码{ticket.query_code}", "ask_progress", conversation=visitor
    )
    for _ in range(2):
        answer = await rasa.run(
            "action_fallback", said, "nlu_fallback", conversation=visitor, slots=shown.slots, turn="t-9"
        )
    assert ticket.number in answer.text and "138****0013" in answer.text
    assert (await city.tickets.get(ticket.number)).contact_phone == "138****0013"
    history = await _history(city, ticket)
    assert history[-1] == ("phone_corrected", "") and history.count(("phone_corrected", "")) == 1
    assert not any("5544" in note for _, note in history)


async def test_the_bare_number_after_the_question_what_to_change_is_the_new_one(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket, slots = await _shown(rasa, city, visitor, filed_in=visitor)
    asked = await rasa.run("action_fallback", "改电话", "nlu_fallback", conversation=visitor, slots=slots)
    before = [{"event": "slot", "name": "offer", "value": asked.slots["offer"]}]
    await rasa.run(
        "action_fallback", "13855440013", "nlu_fallback", conversation=visitor, before=before,
        slots={**slots, **asked.slots}, turn="t-2",
    )  # fmt: skip
    assert (await city.tickets.get(ticket.number)).contact_phone == "138****0013"


async def test_what_is_said_beside_a_new_number_is_kept_without_it(
    rasa: Rasa, visitor: str, city: SmallCity
) -> None:
    ticket, slots = await _shown(rasa, city, visitor, filed_in=visitor)
    said = "手机号改成13855440013，另外今天早上那边的路灯又灭了两盏，晚上更黑了"
    answer = await rasa.run(
        "action_fallback", said, "nlu_fallback", conversation=visitor, slots=slots, turn="t-5"
    )
    history = await _history(city, ticket)
    assert [action for action, _ in history[-2:]] == ["phone_corrected", "noted"]
    assert "又灭了两盏" in history[-1][1] and "5544" not in history[-1][1]
    assert "也补充进去了" in answer.text
