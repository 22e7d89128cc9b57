"""Processes die; citizens do not notice more than they must."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.citizen import Citizen
from tests.end_to_end.test_complaint import fill_from
from tests.stored import age_tracker, rows
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


def test_kill_the_app_while_complaints_are_being_confirmed(own: System) -> None:
    """Six confirmations under way, each at another point, when the app dies: six tickets, each told once."""
    citizens = [Citizen(own.url) for _ in range(6)]
    for number, citizen in enumerate(citizens):
        fill_from(citizen, citizen.say(f"我要投诉，{number + 1}号楼楼下的烧烤店半夜冒油烟，呛得睡不着"))
    ids = [str(uuid4()) for _ in citizens]

    def confirm(number: int) -> None:
        time.sleep(number * 0.05)
        with suppress(httpx.HTTPError):
            citizens[number].http.post(
                "/api/web/messages", json={"client_id": ids[number], "text": "确认提交"}, timeout=20
            )

    with ThreadPoolExecutor(len(citizens)) as pool:
        for number in range(len(citizens)):
            pool.submit(confirm, number)
        time.sleep(0.2)
        own.app.stop(signal.SIGKILL)
    own.app.start()
    own.wait_ready()
    for citizen, client_id in zip(citizens, ids, strict=True):
        # The browser sends again what it had no answer to. Whoever hears that the assistant is busy presses again,
        # and everybody once more for good measure.
        said = citizen.say("确认提交", client_id=client_id)
        for _ in range(8):
            if "忙不过来" not in said:
                break
            said = citizen.say("确认提交")
        citizen.say("确认提交")
    told = [
        {m["card"]["number"] for m in citizen.history() if m["card"] and m["card"]["kind"] == "ticket"}
        for citizen in citizens
    ]
    for numbers, citizen in zip(told, citizens, strict=True):
        assert len(numbers) == 1, "\n".join(citizen.transcript)
    filed = rows(own, "SELECT content FROM tickets", "tickets.content")
    assert sum("号楼楼下的烧烤店" in content for (content,) in filed) == len(citizens)


def test_a_confirmation_that_rasa_did_not_answer_is_filed_at_the_next_press_once(own: System) -> None:
    citizen = Citizen(own.url)
    fill_from(citizen, citizen.say("我要投诉，小区门口的排档天天吵到后半夜，没法睡"))
    assert own.rasa.popen is not None
    own.rasa.popen.send_signal(signal.SIGSTOP)
    try:
        assert "忙不过来" in citizen.say("确认提交")
    finally:
        own.rasa.popen.send_signal(signal.SIGCONT)
    said = "忙不过来"
    for _ in range(8):
        if "忙不过来" not in said:
            break
        said = citizen.say("确认提交")
    assert "工单号" in said
    citizen.say("确认提交")
    told = {m["card"]["number"] for m in citizen.history() if m["card"] and m["card"]["kind"] == "ticket"}
    assert len(told) == 1


def test_a_half_filled_complaint_survives_restarts_of_both(own: System) -> None:
    citizen = Citizen(own.url)
    citizen.say("我要投诉，小区楼下的烧烤店天天半夜冒油烟，呛得睡不着")
    citizen.say("田家庵区")
    for process in (own.rasa, own.app):
        process.stop(signal.SIGKILL)
        process.start()
    own.wait_ready()
    assert "请您核对" in fill_from(citizen, citizen.say("国庆中路88号幸福小区3栋楼下"))


def test_a_half_filled_complaint_survives_a_days_pause(own: System) -> None:
    citizen = Citizen(own.url)
    citizen.say("我要投诉，小区楼下的烧烤店天天半夜冒油烟，呛得睡不着")
    citizen.say("田家庵区")
    own.rasa.stop()
    # Everything Rasa knows is made 26 hours older: its clock can't be turned.
    age_tracker(own, 26 * 3600)
    own.rasa.start()
    own.wait_ready()
    said = fill_from(citizen, citizen.say("国庆中路88号幸福小区3栋楼下"))
    assert "小区楼下的烧烤店天天半夜冒油烟" in said


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
