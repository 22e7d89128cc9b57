"""The notice as a page, and the file it is made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core.city import load_city
from core.city.notice import PERIODS, SECTIONS, PrivacyNotice, load
from core.errors import ConfigurationError
from core.settings import ROOT, Settings
from service.errors import errors
from service.notice_page import routes, shown

GOOD = (ROOT / "city" / "huainan" / "notice.md").read_text("utf-8")


async def page(notice: PrivacyNotice | None) -> tuple[int, str, str]:
    app = web.Application(middlewares=[errors])
    app.add_routes(routes(notice, "淮南市"))
    async with TestClient(TestServer(app)) as client, client.get("/privacy") as response:
        return response.status, await response.text(), response.headers.get("Content-Security-Policy", "")


async def test_the_page_shows_all_sections_and_runs_nothing() -> None:
    notice = Settings().notice
    assert notice is not None
    evil = notice.model_copy(
        update={"text": notice.text + "\n<script>alert(1)</script>[x](javascript:alert(1))"}
    )
    status, html, policy = await page(evil)
    assert status == 200 and "default-src 'none'" in policy
    for section in SECTIONS:
        assert f"<h3>{section}</h3>" in html
    assert "<script" not in html and "javascript:" not in html.replace("[x](javascript:alert(1))", "")
    assert f"<h3>{SECTIONS[0]}</h3>" in shown(notice).html


async def test_a_city_without_a_notice_has_no_page() -> None:
    assert (await page(None))[0] == 404


def test_the_times_are_those_that_are_set() -> None:
    notice = Settings(keep_messages_days=123, keep_contacts_days=456).notice
    assert (
        notice is not None
        and "123 天" in notice.text
        and "456 天" in notice.text
        and "123 天" in notice.short
    )
    assert "{" not in notice.text + notice.short
    city = load_city("huainan").notice
    assert city is not None and set(Settings().periods) == set(PERIODS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("## 保存多久", "## 存"), "保存多久"),
        (("{messages}", "{days}"), "days"),
        (("version: 2026-11-29", "version: 十一月"), "日期"),
        (("again_since: 2026-11-29", "again_since: 2027-01-01"), "again_since"),
        (("phone: ", "telephone: "), "拼写"),
        (("---\nversion", "version"), "---"),
        (("title: 个人信息处理告知", "title: ["), "YAML"),
    ],
)
def test_a_wrong_file_is_refused_in_words(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in GOOD
    (tmp_path / "notice.md").write_text(GOOD.replace(*change), "utf-8")
    with pytest.raises(ConfigurationError, match=said):
        load(tmp_path)


def test_a_consent_holds_from_the_named_version_on() -> None:
    notice = load_city("huainan").notice
    assert notice is not None
    assert [notice.holds(v) for v in ("2026-11-29", "2027-01-01", "2026-11-28", "", "九月")] == [
        True, True, False, False, False,
    ]  # fmt: skip
