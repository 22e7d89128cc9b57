"""Sessions and messages by plain requests."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from conversations.types import Agent
from conversations.listing import Wanted
from tests.channels.web.conftest import Running, code_of, new_id
from tests.waiting import until

AGENT = Agent("agent-3", "坐席 3 号")


async def test_a_first_visit(running: Running) -> None:
    async with running.client.post("/api/web/session", json={}) as response:
        body = await response.json()
        assert response.headers["Cache-Control"] == "no-store"
    assert body["conversation"] == {"mode": "bot"} and body["messages"] == []
    assert body["city"] == "淮南" and "淮南12345" in body["greeting"] and len(body["starters"]) == 4
    # Somebody who only looks leaves no trace.
    assert (await running.conversations.list(Wanted())).views == []


async def test_a_visit_without_a_body_is_a_first_visit(running: Running) -> None:
    async with running.client.post("/api/web/session") as response:
        assert response.status == 200 and (await response.json())["messages"] == []


async def test_coming_back_shows_what_was_said(running: Running) -> None:
    visitor = await running.visitor()
    sent = await visitor.say("公积金怎么提取")
    async with running.client.post("/api/web/session", json={"token": visitor.token}) as response:
        body = await response.json()
    assert body["token"] == visitor.token
    assert body["messages"] == [sent["message"], *sent["replies"]]
    assert [m["text"] for m in body["messages"]] == ["公积金怎么提取", "您说的是：公积金怎么提取"]


@pytest.mark.parametrize(
    "token", ["", "x", None, 5, {}, "w1.a.b.c", "w1." + "0" * 36 + ".1763884800." + "A" * 43, "w" * 5_000]
)
async def test_a_bad_token_just_begins_anew(running: Running, token: Any) -> None:
    async with running.client.post("/api/web/session", json={"token": token}) as response:
        body = await response.json()
    assert response.status == 200 and body["token"] != token and body["messages"] == []


async def test_a_message_and_its_reply(running: Running) -> None:
    visitor = await running.visitor()
    client_id = new_id()
    body = await visitor.say("说两句", client_id)
    message, replies = body["message"], body["replies"]
    assert body["pending"] is False
    assert (message["direction"], message["sender"], message["client_id"]) == ("in", "citizen", client_id)
    assert [r["text"] for r in replies] == ["第一句。", "第二句。"]
    assert [r["sender_name"] for r in replies] == ["问办助手"] * 2
    assert replies[1]["buttons"] == [{"title": "转人工", "payload": "/request_human"}]
    assert [message["seq"], *(r["seq"] for r in replies)] == [1, 2, 3]
    assert message["created_at"].endswith("Z")


async def test_the_same_client_id_is_one_turn_with_one_answer(running: Running) -> None:
    visitor, client_id = await running.visitor(), new_id()
    answers = await asyncio.gather(*(visitor.say("公积金怎么提取", client_id) for _ in range(6)))
    assert all(answer == answers[0] for answer in answers)
    assert len(running.dialogue.asked) == 1
    assert len((await visitor.missed())["messages"]) == 2


async def test_the_same_client_id_of_two_visitors_is_two_messages(running: Running) -> None:
    client_id = new_id()
    for text in ("甲", "乙"):
        await (await running.visitor()).say(text, client_id)
    assert running.dialogue.texts() == ["甲", "乙"]


async def test_a_pressed_button_is_only_what_was_offered(running: Running) -> None:
    visitor = await running.visitor()
    payload = (await visitor.say("我要投诉"))["replies"][0]["buttons"][1]["payload"]
    await visitor.say("求助", button=payload)
    assert running.dialogue.texts()[-1] == payload
    await visitor.say("求助", button=payload)
    await visitor.say("/restart", button="/restart")
    assert running.dialogue.texts()[-2:] == ["求助", "restart"]


async def test_a_reply_that_takes_long_is_pending_and_comes_later(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = await running.visitor()
    wait = running.conversations.wait

    async def short(turn_id: str, timeout_s: float) -> Any:
        assert timeout_s == 5.0
        return await wait(turn_id, 0.3)

    monkeypatch.setattr(running.conversations, "wait", short)
    body = await visitor.say("慢慢查")
    assert body["pending"] is True and body["replies"] == []
    running.dialogue.gate.set()

    async def come() -> bool:
        return bool((await visitor.missed(after=body["message"]["seq"]))["messages"])

    await until(come)
    missed = await visitor.missed(after=body["message"]["seq"])
    assert [m["text"] for m in missed["messages"]] == ["您说的是：慢慢查"]
    assert missed["mode"] == "bot"


async def test_when_rasa_is_down_the_citizen_still_gets_a_reply(running: Running) -> None:
    visitor = await running.visitor()
    assert (await visitor.say("坏了，几点开门"))["replies"][0]["text"] == "市民中心工作日上午八点半开门。"
    assert "记下了" in (await visitor.say("坏了"))["replies"][0]["text"]
    assert (await visitor.missed())["mode"] == "waiting"


async def test_an_agent_is_heard_and_the_bot_silent(running: Running) -> None:
    visitor = await running.visitor()
    await visitor.say("您好")
    (view,) = (await running.conversations.list(Wanted())).views
    await running.conversations.take(view.id, AGENT)
    assert (await visitor.say("在吗"))["replies"] == []
    said = await running.conversations.say(view.id, AGENT, "您请说", "c-1")
    missed = await visitor.missed(after=said.seq - 1)
    assert missed["mode"] == "human"
    assert [(m["sender"], m["sender_name"], m["text"]) for m in missed["messages"]] == [("agent", "坐席 3 号", "您请说")]
    await running.conversations.hand_back(view.id, AGENT)
    assert (await visitor.say("谢谢"))["replies"][0]["text"] == "您说的是：谢谢"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "bad_request"),
        ({"client_id": "a" * 8}, 400, "bad_request"),
        ({"text": "您好"}, 400, "bad_request"),
        ({"client_id": "short", "text": "您好"}, 400, "bad_request"),
        ({"client_id": "a" * 65, "text": "您好"}, 400, "bad_request"),
        ({"client_id": "有中文的编号啊啊", "text": "您好"}, 400, "bad_request"),
        ({"client_id": "abcdefgh\n", "text": "您好"}, 400, "bad_request"),
        ({"client_id": 12345678, "text": "您好"}, 400, "bad_request"),
        ({"client_id": "abcdefgh", "text": 5}, 400, "bad_request"),
        ({"client_id": "abcdefgh", "text": None}, 400, "bad_request"),
        ({"client_id": "abcdefgh", "text": ["您好"]}, 400, "bad_request"),
        ({"client_id": "abcdefgh", "text": ""}, 400, "bad_request"),
        ({"client_id": "abcdefgh", "text": " \n\u3000\x00\ud800"}, 400, "bad_request"),
        ({"client_id": "abcdefgh", "text": "您好", "button": 5}, 400, "bad_request"),
        ({"client_id": "abcdefgh", "text": "您好", "button": "x" * 401}, 400, "bad_request"),
        ({"client_id": "abcdefgh", "text": "啊" * 4_001}, 413, "too_large"),
        ({"client_id": "abcdefgh", "text": "啊" * 10_000}, 413, "too_large"),
        ([], 400, "bad_request"),
        ("text", 400, "bad_request"),
        (None, 400, "bad_request"),
    ],
)
async def test_bad_messages(running: Running, body: Any, status: int, code: str) -> None:
    visitor = await running.visitor()
    async with visitor.post(body) as response:
        assert await code_of(response) == (status, code)
    assert running.dialogue.asked == []


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 60_000, b'{"text": NaN}', b'"' + b"a" * 70_000])
async def test_bodies_that_are_not_json(running: Running, raw: bytes) -> None:
    visitor = await running.visitor()
    async with running.client.post("/api/web/messages", data=raw, headers=visitor.headers) as response:
        assert (await code_of(response))[0] in (400, 413)


async def test_a_body_that_is_too_long_is_413(running: Running) -> None:
    visitor = await running.visitor()

    async def pieces():  # type: ignore[no-untyped-def]
        for _ in range(20):
            yield b" " * 10_000

    for raw in (b" " * 70_000, pieces()):
        async with running.client.post("/api/web/messages", data=raw, headers=visitor.headers) as response:
            assert await code_of(response) == (413, "too_large")


@pytest.mark.parametrize("text", ["👍🏽👨‍👩‍👧", "a" * 4_000, "啊" * 4_000, "<script>alert(1)</script>", "第一行\n第二行", "𠮷\u202e"])
@pytest.mark.slow
async def test_unusual_words_come_through_whole(running: Running, text: str) -> None:
    visitor = await running.visitor()
    assert (await visitor.say(text))["message"]["text"] == text


async def test_half_an_emoji_and_control_characters_are_left_out(running: Running) -> None:
    visitor = await running.visitor()
    assert (await visitor.say("您\x00好\ud83d\x1b"))["message"]["text"] == "您好"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic abc", "bearer " + "x" * 3_000])
async def test_without_a_good_token_it_is_401(running: Running, header: str) -> None:
    for method, path in (("POST", "/api/web/messages"), ("GET", "/api/web/messages")):
        async with running.client.request(method, path, json={}, headers={"Authorization": header}) as response:
            assert await code_of(response) == (401, "unauthorized")


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "９", "9" * 10, ""])
async def test_a_bad_after(running: Running, after: str) -> None:
    visitor = await running.visitor()
    async with running.client.get("/api/web/messages", params={"after": after}, headers=visitor.headers) as response:
        assert await code_of(response) == (400, "bad_request")


async def test_order_of_twenty_quick_messages(running: Running) -> None:
    visitor = await running.visitor()
    await asyncio.gather(*(visitor.say(f"第{n}句") for n in range(20)))
    messages = (await visitor.missed())["messages"]
    assert [m["seq"] for m in messages] == list(range(1, 41))
    said = [m["text"] for m in messages if m["direction"] == "in"]
    assert [m["text"] for m in messages if m["direction"] == "out"] == [f"您说的是：{text}" for text in said]
    assert sorted(said) == sorted(f"第{n}句" for n in range(20))


@pytest.mark.slow
async def test_too_many_messages_are_429_with_a_time_to_come_back(running: Running) -> None:
    visitor = await running.visitor()
    sent = 0
    while sent < 200:  # a slow machine gets some tokens back while it tries
        async with visitor.post({"client_id": "a" * 8, "text": "您好"}) as response:
            if response.status != 200:
                assert await code_of(response) == (429, "rate_limited")
                assert 1 <= int(response.headers["Retry-After"]) <= 3
                break
        sent += 1
    assert 20 <= sent < 200
    # Another visitor at the same address is not held back.
    await (await running.visitor()).say("您好")


async def test_an_address_has_a_limit_too(running: Running) -> None:
    opened = 0
    while opened < 1_000:  # a slow machine gets some tokens back while it tries
        async with running.client.post("/api/web/session", json={}) as response:
            if response.status != 200:
                assert await code_of(response) == (429, "rate_limited")
                break
        opened += 1
    assert 120 <= opened < 1_000
