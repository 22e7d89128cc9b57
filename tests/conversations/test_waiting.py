"""What a citizen who waits for an agent says: each message gets a reply, and leaving is understood."""

from __future__ import annotations

from collections.abc import AsyncIterator
from unittest.mock import ANY

import pytest

from bot.understanding.danger import shipped
from conversations import danger
from conversations.event_kinds import LeftQueue
from conversations.queued import JOB as AGENTS_GONE
from conversations.rasa import RasaDown
from conversations.service import Conversations
from conversations.types import Agent, Button, Job, Reply
from conversations.waiting import (
    BACK_BUTTON,
    BACK_TO_BOT,
    CALL_BACK,
    LEAVE_MATTER,
    asks_place,
    leaves,
    put_in,
)
from core.database import Database
from core.events import LocalEvents
from tests.conversations.conftest import Process
from tests.rasa_standin import SmallDialogue, no_answer

LEAVING = (
    "不等了", "不排了", "不排队了", "取消排队", "退出排队", "不要人工了", "不用转人工了", "取消", "算了", "算了，不等了",
    "别排了", "不想等了", "等不及了", "我先不等了", "还是问你吧", "继续问智能助手", "转机器人", "返回", "不找人工了",
    "我不等啦", "等不了了", "等烦了，不等了", "不耗了", "不想再等了", "我撤了", "先不找人工了", "人工算了", "不用人工了",
    "不转了", "别转人工了", "取消转人工", "退出等待", "结束排队", "回到机器人", "让机器人回答吧", "还是跟你说吧", "你来回答吧",
    "我问你就行", "换回智能助手", "不劳烦坐席了", "没人啊？不等了", "人呢？我走了", "怎么没人啊不排了", "太慢了不等了", "人工太慢，不等了", "算了吧不找人了", "没工夫等了",
    "等到啥时候去，不等了", "排到猴年马月，算了", "拉倒吧，不等了", "甭等了", "懒得等了", "不候了", "不要排了", "取消排隊",
    "放弃排队", "没耐心等了", "还是智能助手来吧", "那我走了",
)  # fmt: skip


@pytest.mark.parametrize("said", LEAVING[:2])
async def test_who_no_longer_waits_leaves_the_queue(process: Process, said: str) -> None:
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "citizen_asked")
    (left,) = await process.say(said)
    assert "不排队了" in left.text
    assert (await process.conversations.view(conversation)).mode == "bot"
    assert process.dialogue.asked == []


def test_there_are_many_ways_to_say_so() -> None:
    assert [said for said in LEAVING if not leaves(said, None)] == []


@pytest.mark.parametrize(
    "said",
    ["办妥啦，谢谢你们", "都办好了，再见", "好的，谢谢，不用了", "那就这样，拜拜", "事情处理完了，回见"],
)
async def test_who_says_goodbye_gives_the_place_up(process: Process, said: str) -> None:
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "citizen_asked")
    (left,) = await process.say(said)
    assert "祝您一切顺利" in left.text and "排在" not in left.text
    assert (await process.conversations.view(conversation)).mode == "bot"


@pytest.mark.parametrize(
    "said", ["谢谢", "还没解决", "办好了没有", "再见，顺便问下社保", "没人处理", "问题解决了一半"]
)
async def test_who_says_no_goodbye_keeps_it(process: Process, said: str) -> None:
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "citizen_asked")
    await process.say(said)
    assert (await process.conversations.view(conversation)).mode == "waiting"


async def test_a_last_word_in_despair_is_no_goodbye_to_the_queue(process: Process) -> None:
    conversation = await process.id_of()
    await process.say("我不想活了，药已经在手里了")
    assert (await process.conversations.view(conversation)).mode == "waiting"
    await process.say("再见")
    assert (await process.conversations.view(conversation)).mode == "waiting"


@pytest.mark.parametrize(
    "said",
    [
        "等不了了，快派人来",
        "等不及了你们快点",
        "物业不接电话了",
        "老板不要我了",
        "撤了摊位",
        "不等红灯了",
        "等了这么久",
        "不等了解清楚就催我",
        "我要人工",
        "取消工单",
        "还要等多久",
        "不要乱收费",
        "我不要赔偿了",
        "不找他了",
        "办好了",
        "没事了",
    ],
)
def test_who_says_something_else_stays(said: str) -> None:
    assert not leaves(said, None)


@pytest.fixture
async def helping(database: Database) -> AsyncIterator[Process]:
    """A process whose assistant helps with whatever asks something."""
    dialogue, events, online = SmallDialogue(), LocalEvents(), [1]

    async def agents_online() -> int:
        return online[0]

    async def helps(_: str, job: Job) -> bool:
        if "失灵" in job.text:
            raise KeyError("a bug")
        return "怎么" in job.text

    conversations = Conversations(
        database, events, dialogue, no_answer, agents_online, judge=shipped(), helps=helps
    )
    async with conversations:
        yield Process(conversations, dialogue, events, online)


async def test_a_question_is_answered_and_the_place_is_kept(helping: Process) -> None:
    conversation = await helping.id_of()
    await helping.conversations.request_human(conversation, "citizen_asked")
    since = (await helping.conversations.view(conversation)).waiting_since
    answer, place = await helping.say("居住证怎么办")
    assert answer.text == "您说的是：居住证怎么办"
    assert "位置还留着" in place.text and [b.payload for b in place.buttons] == [BACK_TO_BOT]
    assert "没有坐席" not in place.text
    (kept,) = await helping.say("我还想跟坐席说一声，是三号楼")
    assert "记下了" in kept.text and helping.dialogue.texts() == ["居住证怎么办"]
    view = await helping.conversations.view(conversation)
    assert (view.mode, view.waiting_since) == ("waiting", since)


@pytest.mark.parametrize(
    "said", ["怎么又排队了?我前面几个", "怎么又让我排队，前面还有几个人", "怎么又要等啊"]
)
async def test_who_waits_once_more_is_told_the_place(helping: Process, said: str) -> None:
    await helping.conversations.request_human(await helping.id_of(), "citizen_asked")
    (told,) = await helping.say(said)
    assert "让您久等了" in told.text and "您排在最前面" in told.text
    assert [b.payload for b in told.buttons] == [BACK_TO_BOT]
    assert helping.dialogue.asked == []


@pytest.mark.parametrize(
    "said", ["怎么又停水了?我家楼上", "怎么又排队了，医院那边也没人", "怎么前面几户都没电"]
)
async def test_another_matter_beside_a_wait_is_no_question_about_the_queue(
    helping: Process, said: str
) -> None:
    await helping.conversations.request_human(await helping.id_of(), "citizen_asked")
    answer, _ = await helping.say(said)
    assert answer.text == f"您说的是：{said}"


async def test_nobody_on_duty_is_said_with_the_hours_and_three_ways_on(process: Process) -> None:
    conversation = await process.id_of()
    place = await process.conversations.request_human(conversation, "citizen_asked")
    told = process.conversations.put_in(place)
    assert "没有坐席在线" in told.text and "工作日 8:30 到 17:30" in told.text
    assert [b.payload for b in told.buttons] == [LEAVE_MATTER.payload, CALL_BACK.payload, BACK_TO_BOT]
    assert "12345" in put_in(place, "").text
    (heard,) = await process.say("有人吗")
    assert CALL_BACK in heard.buttons
    asked, still = await process.say(CALL_BACK.title)
    assert asked.text == f"您说的是：{CALL_BACK.payload}" and "位置还留着" in still.text
    (deaf,) = await process.say("我是聋哑人，打不了电话")
    assert "不用打电话" in deaf.text and LEAVE_MATTER in deaf.buttons and CALL_BACK not in deaf.buttons
    assert (await process.conversations.view(conversation)).mode == "waiting"


async def test_a_form_goes_on_while_the_place_is_kept(process: Process) -> None:
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "citizen_asked")
    await process.conversations.remember(conversation, "form", {"诉求": "路灯不亮"})
    process.dialogue.form = (Button("取消", "/cancel"),)
    for said in ("楼下没人管", "算了", "大通区"):
        (answer,) = await process.say(said)
        assert answer.text == f"您说的是：{said}"
    await process.conversations.remember(conversation, "form", None)  # nothing is filled in yet
    (answer,) = await process.say("有人在吗")
    assert answer.text == "您说的是：有人在吗"
    (place,) = await process.say("我排第几")
    assert "您排在最前面" in place.text
    (left,) = await process.say("不等人工了")
    assert "不排队了" in left.text


async def test_who_was_only_not_understood_is_still_helped_while_nobody_is_on_duty(process: Process) -> None:
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "low_confidence")
    (answer,) = await process.say("是我家水管的事")
    assert answer.text == "您说的是：是我家水管的事"
    assert (await process.conversations.view(conversation)).mode == "waiting"
    process.online[0] = 1
    (kept,) = await process.say("漏了三天")
    assert "记下了" in kept.text


async def test_what_is_unfinished_is_gone_on_with(process: Process) -> None:
    resume = Button("接着填刚才的", '/start_complaint{"slot":"draft","value":"again"}')
    await process.conversations.request_human(await process.id_of(), "citizen_asked", resume=resume)
    (again,) = await process.say("转人工")
    assert "位置一直留着" in again.text
    assert [b.payload for b in again.buttons] == [resume.payload, CALL_BACK.payload, BACK_TO_BOT]


async def test_who_waited_long_is_told_sorry_once(process: Process) -> None:
    await process.conversations.request_human(await process.id_of(), "citizen_asked")
    first, second = [(await process.say(said))[0].text for said in ("怎么还没人接", "等了半天了")]
    assert "久等" in first and "久等" not in second


@pytest.mark.parametrize("speaks", [True, False])
async def test_whose_agent_has_left_hears_it_and_waits_again(process: Process, speaks: bool) -> None:
    conversation = await process.id_of()
    await process.conversations.take(conversation, Agent("a1", "坐席 1 号"))
    assert await process.say("在吗") == []
    process.gone.add("a1")
    if speaks:
        (told,) = await process.say("那我这事咋办")
    else:
        await (await process.conversations.jobs.run(AGENTS_GONE, "now"))
        told = (await process.conversations.history(conversation))[-1]
    assert "坐席离开了" in told.text and "没有坐席在线" in told.text and BACK_BUTTON in told.buttons
    view = await process.conversations.view(conversation)
    assert (view.mode, view.agent_id) == ("waiting", None)
    (left,) = await process.say("不等了")
    assert "不排队了" in left.text


async def test_what_cannot_be_judged_is_kept_for_the_agent(helping: Process) -> None:
    await helping.conversations.request_human(await helping.id_of(), "citizen_asked")
    (kept,) = await helping.say("失灵")
    assert "记下了" in kept.text


@pytest.mark.parametrize("online", [0, 2])
async def test_one_hiccup_keeps_nobody_in_the_queue_who_asked_for_no_agent(
    process: Process, online: int
) -> None:
    conversation = await process.id_of()
    process.online[0] = online
    (put_through,) = await process.say("路灯坏了")
    assert "忙不过来" in put_through.text
    assert (await process.conversations.view(conversation)).mode == "waiting"
    back, answer = await process.say("在国庆路")
    assert "恢复了" in back.text and "“路灯坏了”" in back.text, "what got no answer is named"
    assert answer.text == "您说的是：在国庆路"
    assert (await process.conversations.view(conversation)).mode == "bot"
    left = [one for one in await process.conversations.happened(conversation) if one.kind == "left_queue"]
    assert [(one.facts, one.actor) for one in left] == [(LeftQueue("answered", ANY), "bot")]
    (answer,) = await process.say("是昨天晚上")
    assert answer.text == "您说的是：是昨天晚上"


@pytest.mark.parametrize("calls", ["转人工", "给我找个真人"])
async def test_who_then_asks_for_an_agent_stays_in_the_queue(process: Process, calls: str) -> None:
    conversation = await process.id_of()
    process.online[0] = 1
    await process.say("路灯坏了")
    since = (await process.conversations.view(conversation)).waiting_since
    (place,) = await process.say(calls)
    assert "还在排队" in place.text
    (kept,) = await process.say("在国庆路")
    assert "记下了" in kept.text
    view = await process.conversations.view(conversation)
    assert (view.mode, view.reason, view.waiting_since) == ("waiting", "citizen_asked", since)


async def test_a_call_for_an_agent_is_one_while_the_assistant_fails(process: Process) -> None:
    conversation = await process.id_of()
    process.dialogue.ask = _down  # type: ignore[method-assign]
    (put_through,) = await process.say("转人工")
    assert "忙不过来" not in put_through.text and "已为您排队" in put_through.text
    assert (await process.conversations.view(conversation)).reason == "citizen_asked"


async def _down(*_: object) -> list[Reply]:
    raise RasaDown("not there")


@pytest.mark.parametrize("title", ["撤回这张工单", "查工单进度", "都不是", "跳过"])
async def test_a_pressed_button_is_answered_and_the_place_is_kept(process: Process, title: str) -> None:
    conversation = await process.id_of()
    process.dialogue.form = (Button(title, f"/x{{{title}}}"), Button("转人工", "/request_human"))
    await process.say("公积金怎么提取")
    await process.conversations.request_human(conversation, "citizen_asked")
    since = (await process.conversations.view(conversation)).waiting_since
    answer, place = await process.say(title)
    assert answer.text == f"您说的是：/x{{{title}}}" and "位置还留着" in place.text
    assert (await process.conversations.view(conversation)).waiting_since == since
    await process.say(title)
    (still,) = await process.say("转人工")
    assert "还在排队" in still.text, "who waits already asks for nobody anew"


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("不等了，那我问下住院押金要不要先交", "那我问下住院押金要不要先交"),
        ("太慢了，不排队了，我要反映物业的事", "我要反映物业的事"),
        ("不等了查进度", "查进度"),
        ("不找人工了。残疾证去哪办", "残疾证去哪办"),
    ],
)
async def test_who_leaves_the_queue_with_more_to_say_is_answered(
    helping: Process, said: str, rest: str
) -> None:
    conversation = await helping.id_of()
    await helping.conversations.request_human(conversation, "citizen_asked")
    left, answer = await helping.say(said)
    assert left.text == "好的，不排队了。" and answer.text == f"您说的是：{rest}"
    assert (await helping.conversations.view(conversation)).mode == "bot"


async def test_who_asked_for_a_human_stays_with_the_queue(process: Process) -> None:
    await process.conversations.request_human(await process.id_of(), "citizen_asked")
    (kept,) = await process.say("在国庆路")
    assert "记下了" in kept.text and process.dialogue.asked == []


async def test_the_question_about_danger_is_not_asked_a_third_time(process: Process) -> None:
    """As within a form: each answer is not understood, and the talk so far still sounds like danger."""
    alarm = process.conversations._alarm
    alarm._unsure = lambda replies: True

    class Doubtful:
        def judge(self, text: str) -> danger.Danger | None:
            return danger.Danger("medical", 0.5, clear=False) if "晕" in text else None

        def scope(self, text: str) -> str | None:
            return None

        def live(self, text: str) -> danger.Live | None:
            return None

        def after(self, told: str, text: str) -> dict[str, float]:
            return {}

    alarm._judge = Doubtful()
    asked: list[str] = []
    for words in ("我爸头晕", "在田家庵区", "龙湖路", "就是今天", "三号楼门口", "还是头晕"):
        replies = await process.say(words)
        asked += [reply.text for reply in replies if reply.text in (danger.ASK.text, danger.ASK_AGAIN.text)]
    assert asked == [danger.ASK.text, danger.ASK_AGAIN.text]


async def test_after_the_question_was_passed_over_clear_danger_is_still_met(process: Process) -> None:
    conversation = await process.id_of()
    await process.conversations.remember(
        conversation,
        "danger",
        {"state": "passed", "kind": "fire", "text": "有烟味", "at": "2999-01-01T00:00:00+00:00"},
    )
    (advice,) = await process.say("我家着火了，快来人啊，火越来越大")
    assert "119" in advice.text


PLACE = (
    "我排第几",
    "还有几个人啊",
    "还有多少人排队",
    "前面还有几个人",
    "大概要等多久",
    "多久能到我",
    "都没人吗",
    "排到第几了",
)


@pytest.mark.parametrize("online", [0, 1])
async def test_the_place_in_the_queue_is_told_in_words(process: Process, online: int) -> None:
    process.online[0] = online
    for user in ("first", "second", "v1"):
        conversation = await process.id_of(user)
        await process.conversations.request_human(conversation, "citizen_asked")
    for said in PLACE:
        (told,) = await process.say(said)
        assert "前面还有 2 位" in told.text, said
        assert ("没有坐席在线" in told.text) == (online == 0)
    (long,) = await process.say("大概要等多久啊")
    assert "说不准" in long.text
    (hours,) = await process.say("你们几点下班")
    assert "8:30" in hours.text and "前面还有 2 位" in hours.text
    assert process.dialogue.asked == []


@pytest.mark.parametrize(
    "said",
    [
        "公积金多久到账",
        "医保多久",
        "多少人可以办",
        "户口几个人",
        "什么时候能领退休金",
        "社保局几点上班",
        "护照多长时间",
    ],
)
def test_a_question_to_the_assistant_is_none_about_the_queue(said: str) -> None:
    assert not asks_place(said)


async def test_a_question_about_people_in_danger_is_no_question_about_the_queue(process: Process) -> None:
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "citizen_asked")
    (advice, *_) = await process.say("着火了，屋里还有几个人没出来")
    assert "119" in advice.text
