"""Twenty long conversations through the whole running app, each as a citizen would have it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core import yaml_loader
from tests.citizen import Citizen
from tests.conversations.test_media import photo
from tests.system import System

CONVERSATIONS: list[dict[str, Any]] = yaml_loader.load(
    Path(__file__).with_name("long_conversations.yml").read_text("utf-8")
)


def test_they_are_twenty_and_long() -> None:
    assert len(CONVERSATIONS) >= 20
    assert all(len(one["steps"]) > 12 for one in CONVERSATIONS), [
        (one["name"], len(one["steps"])) for one in CONVERSATIONS if len(one["steps"]) <= 12
    ]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one["name"])
def test_conversation(system: System, conversation: dict[str, Any]) -> None:
    citizen, number, side = Citizen(system.url), "", 40
    for text, has in conversation["steps"]:
        text, has = str(text), str(has)
        if text == "照片":
            side += 1  # each another photo
            said = citizen.photo(photo((side, side)))
        elif text == "定位":
            said = citizen.locate(32.646, 117.018)
        else:
            said = citizen.say(text.replace("{number}", number))
        assert said, "\n".join(citizen.transcript)
        assert has in said, f"{has!r} is missing\n" + "\n".join(citizen.transcript)
        for message in citizen.last:
            if message["card"] and message["card"]["kind"] == "ticket":
                number = message["card"]["number"]
