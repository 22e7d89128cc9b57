"""Another city by one setting: the whole path from the greeting to the department, through the app's own doors."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request
from pytest_aiohttp import AiohttpClient
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from core.city import load_city
from core.clock import local, now
from core.database import Database
from core.errors import ConfigurationError, NotFound
from core.events import LocalEvents
from core.migrate import upgrade
from core.settings import ROOT, Settings, load_settings
from desk.accounts import add_user
from desk.models import DeskUser
from service import city_cli, cli, pages
from service.app import CONVERSATIONS, create_app
from tests.bot.calls import Answer, call
from tests.bot.parts import MODEL, build_index
from tests.cities import QINGWU, QINGWU_FOLDER
from tickets.departments import add_missing, id_of
from tickets.models import Department
from tickets.service import Tickets

FORM = "validate_complaint_form"
PASSWORD = "first-Sign-in"


class Hotline:
    """The app of a made-up city; Rasa's calls are made by the test."""

    def __init__(self, client: TestClient[Request, Application], settings: Settings) -> None:
        self.client, self.settings = client, settings

    async def conversation(self) -> str:
        """A citizen's conversation."""
        found = await self.client.app[CONVERSATIONS].find_or_create("web", "", "visitor")
        return found.id

    async def rasa(self, action: str, text: str, intent: str, conversation: str, **more: Any) -> Answer:
        """One call of an action, as Rasa makes it."""
        body = call(action, text, intent, conversation=conversation, **more)
        headers = {"X-Wenban-Secret": self.settings.secrets.actions_secret}
        async with self.client.post("/actions/webhook", json=body, headers=headers) as response:
            assert response.status == 200
            return Answer(response.status, await response.json())

    async def desk(self, path: str, body: object = None) -> dict[str, Any]:
        """One request of the desk."""
        headers = {"X-Requested-With": "wenban"}
        method = "GET" if body is None else "POST"
        async with self.client.request(method, f"/api/desk{path}", json=body, headers=headers) as response:
            found: dict[str, Any] = await response.json()
            assert response.status == 200, found
            return found


@pytest.fixture
async def hotline(tmp_path: Path, aiohttp_client: AiohttpClient) -> Hotline:
    settings = Settings(
        city_profile=str(QINGWU_FOLDER),
        data_dir=tmp_path / "data",
        rasa_url="http://127.0.0.1:9",
        kb_model=MODEL,
    )
    await asyncio.to_thread(build_index, settings.index_dir)
    await upgrade(settings.sqlalchemy_url)
    return Hotline(await aiohttp_client(await create_app(settings)), settings)


@pytest.mark.slow
async def test_from_the_greeting_to_the_department(hotline: Hotline) -> None:
    async with hotline.client.post("/api/web/session", json={}) as response:
        session = await response.json()
    assert session["city"] == "青梧" and "青梧12345" in session["greeting"]

    citizen = await hotline.conversation()
    progress = await hotline.rasa("validate_status_form", "查进度", "ask_progress", citizen)
    assert "比如 QW2026112300001" in progress.text

    asked = await hotline.rasa(FORM, "小区门口的路灯坏了三天了", "complain", citizen)
    assert asked.slots["category"] == "市政设施/路灯照明" and asked.slots["requested_slot"] == "district"
    titles = list(asked.buttons)
    assert titles == ["梧东区", "澜水县", "青梧高新区（科学城）", "全市/说不清", "取消"]
    assert '"value":"青梧高新区"' in asked.buttons["青梧高新区（科学城）"]

    story = "白鹭洲镇桐花路12号门口路灯坏了，水务公司电话0728-5550000打不通"
    placed = await hotline.rasa(FORM, story, "complain", citizen)
    assert (placed.slots["district"], placed.slots["address"]) == ("梧东区", "白鹭洲镇桐花路12号门口")
    # A hotline's number is nobody's own, however it is said.
    given = await hotline.rasa(FORM, "澜水停水了，联系电话0728-5550000", "complain", citizen)
    assert given.slots["district"] == "澜水县" and "contact_phone" not in given.slots

    slots = {"content": "路灯坏了", "requested_slot": "district"}
    unread = await hotline.rasa(FORM, "嗯嗯那个", "nonsense", citizen, slots=slots)
    assert "“梧东区”" in unread.text
    huainan = await hotline.rasa(FORM, "田家庵区", "inform", citizen, slots=slots)
    assert "district" not in huainan.slots

    done = {
        "complaint_type": "投诉", "content": "路灯坏了三天", "category": "市政设施/路灯照明", "district": "梧东区",
        "address": "桐花路", "happened_at": "", "subject": "", "contact_name": "匿名", "contact_phone": "",
        "confidential": False, "complaint_confirm": True, "filing_key": "k",
    }  # fmt: skip
    filed = await hotline.rasa("action_file_ticket", "确认提交", "affirm", citizen, slots=done)
    number = filed.cards[0]["number"]
    assert number == f"QW{local(now()):%Y%m%d}00001"

    database = Database(hotline.settings.sqlalchemy_url)
    try:
        await add_user(database, "head", "班长", "supervisor", PASSWORD)
        assert await id_of(database, "市城管委") != await id_of(database, "青梧水务集团")
        with pytest.raises(NotFound, match=r"departments\.yml"):
            await id_of(database, "市城市管理行政执法局")
    finally:
        await database.close()
    await hotline.desk("/login", {"username": "head", "password": PASSWORD})
    await hotline.desk("/password", {"old": PASSWORD, "new": "another-Sign-in-2"})
    ticket = (await hotline.desk(f"/tickets/{number}"))["ticket"]
    assert ticket["suggested_department"] == "市城管委" and ticket["department"] is None


@pytest.mark.slow
async def test_another_citys_matter_and_rule_are_said(hotline: Hotline) -> None:
    citizen = await hotline.conversation()
    theirs = await hotline.rasa(FORM, "孝感这边的工地拖欠工资两万多", "complain", citizen)
    assert "孝感" in theirs.text and "0712-12345" in theirs.text and "取消" in theirs.buttons
    # It is not refused: whoever meant it to be here goes on.
    assert theirs.slots["requested_slot"] == "district" and theirs.slots["content"]

    passing = await hotline.rasa(FORM, "我是孝感人，厂里拖欠工资两万多", "complain", citizen)
    assert "12345" not in passing.text

    slots = {"content": "路灯坏了", "requested_slot": "district"}
    named = await hotline.rasa(FORM, "武汉", "inform", citizen, slots=slots)
    assert "027-12345" in named.text and "梧东区" in named.buttons

    asked = await hotline.rasa("action_answer_policy", "武汉公积金怎么提取", "ask_policy", citizen)
    assert "武汉" in asked.text and "027-12345" in asked.text
    far = await hotline.rasa("action_answer_policy", "淮南低保标准是多少", "ask_policy", citizen)
    assert "淮南的情况我这里没有" in far.text and "区号加 12345" in far.text


async def test_the_demo_page_names_the_city(aiohttp_client: AiohttpClient) -> None:
    app = Application()
    app.add_routes(pages.routes(QINGWU.full_name, ROOT / "web"))
    response = await (await aiohttp_client(app)).get("/")
    shown = await response.text()
    assert "<title>青梧市 12345" in shown and "淮南" not in shown and "__CITY__" not in shown
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


async def test_the_demo_page_promises_the_hours_that_are_set_and_no_others(
    aiohttp_client: AiohttpClient,
) -> None:
    silent, open_ = Application(), Application()
    silent.add_routes(pages.routes(QINGWU.full_name, ROOT / "web"))
    open_.add_routes(pages.routes(QINGWU.full_name, ROOT / "web", hours="工作日 8:30 到 17:30"))
    shown = await (await (await aiohttp_client(silent)).get("/")).text()
    assert not {word for word in ("7×24", "24 小时", "随时可以转人工", "__HOURS__") if word in shown}
    shown = await (await (await aiohttp_client(open_)).get("/")).text()
    assert "人工坐席：工作日 8:30 到 17:30" in shown and "7×24" not in shown


def test_an_account_belongs_to_a_department_of_the_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENBAN_CITY_PROFILE", str(QINGWU_FOLDER))
    monkeypatch.setenv("WENBAN_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("WENBAN_DATABASE_URL", raising=False)
    url = load_settings().sqlalchemy_url

    async def departments_twice() -> int:
        await upgrade(url)
        database = Database(url)
        await asyncio.gather(add_missing(database, QINGWU), add_missing(database, QINGWU))
        async with database.read() as session:
            count = await session.scalar(select(func.count()).select_from(Department))
        await database.close()
        return count or 0

    assert asyncio.run(departments_twice()) == len(QINGWU.departments)

    def add(username: str, department: str) -> Result:
        words = ["user", "add", username, "--role", "department", "--department", department]
        return CliRunner().invoke(cli.app, words)

    assert add("li.si", "青梧水务集团").exit_code == 0
    assert isinstance(add("wang.wu", "淮南水务").exception, NotFound)

    async def department_of() -> str | None:
        database = Database(url)
        async with database.read() as session:
            name: str | None = await session.scalar(
                select(Department.name).join(DeskUser).where(DeskUser.username == "li.si")
            )
        await database.close()
        return name

    assert asyncio.run(department_of()) == "青梧水务集团"


def test_the_check_says_what_is_missing_and_fails_on_what_is_wrong(tmp_path: Path) -> None:
    shipped = CliRunner().invoke(city_cli.app, ["check", "huainan"])
    assert shipped.exit_code == 0 and "淮南市（HN）：10 个县区，90 个乡镇街道" in shipped.output
    assert "没有牵头单位" not in shipped.output

    assert "紧急、咨询、其他 只是样例，不会告诉群众" in shipped.output

    folder = tmp_path / "qingwu"
    shutil.copytree(QINGWU_FOLDER, folder)
    thin = CliRunner().invoke(city_cli.app, ["check", str(folder)])
    assert thin.exit_code == 0 and "没有牵头单位" in thin.output
    assert "没有梧东区的政府或管委会" in thin.output and "districts.yml：没有写依据" in thin.output

    folder = folder.rename(tmp_path / "wrong")
    file = folder / "departments.yml"
    file.write_text(file.read_text("utf-8").replace("路灯照明", "路灯灯光"), "utf-8")
    wrong = CliRunner().invoke(city_cli.app, ["check", str(folder)])
    assert wrong.exit_code == 1 and "没有“市政设施/路灯灯光”这个分类" in wrong.output

    folder = folder.rename(tmp_path / "wronger")
    file = folder / "deadlines.yml"
    text = (
        file.read_text("utf-8").replace("types: [咨询]", "types: [问询]").replace("供热/供水", "供热/自来水")
    )
    file.write_text(text, "utf-8")
    wrong = CliRunner().invoke(city_cli.app, ["check", str(folder)])
    assert wrong.exit_code == 1 and "规则“咨询”：没有“问询”这个类型" in wrong.output
    assert "规则“停水”：没有“供水供电供气供热/自来水”这个分类" in wrong.output
    with pytest.raises(ConfigurationError, match="没有“问询”这个类型"):
        Tickets(Database(f"sqlite:///{tmp_path / 'no.db'}"), LocalEvents(), load_city(str(folder)))
    folder = folder.rename(tmp_path / "without")
    (folder / "deadlines.yml").unlink()
    none = CliRunner().invoke(city_cli.app, ["check", str(folder)])
    assert "工单不算期限" in none.output
