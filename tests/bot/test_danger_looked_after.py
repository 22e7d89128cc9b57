"""Talk that only sounds like danger: tap water of a bad colour, and who pays for somebody in hospital."""

from __future__ import annotations

import pytest

from bot.understanding.danger import judge


@pytest.mark.parametrize(
    "text",
    [
        "水龙头放出来的水发黄，一股铁锈味，还能烧饭吗",
        "我家自来水浑得像泥汤，有娃要冲奶粉",
        "自来水有漂白粉味能不能喝",
        "我弟在工地触电了人在医院，包工头不认账",
        "我爸从脚手架摔下来住院了，老板一分钱不给",
        "老公被车撞了正在医院抢救，对方司机不管",
    ],
)
def test_nobody_is_asked_whether_there_is_danger(text: str) -> None:
    assert judge(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "喝了发黄的自来水孩子上吐下泻",
        "我弟在工地触电了叫不醒，包工头不管",
        "我爸从脚手架摔下来，老板不让送医院",
        "水管旁边着火了，一股焦味",
    ],
)
def test_danger_beside_such_talk_is_still_seen(text: str) -> None:
    assert judge(text) is not None
