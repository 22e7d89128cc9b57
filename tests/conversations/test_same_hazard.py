"""After an alarm the same hazard stays until it is over, or a new one is plainly told; then nothing more is said of telephones."""

from __future__ import annotations

import pytest

from conversations.event_kinds import Result
from tests.conversations.conftest import Process
from tests.conversations.test_danger import results_in

GAS = "屋里一股子煤气味，我头有点晕，顺便问下灶具过期了去哪儿换"


@pytest.mark.parametrize(
    "words",
    [
        "窗户都打开了，我人已经在楼道里了，那现在打给谁",
        "我出来了，站在楼下，电话打给哪个",
        "阀门关了，我在门口，打哪个电话",
    ],
)
async def test_who_asks_whom_to_call_hears_the_numbers_of_the_same_danger(
    process: Process, words: str
) -> None:
    await process.say(GAS)
    replies = await process.say(words)
    assert "119" in replies[0].text or "120" in replies[0].text
    assert "凶器" not in replies[0].text and "对方" not in replies[0].text


async def test_another_danger_that_is_plainly_told_is_met(process: Process) -> None:
    await process.say(GAS)
    replies = await process.say("楼下有人拿刀砍人，追着我跑")
    assert "110" in replies[0].text
    assert "凶器" in replies[0].text and replies[0].card is not None


@pytest.mark.parametrize(
    ("words", "question", "begins"),
    [
        ("我人没事了，燃气公司也来看了，灶具用几年该换", "灶具用几年该换", "太好了"),
        ("燃气公司来检查过了，这种软管多久换一回", "这种软管多久换一回", "好，人到了"),
        ("没事了，阀门关了，报警器去哪买", "报警器去哪买", "太好了"),
    ],
)
async def test_the_question_after_good_news_is_answered(
    process: Process, words: str, question: str, begins: str
) -> None:
    await process.say(GAS)
    results_in(process, Result.ANSWERED)
    replies = await process.say(words)
    assert process.dialogue.texts()[-1] == question
    assert replies[0].text.startswith(begins), replies[0].text
    assert not any("关阀门、开门窗" in reply.text for reply in replies)


async def test_a_property_manager_ends_no_fire(process: Process) -> None:
    await process.say("我家着火了，快来人")
    (reply,) = await process.say("物业来了")
    assert not reply.text.startswith("好，人到了")


async def test_who_is_tired_of_the_numbers_is_left_in_peace(process: Process) -> None:
    await process.say(GAS)
    asked = len(process.dialogue.asked)
    (reply,) = await process.say("你们老叫我打119，我就是问个灶的事")
    assert reply.text.startswith("不好意思") and "119" not in reply.text
    assert len(process.dialogue.asked) == asked
    results_in(process, Result.ANSWERED)
    replies = await process.say("燃气灶用了八年要不要换")
    assert not any("马上打" in one.text for one in replies)


async def test_who_hides_from_blows_is_not_left_alone(process: Process) -> None:
    await process.say("我老公喝多了拿刀要砍我，我躲在厕所")
    (reply,) = await process.say("别老叫我打110，我不敢出声")
    assert not reply.text.startswith("不好意思")
