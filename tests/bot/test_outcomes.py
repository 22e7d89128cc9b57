"""What a message came to, as the actions report it: from the endpoint through the turn into what is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.actions.runtime.endpoint import routes
from conversations.event_kinds import Actor, Event, Outcome, Rated, Result
from conversations.types import Button, InboundMessage, Reply
from tests.bot.calls import SECRET, Rasa, client_of
from tests.bot.parts import SmallCity, small_city
from tests.bot.rasa_process import Speaker
from tests.bot.test_bot_forms import FORM, _until

FUND = "公积金怎么提取"
RABIES = "狂犬疫苗要打几针"
Call = tuple[str, str, dict[str, Any]]


class ActionsOfRasa:
    """A dialogue whose every message runs the actions Rasa would call for it, at the real endpoint."""

    def __init__(self) -> None:
        self.rasa: Rasa | None = None
        self.calls: list[Call] = []
        self.turns: list[str] = []

    async def ask(self, sender: str, message: str, metadata: dict[str, str]) -> list[Reply]:
        assert self.rasa is not None
        self.turns.append(metadata["turn"])
        said: list[Reply] = []
        for action, intent, more in self.calls:
            answer = await self.rasa.run(
                action, message, intent, conversation=sender, turn=metadata["turn"], **more
            )
            offered = tuple(Button(title, payload) for title, payload in answer.buttons.items())
            said += [Reply(answer.text, offered)] if answer.text else []
        return said or [Reply("好的。")]


class Office:
    """A citizen before the small city."""

    def __init__(self, city: SmallCity, dialogue: ActionsOfRasa) -> None:
        self.city = city
        self.dialogue = dialogue
        self._said = 0

    async def say(self, text: str, *calls: Call) -> tuple[Outcome, list[Event]]:
        """A message for which Rasa calls these actions: what it came to, and all that happened with it."""
        self._said += 1
        self.dialogue.calls = list(calls)
        receipt = await self.city.conversations.receive(
            InboundMessage("web", "visitor", f"m{self._said}", text)
        )
        assert await self.city.conversations.wait(receipt.turn_id, 10)
        events = await self.city.conversations.happened(receipt.conversation_id)
        (came_to,) = (
            one.facts
            for one in events
            if isinstance(one.facts, Outcome) and one.facts.turn == receipt.turn_id
        )
        return came_to, events


@pytest.fixture
async def office(tmp_path: Path, knowledge_index: Path) -> AsyncIterator[Office]:
    dialogue = ActionsOfRasa()
    app = web.Application()
    app.add_routes(routes(SECRET))
    async with small_city(tmp_path, knowledge_index, dialogue) as city, client_of(app) as client:
        dialogue.rasa = Rasa(client)
        yield Office(city, dialogue)


def policy(**more: Any) -> Call:
    return ("action_answer_policy", "ask_policy", more)


async def test_an_answer_names_its_entry_and_how_sure_it_was(office: Office) -> None:
    came_to, events = await office.say(FUND, policy())
    assert (came_to.result, came_to.entry) == (Result.ANSWERED, "gjj-withdraw")
    found = await office.city.knowledge.search(FUND)
    assert came_to.probability == round(found.hits[0].probability, 3)
    assert [one.actor for one in events] == [Actor.CITIZEN, Actor.CITIZEN, Actor.BOT, Actor.BOT]


async def test_what_nothing_answers_is_unknown(office: Office) -> None:
    came_to, _ = await office.say(RABIES, policy())
    assert (came_to.result, came_to.entry) == (Result.UNKNOWN, None)
    assert came_to.probability is not None and came_to.probability < 0.5


async def test_a_chosen_entry_was_not_guessed(office: Office) -> None:
    came_to, _ = await office.say("身份证丢了怎么办", policy(entities={"entry": "police-id-lost"}))
    assert (came_to.result, came_to.entry, came_to.probability) == (Result.ANSWERED, "police-id-lost", None)


@pytest.mark.parametrize(
    ("text", "calls", "result", "about"),
    [
        ("转人工", [("action_request_human", "request_human", {})], Result.HUMAN, "citizen_asked"),
        ("楼道灯坏了两个月了", [(FORM, "complain", {})], Result.MATTER, None),
        ("取消", [(FORM, "cancel", {"slots": _until("address")})], Result.TALK, "cancelled"),
        ("查工单", [("validate_status_form", "ask_progress", {})], Result.TICKET, None),
        ("嗯那啥来着", [("action_fallback", "nlu_fallback", {"confidence": 0.2})], Result.NOT_UNDERSTOOD, None),
        ("这事儿到底咋弄好", [("action_ask_or_tell", "ask_or_tell", {})], Result.ASKED_BACK, "ask_or_tell"),
        ("谢谢", [], Result.TALK, None),
    ],
)  # fmt: skip
async def test_what_each_kind_of_message_comes_to(
    office: Office, text: str, calls: list[Call], result: Result, about: str | None
) -> None:
    came_to, _ = await office.say(text, *calls)
    assert (came_to.result, came_to.about) == (result, about)


async def test_of_several_actions_the_last_word_counts(office: Office) -> None:
    slots = {**_until("complaint_confirm"), "filing_key": "c:t"}
    filed = {**slots, "complaint_confirm": True, "requested_slot": None}
    came_to, _ = await office.say(
        "确认提交",
        (FORM, "affirm", {"slots": slots}),
        ("action_file_ticket", "affirm", {"slots": filed}),
    )
    (line,) = (await office.city.tickets.list()).tickets
    assert (came_to.result, came_to.about) == (Result.FILED, line.number)


async def test_a_ticket_filed_when_nobody_waits_for_the_reply_any_more_is_told_by_itself(
    office: Office,
) -> None:
    await office.say("确认提交")  # the app gave up waiting for Rasa, and ended the turn
    conversation = await office.city.visitor()
    filed = {
        **_until("complaint_confirm"),
        "filing_key": "c:t",
        "complaint_confirm": True,
        "requested_slot": None,
    }
    (late,) = office.dialogue.turns
    assert office.dialogue.rasa is not None
    for _ in range(2):
        await office.dialogue.rasa.run(
            "action_file_ticket", "确认提交", "affirm", conversation=conversation, turn=late, slots=filed
        )
    (line,) = (await office.city.tickets.list()).tickets
    told = [one for one in await office.city.conversations.history(conversation) if one.card]
    assert [one.card["number"] for one in told if one.card] == [line.number]
    assert line.number in told[0].text and told[0].buttons


async def test_a_question_within_the_form_is_an_answer(office: Office) -> None:
    came_to, _ = await office.say(FUND, (FORM, "ask_policy", {"slots": _until("district")}))
    assert (came_to.result, came_to.entry) == (Result.ANSWERED, "gjj-withdraw")


async def test_a_verdict_is_kept_with_what_it_is_about(office: Office) -> None:
    asked, _ = await office.say(FUND, policy())
    about = {"turn": asked.turn, "entry": "gjj-withdraw"}
    came_to, events = await office.say("有用", ("action_affirm", "affirm", {"entities": about}))
    assert came_to.result is Result.TALK
    (rated,) = (one for one in events if isinstance(one.facts, Rated))
    assert (rated.facts, rated.actor) == (Rated("useful", asked.turn, "gjj-withdraw"), Actor.CITIZEN)


async def test_a_turn_rasa_makes_up_or_another_s_reports_nothing(office: Office) -> None:
    _, before = await office.say("谢谢")
    stranger = await office.city.visitor("stranger")
    assert office.dialogue.rasa is not None
    for turn in ("made-up", "", office.dialogue.turns[-1]):
        await office.dialogue.rasa.run(
            "action_answer_policy", FUND, "ask_policy", conversation=stranger, turn=turn
        )
    view = await office.city.conversations.find_or_create("web", "", "visitor")
    assert await office.city.conversations.happened(view.id) == before
    assert len(await office.city.conversations.happened(stranger)) == 1, "opened, and nothing else"


@pytest.mark.end_to_end
def test_through_rasa_each_message_comes_to_one_thing(stories: str) -> None:
    citizen = Speaker(stories)
    for text in ("你好", FUND, "楼道灯坏了两个月了没人修", "取消"):
        citizen.say(text)
    came_to = citizen.state()["outcomes"]
    assert [one["result"] for one in came_to] == ["talk", "answered", "matter", "talk"]
    assert came_to[1]["entry"] == "gjj-withdraw" and came_to[1]["probability"] > 0.8
    assert len({one["turn"] for one in came_to}) == 4
