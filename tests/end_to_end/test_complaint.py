"""A complaint taken down completely: digression, correction, confirmation, ticket, progress; cancel; handoff."""

from __future__ import annotations

import sqlite3

import pytest

from core import codes
from tests.citizen import Citizen
from tests.system import System

PHONE = "13800000000"
CONFIRM = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def citizen(system: System) -> Citizen:
    return Citizen(system.url)


def fill(citizen: Citizen) -> str:
    """From the first word to the summary; answers whatever is asked next. The summary's text."""
    return fill_from(citizen, citizen.say("我要投诉，小区楼下的烧烤店天天半夜冒油烟，呛得睡不着"))


def fill_from(citizen: Citizen, said: str) -> str:
    """Answer whatever is asked until the summary comes; its text."""
    for _ in range(14):
        if "请您核对" in said:
            return said
        said = citizen.say(answer_to(said))
    raise AssertionError("\n".join(citizen.transcript))


def answer_to(question: str) -> str:
    """What this citizen answers to the assistant's last question."""
    last = question.strip().splitlines()[-1]
    for words, answer in (
        (("同一件事",), "不是一件，另外登记"),
        (("哪一类", "类型"), "投诉"),
        (("哪个县区", "哪个区", "县区"), "田家庵区"),
        (("具体在什么位置", "地址"), "国庆中路88号幸福小区3栋楼下"),
        (("什么时候",), "上周三晚上十点多"),
        (("涉及哪个", "涉及"), "老味道烧烤店"),
        (("怎么称呼",), "李某"),
        (("保密",), "不用保密"),
        (("电话",), PHONE),
        (("什么事", "说说"), "楼下烧烤店天天半夜冒油烟，呛得睡不着"),
    ):
        if any(word in last for word in words):
            return answer
    raise AssertionError(f"an unknown question: {question}")


def complain(citizen: Citizen) -> tuple[str, str]:
    """A complaint filed: its number and query code."""
    fill(citizen)
    said = citizen.press("确认提交")
    card = citizen.card("ticket")
    assert card["number"] in said
    assert card["query_code"] in said
    return card["number"], card["query_code"]


def test_with_a_digression_a_correction_and_the_progress_afterwards(citizen: Citizen, system: System) -> None:
    said = citizen.say("我要投诉，小区楼下的烧烤店天天半夜冒油烟，呛得睡不着")
    asked = said.strip().splitlines()[-1]
    said = citizen.say("等等我先问个事，居住证怎么办理？")
    assert "依据" in said, "the digression is answered"
    assert asked.split("？")[0][-6:] in said, "and the form's question asked again"
    said = fill_from(citizen, said)
    assert "国庆中路88号" in said
    said = citizen.say("改一下地址")
    said = citizen.say("国庆中路90号")
    assert "国庆中路90号" in said
    assert "88号" not in said
    citizen.press("确认提交")
    card = citizen.card("ticket")
    number, code = card["number"], card["query_code"]
    assert codes.is_new(code)

    other = Citizen(system.url)
    other.say("查一下工单进度")
    assert "没有查到" in fill_status(other, number, codes.new())
    said = fill_status(Citizen(system.url), number, code)
    assert number in said
    assert "受理" in said

    # What a citizen typed in chat is kept as typed; the ticket's contact never lies there in clear.
    with sqlite3.connect(f"file:{system.data / 'wenban.db'}?mode=ro", uri=True) as database:
        kept = database.execute("SELECT contact_phone, contact_name FROM tickets WHERE number = ?", [number])
        phone, name = kept.fetchone()
    assert PHONE not in phone
    assert "李某" not in name


def fill_status(citizen: Citizen, number: str, code: str) -> str:
    said = citizen.say(f"帮我查下工单{number}的进度")
    return citizen.say(code) if "查询码" in said else said


def test_confirming_twice_files_once(citizen: Citizen) -> None:
    fill(citizen)
    first = citizen.say("确认提交", client_id=CONFIRM)
    again = citizen.say("确认提交", client_id=CONFIRM)
    assert first == again
    citizen.say("确认提交")
    numbers = {m["card"]["number"] for m in citizen.history() if m["card"] and m["card"]["kind"] == "ticket"}
    assert len(numbers) == 1


def test_cancel_in_the_middle(citizen: Citizen) -> None:
    citizen.say("我要投诉")
    said = citizen.say("算了不投诉了，取消")
    assert "取消" in said or "不登记" in said
    assert "依据" in citizen.say("养老保险要交满多少年才能按月领养老金？")
    assert not any(m["card"] and m["card"]["kind"] == "ticket" for m in citizen.history())


def test_a_bad_phone_is_asked_again(citizen: Citizen) -> None:
    said = citizen.say("我要投诉，小区楼下的烧烤店天天半夜冒油烟，呛得睡不着")
    for _ in range(14):
        if "电话" in said.strip().splitlines()[-1]:
            break
        said = citizen.say(answer_to(said))
    said = citizen.say("12345")
    assert "11 位" in said or "号码" in said
    assert "保密" in citizen.say("13800000077")


def test_a_human_in_the_middle_of_the_form(citizen: Citizen) -> None:
    citizen.say("我要投诉，小区楼下的烧烤店天天半夜冒油烟，呛得睡不着")
    said = citizen.say("转人工")
    assert "坐席" in said or "人工" in said
    opened = citizen.http.post("/api/web/session", json={"token": citizen.token}).json()
    assert opened["conversation"]["mode"] == "waiting"
    assert citizen.say("不等了，继续问智能助手")
    opened = citizen.http.post("/api/web/session", json={"token": citizen.token}).json()
    assert opened["conversation"]["mode"] == "bot"


def test_danger_is_answered_before_anything_else(citizen: Citizen) -> None:
    assert "119" in citizen.say("我家厨房着火了")
    opened = citizen.http.post("/api/web/session", json={"token": citizen.token}).json()
    assert opened["conversation"]["mode"] == "waiting"


def test_gibberish_twice_calls_a_human(citizen: Citizen) -> None:
    assert "没听明白" in citizen.say("啊啊啊撒旦法")
    said = citizen.say("法撒旦法师打发")
    assert "还是没听明白" in said and "坐席" in said
    opened = citizen.http.post("/api/web/session", json={"token": citizen.token}).json()
    assert opened["conversation"]["mode"] == "waiting"
