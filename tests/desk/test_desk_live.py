"""An open desk hears at once what happens, and tells that its agent is there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from sqlalchemy import insert, select, update

from conversations.models import Conversation, MessageRow
from core.clock import now
from core.events import LocalEvents
from desk import hub, live, presence, watch
from desk.hub import Hub, Mailbox
from desk.missed import MOST, Missed
from desk.models import DeskUser
from desk.summaries import Summaries
from desk.users import Users
from tests.conftest import Clock
from tests.desk.conftest import OURS, Office, Person
from tickets.types import TicketDraft


async def connect(person: Person) -> ClientWebSocketResponse:
    return await person.client.ws_connect("/api/desk/live")


async def until(socket: ClientWebSocketResponse, kind: str, **wanted: Any) -> dict[str, Any]:
    """The next frame of a kind whose conversation (or whole) has the wanted values."""
    async with asyncio.timeout(5):
        while True:
            frame: dict[str, Any] = await socket.receive_json()
            inner = frame.get("conversation", frame)
            if frame["type"] == kind and all(inner.get(k) == v for k, v in wanted.items()):
                return frame


async def test_messages_changes_and_tickets_arrive_by_themselves(office: Office) -> None:
    agent = await office.hire("a1", name="坐席 3 号")
    colleague = await office.hire("a2", "supervisor")
    sockets = [await connect(agent), await connect(colleague)]

    conversation_id = await office.says("v1", "路灯不亮", "v1-1")
    for socket in sockets:
        heard = await until(socket, "message", conversation_id=conversation_id)
        assert heard["message"]["text"] == "路灯不亮"
        heard = await until(socket, "conversation", id=conversation_id, mode="bot")
        assert heard["conversation"]["unread"] == 1

    await office.conversations.request_human(conversation_id, "citizen_asked")
    for socket in sockets:
        heard = await until(socket, "conversation", id=conversation_id, mode="waiting")
        assert heard["conversation"]["reason"] == "citizen_asked"

    await agent.post(f"/conversations/{conversation_id}/take")
    heard = await until(sockets[1], "conversation", id=conversation_id, mode="human")
    assert heard["conversation"]["agent"]["display_name"] == "坐席 3 号"
    body = {"client_id": "m1", "text": "您好，请讲"}
    await agent.post(f"/conversations/{conversation_id}/messages", body)
    async with asyncio.timeout(5):
        while (await until(sockets[1], "message"))["message"]["client_id"] != "m1":
            pass

    ticket = await office.tickets.file(TicketDraft("投诉", "路灯坏了三天"), "k")
    for socket in sockets:
        heard = await until(socket, "ticket")
        assert (heard["ticket"]["number"], heard["ticket"]["state"]) == (ticket.number, "待受理")


async def test_who_waits_hears_that_somebody_came_to_the_desk(office: Office) -> None:
    agent = await office.hire("a1")
    conversation_id = await office.waiting("v1")
    with office.events.subscribe(f"conversation:{conversation_id}") as heard:
        await connect(agent)
        async with asyncio.timeout(5):
            event = await heard.get()
    assert (event.kind, event.data["position"], event.data["agents"]) == ("mode", 1, True)


@pytest.mark.slow
async def test_reading_clears_unread_in_the_agents_other_windows(office: Office) -> None:
    agent = await office.hire("a1")
    conversation_id = await office.waiting("v1")
    await agent.post(f"/conversations/{conversation_id}/take")
    socket = await connect(agent)
    await office.says("v1", "还在吗", "v1-2")
    await until(socket, "conversation", id=conversation_id, unread=1)
    await agent.get(f"/conversations/{conversation_id}")
    await until(socket, "conversation", id=conversation_id, unread=0)


@pytest.mark.parametrize("frame", ["{", "[]", '"ping"', '{"type": "dance"}', "{}", "[" * 20_000])
async def test_an_unknown_frame_is_told_and_the_socket_stays(office: Office, frame: str) -> None:
    socket = await connect(await office.hire("a1"))
    await socket.send_str(frame)
    assert (await until(socket, "error"))["error"]["code"] == "unknown_frame"
    await socket.send_json({"type": "ping"})
    await until(socket, "pong")


async def test_an_oversized_frame_closes_the_socket_only(office: Office) -> None:
    agent = await office.hire("a1")
    socket = await connect(agent)
    await socket.send_str("x" * 70_000)
    closing = await socket.receive(timeout=5)
    assert closing.type is WSMsgType.CLOSE and closing.data == 1009
    again = await connect(agent)
    await again.send_json({"type": "ping"})
    await until(again, "pong")


async def test_roles_without_conversations_and_strangers_get_no_socket(office: Office) -> None:
    for role, status in (("department", 403), ("editor", 403), (None, 401)):
        person = await office.hire(f"{role}", role) if role else office.browser()
        with pytest.raises(WSServerHandshakeError) as caught:
            await connect(person)
        assert caught.value.status == status


async def test_signing_out_closes_the_accounts_sockets(office: Office) -> None:
    agent, colleague = await office.hire("a1"), await office.hire("a2")
    socket, other = await connect(agent), await connect(colleague)
    await agent.post("/logout")
    closing = await socket.receive(timeout=5)
    assert (closing.type, closing.data) == (WSMsgType.CLOSE, 4401)
    await other.send_json({"type": "ping"})
    await until(other, "pong")


async def test_a_session_ended_by_another_process_closes_at_the_next_look(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_S", 0.05)
    socket = await connect(await office.hire("a1"))
    await Users(office.database).reset_password("a1")  # tells no event of this process
    closing = await socket.receive(timeout=5)
    assert (closing.type, closing.data) == (WSMsgType.CLOSE, 4401)


async def test_an_agent_is_online_as_long_as_the_page_answers(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "BEAT_S", 0.05)
    online = office.presence.agents_online
    await office.hire("idle")
    await office.hire("dept", "department")
    assert await online() == 0
    agent = await office.hire("a1")
    socket = await connect(agent)
    assert await online() == 1
    conversation_id = await office.says("v1", "你好", "v1-1")
    place = await office.conversations.request_human(conversation_id, "citizen_asked")
    assert place.agents_online == 1
    await until(socket, "beat")
    clock.forward(seconds=30)
    await socket.send_json({"type": "beat", "idle_s": 3})
    assert (await until(socket, "presence"))["state"] == "online"
    clock.forward(seconds=30)
    assert await online() == 1
    # The connection stays open, but no page answers: the laptop is shut.
    clock.forward(seconds=10)
    assert await online() == 0
    clock.forward(minutes=5)
    await socket.send_json({"type": "beat", "idle_s": 301})
    await until(socket, "presence", state="away", chosen="online")
    assert await online() == 0
    await socket.send_json({"type": "beat", "idle_s": 0})
    await until(socket, "presence", state="online")
    for bad in (-1, "1", True, None, 1e12):
        await socket.send_json({"type": "beat", "idle_s": bad})
        await until(socket, "error")


async def test_signing_out_is_leaving_and_a_late_answer_brings_nobody_back(office: Office) -> None:
    agent = await office.hire("a1")
    await connect(agent)
    await agent.client.post("/api/desk/logout", json={}, headers=OURS)
    await office.presence.beat(agent.id, timedelta())
    assert await office.presence.agents_online() == 0


async def test_stopping_the_app_closes_open_desks(office: Office) -> None:
    socket = await connect(await office.hire("a1"))
    closing = asyncio.create_task(socket.receive(timeout=5))
    async with asyncio.timeout(5):
        await office.server.close()
    assert (await closing).data == 1001


async def test_a_burst_of_messages_is_one_look_per_conversation(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "GATHER_S", 0.5)  # so that a slow machine takes the whole burst within it
    looks: list[list[str]] = []

    class Counting(Summaries):
        async def by_ids(self, ids: Any) -> list[dict[str, Any]]:
            looks.append(list(ids))
            return await super().by_ids(looks[-1])

    conversation_id = await office.says("v1", "你好", "v1-1")
    events = LocalEvents()
    shared = Hub(events, Counting(office.conversations, Users(office.database)), Missed(office.database))
    with shared.join() as first, shared.join() as second:
        for seq in range(30):
            events.publish("desk", "message", conversation_id=conversation_id, message={"seq": seq})
        frames = [await asyncio.wait_for(first.get(), 5) for _ in range(31)]
        assert [f["type"] for f in frames if f] == ["message"] * 30 + ["conversation"]
        assert [await asyncio.wait_for(second.get(), 5) for _ in range(31)] == frames
    assert looks == [[conversation_id]]


async def test_changes_are_shown_although_events_never_pause(office: Office) -> None:
    conversation_id = await office.says("v1", "你好", "v1-1")
    events = LocalEvents()
    steady = Hub(events, Summaries(office.conversations, Users(office.database)), Missed(office.database))

    async def publish() -> None:
        while True:
            events.publish("desk", "message", conversation_id=conversation_id, message={})
            await asyncio.sleep(hub.GATHER_S / 5)

    with steady.join() as mailbox:
        publisher = asyncio.create_task(publish())
        try:
            async with asyncio.timeout(2):
                while (frame := await mailbox.get()) is None or frame["type"] != "conversation":
                    pass
        finally:
            publisher.cancel()


async def test_a_desk_too_far_behind_is_told_to_begin_anew() -> None:
    mailbox = Mailbox()
    for i in range(hub.BACKLOG + 10):
        mailbox.put({"type": "pong", "i": i})
    got = [await mailbox.get() for _ in range(hub.BACKLOG + 1)]
    assert got[-1] is None and None not in got[:-1]


async def test_the_hub_survives_a_look_up_that_fails(office: Office) -> None:
    class Failing(Summaries):
        broken = True

        async def by_ids(self, ids: Any) -> list[dict[str, Any]]:
            if self.broken:
                raise OSError("the database is away")
            return await super().by_ids(ids)

    conversation_id = await office.says("v1", "你好", "v1-1")
    events = LocalEvents()
    summaries = Failing(office.conversations, Users(office.database))
    shared = Hub(events, summaries, Missed(office.database))
    with shared.join() as cut_off:
        events.publish("desk", "conversation", conversation_id=conversation_id)
        assert await asyncio.wait_for(cut_off.get(), 5) is None
        summaries.broken = False
        with shared.join() as fresh:
            events.publish("desk", "conversation", conversation_id=conversation_id)
            frame = await asyncio.wait_for(fresh.get(), 5)
            assert frame is not None and frame["conversation"]["id"] == conversation_id


async def test_what_no_event_told_of_is_handed_on_once(office: Office) -> None:
    """Redis was away: another process wrote, and this one only knows that it may have missed something."""
    before = await office.says("v0", "早先的话", "v0-1")
    async with office.database.write() as session:
        await session.execute(update(MessageRow).values(created_at=now() - hub.OVERLAP * 2))
        await session.execute(update(Conversation).values(updated_at=now() - hub.OVERLAP * 2))
    events = LocalEvents()
    shared = Hub(events, Summaries(office.conversations, Users(office.database)), Missed(office.database))
    with shared.join() as mailbox:
        conversation_id = await office.says("v1", "路灯不亮", "v1-1")
        ticket = await office.tickets.file(TicketDraft("投诉", "路灯坏了三天"), "key")
        for _ in range(3):
            events.lag()
        # Told of after all, when it was found already.
        for message in await office.conversations.history(conversation_id):
            events.publish("desk", "message", conversation_id=conversation_id, message=message.to_json())
        events.publish("desk", "conversation", conversation_id=before)
        frames: list[dict[str, Any]] = []
        async with asyncio.timeout(5):
            while not {before, conversation_id} <= {f.get("conversation", {}).get("id") for f in frames}:
                frame = await mailbox.get()
                assert frame is not None
                frames.append(frame)
    assert [f["message"]["text"] for f in frames if f["type"] == "message"] == [
        "路灯不亮",
        "您说的是：路灯不亮",
    ]
    assert {f["ticket"]["number"] for f in frames if f["type"] == "ticket"} == {ticket.number}
    assert [f["conversation"]["id"] for f in frames if f["type"] == "conversation"].count(
        conversation_id
    ) == 1


async def test_too_much_missed_and_the_desks_begin_anew(office: Office) -> None:
    conversation_id = await office.says("v1", "你好", "v1-1")
    rows = [
        {
            "id": f"m-{n}",
            "conversation_id": conversation_id,
            "seq": 100 + n,
            "direction": "in",
            "sender": "citizen",
        }
        for n in range(MOST)
    ]
    async with office.database.write() as session:
        await session.execute(insert(MessageRow), rows)
    events = LocalEvents()
    shared = Hub(events, Summaries(office.conversations, Users(office.database)), Missed(office.database))
    with shared.join() as mailbox:
        events.lag()
        assert await asyncio.wait_for(mailbox.get(), 5) is None


async def test_nobody_listening_nothing_is_looked_up(office: Office) -> None:
    events = LocalEvents()
    shared = Hub(events, Summaries(office.conversations, Users(office.database)), Missed(office.database))
    with shared.join():
        assert set(events._topics) == {"desk", "tickets"}
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert events._topics == {}
    async with office.database.read() as session:
        assert list(await session.scalars(select(DeskUser))) == []


async def test_an_account_has_only_so_many_windows_and_others_are_not_touched(office: Office) -> None:
    """One account opened 150 in 1.8 s, each with a mailbox and three tasks (2026-11-30)."""
    agent, other = await office.hire("a1"), await office.hire("a2")
    sockets = [await connect(agent) for _ in range(live.MOST_SOCKETS)]
    for _ in range(3):
        with pytest.raises(WSServerHandshakeError) as refused:
            await connect(agent)
        assert refused.value.status == 429
    await connect(other)
    await sockets[0].close()
    async with asyncio.timeout(5):
        while True:
            try:
                await connect(agent)
                break
            except WSServerHandshakeError:
                await asyncio.sleep(0)


async def test_a_request_that_is_no_websocket_is_no_sign_of_life(office: Office) -> None:
    agent = await office.hire("a1")
    await agent.get("/live", 400)
    assert (await agent.get("/me"))["user"] and await office.presence.agents_online() == 0


async def test_a_desk_that_closes_at_the_moment_of_an_event_leaves_no_reader_behind(office: Office) -> None:
    """Until Python 3.12 ``wait_for`` swallows such a cancellation: the reader read on, and stopping the app waited for it."""
    events = LocalEvents()
    shared = Hub(events, Summaries(office.conversations, Users(office.database)), Missed(office.database))
    before = asyncio.all_tasks()
    with shared.join() as mailbox:
        events.publish("desk", "conversation", conversation_id="c1")
        events.publish("desk", "beside", conversation_id="c1")
        await mailbox.get()  # the reader now waits a limited time, to gather the changes of c1
        await asyncio.sleep(0)
        events.publish("desk", "beside", conversation_id="c1")
    async with asyncio.timeout(5):
        await asyncio.wait(asyncio.all_tasks() - before)
