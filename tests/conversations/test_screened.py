"""Matters for another route are told it, once the citizen wants that route; the way back is a button."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import danger, scope
from conversations.types import Agent, Button
from tests.conversations.conftest import Process

APPEAL = "法院判决不公，我不服这个判决，请你们出面让法院改判"


@pytest.mark.parametrize("kind", scope.kinds(), ids=lambda kind: kind.name)
def test_who_is_declined_hears_why_and_where_to_go(kind: scope.OutOfScope) -> None:
    reply = kind.reply()
    assert "国办发〔2020〕53号" in reply.text
    assert "您可以这样办" in reply.text
    assert [button.title for button in reply.buttons] == ["不是这类事，接着登记", "转人工"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("部队训练打靶太吵了", "military"),
        ("前员工泄露我们公司的商业秘密", "business_secret"),
        ("人大代表怎么选", None),
    ],
)
def test_kinds_told_by_phrases(text: str, name: str | None) -> None:
    found = scope.by_phrase(text)
    assert (found.name if found else None) == name


async def test_a_declined_matter_never_reaches_the_model_and_is_remembered(process: Process) -> None:
    (declined,) = await process.say(APPEAL)
    assert "诉讼" in declined.text
    assert process.dialogue.asked == []
    facts = await process.conversations.recall(await process.id_of())
    assert facts[scope.DECLINED] == APPEAL
    view = await process.conversations.view(await process.id_of())
    assert view.mode == "bot"


async def test_not_that_goes_on_to_the_dialogue(process: Process) -> None:
    await process.say(APPEAL)
    await process.say(scope.NOT_THAT.title)
    assert process.dialogue.texts() == [scope.NOT_THAT.payload]


async def test_danger_goes_before_scope(process: Process) -> None:
    (advice,) = await process.say("法院判的我不服，我不想活了，今晚就从楼上跳下去")
    assert "12356" in advice.text or advice.text == danger.ASK.text


async def test_a_human_talk_is_not_screened(process: Process) -> None:
    conversation = await process.id_of()
    await process.conversations.request_human(conversation, "citizen_asked")
    await process.conversations.take(conversation, Agent("a", "坐席1号"))
    assert await process.say(APPEAL) == []


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    scope.by_phrase(text)


def test_the_way_back_is_a_button_of_the_form() -> None:
    assert isinstance(scope.NOT_THAT, Button)
    assert scope.NOT_THAT.payload.startswith("/start_complaint")
