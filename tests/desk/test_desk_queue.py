"""The queue, and an agent's talk with a citizen from taking over to handing back."""

from __future__ import annotations

import asyncio

import pytest

from conversations.types import InboundMessage
from desk import conversations_api
from tests.desk.conftest import Office, on_both


@on_both
async def test_urgent_first_then_who_waits_longest(office: Office) -> None:
    agent = await office.hire("a1")
    first = await office.waiting("v1")
    second = await office.waiting("v2")
    urgent = await office.waiting("v3", urgent=True)
    talking = await office.says("v4", "公积金怎么取", "v4-1", channel="wechat")
    answer = await agent.get("/conversations", mode="waiting")
    assert [c["id"] for c in answer["conversations"]] == [urgent, first, second]
    assert answer["counts"] == {"waiting": 3, "mine": 0}
    top = answer["conversations"][0]
    assert (top["urgent"], top["reason"], top["mode"], top["agent"]) == (True, "emergency", "waiting", None)
    assert top["waiting_since"].endswith("Z")
    assert top["citizen_name"] == f"网页访客 {urgent[-4:].upper()}"
    assert top["unread"] == 1
    assert top["last_words"]["text"] == "我想找人工", "not what the assistant said"
    everything = await agent.get("/conversations")
    assert [c["id"] for c in everything["conversations"]][:3] == [urgent, first, second]
    [bot] = (await agent.get("/conversations", mode="bot"))["conversations"]
    assert (bot["id"], bot["channel"]) == (talking, "wechat")
    assert bot["citizen_name"].startswith("微信用户 ")
    assert len((await agent.get("/conversations", mode="waiting", limit=2))["conversations"]) == 2


@pytest.mark.slow
async def test_talk_both_ways_and_back_to_the_assistant(office: Office) -> None:
    agent = await office.hire("a1", name="坐席 3 号")
    conversation_id = await office.waiting("v1")
    one = f"/conversations/{conversation_id}"
    await agent.post(f"{one}/messages", {"client_id": "m0", "text": "您好"}, 409)

    taken = (await agent.post(f"{one}/take"))["conversation"]
    assert taken["mode"] == "human" and taken["unread"] == 0
    assert taken["agent"] == {"id": agent.id, "display_name": "坐席 3 号"}

    said = (await agent.post(f"{one}/messages", {"client_id": "m1", "text": " 您好，请讲\n"}))["message"]
    assert (said["text"], said["sender"], said["sender_name"]) == ("您好，请讲", "agent", "坐席 3 号")
    again = (await agent.post(f"{one}/messages", {"client_id": "m1", "text": "您好，请讲"}))["message"]
    assert again["id"] == said["id"] and again["client_id"] == "m1"

    await office.says("v1", "路灯不亮", "v1-2")
    mine = await agent.get("/conversations", mode="human", mine=1)
    assert [c["unread"] for c in mine["conversations"]] == [1]
    assert mine["counts"] == {"waiting": 0, "mine": 1}

    opened = await agent.get(one)
    assert opened["conversation"]["unread"] == 0
    texts = [(m["sender"], m["text"]) for m in opened["messages"]]
    assert texts[-2:] == [("agent", "您好，请讲"), ("citizen", "路灯不亮")], "the assistant is silent"
    assert sum(text == "您好，请讲" for _, text in texts) == 1
    again_listed = await agent.get("/conversations", mine=1)
    assert again_listed["conversations"][0]["unread"] == 0

    back = (await agent.post(f"{one}/hand_back", {"note": "已解答"}))["conversation"]
    assert (back["mode"], back["agent"]) == ("bot", None)
    happened = (await agent.get(f"{one}/events"))["events"]
    assert happened[-1]["kind"] == "handed_back" and happened[-1]["facts"]["note"] == "已解答"
    await agent.post(f"{one}/messages", {"client_id": "m2", "text": "还在吗"}, 409)
    await office.says("v1", "谢谢", "v1-3")
    assert (await agent.get(one))["messages"][-1]["text"] == "您说的是：谢谢"


@on_both
async def test_of_two_agents_one_gets_the_conversation(office: Office) -> None:
    agents = [await office.hire(f"a{i}", name=f"坐席 {i} 号") for i in range(2)]
    for round_ in range(5):
        conversation_id = await office.waiting(f"v{round_}")
        path = f"/api/desk/conversations/{conversation_id}/take"
        answers = await asyncio.gather(
            *(a.client.post(path, json={}, headers={"X-Requested-With": "wenban"}) for a in agents)
        )
        assert sorted(a.status for a in answers) == [200, 409]
        winner = 0 if answers[0].status == 200 else 1
        error = (await answers[1 - winner].json())["error"]
        assert error["code"] == "already_taken"
        assert error["details"]["agent"] == {"id": agents[winner].id, "display_name": f"坐席 {winner} 号"}
        assert f"坐席 {winner} 号" in error["message"]
        await agents[winner].post(f"/conversations/{conversation_id}/take")
        loser = agents[1 - winner]
        body = {"client_id": "m1", "text": "我来"}
        refused = await loser.post(f"/conversations/{conversation_id}/messages", body, 409)
        assert refused["error"]["code"] == "not_yours"
        await loser.post(f"/conversations/{conversation_id}/hand_back", status=409)


@on_both
async def test_one_message_sent_twice_at_once_is_said_once(office: Office) -> None:
    agent = await office.hire("a1")
    conversation_id = await office.waiting("v1")
    one = f"/conversations/{conversation_id}"
    await agent.post(f"{one}/take")
    body = {"client_id": "m1", "text": "您好，请讲"}
    answers = await asyncio.gather(*(agent.post(f"{one}/messages", body) for _ in range(4)))
    assert len({a["message"]["id"] for a in answers}) == 1
    assert sum(m["text"] == "您好，请讲" for m in (await agent.get(one))["messages"]) == 1


async def test_a_colleague_who_looks_does_not_read_for_the_agent(office: Office) -> None:
    agent, colleague = await office.hire("a1"), await office.hire("a2", "supervisor")
    conversation_id = await office.waiting("v1")
    await agent.post(f"/conversations/{conversation_id}/take")
    await office.says("v1", "还在吗", "v1-2")
    assert (await colleague.get(f"/conversations/{conversation_id}"))["conversation"]["unread"] == 1
    assert (await agent.get("/conversations", mine=1))["conversations"][0]["unread"] == 1


async def test_the_agent_sees_what_the_form_has_so_far(office: Office) -> None:
    agent = await office.hire("a1")
    conversation_id = await office.says("v1", "我要投诉", "v1-1")
    await office.conversations.request_human(
        conversation_id, "citizen_asked", context={"诉求类型": "投诉", "发生地点": "某某路"}
    )
    one = f"/conversations/{conversation_id}"
    assert (await agent.get(one))["conversation"]["slots"] == [
        {"name": "诉求类型", "value": "投诉"},
        {"name": "发生地点", "value": "某某路"},
    ]
    await office.conversations.remember(
        conversation_id, "form", {"诉求类型": "求助", "是否保密": False, "联系人": None, "楼栋": 3}
    )
    assert (await agent.get(one))["conversation"]["slots"] == [
        {"name": "诉求类型", "value": "求助"},
        {"name": "是否保密", "value": "否"},
        {"name": "楼栋", "value": "3"},
    ]


async def test_the_agent_sees_what_was_left_half_filled(office: Office) -> None:
    agent = await office.hire("a1")
    conversation_id = await office.says("v1", "路灯坏了", "v1-1")
    left = {"诉求内容": "路灯坏了", "县区": None}
    await office.conversations.remember(conversation_id, "draft_shown", left)
    one = f"/conversations/{conversation_id}"
    state, story = (await agent.get(one))["conversation"]["slots"]
    assert "还没有提交" in state["value"] and story == {"name": "诉求内容", "value": "路灯坏了"}
    await office.conversations.remember(conversation_id, "form", {"诉求内容": "停水了"})
    assert (await agent.get(one))["conversation"]["slots"] == [{"name": "诉求内容", "value": "停水了"}]


@pytest.mark.parametrize(
    ("key", "fact"),
    [
        ("form", "half a form"),
        ("draft_shown", "half a draft"),
        ("decision", "half a decision"),
        # Talk is no matter and no question: there is nothing to tell the agent.
        ("decision", {"intent": "greet", "probability": 0.9, "reasons": {"talk": 0.9}}),
    ],
)
async def test_a_fact_of_another_shape_is_no_error_and_shows_nothing(
    office: Office, key: str, fact: object
) -> None:
    agent = await office.hire("a1")
    conversation_id = await office.waiting("v1")
    await office.conversations.remember(conversation_id, key, fact)
    assert (await agent.get(f"/conversations/{conversation_id}"))["conversation"]["slots"] == []


async def test_long_talks_show_their_newest_messages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations_api, "HISTORY", 5)
    agent = await office.hire("a1")
    for i in range(4):
        receipt = await office.conversations.receive(InboundMessage("web", "v1", f"m{i}", f"第 {i} 句"))
    assert await office.conversations.wait(receipt.turn_id, 20) is not None
    opened = await agent.get(f"/conversations/{receipt.conversation_id}")
    assert [m["seq"] for m in opened["messages"]] == [4, 5, 6, 7, 8]
    assert opened["messages"][-1]["text"] == "您说的是：第 3 句"


@pytest.mark.parametrize(
    ("conversation_id", "status"),
    [("nonsense", 404), ("01990000-0000-7000-8000-00000000ffff", 404), ("%00", 400), ("%ED%A0%80", 404)],
)
async def test_what_is_no_conversation_is_not_found(
    office: Office, conversation_id: str, status: int
) -> None:
    from yarl import URL

    agent = await office.hire("a1")
    for method, path in [("GET", ""), ("POST", "/take"), ("POST", "/hand_back"), ("POST", "/close")]:
        url = URL(f"/api/desk/conversations/{conversation_id}{path}", encoded=True)
        answer = await agent.client.request(method, url, json={}, headers={"X-Requested-With": "wenban"})
        assert answer.status == status, (method, path)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"client_id": "m1"},
        {"client_id": "m 1", "text": "x"},
        {"client_id": "m" * 65, "text": "x"},
        {"client_id": "m1", "text": ""},
        {"client_id": "m1", "text": " \n"},
        {"client_id": "m1", "text": "长" * 4001},
        {"client_id": "m1", "text": 5},
        {"client_id": "m1", "text": "\ud800"},
    ],
)
async def test_bad_messages_are_refused(office: Office, body: dict[str, object]) -> None:
    agent = await office.hire("a1")
    conversation_id = await office.waiting("v1")
    await agent.post(f"/conversations/{conversation_id}/take")
    before = len((await agent.get(f"/conversations/{conversation_id}"))["messages"])
    await agent.post(f"/conversations/{conversation_id}/messages", body, 400)
    assert len((await agent.get(f"/conversations/{conversation_id}"))["messages"]) == before


@pytest.mark.parametrize(
    "query", [{"mode": "none"}, {"limit": 0}, {"limit": "x"}, {"mine": "?"}, {"unknown": 1}]
)
async def test_bad_questions_are_refused(office: Office, query: dict[str, str | int]) -> None:
    agent = await office.hire("a1")
    await agent.get("/conversations", 400, **query)
