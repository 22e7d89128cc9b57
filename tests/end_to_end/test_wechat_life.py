"""One complaint from WeChat to the archive, in two browsers: the hotline's, and the departments'.

It is returned, extended, has another citizen's complaint merged into it, and is redone. Each notice reaches each of the two citizens in
WeChat, once, and neither hears of the other. WeChat's own platform is the stand-in of the channel's tests.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.channels.wechat.api import Api
from tests.end_to_end.test_browser import DESKTOP, added, enter, new_page
from tests.end_to_end.test_browser_tickets import _picture, _state
from tests.end_to_end.test_ticket_life import FIRST, LAMPS, ROADS, SECOND
from tests.end_to_end.test_wechat import Follower
from tests.stored import rows
from tests.system import System
from tickets.rows import MOVED

NUMBER = re.compile(r"HN\d{8,}")
PATIENCE_S = 20.0
"""Most seconds to wait for a message, or until nothing more is owed to a citizen."""
OWED = """
SELECT (SELECT count(*) FROM turns WHERE state = 'open' AND conversation_id = c.id)
     + (SELECT count(*) FROM deliveries WHERE state = 'pending' AND conversation_id = c.id)
     + (SELECT count(*) FROM jobs WHERE state = 'waiting' AND kind = '{kind}')
FROM conversations c WHERE c.user_id = '{openid}'
"""
"""Open turns, parts in the outbox, and notices of tickets that nobody was told yet."""
CITIZENS = (
    ("张先生", "13800100571", "龙湖路小学门口的路灯坏了三天了，晚上孩子看不见路"),
    ("李女士", "13800100572", "龙湖路小学门口路灯不亮，晚上接孩子看不见路"),
)
"""Name, phone and story of the two who tell the same."""
CHOSEN = ("主办单位", "建议承办单位")
"""Fields in which a few characters find what is chosen."""


class Reader(Follower):
    """A citizen in WeChat who reads all that comes: in answers, and pushed later."""

    def __init__(self, system: System, platform: Api, name: str, phone: str, first: str) -> None:
        super().__init__(system.url, "pushing")
        self.system, self.platform = system, platform
        self.answers: list[str] = []
        self.name, self.phone = name, phone
        self.number = self._file(first)
        self.told = len(self.texts())

    def texts(self) -> list[str]:
        """All that was shown so far: answers first, then what was pushed."""
        return [*self.answers, *self.platform.texts(self.openid)]

    def say(self, text: str) -> str:
        """Say it; all that is answered."""
        answers, pushed = len(self.answers), len(self.platform.texts(self.openid))
        self.platform.step(self.openid)
        answer = self.deliver(text, uuid4().int >> 66)
        if answer.text not in ("", "success"):
            self.answers.append(self.read(answer))
        self.settle()
        said = "\n".join([*self.answers[answers:], *self.platform.texts(self.openid)[pushed:]])
        assert said, f"no reply to {text}"
        self.told = len(self.texts())
        return said

    def settle(self) -> None:
        """Wait until nothing more is owed to this citizen."""
        query = OWED.format(kind=MOVED, openid=self.openid)
        wait_until(lambda: rows(self.system, query) == [(0,)], "something is still owed")

    def hears(self, *words: str) -> None:
        """One message comes by itself, and has these words in it."""
        wait_until(lambda: len(self.texts()) > self.told, f"a notice did not come: {words}")
        self.settle()
        new = self.texts()[self.told :]
        assert len(new) == 1 and all(word in new[0] for word in words), f"{words}: {new}"
        self.told += 1

    def _file(self, first: str) -> str:
        said = self.say(first)
        for _ in range(14):
            if "请您核对" in said:
                break
            said = self.say(self._answer(said))
        said = self.say("确认提交")
        found = NUMBER.search(said)
        assert found, said
        return found[0]

    def _answer(self, question: str) -> str:
        for words, answer in (
            (("哪一类", "类型"), "投诉"),
            (("县区", "哪个区"), "田家庵区"),
            (("是在",), "是的"),
            (("什么位置", "地址"), "龙湖路小学门口"),
            (("什么时候",), "三天前"),
            (("涉及",), "跳过"),
            (("怎么称呼",), self.name),
            (("保密",), "不用保密"),
            (("电话",), self.phone),
        ):
            if any(word in question for word in words):
                return answer
        raise AssertionError(f"an unknown question: {question}")


def test_from_wechat_to_the_archive_in_two_browsers(
    system: System, platform: Api, browser: Browser, pages: list[BrowserContext], tmp_path: Path
) -> None:
    accounts = (
        ("班长51号", "supervisor"),
        ("值班员", "department", "--department", ROADS),
        ("值班员", "department", "--department", LAMPS),
    )
    with ThreadPoolExecutor() as pool:  # Each of them waits for other processes.
        filing = [pool.submit(Reader, system, platform, *citizen) for citizen in CITIZENS]
        adding = [
            pool.submit(added, system.environment, "--name", name, "--role", *role)
            for name, *role in accounts
        ]
        one, two = (citizen.result() for citizen in filing)
        chief, first, second = (account.result() for account in adding)
    assert one.number != two.number
    hotline = new_page(browser, pages, DESKTOP)
    enter(hotline, system.url, *chief)
    expect(hotline.get_by_label("会话队列")).to_be_visible()
    hotline.goto(f"{system.url}/desk/tickets/{one.number}")

    _move(hotline, "受理")
    one.hears(one.number, "已经受理")
    _move(hotline, "派单", 主办单位=ROADS)
    one.hears(f"已经转给{ROADS}")

    roads = new_page(browser, pages, DESKTOP)  # the second browser
    enter(roads, system.url, *first)
    expect(roads.locator(".card").filter(has_text=one.number)).to_be_visible()
    roads.goto(f"{system.url}/desk/tickets/{one.number}")
    _move(roads, "退单申请", 退单理由="路灯归城管部门管", 建议承办单位=LAMPS)
    _state(hotline, "退单审核")
    _picture(hotline, tmp_path / "returned")
    _move(hotline, "同意退单")
    _state(hotline, "待派单")
    hotline.get_by_role("button", name=f"派给它：{LAMPS}").click()
    one.hears(f"已经转给{LAMPS}")

    lamps = new_page(browser, pages, DESKTOP)
    enter(lamps, system.url, *second)
    lamps.locator(".card").filter(has_text=one.number).get_by_role("button", name="签收").click()
    _state(hotline, "办理中")
    hotline.goto(f"{system.url}/desk/tickets/{two.number}")
    _move(hotline, "并单", 并入哪张工单=one.number)
    _state(hotline, "并单")
    _picture(hotline, tmp_path / "merged")
    two.hears(two.number, "合并办理")

    asked = one.say("查进度")
    assert f"{LAMPS}正在办理" in asked
    lamps.goto(f"{system.url}/desk/tickets/{one.number}")
    _move(lamps, "延期申请", 延长几个工作日="2", 延期理由="等灯杆配件")
    hotline.goto(f"{system.url}/desk/tickets/{one.number}")
    _move(hotline, "同意延期")
    one.hears("同意延长 2 个工作日")

    lamps.reload()  # A department has no live connection.
    _move(lamps, "提交答复", 公开答复=FIRST, 内部说明="配件是旧的")
    _move(hotline, "审核通过")
    one.hears(FIRST, "解决了吗")
    two.hears(two.number, FIRST)
    one.say("没解决")
    one.say("1 分 很不满意")
    assert f"退给{LAMPS}重新办理" in one.say("晚上又灭了，根本没修好")
    lamps.reload()
    _state(lamps, "办理中")
    expect(lamps.get_by_text("晚上又灭了，根本没修好").first).to_be_visible()
    _picture(lamps, tmp_path / "redone")

    _move(lamps, "提交答复", 公开答复=SECOND)
    _move(hotline, "审核通过")
    one.hears(SECOND, "解决了吗")
    two.hears(two.number, SECOND)
    one.say("解决了")
    assert "谢谢您的评价" in one.say("5 分 非常满意")
    _state(hotline, "办结归档")
    history = hotline.get_by_role("region", name="办理过程")
    for action in (
        "受理",
        "派单",
        "退单申请",
        "同意退单",
        "签收",
        "延期申请",
        "同意延期",
        "提交答复",
        "重办",
        "督办",
    ):
        expect(history.locator("strong", has_text=action).first).to_be_visible()
    _picture(hotline, tmp_path / "archived")
    (tmp_path / "history.txt").write_text(history.inner_text())

    for citizen, other in ((one, two), (two, one)):
        citizen.settle()
        read = "\n".join(citizen.texts())
        assert len(citizen.texts()) == citizen.told, "nothing was told twice"
        assert not [word for word in (other.number, other.name, other.phone, "配件是旧的") if word in read]


def wait_until(true: Callable[[], bool], otherwise: str) -> None:
    """Wait until something is true; fail with these words when it takes too long."""
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until, otherwise
        time.sleep(0.05)


def _move(page: Page, label: str, **fields: str) -> None:
    """Make a move at its button, with these fields."""
    page.get_by_role("button", name=label, exact=True).click()
    dialog = page.get_by_role("dialog")
    for name, value in fields.items():
        field = dialog.get_by_label(name)
        field.fill(value)
        if name in CHOSEN:
            expect(page.get_by_role("option", name=value).last).to_be_visible()
            field.press("Enter")
    dialog.get_by_role("button", name=label, exact=True).click()
    expect(dialog).to_be_hidden()
