"""Every kind of message and event, in every mode and format."""

from __future__ import annotations

import pytest

from conversations.types import Agent
from tests.channels.wechat.conftest import Running
from tests.channels.wechat.platform import CITIZEN, PAYLOADS, payload, text_xml
from tests.waiting import until

WAYS = ["plain", "compatible", "safe", "plain-json", "compatible-json", "safe-json"]

ANSWERED = {
    "text": "公积金怎么提取",
    # The readers get no zero-width characters; the message keeps them.
    "emoji": "谢谢👍🏽👨👩👧 /::)",
    "msgmenu": "满意",
    "voice": "我要反映路灯不亮",
    "location": '/inform{"slot":"location","value":"32.647574,117.018329 安徽省淮南市田家庵区示例路1号"}',
    "event_CLICK": "查进度",
    # The platform speaks UTF-8 only; a declaration that says otherwise is not believed.
    "declared_utf16": "您好",
    "control": "路灯不亮了",
}
XML_ONLY = {"declared_utf16", "control"}
EXPLAINED = {
    "sticker": "看不懂",
    "voice_unheard": "没能听清",
    "video": "视频",
    "shortvideo": "视频",
    "link": "链接",
    "unknown": "看不懂",
    # Its address can't be reached here; test_pictures.py fetches some.
    "image": "照片收到了",
}
GREETED = ["event_subscribe", "event_subscribe_scene", "event_SCAN", "event_CLICK_unknown"]
SILENT = [
    "event_unsubscribe", "event_LOCATION", "event_VIEW", "event_pic_sysphoto", "event_TEMPLATESENDJOBFINISH",
    "event_user_enter_tempsession", "event_subscribe_msg_popup", "event_subscribe_msg_popup_two", "event_subscribe_msg_change",
    "event_subscribe_msg_sent", "event_scancode_waitmsg", "event_unheard_of",
]  # fmt: skip
UNNAMED = ["location_unnamed"]


def test_no_payload_is_forgotten() -> None:
    listed = {*ANSWERED, *EXPLAINED, *GREETED, *SILENT, *UNNAMED, "miniprogrampage"}
    assert listed == {path.stem for path in PAYLOADS.glob("*.xml")}


def _from(name: str) -> tuple[str, bytes]:
    """A payload from a citizen of its own."""
    user = f"oTEST_{name}"
    return user, payload(name).replace(CITIZEN.encode(), user.encode())


@pytest.mark.parametrize("way", WAYS)
async def test_what_has_words_is_answered(running: Running, way: str) -> None:
    platform = running.way(way)
    for name, words in ANSWERED.items():
        if name in XML_ONLY and way.endswith("json"):
            continue
        user, body = _from(name)
        said = await platform.push(body)
        assert (said.text, said.to) == (f"您说的是：{words}", user), name
        assert said.encrypted is (not way.startswith("plain"))
    assert running.dialogue.texts() == list(ANSWERED.values())[: len(running.dialogue.asked)]
    assert len(running.dialogue.asked) >= len(ANSWERED) - len(XML_ONLY)


@pytest.mark.parametrize("way", WAYS)
async def test_what_has_no_words_gets_a_polite_sentence_and_no_turn(running: Running, way: str) -> None:
    for name, words in EXPLAINED.items():
        said = await running.way(way).push(_from(name)[1])
        assert said.text is not None and words in said.text, name
    assert running.dialogue.asked == []


@pytest.mark.parametrize("way", WAYS)
async def test_who_comes_in_is_greeted_without_a_turn(running: Running, way: str) -> None:
    for name in GREETED:
        first, again = [await running.way(way).push(_from(name)[1]) for _ in range(2)]
        assert first.text is not None and "淮南12345" in first.text and "转人工" in first.text, name
        assert again.text == first.text
    assert running.dialogue.asked == []


@pytest.mark.parametrize("way", WAYS)
async def test_other_events_are_acknowledged(running: Running, way: str) -> None:
    for name in SILENT:
        if name == "event_user_enter_tempsession":
            continue  # only mini programs have it; test_mini_program.py
        said = await running.way(way).push(_from(name)[1])
        assert (said.status, said.body) == (200, "success"), name
    assert running.dialogue.asked == []


async def test_where_a_citizen_came_from_is_remembered(running: Running) -> None:
    await running.platform().push(payload("event_subscribe_scene"))
    view = await running.view()
    assert view.facts["scene"] == "hall01"


async def test_a_menu_button_speaks_for_the_citizen_once(running: Running) -> None:
    body = payload("event_CLICK")
    said = {(await running.platform().push(body)).text for _ in range(3)}
    assert said == {"您说的是：查进度"}
    assert running.dialogue.texts() == ["查进度"]
    (message, _) = await running.conversations.history((await running.view()).id)
    assert (message.kind, message.text) == ("event", "查进度")


async def test_what_is_owed_comes_before_a_greeting(running: Running) -> None:
    agent = Agent("agent-1", "坐席 1 号")
    view = await running.view()
    await running.conversations.request_human(view.id, "citizen_asked")
    await running.conversations.take(view.id, agent)
    said = await running.platform().push(payload("event_SCAN"))
    assert said.text is not None and said.text.index("坐席 1 号已接入") < said.text.index("淮南12345")

    async def all_delivered() -> bool:
        return await running.conversations.undelivered(view.id) == []

    await until(all_delivered)  # settled after the answer has gone out


async def test_a_place_is_kept_with_its_coordinates(running: Running) -> None:
    await running.platform().push(payload("location"))
    (message, _) = await running.conversations.history((await running.view()).id)
    assert (message.kind, message.text) == ("location", "安徽省淮南市田家庵区示例路1号")
    assert message.media is not None and message.media["lat"] == pytest.approx(32.647574)


async def test_a_place_without_an_address_is_a_place(running: Running) -> None:
    await running.platform().push(payload("location_unnamed"))
    (message, _) = await running.conversations.history((await running.view()).id)
    assert message.text == "［位置］" and message.media is not None


async def test_an_empty_text_gets_a_question_back(running: Running) -> None:
    said = await running.platform().say("")
    assert said.text is not None and "文字" in said.text


@pytest.mark.slow
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
    assert said.text == "您说的是：a]]>b<Content>c</Content>&lt;"


async def test_surrogates_in_json_are_taken_out(running: Running) -> None:
    platform = running.platform(as_json=True)
    body = (
        b'{"ToUserName":"gh_0123456789ab","FromUserName":"oTEST_json","CreateTime":1763884800,"MsgType":"text",'
        b'"Content":"\\ud800\\u0000\\u516c\\u79ef\\u91d1","MsgId":24500000000000999}'
    )
    async with running.client.post(platform.path, params=platform.signed(), data=body) as response:
        said = platform.read(response.status, await response.text())
    assert said.text == "您说的是：公积金"


async def test_an_agent_learns_of_a_recording_the_desk_cannot_play(running: Running) -> None:
    agent = Agent("agent-1", "坐席 1 号")
    view = await running.view()
    await running.conversations.request_human(view.id, "citizen_asked")
    await running.conversations.take(view.id, agent)
    said = await running.platform().push(payload("video"))
    assert said.text is not None and "坐席" in said.text
    last = (await running.conversations.history(view.id))[-1]
    assert (last.direction, last.kind, last.text) == ("in", "video", "［视频］")
    assert running.dialogue.asked == []
