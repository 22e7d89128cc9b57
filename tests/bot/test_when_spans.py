"""Spans of time are read whole and never end in the future; an hour that is only about, or an end, is no exact hour."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.understanding.when import moment
from core.clock import SHANGHAI

MONDAY = datetime(2026, 11, 30, 16, tzinfo=SHANGHAI)
WEDNESDAY = datetime(2026, 12, 2, 16, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("said", "now", "shown"),
    [
        ("从上周二到这周六家里没有热水", MONDAY, "上周二到这周六（2026年11月24日到现在）"),
        ("这周一到这周四天天堵", MONDAY, "这周一到这周四（2026年11月30日到现在）"),
        ("周二到周四停电", MONDAY, "周二到周四（2026年11月24日到2026年11月26日）"),
        ("周一到周三停水", MONDAY, "周一到周三（2026年11月23日到2026年11月25日）"),
        ("周一到周三停水", WEDNESDAY, "周一到周三（2026年11月30日到2026年12月2日）"),
        ("昨天夜里吵到今天早上", MONDAY, "昨天夜里吵到今天早上（2026年11月29日到2026年11月30日）"),
        ("昨晚九点闹到今早五点", MONDAY, "昨晚九点闹到今早五点（2026年11月29日21时到2026年11月30日5时）"),
        ("上个月10号到25号拖着不修", MONDAY, "上个月10号到25号（2026年10月10日到2026年10月25日）"),
        ("今年四月一直到年底", MONDAY, "今年四月一直到年底（2026年4月到现在）"),
        ("国庆到元旦不开门", MONDAY, "国庆到元旦（2026年10月1日到现在）"),
        ("上周五到目前还没来", MONDAY, "上周五到目前（2026年11月27日到现在）"),
    ],
)
def test_spans(said: str, now: datetime, shown: str) -> None:
    found = moment(said, now)
    assert found is not None and found.shown == shown
    assert found.until is None or found.until <= now


@pytest.mark.parametrize("said", ["打牌打到两三点", "夜夜唱到十一二点", "施工干到十二点", "一两点的时候"])
def test_hours_that_are_only_about(said: str) -> None:
    found = moment(said, MONDAY)
    assert found is not None and found.start is None and found.precision == "vague"


def test_an_hour_about_on_a_day_is_that_day() -> None:
    found = moment("昨天下午三四点", MONDAY)
    assert found is not None and found.shown == "昨天下午三四点（2026年11月29日）"
    one = moment("昨天下午三点", MONDAY)
    assert one is not None and one.shown.endswith("15时）")
