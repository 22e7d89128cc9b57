"""Who is there for citizens, in real browsers: an agent goes away or vanishes, and a colleague has the citizen next.

Two desks and a visitor; the pictures are kept, at phone and at desktop width.
"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.test_browser import DESKTOP, PHONE, Desk, Widget, conversation_with, new_page
from tests.system import System

BACK_MS = 60_000
"""Milliseconds within which the citizen of an agent who vanishes has to hear of it."""


def test_who_goes_away_or_vanishes_leaves_nobody_waiting_unseen(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    anne = Desk(new_page(browser, pages, DESKTOP), system, "坐席41号")
    bill = Desk(new_page(browser, pages, PHONE), system, "坐席42号")
    chief = Desk(new_page(browser, pages, DESKTOP), system, "班长", role="supervisor")
    widget = Widget(new_page(browser, pages, PHONE), system.url)
    words = f"小区门口的路灯不亮{uuid4().hex[:4]}"
    widget.say(words)
    widget.page.get_by_role("button", name="转人工").first.click()
    expect(widget.page.locator(".banner")).to_contain_text("排队中")
    there = f"{system.url}/desk/conversations/{conversation_with(system, words)}"
    anne.page.goto(there)
    anne.page.get_by_role("button", name="接入").click()
    anne.say("您好，请讲。")
    expect(widget.log()).to_contain_text("您好，请讲。")

    # She goes away: she is asked, the citizen is told, and the colleague sees whom the system put back.
    state = anne.page.get_by_role("button", name="在线状态")
    expect(state).to_have_text("在线")
    state.click()
    expect(anne.page.get_by_role("menuitem", name=re.compile("^忙碌"))).to_be_visible()
    _picture(anne.page, tmp_path / "state-desktop.png")
    anne.page.get_by_role("menuitem", name=re.compile("^离开")).click()
    asked = anne.page.get_by_role("dialog")
    expect(asked).to_contain_text("转回排队")
    asked.get_by_role("button", name="离开").click()
    expect(state).to_have_text("离开")
    expect(widget.log()).to_contain_text("刚才接待您的坐席离开了", timeout=BACK_MS)
    expect(widget.page.locator(".banner")).to_contain_text("排队中")
    chief.page.goto(f"{system.url}/desk/agents")
    expect(chief.page.get_by_role("listitem").filter(has_text="坐席41号").first).to_contain_text("离开")
    _picture(chief.page, tmp_path / "agents-desktop.png")
    bill.page.get_by_role("button", name="在线状态").click()
    expect(bill.page.get_by_role("menuitem", name=re.compile("^忙碌"))).to_be_visible()
    _picture(bill.page, tmp_path / "state-phone.png")
    bill.page.goto(there)
    expect(bill.page.locator(".passed").first).to_have_text("系统转回坐席离开")
    _picture(bill.page, tmp_path / "back-phone.png")
    bill.page.get_by_role("button", name="接入").click()
    expect(widget.log()).to_contain_text("坐席42号已接入")
    bill.say("我接着为您办。")
    expect(widget.log()).to_contain_text("我接着为您办。")

    # He vanishes: nobody signs out, the browser is just gone. She is back, and gets the citizen.
    state.click()
    anne.page.get_by_role("menuitem", name=re.compile("^在线")).click()
    expect(state).to_have_text("在线")
    pages.remove(bill.page.context)
    bill.page.context.close()
    told = widget.page.locator(".log .row", has_text="刚才接待您的坐席离开了")
    expect(told).to_have_count(2, timeout=BACK_MS)
    anne.page.goto(there)
    anne.page.get_by_role("button", name="接入").click()
    expect(widget.log()).to_contain_text(re.compile("坐席41号已接入.*坐席41号已接入", re.DOTALL))
    anne.page.locator("aside summary", has_text="经过").click()
    happened = anne.page.locator("aside").get_by_text("离开了，系统转回排队最前面")
    expect(happened).to_have_count(2)
    _picture(anne.page, tmp_path / "requeued-desktop.png")


def _picture(page: Page, path: Path) -> None:
    """Keep a picture of a page that needs no scrolling sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{path.name}: {wide} px too wide"
    page.screenshot(path=path)
