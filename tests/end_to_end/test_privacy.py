"""The notice, consent, a request about one's own data, and 清除本机对话, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.end_to_end.test_browser import DESKTOP, PHONE, Widget, new_page, signed_in
from tests.system import System, wenban


def stored(page: Page) -> str:
    """All that the page keeps in the browser."""
    found: str = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    return found


def watched(page: Page) -> list[str]:
    """Every address that the page asks for from now on, websockets included."""
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("websocket", lambda socket: addresses.append(socket.url))
    return addresses


def test_the_notice_stands_before_the_first_question_and_in_nobodys_way(
    system: System, browser: Browser, pages: list[BrowserContext]
) -> None:
    for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
        page = new_page(browser, pages, size)
        widget = Widget(page, system.url)
        line = page.locator(".privacy")
        expect(line).to_contain_text("个人信息处理告知")
        page.screenshot(path=f"{system.data}/notice_line_{name}.png")
        line.get_by_role("button", name="查看").click()
        sheet = page.locator(".sheet")
        for heading in ("谁在处理", "收集什么", "为什么收集", "谁能看到", "保存多久", "您的权利", "联系我们"):
            expect(sheet.get_by_role("heading", name=heading)).to_have_count(1)
        expect(sheet).to_contain_text("365 天")
        page.screenshot(path=f"{system.data}/notice_text_{name}.png")
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        widget.say("公积金可以用来付房租吗")
        expect(line).to_be_hidden()
        page.reload()
        page.locator("button.launcher").click()
        expect(widget.log()).to_contain_text("公积金可以用来付房租吗")
        expect(line).to_be_hidden()


def test_a_request_about_ones_data_reaches_the_supervisor_and_comes_back(
    system: System, browser: Browser, pages: list[BrowserContext]
) -> None:
    page = new_page(browser, pages, PHONE)
    widget = Widget(page, system.url)
    assert "365 天" in widget.say("隐私")
    assert "登记好了" in widget.say("删除我的信息")
    desk = new_page(browser, pages, DESKTOP)
    signed_in(desk, system.url, system.environment, "--role", "supervisor")
    desk.locator(".who").click()
    desk.get_by_text("个人信息请求").click()
    expect(desk.get_by_role("heading", name="个人信息请求")).to_be_visible()
    desk.screenshot(path=f"{system.data}/rights_desktop.png")
    desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.screenshot(path=f"{system.data}/rights_phone.png")
    desk.get_by_role("button", name="办理").last.click()
    desk.get_by_label("给群众的说明").fill("对话已经删除，没有留下工单。")
    desk.screenshot(path=f"{system.data}/rights_dialog_phone.png")
    desk.get_by_role("button", name="已办理").click()
    expect(desk.get_by_label("给群众的说明")).to_be_hidden()
    expect(widget.log()).to_contain_text("没有留下工单")


def test_clearing_ends_the_conversation_for_this_device(
    system: System, browser: Browser, pages: list[BrowserContext]
) -> None:
    page = new_page(browser, pages, PHONE)
    addresses = watched(page)
    widget = Widget(page, system.url)
    widget.say("我家在某某路一号")
    token = page.evaluate("Object.entries(localStorage).find(([name]) => name.endsWith(':token'))[1]")
    assert token.startswith("w2.")
    other = page.context.new_page()
    other.goto(system.url)
    other.locator("button.launcher").click()
    expect(other.locator(".log")).to_contain_text("某某路一号")
    page.get_by_role("button", name="清除本机对话").click()
    page.screenshot(path=f"{system.data}/clear_phone.png")
    page.get_by_role("button", name="清除", exact=True).click()
    expect(page.locator(".banner")).to_contain_text("已清除本机对话")
    expect(widget.log()).not_to_contain_text("某某路一号")
    # The other tab of the same browser has lost it, too, and nothing of it is left in the browser.
    expect(other.locator(".log")).not_to_contain_text("某某路一号")
    page.reload()
    page.locator("button.launcher").click()
    expect(widget.log()).to_contain_text("12345")
    expect(widget.log()).not_to_contain_text("某某路一号")
    assert token not in stored(page) and "某某路" not in stored(page)
    # The server refuses the old token, and no address ever held one.
    refused = page.request.get(
        f"{system.url}/api/web/messages?after=0", headers={"Authorization": f"Bearer {token}"}
    )
    assert refused.status == 401
    assert any("/api/web/socket" in address for address in addresses)
    assert [address for address in addresses if "w2." in address or "token" in address] == []


def test_the_notice_has_a_page_of_its_own(
    system: System, browser: Browser, pages: list[BrowserContext]
) -> None:
    for size in (PHONE, DESKTOP):
        page = new_page(browser, pages, size)
        page.goto(f"{system.url}/privacy")
        expect(page.get_by_role("heading", name="您的权利")).to_be_visible()
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"]
        page.screenshot(path=f"{system.data}/privacy_page_{size['width']}.png")


def test_the_operator_sees_and_purges(system: System) -> None:
    purged = wenban("privacy", "purge", environment=system.environment)
    assert purged.returncode == 0, purged.stderr
    assert "没有过了保存期限的" in purged.stdout
    shown = wenban("privacy", "notice", environment=system.environment)
    assert "365 天" in shown.stdout and "电话开头" in shown.stdout
    examined = wenban("doctor", environment=system.environment)
    assert "✓ 保存期限" in examined.stdout and "✓ 个人信息告知：版本" in examined.stdout
    missing = wenban("privacy", "erase", "--phone", "13999999999", environment=system.environment)
    assert missing.returncode == 1 and "没有找到" in missing.stderr
