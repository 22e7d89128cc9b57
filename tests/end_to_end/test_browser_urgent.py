"""Danger at the desk in real browsers: it is seen and heard on every page, nobody is left unanswered unseen, buttons are alive.

One desk and two visitors; the pictures are kept, at phone and at desktop widths.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.clock import now
from tests.end_to_end import acting
from tests.end_to_end.test_browser import DESKTOP, PHONE, Desk, Widget, conversation_with, new_page
from tests.system import System

HEARD = """
window.tones = 0;
const begin = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { window.tones += 1; return begin.call(this, at); };
"""
"""Counts the tones that a page plays."""


def test_danger_is_seen_and_heard_on_every_page_and_nobody_waits_unseen(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    _nobody_waits(system)
    page = new_page(browser, pages, DESKTOP)
    page.add_init_script(HEARD)
    anne = Desk(page, system, "坐席51号")
    page.goto(f"{system.url}/desk/tickets")
    expect(page.get_by_label("搜索工单")).to_be_visible()
    page.get_by_label("搜索工单").click()  # browsers let nothing be heard before a click
    bar = page.get_by_role("alert", name="紧急会话")

    # He smells gas. She has the tickets before her, not the queue.
    widget = Widget(new_page(browser, pages, PHONE), system.url)
    words = f"厨房里煤气味好大，阀门关不上{uuid4().hex[:4]}"
    widget.say(words)
    code = conversation_with(system, words)[-4:].upper()
    mine = bar.locator(".one", has_text=code)
    expect(mine).to_contain_text(re.compile("紧急 · 燃气.*等人接入", re.DOTALL))
    page.wait_for_function("window.tones >= 3")
    expect(page).to_have_title(re.compile("^【紧急】"))
    _pictures(page, tmp_path, "urgent-tickets")

    # The bell has a switch of its own; the bar stays.
    page.get_by_role("button", name="在线状态").click()
    page.get_by_role("menuitem", name="关掉紧急铃声").click()
    page.reload()
    expect(mine).to_be_visible()
    page.get_by_role("button", name="在线状态").click()
    expect(page.get_by_role("menuitem", name="打开紧急铃声")).to_be_visible()
    page.keyboard.press("Escape")
    mine.get_by_role("link", name="打开").click()
    page.get_by_role("button", name="接入").click()
    expect(mine).to_have_count(0)
    anne.say("请先到楼下，别碰开关。")
    expect(widget.log()).to_contain_text("别碰开关")

    # His next words stand unanswered, while she looks elsewhere.
    _type(widget, "我到楼下了，邻居还在楼上睡觉")
    page.goto(f"{system.url}/desk/tickets")
    expect(page.get_by_label("搜索工单")).to_be_visible()
    page.clock.set_system_time(now() + timedelta(minutes=7, seconds=5))
    expect(mine).to_contain_text("群众已等 7 分钟")
    page.get_by_role("link", name="会话").click()
    page.get_by_role("tab", name=re.compile("^我的")).click()
    row = page.get_by_label("会话队列").get_by_role("listitem").first
    expect(row).to_contain_text("群众已等 7 分钟")
    expect(row).to_contain_text("煤气味")
    expect(row).to_contain_text("邻居还在楼上睡觉")
    _pictures(page, tmp_path, "unanswered")
    page.goto(f"{system.url}/desk/conversations/{conversation_with(system, words)}")
    anne.say("好，请在楼下等消防，别上去。")
    expect(widget.log()).to_contain_text("别上去")
    page.get_by_label("返回队列").dispatch_event("click")
    expect(page.get_by_text("群众已等")).to_have_count(0)


def test_buttons_of_the_hotlines_own_lines_are_alive_also_after_a_reload(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    anne = Desk(new_page(browser, pages, DESKTOP), system, "坐席52号")
    widget = Widget(new_page(browser, pages, PHONE), system.url)
    words = f"楼道灯坏了{uuid4().hex[:4]}"
    widget.say(words)
    widget.page.get_by_role("button", name="转人工").first.click()
    expect(widget.page.locator(".banner")).to_contain_text("排队中")
    there = conversation_with(system, words)

    # She puts him back into the queue: he need not wait.
    anne.page.goto(f"{system.url}/desk/conversations/{there}")
    anne.page.get_by_role("button", name="接入").click()
    anne.say("您好，请讲。")
    expect(widget.log()).to_contain_text("请讲。")
    _post(anne.page, there, "transfer", '{"to": null, "note": "请同事接着办"}')
    expect(widget.log()).to_contain_text("坐席请同事接着为您办理")
    _reloaded(widget)
    widget.page.screenshot(path=tmp_path / "back-phone.png")
    _press(widget, "不等了，继续问智能助手")
    expect(widget.log()).to_contain_text("不排队了")
    dead = widget.page.get_by_role("button", name="不等了，继续问智能助手")
    expect(dead.last).to_be_disabled()

    # A talk that ends is rated by one tap.
    widget.say("转人工")
    anne.page.reload()
    anne.page.get_by_role("button", name="接入").click()
    anne.say("灯已经报修。")
    expect(widget.log()).to_contain_text("灯已经报修")
    _post(anne.page, there, "close", '{"disposition": "answered"}')
    expect(widget.log()).to_contain_text("这次服务您还满意吗")
    _reloaded(widget)
    widget.page.screenshot(path=tmp_path / "rate-phone.png")
    _press(widget, "满意")
    expect(widget.log()).to_contain_text("谢谢您的评价")


def _nobody_waits(system: System) -> None:
    """End what other tests of this system have left in the queue: the bar shows only three."""
    desk = acting.Desk(system)
    while waiting := desk.http.get("conversations", params={"mode": "waiting"}).json()["conversations"]:
        for one in waiting:
            desk.post(f"conversations/{one['id']}/take")
            desk.post(f"conversations/{one['id']}/close", disposition="answered")


def _type(widget: Widget, text: str) -> None:
    """Say something to an agent, who answers in their own time."""
    widget.page.get_by_label("输入消息").fill(text)
    widget.page.get_by_label("输入消息").press("Enter")
    expect(widget.log()).to_contain_text(text)
    expect(widget.page.get_by_text("发送中…")).to_have_count(0)


def _press(widget: Widget, title: str) -> None:
    button = widget.page.get_by_role("button", name=title, exact=True).last
    expect(button).to_be_enabled()
    button.click()


def _reloaded(widget: Widget) -> None:
    widget.page.reload()
    if not widget.page.get_by_label("输入消息").is_visible():
        widget.page.locator("button.launcher").click()
    expect(widget.page.get_by_label("输入消息")).to_be_visible()


def _post(page: Page, conversation: str, what: str, body: str) -> None:
    """What a dialog of the desk sends, which has tests of its own."""
    status = page.evaluate(
        "([path, body]) => fetch(path, {method: 'POST', body, headers: {'X-Requested-With': 'wenban', 'Content-Type': 'application/json'}})"
        ".then((answer) => answer.status)",
        [f"/api/desk/conversations/{conversation}/{what}", body],
    )
    assert status == 200, status


def _pictures(page: Page, folder: Path, name: str) -> None:
    """Keep pictures of a page at three widths; none needs scrolling sideways."""
    for size in (PHONE, {"width": 1920, "height": 1080}, DESKTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}: {wide} px too wide at {size['width']}"
        page.screenshot(path=folder / f"{name}-{size['width']}.png")
