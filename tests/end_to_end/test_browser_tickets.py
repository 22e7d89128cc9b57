"""A ticket's life at the desk in real browsers: hotline, department and supervisor, at phone and at desktop width.

The pictures are kept.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.citizen import Citizen
from tests.end_to_end.test_browser import DESKTOP, PHONE, Desk, new_page, signed_in
from tests.end_to_end.test_complaint import complain
from tests.system import System

BOILERPLATE = "已转相关部门处理。"
ANSWER = "您反映的幸福小区楼下烧烤店半夜油烟问题，我单位已于 11 月 30 日到店检查，责令清洗油烟净化器，夜间十点后停止烧烤。"


@pytest.fixture
def accepted(system: System, browser: Browser, pages: list[BrowserContext]) -> tuple[Page, str]:
    """A supervisor's page of a complaint that has just been accepted there, and the complaint's number."""
    page = new_page(browser, pages, DESKTOP)
    Desk(page, system, "班长41号", role="supervisor")
    number, _ = complain(Citizen(system.url))
    page.goto(f"{system.url}/desk/tickets/{number}")
    _do(page, "受理")
    _state(page, "待派单")
    return page, number


def test_a_complaint_is_dispatched_signed_answered_and_approved(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    citizen = Citizen(system.url)
    number, _ = complain(citizen)
    agent = new_page(browser, pages, DESKTOP)
    Desk(agent, system, "坐席42号")
    agent.goto(f"{system.url}/desk/tickets?state=待受理")
    agent.get_by_role("link", name=number).click()
    agent.get_by_role("button", name="受理", exact=True).click()
    agent.get_by_role("dialog").get_by_label("备注").fill("已电话核对地址")
    _picture(agent, tmp_path / "accept")
    agent.get_by_role("dialog").get_by_role("button", name="受理").click()
    _state(agent, "待派单")
    best = agent.locator(".suggestions li").first
    department = best.locator("b").inner_text()
    _picture(agent, tmp_path / "suggested")
    best.get_by_role("button", name=f"派给它：{department}").click()
    _state(agent, "待签收")

    clerk = _department(system, browser, pages, department)
    card = clerk.locator(".card").filter(has_text=number)
    _picture(clerk, tmp_path / "inbox")
    card.get_by_role("button", name="签收").click()
    expect(card.get_by_role("link", name="答复")).to_be_visible()
    _state(agent, "办理中")  # without a reload
    card.get_by_role("link", name="答复").click()
    dialog = clerk.get_by_role("dialog")
    dialog.get_by_label("公开答复").fill(BOILERPLATE)
    dialog.get_by_role("button", name="提交答复").click()
    expect(dialog.get_by_role("alert").filter(has_text="提交前请再看一看")).to_contain_text("转给别的单位")
    _picture(clerk, tmp_path / "doubted")
    dialog.get_by_label("公开答复").fill(ANSWER)
    dialog.get_by_label("内部说明").fill("该店被投诉过两次")
    dialog.get_by_role("button", name="提交答复").click()
    _state(clerk, "待审核")

    chief = new_page(browser, pages, DESKTOP)
    Desk(chief, system, "班长42号", role="supervisor")
    chief.goto(f"{system.url}/desk/board")
    expect(chief.get_by_role("heading", name="工单看板")).to_be_visible()
    _picture(chief, tmp_path / "board")
    chief.goto(f"{system.url}/desk/tickets?q={number}")
    chief.get_by_role("link", name=number).click()
    expect(chief.get_by_text("该店被投诉过两次").first).to_be_visible()
    _do(chief, "审核通过")
    _state(chief, "待回访")
    _state(agent, "待回访")
    history = agent.get_by_role("region", name="办理过程")
    for action in ("受理", "派单", "签收", "提交答复", "审核通过"):
        expect(history.locator("strong", has_text=action)).to_be_visible()
    _picture(agent, tmp_path / "answered")
    told = "\n".join(message["text"] for message in citizen.history())
    assert ANSWER in told and "该店被投诉过两次" not in told


def test_what_a_department_typed_stays_when_somebody_was_faster(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path, accepted: tuple[Page, str]
) -> None:
    chief, number = accepted
    department = chief.locator(".suggestions b").first.inner_text()
    chief.get_by_role("button", name=f"派给它：{department}").click()
    _state(chief, "待签收")
    clerk = _department(system, browser, pages, department)
    clerk.goto(f"{system.url}/desk/tickets/{number}")
    _do(clerk, "签收")
    _state(clerk, "办理中")
    clerk.get_by_role("button", name="提交答复").click()
    dialog = clerk.get_by_role("dialog")
    dialog.get_by_label("公开答复").fill(ANSWER)
    other = _department(system, browser, pages, department)
    other.goto(f"{system.url}/desk/tickets/{number}")
    other.get_by_role("button", name="退单申请").click()
    other.get_by_role("dialog").get_by_label("退单理由").fill("不归我们管")
    other.get_by_role("dialog").get_by_role("button", name="退单申请").click()
    _state(chief, "退单审核")
    chief.get_by_role("button", name="不同意退单").click()
    chief.get_by_role("dialog").get_by_label("理由").fill("这条街归贵单位管")
    chief.get_by_role("dialog").get_by_role("button", name="不同意退单").click()
    _state(chief, "办理中")

    dialog.get_by_role("button", name="提交答复").click()
    expect(dialog.get_by_role("alert")).to_contain_text("刚才班长41号已经“不同意退单”")
    expect(dialog.get_by_label("公开答复")).to_have_value(ANSWER)
    _state(clerk, "办理中")
    expect(clerk.get_by_text("这条街归贵单位管")).to_have_count(1)
    _picture(clerk, tmp_path / "overtaken")
    dialog.get_by_role("button", name="看过了，提交").click()
    _state(clerk, "待审核")


def test_a_form_whose_move_is_no_longer_possible_keeps_its_words_and_says_why(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path, accepted: tuple[Page, str]
) -> None:
    chief, number = accepted
    agent = new_page(browser, pages, DESKTOP)
    Desk(agent, system, "坐席43号")
    agent.goto(f"{system.url}/desk/tickets/{number}")
    agent.get_by_role("button", name="直接答复").click()
    dialog = agent.get_by_role("dialog")
    dialog.get_by_label("答复内容").fill("这件事归城管部门管，已经记下。")
    chief.get_by_role("button", name="不予受理").click()
    form = chief.get_by_role("dialog")
    form.get_by_label("依据").fill("已进入行政复议程序")
    form.get_by_label("该去哪里反映").fill("请向复议机关反映")
    form.get_by_role("button", name="不予受理").click()
    _state(chief, "不予受理")

    expect(dialog.get_by_role("alert").filter(has_text="现在是“不予受理”，不能直接答复了")).to_be_visible()
    expect(dialog.get_by_role("button", name="提交")).to_be_disabled()
    expect(dialog.get_by_label("答复内容")).to_have_value("这件事归城管部门管，已经记下。")
    _picture(agent, tmp_path / "not-any-more")


def test_several_tickets_are_dispatched_at_once_from_a_list_that_can_be_bookmarked(
    system: System, browser: Browser, pages: list[BrowserContext], tmp_path: Path, accepted: tuple[Page, str]
) -> None:
    page, number = accepted
    department = page.locator(".suggestions b").first.inner_text()
    page.get_by_role("button", name="‹ 工单列表").click()
    page.get_by_label("搜索工单").fill(number)
    page.get_by_label("搜索工单").press("Enter")
    expect(page.locator("li.line")).to_have_count(1)
    assert f"q={number}" in page.url
    page.reload()
    expect(page.locator("li.line")).to_have_count(1)
    page.get_by_label(f"选中 {number}").check()
    _picture(page, tmp_path / "ticked")
    page.get_by_role("button", name="批量派单").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("主办单位").fill(department)
    expect(page.get_by_role("option", name=department)).to_be_visible()
    dialog.get_by_label("主办单位").press("Enter")
    dialog.get_by_role("button", name="派单").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("li.line")).to_contain_text("待签收")
    expect(page.locator("li.line")).to_contain_text(department)


def test_a_ticket_is_printed_without_what_is_only_for_the_screen(
    accepted: tuple[Page, str], tmp_path: Path
) -> None:
    page, number = accepted
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    expect(page.get_by_text("办理过程")).to_be_visible()
    for hidden in ("打印", "派单"):
        expect(page.get_by_role("button", name=hidden, exact=True)).to_be_hidden()
    expect(page.get_by_label("主导航")).to_be_hidden()
    page.pdf(path=tmp_path / "ticket.pdf", format="A4")


def _department(system: System, browser: Browser, pages: list[BrowserContext], name: str) -> Page:
    """The inbox of an account of this department."""
    page = new_page(browser, pages, DESKTOP)
    signed_in(
        page, system.url, system.environment, "--name", "值班员", "--role", "department", "--department", name
    )
    expect(page.get_by_role("heading", name="待办工单")).to_be_visible()
    return page


def _do(page: Page, label: str) -> None:
    """Make a move that needs no words."""
    page.get_by_role("button", name=label, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=label).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def _state(page: Page, label: str) -> None:
    expect(page.locator("main header .state")).to_have_text(label)


def _picture(page: Page, path: Path) -> None:
    """Keep pictures of a page that needs no scrolling sideways, at desktop and at phone width."""
    for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.wait_for_timeout(300)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path.name}: {wide} px too wide"
        page.screenshot(path=f"{path}-{name}.png")
