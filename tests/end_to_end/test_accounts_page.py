"""Signing in with a second factor and managing accounts, in a real browser.

Pictures are kept beside the test's temporary files (`--basetemp`), at phone and at desktop width, to be looked at.
"""

from __future__ import annotations

import time
from pathlib import Path
from uuid import uuid4

import pyotp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.test_browser import DESKTOP, PASSWORD, PHONE, new_page, signed_in
from tests.system import System


def password_step(page: Page, url: str, username: str, password: str) -> None:
    page.goto(f"{url}/desk/sign-in")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


def new_password(page: Page, one_time: str) -> None:
    fields = page.locator("input[type=password]")
    expect(fields).to_have_count(3)
    for field, value in zip(range(3), (one_time, PASSWORD, PASSWORD), strict=True):
        fields.nth(field).fill(value)
    page.locator("button[type=submit]").click()


def pictured(page: Page, folder: Path, name: str) -> None:
    for width, size in (("phone", PHONE), ("desktop", DESKTOP)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)


def test_a_second_factor_is_set_up_and_asked_for(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    page = new_page(browser, pages, DESKTOP)
    username = signed_in(page, system.url, system.environment, "--name", "坐席2号")
    page.locator("button.who").click()
    page.get_by_role("menuitem", name="账号安全").click()
    expect(page.get_by_label("登录的设备")).to_contain_text("本机")
    pictured(page, tmp_path, "security")
    page.get_by_role("button", name="设置两步验证").click()
    page.get_by_label("先输一次密码").fill(PASSWORD)
    page.get_by_role("button", name="下一步").click()
    code_image = page.get_by_alt_text("两步验证的二维码")
    expect(code_image).to_be_visible()
    # Drawn by the app itself, and really drawn: the policy of the page allows it.
    assert code_image.evaluate("image => image.complete && image.naturalWidth > 100")
    pictured(page, tmp_path, "setup")
    maker = pyotp.TOTP(page.locator(".setup code").inner_text().replace(" ", ""))
    page.locator("input[name=code]").fill("000000")
    page.get_by_role("button", name="打开两步验证").click()
    expect(page.get_by_role("alert").filter(has_text="动态码不对")).to_be_visible()
    page.locator("input[name=code]").fill(maker.now())
    page.get_by_role("button", name="打开两步验证").click()
    codes = page.get_by_label("恢复码").locator("li")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    pictured(page, tmp_path, "codes")
    page.get_by_role("button", name="我记好了").click()
    expect(page.get_by_text("还有 10 个恢复码没用过")).to_be_visible()

    other = new_page(browser, pages, PHONE)
    password_step(other, system.url, username, PASSWORD)
    expect(other.get_by_role("heading", name="两步验证")).to_be_visible()
    pictured(other, tmp_path, "code")
    other.get_by_label("动态码").fill(maker.at(time.time(), counter_offset=1))
    other.get_by_role("button", name="登录").click()
    expect(other.get_by_label("会话队列")).to_be_visible()

    third = new_page(browser, pages, PHONE)
    password_step(third, system.url, username, PASSWORD)
    third.get_by_role("button", name="用恢复码").click()
    third.get_by_label("恢复码").fill(recovery)
    third.get_by_role("button", name="登录").click()
    expect(third.get_by_label("会话队列")).to_be_visible()

    # The first browser sends the other two away; their open pages notice by themselves.
    page.reload()
    expect(page.get_by_label("登录的设备").locator("li")).to_have_count(3)
    page.get_by_role("button", name="退出其他设备").click()
    for gone in (other, third):
        expect(gone.get_by_role("heading", name="问办坐席台")).to_be_visible()
    expect(page.get_by_label("登录的设备").locator("li")).to_have_count(1)


def test_an_administrator_adds_changes_and_closes_an_account(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    boss = new_page(browser, pages, DESKTOP)
    signed_in(boss, system.url, system.environment, "--name", "管理员2号", "--role", "admin")
    boss.get_by_role("link", name="账号", exact=True).click()
    username = f"n{uuid4().hex[:8]}"
    boss.get_by_role("button", name="新建账号").click()
    boss.locator("input[name=new-username]").fill(username)
    boss.locator("input[name=new-name]").fill("坐席九号")
    pictured(boss, tmp_path, "new")
    boss.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    boss.get_by_role("button", name="新建", exact=True).click()
    one_time = boss.locator(".password").inner_text()
    assert one_time.count("-") == 2
    pictured(boss, tmp_path, "password")
    boss.get_by_role("button", name="我记下了").click()
    row = boss.get_by_label("账号", exact=True).locator("li", has_text=username)
    expect(row).to_contain_text("还没改一次性密码")
    pictured(boss, tmp_path, "accounts")
    boss.set_viewport_size(DESKTOP)  # type: ignore[arg-type]

    agent = new_page(browser, pages, DESKTOP)
    password_step(agent, system.url, username, one_time)
    new_password(agent, one_time)
    expect(agent.get_by_label("会话队列")).to_be_visible()
    expect(agent.get_by_role("status").filter(has_text="在线")).to_be_visible()

    row.get_by_role("button", name="更多").click()
    boss.get_by_role("menuitem", name="停用").click()
    boss.get_by_role("button", name="停用", exact=True).click()
    expect(row).to_contain_text("已停用")
    # The open page is out at once, without a click.
    expect(agent.get_by_role("heading", name="问办坐席台")).to_be_visible()
    password_step(agent, system.url, username, PASSWORD)
    expect(agent.get_by_role("alert").filter(has_text="用户名或密码不对")).to_be_visible()
