"""A phone number that the citizen no longer wants to leave is gone from the draft, in whatever words, at the summary too."""

from __future__ import annotations

import pytest

from tests.bot.rasa_process import Speaker

pytestmark = pytest.mark.end_to_end

BEFORE = (
    "小区门口的路灯坏了，晚上看不见路",
    "大通区",
    "大通街道某某小区门口",
    "跳过",
    "跳过",
    "王女士",
    "13900000001",
    "不用保密",
)


@pytest.mark.parametrize("words", [("电话不要留，去掉",), ("改电话", "不留电话"), ("把电话删了",)])
def test_the_number_is_gone(stories: str, words: tuple[str, ...]) -> None:
    citizen = Speaker(stories)
    for said in (*BEFORE, *words):
        citizen.say(said)
    assert "13900000001" not in citizen.text and "联系电话：未填" in citizen.text, citizen.text
