"""News that a danger is over, or lies behind, releases it: one warm sentence, and the conversation goes on."""

from __future__ import annotations

import pytest

from conversations import danger, during
from conversations.event_kinds import Result
from conversations.sequels import DONE_WITH
from tests.conversations.conftest import Process
from tests.conversations.test_danger import results_in

BEATEN = "我老公拿皮带抽我，脸上都是血"
KNIFE = "楼下有个男的举着菜刀要砍人"
DITCH = "小孩掉到水沟里了，快来人"
SMELL = "厨房里一股煤气味，呛人"
QUARREL = "隔壁两口子打架，砸东西"
HEAD = "我妈摔了一跤，头上流血不止"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (BEATEN, "他是前天晚上打的"),
        (BEATEN, "这是上个礼拜的事了"),
        (BEATEN, "我在我妈家，安全"),
        (KNIFE, "那个人早就走了"),
        (KNIFE, "不是今天的事，是前几天发生的"),
        (DITCH, "捞上来了，没大碍"),
        (SMELL, "我们目前很安全"),
        (KNIFE, "是昨天的事"),
        (HEAD, "120拉走了，情况稳定"),
        (HEAD, "在医院呢，没大事"),
        (SMELL, "闻不到味了"),
        (SMELL, "没漏气，是炒菜糊了"),
        (DITCH, "早上的事，人早就上来了，没事"),
        (KNIFE, "打人的那个人跑了"),
    ],
)
async def test_an_alarm_is_released_in_one_warm_reply_and_the_matter_can_be_filed(
    process: Process, told: str, words: str
) -> None:
    (advice,) = await process.say(told)
    assert advice.card is not None
    (reply,) = await process.say(words)
    assert reply.text.startswith(("太好了", "好，")), reply.text
    assert reply.card is None and danger.FILE_IT in reply.buttons
    results_in(process, Result.UNKNOWN)
    answers = await process.say("公积金怎么取")
    assert process.dialogue.texts()[-1] == "公积金怎么取"
    assert not any(answer.card or "打电话" in answer.text for answer in answers)


@pytest.mark.parametrize("words", ["我这会儿很安全", "是大前天的事了", "他们人已经走了", "现在不打了"])
async def test_the_question_about_danger_is_answered_by_such_news(process: Process, words: str) -> None:
    (asked,) = await process.say(QUARREL)
    assert asked.text == danger.ASK.text
    warm, answer = await process.say(words)
    assert warm.text.startswith("好，这会儿没有危险") and QUARREL in answer.text
    # The day belongs to what is filed.
    assert ("大前天" in answer.text) == ("大前天" in words)


async def test_more_about_what_lies_behind_raises_nothing_but_what_is_new_does(process: Process) -> None:
    await process.say(BEATEN)
    await process.say("不是现在，是上个月打的")
    (answer,) = await process.say("他喝了酒就动手打我")
    assert answer.card is None and process.dialogue.texts() == ["他喝了酒就动手打我"]
    (new,) = await process.say("他现在又拿刀追我")
    assert new.card is not None and "110" in new.text


async def test_who_has_died_is_not_met_with_joy(process: Process) -> None:
    await process.say("我爸突然倒地没有呼吸了")
    (reply,) = await process.say("人已经走了")
    assert "太好了" not in reply.text and "保重" in reply.text and reply.card is None


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("是昨天摔的", "medical"),
        ("是昨天闻到的", "gas"),
        ("是昨天打的，我头还晕", "crime"),
        ("他走了，刀还插着", "crime"),
        ("昨晚", "crime"),
        ("人已经走了", "another_self_harm"),
        ("我现在安全了", "self_harm"),
        ("我在我妈家", "domestic_violence"),
        ("昨天打的，他今天又来了", "domestic_violence"),
        ("不是昨天，是刚才打的", "domestic_violence"),
        ("没事，是我爸在里面", "fire"),
        ("没大碍，是头晕", "medical"),
        ("他回来了", "domestic_violence"),
    ],
)
def test_no_end_where_none_is_told(words: str, kind: str) -> None:
    assert during.heard(words, kind) not in DONE_WITH


@pytest.mark.parametrize(
    "words", ["不是的", "没呢", "哪有啊", "没有的事", "那倒没有", "没人受伤", "没有抽搐"]
)
async def test_a_bare_no_in_any_words_is_the_answer_to_the_question(process: Process, words: str) -> None:
    await process.say(QUARREL)
    (answer,) = await process.say(words)
    assert answer.text == f"您说的是：{QUARREL}"


@pytest.mark.parametrize("words", ["没人管", "没有呼吸了", "不行了", "没反应"])
def test_what_only_begins_like_a_no_is_none(words: str) -> None:
    assert danger.yes_or_no(words) is None


async def test_a_new_question_instead_of_the_answer_is_answered(process: Process) -> None:
    await process.say(QUARREL)
    kept, answer = await process.say("驾照丢了怎么补")
    assert danger.FILE_IT in kept.buttons and answer.text == "您说的是：驾照丢了怎么补"
