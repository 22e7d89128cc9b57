"""Numbers at the desk in a real browser: masked, shown with one click on a reason, listed for the supervisor; and query codes."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.citizen import Citizen
from tests.end_to_end.test_browser import (
    DESKTOP,
    PHONE,
    Desk,
    Widget,
    conversation_with,
    new_page,
)
from tests.end_to_end.test_complaint import complain
from tests.system import System

pytestmark = pytest.mark.end_to_end
OWN = "13955540917"


def test_an_agent_sees_a_number_after_one_click_and_the_supervisor_sees_that(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    widget = Widget(new_page(browser, pages, PHONE), system.url)
    greeting = f"您好{uuid4().hex[:6]}，我电话{OWN}，身份证34040319680512142X"
    widget.say(greeting)
    widget.page.get_by_role("button", name="转人工").first.click()
    expect(widget.page.locator(".banner")).to_contain_text("排队")
    address = f"{system.url}/desk/conversations/{conversation_with(system, greeting)}"

    page = new_page(browser, pages, DESKTOP)
    Desk(page, system, "坐席31号")
    page.goto(address)
    log = page.get_by_label("对话内容")
    expect(log).to_contain_text("139****0917")
    assert OWN not in page.content() and "34040319680512142X" not in page.content()
    page.screenshot(path=tmp_path / "masked-desktop.png")
    page.get_by_role("button", name="接入").click()
    page.get_by_role("button", name="查看号码").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("其他原因", exact=True).fill("看一下")
    dialog.get_by_role("button", name="确定").click()
    expect(dialog).to_contain_text("写清楚为什么要看")
    page.screenshot(path=tmp_path / "reveal-desktop.png")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.screenshot(path=tmp_path / "reveal-phone.png")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    dialog.get_by_role("button", name="回拨或回访群众").click()
    expect(log).to_contain_text(OWN)
    expect(log).to_contain_text("34040319680512142X")
    page.screenshot(path=tmp_path / "revealed-desktop.png")
    page.reload()
    expect(log).to_contain_text("139****0917")
    assert OWN not in page.content()

    chief = new_page(browser, pages, DESKTOP)
    Desk(chief, system, "班长31号", role="supervisor")
    chief.get_by_role("link", name="查看记录").click()
    row = chief.locator(".rows li").filter(has_text="坐席31号").first
    expect(row).to_contain_text("回拨或回访群众")
    chief.screenshot(path=tmp_path / "reveals-desktop.png")
    chief.set_viewport_size(PHONE)  # type: ignore[arg-type]
    chief.screenshot(path=tmp_path / "reveals-phone.png")
    chief.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    person = chief.locator(".today li").filter(has_text="坐席31号")
    expect(person).to_contain_text("1 / 1000")
    person.get_by_role("button", name="加次数").click()
    chief.get_by_role("dialog").get_by_role("button", name="情况紧急，要马上联系").click()
    expect(person).to_contain_text("1 / 2000")


def test_the_code_stands_in_no_stored_message_and_on_no_agents_page(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    citizen = Citizen(system.url)
    number, code = complain(citizen)
    told = [m for m in citizen.history() if (m["card"] or {}).get("number") == number]
    assert told and all(m["card"]["query_code"] == code and code in m["text"] for m in told), (
        "read again later"
    )
    with sqlite3.connect(f"file:{system.data / 'wenban.db'}?mode=ro", uri=True) as database:
        kept = database.execute("SELECT text, card FROM messages").fetchall()
        [conversation] = database.execute(
            "SELECT conversation_id FROM tickets WHERE number = ?", [number]
        ).fetchone()
    assert not [row for row in kept if code in f"{row}"]

    page = new_page(browser, pages, DESKTOP)
    Desk(page, system, "坐席32号")
    for path in (f"conversations/{conversation}", f"tickets/{number}"):
        page.goto(f"{system.url}/desk/{path}")
        expect(page.get_by_text(number).first).to_be_visible()
        assert code not in page.content()
    page.goto(f"{system.url}/desk/conversations/{conversation}")
    page.get_by_role("button", name="查看号码").click()
    page.get_by_role("dialog").get_by_role("button", name="群众要求核对本人信息").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert code not in page.content() and "⟦" not in page.content()

    assert number in Citizen(system.url).say(f"查一下{number}，查询码{code.lower()}")
    own = citizen.say("查询码是多少来着")
    assert code in own and re.search(number, own)
