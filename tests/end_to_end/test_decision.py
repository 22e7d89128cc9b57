"""Questions told as stories, and stories that ask: through the web channel and the trained Rasa."""

from __future__ import annotations

import os

import pytest

from tests.citizen import Citizen
from tests.stored import rows
from tests.system import System, wenban

NARRATIVE = (
    "我老公去年九月份在工地上干活从架子上摔下来了，单位一直没有给他交保险，现在住院已经花了三万多块钱，"
    "请问这种情况能不能认定成工伤，要在多长时间之内去申请"
)
STORY = (
    "我们小区三栋楼下的烧烤店每天晚上摆到凌晨两点，油烟全部飘到楼上，吵得孩子睡不着觉，"
    "找过物业和老板都没有用，麻烦你们派人来查处一下"
)
NUMBERS = "阳光城3栋1单元电梯坏了5天了"


def test_a_long_question_is_answered_or_asked_about_and_not_taken_for_a_complaint(system: System) -> None:
    citizen = Citizen(system.url)
    said = citizen.say(NARRATIVE)
    assert "哪个县区" not in said and "工伤认定由谁申请" in said


def test_a_story_opens_the_form(system: System) -> None:
    citizen = Citizen(system.url)
    citizen.say(STORY)
    assert "取消" in citizen.buttons()


@pytest.mark.parametrize(
    "asked",
    [
        *("残疾人两项补贴", "私家车年检几年一次", "户口本烧了怎么补办", "老年卡坐公交", "低保骗保举报电话"),
        *(
            "评上了有补贴没",
            "十一个月那就是按一年对吧",
            "外省车能在这审不",
            "高龄补贴发放时间",
        ),
    ],
)
def test_a_bare_topic_or_a_short_question_opens_no_form(system: System, asked: str) -> None:
    citizen = Citizen(system.url)
    said = citizen.say(asked)
    assert "核对几个问题" not in said and "取消" not in citizen.buttons()
    assert "登记下来、转给有关部门" not in said


@pytest.mark.parametrize("told", ["路灯坏了", "楼下油烟大", "门口垃圾没人收", "低保金三个月没发给我"])
def test_a_short_grievance_opens_the_form(system: System, told: str) -> None:
    citizen = Citizen(system.url)
    said = citizen.say(told)
    assert "哪个县区" in said or "登记" in "".join(citizen.buttons())


def test_numbers_make_no_farewell(system: System) -> None:
    citizen = Citizen(system.url)
    assert "再见" not in citizen.say(NUMBERS)


def test_what_was_decided_is_kept_with_its_reasons(system: System) -> None:
    Citizen(system.url).say(NARRATIVE)
    facts = [row[0] for row in rows(system, "SELECT facts FROM conversations", "conversations.facts")]
    assert any('"decision"' in fact and '"reasons"' in fact for fact in facts)


def test_explain_says_what_a_message_is_and_why() -> None:
    done = wenban("explain", NARRATIVE, environment=dict(os.environ))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    first, *reasons = lines[next(at for at, line in enumerate(lines) if line.startswith("ask_")) :]
    assert first.startswith("ask_")
    assert {line.split()[0] for line in reasons} >= {"rasa", "question", "matter", "base"}
