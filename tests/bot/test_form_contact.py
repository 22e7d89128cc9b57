"""Name, phone and secrecy: what citizens say about themselves, at any question of the form."""

from __future__ import annotations

import pytest

from tests.bot.calls import Rasa
from tests.bot.test_bot_forms import FORM, FULL, _until
from tests.bot.test_bot_listening import say
from tests.bot.test_form_heard import ASKED, Remembering


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("我姓孙孙大爷", "孙大爷"),
        ("免贵姓马，马师傅", "马师傅"),
        ("小娟妈妈", "小娟妈妈"),
        ("豆豆奶奶", "豆豆奶奶"),
        ("🐱小喵", "小喵"),
        ("叫我老张就行", "老张"),
        ("😀王女士", "王女士"),
        ("老孙头", "老孙头"),
        ("小王他妈", "小王他妈"),
        ("你就叫我刘姐", "刘姐"),
        ("木子李", "李先生/女士"),
        ("叫我喵喵吧", "喵喵"),
        ("乜某", "乜某"),
        ("厍先生", "厍先生"),
        ("娃他爸姓佘", "佘先生"),
        ("我婆婆叫苟翠花", "苟翠花"),
        ("不是说了匿名吗", "匿名"),
    ],
)
async def test_names_as_people_call_themselves(rasa: Rasa, visitor: str, said: str, name: str) -> None:
    answer = await say(rasa, visitor, "contact_name", said)
    assert answer.slots["contact_name"] == name
    assert "content" not in answer.slots


@pytest.mark.parametrize(
    "said",
    [
        "小区",
        "小孩",
        "小吃摊",
        "隔壁奶奶",
        "我妈妈",
        "随便",
        "小事",
        "垃圾",
        "阿姨",
        "我先生",
        "妈妈叫我来的",
        "占道",
        "哥哥叫开门",
    ],
)
async def test_words_that_are_no_name_are_asked_again(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await say(rasa, visitor, "contact_name", said, "nlu_fallback", confidence=0.2)
    assert answer.slots.get("contact_name") is None
    assert answer.slots["requested_slot"] == "contact_name"


@pytest.mark.parametrize(
    "said",
    ["周女士 13955540000 保密", "周女士，13955540000，要保密", "周女士13955540000保密", "我是周女士 电话13955540000 请保密"],
)  # fmt: skip
async def test_name_phone_and_secrecy_in_one_breath(rasa: Rasa, visitor: str, said: str) -> None:
    answer = await say(rasa, visitor, "contact_name", said)
    kept = {name: answer.slots.get(name) for name in ("contact_name", "contact_phone", "confidential")}
    assert kept == {"contact_name": "周女士", "contact_phone": "13955540000", "confidential": True}
    assert "content" not in answer.slots
    assert answer.slots["requested_slot"] == "complaint_confirm"


@pytest.mark.parametrize("said", ["没有了", "没了", "没啥了", "没有了谢谢", "没别的了", "就这些了"])
async def test_nothing_more_to_tell_is_not_anonymous(rasa: Rasa, visitor: str, said: str) -> None:
    for intent in ("deny", "skip", "nlu_fallback"):
        answer = await say(rasa, visitor, "contact_name", said, intent, confidence=0.9)
        assert answer.slots.get("contact_name") is None
        assert answer.slots["requested_slot"] == "contact_name"


async def test_a_number_and_a_wish_are_heard_at_the_name_whatever_they_were_taken_for(
    rasa: Rasa, visitor: str
) -> None:
    for intent in ("nonsense", "nlu_fallback", "inform"):
        answer = await say(
            rasa, visitor, "contact_name", "138 0000 1234 别打电话发短信", intent, confidence=0.7
        )
        assert answer.slots["contact_phone"] == "13800001234"
        assert answer.slots["content"].endswith("补充：别打电话发短信"), (
            "how to reach them is told to the staff"
        )
        assert answer.slots["requested_slot"] == "contact_name"


async def test_no_choice_of_secrecy_takes_the_default_and_says_so(rasa: Rasa, visitor: str) -> None:
    for said in ("随便", "都行吧", "无所谓", "随便你们"):
        answer = await say(rasa, visitor, "confidential", said, "nlu_fallback", confidence=0.3)
        assert answer.slots["confidential"] is False
        assert "按不保密登记" in answer.text


@pytest.mark.parametrize("said", ["王建国", "我的名字叫王建国", "我叫王建国"])
async def test_a_name_after_anonymous_is_never_content_and_is_asked_about(
    rasa: Rasa, visitor: str, said: str
) -> None:
    more = {"contact_name": "匿名", "contact_phone": ""}
    citizen = Remembering(rasa, visitor, **_until("complaint_confirm", **more))
    answer = await citizen.say(said)
    assert "改成留名“王建国”吗" in answer.text
    assert citizen.slots["content"] == FULL["content"]
    assert citizen.slots["contact_name"] == "匿名"
    kept = await citizen.press(answer, "还是匿名")
    assert citizen.slots["contact_name"] == "匿名"
    assert "请您核对" in kept.text


async def test_what_is_told_beside_a_name_after_anonymous_is_kept_without_it(
    rasa: Rasa, visitor: str
) -> None:
    citizen = Remembering(rasa, visitor, **_until("complaint_confirm", contact_name="匿名", contact_phone=""))
    answer = await citizen.say("我叫王建国，垃圾也堆到路上了", "complain", 0.8)
    assert citizen.slots["content"].endswith("补充：垃圾也堆到路上了")
    assert citizen.slots["contact_name"] == "匿名"
    assert "改成留名“王建国”吗" in answer.text
    await citizen.press(answer, "留名“王建国”")
    assert citizen.slots["contact_name"] == "王建国"


async def test_a_bare_name_at_the_phone_of_the_anonymous_is_asked_about(rasa: Rasa, visitor: str) -> None:
    answer = await say(rasa, visitor, "contact_phone", "王建国", contact_name="匿名")
    assert "改成留名“王建国”吗" in answer.text
    assert answer.slots["requested_slot"] == "contact_phone"


async def test_the_wish_to_be_anonymous_is_no_matter(rasa: Rasa, visitor: str) -> None:
    for said in ("我要举报匿名", "我想匿名投诉"):
        answer = await rasa.run(FORM, said, "start_complaint", conversation=visitor, confidence=0.9)
        assert answer.slots.get("content") is None
        assert answer.slots["contact_name"] == "匿名"
        assert answer.slots["requested_slot"] == "content"


@pytest.mark.parametrize("slot", [*ASKED, "complaint_confirm"])
@pytest.mark.parametrize(
    ("said", "name", "phone"),
    [
        ("王老师13587654321保密", "王老师", "13587654321"),
        ("刘姐 13711112222 要保密", "刘姐", "13711112222"),
        ("13711112222 要保密", None, "13711112222"),
    ],
)
async def test_name_number_and_secrecy_alone_fill_their_lines_at_any_question(
    rasa: Rasa, visitor: str, slot: str, said: str, name: str | None, phone: str
) -> None:
    answer = await say(rasa, visitor, slot, said, "nlu_fallback", confidence=0.2)
    assert (answer.slots.get("contact_name"), answer.slots["contact_phone"]) == (name, phone)
    assert answer.slots["confidential"] is True
    assert "content" not in answer.slots and "subject" not in answer.slots


@pytest.mark.parametrize("slot", ["district", "happened_at", "subject", "confidential"])
async def test_another_number_replaces_the_first_at_any_question(rasa: Rasa, visitor: str, slot: str) -> None:
    said = "改成李四的电话13900139000"
    answer = await say(rasa, visitor, slot, said, "nlu_fallback", confidence=0.2, contact_phone="13800138000")
    assert answer.slots["contact_phone"] == "13900139000"
    assert "content" not in answer.slots and "subject" not in answer.slots


@pytest.mark.parametrize("said", ["不消", "没得必要", "用不着", "犯不着吧", "甭保密", "不消得"])
async def test_no_need_in_any_dialect_is_no_secrecy(rasa: Rasa, visitor: str, said: str) -> None:
    for intent in ("affirm", "inform"):
        answer = await say(rasa, visitor, "confidential", said, intent, confidence=0.9)
        assert answer.slots["confidential"] is False
        assert answer.slots["requested_slot"] == "complaint_confirm"


@pytest.mark.parametrize(
    ("slot", "said", "intent", "filled"),
    [
        ("complaint_confirm", "不用保密了，我已经离职了", "cancel", {"confidential": False}),
        ("complaint_confirm", "用不着保密，反正搬走了", "deny", {"confidential": False}),
        ("happened_at", "不消保密，我不怕他", "cancel", {"confidential": False}),
        ("contact_phone", "我不接电话，微信上跟我说就行", "request_human", {"contact_phone": ""}),
        ("contact_phone", "我不爱接陌生电话，在这里回我", "request_human", {"contact_phone": ""}),
    ],
)
async def test_a_wish_about_oneself_leaves_neither_the_form_nor_for_the_queue(
    rasa: Rasa, visitor: str, slot: str, said: str, intent: str, filled: dict[str, object]
) -> None:
    more = {"confidential": True} if slot == "complaint_confirm" else {}
    answer = await say(rasa, visitor, slot, said, intent, confidence=0.95, **more)
    assert {name: answer.slots.get(name) for name in filled} == filled
    assert answer.slots["requested_slot"] is not None
    assert "取消，没有" not in answer.text and "排队" not in answer.text
    if slot == "contact_phone":
        assert said in answer.slots["content"] and "请发短信" not in answer.text


@pytest.mark.parametrize(
    ("said", "intent"), [("不投诉了，不用保密", "cancel"), ("算了，不填了，别保密了", "cancel")]
)
async def test_a_command_beside_a_wish_is_obeyed(rasa: Rasa, visitor: str, said: str, intent: str) -> None:
    answer = await say(rasa, visitor, "happened_at", said, intent, confidence=0.95)
    assert "没有提交" in answer.text and answer.slots["requested_slot"] is None


@pytest.mark.parametrize("said", ["凭什么告诉你我叫什么", "干嘛跟你们说我是谁", "凭啥给你我的名字"])
async def test_why_a_name_is_wanted_is_told_whatever_it_was_taken_for(
    rasa: Rasa, visitor: str, said: str
) -> None:
    answer = await say(rasa, visitor, "contact_name", said, "what_can_you_do", confidence=0.9)
    assert "核实" in answer.text and answer.slots["requested_slot"] == "contact_name"


async def test_a_matter_told_anonymously_is_filed_without_a_name(rasa: Rasa, visitor: str) -> None:
    said = "我要匿名检举楼上开赌场，天天半夜打牌"
    answer = await rasa.run(FORM, said, "complain", conversation=visitor, confidence=0.9)
    assert (answer.slots["contact_name"], answer.slots["content"]) == ("匿名", said)
