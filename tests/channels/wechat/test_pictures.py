"""Pictures: fetched, checked, kept without EXIF, and only then a message; tried again while they last."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from channels.wechat.inbound import pictures
from core.clock import now
from core.database import Database
from core.jobs import JobRow
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import Running
from tests.channels.wechat.platform import payload
from tests.conversations.test_media import SECRET, photo, with_exif
from tests.waiting import until

PICTURES = JobRow.kind == pictures.JOB
MEDIA = "/cgi-bin/media/get"


async def kept(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(JobRow).where(PICTURES)) or 0


async def test_a_picture_is_fetched_checked_and_becomes_a_message_once(
    running: Running, api: Api, tmp_path: Path, database: Database
) -> None:
    api.media["media_image_0001"] = with_exif()
    platform = running.account("pushing")
    said = [await platform.push(payload("image")) for _ in range(2)]
    assert said[0].text is not None and said[0].text.startswith('您说的是：/inform{"slot":"photo"')
    assert said[1].text == said[0].text
    view = await running.view(account="pushing")
    (message, _) = await running.conversations.history(view.id)
    assert (message.kind, message.text) == ("image", "［照片］")
    assert message.media is not None and (message.media["width"], message.media["height"]) == (200, 400)
    (file,) = (tmp_path / "media").rglob("*.jpg")
    assert SECRET not in file.read_bytes()
    assert await kept(database) == 0


async def test_without_the_api_it_is_fetched_from_its_address(running: Running, api: Api) -> None:
    api.media["0"] = photo()
    body = payload("image").replace(
        b"http://mmbiz.qpic.cn/mmbiz_jpg/example/0", f"{api.url}/picture/0".encode()
    )
    said = await running.platform().push(body)
    assert said.text is not None and "photo" in said.text


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8012/readyz",
        "http://qpic.cn.example.com/x",
        "http://mmbiz.qpic.cn@127.0.0.1/x",
        "http://mmbiz.qpic.cn:22/x",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
@pytest.mark.slow
async def test_no_other_address_is_asked(running: Running, url: str) -> None:
    body = payload("image").replace(b"http://mmbiz.qpic.cn/mmbiz_jpg/example/0", url.encode())
    said = await running.platform().push(body)
    assert said.text is not None and pictures.GONE in said.text


async def test_what_is_no_picture_is_said_so(running: Running, api: Api) -> None:
    api.media["media_image_0001"] = b"<svg onload=alert(1)>"
    said = await running.account("pushing").push(payload("image"))
    assert said.text is not None and said.text.count("图片") + said.text.count("照片") >= 1
    assert running.dialogue.asked == []


@pytest.mark.slow
async def test_a_platform_in_trouble_is_asked_again_until_it_has_it(
    running: Running, api: Api, database: Database
) -> None:
    api.media["media_image_0001"] = photo()
    api.fail(MEDIA, status=502, times=3)
    said = await running.account("pushing").push(payload("image"))
    assert said.text is not None and "照片收到了" in said.text
    assert await kept(database) == 1
    async with database.write() as session:
        await session.execute(update(JobRow).where(PICTURES).values(due_at=now()))
    await until(lambda: api.sent)
    assert "photo" in api.texts()[0] and len(running.dialogue.asked) == 1
    assert await kept(database) == 0


@pytest.mark.slow
async def test_a_picture_that_expired_is_asked_for_again(
    running: Running, api: Api, database: Database
) -> None:
    api.fail(MEDIA, status=502, times=100)
    await running.account("pushing").push(payload("image"))
    async with database.write() as session:
        await session.execute(
            update(JobRow).where(PICTURES).values(due_at=now(), created_at=now() - timedelta(days=3))
        )
    await until(lambda: api.sent)
    assert api.texts() == [pictures.GONE]

    async def done() -> bool:
        return await kept(database) == 0

    await until(done)
