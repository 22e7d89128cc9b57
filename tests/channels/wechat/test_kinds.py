"""Every kind of message and event, in every mode."""

from __future__ import annotations

import pytest

from conversations.types import Agent
from tests.channels.wechat.conftest import Running
from tests.channels.wechat.platform import payload, text_xml

MODES = ["plain", "compatible", "safe"]

ANSWERED = {
    "text": "您说的是：公积金怎么提取",
    "emoji": "您说的是：谢谢👍🏽👨‍👩‍👧 /::)",
    "msgmenu": "您说的是：满意",
    "voice": "您说的是：我要反映路灯不亮",
    "location": "您说的是：安徽省淮南市田家庵区示例路1号",
    # The platform speaks UTF-8 only; a declaration that says otherwise is not believed.
    "declared_utf16": "您说的是：您好",
}
EXPLAINED = {
    "sticker": "看不懂",
    "image": "图片",
    "voice_unheard": "没能听清",
    "video": "视频",
    "shortvideo": "视频",
    "location_unnamed": "没有写地址",
    "link": "链接",
    "unknown": "看不懂",
}
GREETED = ["event_subscribe", "event_subscribe_scene"]
SILENT = [
    "event_unsubscribe", "event_SCAN", "event_LOCATION", "event_CLICK", "event_VIEW", "event_pic_sysphoto",
    "event_TEMPLATESENDJOBFINISH", "event_unheard_of",
]  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ANSWERED)
async def test_what_has_words_is_answered(running: Running, mode: str, name: str) -> None:
    said = await running.platform(mode).push(payload(name))
    assert said.text == ANSWERED[name]
    assert len(running.dialogue.asked) == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", EXPLAINED)
async def test_what_has_no_words_gets_a_polite_sentence_and_no_turn(
    running: Running, mode: str, name: str
) -> None:
    said = await running.platform(mode).push(payload(name))
    assert said.text is not None and EXPLAINED[name] in said.text and said.encrypted is (mode != "plain")
    assert running.dialogue.asked == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", GREETED)
async def test_who_subscribes_is_greeted_without_a_turn(running: Running, mode: str, name: str) -> None:
    platform = running.platform(mode)
    first, again = await platform.push(payload(name)), await platform.push(payload(name))
    assert first.text is not None and "淮南12345" in first.text and "转人工" in first.text
    assert again.text == first.text
    assert running.dialogue.asked == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", SILENT)
async def test_other_events_are_acknowledged(running: Running, mode: str, name: str) -> None:
    said = await running.platform(mode).push(payload(name))
    assert (said.status, said.body) == (200, "success")
    assert running.dialogue.asked == []


async def test_a_place_is_kept_with_its_coordinates(running: Running) -> None:
    await running.platform().push(payload("location"))
    (message, _) = await running.conversations.history((await running.view()).id)
    assert (message.kind, message.text) == ("location", "安徽省淮南市田家庵区示例路1号")


async def test_an_empty_text_gets_a_question_back(running: Running) -> None:
    said = await running.platform().say("")
    assert said.text is not None and "文字" in said.text


async def test_ten_thousand_characters_are_kept_whole(running: Running) -> None:
    long = "路灯不亮。" * 2_000
    said = await running.platform().say(long)
    assert said.text is not None
    history = await running.conversations.history((await running.view()).id)
    assert history[0].text == long


async def test_more_than_can_be_kept_is_said_so(running: Running) -> None:
    said = await running.platform().say("啊" * 20_001)
    assert said.text is not None and "太长" in said.text
    assert running.dialogue.asked == []


async def test_control_characters_and_cdata_ends_cannot_break_the_reply(running: Running) -> None:
    nasty = "a]]&gt;b<Content>c</Content>&amp;lt;\u0085\u200b"
    body = text_xml("X").replace(b"<![CDATA[X]]>", nasty.replace("<", "&lt;").replace(">", "&gt;").encode())
    said = await running.platform().push(body)
    # The platform's own parser has read it back as text, one Content and nothing else.
    assert said.text == "您说的是：a]]>b<Content>c</Content>&lt;\u0085\u200b".replace("&lt;", "&lt;")


async def test_an_agent_learns_of_a_picture_the_desk_cannot_show(running: Running) -> None:
    agent = Agent("agent-1", "坐席 1 号")
    view = await running.view()
    await running.conversations.request_human(view.id, "citizen_asked")
    await running.conversations.take(view.id, agent)
    said = await running.platform().push(payload("image"))
    assert said.text is not None and "坐席" in said.text
    last = (await running.conversations.history(view.id))[-1]
    assert (last.direction, last.kind, last.text) == ("in", "image", "［图片］")
    assert running.dialogue.asked == []
