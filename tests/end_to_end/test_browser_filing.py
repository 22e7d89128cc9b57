"""An agent files a ticket beside the talk, changes it, and writes down a call, in a real browser. The pictures are kept."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.citizen import Citizen
from tests.end_to_end.test_browser import DESKTOP, PHONE, Desk, new_page
from tests.system import System

STORY = "田家庵区龙湖小区3号楼楼上邻居天天半夜唱歌，吵得睡不着"


def _picture(page: Page, path: Path) -> None:
    """Keep pictures of a page that needs no scrolling sideways, at desktop and at phone width."""
    for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.wait_for_timeout(400)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        page.screenshot(path=f"{path}-{name}.png")
        assert wide <= 0, f"{path.name}: {wide} px too wide"


def test_a_ticket_is_filed_beside_the_talk_and_the_assistants_form_is_over(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    citizen = Citizen(system.url)
    mine = uuid4().hex[:6]  # other citizens of this system may wait with the same story
    citizen.say(f"{STORY}，编号{mine}")  # the assistant's form is half filled now
    citizen.say("我电话13800000000，转人工")
    page = new_page(browser, pages, DESKTOP)
    desk = Desk(page, system, "坐席71号")
    page.locator(".queue-item, li", has_text=mine).first.click()
    page.get_by_role("button", name="接入", exact=True).click()
    page.get_by_role("button", name="登记工单").click()
    form = page.get_by_role("region", name="登记工单")
    expect(form.get_by_label("诉求内容")).to_have_value(re.compile("半夜唱歌"))
    expect(form.get_by_label("发生地点")).to_have_value(re.compile("龙湖小区3号楼"))
    _picture(page, tmp_path / "filing")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    form.get_by_label("涉及对象").fill("楼上邻居")
    form.get_by_role("button", name="登记并告诉群众").click()
    number = form.get_by_role("status").get_by_role("link").inner_text()
    assert number.startswith("HN")
    _picture(page, tmp_path / "filed")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    told = "\n".join(message["text"] for message in citizen.history())
    assert f"工单号：{number}" in told and re.search(r"查询码：[A-Z0-9]{8}", told)
    desk.say("给您登记好了")
    page.get_by_role("button", name="交还机器人").click()
    page.get_by_role("dialog").get_by_role("button", name="交还").click()
    page.wait_for_timeout(3_000)  # the job tells Rasa by itself
    said = citizen.say("公积金怎么提取")
    assert "接着填" not in said and "公积金" in said
    assert number in citizen.say("我的工单")


def test_a_filed_ticket_is_changed_with_old_and_new_value(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    page = new_page(browser, pages, DESKTOP)
    Desk(page, system, "坐席72号")
    page.goto(f"{system.url}/desk/call")
    page.get_by_label("来电号码").fill("13900000001")
    page.get_by_role("button", name="接起来了").click()
    expect(page.get_by_text("通话中")).to_be_visible()
    page.get_by_label("诉求内容").fill("我家门口路灯坏了三天，在田家庵区龙湖路8号，晚上看不见路")
    page.get_by_role("button", name="帮我填其他项").click()
    expect(page.get_by_label("发生地点")).to_have_value(re.compile("龙湖路"))
    expect(page.get_by_label("联系电话")).to_have_value("13900000001")
    page.get_by_label("要查的问题").fill("公积金怎么提取")
    page.get_by_role("button", name="查", exact=True).click()
    expect(page.get_by_role("region", name="查政策").get_by_role("status")).to_be_visible()
    _picture(page, tmp_path / "call")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.get_by_role("button", name="登记工单", exact=True).click()
    number = page.locator(".filed a").inner_text()
    page.get_by_role("button", name="通话结束").click()
    expect(page.get_by_text("已结束").first).to_be_visible()
    page.goto(f"{system.url}/desk/tickets/{number}")
    page.get_by_role("button", name="修改", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("发生地点").fill("龙湖路 18 号")
    _picture(page, tmp_path / "edit")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    dialog.get_by_role("button", name="保存修改").click()
    expect(page.get_by_text("改为“龙湖路 18 号”").first).to_be_visible()
    page.goto(f"{system.url}/desk/calls")
    _picture(page, tmp_path / "calls")


pytestmark = pytest.mark.slow
