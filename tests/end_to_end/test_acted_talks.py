"""Short talks that once went wrong, each as a citizen would have it, through the whole running app."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core import yaml_loader
from tests.citizen import Citizen
from tests.system import System

TALKS: list[dict[str, Any]] = yaml_loader.load(Path(__file__).with_name("acted_talks.yml").read_text("utf-8"))


@pytest.mark.parametrize("talk", TALKS, ids=lambda one: one["name"])
def test_talk(system: System, talk: dict[str, Any]) -> None:
    citizen = Citizen(system.url)
    for text, has, *lacks in talk["steps"]:
        said = citizen.say(str(text))
        assert has in said, f"{has!r} is missing\n" + "\n".join(citizen.transcript)
        for word in lacks:
            assert word not in said, f"{word!r} is there\n" + "\n".join(citizen.transcript)
