"""Odd things the platform sends all the same, each through the endpoint."""

from __future__ import annotations

import asyncio

import pytest

from conversations.listing import Wanted
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import Running
from tests.channels.wechat.platform import ACCOUNT, CITIZEN, Said, text_xml


def event_xml(event: str, key: str = "", *, kind: str = "event", at: int = 1_763_884_800) -> bytes:
    """An event; two with the same name and moment are told apart by what is in them."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{CITIZEN}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType><Event><![CDATA[{event}]]></Event>"
        f"<EventKey><![CDATA[{key}]]></EventKey></xml>"
    ).encode()


@pytest.mark.parametrize(
    "text", ["a]]>b", "]]>", "甲]]><b>乙</b>]]>", "x]]]]><![CDATA[>y", "]]></Con", "]]>]]>>"]
)
@pytest.mark.parametrize("way", ["plain", "safe", "compatible"])
async def test_the_end_of_a_cdata_section_is_words_like_any_other(
    running: Running, way: str, text: str
) -> None:
    said = await running.way(way).push(text_xml(f"门牌{text}"))
    assert said.status == 200 and said.text is not None
    (message, *_) = await running.conversations.history((await running.view(account=_account(way))).id)
    assert message.text == f"门牌{text}".replace("]]]]><![CDATA[>", "]]>")


def _account(way: str) -> str:
    return {"plain": "main"}.get(way, way)


async def test_what_a_citizen_writes_becomes_no_field_of_its_own(running: Running) -> None:
    said = await running.platform().push(text_xml("]]></Content><MsgId>1</MsgId><Content><![CDATA["))
    assert said.status == 400
    assert (await running.conversations.list(Wanted())).views == []


@pytest.mark.parametrize(
    ("key", "scene"), [("qrscene_12", "12"), ("last_trade_no_4003762001201607", None), ("", None)]
)
async def test_a_payments_number_is_no_scene(running: Running, key: str, scene: str | None) -> None:
    said = await running.platform().push(event_xml("subscribe", key))
    assert said.text is not None and said.text.startswith("您好")
    facts = await running.conversations.recall((await running.view()).id)
    assert facts.get("scene") == scene


async def test_two_buttons_tapped_in_one_second_are_both_answered_each_once(running: Running) -> None:
    async def tap(what: str) -> Said:
        return await running.platform().push(event_xml("CLICK", f"say:{what}"))

    said = await asyncio.gather(tap("查进度"), tap("我要建议"))
    again = await tap("查进度")
    assert sorted(running.dialogue.texts()) == sorted(["查进度", "我要建议"])
    whole = "".join(one.text or "" for one in said)
    assert whole.count("您说的是：查进度") == whole.count("您说的是：我要建议") == 1
    assert again.text == next(one.text for one in said if one.text and "查进度" in one.text)


@pytest.mark.parametrize(
    ("kind", "event"), [("device_event", "unbind"), ("device_text", ""), ("device_event", "")]
)
@pytest.mark.parametrize("account", ["main", "pushing", "mini"])
async def test_what_a_device_tells_is_no_talk(
    running: Running, api: Api, account: str, kind: str, event: str
) -> None:
    body = event_xml(event, kind=kind)
    if not event:
        body = body.replace(b"<Event><![CDATA[]]></Event>", b"")
    said = await running.account(account).push(body)
    assert (said.status, said.body) == (200, "success")
    assert (await running.conversations.list(Wanted())).views == [] and api.sent == []


@pytest.mark.parametrize("text", ["第一行\u2028第二行", "\u2028前面", "后面\u2028", "\u2029段\u2029"])
async def test_a_line_separator_is_kept(running: Running, text: str) -> None:
    said = await running.platform().push(text_xml(text))
    assert said.text is not None
    (message, *_) = await running.conversations.history((await running.view()).id)
    assert message.text == text
