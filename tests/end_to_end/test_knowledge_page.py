"""The desk's knowledge page in a real browser, against the real app over a knowledge folder of the test's own.

Pictures are kept beside the test's temporary files (`--basetemp`), at phone and at desktop width.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from core.database import Database
from core.sealing import use_ring
from core.settings import ROOT, Settings
from gaps import Asked, store
from tests.end_to_end.test_browser import DESKTOP, PHONE, new_page, signed_in
from tests.system import Process, prepare, program, wait_for, wenban

UNKNOWN = {
    "狂犬疫苗要打几针": 5,
    "狂犬病疫苗一共打几针": 2,
    "被狗咬了狂犬疫苗打几针，我电话13800001234": 1,
    "请问狂犬疫苗打几针？": 1,
    "打狂犬疫苗要几针": 1,
    "狂犬疫苗几针打完": 1,
    "狂犬病疫苗要打几针啊": 1,
    "小区电动车充电桩谁来装": 2,
    "我们小区能不能装电动车充电桩": 1,
    "公园几点关门": 1,
}


@dataclass
class Site:
    """The running app, its folder of Markdown, and how to run commands beside it."""

    url: str
    knowledge: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    knowledge = data / "knowledge"
    knowledge.mkdir()
    for part in ("police", "gjj", "health", "synonyms.yml", "words.txt"):
        source = ROOT / "knowledge_base" / part
        if source.is_dir():
            shutil.copytree(source, knowledge / part)
        else:
            shutil.copy(source, knowledge / part)
    environment, settings = prepare(data, whole_build=True, WENBAN_KNOWLEDGE_DIR=str(knowledge))
    asyncio.run(_ask(settings, sorted(path.stem for path in (knowledge / "police").glob("*.md"))))
    app = Process("app", [program(), "app"], environment, data / "app.log")
    app.start()
    try:
        wait_for(f"{settings.app_url}/healthz", app)
        yield Site(settings.app_url, knowledge, environment)
    finally:
        app.stop()


async def _ask(settings: Settings, police: list[str]) -> None:
    """What citizens asked: some questions often, and some answers judged."""
    use_ring(settings.key_ring)
    database = Database(settings.sqlalchemy_url)
    turn = 0
    for question, times in UNKNOWN.items():
        for _ in range(times):
            turn += 1
            await store.keep(database, Asked(f"t{turn}", question, "unknown", "web"))
    for place, entry in enumerate(police):
        for number in range(4):
            turn += 1
            verdict = "useful" if number < place % 5 else "useless"
            asked = Asked(
                f"t{turn}", "身份证照片太丑能不能重拍", "answer", "wechat", f"police-{entry}", verdict
            )
            await store.keep(database, asked)
    await database.close()


def test_an_editor_finds_what_is_missing_and_drafts_it(
    site: Site, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    page = new_page(browser, pages, DESKTOP)
    signed_in(page, site.url, site.environment, "--name", "编辑 2 号", "--role", "editor")
    groups = page.locator("li.group")
    expect(groups.filter(has_text="狂犬疫苗要打几针")).to_have_count(1)
    rabies = groups.filter(has_text="狂犬疫苗要打几针")
    expect(rabies).to_contain_text("12次")
    assert "13800001234" not in page.content()
    rabies.get_by_role("button", name="种说法").click()
    expect(rabies).to_contain_text("狂犬疫苗几针打完")

    page.get_by_label("试问的问题").fill("身份证丢了怎么补办")
    page.get_by_label("试问的问题").press("Enter")
    expect(page.get_by_label("命中的条目")).to_contain_text("police-")
    expect(page.get_by_label("帮助最小的条目在前").locator("li").first).to_contain_text("0%")
    page.screenshot(path=tmp_path / "knowledge-desktop.png")
    page.get_by_label("帮助最小的条目在前").scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "ratings-desktop.png")

    page.get_by_text("没用", exact=True).click()
    expect(groups.filter(has_text="狂犬疫苗")).to_have_count(0)
    expect(groups.filter(has_text="身份证照片太丑")).to_contain_text("答成了")
    page.get_by_text("未答", exact=True).click()
    expect(rabies).to_have_count(1)

    rabies.get_by_role("button", name="起草条目").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("承办单位").fill("卫生健康委员会")
    page.screenshot(path=tmp_path / "draft-desktop.png")
    dialog.get_by_role("button", name="生成草稿").click()
    expect(dialog).to_contain_text("草稿已生成")
    file = dialog.locator(".file").inner_text().removeprefix("knowledge_base/")
    page.screenshot(path=tmp_path / "drafted-desktop.png")
    text = (site.knowledge / file).read_text("utf-8")
    assert "draft: true" in text
    assert "- 狂犬疫苗几针打完\n" in text
    assert "13800001234" not in text
    dialog.get_by_role("button", name="知道了").click()
    expect(rabies).to_have_count(0)
    built = wenban("kb", "build", environment=site.environment)
    assert built.returncode == 0, built.stdout + built.stderr

    charging = groups.filter(has_text="充电桩")
    charging.get_by_role("button", name="忽略").click()
    expect(charging).to_have_count(0)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{site.url}/desk/knowledge?state=dismissed&days=90")
    expect(charging).to_contain_text("已忽略")
    page.goto(f"{site.url}/desk/knowledge")
    expect(groups.first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.screenshot(path=tmp_path / "knowledge-phone.png")
    page.get_by_label("帮助最小的条目在前").scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "ratings-phone.png")


def test_an_agent_reads_and_may_not_act(
    site: Site, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    page = new_page(browser, pages, PHONE)
    signed_in(page, site.url, site.environment, "--name", "编辑 2 号", "--role", "agent")
    page.get_by_role("link", name="知识").click()
    expect(page.locator("li.group").first).to_be_visible()
    expect(page.get_by_role("button", name="起草条目")).to_have_count(0)
    page.get_by_label("试问的问题").fill("公积金怎么提取")
    page.get_by_role("button", name="试一试").click()
    expect(page.get_by_label("命中的条目")).to_contain_text("gjj-")
    page.screenshot(path=tmp_path / "try-phone.png")
