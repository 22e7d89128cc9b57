"""The whole path in a real browser: a visitor asks, complains, reaches a human; an agent answers at the desk.

Every picture is kept beside the test's temporary files (`--basetemp`), at phone and at desktop width, to be
looked at.
"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.conversations.test_media import photo
from tests.end_to_end.conftest import PATIENCE_MS
from tests.stored import rows
from tests.system import System, wenban

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
PASSWORD = "a-long-enough-password"


def new_page(browser: Browser, opened: list[BrowserContext], size: dict[str, int]) -> Page:
    """A page of a browser of its own, in which any script error fails the test."""
    context = browser.new_context(viewport=size)  # type: ignore[arg-type]
    opened.append(context)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    return page


def signed_in(page: Page, url: str, environment: dict[str, str], *options: str) -> str:
    """Sign in with a new account and the password that replaces its first one; the account's name.

    Args:
        options: options of ``wenban user add``.
    """
    username, one_time = added(environment, *options)
    enter(page, url, username, one_time)
    return username


def added(environment: dict[str, str], *options: str) -> tuple[str, str]:
    """Name and first password of a new account; the options are those of ``wenban user add``."""
    username = f"a{uuid4().hex[:8]}"
    made = wenban("user", "add", username, *options, environment=environment)
    assert made.returncode == 0, made.stderr
    return username, made.stdout.split()[-1]


def enter(page: Page, url: str, username: str, one_time: str) -> None:
    """Sign in for the first time, and replace the first password."""
    page.goto(f"{url}/desk/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码", exact=True).fill(one_time)
    page.get_by_role("button", name="登录").click()
    fields = page.locator("input[type=password]")
    expect(fields).to_have_count(3)
    for field, value in zip(range(3), (one_time, PASSWORD, PASSWORD), strict=True):
        fields.nth(field).fill(value)
    page.locator("button[type=submit]").click()


class Widget:
    """The chat widget on the demo page, as a visitor uses it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url)
        page.locator("button.launcher").click()
        expect(self.log()).to_contain_text("12345")

    def log(self) -> Locator:
        return self.page.locator(".log")

    def said(self) -> Locator:
        """The other side's messages."""
        return self.page.locator(".log .row.theirs:not(.typing)")

    def say(self, text: str) -> str:
        """Type and send; the text of the next message of the other side."""
        before = self.said().count()
        self.page.get_by_label("输入消息").fill(text)
        self.page.get_by_label("输入消息").press("Enter")
        return self.next_after(before)

    def press(self, title: str) -> str:
        before = self.said().count()
        self.page.locator(".chip", has_text=re.compile(f"^{re.escape(title)}$")).last.click()
        return self.next_after(before)

    def next_after(self, before: int) -> str:
        expect(self.said().nth(before)).to_be_visible()
        return self.said().last.inner_text()


class Desk:
    """The desk, as an agent uses it."""

    def __init__(self, page: Page, system: System, name: str, role: str = "agent") -> None:
        self.page = page
        told = ("--name", name, "--role", role)
        self.username = signed_in(page, system.url, system.environment, *told)
        expect(page.get_by_label("会话队列")).to_be_visible()

    def say(self, text: str) -> None:
        self.page.get_by_label("回复内容").fill(text)
        self.page.get_by_label("回复内容").press("Enter")


def conversation_with(system: System, words: str) -> str:
    """The id of the conversation in which these words were said."""
    said = rows(system, "SELECT text, conversation_id FROM messages", "messages.text")
    return next(str(conversation) for text, conversation in said if text == words)


def test_a_policy_answer_shows_its_source_and_survives_a_reload(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
        page = new_page(browser, pages, size)
        page.goto(system.url)
        page.screenshot(path=tmp_path / f"demo-{name}.png")
        widget = Widget(page, system.url)
        widget.say("养老保险要交满多少年才能按月领养老金？")
        card = page.locator(".card.answer").last
        expect(card).to_contain_text("社会保险法")
        page.screenshot(path=tmp_path / f"widget-{name}.png")
        widget.say("<img src=x onerror=alert(1)>")
        page.reload()
        if not page.get_by_label("输入消息").is_visible():
            page.locator("button.launcher").click()
        expect(widget.log()).to_contain_text("养老保险要交满多少年")
        expect(page.locator(".card.answer").first).to_be_visible()
        assert page.locator(".log img").count() == 0


def test_a_human_takes_over_talks_and_hands_back(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    desk = Desk(new_page(browser, pages, DESKTOP), system, "坐席8号")
    widget = Widget(new_page(browser, pages, PHONE), system.url)
    greeting = f"您好，{uuid4().hex[:6]}"
    widget.say(greeting)
    widget.page.get_by_role("button", name="转人工").first.click()
    expect(widget.page.locator(".banner")).to_contain_text("排队")

    # Other tests' visitors may wait as well, and one of them may come last into the list.
    desk.page.goto(f"{system.url}/desk/conversations/{conversation_with(system, greeting)}")
    expect(desk.page.get_by_label("对话内容")).to_contain_text(greeting)
    desk.page.get_by_role("button", name="接入").click()
    expect(widget.log()).to_contain_text("坐席8号已接入")
    desk.say("您好，我是坐席8号，请讲。")
    expect(widget.log()).to_contain_text("我是坐席8号")
    widget.page.get_by_label("输入消息").fill("我家楼下路灯坏了")
    widget.page.get_by_label("输入消息").press("Enter")
    expect(desk.page.get_by_label("对话内容")).to_contain_text("楼下路灯坏了")
    desk.page.screenshot(path=tmp_path / "desk-desktop.png")
    widget.page.screenshot(path=tmp_path / "human-phone.png")

    desk.page.get_by_role("button", name="交还").first.click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_role("button", name="交还").click()
    expect(widget.log()).to_contain_text("我接着帮您")
    assert "依据" in widget.say("养老保险要交满多少年才能按月领养老金？")


def test_a_complaint_reaches_the_desk_with_its_contact_hidden(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    from tests.citizen import Citizen
    from tests.end_to_end.test_complaint import complain

    citizen = Citizen(system.url)
    number, _ = complain(citizen)
    page = new_page(browser, pages, DESKTOP)
    Desk(page, system, "坐席9号")
    page.goto(f"{system.url}/desk/tickets/{number}")
    expect(page.get_by_text(number).first).to_be_visible()
    expect(page.get_by_text("138****0000").first).to_be_visible()
    assert "13800000000" not in page.content()
    page.screenshot(path=tmp_path / "ticket-desktop.png")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.screenshot(path=tmp_path / "ticket-phone.png")
    page.goto(f"{system.url}/desk/tickets")
    expect(page.get_by_text(number).first).to_be_visible()
    page.screenshot(path=tmp_path / "tickets-phone.png")
    page.goto(f"{system.url}/desk/")
    expect(page.get_by_label("会话队列")).to_be_visible()
    page.screenshot(path=tmp_path / "queue-phone.png")


def test_a_photo_and_a_place_go_from_the_widget_to_the_ticket(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    sent = tmp_path / "manhole.jpg"
    sent.write_bytes(photo((1200, 900)))
    for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
        page = new_page(browser, pages, size)
        page.context.grant_permissions(["geolocation"])
        page.context.set_geolocation({"latitude": 32.646, "longitude": 117.018})
        widget = Widget(page, system.url)
        assert "哪个县区" in widget.say(f"路口的井盖没了，骑车摔了一跤（{name}）")
        page.screenshot(path=tmp_path / f"form-{name}.png")
        widget.press("大通区")
        before = widget.said().count()
        with page.expect_file_chooser() as chooser:
            page.get_by_label("发照片").click()
            page.get_by_role("button", name="同意", exact=True).click()
        chooser.value.set_files(sent)
        assert "照片收到了" in widget.next_after(before)
        expect(page.locator("img.photo")).to_be_visible()
        page.get_by_label("发我的位置").click()
        page.get_by_role("button", name="同意", exact=True).click()
        assert "定位收到了" in widget.next_after(before + 1)
        page.screenshot(path=tmp_path / f"photo-and-place-{name}.png")
        for answer in ("大通街道菜市场后门", "今天早上七点", "跳过", "匿名", "不留电话"):
            widget.say(answer)
        page.screenshot(path=tmp_path / f"summary-{name}.png")
        before = widget.said().count()
        page.get_by_label("改一下发生时间").last.click()
        assert "原来是" in widget.next_after(before)
        widget.say("昨天下午三点")
        said = widget.say("确认提交")
        number = re.search(r"HN\d+", said)
        assert number, said
        page.reload()
        if not page.get_by_label("输入消息").is_visible():
            page.locator("button.launcher").click()
        expect(page.locator("img.photo").first).to_have_js_property("naturalWidth", 1200)

    desk = new_page(browser, pages, DESKTOP)
    Desk(desk, system, "坐席10号")
    desk.goto(f"{system.url}/desk/tickets/{number.group()}")
    shown = desk.locator(".photos img")
    expect(shown).to_have_js_property("naturalWidth", 1200)
    expect(desk.get_by_text("东经 117.01800")).to_be_visible()
    desk.screenshot(path=tmp_path / "ticket-with-photo-desktop.png")
    desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.screenshot(path=tmp_path / "ticket-with-photo-phone.png")
    desk.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    desk.get_by_role("link", name="查看原会话").click()
    expect(desk.get_by_alt_text("群众发来的照片").first).to_be_visible()
    desk.screenshot(path=tmp_path / "conversation-with-photo.png")
