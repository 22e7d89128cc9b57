"""Whole dialogues through the real conversations, a real trained Rasa and the real actions.

``dialogues/*.yml`` hold them: each step is what the citizen says (or the button pressed, by its title) and what the
replies must and must not have. A step's ``after`` looks at what came of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from core import yaml_loader
from tests.bot.rasa_process import Speaker

FILES = sorted(Path(__file__).parent.glob("dialogues/*.yml"))
DIALOGUES = [(file.stem, item) for file in FILES for item in yaml_loader.load(file.read_text("utf-8"))]
KNOWN = {"say", "photo", "place", "has", "not", "buttons", "no_buttons", "card", "state"}

PROMISE = re.compile(
    r"一定(会|能|给|帮|解决)|保证|肯定(会|能|给|解决)|(马上|立即|立刻|尽快)(解决|处理|答复)|包您|必须(解决|处理)|放心[，,]?(会|能)"
)
"""What the assistant never says: an outcome or a time is not its to promise."""

pytestmark = pytest.mark.end_to_end


def test_there_is_a_dialogue_for_each_path() -> None:
    names = [item["dialogue"] for _, item in DIALOGUES]
    assert len(names) == len(set(names))
    assert len(names) >= 80


@pytest.mark.parametrize("item", [pytest.param(item, id=f"{f}: {item['dialogue']}") for f, item in DIALOGUES])
def test_dialogue(stories: str, item: dict[str, Any]) -> None:
    citizen = Speaker(stories)
    number = code = ""
    for step in item["steps"]:
        assert set(step) <= KNOWN, f"unknown key in {step}"
        if "photo" in step:
            citizen.say("［照片］", kind="image", image=step["photo"])
        elif "place" in step:
            citizen.say("［位置］", kind="location", place=step["place"])
        else:
            citizen.say(str(step["say"]).replace("{number}", number).replace("{code}", code))
        talk = "\n".join(citizen.heard)
        for part in _list(step.get("has")):
            part = part.replace("{number}", number)
            assert part in citizen.text, f"{part!r} is missing\n{talk}"
        for part in _list(step.get("not")):
            assert part not in citizen.text, f"{part!r} should not be said\n{talk}"
        for title in _list(step.get("buttons")):
            assert title in citizen.buttons, f"no button {title!r} in {citizen.buttons}\n{talk}"
        for title in _list(step.get("no_buttons")):
            assert title not in citizen.buttons, f"button {title!r} offered\n{talk}"
        if "card" in step:
            assert [card["kind"] for card in citizen.cards] == _list(step["card"]), talk
        for card in citizen.cards:
            if card["kind"] == "ticket":
                number = card["number"]
                code = next(t["query_code"] for t in citizen.state()["tickets"] if t["number"] == number)
        if "state" in step:
            _compare(citizen.state(), step["state"], talk)
    assert not PROMISE.search("\n".join(line for line in citizen.heard if line.startswith("问办")))


def _compare(state: dict[str, Any], wanted: dict[str, Any], talk: str) -> None:
    for key, value in wanted.items():
        if key == "tickets":
            assert len(state["tickets"]) == value, talk
        elif key == "ticket":
            found = {name: state["tickets"][0][name] for name in value}
            assert found == value, talk
        elif key == "history":
            assert [event["action"] for event in state["tickets"][0]["events"]] == value, talk
        elif key == "handoff":
            got = state["facts"].get("handoff") or {}
            assert {name: got.get(name) for name in value} == value, talk
        else:
            assert state[key] == value, talk


def _list(value: Any) -> list[str]:
    return [] if value is None else [str(part) for part in value] if isinstance(value, list) else [str(value)]
