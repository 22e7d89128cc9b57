"""One turn can be followed through both logs, the app's and Rasa's, by one id."""

from __future__ import annotations

import re

from tests.citizen import Citizen
from tests.system import System
from tests.waiting import until


async def test_a_turn_has_one_id_in_both_logs(system: System) -> None:
    before = len(system.app.log.read_text("utf-8"))
    assert Citizen(system.url).say("公积金怎么提取")
    await until(lambda: "turn answered" in system.app.log.read_text("utf-8")[before:])
    answered = [
        line for line in system.app.log.read_text("utf-8")[before:].splitlines() if "turn answered" in line
    ]
    (turn,) = re.findall(r"turn=([0-9a-f-]{36})", answered[-1])
    (conversation,) = re.findall(r"conversation=([0-9a-f-]{36})", answered[-1])
    decided = [line for line in system.app.log.read_text("utf-8").splitlines() if "decided" in line]
    assert any(turn in line for line in decided)
    await until(lambda: turn in system.rasa.log.read_text("utf-8"))
    rasa = [line for line in system.rasa.log.read_text("utf-8").splitlines() if turn in line]
    assert any(f"answered conversation={conversation}" in line for line in rasa), rasa
