"""Emergencies that two harmless-sounding parts tell together get advice at once; bumps and old injuries get none."""

from __future__ import annotations

import pytest

from bot.understanding.danger import judge
from conversations import danger
from tests.conversations.conftest import Process, start
from tests.conversations.conftest import process as process

__all__ = ["start"]


@pytest.mark.parametrize(
    "words",
    [
        "后脑勺磕了一下，现在一直想睡觉",
        "老人摔了一跤头着地，说话颠三倒四的",
        "我妈头磕桌角了，吐了好几次，喊她反应慢",
        "娃从滑梯上栽下来脑袋着地，蔫蔫的老要睡",
        "撞到头以后鼻子耳朵流清水",
        "昨天骑车摔了脑门，今天一直吐",
        "后脑勺磕地上了，犯困，医保怎么报",
        "老头摔了一跤，头先着地，问他话前言不搭后语",
        "弟弟踢球撞了脑袋，问他啥都记不得了",
        "鼻血流了一个小时停不下来",
        "从三楼掉下来，动不了",
    ],
)
async def test_120_at_once(process: Process, words: str) -> None:
    reply = (await process.say(words))[0]
    assert reply.text.startswith("请马上打 120"), reply.text


@pytest.mark.parametrize(
    "words",
    [
        "去年摔着头，现在老犯困能不能评残",
        "上课老犯困头疼",
        "摔坏了脑袋的铜像没人修，流着锈水",
        "孩子在学校磕到头，学校不赔医药费",
        "老是头晕犯困是不是工地甲醛",
        "工地天天放炮震得我头疼想吐",
    ],
)
def test_no_alarm(words: str) -> None:
    assert judge(words) is None


@pytest.mark.parametrize("words", ["头撞了一下，起个包不疼了", "脑袋碰了门框有点疼"])
def test_a_bump_is_only_asked_about(words: str) -> None:
    found = judge(words)
    assert found is not None and not found.clear


def test_blows_by_somebody_keep_their_own_advice() -> None:
    found = judge("他拿砖拍我头上，现在看东西重影")
    assert found is not None and found.clear and danger.advice(found.kind, "").numbers[0].number == "110"
