"""The same matter is found among the open tickets: of one conversation for its citizen, of anybody for the staff."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.understanding.category import suggest
from core import yaml_loader
from core.clock import now
from core.database import Database
from core.errors import BadRequest, Conflict
from tickets.models import Department, TicketRow
from tickets.service import Tickets
from tickets.states import State
from tickets.types import CITIZEN, TicketDraft

PAIRS = yaml_loader.load(Path(__file__).with_name("same_matter.yml").read_text("utf-8"))
HERE, ELSEWHERE = "01990000-0000-7000-8000-000000000001", "01990000-0000-7000-8000-000000000002"


def _draft(content: str, **more: object) -> TicketDraft:
    found = suggest(content)
    category = found.category if found and found.confidence >= 0.5 else ""
    made = TicketDraft("投诉", content, category, conversation_id=HERE)
    return replace(made, **more)  # type: ignore[arg-type]


async def _found(tickets: Tickets, first: TicketDraft, again: TicketDraft) -> bool:
    filed = await tickets.file(first, "k")
    found = await tickets.same_matter(again)
    assert found is None or found.number == filed.number
    return found is not None


@pytest.mark.slow
async def test_pairs(tickets: Tickets, database: Database) -> None:
    wrong = {"same": [], "other": []}  # type: ignore[var-annotated]
    for kind, pairs in PAIRS.items():
        for number, (first, again) in enumerate(pairs):
            here = f"01990000-0000-7000-8000-{kind == 'same':06d}{number:06d}"
            await tickets.file(_draft(first, conversation_id=here), f"{kind}{number}")
            found = await tickets.same_matter(_draft(again, conversation_id=here))
            if (found is not None) != (kind == "same"):
                wrong[kind].append((first, again))
    assert len(PAIRS["same"]) + len(PAIRS["other"]) >= 30
    assert wrong["other"] == []
    assert len(wrong["same"]) <= 2, wrong


STORY = "小区门口的路灯坏了三天了，晚上看不见路"
AGAIN = "门口路灯还是没修，坏了一个星期了"


@pytest.mark.parametrize(
    ("first", "again", "same"),
    [
        ({}, {}, True),
        ({}, {"conversation_id": ELSEWHERE}, False),
        (
            {"contact_phone": "13800000000"},
            {"conversation_id": ELSEWHERE, "contact_phone": "13800000000"},
            False,
        ),
        ({"contact_phone": "13800000000"}, {"conversation_id": None, "contact_phone": "13800000000"}, False),
        ({"conversation_id": None}, {"conversation_id": None}, False),
        ({"contact_phone": "13800000000"}, {"contact_phone": "13900000001"}, True),
        ({"district": "田家庵区"}, {"district": "大通区"}, False),
        ({"district": "田家庵区"}, {}, True),
        ({"address": "国庆中路88号"}, {"address": "国庆中路88号门口"}, True),
        ({}, {"type": "表扬"}, False),
        ({}, {"type": "求助"}, True),
        ({"type": "表扬"}, {"type": ""}, True),  # what is not said yet speaks for neither
    ],
)
async def test_whose_and_where(
    tickets: Tickets, first: dict[str, object], again: dict[str, object], same: bool
) -> None:
    assert await _found(tickets, _draft(STORY, **first), _draft(AGAIN, **again)) is same


@pytest.mark.parametrize(
    ("category", "same"), [("市政设施/路灯照明", True), ("市政设施/道路", True), ("生态环境/噪声", False)]
)
async def test_the_branch_of_the_catalogue_decides_where_words_do_not(
    tickets: Tickets, category: str, same: bool
) -> None:
    first = _draft(STORY, category="市政设施/路灯照明")
    assert await _found(tickets, first, _draft("路灯坏透顶", category=category)) is same


@pytest.mark.parametrize(("address", "same"), [("国庆中路88号", True), ("朝阳东路3号", False), ("", True)])
async def test_the_address_decides_where_words_do_not(tickets: Tickets, address: str, same: bool) -> None:
    first = _draft(STORY, address="国庆中路88号")
    assert await _found(tickets, first, _draft("路灯坏透顶", category="", address=address)) is same


PHONE = {"contact_phone": "13800000000"}
PLACE = {"address": "国庆中路88号", "category": "市政设施/路灯照明"}


@pytest.mark.parametrize(
    ("first", "other", "why"),
    [
        ({}, {"conversation_id": HERE}, ("同一会话",)),
        ({}, {}, None),
        (PHONE, {"contact_phone": "138 0000 0000"}, ("同一电话",)),
        (PHONE, {"contact_phone": "13900000001"}, None),
        (PHONE, {**PHONE, "content": "健身房关门跑路不退卡里的钱", "category": ""}, None),
        (PLACE, {**PLACE, "address": "国庆中路88号门口"}, ("地点和内容相近",)),
        (PLACE, {**PLACE, "address": "朝阳东路3号"}, None),
        (PLACE, {**PLACE, "category": "生态环境/噪声扰民"}, None),
        ({**PLACE, **PHONE}, {**PLACE, **PHONE}, ("同一电话", "地点和内容相近")),
    ],
)
async def test_marks_for_the_staff(
    tickets: Tickets, first: dict[str, object], other: dict[str, object], why: tuple[str, ...] | None
) -> None:
    one = await tickets.file(_draft(STORY, **first), "k1")
    two = await tickets.file(_draft(**{"content": AGAIN, "conversation_id": ELSEWHERE, **other}), "k2")  # type: ignore[arg-type]
    for seen, marked in ((one, two), (two, one)):
        found = [(mark.line.number, mark.why) for mark in await tickets.marks(seen.number)]
        assert found == ([(marked.number, why)] if why else [])


@pytest.mark.parametrize("secret", [(True, False), (False, True), (False, False)])
async def test_a_department_learns_from_no_mark_who_wants_secrecy(
    tickets: Tickets, database: Database, secret: tuple[bool, bool]
) -> None:
    async with database.write() as session:
        session.add_all(Department(id=name, name=name) for name in ("roads", "water"))
    filed = [
        (await tickets.file(_draft(STORY, confidential=hidden, **PHONE), f"k{number}")).number
        for number, hidden in enumerate((*secret, False))
    ]
    async with database.write() as session:
        for number, department in zip(filed, ("roads", "roads", "water"), strict=True):
            await session.execute(
                update(TicketRow).where(TicketRow.number == number).values(department_id=department)
            )
    assert {mark.line.number for mark in await tickets.marks(filed[0])} == set(filed[1:])
    shown = [mark.line.number for mark in await tickets.marks(filed[0], "roads")]
    assert shown == ([] if any(secret) else [filed[1]])


async def test_a_finished_ticket_is_no_open_one(tickets: Tickets, database: Database) -> None:
    filed = await tickets.file(_draft(STORY), "k")
    async with database.write() as session:
        await session.execute(
            update(TicketRow)
            .where(TicketRow.number == filed.number)
            .values(state=State.CLOSED, closed_at=now())
        )
    assert await tickets.same_matter(_draft(AGAIN)) is None


async def test_adding_brings_photos_along_once(tickets: Tickets) -> None:
    filed = await tickets.file(_draft(STORY, photos=("a", "b")), "k")
    for _ in range(2):
        await tickets.note(filed.number, CITIZEN, AGAIN, key="turn", photos=["b", "c"])
    await tickets.note(filed.number, CITIZEN, "再补一张", key="turn 2", photos=["c"])
    ticket = await tickets.get(filed.number)
    assert ticket.photos == ("a", "b", "c")
    assert [e.action for e in await tickets.events(filed.number)] == ["filed", "noted", "noted"]


async def test_only_what_is_finished_is_rated(tickets: Tickets, database: Database) -> None:
    filed = await tickets.file(_draft(STORY), "k")
    with pytest.raises(Conflict):
        await tickets.rate(filed.number, "满意")
    async with database.write() as session:
        await session.execute(
            update(TicketRow)
            .where(TicketRow.number == filed.number)
            .values(state=State.CLOSED, closed_at=now())
        )
    with pytest.raises(BadRequest):
        await tickets.rate(filed.number, "五星")
    for _ in range(2):
        await tickets.rate(filed.number, "不满意", "灯还是不亮", key="turn")
    assert [(e.action, e.note) for e in await tickets.events(filed.number)][1:] == [
        ("rated", "不满意：灯还是不亮")
    ]


async def test_a_place_and_photos_are_filed(tickets: Tickets) -> None:
    filed = await tickets.file(
        _draft(STORY, latitude=32.646, longitude=117.018, place_label="朝阳中路", photos=("a", "a", "b")), "k"
    )
    shown = filed.to_json()
    assert (shown["latitude"], shown["longitude"], shown["place_label"]) == (32.646, 117.018, "朝阳中路")
    assert shown["photos"] == ["a", "b"]
    with pytest.raises(BadRequest):
        await tickets.file(_draft(STORY, photos=tuple("abcdefghij")), "k2")
    with pytest.raises(BadRequest):
        await tickets.file(_draft(STORY, latitude=123.0, longitude=1.0), "k3")


async def test_a_conversations_tickets_newest_first(tickets: Tickets) -> None:
    for number in range(3):
        await tickets.file(_draft(f"第{number}件事，路灯坏了"), f"k{number}")
    await tickets.file(_draft("别处的事", conversation_id=ELSEWHERE), "k")
    found = await tickets.of_conversation(HERE, limit=2)
    assert [t.content[:2] for t in found] == ["第2", "第1"]
