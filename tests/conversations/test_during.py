"""What is said while a danger is open is heard as about the danger, and other matters are heard as matters."""

from __future__ import annotations

import pytest

from conversations import danger
from conversations.event_kinds import Result
from conversations.facts import FORM
from tests.conversations.conftest import Process
from tests.conversations.test_danger import FIRE, results_in

FAINTED = "我老公突然倒在地上，叫不醒了"
GAS = "家里煤气漏了，一屋子味道"
DESPAIR = "我真的不想活了，遗书都写好了"


@pytest.mark.parametrize(
    ("danger_told", "then", "shown"),
    [
        (FAINTED, ("没有呼吸", "没有反应", "怎么办啊", "现在该怎么弄"), "心肺复苏"),
        (FIRE, ("了怎么办，出不去", "可以坐电梯吗"), "湿毛巾堵住门缝"),
        (GAS, ("现在怎么办", "阀门关不上咋办"), "关阀门"),
        (DESPAIR, ("没有", "没人帮我", "谢谢", "再见"), "12356"),
    ],
)
async def test_what_to_do_is_said_again_to_who_asks_or_tells_a_new_sign(
    process: Process, danger_told: str, then: tuple[str, ...], shown: str
) -> None:
    await process.say(danger_told)
    for words in then:
        (reply,) = await process.say(words)
        assert shown in reply.text and reply.card is not None, words
    assert process.dialogue.asked == []


@pytest.mark.parametrize(
    ("told", "then"),
    [
        (FAINTED, ("在家里", "七十多岁", "对", "谢谢", "十几分钟了")),
        (FIRE, ("六楼", "里面还有两个大人", "刚才", "没人受伤", "在东头第二间")),
        (GAS, ("好的", "阀门关上了", "窗户都打开了")),
        ("有人拿刀砍我，救命", ("四个人", "在车棚", "昨晚")),
    ],
)
async def test_details_are_taken_in_few_words_with_the_numbers_to_tap(
    process: Process, told: str, then: tuple[str, ...]
) -> None:
    (whole,) = await process.say(told)
    for words in then:
        (reply,) = await process.say(words)
        assert reply.text.startswith("我在") and len(reply.text) < len(whole.text) / 2, words
        assert reply.card == whole.card, words
    assert process.dialogue.asked == []


async def test_who_can_t_get_through_or_hides_hears_another_way(process: Process) -> None:
    await process.say("有人拿刀砍我，救命")
    for words in ("我藏在柜子里了", "电话一直占线", "不敢出声"):
        (reply,) = await process.say(words)
        assert "12110" in reply.text and "静音" in reply.text, words
    await process.say(FIRE, user="v-2")
    (reply,) = await process.say("119没打通", user="v-2")
    assert "换一部电话" in reply.text and "12110" not in reply.text


async def test_who_has_called_hears_what_to_do_and_not_to_call(process: Process) -> None:
    await process.say(FAINTED)
    for words, steps in (("120打了 然后呢", True), ("没有呼吸", True), ("在客厅", False)):
        (reply,) = await process.say(words)
        assert reply.text.startswith("好，记下了") and "请马上打" not in reply.text
        assert ("心肺复苏" in reply.text) is steps


@pytest.mark.parametrize(
    ("told", "called", "words"),
    [
        (FIRE, "打了119了", "火灭了没事了"),
        (FIRE, "邻居报的火警，119打过了", "明火已经扑灭了，人也没事"),
        (GAS, "119打过了", "没事了"),
        (FAINTED, "120打了", "人醒过来了"),
    ],
)
async def test_over_is_heard_after_the_call(process: Process, told: str, called: str, words: str) -> None:
    await process.say(told)
    await process.say(called)
    (reply,) = await process.say(words)
    assert reply.text.startswith("太好了"), reply.text


@pytest.mark.parametrize("words", ["打完了走了", "刀夺下来了", "那伙人都散了", "被警察带走了"])
async def test_violence_that_ended_is_heard_and_the_agents_still_come(process: Process, words: str) -> None:
    await process.say("有人拿刀砍我，救命")
    await process.say("已报警")
    (reply,) = await process.say(words)
    assert reply.text.startswith("太好了"), reply.text
    assert (await process.conversations.view(await process.id_of())).urgent


async def test_help_that_arrived_ends_the_advice(process: Process) -> None:
    await process.say(FAINTED)
    (reply,) = await process.say("救护车到了")
    assert reply.text.startswith("好，人到了")
    (reply,) = await process.say("谢谢你")
    assert reply.text == "您说的是：谢谢你"


async def test_who_stands_by_is_not_taken_for_the_one_in_despair(process: Process) -> None:
    await process.say("有人在桥上要跳河")
    for words in ("在淮河大桥中间", "打过110了"):
        (reply,) = await process.say(words)
        assert "慢慢说" not in reply.text and "谢谢您说出来" not in reply.text, words
    (reply,) = await process.say("人救下来了")
    assert reply.text.startswith("太好了")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (FIRE, "火灭了，没事了"),
        (FIRE, "我们都出来了"),
        (GAS, "关了阀门通风了,没事了"),
        (FAINTED, "醒过来了，虚惊一场"),
        (FAINTED, "没事了醒了"),
        (FAINTED, "好了好了已经醒了"),
    ],
)
async def test_what_is_over_lets_the_talk_go_on(process: Process, told: str, words: str) -> None:
    await process.say(told)
    (reply,) = await process.say(words)
    assert reply.text.startswith("太好了") and [b.title for b in reply.buttons] == [danger.FILE_IT.title]
    view = await process.conversations.view(await process.id_of())
    assert (view.mode, view.urgent) == ("bot", False)
    (reply,) = await process.say("那我想反映燃气公司一直不来检修")
    assert reply.text.startswith("您说的是：那我想反映")
    # It flares up again: the whole advice once more.
    (reply,) = await process.say(told)
    assert reply.card is not None


@pytest.mark.parametrize("words", ["没事了", "出来了"])
async def test_a_word_that_all_is_well_does_not_call_the_agents_off_where_people_are_the_danger(
    process: Process, words: str
) -> None:
    await process.say("我老公拿刀要砍我，快救我")
    await process.say(words)
    assert (await process.conversations.view(await process.id_of())).urgent


async def test_silence_after_a_child_was_beaten_keeps_the_advice_for_the_child(process: Process) -> None:
    await process.say("隔壁在打孩子，孩子哭得撕心裂肺，快来人")
    for words in ("现在没声音了", "孩子没动静了"):
        (reply,) = await process.say(words)
        assert reply.card is not None and "孩子" in reply.text and "心肺复苏" not in reply.text
        assert [number["number"] for number in reply.card["numbers"]] == ["110", "120"]


@pytest.mark.parametrize("result", [Result.TALK, Result.UNKNOWN, Result.NOT_UNDERSTOOD])
async def test_no_answer_and_small_talk_give_way_to_the_next_step(process: Process, result: Result) -> None:
    await process.say(FIRE)
    results_in(process, result)
    (reply,) = await process.say("邻居那边的人我都通知过了")
    assert "119" in reply.text and "您说的是" not in reply.text


async def test_a_candidate_comes_after_the_next_step(process: Process) -> None:
    await process.say(FIRE)
    results_in(process, Result.ASKED_BACK)
    step, candidate = await process.say("物业的消防通道归谁管")
    assert "119" in step.text and candidate.text.startswith("您说的是")


async def test_a_new_matter_goes_to_the_form(process: Process) -> None:
    await process.say(FIRE)
    results_in(process, Result.MATTER)
    first, reply = await process.say("我想反映物业的路灯一周没亮")
    assert "119" in first.text, "the numbers stay in sight"
    assert reply.text == "您说的是：我想反映物业的路灯一周没亮"


@pytest.mark.parametrize(
    ("result", "words"), [(Result.ANSWERED, "居住证在哪办"), (Result.TICKET, "撤了吧，我不追究")]
)
async def test_what_is_answered_meanwhile_comes_after_one_line_with_the_numbers(
    process: Process, result: Result, words: str
) -> None:
    await process.say("他拿刀逼我，救命")
    results_in(process, result)
    line, answer = await process.say(words)
    assert "110" in line.text and len(line.text) < 60 and line.card is not None
    assert answer.text == f"您说的是：{words}"
    # Who has called is not told again.
    await process.say("已报警")
    (answer,) = await process.say(words)
    assert answer.text == f"您说的是：{words}"


async def test_answers_to_the_form_go_to_the_form(process: Process) -> None:
    await process.say(FIRE)
    results_in(process, Result.MATTER)
    await process.say(danger.FILE_IT.title)
    await process.conversations.remember(await process.id_of(), FORM, {"shown": 1})
    (reply,) = await process.say("在家里")
    assert reply.text == "您说的是：在家里"
    (reply,) = await process.say("火灭了，没事了")
    assert reply.text.startswith("太好了")
    (reply,) = await process.say("田家庵区")
    assert reply.text == "您说的是：田家庵区"


async def test_what_is_no_emergency_and_not_understood_is_offered_to_be_filed(process: Process) -> None:
    await process.say(FIRE)
    results_in(process, Result.NOT_UNDERSTOOD)
    (reply,) = await process.say(danger.NOT_URGENT.title)
    assert FIRE in reply.text and [b.title for b in reply.buttons] == [danger.FILE_IT.title]


async def test_a_cry_without_a_matter_does_not_stick_to_the_question_after_it(process: Process) -> None:
    await process.say("🔥🔥🔥救命🆘")
    (reply,) = await process.say("公积金怎么取")
    assert reply.text == "您说的是：公积金怎么取"


async def test_danger_in_pieces_is_heard_in_the_queue(process: Process) -> None:
    process.online[0] = 1
    await process.conversations.request_human(await process.id_of(), "citizen_asked")
    for words in ("他", "拿着刀", "在砍门"):
        replies = await process.say(words)
    assert replies[0].text == danger.ASK.text or "110" in replies[0].text


async def test_how_long_in_danger_is_about_the_queue_and_the_numbers(process: Process) -> None:
    process.online[0] = 1
    await process.say(FIRE)
    (reply,) = await process.say("还要等多久")
    assert "还在排队" in reply.text and "119" in reply.text


async def test_the_words_of_the_button_do_as_the_button_does(process: Process) -> None:
    """Who types 不是紧急情况 is let go; of their own despair nobody is let go by words."""
    await process.say(FIRE)
    await process.say("不是紧急情况")
    assert "湿毛巾" not in str(await process.say("公积金怎么取"))
    await process.say(DESPAIR, user="v-2")
    assert "12356" in str(await process.say("不是紧急情况", user="v-2"))


@pytest.mark.parametrize(
    ("danger_told", "then"),
    [
        (FAINTED, "没事了，嘴歪了"),
        (FAINTED, "醒了，说不出话"),
        (FIRE, "火灭了，孩子没找到"),
        (FIRE, "大家没事，就一个人没出来"),
        (FIRE, "火灭了，又起来了"),
        (FIRE, "消防来了，进不来"),
        ("有人拿刀在砸我家门", "我们都被控制住了"),
        ("有人拿刀在砸我家门", "他们来了"),
        ("有人拿刀在砸我家门", "没事，他让我说没事"),
        ("我老公又打我，我满脸是血", "她不喊了"),
        ("我老公拿刀要杀我", "老公打了"),
        ("我女儿站在楼顶要跳楼", "她走了"),
    ],
)
async def test_words_that_only_sound_like_the_end_leave_the_danger_open(
    process: Process, danger_told: str, then: str
) -> None:
    await process.say(danger_told)
    replies = await process.say(then)
    assert any(reply.card is not None for reply in replies), replies
    said = "".join(reply.text for reply in replies)
    assert "太好了" not in said and "听他们的安排" not in said


async def test_danger_that_comes_back_is_met_again(process: Process) -> None:
    await process.say(FAINTED)
    assert (await process.say("醒了"))[0].text.startswith("太好了")
    (reply,) = await process.say("又昏了")
    assert reply.card is not None and "120" in reply.text


async def test_who_can_not_phone_is_told_of_the_text_message(process: Process) -> None:
    await process.say(FIRE)
    (reply,) = await process.say("我是聋哑人打不了电话")
    assert "12110" in reply.text


async def test_a_question_what_to_do_gets_the_steps(process: Process) -> None:
    await process.say(GAS)
    (reply,) = await process.say("可以开灯看看吗")
    assert "不要开" in reply.text or "别开" in reply.text or "开关" in reply.text


@pytest.mark.parametrize(
    ("danger_told", "then"),
    [
        (DESPAIR, "没人在乎我"),
        (FAINTED, "120还要多久"),
        ("孩子喝了洗洁精，喘不上气", "要不要催吐"),
        ("我被锁在电梯里喘不上气", "按铃没人"),
    ],
)
async def test_words_about_the_danger_are_no_question_about_the_queue(
    process: Process, danger_told: str, then: str
) -> None:
    await process.say(danger_told)
    (reply,) = await process.say(then)
    assert "排队" not in reply.text and reply.card is not None
