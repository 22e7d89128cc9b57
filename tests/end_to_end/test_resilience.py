"""Processes die; citizens do not notice more than they must."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.citizen import Citizen
from tests.system import System, started


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system of its own, for its processes are killed."""
    with started(tmp_path_factory.mktemp("killed") / "data") as running:
        yield running


def test_kill_the_app_in_the_middle_of_a_turn(own: System) -> None:
    citizen = Citizen(own.url)
    citizen.say("您好")
    client_id = str(uuid4())
    # Rasa stopped: the turn is certainly open when the app dies.
    assert own.rasa.popen is not None
    own.rasa.popen.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(Exception):  # noqa: B017 - whichever way the client notices
            citizen.http.post(
                "/api/web/messages",
                json={"client_id": client_id, "text": "养老保险要交满多少年"},
                timeout=1.5,
            )
        own.app.stop(signal.SIGKILL)
    finally:
        own.rasa.popen.send_signal(signal.SIGCONT)
    own.app.start()
    own.wait_ready()
    answers: list[str] = []
    for _ in range(150):
        answers = [m["text"] for m in citizen.history() if m["direction"] == "out"][1:]
        if any("依据" in text for text in answers):
            break
        time.sleep(0.5)
    assert sum("依据" in text for text in answers) == 1, answers
    # The browser sends again what it had no answer to: nothing happens twice.
    assert "依据" in citizen.say("养老保险要交满多少年", client_id=client_id)
    assert sum(m["direction"] == "in" for m in citizen.history()) == 2


def test_rasa_down_the_app_answers_from_the_knowledge_base_or_calls_a_human(
    own: System, tmp_path: Path
) -> None:
    own.rasa.stop(signal.SIGKILL)
    try:
        known, unknown = Citizen(own.url), Citizen(own.url)
        assert known.http.get("/readyz").status_code == 503
        assert known.http.get("/healthz").status_code == 200
        assert "依据" in known.say("养老保险要交满多少年才能按月领养老金？")
        said = unknown.say("楼下广场的喷泉什么时候开")
        assert "排队" in said or "人工" in said or "坐席" in said
        opened = unknown.http.post("/api/web/session", json={"token": unknown.token}).json()
        assert opened["conversation"]["mode"] == "waiting"
    finally:
        own.rasa.start()
        own.wait_ready()
    assert Citizen(own.url).say("您好")
