"""The telephone system's messages: signed, in time, each once, in any order; what they amount to."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from channels.phone import PhoneChannel
from conversations.models import Conversation
from conversations.service import Conversations
from core.clock import now
from core.database import Database
from core.events import LocalEvents
from service.errors import errors
from telephony import Calls
from telephony.models import CallEventRow, CallRow
from tests.both_databases import database_url
from tests.channels.phone.conftest import SECRET, Cti, payload
from tests.rasa_standin import SmallDialogue, no_answer

__all__ = ["database_url"]

EVENTS = ("rung", "answered", "ended")


async def _agent(username: str) -> str:
    return {"agent1": "id-of-agent1"}.get(username, "")


@pytest.fixture
async def events() -> LocalEvents:
    return LocalEvents()


@pytest.fixture
async def cti(database: Database, events: LocalEvents) -> AsyncIterator[Cti]:
    async with Conversations(database, events, SmallDialogue(), no_answer) as conversations:
        channel = PhoneChannel(conversations, Calls(database, events), secret=SECRET, agent_of=_agent)
        app = web.Application(middlewares=[errors])
        app.add_routes(channel.routes())
        async with TestClient(TestServer(app)) as client:
            yield Cti(client)


async def _calls(database: Database) -> list[CallRow]:
    async with database.read() as session:
        return list(await session.scalars(select(CallRow).order_by(CallRow.id)))


async def test_captured_messages_become_a_call(cti: Cti, database: Database) -> None:
    for name in (*EVENTS, "missed"):
        status, _ = await cti.send(payload(name), name)
        assert status == 200, name
    answered, missed = await _calls(database)
    assert (answered.state, answered.rang_s, answered.talked_s) == ("ended", 8, 180)
    assert answered.phone == "13800000000" and answered.agent_id == "id-of-agent1"
    assert (missed.state, missed.answered_at, missed.phone) == ("missed", None, "05546660000")
    figures = (await Calls(database, LocalEvents()).figures(366)).to_json()
    assert (figures["rang"], figures["answered"], figures["missed"]) == (2, 1, 1)
    assert figures["answered_share"] == 0.5 and figures["rang_s"] == 8 and figures["talked_s"] == 180


@pytest.mark.parametrize("order", list(itertools.permutations(EVENTS)))
async def test_the_order_in_which_they_come_does_not_matter(
    cti: Cti, database: Database, order: tuple[str, ...]
) -> None:
    for name in order:
        await cti.send(payload(name), name)
    (call,) = await _calls(database)
    assert (call.state, call.rang_s, call.talked_s, call.agent_id) == ("ended", 8, 180, "id-of-agent1")


async def test_the_same_message_many_times_at_once_counts_once(cti: Cti, database: Database) -> None:
    found = await asyncio.gather(*(cti.send(payload(name), name) for name in EVENTS * 4))
    assert {status for status, _ in found} == {200} and len({told["call"] for _, told in found}) == 1
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(CallEventRow)) == 3


async def test_an_id_never_stands_for_another_message(cti: Cti, database: Database) -> None:
    await cti.send(payload("rung"), "one")
    status, found = await cti.send(payload("missed"), "one")
    assert (status, found["error"]["code"]) == (409, "key_reused")
    assert len(await _calls(database)) == 1


async def test_what_is_not_signed_now_by_who_knows_the_secret_is_refused(
    cti: Cti, database: Database
) -> None:
    body = payload("rung")
    old = {"at": now() - timedelta(minutes=6)}
    for headers, code, wrong in (
        ({"Wenban-Signature": ""}, "bad_signature", {}),
        ({"Wenban-Signature": "t=1,v1=zz"}, "bad_signature", {}),
        ({}, "too_old", old),
        ({}, "too_old", {"at": now() + timedelta(minutes=6)}),
    ):
        status, found = await cti.send(body, **wrong, **headers)  # type: ignore[arg-type]
        assert (status, found["error"]["code"]) == (401, code)
    status, found = await Cti(cti.client, "another secret, long enough 0123456").send(body)
    assert (status, found["error"]["code"]) == (401, "bad_signature")
    signed = json.loads(body) | {"number": "13911112222"}
    async with cti.client.post(
        "/api/phone/events", data=json.dumps(signed), headers={"Wenban-Signature": "t=1,v1=" + "0" * 64}
    ) as response:
        assert response.status == 401
    assert await _calls(database) == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"nonsense", b"{" * 5000, b'{"event": "rung"}', b'{"event": "danced", "call": "c", "at": "2026-11-30T09:00:00Z"}',
        b'{"event": "rung", "call": "c", "at": 1796070838}', b'{"event": "rung", "call": "c", "at": "1796070838"}',
        b'{"event": "rung", "call": "c", "call": "d", "at": "2026-11-30T09:00:00Z"}',
        b'{"event": "rung", "call": "c", "at": "2026-11-30T09:00:00"}', b'{"event": "rung", "call": "", "at": "2026-11-30T09:00:00Z"}',
        b'{"event": "rung", "call": "c", "at": "2099-11-30T09:00:00Z"}', b'{"event": "ended", "call": "c", "at": "2026-11-30T09:00:00Z", "seconds": -1}',
    ],
)  # fmt: skip
async def test_what_is_no_message_is_refused_and_nothing_is_kept(
    cti: Cti, database: Database, body: bytes
) -> None:
    status, found = await cti.send(body)
    assert status == 400 and found["error"]["code"] == "bad_message"
    assert await _calls(database) == []


async def test_without_a_secret_there_is_no_door(database: Database) -> None:
    async with Conversations(database, LocalEvents(), SmallDialogue(), no_answer) as conversations:
        calls = Calls(database, LocalEvents())
        channel = PhoneChannel(conversations, calls, secret="", agent_of=_agent)
        app = web.Application(middlewares=[errors])
        app.add_routes(channel.routes())
        async with TestClient(TestServer(app)) as client:
            status, found = await Cti(client, "").send(payload("rung"))
    assert (status, found["error"]["code"]) == (401, "no_phone_system")


async def test_open_desks_are_told_whose_telephone_rings_without_the_number(
    cti: Cti, events: LocalEvents
) -> None:
    with events.subscribe("desk") as heard:
        await cti.send(payload("rung"))
        event = await asyncio.wait_for(heard.get(), 5)
    assert event.kind == "call" and event.data["happened"] == "rung"
    assert event.data["call"]["agent_id"] == "id-of-agent1"
    assert event.data["call"]["phone"] == "138****0000"


async def test_withheld_and_odd_numbers_lose_no_call(cti: Cti, database: Database) -> None:
    await cti.tell("rung", "c-1", number="")
    await cti.tell("rung", "c-2", number="anonymous")
    assert [(one.phone, one.phone_key) for one in await _calls(database)] == [("", None), ("", None)]


async def test_what_a_caller_says_is_answered_and_what_is_said_later_is_fetched(cti: Cti) -> None:
    status, found = await cti.send(payload("said"))
    assert status == 200 and "公积金怎么提取" in "".join(one["text"] for one in found["say"])
    again = await cti.send(payload("said"), at=now() - timedelta(seconds=2))
    assert again[1] == found, "the same utterance again, signed anew, is the same turn"
    later = await cti.tell("listen", "20261130-000019.7", after=found["after"])
    assert later == {"say": [], "after": found["after"]}


async def test_a_copied_question_for_words_gets_no_answer(cti: Cti) -> None:
    """Its answer may hold a query code. It has no id, so the signature itself counts once."""
    spoken, signed_at = payload("said"), now()
    _, found = await cti.send(spoken, at=signed_at)
    listens = {
        "event": "listen",
        "call": "20261130-000019.7",
        "at": now().isoformat(),
        "number": "",
        "after": 0,
    }
    question = json.dumps(listens).encode()
    status, first = await cti.send(question, at=signed_at)
    assert (status, first["say"]) == (200, found["say"])
    for copied in (spoken, question, question):
        status, refused = await cti.send(copied, at=signed_at)
        assert (status, refused["error"]["code"]) == (401, "used") and "say" not in refused
    status, _ = await cti.send(question, at=signed_at + timedelta(seconds=1))
    assert status == 200


async def test_to_listen_begins_no_conversation(cti: Cti, database: Database) -> None:
    for nth in range(3):
        assert await cti.tell("listen", f"nobody-{nth}", after=7) == {"say": [], "after": 7}
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 0


async def test_a_copy_under_another_id_counts_once(cti: Cti, database: Database) -> None:
    """The id of a message is not signed: who copied a message could send it again under another one."""
    for nth in range(3):
        status, _ = await cti.send(payload("rung"), f"copy-{nth}")
        assert status == 200
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(CallEventRow)) == 1


@pytest.mark.parametrize("delivery", ["", "x" * 81, "\u00e9", "a b", "\u7f16\u53f7"])
async def test_an_id_that_can_not_be_kept_is_refused(cti: Cti, database: Database, delivery: str) -> None:
    status, found = await cti.send(payload("rung"), **{"Wenban-Delivery": delivery})
    assert (status, found["error"]["code"]) == (400, "no_delivery")
    assert await _calls(database) == []


@pytest.mark.parametrize(
    "more",
    [
        {"at": "0001-01-01T00:00:00+14:00"}, {"at": "9999-12-31T23:59:59-14:00"}, {"at": "1970-01-01T00:00:00Z"},
        {"agent": "\0"}, {"agent": "\ud800"}, {"number": "138\00000000"}, {"seconds": 86_401}, {"seconds": 1e300}, {"seconds": float("nan")},
        {"seconds": 2**70}, {"call": "c" * 81}, {"number": "1" * 41},
        {"event": "said", "text": "\0"}, {"event": "said", "text": "\ud83d"}, {"event": "said", "text": "路" * 4_001}, {"event": "listen", "after": -1}, {"event": "listen", "after": 2**63}, {"event": "listen", "after": 10**30},
    ],
)  # fmt: skip
async def test_absurd_values_are_refused_and_nothing_is_kept(
    cti: Cti, database: Database, more: dict[str, object]
) -> None:
    told = {"event": "answered", "call": "c-1", "at": now().isoformat(), "number": "13800000000", **more}
    status, found = await cti.send(json.dumps(told).encode())
    assert (status, found["error"]["code"]) == (400, "bad_message")
    assert await _calls(database) == []


async def test_an_unknown_agent_and_a_large_body(cti: Cti, database: Database) -> None:
    await cti.tell("answered", "c-1", agent="nobody")
    (call,) = await _calls(database)
    assert call.agent_id is None and call.state == "talking"
    async with cti.client.post("/api/phone/events", data=b"x" * 3_000_000) as response:
        assert response.status == 413
