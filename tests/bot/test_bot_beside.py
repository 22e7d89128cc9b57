"""Words that come with a photo or a place: they are answered as ever, and what is attached is kept with them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.actions.runtime.endpoint import routes
from conversations.types import InboundMessage, Reply
from tests.bot.calls import SECRET, Rasa, call, client_of
from tests.bot.parts import SmallCity, small_city, texts

PHOTO = "01990000-0000-7000-8000-000000000001"
PAYLOAD = '/inform{"slot":"photo","value":"' + PHOTO + '"}'
FORM = "validate_complaint_form"


class Heard:
    """A dialogue that runs the fallback for what is attached, and says a fixed reply to words."""

    def __init__(self) -> None:
        self.rasa: Rasa | None = None
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def ask(self, sender: str, message: str, metadata: dict[str, Any]) -> list[Reply]:
        self.asked.append((message, metadata))
        if not message.startswith("/inform"):
            return [Reply("请问在哪个县区？")]
        assert self.rasa is not None
        answer = await self.rasa.post(_attached("action_fallback", sender, metadata))
        return [Reply(answer.text)]


def _attached(action: str, sender: str, metadata: dict[str, Any], slots: dict[str, Any] | None = None) -> Any:
    entities = json.loads(PAYLOAD.removeprefix("/inform"))
    made = call(action, PAYLOAD, "inform", conversation=sender, entities=entities, slots=slots)
    made["tracker"]["latest_message"]["metadata"] = metadata
    return made


@pytest.fixture
async def heard(tmp_path: Path, knowledge_index: Path) -> AsyncIterator[tuple[SmallCity, Heard]]:
    dialogue = Heard()
    app = web.Application()
    app.add_routes(routes(SECRET))
    async with small_city(tmp_path, knowledge_index, dialogue) as city, client_of(app) as client:
        dialogue.rasa = Rasa(client)
        yield city, dialogue


async def _say(city: SmallCity, text: str) -> str:
    media = {"image": PHOTO, "width": 10, "height": 10}
    receipt = await city.conversations.receive(
        InboundMessage("web", "visitor", text, text, kind="image", media=media)
    )
    assert await city.conversations.wait(receipt.turn_id, 10)
    history = await city.conversations.history(receipt.conversation_id)
    return texts([Reply(m.text) for m in history if m.direction == "out" and m.turn_id == receipt.turn_id])


async def test_danger_told_with_a_photo_is_met_and_the_photo_kept(heard: tuple[SmallCity, Heard]) -> None:
    city, dialogue = heard
    said = await _say(city, "我家着火了救命")
    assert "119" in said
    assert "照片收到了" not in said, "the advice stands alone"
    assert [message for message, _ in dialogue.asked] == [PAYLOAD]


async def test_words_go_the_normal_way_after_the_photo(heard: tuple[SmallCity, Heard]) -> None:
    city, dialogue = heard
    said = await _say(city, "小区路灯坏了三天没人修")
    assert said == "照片收到了。\n请问在哪个县区？"
    assert [message for message, _ in dialogue.asked] == [PAYLOAD, "小区路灯坏了三天没人修"]
    first, second = (metadata for _, metadata in dialogue.asked)
    assert first["turn"] == second["turn"] and first["beside"] is True and "beside" not in second


async def test_a_photo_alone_is_asked_about_as_before(heard: tuple[SmallCity, Heard]) -> None:
    city, dialogue = heard
    assert "请说说是什么事" in await _say(city, "［照片］")
    assert [metadata.get("beside") for _, metadata in dialogue.asked] == [None]


async def test_within_the_form_the_words_answer_what_was_asked(rasa: Rasa, visitor: str) -> None:
    slots = {"requested_slot": "district", "content": "路灯坏了"}
    kept = await rasa.post(_attached(FORM, visitor, {"turn": "t", "beside": True}, slots))
    assert kept.text == "照片收到了。"
    assert kept.slots["photos"] == [PHOTO]
    assert kept.slots["requested_slot"] == "district"
    again = await rasa.post(
        _attached(FORM, visitor, {"turn": "t", "beside": True}, {**slots, "photos": [PHOTO]})
    )
    assert not again.text, "a turn that runs again keeps it once, without a word"


async def test_an_offer_before_the_photo_is_still_the_offer_for_the_words(rasa: Rasa, visitor: str) -> None:
    offered = [
        {"event": "slot", "name": "offer", "value": "complaint"},
        {"event": "slot", "name": "story", "value": "路灯坏了"},
        {"event": "action", "name": "action_ask_or_tell"},
        {"event": "action", "name": "action_listen"},
        {"event": "user", "text": PAYLOAD, "metadata": {"turn": "turn-1", "beside": True}},
        {"event": "action", "name": "action_fallback"},
        {"event": "slot", "name": "photos", "value": [PHOTO]},
    ]
    answer = await rasa.run(
        "action_affirm",
        "好的，登记吧",
        "affirm",
        conversation=visitor,
        slots={"story": "路灯坏了", "offer": "complaint"},
        before=offered,
    )
    assert answer.followup == "complaint_form"
