"""What citizens say around filing, with what must stand on the ticket and among the events of the conversation."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests import stored
from tests.citizen import Citizen
from tests.conversations.test_media import photo
from tests.end_to_end.acting import Desk
from tests.system import System

TWO = "路口的井盖没了很危险，另外还想反映一件事，我们村的垃圾没人清运"
REST = ["凤台县", "城关镇工人路口", "昨天", "跳过", "张先生", "13800100557", "不用"]


@pytest.fixture(scope="module")
def desk(system: System) -> Iterator[Desk]:
    at = Desk(system)
    yield at
    at.http.close()


@pytest.fixture
def citizen(system: System) -> Citizen:
    return Citizen(system.url)


def say_all(citizen: Citizen, *texts: str) -> str:
    """Say one thing after the other; the last reply."""
    said = ""
    for text in texts:
        said = citizen.say(text)
    return said


def filed(citizen: Citizen, *texts: str) -> str:
    """The number of the ticket that is filed by these messages and a confirmation."""
    say_all(citizen, *texts, "确认提交")
    return str(citizen.card("ticket")["number"])


@pytest.mark.parametrize("declines", ["不用了", "先这个吧", "先不用", "这就是一件事"])
def test_what_was_cut_off_stays_on_the_first_ticket(citizen: Citizen, desk: Desk, declines: str) -> None:
    number = filed(citizen, TWO, *REST)
    assert "接着登记" in citizen.buttons()
    said = citizen.say(declines)
    assert number in said, "\n".join(citizen.transcript)
    ticket = desk.ticket(number)
    assert "我们村的垃圾没人清运" in "\n".join(ticket["notes"])
    assert "13800100557" not in "\n".join(ticket["notes"])


@pytest.mark.parametrize("fetches", ["刚才说的垃圾也登记一下", "垃圾那个也要登记", "第二件也办了吧"])
def test_a_put_off_matter_comes_with_place_and_contact(citizen: Citizen, desk: Desk, fetches: str) -> None:
    filed(citizen, TWO, *REST)
    say_all(citizen, "不用了", "谢谢")
    assert "按刚才那件的填了" in citizen.say(fetches), "\n".join(citizen.transcript)
    number = filed(citizen, "半个月了", "跳过", "不用")
    ticket = desk.ticket(number)
    assert ticket["content"] == "我们村的垃圾没人清运"
    assert ticket["district"] == "凤台县"
    assert ticket["address"] == "城关镇工人路口"
    assert (ticket["contact_name"], ticket["contact_phone"]) == ("张先生", "13800100557")


@pytest.mark.parametrize("other", ["垃圾分类也要收费吗", "路灯也登记一下", "刚才那件登记了没"])
def test_other_words_fetch_no_put_off_matter(citizen: Citizen, other: str) -> None:
    filed(citizen, TWO, *REST)
    say_all(citizen, "不用了")
    assert "按刚才那件的填了" not in citizen.say(other)


@pytest.mark.parametrize("said", ["修好了谢谢", "井盖补上了，不用管了"])
def test_what_has_come_right_is_noted_and_can_be_withdrawn(citizen: Citizen, desk: Desk, said: str) -> None:
    number = filed(citizen, "路口的井盖没了很危险", *REST)
    assert number in citizen.say(said), "\n".join(citizen.transcript)
    assert said in "\n".join(desk.ticket(number)["notes"])
    citizen.press("撤回这张工单")
    assert "撤回" in "\n".join(desk.ticket(number)["notes"])


def test_a_photo_that_came_twice_is_one_photo_and_one_reply(citizen: Citizen, desk: Desk) -> None:
    citizen.say("路口的井盖没了很危险")
    picture = photo((70, 71))
    citizen.photo(picture)
    said = citizen.photo(picture)
    assert "已经收到过了" in said
    assert said.count("收到过") == 1, said
    number = filed(citizen, *REST)
    assert len(desk.ticket(number)["photos"]) == 1


def test_a_photo_that_fails_stops_nothing(citizen: Citizen, desk: Desk) -> None:
    citizen.say("路口的井盖没了很危险")
    citizen.agree("photos")
    refused = citizen.http.post("/api/web/photos", content=b"no picture")
    assert refused.status_code == 400
    said = citizen.say("图片没发成功")
    assert "登记完也能再补" in said
    assert "哪个县区" in said
    number = filed(citizen, *REST)
    assert "图片没发成功" not in desk.ticket(number)["content"]


@pytest.mark.parametrize(
    ("ends", "mark", "verdict"),
    [("再见", "还凑合吧", "fair"), ("拜拜了", "满意", "satisfied"), ("评价", "不太满意", "dissatisfied")],
)
def test_a_talk_is_rated(citizen: Citizen, system: System, ends: str, mark: str, verdict: str) -> None:
    citizen.say("居住证怎么办理？")
    assert "还满意吗" in citizen.say(ends), "\n".join(citizen.transcript)
    citizen.say(mark)
    assert [facts["verdict"] for facts in rated(system)] == [verdict]


def test_an_agent_who_ends_the_service_leaves_the_question_how_it_was(
    citizen: Citizen, desk: Desk, system: System
) -> None:
    citizen.say("转人工")
    chat = latest_conversation(system)
    desk.http.post(f"conversations/{chat}/take", json={}).raise_for_status()
    desk.http.post(f"conversations/{chat}/close", json={}).raise_for_status()
    assert [b["title"] for b in citizen.history()[-1]["buttons"]][-3:] == ["满意", "一般", "不满意"]
    assert "谢谢您的评价" in citizen.say("满意")
    assert [facts["verdict"] for facts in rated(system)] == ["satisfied"]


def test_a_complaint_goes_on_where_it_was_after_an_agent_hands_back(
    citizen: Citizen, desk: Desk, system: System
) -> None:
    say_all(citizen, "楼道灯坏了一个礼拜没人修", "田家庵区", "转人工")
    chat = latest_conversation(system)
    desk.http.post(f"conversations/{chat}/take", json={}).raise_for_status()
    desk.http.post(
        f"conversations/{chat}/messages", json={"text": "您好，我先看一下", "client_id": uuid4().hex}
    ).raise_for_status()
    desk.http.post(f"conversations/{chat}/hand_back", json={}).raise_for_status()
    said = citizen.say("接着登记")
    assert "刚才填的都还在" in said
    assert "具体在什么位置" in said, "\n".join(citizen.transcript)
    number = filed(citizen, "洞山东路锦华苑3栋", "跳过", "跳过", "张先生", "13800100559", "不用")
    ticket = desk.ticket(number)
    assert ticket["district"] == "田家庵区"
    assert ticket["content"].startswith("楼道灯坏了一个礼拜没人修")


def test_who_cannot_hear_is_never_told_to_phone(citizen: Citizen, desk: Desk) -> None:
    number = filed(
        citizen,
        "我听不见，只能打字。楼下棋牌室半夜吵得睡不着",
        "大通区",
        "居仁村12栋",
        "每天夜里",
        "董某某",
        "13800100558",
        "不用",
    )
    said = citizen.transcript[-1]
    assert "请留意接听" not in said
    assert "短信" in said
    assert "短信" in desk.ticket(number)["content"]
    said = citizen.say("转人工")
    assert "12345" not in said
    assert "回电" not in said + "".join(citizen.buttons())


def latest_conversation(system: System) -> str:
    """The id of the conversation with the last message."""
    with sqlite3.connect(f"file:{system.data / 'wenban.db'}?mode=ro", uri=True) as database:
        row = database.execute("SELECT conversation_id FROM messages ORDER BY rowid DESC").fetchone()
    return str(row[0])


def rated(system: System) -> list[dict[str, Any]]:
    """The facts of the events ``rated`` of the latest conversation."""
    found = stored.rows(
        system,
        "SELECT facts FROM conversation_events WHERE kind = 'rated'"
        f" AND conversation_id = '{latest_conversation(system)}'",
        "conversation_events.facts",
    )
    return [json.loads(facts) for (facts,) in found]
