"""What is over its time goes, what is not stays, and no table is forgotten."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

import service.tables  # noqa: F401
from bot.rasa_program import tracker_url
from conversations.media import Media
from conversations.models import (
    Conversation,
    ConversationEvent,
    Delivery,
    ImageRow,
    MessageRow,
    RightsRequest,
    Turn,
)
from conversations.service import Conversations
from conversations.types import InboundMessage
from core import consents
from core.clock import now
from core.consents import Citizen, Consent, Purpose
from core.database import Base, Database
from core.events import LocalEvents
from core.retention import AT_ONCE
from core.settings import Settings
from gaps.models import AskedQuestion
from service.retention import DECIDED, retention
from tests.both_databases import database_url
from tests.conftest import Clock
from tests.conversations.test_media import photo
from tests.rasa_standin import SmallDialogue, no_answer
from tickets.models import TicketEventRow, TicketPhotoRow, TicketRow

__all__ = ["database_url"]

NAME, PHONE = "王小明", "13800001234"


def test_every_table_has_a_decision() -> None:
    """A new table needs a line in its package's ``retention.py``: how long, or why it is kept."""
    assert set(Base.metadata.tables) - set(DECIDED) == set()
    assert set(DECIDED) - set(Base.metadata.tables) == set()
    settings = [word for why in DECIDED.values() for word in why.replace(":", " ").replace(";", " ").split()]
    assert [word for word in settings if word.startswith("keep_") and word not in Settings.model_fields] == []


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    return Settings(data_dir=tmp_path / "data")


async def count(database: Database, table: type[Base]) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def a_talk(database: Database, media: Media, *, user: str = "visitor", photos: bool = False) -> str:
    async with Conversations(database, LocalEvents(), SmallDialogue(), no_answer) as conversations:
        view = await conversations.find_or_create("web", "", user)
        given = (await media.keep(view.id, photo())).media if photos else None
        kind = "image" if photos else "text"
        inbound = InboundMessage("web", user, f"{user}-1", f"我叫{NAME}", kind=kind, media=given)
        receipt = await conversations.receive(inbound)
        assert await conversations.wait(receipt.turn_id, 10) is not None
        return view.id


async def a_ticket(database: Database, conversation_id: str, *, image: str = "", closed: bool = False) -> str:
    async with database.write() as session:
        row = TicketRow(
            number=f"HN{now().timestamp():.6f}",
            filing_key=f"turn:{conversation_id}",
            query_code="123456",
            type="complaint",
            content=f"我叫{NAME}，电话{PHONE}，楼上漏水",
            address="洞山路12号3栋502室",
            contact_name=NAME,
            contact_phone=PHONE,
            contact_key="k",
            latitude=32.6,
            longitude=117.0,
            details=[{"name": "unit", "label": "房号", "value": "3栋502室"}],
            conversation_id=conversation_id,
            closed_at=now() if closed else None,
        )
        session.add(row)
        await session.flush()
        note = f"补充：打{PHONE}找我"
        session.add(
            TicketEventRow(ticket_id=row.id, actor_kind="citizen", actor="群众", action="noted", note=note)
        )
        if image:
            session.add(TicketPhotoRow(ticket_id=row.id, image_id=image))
        return row.id


async def test_messages_go_with_all_that_belongs_to_them(
    database: Database, settings: Settings, clock: Clock
) -> None:
    media = Media(database, settings.media_folder)
    keeper = retention(settings, database, media)
    old = await a_talk(database, media, user="old", photos=True)
    await consents.give(database, Citizen("web", "old"), Purpose.PHOTOS, "2026-11-29")
    files = list(settings.media_folder.rglob("*.jpg"))
    clock.forward(days=settings.keep_messages_days - 1)
    await a_talk(database, media, user="new")
    assert await keeper.run() == ({}, True)
    clock.forward(days=2)
    removed, whole = await keeper.run()
    assert (
        whole and removed["对话消息"] >= 2 and removed["对话里的群众标识"] == 1 and removed["同意记录"] == 1
    )
    assert len(files) == 1 and not files[0].exists()
    async with database.read() as session:
        left = set(await session.scalars(select(MessageRow.conversation_id)))
        row = await session.get(Conversation, old)
    assert old not in left and len(left) == 1
    assert row is not None and row.user_id == f"gone:{old}" and row.facts == {}
    assert await count(database, ImageRow) == 0 and await count(database, Turn) == 1
    # What happened stays for the figures, without words.
    assert await count(database, ConversationEvent) > 1
    # Safe to repeat.
    assert await keeper.run() == ({}, True)
    clock.forward(days=settings.keep_events_days + settings.keep_messages_days)
    await keeper.run()
    for table in (Conversation, ConversationEvent, MessageRow, Turn, Delivery, Consent):
        assert await count(database, table) == 0, table


async def test_a_citizen_who_comes_back_begins_a_new_conversation(
    database: Database, settings: Settings, clock: Clock
) -> None:
    media = Media(database, settings.media_folder)
    first = await a_talk(database, media)
    clock.forward(days=settings.keep_messages_days + 1)
    await retention(settings, database, media).run()
    assert await a_talk(database, media) != first


async def test_a_photo_of_a_ticket_stays_as_long_as_the_ticket_needs_it(
    database: Database, settings: Settings, clock: Clock
) -> None:
    media = Media(database, settings.media_folder)
    keeper = retention(settings, database, media)
    talk = await a_talk(database, media, photos=True)
    async with database.read() as session:
        image = (await session.scalars(select(ImageRow.id))).one()
    ticket = await a_ticket(database, talk, image=image)
    clock.forward(days=settings.keep_messages_days + 1)
    await keeper.run()
    assert await count(database, MessageRow) == 0
    await media.forget_unsent()
    assert (await media.read(image))[:2] == b"\xff\xd8"
    # An open ticket keeps what it needs, however old it is.
    clock.forward(days=3000)
    await keeper.run()
    async with database.write() as session:
        row = await session.get(TicketRow, ticket)
        assert row is not None and row.contact_phone == PHONE
        row.closed_at = now()
    clock.forward(days=settings.keep_contacts_days + 1)
    assert (await keeper.run())[0]["工单里的联系方式"] == 1
    assert await count(database, ImageRow) == 0 and list(settings.media_folder.rglob("*.jpg")) == []


async def test_a_closed_ticket_names_nobody_any_more(
    database: Database, settings: Settings, clock: Clock
) -> None:
    media = Media(database, settings.media_folder)
    ticket = await a_ticket(database, "the-talk", closed=True)
    clock.forward(days=settings.keep_contacts_days + 1)
    keeper = retention(settings, database, media)
    assert (await keeper.overdue(), (await keeper.run())[0]) == ({}, {"工单里的联系方式": 1})
    async with database.read() as session:
        row = await session.get(TicketRow, ticket)
        notes = list(await session.scalars(select(TicketEventRow.note)))
    assert row is not None and row.anonymous_at is not None
    values = [
        getattr(row, column.key) for column in TicketRow.__table__.columns if column.key != "search_tokens"
    ]
    # A moment's microseconds, and keyed tokens, may hold any three digits.
    everything = str([value for value in values if not isinstance(value, datetime)]) + str(notes)
    for personal in (NAME, PHONE, "502室", "32.6", "123456", "the-talk"):
        assert personal not in everything, personal
    assert "楼上漏水" in row.content and row.type == "complaint"
    assert await keeper.run() == ({}, True)


async def test_doctors_question_finds_what_should_have_been_gone(
    database: Database, settings: Settings, clock: Clock
) -> None:
    keeper = retention(settings, database, Media(database, settings.media_folder))
    await a_ticket(database, "c1", closed=True)
    async with database.write() as session:
        session.add(AskedQuestion(turn_id="t", question="居住证怎么办", outcome="unknown", channel="web"))
    clock.forward(days=settings.keep_contacts_days + 3)
    assert await keeper.overdue() == {"工单里的联系方式": 1, "问过的问题": 1}
    await keeper.run()
    assert await keeper.overdue() == {}


async def test_an_open_request_keeps_its_conversation(
    database: Database, settings: Settings, clock: Clock
) -> None:
    media = Media(database, settings.media_folder)
    talk = await a_talk(database, media)
    async with database.write() as session:
        session.add(RightsRequest(conversation_id=talk, kind="erase"))
    clock.forward(days=settings.keep_messages_days + 1)
    await retention(settings, database, media).run()
    async with database.read() as session:
        row = await session.get(Conversation, talk)
    assert row is not None and row.user_id == "visitor"


async def test_a_large_backlog_is_removed_in_steps_within_a_budget(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with database.write() as session:
        for number in range(2 * AT_ONCE + 10):
            session.add(AskedQuestion(turn_id=str(number), question="问", outcome="unknown", channel="web"))
    clock.forward(days=settings.keep_questions_days + 1)
    keeper = retention(settings, database, Media(database, settings.media_folder))
    assert await keeper.run(0) == ({"问过的问题": AT_ONCE}, False)
    assert await keeper.run(60) == ({"问过的问题": AT_ONCE + 10}, True)


async def test_full_log_files_go_and_the_present_one_stays(
    database: Database, settings: Settings, clock: Clock
) -> None:
    logs = settings.data_dir / "log"
    logs.mkdir(parents=True)
    for name in ("rasa.log", "rasa.log.1", "rasa.log.2", "supervisor.log.1"):
        (logs / name).write_text("x")
    age = (now() - timedelta(days=settings.keep_logs_days + 1)).timestamp()
    for name in ("rasa.log", "rasa.log.2", "supervisor.log.1"):
        os.utime(logs / name, (age, age))
    removed, _ = await retention(settings, database, Media(database, settings.media_folder)).run()
    assert removed == {"程序日志": 2} and {path.name for path in logs.iterdir()} == {"rasa.log", "rasa.log.1"}


async def test_rasas_tracker_forgets(database: Database, settings: Settings, clock: Clock) -> None:
    keeper = retention(settings, database, Media(database, settings.media_folder))
    path = Path(tracker_url(settings).partition("///")[2])
    path.parent.mkdir(parents=True)
    tracker = Database(tracker_url(settings))
    try:
        async with tracker.write() as session:
            await session.execute(
                text(
                    "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, timestamp FLOAT, data TEXT)"
                )
            )
            for days, said in ((40, "以前说的"), (1, "昨天说的")):
                at = (now() - timedelta(days=days)).timestamp()
                await session.execute(
                    text("INSERT INTO events (sender_id, timestamp, data) VALUES ('c', :at, :said)"),
                    {"at": at, "said": said},
                )
        assert await keeper.overdue() == {"Rasa 的记忆": 1}
        assert await keeper.run() == ({"Rasa 的记忆": 1}, True)
        async with tracker.read() as session:
            assert list(await session.scalars(text("SELECT data FROM events"))) == ["昨天说的"]
    finally:
        await tracker.close()
