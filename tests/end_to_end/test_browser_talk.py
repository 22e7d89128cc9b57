"""The conversation page in real browsers: what is typed survives everything, and what helps an agent to answer.

Three desks and a visitor; the pictures are kept, at phone and at desktop width.
"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.test_browser import DESKTOP, PHONE, Desk, Widget, conversation_with, new_page
from tests.system import System

QUESTION = "养老保险要交满多少年才能按月领养老金？"


def test_nothing_typed_is_lost_and_the_page_helps_to_answer(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    anne = Desk(new_page(browser, pages, DESKTOP), system, "坐席31号")
    bill = Desk(new_page(browser, pages, PHONE), system, "坐席32号")
    chief = Desk(new_page(browser, pages, DESKTOP), system, "班长", role="supervisor")
    widget = Widget(new_page(browser, pages, PHONE), system.url)

    # A supervisor writes a reply that all may use.
    chief.page.get_by_role("button", name=re.compile("^班长")).click()
    chief.page.get_by_role("menuitem", name="常用语").click()
    chief.page.get_by_role("button", name="新建").first.click()
    dialog = chief.page.get_by_role("dialog")
    dialog.get_by_label("名称").fill("约时间")
    dialog.get_by_label("内容").fill("{问候}，我是{坐席}，请您{几点}带身份证过来。")
    dialog.get_by_label("快捷码").fill("yue")
    dialog.get_by_text("话务员和班长大家共用").click()
    _picture(chief.page, tmp_path / "canned-new-desktop.png")
    dialog.get_by_role("button", name="存下").click()
    expect(chief.page.get_by_role("region", name="大家共用")).to_contain_text("约时间")
    _picture(chief.page, tmp_path / "canned-desktop.png")

    words = f"楼下路灯坏了{uuid4().hex[:4]}"
    widget.say(words)
    widget.page.get_by_role("button", name="转人工").first.click()
    expect(widget.page.locator(".banner")).to_contain_text("排队中")
    there = f"{system.url}/desk/conversations/{conversation_with(system, words)}"
    anne.page.goto(there)
    anne.page.get_by_role("button", name="接入").click()
    box = anne.page.get_by_label("回复内容")

    # What is typed is there again after another page, a reload, and a lost connection.
    box.fill("请问是哪条路")
    anne.page.get_by_role("link", name="工单", exact=True).click()
    expect(anne.page).to_have_url(re.compile("/tickets"))
    anne.page.goto(there)
    expect(box).to_have_value("请问是哪条路")
    anne.page.context.set_offline(True)
    box.fill("请问是哪条路，几号灯杆")
    expect(anne.page.get_by_text("草稿还没存上")).to_be_visible()
    anne.page.context.set_offline(False)
    expect(anne.page.get_by_text("草稿还没存上")).to_have_count(0)
    anne.page.reload()
    expect(box).to_have_value("请问是哪条路，几号灯杆")

    # She leaves; who takes over reads what she was about to say.
    box.fill("请问是哪条路，几号灯杆？我马上报修")
    anne.page.get_by_role("button", name=re.compile("^坐席31号")).click()
    anne.page.get_by_role("menuitem", name="退出登录").click()
    expect(anne.page.get_by_label("账号")).to_be_visible()
    bill.page.goto(there)
    bill.page.get_by_role("button", name="接手").click()
    dialog = bill.page.get_by_role("dialog")
    dialog.get_by_label("接手的原因").fill("同事已下班")
    dialog.get_by_role("button", name="接手").click()
    left = bill.page.get_by_role("region", name="同事没发出的话")
    expect(left).to_contain_text("请问是哪条路，几号灯杆？我马上报修")
    _picture(bill.page, tmp_path / "left-draft-phone.png")
    left.get_by_role("button", name="放进输入框").click()
    reply = bill.page.get_by_label("回复内容")
    expect(reply).to_have_value("请问是哪条路，几号灯杆？我马上报修")
    expect(left).to_have_count(0)
    reply.press("Enter")
    expect(widget.log()).to_contain_text("几号灯杆？我马上报修")

    # A canned reply is filled in; its gap has to be filled by hand.
    reply.fill("/yue")
    expect(bill.page.get_by_role("option")).to_contain_text("约时间")
    _picture(bill.page, tmp_path / "picker-phone.png")
    reply.press("Enter")
    expect(reply).to_have_value(re.compile("好，我是坐席32号，请您{几点}带身份证过来。"))
    reply.press("Enter")
    expect(bill.page.get_by_text("还没有填：{几点}")).to_be_visible()
    bill.page.keyboard.type("9 点")
    reply.press("Enter")
    expect(widget.log()).to_contain_text("请您9 点带身份证过来。")

    # The supervisor looks on, and leaves a note and a tag; only the desk sees them.
    chief.page.goto(there)
    chief.page.get_by_placeholder("只有坐席和班长看得到").fill("群众听力不好，多打字")
    chief.page.get_by_role("button", name="记下").click()
    chief.page.get_by_label("加标签").fill("路灯")
    chief.page.get_by_label("加标签").press("Enter")
    expect(chief.page.get_by_role("log").get_by_role("note")).to_contain_text("群众听力不好，多打字")
    expect(bill.page.get_by_role("log").get_by_role("note")).to_contain_text("班长")
    tag = chief.page.get_by_role("complementary").get_by_role("button", name="去掉标签 路灯")
    expect(tag).to_be_visible()
    _picture(chief.page, tmp_path / "notes-desktop.png")
    expect(widget.log()).not_to_contain_text("听力")

    # The knowledge base suggests; one key puts it into the box, and nothing is sent.
    widget.page.get_by_label("输入消息").fill(QUESTION)
    widget.page.get_by_label("输入消息").press("Enter")
    suggested = bill.page.get_by_role("region", name="建议答复")
    expect(suggested).to_contain_text("养老")
    _picture(bill.page, tmp_path / "suggested-phone.png")
    reply.press("Alt+Digit1")
    expect(reply).to_have_value(re.compile("依据："))
    reply.fill("")

    # Back to the assistant with a remark, which the next agent reads.
    bill.page.get_by_role("button", name="交还机器人").click()
    dialog = bill.page.get_by_role("dialog")
    dialog.get_by_label("备注").fill("已答应周五前回话")
    dialog.get_by_role("button", name="交还").click()
    expect(widget.log()).to_contain_text("人工服务已结束")
    widget.say(QUESTION)
    widget.say("转人工")
    expect(widget.page.locator(".banner")).to_contain_text("排队中")
    chief.page.reload()
    chief.page.get_by_role("button", name="接入").click()
    expect(chief.page.get_by_text("坐席32号上次交还时留言")).to_be_visible()
    expect(chief.page.get_by_text("已答应周五前回话").first).to_be_visible()
    asked = chief.page.get_by_role("complementary").get_by_role("region", name="这次问了什么")
    expect(asked).to_contain_text("养老")
    _picture(chief.page, tmp_path / "summary-desktop.png")
    chief.page.get_by_role("button", name="结束会话").click()
    dialog = chief.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="结束", exact=True)).to_be_disabled()
    dialog.get_by_text("已答复").click()
    _picture(chief.page, tmp_path / "end-desktop.png")
    dialog.get_by_role("button", name="结束", exact=True).click()
    expect(widget.log()).to_contain_text("本次服务已结束")


def _picture(page: Page, path: Path) -> None:
    """Keep a picture of a page that needs no scrolling sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{path.name}: {wide} px too wide"
    page.screenshot(path=path)
