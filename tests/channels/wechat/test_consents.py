"""Consents to subscription messages come in as events, are counted, and are used one by one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from channels.wechat.inbound.parse import parse
from channels.wechat.models import WeChatNoticeRow
from core.consents import Consent
from core.database import Database
from tests.channels.wechat.api import Api
from tests.channels.wechat.conftest import TEMPLATE, Running
from tests.channels.wechat.platform import CITIZEN, payload
from tests.channels.wechat.test_notices import TOLD
from tests.waiting import until

SEND = {"telling": "/cgi-bin/message/subscribe/bizsend", "telling-mini": "/cgi-bin/message/subscribe/send"}
WAYS = [("telling", False), ("telling-mini", False), ("telling-mini", True)]
"""Accounts, and whether their messages come as JSON."""


async def event(running: Running, account: str, name: str, *, as_json: bool = False, times: int = 1) -> None:
    platform = running.account(account)
    platform.as_json = as_json
    for _ in range(times):
        said = await platform.push(payload(name))
        assert (said.status, said.body) == (200, "success")


async def tell(running: Running, account: str, *keys: str) -> None:
    """Progress of a ticket, once for each key."""
    await running.account(account).say("您好")
    view = await running.view(account=account)
    for key in keys:
        await running.conversations.notify(view.id, replace(TOLD, key=key, text=f"进展{key}。"))


async def told_in_conversation(running: Running, account: str, *keys: str) -> None:
    view = await running.view(account=account)

    async def told() -> list[str]:
        return [m.text for m in await running.conversations.history(view.id) if m.text.startswith("进展")]

    async def all_told() -> bool:
        return len(await told()) == len(keys)

    await until(all_told)
    assert await told() == [f"进展{key}。" for key in keys]


async def left(database: Database) -> dict[str, int]:
    async with database.read() as session:
        return {row.subject: row.left for row in await session.scalars(select(Consent))}


@pytest.mark.parametrize(("account", "as_json"), WAYS)
async def test_one_consent_is_good_for_one_message_and_no_call_is_made_without(
    running: Running, api: Api, database: Database, account: str, as_json: bool
) -> None:
    api.consents[CITIZEN, TEMPLATE] = 1
    await event(running, account, "event_subscribe_msg_popup", as_json=as_json, times=3)
    assert await left(database) == {TEMPLATE: 1}
    await tell(running, account, "k1")
    await until(lambda: api.notices)
    await tell(running, account, "k2")
    await told_in_conversation(running, account, "k2")
    assert len(api.notices) == api.calls[SEND[account]] == 1
    assert api.notices[0]["data"]["phrase2"] == {"value": "办理中"}


@pytest.mark.parametrize(("account", "as_json"), WAYS)
async def test_several_templates_in_one_event_are_told_apart(
    running: Running, database: Database, account: str, as_json: bool
) -> None:
    await event(running, account, "event_subscribe_msg_popup", as_json=as_json)
    await event(running, account, "event_subscribe_msg_popup_two", as_json=as_json)
    assert await left(database) == {TEMPLATE: 2, "9nLIlbOQZC5Y89AZteFEux3WCXRRRG5Wfzkpssu4bLI": 0}


@pytest.mark.parametrize(("account", "as_json"), WAYS)
@pytest.mark.slow
async def test_who_takes_it_back_is_told_in_the_conversation(
    running: Running, api: Api, account: str, as_json: bool
) -> None:
    for name in ("event_subscribe_msg_popup", "event_subscribe_msg_popup_two", "event_subscribe_msg_change"):
        await event(running, account, name, as_json=as_json)
    await tell(running, account, "k1")
    await told_in_conversation(running, account, "k1")
    assert api.calls[SEND[account]] == 0


async def test_when_the_platform_knows_of_no_consent_none_is_believed_any_longer(
    running: Running, api: Api, database: Database
) -> None:
    await event(running, "telling", "event_subscribe_msg_popup")
    await event(running, "telling", "event_subscribe_msg_popup_two")
    await tell(running, "telling", "k1")
    await told_in_conversation(running, "telling", "k1")
    assert (await left(database))[TEMPLATE] == 0
    await tell(running, "telling", "k2")
    await told_in_conversation(running, "telling", "k1", "k2")
    assert api.calls[SEND["telling"]] == 1 and api.refused == [43101]


async def test_another_refusal_uses_no_consent_up(running: Running, api: Api, database: Database) -> None:
    api.consents[CITIZEN, TEMPLATE] = 1
    await event(running, "telling", "event_subscribe_msg_popup")
    api.fail(SEND["telling"], errcode=47003)
    await tell(running, "telling", "k1")
    await told_in_conversation(running, "telling", "k1")
    await tell(running, "telling", "k2")
    await until(lambda: api.notices)
    assert await left(database) == {TEMPLATE: 0}


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("code", ["0", "-1"])
async def test_what_became_of_it_is_noted_and_a_failure_told_in_the_conversation(
    running: Running, api: Api, database: Database, as_json: bool, code: str
) -> None:
    api.consents[CITIZEN, TEMPLATE] = 1
    await event(running, "telling-mini", "event_subscribe_msg_popup", as_json=as_json)
    await tell(running, "telling-mini", "k1")

    async def sent() -> WeChatNoticeRow | None:
        async with database.read() as session:
            return await session.scalar(select(WeChatNoticeRow).where(WeChatNoticeRow.state == "sent"))

    await until(sent)
    row = await sent()
    assert row is not None and row.platform_id == "1700827132819554304"
    platform = running.account("telling-mini")
    platform.as_json = as_json
    body = payload("event_subscribe_msg_sent")
    if code != "0":
        body = body.replace(b"<ErrorCode>0<", b"<ErrorCode>-1<").replace(b"success", b"system error")
    for _ in range(2):
        assert (await platform.push(body)).body == "success"
    async with database.read() as session:
        row = await session.scalar(select(WeChatNoticeRow))
    assert row is not None
    if code == "0":
        assert (row.state, row.error) == ("arrived", None)
        await told_in_conversation(running, "telling-mini")
    else:
        assert (row.state, row.error) == ("failed", "-1 system error")
        await told_in_conversation(running, "telling-mini", "k1")


async def test_a_lasting_consent_is_not_used_up_and_may_be_older_than_we_know(
    running: Running, api: Api
) -> None:
    api.lasting.add(TEMPLATE)
    api.consents[CITIZEN, TEMPLATE] = 1
    for count, key in enumerate(("k1", "k2"), start=1):
        await tell(running, "lasting", key)
        await until(lambda count=count: len(api.notices) == count)
    await event(running, "lasting", "event_subscribe_msg_change")
    await tell(running, "lasting", "k3")
    await told_in_conversation(running, "lasting", "k3")
    assert len(api.notices) == 2 and api.refused == []


ITEM = {"TemplateId": TEMPLATE, "SubscribeStatusString": "reject"}


@pytest.mark.parametrize(
    ("holder", "count"),
    [
        ({"List": ITEM}, 1),
        ({"List": [ITEM, ITEM]}, 2),
        ({"SubscribeMsgChangeEvent": [ITEM]}, 1),
        ({"SubscribeMsgChangeEvent": {"List": [ITEM]}}, 1),
        ({"List": ["?", None, 3, [ITEM]]}, 0),
        ({"SubscribeMsgChangeEvent": "?"}, 0),
        ({}, 0),
    ],
)
def test_every_shape_the_list_has_been_seen_in_is_read(holder: dict[str, object], count: int) -> None:
    common = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": "1610968440", "MsgType": "event"}
    body = json.dumps({**common, "Event": "subscribe_msg_change_event", **holder}).encode()
    assert parse(body).items == (ITEM,) * count


async def test_a_choice_opens_no_window(running: Running) -> None:
    await event(running, "telling", "event_subscribe_msg_popup")
    view = await running.view(account="telling")
    reach = await running.conversations.reach(view.id)
    assert reach is not None and not reach.open
