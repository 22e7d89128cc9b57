"""接手 in a real browser: two agents and a supervisor, at phone and at desktop width. The pictures are kept."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.test_browser import DESKTOP, PHONE, Desk, Widget, conversation_with, new_page
from tests.system import System


def test_who_has_left_is_followed_and_a_supervisor_may_always(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    anne = Desk(new_page(browser, pages, DESKTOP), system, "坐席21号")
    bill = Desk(new_page(browser, pages, PHONE), system, "坐席22号")
    chief = Desk(new_page(browser, pages, DESKTOP), system, "班长", role="supervisor")
    widget = Widget(new_page(browser, pages, PHONE), system.url)
    words = f"我家楼下路灯坏了{uuid4().hex[:4]}"
    widget.say(words)
    widget.page.get_by_role("button", name="转人工").first.click()
    expect(widget.page.locator(".banner")).to_contain_text("排队中")
    there = f"{system.url}/desk/conversations/{conversation_with(system, words)}"
    anne.page.goto(there)
    anne.page.get_by_role("button", name="接入").click()
    expect(widget.log()).to_contain_text("坐席21号已接入")

    bill.page.goto(there)
    bill.page.get_by_role("button", name="接手").click()
    dialog = bill.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="接手")).to_be_disabled()
    dialog.get_by_label("接手的原因").fill("同事已下班")
    dialog.get_by_role("button", name="接手").click()
    expect(dialog).to_contain_text("接手坐席21号的会话")
    expect(bill.page.get_by_text("坐席21号还在岗")).to_have_count(1)
    _picture(bill.page, tmp_path / "take-over-refused-phone.png")
    anne.page.get_by_role("button", name="坐席21号话务员", exact=True).click()
    anne.page.get_by_role("menuitem", name="退出登录").click()
    expect(anne.page.get_by_label("账号")).to_be_visible()
    dialog.get_by_role("button", name="接手").click()
    # Soon after the sign-out it is back in the queue. Whichever comes first, who asked for it has it.
    expect(widget.log()).to_contain_text(re.compile("接下来由坐席22号继续为您服务|坐席22号已接入"))
    expect(dialog).to_be_hidden()
    expect(bill.page.get_by_label("回复内容")).to_be_visible()
    _picture(bill.page, tmp_path / "taken-over-phone.png")

    chief.page.goto(there)
    chief.page.get_by_role("button", name="接手").click()
    dialog = chief.page.get_by_role("dialog")
    dialog.get_by_label("接手的原因").fill("群众等得久，由我来回")
    _picture(chief.page, tmp_path / "take-over-desktop.png")
    dialog.get_by_role("button", name="接手").click()
    expect(widget.log()).to_contain_text("接下来由班长继续为您服务")
    expect(bill.page.get_by_text("这个会话由班长接待").first).to_be_visible()
    expect(bill.page.get_by_label("回复内容")).to_be_hidden()
    _picture(bill.page, tmp_path / "taken-away-phone.png")
    chief.page.locator("aside summary", has_text="经过").click()
    expect(chief.page.locator("aside").get_by_text("群众等得久，由我来回").first).to_be_visible()
    _picture(chief.page, tmp_path / "taken-over-desktop.png")


def _picture(page: Page, path: Path) -> None:
    """Keep a picture of a page that needs no scrolling sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{path.name}: {wide} px too wide"
    page.screenshot(path=path)
