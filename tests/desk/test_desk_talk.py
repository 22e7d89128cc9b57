"""What stands beside a talk: drafts, notes, tags, what was tried, tickets, suggestions; and what the next agent is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.actions.complaint import for_desk
from conversations.event_kinds import Outcome, Rated, Report, Result
from conversations.models import Conversation
from conversations.types import InboundMessage
from core.retention import Retention
from desk.assistant import Assistant
from desk.retention import rules
from tests.conftest import Clock
from tests.desk import test_desk_knowledge
from tests.desk.conftest import MakeOffice, Office, Person, on_both
from tests.kb_index.conftest import ID_CARD
from tickets.types import TicketDraft

knowledge = test_desk_knowledge.knowledge


async def taken(office: Office, agent: Person, visitor: str = "v1") -> str:
    """A citizen waits, and the agent takes the conversation. Returns its address."""
    one = f"/conversations/{await office.waiting(visitor)}"
    await agent.post(f"{one}/take")
    return one


async def draft(who: Person, one: str, words: str, version: int = 0, status: int = 200, **more: Any) -> Any:
    body = {"version": version, "client_id": "d1", "text": words, **more}
    return await who.post(f"{one}/draft", body, status)


async def beside(who: Person, one: str) -> dict[str, Any]:
    return await who.get(f"{one}/beside")


@on_both
async def test_what_is_typed_is_there_again_until_it_is_sent(office: Office) -> None:
    agent = await office.hire("a1")
    one = await taken(office, agent)
    assert (await beside(agent, one))["draft"] == {"version": 0, "client_id": "", "text": "", "unsent": []}
    saved = (await draft(agent, one, "您的电话是 13800001234，"))["draft"]
    assert saved["version"] == 1
    again = office.browser()
    await again.login("a1")
    assert (await beside(again, one))["draft"] == saved, "as it was typed, in any browser of the agent"

    await agent.post(f"{one}/messages", {"client_id": "d1", "text": "您的电话是 13800001234，对吗？"})
    assert (await beside(again, one))["draft"]["text"] == "", "sent under its id, so it is no draft"
    # A window that did not hear of it saves once more: what was sent does not come back.
    late = (await draft(again, one, "您的电话是 13800001234，对", 1))["draft"]
    assert late == {"version": 2, "client_id": "", "text": "", "unsent": []}


@on_both
async def test_two_windows_of_one_agent_never_overwrite_each_other(office: Office) -> None:
    agent = await office.hire("a1")
    one = await taken(office, agent)
    await draft(agent, one, "第一个窗口")
    refused = (await draft(agent, one, "第二个窗口", 0, 409, client_id="d2"))["error"]
    assert refused["code"] == "draft_changed" and refused["details"]["draft"]["text"] == "第一个窗口"
    pieces = [{"client_id": "d1", "text": "第一个窗口"}]
    await draft(agent, one, "第二个窗口", 1, client_id="d2", unsent=pieces)
    kept = (await beside(agent, one))["draft"]
    assert (kept["text"], kept["unsent"], kept["version"]) == ("第二个窗口", pieces, 2)


async def test_words_that_failed_to_send_are_kept_and_sent_once(office: Office) -> None:
    agent = await office.hire("a1")
    one = await taken(office, agent)
    pieces = [{"client_id": "p1", "text": "请带身份证"}, {"client_id": "p2", "text": "周末不办"}]
    await draft(agent, one, "", unsent=pieces)
    await agent.post(f"{one}/messages", pieces[0])
    assert (await beside(agent, one))["draft"]["unsent"] == pieces[1:]
    await agent.post(f"{one}/messages", pieces[0])
    said = [m["text"] for m in (await agent.get(one))["messages"] if m["sender"] == "agent"]
    assert said == ["请带身份证"]
    for wrong in (
        {"client_id": "x y", "text": "a"},
        {"client_id": "a", "text": "长" * 4_001},
        {"client_id": "a"},
    ):
        await draft(agent, one, "", 1, 400, unsent=[wrong])
    await draft(agent, one, "", 1, 400, unsent=pieces * 11)


@on_both
async def test_who_takes_over_reads_what_was_about_to_be_said(office: Office) -> None:
    anne, chief = await office.hire("a1", name="坐席 1 号"), await office.hire("s1", "supervisor")
    bill = await office.hire("a2")
    one = await taken(office, anne)
    await draft(anne, one, "马上为您查，号码是 13800001234")
    assert (await beside(chief, one))["left_drafts"] == [], "not while it is being typed"
    await chief.post(f"{one}/take_over", {"holder": anne.id, "note": "同事去开会"})
    [left] = (await beside(chief, one))["left_drafts"]
    assert (left["by"]["display_name"], left["words"]) == ("坐席 1 号", ["马上为您查，号码是 138****1234"])
    assert (await beside(bill, one))["left_drafts"] == []
    # What the colleague types on after losing the talk is kept, too, and what was seen is removed only as it was seen.
    await draft(anne, one, "马上为您查，请稍等", 1)
    drop = {"user": anne.id, "version": left["version"]}
    await bill.post(f"{one}/draft/drop", drop, 409)
    assert (await chief.post(f"{one}/draft/drop", drop, 409))["error"]["code"] == "draft_changed"
    await chief.post(f"{one}/draft/drop", {**drop, "version": 2})
    assert (await beside(chief, one))["left_drafts"] == []
    await draft(anne, one, "还有一句", 2, 409)


async def test_a_colleague_who_took_over_hears_of_it_at_once(office: Office) -> None:
    anne, chief = await office.hire("a1"), await office.hire("s1", "supervisor")
    one = await taken(office, anne)
    await chief.post(f"{one}/take_over", {"holder": anne.id, "note": "同事去开会"})
    async with chief.client.ws_connect("/api/desk/live") as socket:
        await draft(anne, one, "我刚要说")
        told = await socket.receive_json(timeout=10)
        while told["type"] != "beside":
            told = await socket.receive_json(timeout=10)
        assert told["conversation_id"] == one.split("/")[-1]


async def test_the_next_agent_is_told_what_the_last_one_left(office: Office) -> None:
    anne, bill = await office.hire("a1", name="坐席 1 号"), await office.hire("a2")
    one = await taken(office, anne)
    assert (await beside(anne, one))["left_note"] is None
    await anne.post(f"{one}/hand_back", {"note": "已答应周五前回电 13800001234"})
    await office.conversations.request_human(one.split("/")[-1], "citizen_asked")
    await bill.post(f"{one}/take")
    note = (await beside(bill, one))["left_note"]
    assert (note["by"]["display_name"], note["text"]) == ("坐席 1 号", "已答应周五前回电 138****1234")
    await bill.post(f"{one}/hand_back")
    assert (await beside(anne, one))["left_note"] is None, "the last one left nothing"


async def test_a_name_as_a_tag_stays_where_it_was_written_and_common_tags_go_round(office: Office) -> None:
    anne, bill, cleo = await office.hire("a1"), await office.hire("a2"), await office.hire("a3")
    talks = [await taken(office, anne, f"v{nth}") for nth in range(3)]
    for nth, one in enumerate(talks):
        await anne.post(f"{one}/tags", {"name": "王小明"})
        await (anne if nth else bill).post(f"{one}/tags", {"name": "噪音"})
    assert (await beside(cleo, talks[0]))["usual_tags"] == ["噪音"]
    assert set((await beside(anne, talks[0]))["usual_tags"]) == {"噪音", "王小明"}


async def test_notes_and_tags_are_the_desks_alone(office: Office) -> None:
    anne, bill = await office.hire("a1", name="坐席 1 号"), await office.hire("a2")
    one = await taken(office, anne)
    await bill.post(f"{one}/notes", {"text": "群众听力不好，多打字\n少打电话"})
    for name in ("噪音", "老人", "噪音"):
        await anne.post(f"{one}/tags", {"name": name})
    shown = await beside(anne, one)
    [note] = shown["notes"]
    messages = (await anne.get(one))["messages"]
    assert (note["text"], note["after_seq"]) == ("群众听力不好，多打字\n少打电话", messages[-1]["seq"])
    assert shown["tags"] == ["噪音", "老人"] and set(shown["usual_tags"]) == {"噪音", "老人"}
    assert (await beside(bill, one))["usual_tags"] == [], "what one agent wrote once is not offered to others"
    assert not any("听力" in message["text"] for message in messages)
    found = (await anne.get("/conversations", mode="all", q="老人"))["conversations"]
    assert [f"/conversations/{c['id']}" for c in found] == [one]
    await anne.post(f"{one}/tags", {"name": "老人", "on": False})
    assert (await beside(bill, one))["tags"] == ["噪音"]
    for wrong in ("", "  ", "长" * 11, "13800001234"):
        await anne.post(f"{one}/tags", {"name": wrong}, 400)
    for empty in ("", " \u200b"):
        await anne.post(f"{one}/notes", {"text": empty}, 400)
    async with office.database.read() as session:
        stored = (
            await session.execute(text("SELECT text, (SELECT name FROM talk_tags) FROM talk_notes"))
        ).all()
    assert "听力" not in str(stored) and "噪音" not in str(stored)


async def test_what_was_asked_and_tried_and_the_mood(make_office: MakeOffice) -> None:
    office = await make_office(upset=lambda words: "气死" in words)
    agent = await office.hire("a1")
    talks = office.conversations
    turns: list[str] = []

    async def report(talk: str, turn: str, words: str) -> None:
        turns.append(turn)
        report = Report(Outcome(Result.ANSWERED, entry="gjj-withdraw", probability=0.83))
        if len(turns) > 1:
            report = Report(Outcome(Result.UNKNOWN), Rated("useless", turns[0], "gjj-withdraw"))
        assert await talks.report(talk, turn, report)

    office.dialogue.heard = report
    await office.says("v1", "公积金怎么取", "m0")
    talk = await office.says("v1", "打了八次电话，气死我了", "m1")
    one = f"/conversations/{talk}"
    await talks.remember(talk, "form", {"诉求内容": "提取被拒 13800001234", "联系电话": None})
    summary = (await beside(agent, one))["summary"]
    assert [(t["words"], t["result"], t["title"], t["verdict"]) for t in summary["tried"]] == [
        ("公积金怎么取", "answered", "gjj-withdraw", "useless"),
        ("打了八次电话，气死我了", "unknown", None, None),
    ]
    assert summary["tried"][0]["probability"] == 0.83
    assert summary["upset"] == "打了八次电话，气死我了" and summary["question"] == "打了八次电话，气死我了"
    assert (summary["matter"], summary["filled"], summary["missing"]) == (
        "提取被拒 138****1234",
        ["诉求内容"],
        ["联系电话"],
    )


async def test_the_tickets_of_the_same_citizen_and_of_nobody_else(office: Office) -> None:
    agent = await office.hire("a1")
    one = await taken(office, agent)
    here, there = one.split("/")[-1], await office.says("v2", "您好", "v2-1")

    async def file(key: str, talk: str, phone: str, **more: Any) -> str:
        made = TicketDraft("投诉", f"第 {key} 件", contact_phone=phone, conversation_id=talk, **more)
        return (await office.tickets.file(made, key)).number

    own = await file("1", here, "13800001234")
    secret = await file("2", here, "13900001234", confidential=True)
    same = await file("3", there, "13800001234")
    for number, phone in enumerate(("13900001234", "13700001234")):
        await file(f"o{number}", there, phone)
    await file("h", there, "13800001234", confidential=True)
    shown = await beside(agent, one)
    assert [(t["number"], t["why"], t["open"]) for t in shown["tickets"]] == [
        (same, "同一电话", True),
        (secret, "同一会话", True),
        (own, "同一会话", True),
    ]
    assert "13800001234" not in str(shown)
    assert shown["variables"]["工单号"] == secret and shown["variables"]["坐席"] == "坐席 a1"


async def test_the_knowledge_base_suggests_and_nothing_is_sent(
    make_office: MakeOffice, knowledge: Path, clock: Clock
) -> None:
    office = await make_office(assistant=Assistant(asks=for_desk.asks, questions=for_desk.questions))
    await office.gaps.knowledge.refresh()
    agent = await office.hire("a1")
    one = await taken(office, agent)
    await office.says("v1", "身份证到期了还能不能用", "v1-2")
    pressed = InboundMessage("web", "v1", "v1-3", "转人工", button="/request_human")
    await office.conversations.receive(pressed)
    for nth, said in enumerate(("转人工", "我叫李明，电话13800000000，帮我转人工", "好的谢谢")):
        await office.says("v1", said, f"v1-{4 + nth}")
    before = (await agent.get(one))["messages"]
    asked = await agent.get(f"{one}/suggestions")
    assert asked["asked"]["text"] == "身份证到期了还能不能用"
    best = asked["suggestions"][0]
    assert (best["entry"], best["title"]) == (ID_CARD[0], ID_CARD[1]) and best["probability"] >= 0.4
    assert "依据：" in best["text"] and "核对" in best["validity"] and best["sources"]
    assert (await agent.get(one))["messages"] == before, "nothing is sent by itself"


async def test_suggestions_are_on_the_last_question_and_not_on_the_talk_the_hotline_or_a_danger(
    make_office: MakeOffice, knowledge: Path, clock: Clock
) -> None:
    office = await make_office(assistant=Assistant(asks=for_desk.asks, questions=for_desk.questions))
    await office.gaps.knowledge.refresh()
    agent = await office.hire("a1")
    one = await taken(office, agent)
    said = ("身份证到期了还能不能用", "怎么又排队了?我前面几个", "咋不说话了", "谢家集,平山那块")
    for nth, words in enumerate(said):
        await office.says("v1", words, f"v1-{2 + nth}")
    asked = await agent.get(f"{one}/suggestions")
    assert asked["asked"]["text"] == said[0] and asked["suggestions"]
    assert all(found["probability"] >= 0.4 for found in asked["suggestions"])
    await office.says("v1", "楼下着火了好大的烟，我该往哪跑", "v1-9")
    assert (await agent.get(f"{one}/suggestions"))["asked"]["text"] == said[0]


async def test_while_somebody_is_in_danger_only_a_question_gets_suggestions(
    make_office: MakeOffice, knowledge: Path, clock: Clock
) -> None:
    office = await make_office(assistant=Assistant(asks=for_desk.asks, questions=for_desk.questions))
    await office.gaps.knowledge.refresh()
    agent = await office.hire("a1")
    one = await taken(office, agent)
    await office.says("v1", "身份证到期了", "v1-2")
    assert (await agent.get(f"{one}/suggestions"))["asked"]["text"] == "身份证到期了"
    view = (await agent.get(one))["conversation"]
    async with office.database.write() as session:
        row = await session.get(Conversation, view["id"])
        assert row is not None
        row.urgent = True
        row.facts = {**row.facts, "danger": {"state": "told", "kind": "self_harm", "text": "我不想活了"}}
    assert await agent.get(f"{one}/suggestions") == {"asked": None, "suggestions": []}


async def test_what_an_agent_says_at_the_end_is_kept(office: Office) -> None:
    agent = await office.hire("a1")
    one = await taken(office, agent)
    await agent.post(f"{one}/close", {"disposition": "whatever"}, 400)
    await agent.post(f"{one}/close", {"disposition": "sent_on"})
    [*_, closed] = (await agent.get(f"{one}/events"))["events"]
    assert (closed["kind"], closed["facts"]["disposition"]) == ("closed", "sent_on")


async def test_all_that_is_written_beside_a_talk_goes_with_its_words(office: Office, clock: Clock) -> None:
    agent = await office.hire("a1")
    one = await taken(office, agent)
    await agent.post(f"{one}/notes", {"text": "群众听力不好"})
    await agent.post(f"{one}/tags", {"name": "老人"})
    await draft(agent, one, "还没发")
    keeper = Retention(rules(office.database, messages=timedelta(days=180)))
    assert (await keeper.run())[0] == {}
    clock.forward(days=8)
    assert (await keeper.run())[0] == {"没发出的草稿": 1}
    clock.forward(days=173)
    assert (await keeper.run())[0] == {"内部备注": 1, "会话标签": 1}
