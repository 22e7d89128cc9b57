"""One person's data: found, exported whole, and erased as far as the law lets."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.forgetting import Tracker
from channels.web.models import VisitorToken
from channels.web.tokens import Tokens
from conversations.media import Media
from conversations.models import Conversation, ImageRow, MessageRow
from conversations.rights import Right
from conversations.service import Conversations
from conversations.types import InboundMessage
from core import consents
from core.clock import now
from core.consents import Citizen, Consent, Purpose
from core.database import Base, Database
from core.errors import BadRequest, Conflict, NotFound
from core.events import LocalEvents
from core.privacy import lookup_key
from desk.drafts import Draft, Drafts
from desk.models import DeskUser
from desk.notes import Notes
from desk.talk_models import ReplyDraft, TalkNote, TalkTag
from service import personal_data
from telephony import Callbacks, Calls
from telephony.callbacks import Wish
from telephony.calls import HAND, Happens, Told
from tests.both_databases import database_url
from tests.cities import HUAINAN
from tests.conversations.test_media import photo
from tests.rasa_standin import SmallDialogue, no_answer
from tickets.models import Department, TicketEventRow, TicketPhotoRow, TicketRow
from tickets.service import Tickets
from tickets.types import CITIZEN, Actor, TicketDraft

__all__ = ["database_url"]

NAME, PHONE = "王小明", "13800001234"


@dataclass
class Stored:
    """One citizen with a conversation, a closed and an open ticket; and another citizen."""

    database: Database
    media: Media
    conversations: Conversations
    tracker: Tracker
    visitor: str
    talk: str
    other: str
    image: str

    async def person(self) -> personal_data.Person:
        return await personal_data.find(self.database, conversation_id=self.talk)

    async def erase(self) -> personal_data.Erased:
        return await personal_data.erase(self.database, self.media, self.tracker, await self.person())


async def says(conversations: Conversations, user: str, words: str, number: int, **more: object) -> str:
    receipt = await conversations.receive(InboundMessage("web", user, f"{user}-{number}", words, **more))  # type: ignore[arg-type]
    assert await conversations.wait(receipt.turn_id, 10) is not None
    return receipt.conversation_id


@pytest.fixture
async def stored(database: Database, tmp_path: Path):  # type: ignore[no-untyped-def]
    media, tokens = Media(database, tmp_path / "media"), Tokens(database, LocalEvents())
    visitor = await tokens.read(await tokens.issue())
    assert visitor is not None
    async with Conversations(database, LocalEvents(), SmallDialogue(), no_answer) as conversations:
        talk = await says(conversations, visitor.id, f"我叫{NAME}，住洞山路", 1)
        image = await media.keep(talk, photo())
        await says(conversations, visitor.id, "看照片", 2, kind="image", media=image.media)
        other = await says(conversations, "other", "我是李四", 1)
        await conversations.remember(talk, "form", {"name": NAME})
        await consents.give(database, Citizen("web", visitor.id), Purpose.PHOTOS, "2026-11-29")
        async with database.write() as session:
            for number, closed in (("HN1", True), ("HN2", False)):
                row = TicketRow(
                    number=number, filing_key=number, query_code="123456", type="complaint",
                    content=f"我叫{NAME}，楼上漏水", contact_name=NAME, contact_phone=PHONE,
                    contact_key=lookup_key(PHONE), conversation_id=talk, closed_at=now() if closed else None,
                )  # fmt: skip
                session.add(row)
                await session.flush()
                session.add(
                    TicketEventRow(
                        ticket_id=row.id,
                        actor_kind="citizen",
                        actor="群众",
                        action="noted",
                        note=f"打{PHONE}",
                    )
                )
                if not closed:
                    session.add(TicketPhotoRow(ticket_id=row.id, image_id=image.id))
        tracker = Tracker(timedelta(days=30), f"sqlite:///{tmp_path / 'tracker.db'}")
        rasa = Database(f"sqlite:///{tmp_path / 'tracker.db'}")
        async with rasa.write() as session:
            await session.execute(
                text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, timestamp FLOAT)")
            )
            for sender in (talk, other):
                await session.execute(
                    text("INSERT INTO events (sender_id, timestamp) VALUES (:s, 1)"), {"s": sender}
                )
        yield Stored(database, media, conversations, tracker, visitor.id, talk, other, image.id)
        async with rasa.read() as session:
            left = list(await session.scalars(text("SELECT sender_id FROM events")))
        assert other in left  # nothing of anybody else was touched
        await rasa.close()


async def count(database: Database, table: type[Base]) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_person_is_found_by_conversation_or_phone(stored: Stored) -> None:
    by_talk = await stored.person()
    by_phone = await personal_data.find(stored.database, phone="138 0000 1234")
    assert by_talk.conversations == by_phone.conversations == (stored.talk,)
    assert set(by_talk.tickets) == set(by_phone.tickets) and len(by_talk.tickets) == 2
    with pytest.raises(NotFound):
        await personal_data.find(stored.database, phone="13900000000")
    with pytest.raises(BadRequest):
        await personal_data.find(stored.database)
    with pytest.raises(BadRequest):
        await personal_data.find(stored.database, phone="不是电话")


async def test_the_export_is_whole_readable_and_private(stored: Stored, tmp_path: Path) -> None:
    await says(stored.conversations, stored.visitor, "你们有我什么信息", 3)
    folder = tmp_path / "export"
    assert await personal_data.export(stored.database, stored.media, await stored.person(), folder) == 1
    found = json.loads((folder / "data.json").read_text("utf-8"))
    (talk,) = found["conversations"]
    assert [m["text"] for m in talk["messages"] if m["by"] == "citizen"] == [
        f"我叫{NAME}，住洞山路", "看照片", "你们有我什么信息",
    ]  # fmt: skip
    assert talk["facts"] == {"form": {"name": NAME}}
    assert [one["purpose"] for one in talk["consents"]] == ["photos"]
    assert [one["kind"] for one in talk["requests"]] == ["see"]
    tickets = {one["number"]: one for one in found["tickets"]}
    assert tickets["HN2"]["contact_phone"] == PHONE and tickets["HN2"]["photos"] == [stored.image]
    assert tickets["HN1"]["history"][0]["note"] == f"打{PHONE}"
    # Every column is exported, or named as a key of ours: a new one can't be forgotten.
    columns = {column.key for column in TicketRow.__table__.columns}
    assert columns == set(tickets["HN1"]) - {"history", "photos"} | set(personal_data._OURS)
    assert "李四" not in (folder / "data.json").read_text("utf-8")
    assert (folder / f"{stored.image}.jpg").read_bytes()[:2] == b"\xff\xd8"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    with pytest.raises(Conflict):
        await personal_data.export(stored.database, stored.media, await stored.person(), folder)


async def test_the_export_holds_nothing_that_offices_say_among_themselves(
    stored: Stored, tmp_path: Path
) -> None:
    """Neither of the two who reported one matter reads of the other, of a remark, or of an answer before its review."""
    tickets = Tickets(stored.database, LocalEvents(), HUAINAN)
    async with stored.database.write() as session:
        session.add(office := Department(name="市城市管理行政执法局"))
        await session.flush()
    agent, boss = Actor("agent", "坐席"), Actor("supervisor", "班长")
    clerk = Actor("department", "经办", None, office.id)
    draft = TicketDraft("投诉", "小区门口的路灯坏了三天", contact_phone=PHONE)
    own = (await tickets.file(draft, "own")).number
    other = (
        await tickets.file(TicketDraft("投诉", "小区门口路灯不亮", contact_phone="13700000000"), "other")
    ).number
    act = tickets.moves.act
    await act(own, "accept", {"note": "备注甲"}, agent)
    await act(own, "dispatch", {"department": office.id, "note": "备注乙"}, agent)
    await act(own, "sign", {}, clerk)
    await act(own, "note", {"text": "进展备注丙"}, clerk)
    await tickets.note(own, agent, "坐席备注丁")
    await tickets.note(own, CITIZEN, "晚上更黑")
    await act(other, "merge", {"into": own}, agent)
    answer = {"public": "小区门口的路灯已于昨天修好，恢复照明了。", "confidential": "领导说先压一压"}
    await act(own, "reply", answer, clerk)
    await act(own, "supervise", {"note": "督办备注戊"}, boss)

    async def exported(folder: str) -> str:
        person = await personal_data.find(stored.database, phone=PHONE)
        await personal_data.export(stored.database, stored.media, person, tmp_path / folder)
        return (tmp_path / folder / "data.json").read_text("utf-8")

    before = await exported("before")
    assert "晚上更黑" in before and own in before
    for words in ("备注", other, "压一压", "已于昨天修好"):
        assert words not in before, words
    await act(own, "approve", {}, agent)
    await act(own, "callback", {"solved": True, "satisfied": 5}, agent)
    after = await exported("after")
    assert "已于昨天修好" in after and "压一压" not in after and other not in after
    person = await personal_data.find(stored.database, phone="13700000000")
    await personal_data.export(stored.database, stored.media, person, tmp_path / "theirs")
    theirs = (tmp_path / "theirs" / "data.json").read_text("utf-8")
    assert other in theirs and own not in theirs


async def test_erasing_removes_what_may_go_and_says_what_stays(stored: Stored) -> None:
    said = len(await stored.conversations.history(stored.talk))
    async with stored.database.write() as session:
        session.add(DeskUser(id="a1", username="a1", display_name="坐席", password_hash="", role="agent"))
    notes, drafts = Notes(stored.database), Drafts(stored.database)
    for talk in (stored.talk, stored.other):
        await notes.write(talk, "a1", f"{NAME}听力不好")
        await notes.tag(talk, "a1", "老人", on=True)
        await drafts.save(talk, "a1", Draft(text=f"{NAME}您好", client_id="d1"))
    erased = await stored.erase()
    assert [await count(stored.database, table) for table in (TalkNote, TalkTag, ReplyDraft)] == [1, 1, 1]
    assert said > 3 and erased.messages == said and erased.tickets == ("HN1",)
    assert len(erased.kept) == 1 and "HN2" in erased.kept[0] and "办结" in erased.kept[0]
    async with stored.database.read() as session:
        left = set(await session.scalars(select(MessageRow.conversation_id)))
        talk = await session.get_one(Conversation, stored.talk)
        tickets = {row.number: row for row in await session.scalars(select(TicketRow))}
    assert left == {stored.other}
    # The open ticket still needs its contact, its photo, and the way to tell the citizen.
    assert tickets["HN2"].contact_phone == PHONE and talk.user_id == stored.visitor and talk.facts == {}
    assert await stored.media.read(stored.image)
    assert tickets["HN1"].contact_phone is None and NAME not in tickets["HN1"].content
    again = await stored.erase()
    assert (again.messages, again.tickets, again.kept) == (0, (), erased.kept)


async def test_when_the_last_ticket_is_closed_nothing_names_the_person(stored: Stored) -> None:
    await stored.erase()
    async with stored.database.write() as session:
        for row in await session.scalars(select(TicketRow)):
            row.closed_at = now()
    erased = await stored.erase()
    assert erased.kept == () and erased.tickets == ("HN2",)
    async with stored.database.read() as session:
        talk = await session.get_one(Conversation, stored.talk)
    assert talk.user_id == f"gone:{stored.talk}"
    for table in (ImageRow, VisitorToken, Consent):
        assert await count(stored.database, table) == 0, table
    everything = ""
    async with stored.database.read() as session:
        for table in Base.metadata.sorted_tables:
            everything += str((await session.execute(select(table))).all())
    for personal in (NAME, PHONE, stored.visitor):
        assert personal not in everything, personal


async def test_sqlites_file_holds_no_erased_word(stored: Stored, tmp_path: Path) -> None:
    if not stored.database.is_sqlite:
        pytest.skip("PostgreSQL's files are cleaned by its own vacuum")

    path = Path(stored.database.url.partition("///")[2])

    def in_file(word: str) -> bool:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return any(
            word.encode() in file.read_bytes() for file in path.parent.glob(f"{path.name}*") if file.is_file()
        )

    # Words are encrypted, so the channel's id of the citizen, which is not, shows what SQLite overwrites.
    assert in_file(stored.visitor) and not in_file(NAME)
    async with stored.database.write() as session:
        for row in await session.scalars(select(TicketRow)):
            row.closed_at = now()
    await stored.erase()
    assert not in_file(stored.visitor)


async def test_who_waits_for_an_answer_to_the_request_can_still_be_told(stored: Stored) -> None:
    async with stored.database.write() as session:
        for row in await session.scalars(select(TicketRow)):
            row.closed_at = now()
    await stored.conversations.rights.answer(stored.talk, Right.ERASE)
    erased = await stored.erase()
    assert any("告诉您办理结果" in words for words in erased.kept)
    async with stored.database.read() as session:
        assert (await session.get_one(Conversation, stored.talk)).user_id == stored.visitor


async def test_a_conversation_in_an_agents_hands_is_not_erased(stored: Stored) -> None:
    await stored.conversations.request_human(stored.talk, "citizen_asked")
    with pytest.raises(Conflict):
        await stored.erase()
    assert await count(stored.database, MessageRow) > 2


async def test_calls_and_callbacks_of_a_phone_are_exported_and_erased(stored: Stored, tmp_path: Path) -> None:
    calls, callbacks = Calls(stored.database, LocalEvents()), Callbacks(stored.database)
    for number, key in ((PHONE, "one"), ("13911112222", "two")):
        await calls.tell(HAND, Told(key, Happens.ANSWERED, now(), number))
        await callbacks.add(Wish(key, number, now() + timedelta(hours=1), f"{NAME}问材料", NAME), "坐席 1 号")
    person = await personal_data.find(stored.database, phone=PHONE)
    assert len(person.calls) == len(person.callbacks) == 1
    await personal_data.export(stored.database, stored.media, person, tmp_path / "out")
    written = json.loads((tmp_path / "out" / "data.json").read_text("utf-8"))
    assert written["calls"][0]["phone"] == PHONE and written["callbacks"][0]["about"] == f"{NAME}问材料"
    assert "13911112222" not in json.dumps(written)
    await personal_data.erase(stored.database, stored.media, stored.tracker, person)
    assert list(await calls.of_phone(PHONE)) == [] and list(await callbacks.of_phone(PHONE)) == []
    assert (await calls.figures(1)).rang == 2, "the call is still counted"
    assert len(await calls.of_phone("13911112222")) == len(await callbacks.of_phone("13911112222")) == 1
    only_called = await personal_data.find(stored.database, phone="13911112222")
    assert only_called.tickets == () and len(only_called.calls) == 1
