"""A ticket that moved on is told to the citizen who filed it: once, the way of their channel, and to nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from channels.wechat import Pace, WeChat
from channels.wechat.models import WeChatNoticeRow
from channels.wechat.outbound.consents import Asked
from conversations.media import Media
from conversations.service import Conversations
from core.database import Database
from core.errors import Conflict
from core.events import LocalEvents
from core.jobs import Jobs
from core.jobs.models import JobRow
from tests.channels.wechat import conftest as wechat_conftest
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import QUICK
from tests.channels.wechat.test_notices import ACCOUNTS, TEMPLATE
from tests.cities import HUAINAN
from tests.rasa_standin import SmallDialogue, no_answer
from tests.waiting import until
from tickets.models import Department
from tickets.notices import TicketNotices
from tickets.rows import MOVED
from tickets.service import Tickets
from tickets.states import State
from tickets.types import CITIZEN as CITIZEN_ACTOR
from tickets.types import Actor, Ticket, TicketDraft

api = wechat_conftest.api

CITIZEN = "oTEST_told"
AGENT = Actor("agent", "坐席 3 号", "01990000-0000-7000-8000-00000000000a")
CLERK = Actor("department", "经办 1 号", "01990000-0000-7000-8000-00000000000b")
OFFICE = "市城市管理行政执法局"
ANSWER = "小区门口的路灯已于 11 月 29 日修好。"
FIELDS: dict[str, dict[str, Any]] = {
    "decline": {"basis": "案件已由法院受理", "route": "请向受理的法院反映"},
    "reply": {"public": ANSWER, "confidential": "灯杆老化"},
    "callback": {"solved": True, "satisfied": 5},
    "suspend": {"reason": "路灯杆上的编号", "days": 2},
}
TO_REVIEW = ("accept", "dispatch", "sign", "reply")
DRAFT = TicketDraft(
    type="投诉",
    content="小区门口的路灯坏了三天了，晚上老人出门看不见路。",
    category="市政设施/路灯照明",
    district="田家庵",
    address="某某路 1 号门口",
    happened_at="三天前开始",
    channel="wechat",
)


@dataclass
class Hall:
    """The parts that tell of tickets, as the app puts them together."""

    database: Database
    tickets: Tickets
    conversations: Conversations
    wechat: WeChat
    api: Api

    async def conversation(self, account: str = "told", channel: str = "wechat") -> str:
        return (await self.conversations.find_or_create(channel, account, CITIZEN)).id

    async def consent(self) -> None:
        """The citizen lets one message of the mini program through; how events tell of it: test_consents.py."""
        self.api.consents[CITIZEN, "T2"] += 1
        await self.wechat._consents.give_back(Asked("mini", CITIZEN, "T2"))

    async def file(self, conversation_id: str | None, key: str = "k", channel: str = "wechat") -> Ticket:
        draft = replace(DRAFT, conversation_id=conversation_id, channel=channel)
        return await self.tickets.file(draft, key)

    async def act(self, ticket: Ticket, *actions: str) -> None:
        """These moves are made, by whoever may make them."""
        async with self.database.write() as session:
            known = await session.scalar(select(Department).where(Department.name == OFFICE))
            if known is None:
                session.add(known := Department(name=OFFICE))
                await session.flush()
        who = replace(CLERK, department_id=known.id)
        for action in actions:
            given = {"department": known.id} if action == "dispatch" else FIELDS.get(action, {})
            kind = who if action in ("sign", "reply", "suspend") else AGENT
            await self.tickets.moves.act(ticket.number, action, given, kind)

    def process(self) -> Jobs:
        """A process that tells, while it is entered."""
        jobs = Jobs(self.database, look_s=0.05)
        TicketNotices(
            self.database,
            self.tickets,
            self.conversations.notify,
            jobs,
            lambda number: [("解决了", f"{number} yes")],
        )
        return jobs

    def states(self) -> list[str]:
        """What the notices that went out say, in order."""
        return [notice["data"]["phrase2"]["value"] for notice in self.api.notices]


@pytest.fixture
async def hall(database: Database, api: Api, tmp_path: Path) -> AsyncIterator[Hall]:
    async with (
        Conversations(database, LocalEvents(), SmallDialogue(), no_answer) as conversations,
        WeChat(
            ACCOUNTS, database, conversations, Media(database, tmp_path), city="淮南", api_base=api.url,
            pace=Pace(**QUICK),
        ) as wechat,
    ):  # fmt: skip
        yield Hall(database, Tickets(database, LocalEvents(), HUAINAN), conversations, wechat, api)


async def test_a_change_goes_out_as_a_template_message(hall: Hall) -> None:
    ticket = await hall.file(await hall.conversation())
    async with hall.process():
        await hall.act(ticket, "accept")
        await until(lambda: hall.api.notices)
    (sent,) = hall.api.notices
    assert sent["touser"] == CITIZEN and sent["template_id"] == "T1"
    assert sent["data"]["character_string1"] == {"value": ticket.number}
    assert hall.states() == ["待派单"]


async def test_a_mini_programs_citizen_gets_a_subscribe_message(hall: Hall) -> None:
    ticket = await hall.file(await hall.conversation("mini"))
    await hall.consent()
    async with hall.process():
        await hall.act(ticket, "accept")
        await until(lambda: hall.api.notices)
    assert hall.api.calls["/cgi-bin/message/subscribe/send"] == 1
    assert hall.states() == ["待派单"]


async def test_each_change_is_told_once_however_often_and_by_whomever_it_is_seen(hall: Hall) -> None:
    ticket = await hall.file(await hall.conversation())
    # One happened while no process ran.
    await hall.act(ticket, "accept")
    async with hall.process(), hall.process():
        await until(lambda: len(hall.api.notices) == 1)
        await hall.tickets.note(ticket.number, AGENT, "已电话联系")
        await hall.act(ticket, "dispatch")
        await until(lambda: len(hall.api.notices) == 2)
    async with hall.process():  # after a restart
        await hall.act(ticket, "sign", "reply", "approve")
        await until(lambda: len(hall.api.notices) == 3)
    assert hall.states() == ["待派单", "待签收", "待回访"], (
        "that the department signed is nothing to the citizen"
    )


async def test_changes_while_nothing_ran_are_told_as_what_came_of_them(hall: Hall) -> None:
    ticket = await hall.file(await hall.conversation())
    other = await hall.file(await hall.conversation("mini"), "other")
    await hall.consent()
    await hall.act(ticket, "accept", "dispatch")
    await hall.act(other, "decline")
    async with hall.process():
        await until(lambda: len(hall.states()) == 2)
    async with hall.database.read() as session:
        told = [row.values["state"] for row in await session.scalars(select(WeChatNoticeRow))]
    assert sorted(told) == ["不予受理", "待签收"], "one sentence is not said twice"


async def test_a_refused_notice_is_told_in_the_conversation_once(hall: Hall) -> None:
    conversation = await hall.conversation()
    ticket = await hall.file(conversation)
    hall.api.fail(TEMPLATE, errcode=43004)
    hall.api.step(CITIZEN)
    async with hall.process():
        await hall.act(ticket, "accept")
        await until(lambda: hall.conversations.history(conversation))
        # A later change is told as ever, and tells nothing of the former again.
        await hall.act(ticket, "dispatch")
        await until(lambda: hall.api.notices)
    said = await hall.conversations.history(conversation)
    assert [(one.sender, one.direction) for one in said] == [("system", "out")]
    assert ticket.number in said[0].text and "已经受理" in said[0].text
    assert hall.states() == ["待签收"]


async def test_nobody_else_gets_a_notice(hall: Hall) -> None:
    """Not of a filing, and not about a ticket taken without a conversation; on a page it is said in the talk."""
    web = await hall.file(await hall.conversation("", "web"), "web", "web")
    phone = await hall.file(None, "phone", "phone")
    bare = await hall.file(None, "bare")
    ours = await hall.file(await hall.conversation(), "ours")
    async with hall.process():
        for ticket in (web, phone, bare, ours):
            await hall.act(ticket, "accept", "dispatch")
        await until(lambda: "待签收" in hall.states())
    async with hall.database.read() as session:
        told = [row.values["number"] for row in await session.scalars(select(WeChatNoticeRow))]
    assert set(told) == {ours.number}
    said = await hall.conversations.history(await hall.conversation("", "web"))
    assert web.number in said[-1].text and f"已经转给{OFFICE}" in said[-1].text


async def test_the_answer_itself_stands_in_the_talk_with_the_question_whether_it_is_solved(
    hall: Hall,
) -> None:
    conversation = await hall.conversation()
    ticket = await hall.file(conversation)
    async with hall.process():
        await hall.act(ticket, *TO_REVIEW, "approve", "callback")  # closed before anything is told
        await until(lambda: hall.conversations.history(conversation))
        await until(lambda: hall.api.notices)
    (said,) = await hall.conversations.history(conversation)
    assert ANSWER in said.text and "这件事解决了吗" in said.text and "灯杆老化" not in said.text
    assert [(one.title, one.payload) for one in said.buttons] == [("解决了", f"{ticket.number} yes")]


@pytest.mark.parametrize("way", ["approve", "answer", "decline"])
async def test_an_answer_in_the_talk_shows_no_number_of_anybody(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    told = "已电话联系报修人 13912345678，11 月 29 日修好，有事请打 12345。"
    given = {"public": told, "override": "说明清楚"}
    monkeypatch.setitem(FIELDS, "reply", given)
    monkeypatch.setitem(FIELDS, "answer", {"text": told})
    monkeypatch.setitem(FIELDS, "decline", {"basis": told, "route": "请向法院反映"})
    conversation = await hall.conversation("", "web")
    ticket = await hall.file(conversation, channel="web")
    async with hall.process():
        await hall.act(ticket, *(TO_REVIEW if way == "approve" else ()), way)
        await until(lambda: _said(hall, conversation, "139****5678"))
    heard = "".join(one.text for one in await hall.conversations.history(conversation))
    assert "13912345678" not in heard and "请打 12345" in heard


async def test_what_the_citizen_is_to_add_and_why_it_is_not_taken_up_are_told_in_words(hall: Hall) -> None:
    conversation = await hall.conversation("", "web")
    waits, beyond = [await hall.file(conversation, key, "web") for key in ("1", "2")]
    async with hall.process():
        await hall.act(waits, "accept", "dispatch", "sign", "suspend")
        await hall.act(beyond, "decline")
        await until(lambda: _said(hall, conversation, "法院"))
        await until(lambda: _said(hall, conversation, "路灯杆上的编号"))
    # What the citizen adds goes on with it at once.
    await hall.tickets.note(waits.number, CITIZEN_ACTOR, "编号是 A12")
    assert (await hall.tickets.get(waits.number)).state is State.HANDLING


async def test_whoever_reported_the_same_hears_the_result_and_nothing_of_the_others(hall: Hall) -> None:
    first = await hall.conversation("", "web")
    second = (await hall.conversations.find_or_create("web", "", "another")).id
    third = (await hall.conversations.find_or_create("web", "", "late")).id
    main, merged, late = [
        await hall.file(one, f"k{n}", "web") for n, one in enumerate((first, second, third))
    ]
    async with hall.process():
        await hall.act(main, "accept", "dispatch", "sign")
        await hall.tickets.moves.act(merged.number, "merge", {"into": main.number}, AGENT)
        await until(lambda: _said(hall, second, "合并办理"))
        await hall.act(main, "reply", "approve")
        await until(lambda: _said(hall, second, ANSWER))
        await hall.tickets.moves.act(late.number, "merge", {"into": main.number}, AGENT)
        await until(lambda: _said(hall, third, ANSWER))
    heard = "".join(one.text for one in await hall.conversations.history(second))
    assert merged.number in heard and main.number not in heard
    assert heard.count(ANSWER) == 1
    # Who asks reads it, too, also without a conversation.
    asked = hall.tickets.progress_text(await hall.tickets.get(merged.number))
    assert ANSWER in asked and main.number not in asked and "结果一样会告诉您" not in asked


async def test_a_citizen_who_withdraws_hears_nothing_of_others_who_reported_the_same(hall: Hall) -> None:
    main, merged = await hall.file(None, "1"), await hall.file(None, "2")
    await hall.tickets.moves.act(merged.number, "merge", {"into": main.number}, AGENT)
    with pytest.raises(Conflict) as refused:
        await hall.tickets.by_citizen(main.number, "withdraw", {"reason": "不用办了"})
    assert "不能自己撤回" in refused.value.message
    assert not [word for word in ("1", "并", "别人", "一起") if word in refused.value.message]
    before = hall.tickets.progress_text(await hall.tickets.get(merged.number))
    assert "结果一样会告诉您" in before


async def test_an_answer_that_nobody_reviewed_is_told_to_no_merged_reporter(hall: Hall) -> None:
    first = await hall.conversation("", "web")
    second = (await hall.conversations.find_or_create("web", "", "another")).id
    third = (await hall.conversations.find_or_create("web", "", "third")).id
    main, waits, back = [await hall.file(one, f"k{n}", "web") for n, one in enumerate((first, second, third))]
    async with hall.process():
        await hall.act(main, *TO_REVIEW)
        await hall.tickets.moves.act(waits.number, "merge", {"into": main.number}, AGENT)
        await until(lambda: _said(hall, second, "合并办理"))
        await hall.tickets.moves.act(main.number, "reject", {"reason": "没有写清楚"}, AGENT)
        await hall.tickets.moves.act(back.number, "merge", {"into": main.number}, AGENT)
        await until(lambda: _said(hall, third, "合并办理"))
        assert not await _said(hall, second, ANSWER) and not await _said(hall, third, ANSWER)
        await hall.act(main, "reply", "approve")
        await until(lambda: _said(hall, second, ANSWER))
        await until(lambda: _said(hall, third, ANSWER))


async def test_a_merge_that_is_told_late_repeats_no_answer_and_one_that_was_redone_since_is_not_told(
    hall: Hall,
) -> None:
    first, second, third = [
        (await hall.conversations.find_or_create("web", "", user)).id for user in ("1", "2", "3")
    ]
    main, merged, own = [await hall.file(one, f"k{n}", "web") for n, one in enumerate((first, second, third))]
    # All of it while nothing runs that tells.
    await hall.act(main, "accept", "dispatch", "sign")
    await hall.tickets.moves.act(merged.number, "merge", {"into": main.number}, AGENT)
    await hall.act(main, "reply", "approve")
    await hall.act(own, *TO_REVIEW, "approve")
    boss = Actor("supervisor", "班长")
    await hall.tickets.moves.act(own.number, "redo", {"reason": "照片里灯还是灭的"}, boss)
    await hall.act(own, "reply")
    async with hall.process():
        for conversation, words in ((first, ANSWER), (second, ANSWER), (third, "重新办理")):
            await until(lambda c=conversation, w=words: _said(hall, c, w))
        await until(lambda: _all_told(hall))
    heard = ["".join(one.text for one in await hall.conversations.history(c)) for c in (first, second, third)]
    assert [one.count(ANSWER) for one in heard] == [1, 1, 0]


async def _all_told(hall: Hall) -> bool:
    async with hall.database.read() as session:
        return await session.scalar(select(JobRow.id).where(JobRow.kind == MOVED).limit(1)) is None


async def _said(hall: Hall, conversation: str, words: str) -> bool:
    return any(words in one.text for one in await hall.conversations.history(conversation))
