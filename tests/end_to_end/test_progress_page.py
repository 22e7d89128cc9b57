"""/progress in a real browser, from the widget's link on: at phone and at desktop width. The pictures are kept."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, expect

from tests.citizen import Citizen
from tests.end_to_end.test_browser import DESKTOP, PHONE, Widget, new_page
from tests.end_to_end.test_complaint import complain
from tests.end_to_end.test_privacy import stored, watched
from tests.system import System


def test_a_citizen_follows_adds_to_and_wants_to_withdraw_a_complaint(
    system: System, browser: Browser, pages: list[BrowserContext]
) -> None:
    citizen = Citizen(system.url)
    number, code = complain(citizen)
    for size in (PHONE, DESKTOP):
        start = new_page(browser, pages, size)
        Widget(start, system.url)
        with start.context.expect_page() as opened:
            start.get_by_role("link", name="查工单进度").click()
        page = opened.value
        addresses = watched(page)
        page.get_by_label("工单号").fill(number.lower())
        page.get_by_label("查询码").fill("AC3D9KXQ")
        page.get_by_role("button", name="查进度").click()
        expect(page.get_by_role("alert")).to_contain_text("两个都要对才能查")
        page.get_by_label("查询码").fill(code)
        page.get_by_role("button", name="查进度").click()
        expect(page.get_by_role("heading", name=f"工单 {number}")).to_be_visible()
        page.get_by_label("补充情况").fill("今晚又在烧烤，油烟很大。")
        page.get_by_role("button", name="补充到工单").click()
        expect(page.get_by_role("status")).to_contain_text("已经补充到工单上")
        page.reload()  # sends the form again, which counts once
        expect(page.locator("li").filter(has_text="您补充了情况")).to_have_count(1 if size is PHONE else 2)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.screenshot(path=f"{system.data}/progress_{size['width']}.png", full_page=True)
        assert code not in stored(page) and not [one for one in addresses if code in one]
    page.get_by_text("不用办了，想撤回这张工单").click()
    page.get_by_role("button", name="告诉热线我想撤回").click()
    expect(page.get_by_role("status")).to_contain_text("在登记时的那个聊天窗口里点一下确认")
    expect(page.locator(".state")).to_contain_text("待受理")
    citizen.say("在吗")  # what is told unasked stands in the conversation
    assert any("想撤回" in one["text"] and number in one["text"] for one in citizen.history())
