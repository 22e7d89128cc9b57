"""An agent files a ticket out of a conversation: filled by the assistant's readers, once, told to the citizen, in the history."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.actions.complaint import for_desk
from bot.actions.complaint.filing import words
from bot.forgetting import Tracker
from conversations.filed import FORM_CLOSED
from conversations.types import InboundMessage, Reply
from core.database import Database
from core.errors import Conflict
from core.jobs import JobRow
from desk.assistant import Assistant
from desk.models import DeskAudit
from desk.talk_models import ReplyDraft, TalkNote, TalkTag
from service import personal_data
from tests.cities import HUAINAN
from tests.conversations.test_media import photo
from tests.desk.conftest import MakeOffice, Office, Person, on_both
from tickets.models import TicketRow
from tickets.types import Ticket

PHONE, OTHER = "13800000000", "13911112222"
STORY = f"田家庵区龙湖小区3号楼楼上邻居昨晚十一点还在唱歌，骗人的物业电话{OTHER}打不通"
KEY = "key-00001"
WANTED = {
    "type": "投诉",
    "content": "楼上邻居昨晚十一点还在唱歌",
    "category": "生态环境/噪声扰民",
    "district": "田家庵区",
    "address": "龙湖小区3号楼",
    "key": KEY,
}


def _tells(ticket: Ticket, text_only: bool) -> Reply:
    return Reply(words(ticket, [], text_only=text_only), card=ticket.card())


@pytest.fixture
async def office(make_office: MakeOffice) -> Office:
    return await make_office(assistant=Assistant(for_desk.reader(HUAINAN), _tells))


async def _told(office: Office, visitor: str, *texts: str) -> str:
    """A citizen tells a matter, waits, and is taken by nobody yet. Returns the conversation's id."""
    for nth, text in enumerate(texts):
        await office.says(visitor, text, f"{visitor}-{nth}")
    return await office.waiting(visitor)


async def _taken(office: Office, agent: Person, *texts: str, visitor: str = "v1") -> str:
    one = await _told(office, visitor, *texts)
    await agent.post(f"/conversations/{one}/take")
    return one


async def _row(office: Office, number: str) -> TicketRow:
    async with office.database.read() as session:
        found = await session.scalar(select(TicketRow).where(TicketRow.number == number))
    assert found is not None
    return found


async def _count(database: Database, table: Any) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_the_form_is_filled_from_what_was_said_and_says_how_surely(office: Office) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, "你好", STORY, f"我叫李明，电话{PHONE}", "我要保密")
    found = (await agent.get(f"/conversations/{one}/matter"))["fields"]
    values = {name: field["value"] for name, field in found.items()}
    assert values["district"] == "田家庵区" and values["address"] == "龙湖小区3号楼"
    assert "/" in values["category"] and 0.5 < found["category"]["share"] <= 1
    assert values["contact_name"] == "李明" and values["confidential"] is True
    assert values["happened_at"].startswith("昨晚十一点")
    assert values["contact_phone"] == "138****0000", "the agent sees it masked, as on the page"
    assert "139****2222" in values["content"] and OTHER not in json.dumps(found)
    assert PHONE not in json.dumps(found) and "你好" not in values["content"]
    assert all(field["source"] in ("said", "guessed") for field in found.values())
    assert all(field["sure"] is (field["source"] != "guessed") for field in found.values())


async def test_a_question_alone_gives_unsure_values(office: Office) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, "那边好像又不行了，你们看看")
    found = (await agent.get(f"/conversations/{one}/matter"))["fields"]
    assert found["type"]["sure"] is False and found["content"]["value"] == "那边好像又不行了，你们看看"


async def test_what_the_assistants_form_holds_comes_first_and_is_over_when_it_is_filed(
    office: Office,
) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, "路灯坏了")
    draft = {
        "complaint_type": "求助",
        "content": "龙湖路路灯坏了三天",
        "contact_phone": PHONE,
        "contact_name": "匿名",
    }
    shown = {"诉求内容": "龙湖路路灯坏了三天"}
    facts = {
        "draft": draft,
        "draft_shown": shown,
        "form": shown,
        "resume": {"title": "接着填", "payload": "/x"},
    }
    await office.conversations.remember_all(one, facts)
    found = (await agent.get(f"/conversations/{one}/matter"))["fields"]
    assert found["content"] == {"value": "龙湖路路灯坏了三天", "sure": True, "source": "form", "share": None}
    assert found["type"]["value"] == "求助" and "contact_name" not in found
    sent = {**WANTED, "contact_phone": found["contact_phone"]["value"]}
    number = (await agent.post(f"/conversations/{one}/tickets", sent))["number"]
    assert (await _row(office, number)).contact_phone == PHONE, "stored whole, though the agent saw it masked"
    left = await office.conversations.recall(one)
    assert not {"draft", "draft_shown", "form", "resume", "handoff"} & set(left)
    assert left["filed"] == {"turn": "", "number": number}
    async with office.database.read() as session:
        job = await session.scalar(select(JobRow).where(JobRow.kind == FORM_CLOSED))
    assert job is not None and job.key == f"{one}:{number}"
    after = await agent.get(f"/conversations/{one}/matter")
    assert "content" not in after["fields"], "what is filed is not offered again"
    back = await agent.post(f"/conversations/{one}/hand_back")
    assert back["conversation"]["mode"] == "bot"
    said = (await office.conversations.history(one))[-1]
    assert "还没有提交" not in said.text


async def test_the_citizen_is_told_number_and_code_as_by_the_assistant(office: Office) -> None:
    agent = await office.hire("agent1", name="坐席 7 号")
    one = await _taken(office, agent, STORY)
    number = (await agent.post(f"/conversations/{one}/tickets", WANTED))["number"]
    row = await _row(office, number)
    said = (await office.conversations.history(one))[-1]
    shown = await office.conversations.told.messages(one, [said.to_json()])
    assert said.sender == "system" and "已经登记好了" in said.text
    assert said.card is not None and said.card["number"] == number
    assert row.query_code not in said.text, "no stored message holds a code"
    page = await agent.get(f"/conversations/{one}")
    assert row.query_code not in json.dumps(page), "no agent reads a code"
    office.conversations.told = type(office.conversations.told)(office.tickets.codes_of)
    shown = await office.conversations.told.messages(one, [said.to_json()])
    assert f"查询码：{row.query_code}" in shown[0]["text"]
    events = (await agent.get(f"/tickets/{number}"))["events"]
    assert [(e["action_code"], e["actor"]) for e in events] == [("filed", "坐席 7 号")]
    assert row.conversation_id == one and row.channel == "web"


@on_both
async def test_the_same_key_files_once_however_often_and_at_once(office: Office) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, STORY)
    sent = [agent.post(f"/conversations/{one}/tickets", WANTED) for _ in range(6)]
    numbers = {found["number"] for found in await asyncio.gather(*sent)}
    await agent.post(f"/conversations/{one}/hand_back")
    numbers.add((await agent.post(f"/conversations/{one}/tickets", WANTED))["number"])
    assert len(numbers) == 1 and await _count(office.database, TicketRow) == 1
    told = [m for m in await office.conversations.history(one) if m.card]
    assert len(told) == 1
    async with office.database.read() as session:
        kept = await session.scalars(select(DeskAudit).where(DeskAudit.action == "file_ticket"))
        assert [(r.subject, r.kind, r.result) for r in kept if r.subject] == [(*numbers, "ticket", "allowed")]


async def test_only_who_has_the_conversation_files_from_it_and_nothing_is_left_of_a_refusal(
    office: Office,
) -> None:
    agent, other = await office.hire("agent1"), await office.hire("agent2")
    one = await _taken(office, agent, STORY)
    refused = await other.post(f"/conversations/{one}/tickets", WANTED, 409)
    assert refused["error"]["code"] == "not_yours"
    assert await _count(office.database, TicketRow) == 0
    assert not any(m.card for m in await office.conversations.history(one))
    waiting = await _told(office, "v2", STORY)
    await agent.post(f"/conversations/{waiting}/tickets", WANTED, 409)
    for wrong, field in (
        ({"category": "没有/这个"}, "category"),
        ({"district": "火星区"}, "district"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"type": "闹着玩"}, "type"),
        ({"content": "。"}, "content"),
        ({"photos": ["01990000-0000-7000-8000-000000000001"]}, "photos"),
    ):
        found = await agent.post(f"/conversations/{one}/tickets", {**WANTED, **wrong}, 400)
        assert field in found["error"]["details"]["fields"], wrong
    assert await _count(office.database, TicketRow) == 0
    number = (await agent.post(f"/conversations/{one}/tickets", WANTED))["number"]
    assert number.endswith("00001"), "no number was lost to a refusal"


async def test_masked_numbers_of_others_are_stored_whole_and_two_alike_are_asked_about(
    office: Office,
) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, STORY)
    content = (await agent.get(f"/conversations/{one}/matter"))["fields"]["content"]["value"]
    assert OTHER not in content
    number = (await agent.post(f"/conversations/{one}/tickets", {**WANTED, "content": content}))["number"]
    assert OTHER in (await _row(office, number)).content
    two = await _taken(office, agent, "骗子用13912342222和13956782222打我电话", visitor="v2")
    content = (await agent.get(f"/conversations/{two}/matter"))["fields"]["content"]["value"]
    found = await agent.post(f"/conversations/{two}/tickets", {**WANTED, "content": content}, 400)
    assert found["error"]["code"] == "which_number"
    whole = {**WANTED, "content": "骗子用13912342222和13956782222打群众电话"}
    number = (await agent.post(f"/conversations/{two}/tickets", whole))["number"]
    assert "13956782222" in (await _row(office, number)).content


async def test_photos_of_the_conversation_are_attached(office: Office) -> None:
    agent = await office.hire("agent1")
    one = await office.says("v1", STORY, "v1-0")
    kept = await office.media.keep(one, photo())
    sent = InboundMessage("web", "v1", "v1-p", "", kind="image", media=kept.media)
    receipt = await office.conversations.receive(sent)
    await office.conversations.wait(receipt.turn_id, 10)
    await _taken(office, agent)
    found = await agent.get(f"/conversations/{one}/matter")
    assert found["photos"] == [{"id": kept.id, "chosen": False}]
    number = (await agent.post(f"/conversations/{one}/tickets", {**WANTED, "photos": [kept.id]}))["number"]
    assert (await agent.get(f"/tickets/{number}"))["ticket"]["photos"] == [kept.id]


async def test_likely_duplicates_are_shown_before_filing(office: Office) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, STORY)
    first = await agent.post(f"/conversations/{one}/tickets", {**WANTED, "contact_phone": PHONE})
    draft = {name: value for name, value in WANTED.items() if name != "key"}
    again = (await agent.post("/tickets/like", {**draft, "conversation": one}))["tickets"]
    assert [(t["number"], t["why"]) for t in again] == [(first["number"], ["同一会话", "地点和内容相近"])]
    by_phone = (await agent.post("/tickets/like", {**draft, "address": "", "contact_phone": PHONE}))[
        "tickets"
    ]
    assert [t["why"] for t in by_phone] == [["同一电话"]]
    other = {
        **draft,
        "content": "公园里的健身器材断了",
        "category": "市政设施/路灯照明",
        "address": "淮滨公园",
    }
    assert (await agent.post("/tickets/like", other))["tickets"] == []


async def test_words_that_the_agent_types_are_read_the_same_way(office: Office) -> None:
    agent = await office.hire("agent1")
    found = (await agent.post("/tickets/read", {"text": f"{STORY}，我电话{PHONE}"}))["fields"]
    assert found["address"]["value"] == "龙湖小区3号楼" and found["contact_phone"]["value"] == PHONE


@pytest.mark.parametrize(
    "put",
    [
        "水表号{}",
        "发票号码：{}",
        "户号{}",
        "案件编号是{}",
        "+{}",
    ],
)
async def test_no_agent_reads_a_number_by_putting_its_mask_where_nothing_is_masked(
    office: Office, put: str
) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, STORY)
    content = f"楼上唱歌，{put.format('139****2222')}"
    for field in ("content", "subject", "address"):
        refused = await agent.post(f"/conversations/{one}/tickets", {**WANTED, field: content}, 400)
        assert refused["error"]["code"] == "which_number" and OTHER not in json.dumps(refused)
    number = (await agent.post(f"/conversations/{one}/tickets", {**WANTED, "content": "电话139****2222"}))[
        "number"
    ]
    assert OTHER in (await _row(office, number)).content
    edit = {"version": 1, "content": content}
    refused = await agent.post(f"/tickets/{number}/edit", edit, 400)
    assert refused["error"]["code"] == "which_number"
    shown = [await agent.get(f"/tickets/{number}"), await agent.get("/tickets", q=number)]
    assert OTHER not in json.dumps(shown)


@pytest.mark.parametrize("typed", ["9139****2222", "139****22223", "139****2222139****2222", "1139****2222"])
async def test_a_mask_within_other_figures_stands_for_nothing(office: Office, typed: str) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, STORY)
    sent = {**WANTED, "content": f"楼上唱歌，编号{typed}"}
    number = (await agent.post(f"/conversations/{one}/tickets", sent))["number"]
    assert (await _row(office, number)).content == sent["content"]


async def test_a_mask_of_another_conversation_stands_for_nothing_and_a_full_width_one_counts(
    office: Office,
) -> None:
    agent = await office.hire("agent1")
    await _taken(office, agent, STORY)
    two = await _taken(office, agent, "路灯坏了，电话13912342222", visitor="v2")
    sent = {**WANTED, "content": "路灯坏了，打１３９＊＊＊＊２２２２和138****9999"}
    number = (await agent.post(f"/conversations/{two}/tickets", sent))["number"]
    assert (await _row(office, number)).content == "路灯坏了，打13912342222和138****9999"


async def test_a_long_gap_does_not_cut_a_number_in_two_in_lists(office: Office) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, STORY)
    for gap in range(280, 301):
        sent = {**WANTED, "key": f"key-{gap:05}", "content": f"路灯{' ' * gap}139****2222"}
        await agent.post(f"/conversations/{one}/tickets", sent)
    lines = (await agent.get("/tickets", limit=50))["tickets"]
    assert len(lines) == 21 and {line["summary"] for line in lines} == {"路灯 139****2222"}


@pytest.mark.parametrize(
    "more",
    [
        {"content": "楼道里堆了杂物"}, {"confidential": True}, {"urgent": True}, {"emergency": True}, {"contact_phone": "13900000001"},
        {"contact_name": "吴某"}, {"happened_at": "昨晚"},
    ],
)  # fmt: skip
async def test_a_key_never_stands_for_another_filing(office: Office, more: dict[str, object]) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, STORY)
    number = (await agent.post(f"/conversations/{one}/tickets", WANTED))["number"]
    refused = await agent.post(f"/conversations/{one}/tickets", {**WANTED, **more}, 409)
    assert refused["error"]["code"] == "key_reused" and refused["error"]["details"]["number"] == number
    assert (await agent.post(f"/conversations/{one}/tickets", WANTED))["number"] == number


async def test_what_was_erased_is_not_filed(office: Office, tmp_path: Path) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, STORY, f"电话{PHONE}")
    person = personal_data.Person((one,), ())
    tracker = Tracker(timedelta(days=30), f"sqlite:///{tmp_path / 'tracker.db'}")
    with pytest.raises(Conflict, match="接待"):
        await personal_data.erase(office.database, office.media, tracker, person)
    await agent.post(f"/conversations/{one}/hand_back")
    await personal_data.erase(office.database, office.media, tracker, person)
    refused = await agent.post(f"/conversations/{one}/tickets", WANTED, 409)
    assert refused["error"]["code"] == "not_yours"
    assert (await agent.get(f"/conversations/{one}/matter"))["fields"] == {}
    # Nor is anything else written into it, by whichever way: nobody would read it, and it would outlast what had to go.
    draft = {"version": 0, "client_id": "d1", "text": f"王小明{PHONE}"}
    for way, sent in (
        ("take", {}), ("notes", {"text": f"王小明{PHONE}住3号楼"}), ("tags", {"name": "王小明"}), ("draft", draft),
    ):  # fmt: skip
        refused = await agent.post(f"/conversations/{one}/{way}", sent, 409)
        assert refused["error"]["code"] == "erased", way
    messages = {"client_id": "m1", "text": "在吗"}
    assert (await agent.post(f"/conversations/{one}/messages", messages, 409))["error"]["code"] == "not_yours"
    for table in (TalkNote, TalkTag, ReplyDraft):
        assert await _count(office.database, table) == 0


async def test_four_thousand_characters_and_markup_are_stored_as_they_are(office: Office) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, STORY)
    sent = {
        **WANTED,
        "content": "路灯坏了。" * 800,
        "contact_name": "<b>李明</b>",
        "subject": "<script>1</script>",
    }
    number = (await agent.post(f"/conversations/{one}/tickets", sent))["number"]
    row = await _row(office, number)
    assert (row.content, row.contact_name, row.subject) == (sent["content"], "<b>李明</b>", sent["subject"])
    whole = {**WANTED, "key": "key-00002", "content": "路" * 10_001}
    await agent.post(f"/conversations/{one}/tickets", whole, 400)


async def test_chatter_is_no_content_and_the_answer_to_the_agents_question_is_the_name(
    office: Office,
) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, "我想找个真人讲话,你这机器我搞不懂")
    await office.says("v1", "我的失业金停了,窗口说我有社保记录,可我没上班", "v1-b")
    await agent.post(f"/conversations/{one}/messages", {"client_id": "c1", "text": "您叫什么名字？"})
    await office.says("v1", "王小国,谢家集的。谢谢你是真人吧", "v1-c")
    await office.says("v1", "咋不说话了", "v1-d")
    await agent.post(f"/conversations/{one}/messages", {"client_id": "c2", "text": "留个电话吧，几月停的？"})
    await office.says("v1", "13800000000 就是8月份停的", "v1-e")
    found = (await agent.get(f"/conversations/{one}/matter"))["fields"]
    assert found["content"]["value"] == "我的失业金停了,窗口说我有社保记录,可我没上班\n就是8月份停的"
    assert found["contact_name"]["value"] == "王小国" and found["contact_phone"]["value"] == "138****0000"
    assert found["district"]["value"] == "谢家集区"


async def test_who_waits_once_more_tells_only_the_matter(office: Office) -> None:
    agent = await office.hire("agent1")
    one = await _taken(
        office,
        agent,
        "人呢?",
        "你们这人工也没人啊",
        "怎么又排队了?我前面几个",
        "残疾证换证去哪换,跑了两趟都说系统坏",
        "在吗",
        "王小兰 13800000000",
    )
    found = (await agent.get(f"/conversations/{one}/matter"))["fields"]
    assert found["content"]["value"] == "残疾证换证去哪换,跑了两趟都说系统坏"
    assert found["contact_name"]["value"] == "王小兰" and found["contact_phone"]["value"] == "138****0000"


@pytest.mark.parametrize(
    "told",
    [
        "我去了两趟窗口，没人，打电话也没人接",
        "医院排队排了一上午，前面还有几十个",
        "物业不理我，找了三次",
        "银行那个智能机器人乱扣我的钱",
        "邻居王大明，天天半夜放歌",
    ],
)
async def test_what_only_sounds_like_chatter_is_content(office: Office, told: str) -> None:
    agent = await office.hire("agent1")
    one = await _taken(office, agent, told)
    found = (await agent.get(f"/conversations/{one}/matter"))["fields"]
    assert found["content"]["value"] == told and "contact_name" not in found
