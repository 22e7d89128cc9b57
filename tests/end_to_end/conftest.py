"""One running system for all end-to-end tests, and a real browser."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.channels.wechat.api import PUSHING_ID, SECRET, Api
from tests.system import System, started, wechat_accounts

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Flags Chromium is started with."""
PATIENCE_MS = 30_000
"""Milliseconds a page may take on a busy machine until what is expected is seen."""
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.end_to_end)


@pytest.fixture(scope="session")
def platform() -> Iterator[Api]:
    """WeChat's API, in a thread with an event loop of its own."""
    loop, api = asyncio.new_event_loop(), Api()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(api.__aenter__(), loop).result()
    yield api
    asyncio.run_coroutine_threadsafe(api.__aexit__(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, platform: Api) -> Iterator[System]:
    pushing = {"name": "pushing", "app_id": PUSHING_ID, "app_secret": SECRET}
    wechat = {"WENBAN_WECHAT_ACCOUNTS": wechat_accounts(pushing), "WENBAN_WECHAT_API_BASE": platform.url}
    with started(tmp_path_factory.mktemp("system"), **wechat) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser, open for one module only: while it is open, playwright's event loop runs and no other one may."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert path, "no Chromium: run scripts/test-tools"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def pages(browser: Browser) -> Iterator[list[BrowserContext]]:
    """The browser contexts that a test opens; they are closed after it."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()
