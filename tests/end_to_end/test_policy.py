"""A visitor asks about policy: answered with its source, or honestly not."""

from __future__ import annotations

import re

import pytest

from channels.web.greeting import STARTERS
from core.settings import ROOT
from tests.citizen import Citizen
from tests.system import System

CLIENT_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@pytest.fixture
def citizen(system: System) -> Citizen:
    return Citizen(system.url)


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("公积金什么情况下能取出来", "公积金"),
        ("养老保险要交满多少年才能领", "养老"),
        ("上班路上被车撞了算不算工伤啊", "工伤"),
        ("俺身份证掉了咋补办", "身份证"),
    ],
)
def test_an_answer_has_a_source_a_reader_can_open(citizen: Citizen, question: str, part: str) -> None:
    said = citizen.say(question)
    assert "依据" in said
    card = citizen.card("answer")
    assert part in card["title"] + card["html"]
    assert card["sources"], "an answer without a source"
    assert card["department"]
    assert card["reviewed"]
    assert "<script" not in card["html"]


def offered_questions() -> list[str]:
    """What the demo page and the greeting put into a citizen's mouth, as far as it is a question."""
    page = (ROOT / "web" / "demo" / "index.html").read_text("utf-8")
    asked = set(re.findall(r'<button[^>]*data-wenban-ask="([^"]*？)"', page)) | {STARTERS[0]}
    assert len(asked) >= 6
    return sorted(asked)


@pytest.mark.parametrize("question", offered_questions())
def test_what_the_pages_offer_to_ask_is_answered(citizen: Citizen, question: str) -> None:
    citizen.say(question)
    assert citizen.card("answer")["sources"]


def test_what_is_not_known_is_said_and_a_human_is_offered(citizen: Citizen) -> None:
    said = citizen.say("合肥地铁5号线几点停运")
    assert not any(m["card"] and m["card"]["kind"] == "answer" for m in citizen.last), said
    assert "转人工" in said or any("人工" in title for title in citizen.buttons())


def test_a_follow_up_is_about_the_entry_under_discussion(citizen: Citizen) -> None:
    citizen.say("公积金什么情况下能取出来")
    entry = citizen.card("answer")["title"]
    said = citizen.say("那要带什么材料")
    assert "材料" in said
    assert entry


@pytest.mark.parametrize("text", ["/restart", "/session_start", "／affirm", "/request_human"])
def test_a_slash_is_no_command(citizen: Citizen, text: str) -> None:
    citizen.say("您好")
    assert citizen.say(text)
    assert citizen.say("公积金什么情况下能取出来")


@pytest.mark.parametrize("text", ["😀😀", "？？？", "啊啊啊撒旦法", "a" * 4000])
def test_odd_input_gets_a_polite_reply(citizen: Citizen, text: str) -> None:
    assert citizen.say(text)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"client_id": CLIENT_ID, "text": ""}, 400),
        ({"client_id": CLIENT_ID, "text": "x" * 10_000}, 413),
        ({"client_id": "", "text": "您好"}, 400),
        ({"text": "您好"}, 400),
        ([], 400),
    ],
)
def test_bad_input_is_a_clear_4xx(citizen: Citizen, body: object, status: int) -> None:
    response = citizen.http.post("/api/web/messages", json=body)
    assert response.status_code == status
    assert response.json()["error"]["message"]
    assert citizen.history() == []


def test_the_same_message_twice_is_one_turn(citizen: Citizen) -> None:
    first = citizen.say("医保是干什么用的", client_id=CLIENT_ID)
    again = citizen.say("医保是干什么用的", client_id=CLIENT_ID)
    assert first == again
    assert sum(m["direction"] == "in" for m in citizen.history()) == 1
