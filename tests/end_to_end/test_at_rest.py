"""At rest and beside: nothing of a citizen can be read in any file, and no other program of the machine can speak to Rasa."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import httpx
import pytest

from bot.channel_secret import HEADER, channel_secret
from tests.citizen import Citizen
from tests.conversations.test_media import photo
from tests.end_to_end.test_complaint import fill_from
from tests.stored import rows, tracker_events
from tests.system import System

STORY = "我要投诉，火焰山小区楼下的芭蕉扇烧烤店天天半夜冒油烟，我叫牛魔王，呛得睡不着"
MARKS = (
    "芭蕉扇烧烤店",
    "牛魔王",
    "国庆中路88号幸福小区",
    "13800000000",
    "32.641277",
    "居住证怎么续签到红孩儿",
)
"""What this citizen says and nobody else."""


def forms(mark: str) -> tuple[bytes, ...]:
    """A mark as it may stand in a file: as it is, and as JSON writes it."""
    return mark.encode(), json.dumps(mark).strip('"').encode(), mark.encode("utf-16-le")


def readable(folder: Path) -> dict[str, list[str]]:
    """The marks that can be read in files, by file."""
    found: dict[str, list[str]] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            said = [mark for mark in MARKS if any(form in data for form in forms(mark))]
            if said:
                found[str(path.relative_to(folder))] = said
    return found


def test_what_a_citizen_says_stands_in_no_file(system: System) -> None:
    citizen = Citizen(system.url)
    citizen.say("居住证怎么续签到红孩儿？")
    said = fill_from(citizen, citizen.say(STORY))
    citizen.locate(32.641277, 117.018211)
    citizen.photo(photo())
    if "确认提交" in said:
        citizen.say("确认提交")
    citizen.say("我住国庆中路88号幸福小区，电话13800000000，转人工")
    # It was kept: with the keys it can be read, in the database and in Rasa's tracker.
    kept = "".join(text for (text,) in rows(system, "SELECT text FROM messages", "messages.text"))
    assert [mark for mark in MARKS if mark not in kept] == ["32.641277"], citizen.transcript
    assert any("牛魔王" in str(event.get("text")) for event in tracker_events(system))
    filed = rows(system, "SELECT content FROM tickets", "tickets.content")
    assert any("芭蕉扇烧烤店" in content for (content,) in filed)
    # Without them nowhere: databases and their logs of changes, photos, logs, and whatever else was written.
    assert readable(system.data) == {}
    photos = [path for path in system.settings.media_folder.rglob("*") if path.is_file()]
    assert photos and not any(path.read_bytes().startswith(b"\xff\xd8") for path in photos)
    assert all(path.stat().st_mode & 0o077 == 0 for path in photos)
    assert (system.data / "wenban.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("secret", [None, "", "wrong", "of the actions"])
def test_who_has_no_secret_speaks_as_nobody(system: System, secret: str | None) -> None:
    actions_secret = system.settings.secrets.actions_secret
    headers = {} if secret is None else {HEADER: actions_secret if secret == "of the actions" else secret}
    rasa = system.settings.rasa_base_url
    said = {"sender": "stranger", "message": "我是别的程序", "metadata": {}}
    with httpx.Client(timeout=20, headers=headers) as http:
        for path in ("/webhooks/rest/webhook", "/webhooks/rest/webhook?stream=true"):
            assert http.post(f"{rasa}{path}", json=said).status_code == 401
        # Rasa's own API is not switched on, so neither are trackers read nor models changed.
        for method, path in (
            ("GET", "/conversations/stranger/tracker"),
            ("POST", "/conversations/stranger/messages"),
            ("POST", "/conversations/stranger/tracker/events"),
            ("POST", "/model/parse"),
            ("PUT", "/model"),
            ("GET", "/status"),
            ("GET", "/domain"),
            ("POST", "/webhooks/callback/webhook"),
            ("POST", "/webhooks/rasa/webhook"),
        ):
            assert http.request(method, f"{rasa}{path}", json={}).status_code == 404, path
        assert http.get(f"{rasa}/").text == "ok", "alive, and no version"
        call = {"next_action": "action_fallback", "tracker": {"sender_id": "stranger"}}
        assert http.post(f"{system.url}/actions/webhook", json=call).status_code == 401
    with sqlite3.connect(f"file:{system.data / 'rasa' / 'tracker.db'}?mode=ro", uri=True) as tracker:
        (count,) = tracker.execute("SELECT count(*) FROM events WHERE sender_id = 'stranger'").fetchone()
    assert count == 0


def test_the_app_has_the_secret(system: System) -> None:
    answer = httpx.post(
        f"{system.settings.rasa_base_url}/webhooks/rest/webhook",
        json={"sender": "the-app", "message": "/greet", "metadata": {}},
        headers={HEADER: channel_secret(system.settings.secrets.actions_secret)},
        timeout=40,
    )
    assert answer.status_code == 200
