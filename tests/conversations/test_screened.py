"""Danger, and matters the hotline may not take up, are seen before any model; what only sounds like them is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import emergency, scope
from conversations.types import Button
from tests.conversations.conftest import Process

FILES = ("screened.yml", "screened_blind.yml")
LINES = [
    (kind, text)
    for name in FILES
    for kind, texts in yaml.safe_load(Path(__file__).with_name(name).read_text("utf-8")).items()
    for text in texts
]
DANGERS = {rule.danger.name for rule in emergency._rules()}
MOST_FALSE = 2


def _seen(text: str) -> str:
    found = emergency.screen(text) or scope.screen(text)
    return found.name if found else "harmless"


def test_nothing_is_missed_and_next_to_nothing_is_a_false_alarm() -> None:
    kinds = {kind for kind, _ in LINES}
    assert kinds == DANGERS | {rule[0].name for rule in scope._rules()} | {"harmless"}
    assert len(LINES) >= 400
    assert len({text for _, text in LINES}) == len(LINES)
    missed, mistaken, false = [], [], []
    for kind, text in LINES:
        seen = _seen(text)
        if kind == "harmless":
            false += [(text, seen)] if seen != kind else []
        elif kind in DANGERS:
            # A crash with somebody bleeding is as well met by 120 as by 122; nobody in despair is met otherwise.
            missed += [(text, seen)] if seen not in DANGERS else []
            mistaken += [(text, seen)] if kind == "self_harm" != seen else []
        else:
            missed += [(text, seen)] if seen != kind else []
    assert missed == []
    assert mistaken == []
    assert len(false) <= MOST_FALSE, false


@pytest.mark.parametrize("rule", scope._rules(), ids=lambda rule: rule[0].name)
def test_who_is_declined_hears_why_and_where_to_go(rule: tuple[scope.OutOfScope, ...]) -> None:
    reply = rule[0].reply()
    assert "国办发〔2020〕53号" in reply.text
    assert "您可以这样办" in reply.text
    assert [button.title for button in reply.buttons] == ["不是这类事，接着登记", "转人工"]


async def test_a_declined_matter_never_reaches_the_model_and_is_remembered(process: Process) -> None:
    (declined,) = await process.say("法院判的我不服，你们给管管吧")
    assert "诉讼" in declined.text
    assert process.dialogue.asked == []
    facts = await process.conversations.recall(await process.id_of())
    assert facts[scope.DECLINED] == "法院判的我不服，你们给管管吧"
    view = await process.conversations.view(await process.id_of())
    assert view.mode == "bot"


async def test_not_that_goes_on_to_the_dialogue(process: Process) -> None:
    await process.say("法院判的我不服，你们给管管吧")
    await process.say(scope.NOT_THAT.title)
    assert process.dialogue.texts() == [scope.NOT_THAT.payload]


async def test_danger_goes_before_scope(process: Process) -> None:
    (advice,) = await process.say("法院判的我不服，我不想活了")
    assert "12356" in advice.text


async def test_a_pressed_button_and_a_human_talk_are_not_screened(process: Process) -> None:
    from conversations.types import Agent

    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "citizen_asked")
    await process.conversations.take(conversation, Agent("a", "坐席1号"))
    assert await process.say("法院判的我不服，你们给管管吧") == []


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    scope.screen(text)


def test_the_way_back_is_a_button_of_the_form() -> None:
    assert isinstance(scope.NOT_THAT, Button)
    assert scope.NOT_THAT.payload.startswith("/start_complaint")
