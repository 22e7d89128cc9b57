"""A helpless person who has not come back is an emergency of this moment; the worry that it may happen is none."""

from __future__ import annotations

import pytest

from bot.understanding.danger import judge
from tests.conversations.conftest import Process, start
from tests.conversations.conftest import process as process

__all__ = ["start"]


@pytest.mark.parametrize(
    "words",
    [
        "我家老头子有老年痴呆，一早出门到现在没回来，报警要等24小时吗",
        "孩子才6岁，下午在公园一转眼就不见了",
        "我爸脑子糊涂，昨晚跑出去了找不着",
    ],
)
async def test_the_police_is_called_at_once(process: Process, words: str) -> None:
    reply = (await process.say(words))[0]
    assert "110" in reply.text and "24" in reply.text


@pytest.mark.parametrize(
    "words", ["老年痴呆怕走丢，社区有没有手环发", "我妈痴呆走丢过，去年找到了，能办残疾证吗"]
)
def test_a_worry_is_none(words: str) -> None:
    assert judge(words) is None
