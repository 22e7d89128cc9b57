"""A ticket's progress reaches the citizen: by template where there is one, else in the conversation; once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from channels.wechat import Pace, WeChat
from channels.wechat.inbound.parse import parse
from channels.wechat.models import WeChatNoticeRow
from channels.wechat.outbound.consents import Asked
from channels.wechat.outbound.notices import JOB
from conversations.media import Media
from conversations.service import Conversations
from core.clock import now
from core.database import Database
from core.events import LocalEvents
from core.jobs import JobRow
from core.news import News
from core.wechat_accounts import WeChatAccount, WeChatNotice
from tests import waiting
from tests.channels.wechat.api import MINI_ID, PUSHING_ID, SECRET, Api
from tests.channels.wechat.conftest import QUICK, Running
from tests.channels.wechat.platform import payload
from tests.rasa_standin import SmallDialogue, no_answer
from tests.waiting import until

FIELDS = {"character_string1": "{number}", "phrase2": "{state}", "time3": "{time}"}
TEMPLATE = "/cgi-bin/message/template/send"
TOLD = News("k1", "HN2026112300001", "办理中", "您的工单 HN2026112300001 正在办理。")
ACCOUNTS = [
    WeChatAccount(
        name="told", app_id=PUSHING_ID, token="testtoken", app_secret=SECRET,
        notice=WeChatNotice(template_id="T1", fields=FIELDS),
    ),
    WeChatAccount(
        name="mini", kind="mini_program", app_id=MINI_ID, token="testtoken", app_secret=SECRET,
        notice=WeChatNotice(kind="subscribe", template_id="T2", fields=FIELDS, page="pages/ticket"),
    ),
]  # fmt: skip


@pytest.fixture
async def told(database: Database, api: Api, tmp_path: Path) -> AsyncIterator[WeChat]:
    async with (
        Conversations(database, LocalEvents(), SmallDialogue(), no_answer) as conversations,
        WeChat(
            ACCOUNTS, database, conversations, Media(database, tmp_path), city="淮南", api_base=api.url,
            public_url="https://12345.example.gov.cn", pace=Pace(**QUICK),
        ) as wechat,
    ):  # fmt: skip
        wechat.conversations = conversations  # type: ignore[attr-defined]
        yield wechat


async def of(wechat: WeChat, account: str) -> str:
    found = await wechat.conversations.find_or_create("wechat", account, "oTEST_told")  # type: ignore[attr-defined]
    return str(found.id)


async def test_a_template_message_is_sent_once(told: WeChat, api: Api) -> None:
    conversation = await of(told, "told")
    for _ in range(3):
        await told.conversations.notify(conversation, TOLD)  # type: ignore[attr-defined]
    await until(lambda: api.notices)
    (sent,) = api.notices
    assert sent["touser"] == "oTEST_told" and sent["template_id"] == "T1"
    assert sent["data"]["phrase2"] == {"value": "办理中"} and sent["url"] == "https://12345.example.gov.cn"
    assert len(sent["client_msg_id"]) == 36


async def failed(database: Database) -> bool:
    async with database.read() as session:
        return await session.scalar(select(JobRow.last_error).where(JobRow.kind == JOB)) is not None


@pytest.mark.slow
async def test_one_whose_answer_was_lost_is_sent_again_and_arrives_once(
    told: WeChat, api: Api, database: Database
) -> None:
    api.fail(TEMPLATE, lost=True)
    await told.conversations.notify(await of(told, "told"), TOLD)  # type: ignore[attr-defined]
    await waiting.until(lambda: failed(database))
    async with database.write() as session:
        await session.execute(update(JobRow).where(JobRow.kind == JOB).values(due_at=now()))
    await until(lambda: api.calls[TEMPLATE] == 2)
    assert len(api.notices) == 1


async def test_a_mini_program_uses_subscription_messages(told: WeChat, api: Api) -> None:
    api.consents["oTEST_told", "T2"] = 1
    await told._consents.give_back(Asked("mini", "oTEST_told", "T2"))  # as if by an event: test_consents.py
    await told.conversations.notify(await of(told, "mini"), TOLD)  # type: ignore[attr-defined]
    await until(lambda: api.notices)
    assert api.notices[0]["page"] == "pages/ticket" and api.calls["/cgi-bin/message/subscribe/send"] == 1


async def test_a_refused_notice_is_told_in_the_conversation(told: WeChat, api: Api) -> None:
    conversation = await of(told, "told")
    api.step("oTEST_told")
    api.fail(TEMPLATE, errcode=43004)
    await told.conversations.notify(conversation, TOLD)  # type: ignore[attr-defined]
    conversations: Conversations = told.conversations  # type: ignore[attr-defined]
    await until(lambda: api.calls[TEMPLATE] == 1)
    for _ in range(100):
        owed = await conversations.undelivered(conversation)
        if owed:
            break
    assert [message.text for message in owed] == [TOLD.text]


async def test_what_the_platform_says_became_of_it_is_noted(
    told: WeChat, api: Api, database: Database
) -> None:
    await told.conversations.notify(await of(told, "told"), TOLD)  # type: ignore[attr-defined]
    await until(lambda: api.notices)
    for _ in range(100):
        async with database.read() as session:
            row = await session.scalar(select(WeChatNoticeRow))
        if row is not None and row.state == "sent":
            break
    assert row is not None and row.platform_id == "200163836"
    await told._notices.arrived(parse(payload("event_TEMPLATESENDJOBFINISH")))
    async with database.read() as session:
        assert await session.scalar(select(WeChatNoticeRow.state)) == "arrived"


async def test_an_account_without_a_template_tells_it_in_the_conversation(running: Running, api: Api) -> None:
    await running.account("pushing").say("您好")
    view = await running.view(account="pushing")
    for _ in range(2):
        await running.conversations.notify(view.id, TOLD)
    await until(lambda: api.sent)
    assert api.texts() == [TOLD.text]


def test_a_field_that_does_not_exist_is_said_at_start() -> None:
    for wrong in ("{phone}", "{number", "{0}"):
        with pytest.raises(ValidationError):
            WeChatNotice(template_id="T1", fields={"a": wrong})
