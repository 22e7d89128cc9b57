"""A conversation that the system gave back, opened at the desk in a real browser: by another agent, at phone and at desktop width."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from conversations.patience import FIRST_REPLY
from tests.conftest import Clock
from tests.desk.conftest import PASSWORD, MakeOffice
from tests.desk.test_desk_passing import taken
from tests.end_to_end.conftest import CHROMIUM_FLAGS, PATIENCE_MS

pytestmark = pytest.mark.end_to_end

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}


async def test_what_nobody_answered_is_opened_and_taken_by_another_agent(
    make_office: MakeOffice, clock: Clock, tmp_path: Path
) -> None:
    office = await make_office(shown=True)
    anne = await office.hire("a1", name="坐席 1 号")
    one = await taken(office, anne)
    conversation = one.rsplit("/", 1)[-1]
    clock.forward(minutes=2, seconds=1)
    await (await office.conversations.jobs.run(FIRST_REPLY, conversation))
    assert (await anne.get(one))["conversation"]["transfer"]["by"] is None
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "no Chromium: run scripts/test-tools"
    await office.hire("a2", name="坐席 2 号")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        for name, size in SIZES.items():
            context = await browser.new_context(viewport=size)  # type: ignore[arg-type]
            page = await context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            errors: list[str] = []
            page.on("pageerror", lambda error, kept=errors: kept.append(str(error)))
            await page.goto(str(office.server.make_url("/desk/")))
            await page.get_by_label("账号").fill("a2")
            await page.get_by_label("密码", exact=True).fill(PASSWORD)
            await page.get_by_role("button", name="登录").click()
            await expect(page.get_by_label("会话队列")).to_be_visible(timeout=PATIENCE_MS)
            await page.goto(str(office.server.make_url(f"/desk/conversations/{conversation}")))
            passed = page.locator(".passed").first
            await expect(passed).to_have_text("系统转回坐席接入后没有回复", timeout=PATIENCE_MS)
            await expect(page.get_by_label("对话内容")).to_contain_text("我想找人工", timeout=PATIENCE_MS)
            await page.screenshot(path=tmp_path / f"returned-{name}.png")
            if name == "desktop":
                await page.get_by_role("button", name="接入").click()
                await expect(page.get_by_label("回复内容")).to_be_visible(timeout=PATIENCE_MS)
            assert errors == []
            await context.close()
        await browser.close()
