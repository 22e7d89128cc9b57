"""What is told of a ticket filed here is written there; a danger that is open keeps nobody from the ticket, and stays open."""

from __future__ import annotations

import pytest

from conversations.danger_state import FACT
from conversations.event_kinds import Outcome, Report, Result
from conversations.facts import FORM
from conversations.filed import FILED
from tests.conversations.conftest import Process
from tests.conversations.test_danger import results_in

TICKET = "HN2026120100015"


async def _filed(process: Process, result: Result | None = Result.TICKET) -> None:
    """A citizen with a ticket, whose orders the actions carry out."""
    await process.say("楼道灯坏了的事")
    await process.conversations.remember(await process.id_of(), FILED, {"number": TICKET, "turn": ""})
    process.dialogue.asked.clear()
    if result is not None:
        results_in(process, result)


@pytest.mark.parametrize(
    "words",
    [
        "半夜配电箱又冒烟着火了，加到工单里",
        "刚有个老太太摔进坑里，头流血，赶快补上",
        "早上有个小孩掉进去腿摔断了，快写进去",
        "内容加上：我妈煤气中毒晕了送医院了",
    ],
)
async def test_an_order_to_write_is_carried_out(process: Process, words: str) -> None:
    await _filed(process)
    await process.say(words)
    assert process.dialogue.texts() == [words]
    view = await process.conversations.view(await process.id_of())
    assert (view.facts.get(FACT) or {}).get("state") != "told"


async def test_without_a_ticket_the_danger_comes_first(process: Process) -> None:
    await process.say("刚有个老太太摔进坑里，头流血，赶快补上")
    assert process.dialogue.asked == []


async def test_an_order_that_was_not_carried_out_is_an_alarm(process: Process) -> None:
    await _filed(process, Result.TALK)
    (reply,) = await process.say("刚有个老太太摔进坑里，头流血不止，赶快补上")
    assert "120" in reply.text and reply.card is not None


async def test_who_is_hit_gets_help_and_no_supplement(process: Process) -> None:
    await _filed(process)
    (reply,) = await process.say("他现在拿刀砍我，加到工单里")
    assert "110" in reply.text and process.dialogue.asked == []


@pytest.mark.parametrize("words", ["催一下", "进度查一下", "查下进度", "帮我催催工单"])
async def test_an_open_danger_keeps_nobody_from_the_ticket(process: Process, words: str) -> None:
    await _filed(process)
    await process.say("厨房着火了火好大")
    replies = await process.say(words)
    assert process.dialogue.texts() == [words] and words in replies[-1].text
    view = await process.conversations.view(await process.id_of())
    assert view.facts[FACT]["state"] == "told"


async def test_who_asks_after_help_in_a_danger_does_not_urge_the_ticket(process: Process) -> None:
    await _filed(process)
    await process.say("厨房着火了火好大")
    await process.say("你们派人来没有")
    assert process.dialogue.asked == []


async def test_what_raised_the_alarm_is_what_is_to_be_written(process: Process) -> None:
    await _filed(process)
    told = "又有个学生摔进去了，腿上好多血"
    await process.say(told)
    replies = await process.say("120来过了，没事了。写到工单里了没有")
    assert process.dialogue.texts() == [f"{told}，加到工单里"]
    assert "照看" in replies[0].text
    view = await process.conversations.view(await process.id_of())
    assert view.facts[FACT]["state"] == "over"


async def test_leaving_the_form_leaves_the_danger_open(process: Process) -> None:
    await process.say("我爸喝了农药叫不醒")
    user = await process.id_of()
    results_in(process, Result.MATTER)
    await process.say("我要投诉卖药的店，随便就卖给他")
    await process.conversations.remember(user, FORM, {"slot": "district"})
    view = await process.conversations.view(user)
    assert view.facts[FACT]["filing"] is True

    async def cancelled(conversation: str, turn: str, _: str) -> None:
        await process.conversations.remember(user, FORM, None)
        await process.conversations.report(
            conversation, turn, Report(Outcome(Result.TALK, about="cancelled"))
        )

    process.dialogue.heard = cancelled
    replies = await process.say("取消")
    assert "登记先放一放" in replies[-1].text and "120" in replies[-1].text
    (reply,) = await process.say("他还是没醒")
    assert "120" in reply.text and reply.card is not None
