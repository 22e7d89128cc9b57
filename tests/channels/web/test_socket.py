"""The websocket: live both ways, resumed without loss or repeats."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import WSMsgType

from channels.web import socket as socket_module
from conversations.types import Agent
from conversations.listing import Wanted
from tests.channels.web.conftest import Running, Socket, Visitor, new_id, offered
from tests.waiting import until

AGENT = Agent("agent-3", "坐席 3 号")


async def greeted(running: Running) -> tuple[Visitor, Socket, str]:
    """A visitor who has said 您好 and got the reply, their socket, and the conversation's id."""
    visitor = await running.visitor()
    socket = await visitor.socket()
    await socket.frames("hello")
    await socket.say("您好")
    await socket.frames("ack", "message")
    (view,) = (await running.conversations.list(Wanted())).views
    return visitor, socket, view.id


async def test_hello_ack_and_reply(running: Running) -> None:
    socket = await (await running.visitor()).socket()
    (hello,) = await socket.frames("hello")
    assert hello["mode"] == "bot" and hello["messages"] == []
    client_id = await socket.say("公积金怎么提取")
    ack, reply = await socket.frames("ack", "message")
    assert (ack["client_id"], ack["message"]["client_id"], ack["message"]["seq"]) == (client_id, client_id, 1)
    assert reply["message"]["text"] == "您说的是：公积金怎么提取"
    await socket.quiet()


async def test_the_typing_sign_comes_and_goes(running: Running) -> None:
    socket = await (await running.visitor()).socket()
    await socket.frames("hello")
    await socket.say("慢慢查")
    ack = await socket.ws.receive_json(timeout=10)
    assert ack["type"] == "ack"
    assert await socket.ws.receive_json(timeout=10) == {"type": "typing", "active": True}
    running.dialogue.gate.set()
    rest = [await socket.ws.receive_json(timeout=10) for _ in range(2)]
    assert {"type": "typing", "active": False} in rest
    assert [f["message"]["text"] for f in rest if f["type"] == "message"] == ["您说的是：慢慢查"]


async def test_another_tab_sees_the_same_conversation(running: Running) -> None:
    visitor = await running.visitor()
    one, other = await visitor.socket(), await visitor.socket()
    await one.frames("hello")
    await other.frames("hello")
    client_id = await one.say("您好")
    echo, reply = await other.frames("message", "message")
    assert echo["message"]["client_id"] == client_id and echo["message"]["direction"] == "in"
    assert reply["message"]["direction"] == "out"
    await one.frames("ack", "message")
    await one.quiet()
    await other.quiet()


async def test_strangers_do_not_hear_each_other(running: Running) -> None:
    one, other = await (await running.visitor()).socket(), await (await running.visitor()).socket()
    await one.frames("hello")
    await other.frames("hello")
    await one.say("您好")
    await one.frames("ack", "message")
    await other.quiet()


async def test_a_repeat_is_acknowledged_again_and_answered_once(running: Running) -> None:
    visitor = await running.visitor()
    socket = await visitor.socket()
    await socket.frames("hello")
    client_id = await socket.say("您好")
    first, _ = await socket.frames("ack", "message")
    await socket.say("您好", client_id)
    (again,) = await socket.frames("ack")
    assert again == first
    await socket.quiet()
    # The same over the other way in.
    assert (await visitor.say("您好", client_id))["message"] == first["message"]
    assert len(running.dialogue.asked) == 1


async def test_resuming_brings_exactly_what_was_missed(running: Running) -> None:
    visitor = await running.visitor()
    socket = await visitor.socket()
    await socket.frames("hello")
    await socket.say("一")
    _, reply = await socket.frames("ack", "message")
    await socket.ws.close()
    await visitor.say("二")
    resumed = await visitor.socket(after=reply["message"]["seq"])
    (hello,) = await resumed.frames("hello")
    assert [m["text"] for m in hello["messages"]] == ["二", "您说的是：二"]
    await resumed.quiet()
    nothing = await visitor.socket(after=hello["messages"][-1]["seq"])
    assert (await nothing.frame())["messages"] == []


async def test_what_happens_while_the_past_is_read_comes_once(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await running.visitor()
    await visitor.say("一")
    history = running.conversations.history
    spoken = asyncio.Event()

    async def slow(*args: object, **options: object) -> object:
        if not spoken.is_set():
            spoken.set()
            await visitor.say("二")  # after the subscription, before the past is read …
            found = await history(*args, **options)  # type: ignore[arg-type]
            await visitor.say("三")  # … and after it is read, before it is sent
            return found
        return await history(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(running.conversations, "history", slow)
    socket = await visitor.socket()
    (hello,) = await socket.frames("hello")
    later = await socket.frames("message", "message")
    texts = [m["text"] for m in [*hello["messages"], *(f["message"] for f in later)]]
    assert texts == ["一", "您说的是：一", "二", "您说的是：二", "三", "您说的是：三"]
    await socket.quiet()


async def test_a_reader_that_fell_behind_gets_all_of_it_from_the_database(running: Running) -> None:
    visitor, socket, conversation_id = await greeted(running)
    topic = f"conversation:{conversation_id}"
    (subscription,) = running.events._topics[topic]
    # What Events does to a subscriber whose queue is full: the event is dropped, and it is told so.
    running.events._topics[topic] = set()
    subscription.lagged = True
    await visitor.say("没听见的话")
    running.events._topics[topic] = {subscription}
    running.events.publish(topic, "mode", mode="bot", position=0)
    frames = await socket.frames("mode", "message", "message")
    assert [f["message"]["text"] for f in frames[1:]] == ["没听见的话", "您说的是：没听见的话"]
    await socket.quiet()


async def test_a_change_of_who_answers_that_no_event_told_of_is_found(running: Running) -> None:
    _, socket, conversation_id = await greeted(running)
    topic = f"conversation:{conversation_id}"
    subscriptions, running.events._topics[topic] = running.events._topics[topic], set()
    await running.conversations.take(conversation_id, AGENT)
    running.events._topics[topic] = subscriptions
    for _ in range(3):  # However often it looks, the browser is told once.
        running.events.lag()
    told, mode = await socket.frames("message", "mode")
    assert told["message"]["sender"] == "system" and mode == {"type": "mode", "mode": "human"}
    await socket.quiet()


async def test_overtaking_events_are_not_mistaken_for_repeats(running: Running) -> None:
    _, socket, conversation_id = await greeted(running)
    base = (await running.conversations.history(conversation_id))[-1].to_json()
    for seq in (4, 3, 4, 3, 2):
        running.events.publish(f"conversation:{conversation_id}", "message", message={**base, "seq": seq})
    frames = await socket.frames("message", "message")
    assert [f["message"]["seq"] for f in frames] == [4, 3]
    await socket.quiet()


ALONE = {"type": "mode", "mode": "waiting", "position": 1, "agents": False}


async def test_mode_changes_and_the_agents_words_are_live(running: Running) -> None:
    visitor, socket, conversation_id = await greeted(running)
    await running.conversations.request_human(conversation_id, "citizen_asked")
    assert await socket.frames("mode") == [ALONE]
    await running.conversations.take(conversation_id, AGENT)
    told, mode = await socket.frames("message", "mode")
    assert told["message"]["sender"] == "system" and mode == {"type": "mode", "mode": "human"}
    await running.conversations.say(conversation_id, AGENT, "您请说", "c-1")
    (said,) = await socket.frames("message")
    assert (said["message"]["sender_name"], said["message"]["text"]) == ("坐席 3 号", "您请说")
    await socket.say("路灯不亮")
    await socket.frames("ack")
    await socket.quiet()
    await running.conversations.transfer(conversation_id, AGENT, Agent("agent-b", "坐席 5 号"), "请接着办")
    assert await socket.frames("mode") == [{"type": "mode", "mode": "human"}], "nothing is said"
    await running.conversations.transfer(conversation_id, Agent("agent-b", "坐席 5 号"), None, "请同事接")
    told, mode = await socket.frames("message", "mode")
    assert "排" in told["message"]["text"] and mode == ALONE
    await running.conversations.take(conversation_id, AGENT)
    await socket.frames("message", "mode")
    await running.conversations.hand_back(conversation_id, AGENT)
    await socket.frames("message", "mode")
    assert running.dialogue.texts() == ["您好"]
    late = await visitor.socket()
    assert (await late.frame())["mode"] == "bot"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", "bad_request"),
        ("[]", "bad_request"),
        ("5", "bad_request"),
        ("[" * 50_000, "bad_request"),
        ("{}", "unknown_frame"),
        ('{"type": "dance"}', "unknown_frame"),
        ('{"type": ["message"]}', "unknown_frame"),
        ('{"type": "message"}', "bad_request"),
        ('{"type": "message", "client_id": "abcdefgh", "text": ""}', "bad_request"),
        (json.dumps({"type": "message", "client_id": "abcdefgh", "text": "啊" * 4_001}), "too_large"),
        (json.dumps({"type": "message", "client_id": "abcdefgh", "text": "啊" * 10_000}, ensure_ascii=False), "too_large"),
    ],
)
async def test_bad_frames_are_answered_and_the_socket_stays(running: Running, frame: str, code: str) -> None:
    socket = await (await running.visitor()).socket()
    await socket.frames("hello")
    await socket.ws.send_str(frame)
    (error,) = await socket.frames("error")
    assert error["error"]["code"] == code and error["error"]["message"]
    assert error.get("client_id") == ("abcdefgh" if "abcdefgh" in frame else None)
    await socket.say("还在")
    await socket.frames("ack", "message")
    assert running.dialogue.texts() == ["还在"]


async def test_binary_frames_and_typing(running: Running) -> None:
    socket = await (await running.visitor()).socket()
    await socket.frames("hello")
    await socket.ws.send_bytes(b"\x00\x01")
    await socket.frames("error")
    await socket.ws.send_json({"type": "typing"})
    await socket.quiet()


async def test_a_frame_over_the_limit_closes_the_socket(running: Running) -> None:
    socket = await (await running.visitor()).socket()
    await socket.frames("hello")
    await socket.ws.send_str("x" * 70_000)
    closing = await socket.ws.receive(timeout=10)
    assert closing.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING) and socket.ws.close_code == 1009


@pytest.mark.parametrize("token", ["", "forged", "w1." + "0" * 36 + ".1763884800." + "A" * 43])
async def test_a_bad_token_closes_with_4401(running: Running, token: str) -> None:
    ws = await running.client.ws_connect("/api/web/socket", protocols=offered(token))
    await ws.receive(timeout=10)
    assert ws.close_code == 4401


async def test_too_many_messages_get_an_error_frame(running: Running) -> None:
    socket = await (await running.visitor()).socket()
    await socket.frames("hello")
    refused = [await socket.say("您好", f"again-{n:04}") for n in range(60)]
    frames = []
    while not frames or frames[-1]["type"] != "error":
        frames.append(await socket.frame())
    assert frames[-1]["error"]["code"] == "rate_limited" and frames[-1]["client_id"] in refused
    assert frames[-1]["retry_after_s"] >= 1
    assert [f["type"] for f in frames].count("ack") >= 20


async def test_twenty_quick_messages_keep_their_order(running: Running) -> None:
    socket = await (await running.visitor()).socket()
    await socket.frames("hello")
    said = [f"第{n}句" for n in range(20)]
    for text in said:
        await socket.say(text)
    frames = [await socket.frame() for _ in range(40)]
    assert [f["message"]["text"] for f in frames if f["type"] == "ack"] == said
    assert [f["message"]["text"] for f in frames if f["type"] == "message"] == [f"您说的是：{t}" for t in said]


async def test_a_failure_inside_is_an_error_frame_without_secrets(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = await (await running.visitor()).socket()
    await socket.frames("hello")

    async def broken(_: object) -> None:
        raise OSError("/var/lib/secret is full")

    with monkeypatch.context() as patch:
        patch.setattr(running.conversations, "receive", broken)
        client_id = await socket.say("您好")
        (error,) = await socket.frames("error")
    assert error["client_id"] == client_id and error["error"]["code"] == "internal"
    assert "secret" not in json.dumps(error)
    await socket.say("您好", client_id)
    await socket.frames("ack", "message")


async def test_leaving_ends_everything_the_socket_had_running(running: Running) -> None:
    socket = await (await running.visitor()).socket()
    await socket.frames("hello")
    await socket.say("慢慢查")
    assert (await socket.ws.receive_json(timeout=10))["type"] == "ack"
    (view,) = (await running.conversations.list(Wanted())).views
    topic = f"conversation:{view.id}"
    assert topic in running.events._topics
    await socket.ws.close()
    await until(lambda: topic not in running.events._topics)


async def test_a_browser_that_does_not_read_is_let_go_and_holds_nobody_up(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "SEND_S", 0.5)
    visitor = await running.visitor()
    stuck, well = await visitor.socket(), await visitor.socket()
    await stuck.frames("hello")
    await well.frames("hello")
    transport = stuck.ws._response.connection.transport  # type: ignore[union-attr]
    transport.pause_reading()  # type: ignore[union-attr]
    (view,) = (await running.conversations.list(Wanted())).views
    base = {"direction": "out", "client_id": None, "text": "啊" * 20_000}
    for seq in range(1, 401):
        running.events.publish(f"conversation:{view.id}", "message", message={**base, "seq": seq})
    got = [await well.frame() for _ in range(400)]
    assert [f["message"]["seq"] for f in got] == list(range(1, 401))
    topic = f"conversation:{view.id}"
    await until(lambda: len(running.events._topics[topic]) == 1)
    transport.abort()  # type: ignore[union-attr]


async def test_shutting_down_sends_browsers_to_the_next_process(running: Running) -> None:
    socket = await (await running.visitor()).socket()
    await socket.frames("hello")
    app = running.client.server.app  # type: ignore[attr-defined]
    closing = asyncio.create_task(app.shutdown())
    await socket.ws.receive(timeout=10)
    assert socket.ws.close_code == 1001
    await closing


async def test_a_bad_after_is_refused_before_the_upgrade(running: Running) -> None:
    visitor = await running.visitor()
    async with running.client.get("/api/web/socket?after=x", headers=visitor.headers) as response:
        assert response.status == 400
    async with running.client.get(f"/api/web/socket?after={new_id()}", headers=visitor.headers) as response:
        assert response.status == 400
