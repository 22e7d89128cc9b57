"""Mini programs: JSON in, ``success`` out, every word by the API."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from conversations.listing import Wanted
from conversations.types import Agent
from core.settings import Settings
from core.wechat_accounts import WeChatAccount
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import Running
from tests.channels.wechat.platform import CITIZEN, payload, text_xml
from tests.channels.wechat.pushed import settled
from tests.waiting import until


async def test_a_question_is_acknowledged_and_answered_once(running: Running, api: Api) -> None:
    body = text_xml("公积金怎么提取")
    said = [await running.account("mini").push(body) for _ in range(3)]
    assert {(one.status, one.body) for one in said} == {(200, "success")}
    await settled(running, "mini")
    assert api.texts(CITIZEN) == ["您说的是：公积金怎么提取"]
    assert len(running.dialogue.asked) == 1


async def test_xml_push_works_as_well(running: Running, api: Api) -> None:
    platform = running.account("mini")
    platform.as_json = False
    assert (await platform.say("您好")).body == "success"
    await settled(running, "mini")
    assert api.texts() == ["您说的是：您好"]


async def test_who_enters_is_greeted_once_within_the_minutes_two(running: Running, api: Api) -> None:
    for _ in range(3):
        assert (await running.account("mini").push(payload("event_user_enter_tempsession"))).body == "success"
    await settled(running, "mini")
    (greeting,) = api.texts()
    assert "淮南12345" in greeting and api.refused == []


async def test_choices_are_numbered_and_what_is_not_understood_is_said(running: Running, api: Api) -> None:
    await running.account("mini").say("我要投诉")
    await settled(running, "mini")
    await running.account("mini").push(payload("miniprogrampage"))
    await until(lambda: len(api.sent) == 2)
    assert api.texts()[0].endswith("1. 投诉\n2. 求助") and "看不懂" in api.texts()[1]


async def test_an_agents_words_arrive_at_once(running: Running, api: Api) -> None:
    await running.account("mini").say("您好")
    await settled(running, "mini")
    view = await running.view(account="mini")
    agent = Agent("agent-3", "坐席 3 号")
    await running.conversations.take(view.id, agent)
    await running.conversations.say(view.id, agent, "请问在哪条路？", "c-1")
    await settled(running, "mini")
    assert "【坐席 3 号】请问在哪条路？" in "".join(api.texts())


HOSTILE_JSON = {
    "empty": b"{}",
    "no object": b"[1]",
    "cut": b'{"ToUserName":"gh',
    "deep": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "twice": b'{"ToUserName":"gh_1","FromUserName":"o1","MsgType":"text","Content":"a","Content":"b","MsgId":1}',
    "crowd": json.dumps({f"k{n}": n for n in range(1000)}).encode(),
    "types": b'{"ToUserName":{"a":1},"FromUserName":["o"],"MsgType":true,"Content":1.5,"MsgId":-1}',
    "no id": b'{"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1,"MsgType":"text","Content":"a"}',
    "NaN": b'{"ToUserName":"gh_1","FromUserName":"o1","MsgType":"text","Content":"a","MsgId":NaN}',
    "utf-8": b'{"ToUserName":"\xff"}',
}


@pytest.mark.parametrize("name", HOSTILE_JSON)
async def test_hostile_json_is_refused_and_nothing_is_stored(running: Running, name: str) -> None:
    platform = running.account("mini")
    query = platform.signed()
    async with running.client.post(platform.path, params=query, data=HOSTILE_JSON[name]) as response:
        body = await response.text()
    assert response.status == 400 and '"wechat_bad_message"' in body, body
    assert (await running.conversations.list(Wanted())).views == []


def test_a_mini_program_needs_its_secret() -> None:
    account = WeChatAccount(name="mini", kind="mini_program", app_id="wx0", token="token")
    with pytest.raises(ValidationError, match="app_secret"):
        Settings(wechat_accounts=[account])
