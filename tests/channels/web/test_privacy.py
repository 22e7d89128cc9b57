"""The notice about personal data in the web channel, and what citizens agree to."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from channels.web.notice import ShownNotice
from core.city import load_city
from core.city.notice import PrivacyNotice
from core.consents import Consent
from core.database import Database
from tests.channels.web.conftest import Running, Visitor, code_of, new_id
from tests.conversations.test_media import photo

PLACE = {"lat": 32.6, "lon": 117.0}


@pytest.fixture
def notice() -> ShownNotice:
    found = load_city("huainan").notice
    assert found is not None
    return ShownNotice(found, "<p>告知</p>")


def renewed(shown: ShownNotice, version: str, again_since: str) -> ShownNotice:
    changed: PrivacyNotice = shown.notice.model_copy(
        update={"version": date.fromisoformat(version), "again_since": date.fromisoformat(again_since)}
    )
    return ShownNotice(changed, shown.html)


async def state(visitor: Visitor) -> dict[str, object]:
    async with visitor.client.post("/api/web/session", json={"token": visitor.token}) as response:
        found: dict[str, object] = (await response.json())["notice"]
        return found


async def agrees(visitor: Visitor, purpose: str, version: str) -> tuple[int, object]:
    body = {"purpose": purpose, "version": version}
    async with visitor.client.post("/api/web/consents", json=body, headers=visitor.headers) as response:
        return response.status, await response.json()


async def sends(visitor: Visitor, **more: object) -> tuple[int, object]:
    async with visitor.post({"client_id": new_id(), "text": "在这里", **more}) as response:
        return response.status, await response.json()


async def uploads(visitor: Visitor) -> int:
    async with visitor.client.post("/api/web/photos", data=photo(), headers=visitor.headers) as response:
        return response.status


async def test_the_notice_is_there_before_the_first_word_and_without_a_token(running: Running) -> None:
    async with running.client.post("/api/web/session", json={}) as response:
        told = (await response.json())["notice"]
    assert told["version"] == "2026-11-29" and "告知" in told["line"] and told["agreed"] == []
    async with running.client.get("/api/web/notice") as response:
        assert await response.json() == {
            "version": "2026-11-29", "title": "个人信息处理告知", "html": "<p>告知</p>",
        }  # fmt: skip


async def test_words_need_no_consent(running: Running) -> None:
    visitor = await running.visitor()
    assert (await visitor.say("公积金怎么提取"))["pending"] is False
    assert (await state(visitor))["agreed"] == []


async def test_danger_is_met_without_anything_in_between(running: Running) -> None:
    visitor = await running.visitor()
    replies = (await visitor.say("楼上有人煤气中毒晕倒了"))["replies"]
    assert "120" in replies[0]["text"] and all("告知" not in reply["text"] for reply in replies)


async def test_photos_and_places_need_consent_each_of_its_own(running: Running, database: Database) -> None:
    visitor = await running.visitor()
    assert await uploads(visitor) == 403
    status, body = await sends(visitor, location=PLACE)
    assert status == 403 and body["error"]["code"] == "consent_needed"  # type: ignore[index]
    assert await agrees(visitor, "photos", "2026-11-29") == (200, {"agreed": ["photos"]})
    assert await uploads(visitor) == 200
    assert (await sends(visitor, location=PLACE))[0] == 403
    assert (await agrees(visitor, "place", "2026-11-29"))[0] == 200
    assert (await sends(visitor, location=PLACE))[0] == 200
    async with database.read() as session:
        rows = list(await session.scalars(select(Consent).order_by(Consent.purpose)))
    assert [(row.channel, row.purpose, row.version, row.withdrawn_at) for row in rows] == [
        ("web", "photos", "2026-11-29", None), ("web", "place", "2026-11-29", None),
    ]  # fmt: skip
    # Another visitor has agreed to nothing.
    assert await uploads(await running.visitor()) == 403


async def test_withdrawn_consent_is_asked_for_again(running: Running) -> None:
    visitor = await running.visitor()
    await agrees(visitor, "photos", "2026-11-29")
    said = (await visitor.say("撤回同意"))["replies"][0]["text"]
    assert "撤回" in said and (await state(visitor))["agreed"] == []
    assert await uploads(visitor) == 403
    await agrees(visitor, "photos", "2026-11-29")
    assert await uploads(visitor) == 200


@pytest.mark.parametrize("notice_then", ["slight", "material"])
async def test_a_changed_notice_is_told_and_asked_again_only_when_it_matters(
    running: Running, notice: ShownNotice, notice_then: str
) -> None:
    visitor = await running.visitor()
    await agrees(visitor, "notice", "2026-11-29")
    await agrees(visitor, "photos", "2026-11-29")
    since = "2027-03-01" if notice_then == "material" else "2026-11-29"
    running.web._consents._shown = renewed(notice, "2027-03-01", since)
    now = await state(visitor)
    assert now["version"] == "2027-03-01"
    assert now["agreed"] == ([] if notice_then == "material" else ["notice", "photos"])
    assert await uploads(visitor) == (403 if notice_then == "material" else 200)
    # The page that still shows the old text can't agree to the new one.
    assert (await agrees(visitor, "photos", "2026-11-29"))[0] == 409


@pytest.mark.parametrize(
    "body", [{}, {"purpose": "all", "version": "2026-11-29"}, {"purpose": "photos", "version": 5}, {"purpose": "photos"}]
)
async def test_nonsense_is_refused(running: Running, body: dict[str, object]) -> None:
    visitor = await running.visitor()
    async with running.client.post("/api/web/consents", json=body, headers=visitor.headers) as response:
        assert await code_of(response) == (400, "bad_request")
    async with running.client.post("/api/web/consents", json=body) as response:
        assert response.status == 401
    stranger = {"Origin": "https://evil.example", **visitor.headers}
    async with running.client.post("/api/web/consents", json=body, headers=stranger) as response:
        assert await code_of(response) == (403, "origin_not_allowed")


async def test_a_photo_uploaded_before_the_consent_was_withdrawn_is_not_sent_after_it(running: Running) -> None:
    visitor = await running.visitor()
    await agrees(visitor, "photos", "2026-11-29")
    uploaded = await visitor.client.post("/api/web/photos", data=photo(), headers=visitor.headers)
    photo_id = (await uploaded.json())["photo"]["id"]
    await visitor.say("撤回同意")
    async with visitor.post({"client_id": new_id(), "photo": photo_id}) as response:
        assert await code_of(response) == (403, "consent_needed")
    socket = await visitor.socket()
    await socket.frames("hello")
    await socket.ws.send_json({"type": "message", "client_id": new_id(), "text": "", "photo": photo_id})
    [refused] = await socket.frames("error")
    assert refused["error"]["code"] == "consent_needed"
