"""An alarm after an agent has dealt with it, the kind it keeps, and what is asked beside it."""

from __future__ import annotations

import pytest

from conversations import aside, danger, met
from conversations.danger_state import FACT
from conversations.emergency import emergency, going_on
from conversations.event_kinds import Result
from conversations.types import Agent
from tests.conversations.conftest import Process
from tests.conversations.test_danger import results_in

AGENT = Agent("a1", "小李")
FAINT = "我妈突然倒地上没有呼吸了"
BEATEN = "我老公喝了酒又打我 我躲在卫生间"
DESPAIR = "我真的不想活了 欠了网贷二十多万 天天打电话催"
SMELL = "家里有股臭鸡蛋味 好像煤气漏了 我不敢开灯"


async def facts(process: Process) -> dict[str, object]:
    return dict((await process.conversations.view(await process.id_of())).facts)


@pytest.mark.parametrize("told", [FAINT, DESPAIR, BEATEN])
@pytest.mark.parametrize("how", ["hand_back", "close"])
async def test_an_agent_who_leaves_ends_the_alarm(process: Process, told: str, how: str) -> None:
    await process.say(told)
    conversation = await process.id_of()
    await process.conversations.take(conversation, AGENT)
    assert going_on(await facts(process))
    await getattr(process.conversations, how)(conversation, AGENT)
    results_in(process, Result.UNKNOWN)
    for words in ("好的谢谢,大概几天能给我回话", "那我下个月还用去签到不", "那催收的我能在你这登记吗"):
        (answer,) = await process.say(words)
        assert answer.text == f"您说的是：{words}" and answer.card is None
    new = await process.say("我爸也晕倒了，叫不醒，没有呼吸")
    assert new[0].card is not None and "120" in new[0].text


@pytest.mark.parametrize(("told", "open_"), [(FAINT, False), (DESPAIR, True), (BEATEN, True)])
async def test_a_ticket_ends_what_is_no_violence_and_no_despair_and_the_desk_shows_it_till_the_agent_leaves(
    process: Process, told: str, open_: bool
) -> None:
    await process.say(told)
    conversation = await process.id_of()
    await process.conversations.take(conversation, AGENT)
    files = process.conversations.agent_files
    async with process.conversations._database.write() as session:
        await files.done(session, conversation, "HN2026120100001", danger.ASK)
    held = await facts(process)
    assert (held[FACT]["state"] == "told") is open_  # type: ignore[index]
    assert going_on(held)
    shown = emergency(held)
    assert shown is not None and not shown.over


async def test_who_is_in_danger_after_the_agent_left_is_told_so(process: Process) -> None:
    await process.say("转人工")
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "citizen_asked")
    await process.conversations.take(conversation, AGENT)
    process.gone.add(AGENT.id)
    (advice,) = await process.say(FAINT)
    assert "刚才接待您的坐席离开了" in advice.text
    again = await process.say("他也倒了，没有呼吸", user="v2")
    assert not any("离开了" in reply.text for reply in again)


@pytest.mark.parametrize("taken", [True, False])
async def test_violence_at_home_stays_what_it_is(process: Process, taken: bool) -> None:
    await process.say(BEATEN)
    if taken:
        await process.conversations.take(await process.id_of(), AGENT)
    (out,) = await process.say("我出来了 在楼下超市 他没追")
    assert out.text.startswith("好，您做得对") and "转账" not in out.text
    await process.say("110来了 现在安全了")
    shown = emergency(await facts(process))
    assert shown is not None and (shown.tag, shown.over) == ("家暴", True)


async def test_a_fraud_beside_violence_at_home_is_another_matter(process: Process) -> None:
    await process.say(BEATEN)
    await process.conversations.take(await process.id_of(), AGENT)
    (advice,) = await process.say("有人冒充公安让我转账，我已经转了两万块给骗子了")
    assert "先别再转" in advice.text


@pytest.mark.parametrize(
    "words",
    [
        "我没跑出来",
        "他追下楼了",
        "他也出来了",
        "我出来了 孩子还在里面",
        "我不敢出来",
        "我出来了 头上流血",
        "他下楼了",
    ],
)
def test_nobody_is_praised_for_getting_out_who_is_not_safe(words: str) -> None:
    assert met.answer(danger.advices()["domestic_violence"], words, BEATEN) is not met.entries()["got_out"]


@pytest.mark.parametrize("words", ["他们爆我通讯录 违法吗", "你说催收违法我去哪告", "我就问催收去哪告"])
async def test_a_question_beside_despair_is_answered_with_one_line_of_help(
    process: Process, words: str
) -> None:
    await process.say(DESPAIR)
    results_in(process, Result.UNKNOWN)
    replies = await process.say(words)
    assert len(replies) == 2, [reply.text for reply in replies]
    line, answer = replies
    assert "12356" in line.text and "我听着" not in line.text and answer.text == f"您说的是：{words}"


@pytest.mark.parametrize("words", ["说这些有什么用", "活着有什么意思", "死了欠款谁还", "我该怎么办"])
async def test_despair_itself_is_still_listened_to(process: Process, words: str) -> None:
    await process.say(DESPAIR)
    results_in(process, Result.UNKNOWN)
    replies = await process.say(words)
    assert not any(reply.text.startswith("您说的是") for reply in replies)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("已经关阀门了,没味了,那我想问问燃气管子多少年换一回", "那我想问问燃气管子多少年换一回"),
        ("都平安了 想问燃气安检几年一次 收不收钱", "想问燃气安检几年一次，收不收钱"),
    ],
)
async def test_good_news_before_a_question_ends_the_alarm(process: Process, words: str, asked: str) -> None:
    await process.say(SMELL)
    results_in(process, Result.UNKNOWN)
    warm, answer = await process.say(words)
    assert warm.text.startswith("太好了") and answer.text == f"您说的是：{asked}"


async def test_who_pays_is_no_question_about_the_smell_but_the_tap_is(process: Process) -> None:
    await process.say(SMELL)
    results_in(process, Result.UNKNOWN)
    first, answer = await process.say("软管谁出钱换")
    assert first.text.startswith("人还有危险的话") and answer.text == "您说的是：软管谁出钱换"
    (tap,) = await process.say("阀门我能去关吗")
    assert tap.card is not None


@pytest.mark.parametrize(
    "words", ["几年没发作了今天又抽了怎么办", "他会不会死", "我告诉他了，他还打我怎么办"]
)
def test_the_danger_itself_is_no_other_question(words: str) -> None:
    assert not aside.elsewhere(words)
