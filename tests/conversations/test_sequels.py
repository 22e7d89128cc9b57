"""What is said after an alarm, in words no rule names: it goes on, it is better, it is over, or it is about something else."""

from __future__ import annotations

import pytest

from conversations.event_kinds import Result
from tests.conversations.conftest import Process
from tests.conversations.test_danger import results_in

FAINTED = "我妈晕过去了叫不醒"
BURGLAR = "小偷在撬我家门"
ROOF = "同学站在天台边上要跳"
SMELL = "我家燃气报警器响，屋里有煤气味"
WATER = "有人掉水库里了快来人"
WIRE = "电线断了掉在路上冒火花"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (FAINTED, "七十三了，有高血压"),
        (FAINTED, "车啥时候能到啊"),
        (SMELL, "响个不停，眼睛都辣了"),
        (SMELL, "现在能开灯吗"),
        (BURGLAR, "又多来了一个人"),
        (BURGLAR, "我不敢吱声"),
        (ROOF, "她把鞋脱了"),
        ("隔壁小孩被打得直叫", "那家在五单元六楼西户"),
    ],
)
async def test_what_is_told_of_the_danger_stays_within_it(process: Process, told: str, words: str) -> None:
    await process.say(told)
    results_in(process, Result.UNKNOWN)
    (reply,) = await process.say(words)
    assert reply.card is not None and process.dialogue.asked == []
    assert not reply.text.startswith(("太好了", "好，人到了"))


@pytest.mark.parametrize(
    ("told", "words"), [(FAINTED, "睁眼了，可说话含糊"), (WATER, "捞上来一个，还有一个没看见")]
)
async def test_who_tells_of_something_better_is_asked_whether_all_are_safe(
    process: Process, told: str, words: str
) -> None:
    await process.say(told)
    (reply,) = await process.say(words)
    if "12356" not in reply.text:
        assert "都平安了" in reply.text and "120" in reply.text
    results_in(process, Result.ANSWERED)
    (over,) = await process.say("都平安了")
    assert over.text.startswith("太好了")


@pytest.mark.parametrize(
    ("told", "words", "begins"),
    [
        ("我爸心口疼得满头汗，喘不上气", "大夫已经在给他做心电图了", "好，人到了"),
        ("锅烧着了，厨房全是火", "扑灭了，就熏黑一面墙，人都好好的", "太好了"),
        ("我家着火了，我妈还在里面", "没事了，人都出来了，都在楼下了", "太好了"),
    ],
)
async def test_an_alarm_ends_in_any_words(process: Process, told: str, words: str, begins: str) -> None:
    await process.say(told)
    (reply,) = await process.say(words)
    assert reply.text.startswith(begins), reply.text


@pytest.mark.parametrize("words", ["医保卡丢了怎么补办", "供电公司老不管，我要投诉"])
async def test_what_is_about_something_else_is_answered(process: Process, words: str) -> None:
    await process.say(WIRE)
    results_in(process, Result.ANSWERED)
    await process.say(words)
    assert process.dialogue.texts()[-1] == words


async def test_without_the_encoder_the_words_alone_decide(process: Process) -> None:
    alarm = process.conversations._alarm
    assert alarm._judge is not None
    alarm._open._judge = None
    await process.say(FAINTED)
    (reply,) = await process.say("人醒过来了")
    assert reply.text.startswith("太好了")


@pytest.mark.parametrize("words", ["捞上来了", "人已经拉上岸了"])
async def test_who_is_out_of_the_water_may_not_breathe(process: Process, words: str) -> None:
    await process.say(WATER)
    (reply,) = await process.say(words)
    assert "喘气正常吗" in reply.text and "120" in reply.text
    (over,) = await process.say("醒了，坐着呢，没事")
    assert over.text.startswith("太好了")


@pytest.mark.parametrize(("told", "words"), [(FAINTED, "又闭上了"), (WATER, "可是他不会动")])
async def test_a_danger_that_was_over_comes_back_in_few_words(
    process: Process, told: str, words: str
) -> None:
    await process.say(told)
    (over,) = await process.say("没事了，人醒过来了")
    assert over.text.startswith("太好了")
    (reply,) = await process.say(words)
    assert reply.card is not None and "120" in reply.text
    results_in(process, Result.NOT_UNDERSTOOD)


@pytest.mark.parametrize("words", ["没气了", "没醒", "捞上来了，没有心跳"])
async def test_who_does_not_breathe_is_not_gone(process: Process, words: str) -> None:
    await process.say(WATER)
    await process.say("捞上来了")
    (reply,) = await process.say(words)
    assert "120" in reply.text and not reply.text.startswith("太好了")


async def test_who_was_violent_may_come_back(process: Process) -> None:
    await process.say("有人拿刀砍我，救命")
    (reply,) = await process.say("打完了走了")
    assert "110" in reply.text


async def test_a_second_danger_keeps_the_numbers_of_the_first(process: Process) -> None:
    await process.say("有人拿刀砍我，救命")
    await process.say("厨房着火了，全是烟")
    (reply,) = await process.say("我在三楼")
    assert reply.card is not None
    numbers = [one["number"] for one in reply.card["numbers"]]
    assert {"119", "110"} <= set(numbers)


async def test_a_question_within_a_danger_is_no_other_danger(process: Process) -> None:
    await process.say("电梯卡住了，里面有个孕妇出不来")
    (reply,) = await process.say("有人想扒门出去可以吗")
    assert "方向盘" not in reply.text and reply.card is not None


async def test_the_form_does_not_hide_the_numbers(process: Process) -> None:
    await process.say(WIRE)
    results_in(process, Result.MATTER)
    first, _ = await process.say("我要投诉供电公司不来人")
    assert "95598" in first.text


@pytest.mark.parametrize(
    ("told", "words"),
    [("我吃了一瓶安眠药", "逗你的"), ("我不想活了，站在楼顶", "误会"), ("我想跳楼，坐在窗台上", "闹着玩的")],
)
async def test_one_word_undoes_no_pills_and_no_roof(process: Process, told: str, words: str) -> None:
    await process.say(told)
    replies = await process.say(words)
    assert not any("放心了" in reply.text for reply in replies)
    results_in(process, Result.NOT_UNDERSTOOD)
    (reply,) = await process.say("头好晕想睡")
    assert reply.card is not None


async def test_who_is_out_without_saying_who_may_be_alone(process: Process) -> None:
    await process.say("我家着火了，我妈还在里面")
    for words in ("好了好了出来了", "我没事了我出来了"):
        (reply,) = await process.say(words)
        assert not reply.text.startswith("太好了") and reply.card is not None
    (reply,) = await process.say("我妈没声音了")
    assert reply.card is not None
    assert {"119", "120"} <= {one["number"] for one in reply.card["numbers"]}


@pytest.mark.parametrize(
    ("words", "number"),
    [("厨房一上午都有股臭鸡蛋味", "119"), ("补充一下，孩子昨晚拿刀划自己胳膊了", "12356")],
)
async def test_gas_by_its_smell_and_despair_in_a_supplement(
    process: Process, words: str, number: str
) -> None:
    (reply,) = await process.say(words)
    assert reply.card is not None and number in [one["number"] for one in reply.card["numbers"]]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (SMELL, "师傅把阀门关了，我家没事了，可楼下两个老人还没出来"),
        ("四楼着火了，我们在三楼", "我跟娃下来了，可是六楼那家还没下来人"),
    ],
)
async def test_who_is_safe_while_others_are_not_keeps_the_danger(
    process: Process, told: str, words: str
) -> None:
    (first,) = await process.say(told)
    for _ in range(2):
        (reply,) = await process.say(words)
        assert not reply.text.startswith("太好了") and "12356" not in reply.text
        assert reply.card is not None and first.card is not None
        assert reply.card["numbers"][0] == first.card["numbers"][0], "it is still the same danger"
