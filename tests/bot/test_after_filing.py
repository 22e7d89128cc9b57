"""What is said right after a filing, with the real Rasa: it belongs to the ticket, corrects it, or is a matter of its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.rasa_process import Speaker

pytestmark = pytest.mark.end_to_end

STORIES = {
    "wages": ("包工头欠我四个月工钱，一直躲着不见人", "潘集区平圩镇祁集村安置房工地", "今年三月到六月"),
    "noise": ("楼下快递站凌晨卸货，咣当咣当吵得睡不着", "谢家集区平山路怡园小区南门", "每天凌晨两点到四点"),
    "rubbish": ("有人往河沟里倒建筑垃圾", "大通区九龙岗镇红旗村河沟", "上个星期"),
}
"""Name → matter, place and time."""


def filed(url: str, story: str) -> Speaker:
    """A citizen who has just filed a matter, without a name and a number."""
    citizen = Speaker(url)
    matter, place, time = STORIES[story]
    citizen.say(f"我要投诉，{matter}")
    asked = {
        "核对一下": "确认提交", "哪个县区": place, "什么地方": place, "哪里": place, "时候": time, "涉及哪个": "跳过", "叫什么名字": "跳过",
        "怎么称呼": "匿名", "电话": "不留",
    }  # fmt: skip
    for _ in range(12):
        if "查询码：" in citizen.text:
            return citizen
        citizen.say(next((said for words, said in asked.items() if words in citizen.text), "跳过"))
    raise AssertionError("\n".join(citizen.heard))


def ticket(citizen: Speaker) -> dict[str, Any]:
    """The citizen's only ticket."""
    tickets = citizen.state()["tickets"]
    assert len(tickets) == 1
    only: dict[str, Any] = tickets[0]
    return only


def notes(citizen: Speaker) -> list[str]:
    return [event["note"] for event in ticket(citizen)["events"] if event["action_code"] == "noted"]


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("wages", "包工头姓啥我问着了，叫洪大贵"),
        ("wages", "加起来还差我一万九千块"),
        ("wages", "一块干活的五六个人也都没拿着钱"),
        ("wages", "欠条在我手里，他亲手写的"),
        ("noise", "昨天夜里又卸到快五点"),
        ("noise", "那个货车是黄色的大厢货"),
        ("rubbish", "对了，倒的那辆是蓝色农用车"),
        ("rubbish", "沟边上都堆成小山了"),
    ],
)
def test_what_tells_more_of_the_matter_is_added_to_the_ticket(stories: str, story: str, said: str) -> None:
    citizen = filed(stories, story)
    number = ticket(citizen)["number"]
    citizen.say(said)
    assert number in citizen.text and "哪个县区" not in citizen.text, citizen.text
    if "补充进去" in citizen.buttons:  # not sure: it is asked
        citizen.say("补充进去")
    assert notes(citizen) == [said], citizen.heard[-4:]
    citizen.say("我的工单")
    assert said in citizen.text


@pytest.mark.parametrize(
    ("story", "said"),
    [
        ("wages", "我们楼道的声控灯坏了半个月没人换"),
        ("wages", "另外想反映，平圩街上路边停车把盲道全占了"),
        ("noise", "我家自来水今天早上是黄的"),
        ("rubbish", "学校门口有人卖电子烟给小孩"),
    ],
)
def test_another_matter_opens_a_form_of_its_own(stories: str, story: str, said: str) -> None:
    citizen = filed(stories, story)
    citizen.say(said)
    assert notes(citizen) == []
    assert "已经补充" not in citizen.text, citizen.text
    assert "新登记一件" in citizen.buttons or citizen.state()["facts"].get("form"), citizen.text


@pytest.mark.parametrize("said", ["社保断了还能补缴吗", "居住证怎么办", "好的谢谢你", "再见"])
def test_questions_and_thanks_are_not_added(stories: str, said: str) -> None:
    citizen = filed(stories, "wages")
    citizen.say(said)
    assert notes(citizen) == [] and "补充进去" not in citizen.buttons, citizen.text


@pytest.mark.parametrize("takes_back", ["不是这件事，登记成新的", "这是两码事，另外登记", "别加到那张里"])
def test_what_was_added_by_mistake_becomes_a_matter_of_its_own(stories: str, takes_back: str) -> None:
    citizen = filed(stories, "noise")
    said = "昨天夜里又卸到快五点"
    citizen.say(said)
    assert "不是这件事，登记成新的" in citizen.buttons, citizen.text
    citizen.say(takes_back)
    assert "哪个县区" in citizen.text, citizen.text
    assert "不属于这张工单" in notes(citizen)[-1]


@pytest.mark.parametrize(
    ("story", "said", "field", "right"),
    [
        ("wages", "村名不叫祁集，叫祁圩", "address", "祁圩村"),
        ("wages", "是四月到六月，不是三月", "happened_at", "四月到六月"),
        ("noise", "小区不是怡园，是怡景", "address", "怡景小区"),
        ("noise", "到五点不是四点", "happened_at", "凌晨两点到五点"),
        ("noise", "快递站是北门那个，我说成南门了", "address", "怡园小区北门"),
        ("noise", "时间是每天凌晨三点到五点", "happened_at", "凌晨三点到五点"),
        ("rubbish", "是红光村，我说成红旗村了", "address", "红光村"),
    ],
)
def test_a_value_in_place_of_another_is_corrected(
    stories: str, story: str, said: str, field: str, right: str
) -> None:
    citizen = filed(stories, story)
    citizen.say(said)
    assert right in str(ticket(citizen)[field]), citizen.text
    assert "哪个县区" not in citizen.text and ticket(citizen)["number"] in citizen.text


def test_name_and_number_given_later_go_to_their_own_lines(stories: str) -> None:
    citizen = filed(stories, "rubbish")
    citizen.say("名字也给写上吧")
    assert "怎么称呼" in citizen.text
    citizen.say("林秀云")
    assert ticket(citizen)["contact_name"] == "林秀云" and "林**" in citizen.text
    citizen.say("再给你们添个号，13900000007")
    assert ticket(citizen)["contact_phone"] == "13900000007" and "139****0007" in citizen.text
    assert notes(citizen) == []


def opened(url: str, story: str, said: str) -> Speaker:
    """A citizen who filed a matter, and for whom another form has just opened."""
    citizen = filed(url, story)
    citizen.say(said)
    assert "县区" in citizen.text, citizen.text
    return citizen


@pytest.mark.parametrize(
    "said",
    ["我没有要另立一张，算在前头那张里", "这都是给上一张补的", "不用再立新的，还是刚登的那件"],
)
def test_a_form_that_opened_by_mistake_is_closed_and_its_words_are_added(stories: str, said: str) -> None:
    told = "我要投诉小区东门的彩票店半夜打麻将"
    citizen = opened(stories, "noise", told)
    citizen.say(said)
    assert "不另外登记" in citizen.text and "哪个县区" not in citizen.text, citizen.text
    assert told in notes(citizen)[-1]
    assert citizen.state()["facts"].get("draft") is None
    citizen.say("不是这件事，登记成新的")
    assert "哪个县区" in citizen.text and "不属于这张工单" in notes(citizen)[-1]


def test_what_else_is_said_while_a_form_is_closed_corrects_the_ticket(stories: str) -> None:
    citizen = opened(stories, "noise", "我要投诉小区东门的彩票店半夜打麻将")
    citizen.say("这是给刚登的那张补的，小区不是怡园，是怡景")
    assert "怡景小区" in ticket(citizen)["address"], citizen.text


@pytest.mark.parametrize(
    ("said", "told"),
    [("我的工单", "待受理"), ("催一催我那张单子", "记下催办"), ("刚登的那件走到哪步了", "待受理")],
)
def test_the_ticket_is_spoken_of_while_a_form_is_open(stories: str, said: str, told: str) -> None:
    citizen = opened(stories, "noise", "我要投诉小区东门的彩票店半夜打麻将")
    citizen.say(said)
    number = ticket(citizen)["number"]
    assert told in citizen.text and number in citizen.text and "县区" in citizen.text, citizen.text
    assert "田家庵区" in citizen.buttons


def test_the_districts_stay_as_buttons_when_they_are_missed_and_then_are_left_open(stories: str) -> None:
    citizen = opened(stories, "noise", "我要投诉小区东门的彩票店半夜打麻将")
    for _ in range(2):
        citizen.say("嗷嗷嗷呜")
        assert {"田家庵区", "寿县"} <= set(citizen.buttons), citizen.text
    citizen.say("嗷嗷嗷呜")
    assert "县区先空着" in citizen.text and "具体在什么位置" in citizen.text, citizen.text


def test_what_was_said_of_the_ticket_is_no_part_of_the_next_matter(stories: str) -> None:
    citizen = filed(stories, "wages")
    citizen.say("村名不叫祁集，叫祁圩")
    citizen.say("欠条在我手里，他亲手写的")
    citizen.say("我要投诉我们小区电梯三天两头困人，物业不修")
    assert "一起写进去" not in citizen.text, citizen.text
    draft = citizen.state()["facts"]["draft"]
    assert "欠条" not in draft["content"] and "祁圩" not in str(draft), draft
