"""Every kind of notice: a real move makes it, and it reaches its citizen in words, on the page and in WeChat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import select

from tests.tickets import test_notices
from tests.tickets.test_notices import ANSWER, CLERK, OFFICE, Hall, _said
from tests.waiting import until
from tickets import told
from tickets.lifecycle import TRANSITIONS
from tickets.models import Department
from tickets.types import Actor

api, hall = test_notices.api, test_notices.hall

BOSS = Actor("supervisor", "班长", "01990000-0000-7000-8000-00000000000c")
DAYS = {"days": 3, "reason": "要等灯杆到货"}


@dataclass(frozen=True)
class Kind:
    """How a notice comes about, and what it says.

    Args:
        words: what its whole text holds, as the page's citizen reads it.
        state: the state that WeChat's template message names.
        before: moves that are made before it, while nobody tells.
        fields: what the move itself is given.
        in_talk: whether WeChat's citizen reads the whole text, too, because the state does not tell it.
    """

    words: str
    state: str
    before: Sequence[str] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    in_talk: bool = False


_HANDLED = ("accept", "dispatch", "sign")
KINDS = {
    "accept": Kind("已经受理", "待派单"),
    "decline": Kind(
        "不属于本热线的受理范围",
        "不予受理",
        fields={"basis": "案件已由法院受理", "route": "请向法院反映"},
        in_talk=True,
    ),
    "answer": Kind(
        "答复如下：\n路灯归供电公司管", "直接答复", fields={"text": "路灯归供电公司管"}, in_talk=True
    ),
    "dispatch": Kind(f"已经转给{OFFICE}", "待签收", ("accept",)),
    "grant_extension": Kind(
        "经审核同意延长 3 个工作日", "办理中", (*_HANDLED, "ask_extension"), in_talk=True
    ),
    "suspend": Kind(
        "想请您补充：路灯杆上的编号",
        "挂起",
        _HANDLED,
        {"reason": "路灯杆上的编号", "days": 2},
        in_talk=True,
    ),
    "approve": Kind(f"答复：{ANSWER}\n这件事解决了吗", "待回访", (*_HANDLED, "reply"), in_talk=True),
    "redo": Kind(
        "重新办理，并由负责人督办", "办理中", (*_HANDLED, "reply", "approve"), {"reason": "灯还是灭的"}, True
    ),
    "archive": Kind("先归档了", "办结归档", (*_HANDLED, "reply", "approve"), {"reason": "群众没有回复"}),
    "merge": Kind("合并办理", "并单", ("accept",), in_talk=True),
    "withdraw": Kind("撤回", "已撤回", ("accept",), {"reason": "群众来电说不用办了"}),
}
"""Code of each move that is told → how. A move that is told and has no row here fails the first test."""
_OF_OFFICE = {"sign", "reply", "suspend", "ask_extension"}


def test_each_kind_has_its_row() -> None:
    assert set(KINDS) == told.TOLD == {move.action for move in TRANSITIONS.values() if move.told}


async def _act(hall: Hall, number: str, action: str, fields: dict[str, Any]) -> None:
    async with hall.database.write() as session:
        office = await session.scalar(select(Department.id).where(Department.name == OFFICE))
        if office is None:
            session.add(made := Department(name=OFFICE))
            await session.flush()
            office = made.id
    given = {
        "dispatch": {"department": office},
        "reply": {"public": ANSWER},
        "ask_extension": DAYS,
        "merge": {"into": (await hall.file(None, "main")).number if action == "merge" else ""},
    }
    who = replace(CLERK, department_id=office) if action in _OF_OFFICE else BOSS
    await hall.tickets.moves.act(number, action, fields or given.get(action, {}), who)


@pytest.mark.parametrize("channel", ["web", "wechat"])
@pytest.mark.parametrize("kind", KINDS)
async def test_it_reaches_its_citizen_in_words(hall: Hall, kind: str, channel: str) -> None:
    expected = KINDS[kind]
    conversation = await hall.conversation("" if channel == "web" else "told", channel)
    ticket = await hall.file(conversation, channel=channel)
    for action in expected.before:
        await _act(hall, ticket.number, action, {})
    await _act(hall, ticket.number, kind, expected.fields)
    whole = channel == "web" or expected.in_talk
    async with hall.process():
        if channel == "wechat":
            await until(lambda: expected.state in hall.states())
        if whole:
            await until(lambda: _said(hall, conversation, expected.words))
        await until(lambda: test_notices._all_told(hall))
    if channel == "wechat":
        last = hall.api.notices[-1]["data"]
        assert last["character_string1"]["value"] == ticket.number
    said = [one.text for one in await hall.conversations.history(conversation) if expected.words in one.text]
    assert len(said) == (1 if whole else 0) and all(ticket.number in one for one in said)
