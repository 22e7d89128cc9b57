"""Threats that are told later (in a supplement, while a form asks, after an answer) raise the alarm; more company raises none."""

from __future__ import annotations

import pytest

from conversations.event_kinds import Result
from tests.conversations.conftest import Process
from tests.conversations.test_danger import FIRE, results_in

KNIFE = "有人拿刀在砸我家门"


@pytest.mark.parametrize(
    "words",
    [
        "补充：老板说要来砍我",
        "给那个单子加一句，楼下那人扬言要炸楼",
        "催一下单子，对方又威胁要杀我全家",
        "我的工单补充一下，他放话要弄死我",
    ],
)
async def test_a_threat_in_a_supplement_raises_the_alarm(process: Process, words: str) -> None:
    (reply,) = await process.say(words)
    assert reply.card is not None and "110" in reply.text


@pytest.mark.parametrize("words", ["对了，我邻居放话要弄死我", "老板说再闹就打断我的腿", "他扬言要炸楼"])
@pytest.mark.parametrize(
    ("first", "result"),
    [("我要投诉楼上半夜装修", Result.MATTER), ("低保怎么申请", Result.ANSWERED)],
)
async def test_a_threat_in_the_form_or_after_an_answer_raises_the_alarm(
    process: Process, first: str, result: Result, words: str
) -> None:
    results_in(process, result)
    await process.say(first)
    (reply,) = await process.say(words)
    assert reply.card is not None and "110" in reply.text


@pytest.mark.parametrize("words", ["他说要告我", "他威胁要扣我工资", "补充一下，他去年放话要弄死我"])
async def test_what_threatens_nobody_s_body_raises_none(process: Process, words: str) -> None:
    results_in(process, Result.ANSWERED)
    assert not any("打：" in reply.text or "马上打" in reply.text for reply in await process.say(words))


@pytest.mark.parametrize("told", [KNIFE, FIRE])
@pytest.mark.parametrize("words", ["又来了两个人排队", "又来了一拨人唱歌跳舞", "警察又来了"])
async def test_more_company_is_no_danger_that_is_back(process: Process, told: str, words: str) -> None:
    await process.say(told)
    await process.say("警察来了，人抓走了" if told == KNIFE else "火灭了，没事了")
    results_in(process, Result.ANSWERED)
    assert not any("打：" in reply.text or "马上打" in reply.text for reply in await process.say(words))


async def test_more_attackers_are(process: Process) -> None:
    await process.say(KNIFE)
    await process.say("警察来了，人抓走了")
    (reply,) = await process.say("又来了两个人砸门")
    assert reply.card is not None and "110" in reply.text
