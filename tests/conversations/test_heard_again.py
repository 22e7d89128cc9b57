"""Within an alarm: a call that was made is no blow, a protest leads back to the danger before, guilt and grief open no form."""

from __future__ import annotations

import pytest

from conversations import calling, grief
from conversations.event_kinds import Result
from tests.conversations.conftest import Process
from tests.conversations.test_danger import results_in

PILLS = "我女儿吞了一整瓶安眠药"
HIT = "我老公喝多了在打我"


async def numbers(process: Process, words: str) -> list[str]:
    """The numbers on the card of the first reply to a message."""
    reply = (await process.say(words))[0]
    assert reply.card is not None, reply.text
    return [number["number"] for number in reply.card["numbers"]]


@pytest.mark.parametrize(
    "words",
    [
        "打过了，她眼皮直打架让她睡吗",
        "打了打了，她老想睡行吗",
        "120打完了她犯困让不让睡",
        "我妈打了，她困得睁不开眼咋办",
    ],
)
async def test_a_call_that_was_made_is_no_blow(process: Process, words: str) -> None:
    await process.say(PILLS)
    (reply,) = await process.say(words)
    assert "侧躺" in reply.text and "家暴" not in reply.text and reply.card is not None
    assert reply.card["numbers"][0]["number"] == "120"
    (later,) = await process.say("她说难受")
    assert "还没打电话的话" not in later.text  # that help was called is remembered


async def test_blows_are_still_blows(process: Process) -> None:
    await process.say("家里煤气味很大")
    (reply,) = await process.say("他打了我，我妈在流血")
    assert reply.card is not None and "110" in [one["number"] for one in reply.card["numbers"]]


@pytest.mark.parametrize(
    "words", ["打过了吗", "打过了没人接", "他又打了，我妈在流血", "我爸打了我一巴掌，好疼"]
)
def test_what_tells_of_no_call(words: str) -> None:
    assert calling.apart(words, "domestic_violence") == (False, words)


@pytest.mark.parametrize(
    "words",
    [
        "不是！我说的是电话打过了，她能睡吗",
        "你理解错了，我问的是她犯困能不能睡",
        "没人打我！她现在老犯困咋办",
    ],
)
async def test_a_protest_leads_back_to_the_danger_before(process: Process, words: str) -> None:
    await process.say(PILLS)
    await process.say(HIT)
    (reply,) = await process.say(words)
    assert reply.text.startswith("对不起") and "侧躺" in reply.text
    assert (await numbers(process, "然后呢"))[0] == "120"


async def test_who_says_once_more_what_was_understood_is_not_led_away(process: Process) -> None:
    await process.say(PILLS)
    await process.say(HIT)
    await process.say("不是，他真的在打我，拿着刀")
    assert (await numbers(process, "然后呢"))[0] == "110"


@pytest.mark.parametrize(
    "words", ["是我把她逼成这样的", "心里好难受，都赖我没看住", "我好后悔那样骂她", "她住院了，我心里堵得慌"]
)
async def test_guilt_and_grief_after_an_alarm_open_no_form(process: Process, words: str) -> None:
    await process.say(PILLS)
    await process.say("救护车来了")
    results_in(process, Result.MATTER)
    (reply,) = await process.say(words)
    assert "12356" in reply.text and "说说话" in reply.text and process.dialogue.asked == []
    assert reply.card is not None and "120" in [one["number"] for one in reply.card["numbers"]]
    (again,) = await process.say("我真该死，不该跟她吵")
    assert again.text != reply.text and "12356" in again.text


async def test_who_wants_somebody_to_talk_to_gets_a_human_and_who_does_not_is_left(process: Process) -> None:
    await process.say(PILLS)
    await process.say("救护车来了")
    await process.say("是我害了她")
    (left,) = await process.say("先不用")
    assert "12356" in left.text and process.dialogue.asked == []
    await process.say("都怪我")
    await process.say("好的")
    assert process.dialogue.texts() == ["转人工"]
    await process.say("好的")
    assert process.dialogue.texts()[-1] == "好的"  # the question is not answered twice


async def test_while_help_is_on_its_way_the_body_comes_first(process: Process) -> None:
    await process.say(PILLS)
    (reply,) = await process.say("都怪我骂了她")
    assert "照电话里说的做" in reply.text and (reply.card or {})["numbers"][0]["number"] == "120"
    (worse,) = await process.say("她又昏过去了，都怪我")
    assert "说说话" not in worse.text


@pytest.mark.parametrize(
    "words",
    [
        "我后悔买这个房子了",
        "她又晕倒了，怪我没看好",
        "我要投诉医院，后悔送去",
        "医保怎么报，我心里难受",
        "我爸胸口疼得难受",
    ],
)
def test_what_is_no_grief(words: str) -> None:
    assert not grief.grieves(words)


async def test_without_an_alarm_regret_is_answered_as_usual(process: Process) -> None:
    await process.say("都怪我没早点来问")
    assert process.dialogue.texts() == ["都怪我没早点来问"]
