"""An alarm that was dealt with: it stands down in the citizen's own words, what is asked then is answered, and a new danger is met."""

from __future__ import annotations

import pytest

from conversations import during
from conversations.event_kinds import Result
from conversations.sequels import Heard
from tests.conversations.conftest import Process
from tests.conversations.test_danger import results_in

LIFT = "电梯里困了俩人 我是他们邻居 怎么办"
HEAD = "我爸刚才在家摔了头流血叫不醒"
SMELL = "我家厨房有煤气味好大,头有点晕"
DOG = "小孩刚被流浪狗咬了,流血了"


@pytest.mark.parametrize(
    ("told", "words", "begins"),
    [
        (LIFT, "救出来了,没事了", "太好了"),
        (LIFT, "人都救出来了", "太好了"),
        ("我家着火了，快来人", "人都救出来了，火也灭了", "太好了"),
        (SMELL, "我开了窗出来了,头不晕了,打给燃气公司了", "太好了"),
        (SMELL, "关了阀门开了窗，都出来了，没味道了", "太好了"),
        (HEAD, "我爸已经在医院了 脱离危险了", "太好了"),
        (HEAD, "人已经送到医院了", "好，人到了"),
        (DOG, "血止住了，已经到医院了", "好，人到了"),
    ],
)
async def test_what_was_dealt_with_stands_down_and_the_next_question_is_answered(
    process: Process, told: str, words: str, begins: str
) -> None:
    await process.say(told)
    (reply,) = await process.say(words)
    assert reply.text.startswith(begins), reply.text
    assert process.dialogue.asked == []
    assert (await process.conversations.view(await process.id_of())).mode == "bot"
    results_in(process, Result.ANSWERED)
    answers = await process.say("医保卡丢了怎么补")
    assert not any("打：" in answer.text or "马上打" in answer.text for answer in answers)
    (new,) = await process.say("我妈突然倒地上没有呼吸了")
    assert "120" in new.text and "心肺复苏" in new.text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("家里着火了，我妈还在里面出不来", "我没事"),
        ("我们掉进河里了，还有两个孩子没上来", "我已经上来了"),
        ("电梯里困了俩人，有个老人晕过去了", "我没事了，谢谢"),
        ("河水漫到一楼了，我们困在屋里", "已经上来了"),
        ("有人拿刀要砍我，就在门口", "人带走了"),
        ("我同学拿着刀要割腕", "刀被他抢走了"),
    ],
)
async def test_good_news_of_one_ends_nothing_for_the_others(process: Process, told: str, words: str) -> None:
    await process.say(told)
    replies = await process.say(words)
    assert not any(reply.text.startswith(("太好了", "好，人到了")) for reply in replies)
    results_in(process, Result.ANSWERED)
    (again,) = await process.say("现在怎么办")
    assert again.card is not None


async def test_who_asks_about_papers_at_the_doctor_s_is_answered(process: Process) -> None:
    await process.say(HEAD)
    await process.say("已经打了120了")
    results_in(process, Result.ANSWERED)
    replies = await process.say("医生说要转到合肥,要办转诊手续不")
    assert process.dialogue.texts() == ["要办转诊手续不"]
    assert replies[0].text.startswith("好，人到了") and not any("等人来的时候" in r.text for r in replies)


async def test_a_question_about_the_vaccination_is_no_question_about_the_ambulance(process: Process) -> None:
    await process.say(DOG)
    results_in(process, Result.UNKNOWN)
    for words in ("打疫苗要带什么证件", "一共要打几针"):
        replies = await process.say(words)
        assert process.dialogue.texts()[-1] == words
        assert not any("先让人上车" in r.text or "还没打电话" in r.text for r in replies), words


async def test_who_is_shut_in_a_lift_hears_nothing_of_drowning(process: Process) -> None:
    for words in (LIFT, "里面还有两个人", "他们出不来", "要扒门吗", "里面一个老人喘不上气"):
        (reply,) = await process.say(words)
        assert not any(word in reply.text for word in ("落水", "跳下去", "救生圈")), reply.text
        assert reply.card is not None and reply.card["numbers"], words
    (drowning,) = await process.say("有人掉河里了 快淹死了")
    assert "救生圈" in drowning.text


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("人还没救出来", "water"),
        ("救出来了，没有呼吸了", "water"),
        ("救出来一个，里面还有一个", "water"),
        ("窗户开了，头更晕了", "gas"),
        ("我出来了，我妈没出来", "gas"),
        ("送到医院门口没人管，他不动了", "medical"),
        ("他不喘了", "medical"),
        ("医院不收", "medical"),
        ("打给燃气公司没人接", "gas"),
        ("我在医院，他追到病房来了", "domestic_violence"),
        ("我在医院了", "domestic_violence"),
    ],
)
def test_no_end_is_heard_where_none_is(words: str, kind: str) -> None:
    assert during.heard(words, kind) not in (Heard.OVER, Heard.ARRIVED)


async def test_a_danger_that_is_told_over_without_an_alarm_raises_none(process: Process) -> None:
    (reply,) = await process.say("人都救出来了")
    assert process.dialogue.asked != [] and "有人有危险" not in reply.text
