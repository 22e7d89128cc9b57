"""Migrations make exactly the tables the code has, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Connection, Integer, String, bindparam, column, insert, select, table, text

import service.tables  # noqa: F401
from channels.wechat.models import WeChatAnswer
from conversations import happened
from conversations.models import Conversation, Delivery
from conversations.replay import replay
from core import key_check
from core.clock import now
from core.consents import Consent
from core.database import Base, Database, UtcDateTime
from core.errors import ConfigurationError
from core.events import LocalEvents
from core.ids import first_id
from core.jobs import JobRow
from core.keyring import DataKey, write_keys
from core.migrate import config, is_current, opened, prepare, require_keys, upgrade
from core.privacy import lookup_key
from core.sealing import encrypted_before, ring, seal
from core.search_tokens import tokens
from core.settings import Settings
from desk.models import DeskAudit
from desk.seals import Seals
from service.app import create_app
from tests.cities import HUAINAN
from tests.conversations.states import replayed, stored
from tickets import word_index
from tickets.models import TicketRow
from tickets.service import Tickets


def before(revision: str, url: str) -> str:
    """The revision a migration follows."""
    found = ScriptDirectory.from_config(config(url)).get_revision(revision)
    assert found is not None and isinstance(found.down_revision, str)
    return found.down_revision


async def test_a_restore_without_the_keys_is_told_before_new_ones_are_made(
    tmp_path: Path,
) -> None:
    settings = Settings(data_dir=tmp_path / "data", database_url=f"sqlite:///{tmp_path / 'restored.db'}")
    await require_keys(settings)  # no database yet: new keys do no harm
    await upgrade(settings.sqlalchemy_url)
    await require_keys(settings)  # no tickets
    database = Database(settings.sqlalchemy_url)
    async with database.write() as session:
        row = TicketRow(number="1", filing_key="1", query_code="123456", type="complaint", content="路灯坏了")
        session.add(row)
    await database.close()
    for opening in (require_keys(settings), prepare(settings), create_app(settings)):
        with pytest.raises(ConfigurationError, match=r"secrets\.json"):
            await opening
    assert not (tmp_path / "data" / "secrets.json").exists()
    await require_keys(settings.model_copy(update={"data_key": ring().present.key}))


@pytest.mark.slow
@pytest.mark.parametrize("apart", [False, True])
async def test_keys_of_another_installation_open_nothing_and_write_nothing(
    tmp_path: Path, apart: bool
) -> None:
    """Somebody restores the data and puts a key file beside it that belongs to other data."""
    place = tmp_path / "keys.json"
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=f"sqlite:///{tmp_path / 'restored.db'}",
        data_key_file=place if apart else None,
    )
    await prepare(settings)
    database = Database(settings.sqlalchemy_url)
    async with database.write() as session:
        row = TicketRow(number="1", filing_key="1", query_code="123456", type="complaint", content="路灯坏了")
        session.add(row)
    right = settings.key_ring.keys
    (tmp_path / "data" / "secrets.json").unlink(missing_ok=True)
    place.unlink(missing_ok=True)
    again = Settings(
        data_dir=tmp_path / "data", database_url=settings.database_url, data_key_file=settings.data_key_file
    )
    if apart:
        write_keys(place, [DataKey.new()])
    else:
        write_keys(again.data_dir / "data-keys.json", [DataKey.new()])

    async def command() -> None:
        async with opened(again):
            pass

    before = (tmp_path / "restored.db").read_bytes()
    for opening in (require_keys(again), prepare(again), create_app(again), command()):
        with pytest.raises(ConfigurationError, match=rf"密钥不对.*{right[0].id}"):
            await opening
    assert (tmp_path / "restored.db").read_bytes() == before
    write_keys(again.key_ring.path, [DataKey.new(), *right])  # a key that was rotated, with the old one kept
    await require_keys(Settings(**again.model_dump(include={"data_dir", "database_url", "data_key_file"})))
    await database.close()


@pytest.mark.parametrize("missing", ["first", "middle", "last", "none"])
async def test_a_start_looks_at_a_sample_of_the_rows(tmp_path: Path, missing: str) -> None:
    """Of a table of any length the same number of rows: its ends, and places at even steps between them."""
    settings = Settings(data_dir=tmp_path / "data", database_url=f"sqlite:///{tmp_path / 'many.db'}")
    await prepare(settings)
    database = Database(settings.sqlalchemy_url)
    lost, count = DataKey.new(), 3_000
    of = {"first": range(50), "middle": range(1400, 1700), "last": range(2950, 3000), "none": range(0)}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {
            "id": first_id(moment + timedelta(minutes=nth)),
            "number": f"N{nth:05d}",
            "filing_key": f"k{nth}",
            "query_code": "123456",
            "type": "complaint",
            "content": "路灯坏了",
        }
        for nth in range(count)
    ]
    content = bindparam("content", type_=String())
    async with database.write() as session:
        await session.execute(insert(TicketRow), rows)
        for nth in of[missing]:
            await session.execute(
                text("UPDATE tickets SET content = :content WHERE number = :number").bindparams(content),
                {"content": f"w1:{lost.id}:AAAA", "number": f"N{nth:05d}"},
            )
    read: list[int] = []
    real = key_check._rows

    async def counted(*given: Any) -> Sequence[Any]:
        found = await real(*given)
        read.append(len(found))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_check, "_rows", counted)
        if missing == "none":
            await require_keys(settings)
            assert sum(read) <= 2 * key_check.ENDS + key_check.STEPS * key_check.EACH
        else:
            with pytest.raises(ConfigurationError, match=rf"密钥不对.*{lost.id}"):
                await require_keys(settings)
    await database.close()


def declared(_thing: object, name: str | None, *_: object) -> bool:
    """Whether a table or index stands in the models, and not in statements of its own, which the search tests."""
    return not (name or "").startswith(word_index.OWN)


async def differences(url: str) -> list[object]:
    """What a database made by migrations alone lacks or has too much."""
    database = Database(url)
    try:
        await upgrade(url)
        assert await is_current(database)
        await upgrade(url)  # a second run changes nothing

        def compare(connection: Connection) -> list[object]:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "include_object": declared}
            )
            return list(compare_metadata(context, Base.metadata))

        async with database.engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await database.close()


async def test_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    assert await differences(f"sqlite:///{tmp_path / 'new.db'}") == []


async def waiting_before_0007(url: str) -> list[tuple[str, str, str]]:
    """What became of a picture, a notice and a sent notice that an older version left."""
    await asyncio.to_thread(command.upgrade, config(url), before("0007", url))
    database = Database(url)
    moment = datetime(2026, 11, 28, tzinfo=UTC)
    values = {
        "moment": moment if url.startswith("postgresql") else moment.replace(tzinfo=None).isoformat(" ")
    }
    try:
        async with database.write() as session:
            await session.execute(
                text(
                    "INSERT INTO wechat_pictures VALUES ('main', 'o1', 'm1', 'c1', 'media', '', 2, :moment, :moment)"
                ),
                values,
            )
            for name, state in (("n1", "pending"), ("n2", "sent")):
                await session.execute(
                    text(
                        'INSERT INTO wechat_notices (id, key, account, user_id, "values", state, attempts,'
                        " next_attempt_at, created_at)"
                        f" VALUES ('{name}', '{name}', 'main', 'o1', '{{}}', '{state}', 1, :moment, :moment)"
                    ),
                    values,
                )
        await upgrade(url)
        async with database.read() as session:
            jobs = list(await session.scalars(select(JobRow).order_by(JobRow.kind)))
        assert {job.created_at for job in jobs} == {job.due_at for job in jobs} == {moment}
        return [(job.kind, job.key, job.payload.get("user", "")) for job in jobs]
    finally:
        await database.close()


MOVED = [("wechat_notice", "n1", ""), ("wechat_picture", "main:o1:m1", "o1")]


async def test_what_waited_before_jobs_waits_as_jobs(tmp_path: Path) -> None:
    assert await waiting_before_0007(f"sqlite:///{tmp_path / 'old.db'}") == MOVED


async def test_what_waited_before_jobs_waits_as_jobs_on_postgresql(bare_postgresql_url: str) -> None:
    assert await waiting_before_0007(bare_postgresql_url) == MOVED


async def the_audit_is_carried_over(url: str) -> None:
    await asyncio.to_thread(command.upgrade, config(url), before("0016", url))
    database = Database(url)
    try:
        moment = bindparam("moment", datetime(2026, 11, 1, 8, tzinfo=UTC), UtcDateTime())
        old = (
            "INSERT INTO desk_users (id, username, display_name, password_hash, role, must_change_password, active,"
            " session_epoch, created_at) VALUES ('u1', 'a1', '坐席 1 号', 'x', 'agent', false, true, 0, :moment)",
            "INSERT INTO desk_audit (id, at, user_id, action, subject, reason, address)"
            " VALUES ('2', :moment, 'u1', 'transfer', 'c1', '请核实楼栋', '192.0.2.1')",
            "INSERT INTO desk_audit (id, at, user_id, action, subject, reason, address)"
            " VALUES ('1', :moment, 'u1', 'reveal_contact', 'HN2026110100001', '回访', '192.0.2.1')",
        )
        async with database.write() as session:
            for statement in old:
                await session.execute(text(statement).bindparams(moment))
        await upgrade(url)
        async with database.read() as session:
            rows = list(await session.scalars(select(DeskAudit).order_by(DeskAudit.seq)))
        assert [(row.seq, row.kind, row.subject, row.role, row.reason) for row in rows] == [
            (1, "ticket", "HN2026110100001", "agent", "回访"),
            (2, "conversation", "c1", "agent", "请核实楼栋"),
        ]
        seals = Seals(database, "a key")
        await seals.seal()
        verdict = await seals.verify()
        assert (verdict.fault, verdict.records) == ("", 3)
    finally:
        await database.close()


async def test_the_audit_is_carried_over(tmp_path: Path) -> None:
    await the_audit_is_carried_over(f"sqlite:///{tmp_path / 'old.db'}")


async def test_the_audit_is_carried_over_on_postgresql(bare_postgresql_url: str) -> None:
    await the_audit_is_carried_over(bare_postgresql_url)


async def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not await is_current(database)
    await database.close()


async def test_migrations_run_on_postgresql(bare_postgresql_url: str) -> None:
    assert await differences(bare_postgresql_url) == []


async def phones_are_keyed_again(url: str) -> None:
    """Tickets filed under the former writings are found by the one there is now."""
    await asyncio.to_thread(command.upgrade, config(url), before("0009", url))
    said = {"a": "0554-6660000", "b": "13800000000", "c": "0554-12", "d": None}
    # Not through the model: its columns are those of today.
    empty = dict.fromkeys(("category", "district", "address", "happened_at", "subject", "channel"), "")
    row = {
        **empty,
        "type": "complaint",
        "content": "路灯坏了",
        "state": "pending_acceptance",
        "confidential": False,
    }
    row |= {"query_code": encrypted_before("123456"), "created_at": now(), "updated_at": now()}
    names = (*row, "id", "number", "filing_key", "contact_phone", "contact_key")
    types = {"confidential": Boolean(), "created_at": UtcDateTime(), "updated_at": UtcDateTime()}
    old = table("tickets", *(column(name, types.get(name, String())) for name in names))
    database = Database(url)
    try:
        async with database.write() as session:
            for name, phone in said.items():
                key = lookup_key(phone) if phone else None
                kept_phone = encrypted_before(phone) if phone else None
                await session.execute(
                    insert(old).values(
                        id=name,
                        number=name,
                        filing_key=name,
                        contact_phone=kept_phone,
                        contact_key=key,
                        **row,
                    )
                )
        await upgrade(url)
        async with database.read() as session:
            found = (
                await session.execute(select(TicketRow.id, TicketRow.contact_phone, TicketRow.contact_key))
            ).all()
    finally:
        await database.close()
    kept = {"a": "05546660000", "b": "13800000000", "c": "0554-12", "d": None}
    assert {id: phone for id, phone, _ in found} == kept
    assert {id: key for id, _, key in found} == {k: lookup_key(v) if v else None for k, v in kept.items()}


@pytest.mark.slow
async def test_phones_are_keyed_again_on_sqlite(tmp_path: Path) -> None:
    await phones_are_keyed_again(f"sqlite:///{tmp_path / 'old.db'}")


async def test_phones_are_keyed_again_on_postgresql(bare_postgresql_url: str) -> None:
    await phones_are_keyed_again(bare_postgresql_url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    url: str = request.getfixturevalue("bare_postgresql_url")
    return url


async def test_what_is_owed_when_deliveries_get_parts_stays_owed(empty_url: str) -> None:
    """Written by the version before 0008; a push under way then names its messages as it did."""
    url = empty_url
    database = Database(url)
    try:
        await asyncio.to_thread(command.upgrade, config(url), before("0008", url))
        moment = {"at": now()}
        at = bindparam("at", type_=UtcDateTime())
        rows = [
            "INSERT INTO conversations (id, channel, account, user_id, mode, urgent, facts, last_seq, seen_seq, created_at,"
            " updated_at) VALUES ('c', 'wechat', 'main', 'o1', 'bot', false, '{}', 2, 0, :at, :at)",
            *(
                "INSERT INTO messages (id, conversation_id, seq, direction, sender, sender_name, kind, text, buttons,"
                f" created_at) VALUES ('m{n}', 'c', {n}, 'out', 'bot', '', 'text', '第{n}句', '[]', :at)"
                for n in (1, 2)
            ),
            *(
                "INSERT INTO deliveries (message_id, conversation_id, channel, state, attempts, next_attempt_at, doubtful)"
                f" VALUES ('m{n}', 'c', 'wechat', '{state}', 0, :at, false)"
                for n, state in ((1, "sent"), (2, "pending"))
            ),
            "INSERT INTO wechat_answers (conversation_id, message_id, account, route, state, text, rest, carried, tries,"
            " last_try_at, created_at) VALUES ('c', 'push:1', 'main', 'push', 'open', '第2句', '', '[\"m2\"]', 0, :at, :at)",
        ]
        async with database.engine.begin() as connection:
            for row in rows:
                await connection.execute(text(row).bindparams(at), moment)
        await upgrade(url)
        async with database.read() as session:
            (owed,) = await session.scalars(select(Delivery).where(Delivery.state == "pending"))
            (push,) = await session.scalars(select(WeChatAnswer))
        assert (owed.id, owed.message_id, owed.part, owed.text) == ("m2", "m2", 0, None)
        assert push.carried == [owed.id] and push.user_id == "o1"
    finally:
        await database.close()


async def test_conversations_older_than_what_is_kept_begin_with_how_they_stand(empty_url: str) -> None:
    """Written by the version before 0010: one waits, one is an agent's, one has said nothing."""
    await asyncio.to_thread(command.upgrade, config(empty_url), before("0010", empty_url))
    database = Database(empty_url)
    moment = {"at": now()}
    at = bindparam("at", type_=UtcDateTime())
    columns = (
        "id, channel, account, user_id, mode, agent_id, reason, urgent, waiting_since, facts, last_seq, seen_seq,"
        " created_at, updated_at"
    )
    standing = {
        "c1": ("'waiting', NULL, 'emergency', true, :at", 3),
        "c2": ("'human', 'a1', 'citizen_asked', false, NULL", 0),
        "c3": ("'bot', NULL, NULL, false, NULL", 0),
    }
    try:
        async with database.engine.begin() as connection:
            for name, (values, last) in standing.items():
                row = f"('{name}', 'web', '', '{name}', {values}, '{{}}', {last}, 0, :at, :at)"
                await connection.execute(
                    text(f"INSERT INTO conversations ({columns}) VALUES {row}").bindparams(at), moment
                )
            for seq, sender in enumerate(("citizen", "bot", "citizen"), start=1):
                direction = "in" if sender == "citizen" else "out"
                await connection.execute(
                    text(
                        "INSERT INTO messages (id, conversation_id, seq, direction, sender, sender_name, kind, text,"
                        f" buttons, created_at) VALUES ('m{seq}', 'c1', {seq}, '{direction}', '{sender}', '', 'text',"
                        " '话', '[]', :at)"
                    ).bindparams(at),
                    moment,
                )
        await upgrade(empty_url)
        async with database.read() as session:
            for name in standing:
                row = await session.get_one(Conversation, name)
                state = replay(await happened.read(session, name))
                assert stored(row) == replayed(state), name
            counts = replay(await happened.read(session, "c1")).counts
        assert counts == {"citizen": 2, "bot": 1}
    finally:
        await database.close()


@pytest.mark.parametrize("empty_url", ["sqlite", "postgresql"], indirect=True)
async def test_consents_move_into_the_common_table(empty_url: str) -> None:
    await asyncio.to_thread(command.upgrade, config(empty_url), before("0014", empty_url))
    old = table(
        "wechat_consents",
        *(column(name, String()) for name in ("account", "user_id", "template_id")),
        column("left", Integer()),
        column("changed_at", UtcDateTime()),
    )
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    database = Database(empty_url)
    try:
        async with database.write() as session:
            for template, left in (("T1", 2), ("T2", 0)):
                await session.execute(
                    insert(old).values(
                        account="main", user_id="o1", template_id=template, left=left, changed_at=moment
                    )
                )
        await upgrade(empty_url)
        async with database.read() as session:
            rows = (await session.scalars(select(Consent).order_by(Consent.subject))).all()
        assert [(row.channel, row.account, row.user_id, row.purpose) for row in rows] == [
            ("wechat", "main", "o1", "messages")
        ] * 2
        assert [(row.subject, row.left, row.given_at) for row in rows] == [
            ("T1", 2, moment),
            ("T2", 0, moment),
        ]
    finally:
        await database.close()


@pytest.mark.parametrize("empty_url", ["sqlite", "postgresql"], indirect=True)
async def test_what_older_versions_filed_is_found_by_its_words(empty_url: str) -> None:
    """Their tokens stood in one row without spaces, and in no index."""
    await asyncio.to_thread(command.upgrade, config(empty_url), before("0019", empty_url))
    content = "花果山下面的秋千断了"
    row = {
        "number": "HN2026112300001",
        "filing_key": "a",
        "query_code": seal("ABCD2345", "tickets.query_code"),
    }
    row |= {"type": "complaint", "content": seal(content, "tickets.content"), "state": "merged"}
    row |= dict.fromkeys(("category", "district", "address", "happened_at", "subject", "channel"), "")
    row |= {"search_tokens": tokens(content).replace(" ", ""), "department_id": "d"}
    moments = {"created_at": now(), "updated_at": now()}
    types = {"confidential": Boolean(), "created_at": UtcDateTime(), "updated_at": UtcDateTime()}
    names = (*row, "id", "confidential", *moments)
    old = table("tickets", *(column(name, types.get(name, String())) for name in names))
    offices = table(
        "departments",
        column("id"),
        column("name"),
        column("active", Boolean()),
        column("created_at", UtcDateTime()),
    )
    database = Database(empty_url)
    try:
        async with database.write() as session:
            await session.execute(insert(offices).values(id="d", name="某局", active=True, created_at=now()))
            await session.execute(insert(old).values(id="a", confidential=False, **row, **moments))
        await upgrade(empty_url)
        [line] = (await Tickets(database, LocalEvents(), HUAINAN).list(q="秋千")).tickets
        assert (line.number, line.department_id) == (row["number"], None), "a merged ticket has no department"
        assert (await Tickets(database, LocalEvents(), HUAINAN).list(q="路灯")).tickets == ()
    finally:
        await database.close()
