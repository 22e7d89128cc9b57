"""An entry's own page: everything in it, nothing that could run, and a clear word when it no longer holds."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest
from aiohttp.pytest_plugin import AiohttpClient
from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request

from core.migrate import upgrade
from core.settings import Settings
from kb_index.entries.entry import Entry
from kb_index.entry_page import page
from kb_index.publishing.build import build
from service.app import create_app
from tests.kb_index.conftest import FUND, ID_CARD, MODEL, NOISE, PENSION, Write


def entry(**changes: object) -> Entry:
    values: dict[str, object] = {
        "id": "gjj-withdraw",
        "title": "公积金怎么提取<script>",
        "department": "市公积金中心",
        "topic": "公积金",
        "regions": ("全国",),
        "effective": dt.date(2020, 1, 1),
        "reviewed": dt.date(2026, 11, 1),
        "answer": "可以**提取** <script>alert(1)</script>",
        "sections": {"办理材料": "- 身份证"},
    }
    return Entry.model_validate({**values, **changes})


def test_all_of_it_and_nothing_that_runs() -> None:
    shown = page(entry(), "淮南")
    assert "<strong>提取</strong>" in shown and "办理材料" in shown and "身份证" in shown
    assert "<script" not in shown and "淮南12345" in shown and "失效" not in shown


def test_an_expired_entry_says_so() -> None:
    assert "2024-01-01 失效" in page(entry(expires=dt.date(2024, 1, 1)), "淮南")


@pytest.fixture
async def client(
    tmp_path: Path, write: Write, aiohttp_client: AiohttpClient
) -> TestClient[Request, Application]:
    """The whole app over an index of four entries: one sound, one with hostile text, one expired, one a draft."""
    write(*PENSION)
    write(
        ID_CARD[0],
        "身份证<script>alert(1)</script>丢了怎么补办？",
        ID_CARD[2],
        answer="带上**户口簿** <img src=x onerror=alert(1)> [点这里](javascript:alert(1))",
        body="\n## 办理材料\n- 户口簿<script>alert(2)</script>\n",
        notes="只给编辑看的话",
        sources="\n  - document: 居民身份证法<b>\n    number: 主席令第四号\n    date: 2011-10-29\n"
        "    url: https://flk.npc.gov.cn/detail?a=1&b=2\n    opened: 2026-11-01",
    )
    write(*NOISE, expires="2024-06-30")
    write(*FUND, extra="draft: true\n")
    settings = Settings(data_dir=tmp_path / "data", rasa_url="http://127.0.0.1:9", kb_model=MODEL)
    await asyncio.to_thread(build, tmp_path / "kb", settings.index_dir, MODEL)
    await upgrade(settings.sqlalchemy_url)
    return await aiohttp_client(await create_app(settings))


async def test_the_address_shows_what_is_in_service_and_refuses_the_rest(
    client: TestClient[Request, Application],
) -> None:
    response = await client.get(f"/kb/{ID_CARD[0]}")
    shown = await response.text()
    assert response.status == 200 and response.content_type == "text/html"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "<strong>户口簿</strong>" in shown and "办理材料" in shown
    assert '<a href="https://flk.npc.gov.cn/detail?a=1&amp;b=2" rel="noopener noreferrer">' in shown
    assert "居民身份证法&lt;b&gt; 主席令第四号" in shown and "2026-11-01 核对" in shown
    assert "身份证&lt;script&gt;alert(1)&lt;/script&gt;丢了" in shown
    assert not any(bad in shown for bad in ("<script", "<img", 'href="javascript', "<b>", "只给编辑看的话"))

    old = await client.get(f"/kb/{NOISE[0]}")
    assert old.status == 200 and "已于 2024-06-30 失效" in await old.text()
    assert "失效" not in await (await client.get(f"/kb/{PENSION[0]}")).text()

    for missing in ("no-such-entry", FUND[0], "..%2f..%2fpyproject.toml", "<script>", "字" * 500):
        refused = await client.get(f"/kb/{missing}")
        assert refused.status == 404, missing
        error = (await refused.json())["error"]
        assert set(error) == {"code", "message", "details"} and error["code"] == "not_found"
        assert "回到会话里再问一次" in error["message"]
