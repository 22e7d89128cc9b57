"""``wenban audit verify``, and what ``wenban doctor`` says about the audit and about the proxy."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from click.testing import Result
from rich.console import Console
from sqlalchemy import delete, update
from typer.testing import CliRunner

from core.database import Database
from core.migrate import prepare
from core.settings import Settings
from desk import audit
from desk.models import AuditMark, DeskAudit
from desk.seals import AuditBroken, Seals
from desk.second_place import NAME
from service import audit_cli, doctor

pytestmark = pytest.mark.slow


@pytest.fixture
async def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of an installation whose audit has three records, sealed."""
    monkeypatch.setenv("WENBAN_DATA_DIR", str(tmp_path))
    found = Settings()
    await prepare(found)
    database = Database(found.sqlalchemy_url)
    for subject in "123":
        await audit.write(database, DeskAudit(action="take", subject=subject, result="allowed"))
    await Seals(database, found.secrets.session_key, found.data_dir / NAME).seal()
    await database.close()
    return found


async def change(settings: Settings) -> None:
    database = Database(settings.sqlalchemy_url)
    async with database.write() as session:
        await session.execute(update(DeskAudit).where(DeskAudit.seq == 2).values(subject="9"))
    await database.close()


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, audit_cli.app, arguments)


async def told(settings: Settings, name: str) -> str:
    """The line of ``wenban doctor`` about one part."""
    console = Console(file=io.StringIO(), width=400)
    await doctor.examine(settings, console)
    assert isinstance(console.file, io.StringIO)
    [line] = [line for line in console.file.getvalue().splitlines() if f" {name}：" in line]
    return line


def test_a_whole_audit_passes(settings: Settings) -> None:
    done = CliRunner().invoke(audit_cli.app, ["verify"])
    assert done.exit_code == 0 and "4 条" in done.output


@pytest.mark.parametrize("arguments", [["verify"], ["verify", "--reseal"]])
async def test_a_changed_record_is_named(settings: Settings, arguments: list[str]) -> None:
    await change(settings)
    done = await asyncio.to_thread(CliRunner().invoke, audit_cli.app, arguments)
    assert done.exit_code == 1 and "第 2 条" in done.output


def test_a_new_session_key_is_told_and_accepted_on_purpose(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENBAN_SESSION_KEY", "a new one")
    run = CliRunner().invoke
    refused = run(audit_cli.app, ["verify"])
    assert refused.exit_code == 1 and "WENBAN_SESSION_KEY" in refused.output
    assert run(audit_cli.app, ["verify", "--reseal"]).exit_code == 0
    assert run(audit_cli.app, ["verify"]).exit_code == 0


async def test_the_doctor_tells_of_a_changed_audit(settings: Settings) -> None:
    assert (await told(settings, "审计")).startswith("✓")
    await change(settings)
    line = await told(settings, "审计")
    assert line.startswith("✗") and "第 2 条" in line


@pytest.mark.parametrize(
    ("public_url", "trust_proxy", "host", "fine", "words"),
    [
        ("", False, "127.0.0.1", True, "没有设公开地址"),
        ("http://127.0.0.1:8012", False, "127.0.0.1", True, "没有设公开地址"),
        ("https://12345.example.gov.cn", False, "127.0.0.1", False, "WENBAN_TRUST_PROXY=true"),
        ("https://12345.example.gov.cn", True, "127.0.0.1", True, "信任代理"),
        ("https://12345.example.gov.cn", True, "0.0.0.0", True, "防火墙"),
    ],
)
async def test_the_doctor_fails_when_all_clients_seem_to_be_the_proxy(
    public_url: str, trust_proxy: bool, host: str, fine: bool, words: str
) -> None:
    found = Settings(public_url=public_url, trust_proxy=trust_proxy, host=host)
    well, said = await doctor._proxy(found)
    assert well is fine and words in said


@pytest.mark.parametrize("left", [0, 1, 2])
async def test_who_removes_all_seals_and_all_records_after_one_is_seen(settings: Settings, left: int) -> None:
    """What is left in the database is what a new installation has; the data folder remembers more."""
    database = Database(settings.sqlalchemy_url)
    async with database.write() as session:
        await session.execute(delete(AuditMark))
        await session.execute(delete(DeskAudit).where(DeskAudit.seq > left))
    assert (await Seals(database, settings.secrets.session_key).verify()).fault == "", "by itself it is whole"
    seals = Seals(database, settings.secrets.session_key, settings.data_dir / NAME)
    with pytest.raises(AuditBroken):
        await seals.seal()
    await database.close()
    done = await run("verify")
    assert done.exit_code == 1 and "审计至少到过第 3 条" in done.output
    assert "审计至少到过第 3 条" in await told(settings, "审计")
    # Sealing anew does not hide it: by itself it is refused, and on purpose it is told for good.
    refused = await run("verify", "--reseal")
    assert (
        refused.exit_code == 1
        and "审计至少到过第 3 条" in refused.output
        and "--records-lost" in refused.output
    )
    assert (await run("verify")).exit_code == 1, "nothing was sealed"
    assert (await run("verify", "--reseal", "--records-lost")).exit_code == 0
    for _ in range(2):
        done = await run("verify")
        assert done.exit_code == 0 and "审计至少到过第 3 条" in done.output
    assert "审计至少到过第 3 条" in await told(settings, "审计")
    # Nor does a second time, without the records that tell of the first.
    database = Database(settings.sqlalchemy_url)
    async with database.write() as session:
        await session.execute(delete(AuditMark))
        await session.execute(delete(DeskAudit))
    await database.close()
    assert (await run("verify", "--reseal")).exit_code == 1


@pytest.mark.parametrize("new_key", [True, False])
async def test_sealing_anew_asks_the_old_seals_also_when_their_key_is_gone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, new_key: bool
) -> None:
    """Who empties the audit and says that the key was changed is not believed; nor who computes all hashes anew."""
    if new_key:
        monkeypatch.setenv("WENBAN_SESSION_KEY", "a new one")
    database = Database(settings.sqlalchemy_url)
    async with database.write() as session:
        await session.execute(delete(DeskAudit).where(DeskAudit.seq > 1))
    done = await run("verify", "--reseal")
    assert done.exit_code == 1 and "第 2 条到第 3 条不见了" in done.output
    async with database.write() as session:
        await session.execute(delete(DeskAudit))
    for subject in "987654":
        await audit.write(database, DeskAudit(action="take", subject=subject, result="allowed"))
    await database.close()
    done = await run("verify", "--reseal")
    assert done.exit_code == 1 and "封条对不上" in done.output


async def test_a_forged_second_place_is_seen(settings: Settings) -> None:
    place = settings.data_dir / NAME
    assert place.stat().st_mode & 0o777 == 0o600
    for text in (place.read_text().replace('"seq": 3', '"seq": 1'), "{}", "["):
        place.write_text(text)
        done = await run("verify")
        assert done.exit_code == 1 and NAME in done.output
