"""`wenban wechat menu` and `wenban wechat doctor`, as an administrator runs them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from channels.wechat.api import menu
from channels.wechat.cli import app
from core.errors import ConfigurationError
from core.migrate import upgrade
from core.settings import Settings
from tests.channels.wechat.api import PUSHING_ID, SECRET, Api


@pytest.fixture
def api() -> Iterator[Api]:
    """A stand-in platform on a loop of its own, since a command has one, too."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    platform = Api()
    asyncio.run_coroutine_threadsafe(platform.__aenter__(), loop).result(10)
    yield platform
    asyncio.run_coroutine_threadsafe(platform.__aexit__(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: Api) -> CliRunner:
    account = {"name": "main", "app_id": PUSHING_ID, "token": "testtoken", "app_secret": SECRET}
    monkeypatch.setenv("WENBAN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WENBAN_WECHAT_ACCOUNTS", json.dumps([account]))
    monkeypatch.setenv("WENBAN_WECHAT_API_BASE", api.url)
    monkeypatch.setenv("WENBAN_PUBLIC_URL", "http://127.0.0.1:9")
    asyncio.run(upgrade(Settings(data_dir=tmp_path).sqlalchemy_url))
    return CliRunner()


def test_the_menu_goes_to_the_platform(configured: CliRunner, api: Api) -> None:
    done = configured.invoke(app, ["menu", "push"])
    assert done.exit_code == 0, done.output
    assert api.menu is not None
    assert api.menu["button"][0] == {"type": "click", "name": "办事咨询", "key": "say:我想问政策"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("- name: 一二三四五六七\n  say: x", "第 1 项：“一二三四五六七”太长了，这里最多 5 个汉字"),
        ("- name: a\n  say: x\n  url: https://example.gov.cn", "只能写一个"),
        ("- name: a", "只能写一个"),
        ("- {name: a, url: 'javascript:1'}", "第 1 项 › url：格式不对"),
        ("\n".join(f"- {{name: a{n}, say: x}}" for n in range(4)), "菜单：最多 3 项"),
        ("- {name: a, tap: x}", "第 1 项 › tap：没有这个字段"),
        ("a: [", "menu.yml 不能当菜单读：不是正确的 YAML"),
        (f"- {{name: a, say: {'长' * 50}}}", "的 say 太长了，最多 41 个汉字"),
    ],
)
def test_a_wrong_menu_is_said_and_goes_nowhere(tmp_path: Path, wrong: str, said: str) -> None:
    file = tmp_path / "menu.yml"
    file.write_text(wrong, "utf-8")
    with pytest.raises(ConfigurationError, match=said):
        menu.read(file)


@pytest.mark.slow
def test_the_doctor_finds_what_is_well_and_what_is_not(configured: CliRunner, api: Api) -> None:
    done = configured.invoke(app, ["doctor"])
    assert done.exit_code == 1, "the address can't be reached"
    for words in ("✓ access_token", "✓ 客服消息", "✗ 服务器地址", "– 菜单", "安全模式", "– 进度通知"):
        assert words in done.output, (words, done.output)


@pytest.mark.parametrize(("errcode", "words"), [(40164, "白名单"), (40125, "AppSecret"), (40013, "AppID")])
def test_the_doctor_says_what_to_do(configured: CliRunner, api: Api, errcode: int, words: str) -> None:
    api.fail("/cgi-bin/stable_token", errcode=errcode, times=5)
    done = configured.invoke(app, ["doctor"])
    assert done.exit_code == 1 and "✗ access_token" in done.output and words in done.output
