"""What happened in a conversation, as the desk tells it."""

from __future__ import annotations

import pytest

from tests.desk.conftest import Office


async def test_a_talk_is_told_with_who_and_why(office: Office) -> None:
    agent = await office.hire("a1", name="坐席 3 号")
    conversation_id = await office.waiting("v1")
    one = f"/conversations/{conversation_id}"
    await agent.post(f"{one}/take")
    await agent.post(f"{one}/messages", {"client_id": "m1", "text": "您好"})
    await agent.post(f"{one}/hand_back", {"note": "都答完了"})
    told = (await agent.get(f"{one}/events"))["events"]
    who = {"id": agent.id, "display_name": "坐席 3 号"}
    assert [(e["kind"], e["actor"], e["agent"], e["reason"]) for e in told] == [
        ("opened", "citizen", None, None),
        ("outcome", "bot", None, None),
        ("handed_over", "citizen", None, "citizen_asked"),
        ("taken", "agent", who, "citizen_asked"),
        ("first_reply", "agent", who, None),
        ("handed_back", "agent", who, "citizen_asked"),
    ]
    assert all(e["at"].endswith("Z") for e in told)
    assert told[3]["facts"]["waited_s"] >= 0
    assert told[5]["facts"]["note"] == "都答完了"
    assert "您好" not in str(told), "no words of the talk are kept"
    whole = (await agent.get(f"{one}/events", messages=1))["events"]
    assert [e["nth"] for e in whole] == list(range(1, len(whole) + 1))
    assert (await agent.get(f"{one}/events", after=told[3]["nth"]))["events"] == told[4:]
    assert (await agent.get(f"{one}/events", limit=2))["events"] == told[-2:]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 1_001}, {"after": -1}, {"messages": "maybe"}])
async def test_bad_questions_are_refused(office: Office, query: dict[str, str | int]) -> None:
    agent = await office.hire("a1")
    conversation_id = await office.says("v1", "您好", "m1")
    await agent.get(f"/conversations/{conversation_id}/events", 400, **query)


async def test_who_may_not_see_the_talk_may_not_see_this(office: Office) -> None:
    conversation_id = await office.says("v1", "您好", "m1")
    for role in ("department", "editor"):
        person = await office.hire(role, role)
        await person.get(f"/conversations/{conversation_id}/events", 403)
    await office.browser().get(f"/conversations/{conversation_id}/events", 401)


async def test_a_conversation_that_is_not_there_has_no_events(office: Office) -> None:
    agent = await office.hire("a1")
    await agent.get("/conversations/01990000-0000-7000-8000-000000000000/events", 404)
    await agent.get("/conversations/nonsense/events", 404)
