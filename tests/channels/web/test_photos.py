"""Photos and places over the web channel: uploaded, sent as messages, and seen by nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import pytest

from channels.web import photos
from conversations import drawing
from tests.channels.web.conftest import Running, Visitor, code_of, new_id
from tests.conversations.test_media import photo, with_exif
from tests.conversations.test_photo_room import bomb


async def _upload(visitor: Visitor, data: bytes) -> Any:
    return await visitor.client.post("/api/web/photos", data=data, headers=visitor.headers)


async def _id(visitor: Visitor, data: bytes) -> str:
    response = await _upload(visitor, data)
    assert response.status == 200
    photo_id: str = (await response.json())["photo"]["id"]
    return photo_id


async def test_a_photo_is_uploaded_sent_and_shown_again_without_its_exif(running: Running) -> None:
    visitor = await running.visitor()
    photo_id = await _id(visitor, with_exif())
    async with visitor.post({"client_id": new_id(), "photo": photo_id}) as response:
        assert response.status == 200
        message = (await response.json())["message"]
    assert (message["kind"], message["text"], message["media"]["image"]) == ("image", "［照片］", photo_id)
    assert running.dialogue.texts() == ['/inform{"slot":"photo","value":"' + photo_id + '"}']
    shown = await visitor.client.get(f"/api/web/photos/{photo_id}", headers=visitor.headers)
    assert (shown.status, shown.content_type) == (200, "image/jpeg")
    assert b"Canon" not in await shown.read()
    assert "sandbox" in shown.headers["Content-Security-Policy"]


async def test_by_socket_too(running: Running) -> None:
    visitor = await running.visitor()
    photo_id = await _id(visitor, photo())
    socket = await visitor.socket()
    await socket.frames("hello")
    await socket.ws.send_json({"type": "message", "client_id": new_id(), "text": "", "photo": photo_id})
    acknowledged, _ = await socket.frames("ack", "message")
    assert acknowledged["message"]["media"]["image"] == photo_id
    place = {"lat": 32.646, "lon": 117.018, "accuracy": 25}
    await socket.ws.send_json({"type": "message", "client_id": new_id(), "location": place})
    acknowledged, _ = await socket.frames("ack", "message")
    assert acknowledged["message"]["media"]["lat"] == 32.646
    assert running.dialogue.texts()[-1] == '/inform{"slot":"location","value":"32.646000,117.018000"}'


async def test_nobody_sees_or_sends_anothers_photo(running: Running) -> None:
    owner, other = await running.visitor(), await running.visitor()
    photo_id = await _id(owner, photo())
    seen = await other.client.get(f"/api/web/photos/{photo_id}", headers=other.headers)
    assert await code_of(seen) == (404, "not_found")
    async with other.post({"client_id": new_id(), "photo": photo_id}) as response:
        assert await code_of(response) == (404, "not_found")
    unsigned = await owner.client.get(f"/api/web/photos/{photo_id}")
    assert await code_of(unsigned) == (401, "unauthorized")


@pytest.mark.parametrize("data", [b"", b"<script>", b"GIF89a", b"\xff" * 5000])
async def test_what_is_no_photo_is_refused(running: Running, data: bytes) -> None:
    visitor = await running.visitor()
    assert await code_of(await _upload(visitor, data)) == (400, "not_an_image")


async def test_too_large_a_photo_is_refused_while_it_comes(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MAX_BYTES", 2_000_000)
    visitor = await running.visitor()
    assert await code_of(await _upload(visitor, bytes(2_000_001))) == (413, "image_too_large")


async def test_a_photo_over_the_apps_own_limit_passes(running: Running) -> None:
    visitor = await running.visitor()
    noise = photo((1500, 1500), "PNG") + bytes(1_500_000)
    assert await _id(visitor, noise)


@pytest.mark.parametrize(
    "more",
    [
        {"photo": "../../etc/passwd"},
        {"photo": 5},
        {"location": {"lat": 91, "lon": 0}},
        {"location": {"lat": "north", "lon": 0}},
        {"location": [1, 2]},
        {},
    ],
)
async def test_misshapen_attachments_are_refused(running: Running, more: dict[str, Any]) -> None:
    visitor = await running.visitor()
    async with visitor.post({"client_id": new_id(), **more}) as response:
        assert await code_of(response) == (400, "bad_request")
    assert running.dialogue.asked == []


async def test_the_same_photo_twice_is_one_file(running: Running, tmp_path: Path) -> None:
    visitor = await running.visitor()
    assert await _id(visitor, photo()) == await _id(visitor, photo())
    assert len(list((tmp_path / "media").rglob("*.jpg"))) == 1


async def test_words_sent_with_a_photo_are_kept_and_answered(running: Running) -> None:
    visitor = await running.visitor()
    photo_id = await _id(visitor, photo())
    async with visitor.post(
        {"client_id": new_id(), "text": "路灯坏了三天没人修", "photo": photo_id}
    ) as response:
        message = (await response.json())["message"]
    assert (message["kind"], message["text"], message["media"]["image"]) == (
        "image",
        "路灯坏了三天没人修",
        photo_id,
    )
    assert running.dialogue.texts() == [
        '/inform{"slot":"photo","value":"' + photo_id + '"}',
        "路灯坏了三天没人修",
    ]


async def test_words_sent_with_a_place_are_kept_and_answered(running: Running) -> None:
    visitor = await running.visitor()
    place = {"lat": 32.646, "lon": 117.018}
    async with visitor.post({"client_id": new_id(), "text": "路灯坏了", "location": place}) as response:
        message = (await response.json())["message"]
    assert (message["kind"], message["text"], message["media"]["lat"]) == ("location", "路灯坏了", 32.646)
    assert running.dialogue.texts()[-1] == "路灯坏了"


async def test_a_photo_and_a_place_at_once_are_refused_as_one_would_be_lost(running: Running) -> None:
    visitor = await running.visitor()
    both = {"photo": await _id(visitor, photo()), "location": {"lat": 32.646, "lon": 117.018}}
    async with visitor.post({"client_id": new_id(), **both}) as response:
        assert await code_of(response) == (400, "bad_request")


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["memory", "processor time", "time"])
async def test_a_picture_that_takes_too_much_is_refused_and_the_app_goes_on(
    running: Running, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """700 bytes of WebP take 400 MB and a second. Whatever becomes of the process that draws it, others do not notice."""
    visitor = await running.visitor()
    with monkeypatch.context() as patched:
        name, value = {
            "memory": ("MEMORY_BYTES", 250 * 1024 * 1024),
            "processor time": ("CPU_S", 0),
            "time": ("WAIT_S", 0.02),
        }[limit]
        patched.setattr(drawing, name, value)
        refused = await _upload(visitor, bomb("WEBP", 4000))
        assert await code_of(refused) == (400, "image_undrawn")
        assert not [one for one in psutil.Process().children() if "conversations.image_worker" in one.cmdline()]
        if limit == "memory":
            assert (await _upload(visitor, photo())).status == 200
    async with visitor.post({"client_id": new_id(), "photo": await _id(visitor, photo())}) as response:
        assert response.status == 200
