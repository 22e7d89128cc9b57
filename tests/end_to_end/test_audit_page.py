"""The auditor's page, and what an administrator sees first, in a real browser against the real app.

Pictures are kept beside the test's temporary files (`--basetemp`), at phone and at desktop width.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from core.database import Database
from core.events import LocalEvents
from core.sealing import use_data_key
from core.settings import Settings
from tests.cities import HUAINAN
from tests.end_to_end.test_browser import DESKTOP, PHONE, new_page, signed_in
from tests.system import Process, prepare, program, wait_for, wenban
from tickets.service import Tickets
from tickets.types import TicketDraft


@dataclass
class Site:
    """The running app, the number of its one ticket, and how to run commands beside it."""

    url: str
    number: str
    environment: dict[str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    environment, settings = prepare(data)
    number = asyncio.run(_file(settings))
    app = Process("app", [program(), "app"], environment, data / "app.log")
    app.start()
    try:
        wait_for(f"{settings.app_url}/healthz", app)
        yield Site(settings.app_url, number, environment)
    finally:
        app.stop()


async def _file(settings: Settings) -> str:
    use_data_key(settings.secrets.data_key)
    database = Database(settings.sqlalchemy_url)
    draft = TicketDraft("投诉", "小区门口的路灯坏了", contact_name="张某某", contact_phone="13800000000")
    filed = await Tickets(database, LocalEvents(), HUAINAN).file(draft, "k")
    await database.close()
    return filed.number


def test_the_auditor_finds_who_saw_a_contact_and_takes_it_along(
    site: Site, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    agent = new_page(browser, pages, DESKTOP)
    username = signed_in(agent, site.url, site.environment, "--name", "坐席 3 号")
    expect(agent.get_by_role("link", name="工单")).to_be_visible()
    expect(agent.get_by_role("link", name="审计")).to_have_count(0)
    agent.goto(f"{site.url}/desk/tickets/{site.number}")
    agent.get_by_role("button", name="查看完整信息").click()
    agent.get_by_role("button", name="回拨或回访群众").click()
    expect(agent.get_by_text("13800000000")).to_be_visible()

    page = new_page(browser, pages, DESKTOP)
    signed_in(page, site.url, site.environment, "--name", "审计员", "--role", "auditor")
    expect(page).to_have_url(f"{site.url}/desk/audit")
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_text(["审计"])
    expect(page.locator(".record").first).to_be_visible()
    page.screenshot(path=tmp_path / "audit-1280.png")
    page.get_by_label("对象", exact=True).fill(site.number)
    page.get_by_role("combobox", name="操作").click()
    page.get_by_role("option", name="查看联系方式").click()
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".record")).to_have_count(1)
    record = page.locator(".record")
    for words in (username, "坐席 3 号", "查看联系方式", "回拨或回访群众", site.number, "允许"):
        expect(record).to_contain_text(words)
    assert "13800000000" not in page.content() and "张某某" not in page.content()
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 CSV").click()
    lines = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(lines) == 2 and lines[1][2] == username and site.number in lines[1]

    small = new_page(browser, pages, PHONE)
    signed_in(small, site.url, site.environment, "--role", "auditor")
    expect(small.locator(".record").first).to_be_visible()
    small.screenshot(path=tmp_path / "audit-390.png")
    assert small.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small.goto(f"{site.url}/desk/tickets/{site.number}")
    expect(small).to_have_url(f"{site.url}/desk/audit")


def test_an_administrator_is_told_what_the_account_is_for(
    site: Site, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    page = new_page(browser, pages, PHONE)
    signed_in(page, site.url, site.environment, "--role", "admin")
    expect(page.get_by_text("管理员管理账号和设置")).to_be_visible()
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_text(["账号"])
    page.screenshot(path=tmp_path / "admin-390.png")
    for path in ("tickets", "conversations", "knowledge", "audit"):
        page.goto(f"{site.url}/desk/{path}")
        expect(page).to_have_url(f"{site.url}/desk/accounts")
    assert wenban("audit", "verify", environment=site.environment).returncode == 0
