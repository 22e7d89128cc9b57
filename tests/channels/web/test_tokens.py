"""A visitor's token: how long it lives, how it is replaced, and what ends it."""

from __future__ import annotations

import re

import pytest
from aiohttp import WSMsgType
from sqlalchemy import select

from channels.web import socket as socket_module
from channels.web.models import VisitorToken
from core.database import Database
from tests.channels.web.conftest import Running, Visitor, code_of, offered
from tests.conftest import Clock


async def opened(visitor: Visitor) -> tuple[str, list[str]]:
    """Open the visitor's session again: the token that the server gives, and the texts that it shows."""
    async with visitor.client.post("/api/web/session", json={"token": visitor.token}) as response:
        body = await response.json()
    return body["token"], [message["text"] for message in body["messages"]]


async def refused(visitor: Visitor) -> bool:
    async with visitor.client.get("/api/web/messages", headers=visitor.headers) as response:
        return response.status == 401 and (await code_of(response))[1] == "unauthorized"


async def close_code(running: Running, token: str) -> int | None:
    ws = await running.client.ws_connect("/api/web/socket", protocols=offered(token))
    await ws.receive(timeout=10)
    return ws.close_code


async def test_the_database_holds_no_token(running: Running, database: Database) -> None:
    visitor = await running.visitor()
    await visitor.say("您好")
    async with database.read() as session:
        rows = (await session.execute(select(VisitorToken.__table__))).mappings().all()
    assert len(rows) == 1
    secret = visitor.token.removeprefix("w2.")
    assert len(secret) == 43 and all(secret not in str(value) for value in rows[0].values())


async def test_two_tokens_have_nothing_in_common(running: Running) -> None:
    one, other = (await running.visitor()).token, (await running.visitor()).token
    assert one != other and re.fullmatch(r"w2\.[A-Za-z0-9_-]{43}", one)


async def test_a_changed_token_is_refused(running: Running) -> None:
    visitor = await running.visitor()
    for at in range(len(visitor.token)):
        other = "0" if visitor.token[at] != "0" else "1"
        assert await refused(Visitor(running.client, visitor.token[:at] + other + visitor.token[at + 1 :])), at


async def test_it_lives_thirty_days_after_the_last_use(running: Running, clock: Clock) -> None:
    visitor = await running.visitor()
    for _ in range(3):
        await visitor.say("您好")
        clock.forward(days=29)
    assert not await refused(visitor)
    clock.forward(days=31)
    assert await refused(visitor)
    token, texts = await opened(visitor)
    assert token != visitor.token and texts == []


async def test_a_visit_replaces_an_older_token_and_the_old_one_ends(running: Running, clock: Clock) -> None:
    first = await running.visitor()
    await first.say("公积金怎么提取")
    clock.forward(days=2)
    token, texts = await opened(first)
    assert token != first.token and len(texts) == 2
    # The answer may have got lost. So the old token works until the new one was used, and shortly after.
    clock.forward(hours=5)
    again, _ = await opened(first)
    second = Visitor(running.client, again)
    assert len((await second.missed())["messages"]) == 2
    assert not await refused(first)
    clock.forward(minutes=2)
    assert not await refused(second)


async def test_an_old_token_that_was_copied_ends_the_visitors_tokens(running: Running, clock: Clock) -> None:
    first = await running.visitor()
    await first.say("公积金怎么提取")
    stolen = Visitor(running.client, first.token)
    clock.forward(days=2)
    second = Visitor(running.client, (await opened(first))[0])
    await second.say("那要带什么材料")
    clock.forward(minutes=2)
    token, texts = await opened(stolen)
    assert texts == [] and token not in (first.token, second.token)
    assert await refused(stolen)
    # Nobody can tell the thief from the citizen, so the citizen begins anew, too.
    assert await refused(second)


async def test_forgetting_ends_every_token_and_closes_open_sockets(running: Running, clock: Clock) -> None:
    visitor, other = await running.visitor(), await running.visitor()
    await visitor.say("我要投诉")
    link, others = await visitor.socket(), await other.socket()
    await link.frames("hello")
    await others.frames("hello")
    async with running.client.post("/api/web/forget", headers=visitor.headers) as response:
        assert response.status == 200
    closing = await link.ws.receive(timeout=10)
    assert closing.type is WSMsgType.CLOSE and link.ws.close_code == socket_module.NEW_SESSION
    assert await refused(visitor) and await close_code(running, visitor.token) == socket_module.NEW_SESSION
    assert (await opened(visitor))[1] == []
    async with running.client.post("/api/web/photos", data=b"x", headers=visitor.headers) as response:
        assert response.status == 401
    async with running.client.post("/api/web/forget", headers=visitor.headers) as response:
        assert response.status == 401
    await others.quiet()


async def test_a_socket_notices_a_revocation_whose_event_got_lost(
    running: Running, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await running.visitor()
    link = await visitor.socket()
    await link.frames("hello")
    async with database.write() as session:
        row = (await session.scalars(select(VisitorToken))).one()
        row.revoked = True
    monkeypatch.setattr(socket_module, "LOOK_S", 0.0)
    await link.say("还能说话吗")
    await link.ws.receive(timeout=10)
    assert link.ws.close_code == socket_module.NEW_SESSION
    assert running.dialogue.asked == []


async def test_a_token_in_an_address_opens_nothing(running: Running) -> None:
    visitor = await running.visitor()
    ws = await running.client.ws_connect(f"/api/web/socket?token={visitor.token}", protocols=("wenban.v1",))
    await ws.receive(timeout=10)
    assert ws.close_code == socket_module.NEW_SESSION
    async with running.client.get(f"/api/web/messages?token={visitor.token}") as response:
        assert response.status == 401


async def test_the_server_does_not_repeat_the_token_in_its_answer(running: Running) -> None:
    visitor = await running.visitor()
    ws = await running.client.ws_connect("/api/web/socket", protocols=offered(visitor.token))
    assert ws.protocol == socket_module.PROTOCOL
    await ws.close()
