"""What is said about a ticket's handling raises nothing, however dangerous its matter sounds; new danger beside it does."""

from __future__ import annotations

import pytest

from bot.understanding.danger import judge
from conversations.danger import ASK
from conversations.event_kinds import Result
from tests.conversations.conftest import Process
from tests.conversations.test_danger import results_in


@pytest.mark.parametrize(
    "words",
    [
        "帮我把那张漏煤气的单子撤掉吧",
        "撤单，他不打我了",
        "不告他打人了，撤了吧",
        "被困电梯那个投诉有结果吗",
        "再催一下那个着火了的单子",
        "催单，电梯又困人了怎么还不修",
        "补充一下，漏电电到过一条狗",
        "工单里漏写了，楼下住着个瘫痪老人跑不动",
        "再写上一条，他上个月砍过一条狗",
    ],
)
def test_the_matter_of_a_ticket_is_no_danger_of_this_moment(words: str) -> None:
    assert judge(words) is None


@pytest.mark.parametrize(
    "words",
    ["撤了那个煤气的单子，现在还在漏", "撤销那个打人的单子，他又在打", "那张煤气的单子撤了吧，屋里还有味"],
)
def test_what_goes_on_beside_a_ticket_is_asked_about(words: str) -> None:
    assert judge(words) is not None


@pytest.mark.parametrize(
    "words",
    [
        "算了今天早上已经清走了，这个工单我不要了，撤了吧",
        "今天有人来清走了，不用管了",
        "来水了，不用管了",
        "算了不要了，昨天来人修好了",
    ],
)
def test_who_says_that_the_matter_is_settled_is_in_no_danger(words: str) -> None:
    assert judge(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "催一下，又着火了",
        "快催催着火了没人来",
        "帮我催下救护车，我妈没呼吸了",
        "补充一下，现在人掉进去了",
        "催催，他又放话要砍人",
        "单子都撤了吧，过了今晚我就不麻烦谁了",
        "给孩子补充一点水，他吐了七八次人蔫了",
        "撤离的时候我妈还在里面，火很大",
        "单子没人理我不想活了",
        "别投诉他了他正拿刀砍我门",
        "那个漏煤气的单子没人管人都晕过去了",
        "工单没人管我就从楼上跳下去",
        "单子处理了没有孩子叫不醒了",
        "不投诉了他在砸门",
        "撤单，他掐我脖子",
        "算了不投诉了我活够了",
    ],
)
def test_new_danger_beside_it_is_met(words: str) -> None:
    found = judge(words)
    assert found is not None and found.clear


async def test_urging_is_not_judged_together_with_the_matter_filed_before(process: Process) -> None:
    await process.say("三栋外墙裂了大缝，砖头往下掉，底下天天过小孩")
    results_in(process, Result.NOT_UNDERSTOOD)
    replies = await process.say("再跟他们催催，娃都不敢出门")
    assert not any(ASK.text in reply.text for reply in replies)


async def test_urging_passes_over_the_question_about_danger(process: Process) -> None:
    (asked,) = await process.say("隔壁两口子打架，砸东西")
    assert asked.text == ASK.text
    await process.say("我那个单子麻烦催一催")
    assert process.dialogue.texts() == ["我那个单子麻烦催一催"]
