"""What is stored: unreadable without the keys, also what older versions wrote, and all of it under a new key after a rotation."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from rich.console import Console
from sqlalchemy import bindparam, column, select, table, text

import service.tables  # noqa: F401
from channels.wechat.models import WeChatAnswer, WeChatNoticeRow
from conversations.media import Media
from conversations.models import Conversation, ConversationEvent, Delivery, MessageRow, Turn
from core import resealing
from core.clock import now
from core.database import Base, Database, UtcDateTime
from core.events import LocalEvents
from core.keyring import DataKey, KeyRing
from core.migrate import config, is_current, upgrade
from core.privacy import Sealed, lookup_key
from core.resealing import counts
from core.sealing import encrypted_before, ring, use_ring
from core.settings import Settings
from desk.models import DeskUser, DeskView
from desk.talk_models import CannedReply, ReplyDraft, TalkNote, TalkTag
from gaps.models import AskedQuestion
from service import doctor, doctor_data, renewal
from service.renewal import Renewal
from tests.both_databases import database_url  # noqa: F401
from tests.cities import HUAINAN
from tickets.models import TicketEventRow, TicketRow
from tickets.service import Tickets
from tickets.types import TicketDraft

MARK = "孙悟空住花果山水帘洞"
"""Stands in every place where a citizen's words may be stored."""
NUMBER = 32.641277
"""A place on the map."""


@pytest.fixture(autouse=True)
def keys_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = ring()
    monkeypatch.setattr(renewal, "SETTLE_S", 0)
    yield
    use_ring(before)


def everything() -> list[Any]:
    """One row of each table with encrypted columns, with the mark in all of them."""
    facts = {"note": MARK, "list": [MARK]}
    return [
        Conversation(id="c1", channel="web", user_id="u1", facts=facts),
        MessageRow(
            id="m1",
            conversation_id="c1",
            seq=1,
            direction="in",
            sender="citizen",
            kind="image",
            text=MARK,
            buttons=[{"title": MARK, "payload": "/a"}],
            card=facts,
            media={"image": "i1", "label": MARK},
            image_id="i1",
        ),
        Turn(id="t1", conversation_id="c1", message_id="m1", button=MARK, reported=facts),
        ConversationEvent(
            conversation_id="c1", nth=1, at=now(), kind="transferred", actor="agent", facts=facts
        ),
        Delivery(id="d1", message_id="m1", conversation_id="c1", channel="wechat", text=MARK),
        TicketRow(
            id="k1",
            number="HN1",
            filing_key="f1",
            query_code=MARK,
            type="complaint",
            category="市政设施/路灯照明",
            district="田家庵",
            address=MARK,
            happened_at=MARK,
            content=MARK,
            public_reply=MARK,
            confidential_reply=MARK,
            callback_why=MARK,
            subject=MARK,
            former_contacts=[{"name": MARK, "key": "k1"}],
            contact_name=MARK,
            contact_phone="13800009999",
            contact_key=lookup_key("13800009999"),
            latitude=NUMBER,
            longitude=NUMBER,
            place_label=MARK,
            details=[{"name": "a", "label": "b", "value": MARK}],
        ),
        TicketEventRow(ticket_id="k1", actor_kind="citizen", actor="市民", action="noted", note=MARK),
        WeChatAnswer(conversation_id="c1", message_id="w1", text=MARK),
        WeChatNoticeRow(id="n1", key="n1", account="main", user_id="u1", values=facts),
        ReplyDraft(
            id="r1", conversation_id="c1", user_id="u1", text=MARK, unsent=[{"client_id": "a", "text": MARK}]
        ),
        TalkNote(id="n1", conversation_id="c1", user_id="u1", after_seq=1, text=MARK),
        TalkTag(id="g1", conversation_id="c1", user_id="u1", name=MARK, name_key=lookup_key(f"tag {MARK}")),
        CannedReply(id="a1", user_id="u1", title=MARK, text=MARK),
        DeskView(id="v1", user_id="u1", name=MARK, query={"q": MARK}),
        AskedQuestion(turn_id="t1", question=MARK, outcome="unknown", channel="web"),
    ]


async def keep_everything(database: Database) -> None:
    async with database.write() as session:
        # Whose view it is.
        session.add(DeskUser(id="u1", username="u1", display_name="坐席", password_hash="", role="agent"))
        await session.flush()
        for row in everything():  # one by one, because some refer to others
            session.add(row)
            await session.flush()


async def raw(database: Database) -> str:
    """All that the database stores, as text: every column of every table; for SQLite also its files."""
    found = []
    async with database.read() as session:
        for one in Base.metadata.sorted_tables:
            columns = [column(found.name) for found in one.columns]
            found += [
                str(tuple(row))
                for row in await session.execute(select(*columns).select_from(table(one.name)))
            ]
    if database.is_sqlite:
        path = Path(database.url.partition("///")[2])
        for file in path.parent.glob(path.name + "*"):
            found.append(file.read_bytes().decode("utf-8", "ignore"))
    return "\n".join(found)


def hidden(stored: str) -> bool:
    """Whether nothing of a citizen can be read in what is stored."""
    escaped = json.dumps(MARK).strip('"')
    return not any(mark in stored for mark in (MARK, escaped, "13800009999", str(NUMBER), "花果山"))


async def test_nothing_of_a_citizen_stands_in_the_database(database: Database) -> None:
    await keep_everything(database)
    assert hidden(await raw(database))
    async with database.read() as session:
        for row in everything():
            if isinstance(row, ConversationEvent | TicketEventRow | AskedQuestion):
                found = await session.scalar(select(type(row)))
            else:
                keys = [getattr(row, key.name) for key in type(row).__table__.primary_key.columns]
                found = await session.get(type(row), tuple(keys))
            for name in (c.name for c in type(row).__table__.columns if isinstance(c.type, Sealed)):
                assert getattr(found, name) == getattr(row, name), name


def test_every_column_of_free_text_is_encrypted_or_said_to_name_nobody() -> None:
    """A new column of text or JSON must decide."""
    nobody = {
        "asked_questions.handled_by",  # an editor's name at the desk
        "deliveries.error",
        "desk_users.password_hash",
        "jobs.last_error",
        "jobs.payload",  # ids
        "processes.name",
        "ticket_shown.tokens",  # keyed
        "tickets.search_tokens",  # keyed
        "wechat_access.paused_for",
        "wechat_answers.carried",  # ids
        "wechat_answers.error",
        "wechat_notices.error",
    }
    long = {
        f"{one.name}.{found.name}"
        for one in Base.metadata.tables.values()
        for found in one.columns
        if not isinstance(found.type, Sealed | UtcDateTime)
        and (found.type.__visit_name__ in ("text", "JSON", "TEXT"))
    }
    assert long <= nobody, long - nobody


async def written_before(url: str) -> None:
    """A database as the version before encryption wrote it."""
    await asyncio.to_thread(command.upgrade, config(url), "0016")
    moment = {"at": now()}
    at = bindparam("at", type_=UtcDateTime())
    facts = json.dumps({"note": MARK})
    said = [
        "INSERT INTO conversations (id, channel, account, user_id, mode, stage, urgent, facts, last_seq, seen_seq,"
        f" created_at, updated_at) VALUES ('c1', 'web', '', 'u1', 'bot', 'active', false, '{facts}', 3, 0, :at, :at)",
    ]
    for seq in range(1, 4):
        said.append(
            "INSERT INTO messages (id, conversation_id, seq, direction, sender, sender_name, kind, text, buttons, card, media,"
            f" created_at) VALUES ('m{seq}', 'c1', {seq}, 'in', 'citizen', '', 'image', '{MARK}{seq}', '[]', 'null',"
            ' \'{"image": "i1"}\', :at)'
        )
    said.append(
        "INSERT INTO turns (id, conversation_id, message_id, button, state, attempts, created_at)"
        f" VALUES ('t1', 'c1', 'm1', '{MARK}', 'done', 1, :at)"
    )
    said.append(
        "INSERT INTO tickets (id, number, filing_key, query_code, type, category, district, address, happened_at, content,"
        " subject, contact_name, contact_phone, contact_key, latitude, longitude, place_label, details, confidential, channel,"
        " state, created_at, updated_at, due_rule, due_basis, due_provisional) VALUES ('k1', 'HN1', 'f1',"
        f" '{encrypted_before('123456')}', 'complaint', '', '田家庵', '{MARK}', '', '{MARK}', '', '{encrypted_before(MARK)}',"
        f" '{encrypted_before('13800009999')}', '{lookup_key('13800009999')}', {NUMBER}, NULL, '',"
        f" '[{{\"value\": \"{MARK}\"}}]', false, 'web', 'pending_acceptance', :at, :at, '', '', false)"
    )
    database = Database(url)
    async with database.engine.begin() as connection:
        for one in said:
            # A colon in JSON would be read as a parameter.
            safe = one.replace('": ', '"\\: ')
            await connection.execute(text(safe).bindparams(at), moment)
    await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    url: str = request.getfixturevalue("bare_postgresql_url")
    return url


async def test_what_older_versions_wrote_is_encrypted_by_the_upgrade_also_after_an_interruption(
    old_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written_before(old_url)
    database = Database(old_url)
    monkeypatch.setattr(resealing, "AT_ONCE", 2)
    done = 0
    renew = resealing.renewed

    def dies(value: str, place: str, *, clear: bool = False) -> str:
        nonlocal done
        done += place == "messages.text"
        if done == 3:
            raise KeyboardInterrupt
        return renew(value, place, clear=clear)

    monkeypatch.setattr(resealing, "renewed", dies)
    try:
        with pytest.raises(KeyboardInterrupt):
            await upgrade(old_url)
        assert not await is_current(database)  # the app does not start
        monkeypatch.setattr(resealing, "renewed", renew)
        await upgrade(old_url)
        assert await is_current(database)
        assert hidden(await raw(database))
        async with database.read() as session:
            messages = list(await session.scalars(select(MessageRow).order_by(MessageRow.seq)))
            (turn,) = await session.scalars(select(Turn))
            (ticket,) = await session.scalars(select(TicketRow))
            (conversation,) = await session.scalars(select(Conversation))
        assert [message.text for message in messages] == [f"{MARK}{seq}" for seq in (1, 2, 3)]
        assert {message.image_id for message in messages} == {"i1"} and messages[0].card is None
        assert messages[0].media == {"image": "i1"} and messages[0].buttons == []
        assert turn.button == MARK and conversation.facts == {"note": MARK}
        assert (ticket.query_code, ticket.contact_name, ticket.contact_phone) == (
            "123456",
            MARK,
            "13800009999",
        )
        assert (ticket.latitude, ticket.longitude, ticket.details) == (NUMBER, None, [{"value": MARK}])
        found = await Tickets(database, LocalEvents(), HUAINAN).list(q="花果山")
        assert [line.number for line in found.tickets] == ["HN1"]
    finally:
        await database.close()


async def test_a_rotation_seals_all_anew_and_everything_is_found_meanwhile(
    database: Database, tmp_path: Path
) -> None:
    media = Media(database, tmp_path / "media")
    tickets = Tickets(database, LocalEvents(), HUAINAN)
    await keep_everything(database)
    old = ring().present
    sealed_before = await counts(database)
    use_ring(KeyRing([DataKey.new(), old]))
    fresh = ring().present
    second = TicketDraft(
        type="投诉",
        content="花果山下的路灯坏了",
        category="市政设施/路灯照明",
        district="田家庵",
        contact_phone="13800009999",
    )
    await tickets.file(second, "new")
    assert len((await tickets.list(q="花果山")).tickets) == 2
    job = Renewal(database, media)
    await job.run(None)  # type: ignore[arg-type]
    after = await counts(database)
    assert set(sealed_before) == {old.id} and set(after) == {fresh.id}
    assert after[fresh.id] > sealed_before[old.id]
    use_ring(KeyRing([fresh]))  # the old key is gone
    assert hidden(await raw(database))
    assert len((await tickets.list(q="花果山")).tickets) == 2
    async with database.read() as session:
        keys = set(await session.scalars(select(TicketRow.contact_key)))
        assert keys == {lookup_key("13800009999")}
        assert (await session.get_one(MessageRow, "m1")).text == MARK
    await job.run(None)  # type: ignore[arg-type]
    assert await counts(database) == after


@pytest.mark.slow
async def test_the_doctor_refuses_what_others_can_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", data_key_file=tmp_path / "keys.json")
    await asyncio.to_thread(os.umask, 0o077)
    try:
        await upgrade(settings.sqlalchemy_url) if settings.data_dir.exists() else settings.data_dir.mkdir(
            mode=0o700
        )
        use_ring(settings.key_ring)
        _ = settings.secrets
        await upgrade(settings.sqlalchemy_url)
        (settings.data_dir / "log").mkdir()
        (settings.data_dir / "log" / "rasa.log").write_text("")
    finally:
        os.umask(0o022)
    assert doctor_data.open_to_others(settings) == ""
    for path, mode in (
        (settings.data_dir, 0o755),
        (settings.data_dir / "wenban.db", 0o644),
        (settings.data_dir / "log" / "rasa.log", 0o640),
        (settings.data_dir / "secrets.json", 0o604),
        (tmp_path / "keys.json", 0o644),
    ):
        was = path.stat().st_mode & 0o777
        path.chmod(mode)
        said = doctor_data.open_to_others(settings)
        assert str(path) in said and "chmod" in said
        out = StringIO()
        assert not await doctor.examine(settings, Console(file=out, width=200))
        assert str(path) in out.getvalue()
        path.chmod(was)


@pytest.mark.parametrize(
    ("more", "good", "word"),
    [
        ({}, True, "再分开"),
        ({"public_url": "https://12345.example.gov.cn"}, False, "WENBAN_DATA_KEY_FILE"),
        ({"data_key_file": "apart.json", "public_url": "https://12345.example.gov.cn"}, True, "现用"),
        ({"data_key_file": "data/keys.json"}, False, "里面"),
    ],
)
def test_the_doctor_says_where_keys_lie(tmp_path: Path, more: dict[str, str], good: bool, word: str) -> None:
    if "data_key_file" in more:
        more = more | {"data_key_file": str(tmp_path / more["data_key_file"])}
    well, said = doctor_data.keys(Settings(data_dir=tmp_path / "data", **more))  # type: ignore[arg-type]
    assert well == good and word in said
