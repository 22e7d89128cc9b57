"""One complaint from the widget to the archive, with a return, an extension and a redoing: the citizen hears all of it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.citizen import Citizen
from tests.end_to_end.acting import Desk
from tests.system import System

LAMPS, ROADS = "市城市管理行政执法局", "市住房和城乡建设局"
STORY = [
    "龙湖路小学门口的路灯坏了三天了，晚上孩子看不见路",
    "田家庵区",
    "龙湖路小学门口",
    "三天前",
    "跳过",
    "张先生",
    "13800100557",
    "不用",
]
FIRST = "龙湖路小学门口的路灯已于今天上午换了灯泡。"
SECOND = "龙湖路小学门口的路灯是线路断了，已于今天下午接好，校门口恢复照明。"


class Life:
    """The citizen, and the three sides of the desk."""

    def __init__(self, system: System) -> None:
        self.citizen = Citizen(system.url)
        self.boss = Desk(system)
        self.agent = Desk(system, "agent")
        self.lamps = Desk(system, "department", "--department", LAMPS)
        self.roads = Desk(system, "department", "--department", ROADS)
        found = self.agent.http.get("departments").raise_for_status().json()["departments"]
        self.ids = {one["name"]: one["id"] for one in found}
        self.number = ""
        self.heard = 0

    def file(self) -> None:
        for text in (*STORY, "确认提交"):
            self.citizen.say(text)
        self.number = str(self.citizen.card("ticket")["number"])
        self.heard = len(self.citizen.history())

    def act(self, who: Desk, action: str, **fields: Any) -> dict[str, Any]:
        page = who.http.get(f"tickets/{self.number}").raise_for_status().json()
        assert action in [one["action"] for one in page["may"] if one["why_not"] is None], page["may"]
        body = {"action": action, "version": page["ticket"]["version"], "fields": fields}
        answer: dict[str, Any] = (
            who.http.post(f"tickets/{self.number}/act", json=body).raise_for_status().json()
        )
        return answer

    def hears(self, *words: str) -> dict[str, Any]:
        """The next message that the citizen gets, which has these words in it."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            said = [one for one in self.citizen.history()[self.heard :] if one["direction"] == "out"]
            if said:
                found: dict[str, Any] = said[0]
                assert all(word in found["text"] for word in words), found["text"]
                self.heard = len(self.citizen.history())
                self.citizen.last = [found]
                return found
            time.sleep(0.1)
        raise AssertionError(f"the citizen heard nothing of {words}")

    def says(self, *pressed: str) -> str:
        said = ""
        for one in pressed:
            said = self.citizen.press(one) if one in self.citizen.buttons() else self.citizen.say(one)
        self.heard = len(self.citizen.history())
        return said

    @property
    def state(self) -> str:
        return str(self.agent.http.get(f"tickets/{self.number}").json()["ticket"]["state"])


@pytest.fixture(scope="module")
def life(system: System) -> Life:
    return Life(system)


def test_a_complaint_goes_from_the_widget_to_the_archive(life: Life) -> None:
    life.file()
    assert life.state == "待受理"
    life.act(life.agent, "accept")
    life.hears(life.number, "已经受理")
    suggested = life.agent.http.get(f"tickets/{life.number}").json()["suggestions"]
    assert suggested[0]["name"] == LAMPS and "牵头单位" in suggested[0]["reason"]
    life.act(life.agent, "dispatch", department=life.ids[ROADS])
    life.hears(f"已经转给{ROADS}")
    life.act(life.roads, "ask_return", reason="路灯归城管部门管", department=life.ids[LAMPS])
    life.act(life.agent, "grant_return")
    life.act(life.agent, "dispatch", department=life.ids[LAMPS])
    life.hears(f"已经转给{LAMPS}")
    life.act(life.lamps, "sign")
    assert life.state == "办理中"
    asked = life.citizen.say("查进度")
    assert f"{LAMPS}正在办理" in asked
    life.heard = len(life.citizen.history())
    life.act(life.lamps, "ask_extension", days=2, reason="等灯杆配件")
    life.act(life.boss, "grant_extension")
    life.hears("同意延长 2 个工作日")
    life.act(life.lamps, "reply", public=FIRST, confidential="配件是旧的")
    assert "配件是旧的" not in life.citizen.say("查进度")
    life.heard = len(life.citizen.history())
    life.act(life.agent, "approve")
    life.hears(FIRST, "解决了吗")
    told = life.says("没解决", "1 分 很不满意", "晚上又灭了，根本没修好")
    assert f"退给{LAMPS}重新办理" in told, "\n".join(life.citizen.transcript[-8:])
    again = life.lamps.http.get(f"tickets/{life.number}").json()["ticket"]
    assert again["state"] == "办理中" and again["supervised"] and again["rounds"]["redos"] == 1
    assert again["callback"]["result"] is None, "the new round begins without a result"
    life.act(life.lamps, "reply", public=SECOND)
    life.act(life.agent, "approve")
    life.hears(SECOND, "解决了吗")
    assert "谢谢您的评价" in life.says("解决了", "5 分 非常满意")
    end = life.agent.http.get(f"tickets/{life.number}").json()
    assert (end["ticket"]["state"], end["ticket"]["callback"]["satisfied"], end["may"]) == ("办结归档", 5, [])
    moves = [one["action_code"] for one in end["events"]]
    assert moves == [
        *("filed", "accept", "dispatch", "ask_return", "grant_return", "dispatch", "sign"),
        *("ask_extension", "grant_extension", "reply", "approve"),
        *("callback", "callback", "callback", "redo", "supervise"),  # not solved, the mark, the reason
        *("reply", "approve", "callback", "callback"),  # solved, kept at once; the mark
    ]


def test_another_conversation_can_not_answer_for_the_citizen(life: Life, system: System) -> None:
    stranger = Citizen(system.url)
    payload = f'/ask_progress{{"slot":"callback","value":"{life.number}:no:1"}}'
    said = stranger.say(payload)
    assert "重新办理" not in said and life.state == "办结归档"
