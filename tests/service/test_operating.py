"""What an operator is told of jobs and processes, and can do about them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from rich.console import Console
from typer.testing import CliRunner

from core.clock import now
from core.database import Database
from core.jobs import GiveUp, Job, Jobs, add
from core.migrate import upgrade
from core.processes import ProcessRow, SignsOfLife, living
from core.settings import Settings
from service import doctor
from service.jobs_cli import app
from tests.redis_server import redis
from tests.waiting import until

T = TypeVar("T")
With = Callable[[Callable[[Database], Awaitable[T]]], T]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A migrated database that commands find by the settings."""
    made = f"sqlite:///{tmp_path / 'wenban.db'}"
    monkeypatch.setenv("WENBAN_DATABASE_URL", made)
    monkeypatch.setenv("WENBAN_DATA_DIR", str(tmp_path))
    asyncio.run(upgrade(made))
    return made


def in_database(url: str, act: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(url)
        try:
            return await act(database)
        finally:
            await database.close()

    return asyncio.run(run())


async def give_one_up(database: Database) -> None:
    """Have a job given up by its handler."""
    jobs, tried = Jobs(database), []

    async def bad(job: Job) -> None:
        tried.append(job.key)
        raise GiveUp("no such account")

    jobs.handle("bad", bad)
    async with database.write() as session:
        await add(session, "bad", "a")
    async with jobs:
        await until(lambda: tried)


def checked(url: str, check: Callable[[Settings], Awaitable[doctor.Finding]], **more: str) -> doctor.Finding:
    return asyncio.run(check(Settings(database_url=url, **more)))  # type: ignore[arg-type, call-arg, misc]


def test_a_job_that_was_given_up_is_seen_retried_and_dropped(url: str) -> None:
    assert checked(url, doctor._jobs) == (True, "没有失败的，没有晚的")
    in_database(url, give_one_up)
    well, words = checked(url, doctor._jobs)
    assert not well and "bad a：放弃了（no such account）" in words
    run = CliRunner().invoke
    listed = run(app, ["list"])
    assert listed.exit_code == 0 and "bad a：放弃了（no such account）" in listed.output
    assert run(app, ["retry", "bad", "a"]).exit_code == 0
    assert checked(url, doctor._jobs)[1].startswith("bad a：马上再试")
    assert run(app, ["drop", "bad", "a"]).exit_code == 0
    assert checked(url, doctor._jobs)[0]
    gone = run(app, ["drop", "bad", "a"])
    assert gone.exit_code == 1 and "没有还要做的任务“bad a”" in str(gone.exception)


def test_what_is_late_counts_only_while_something_runs(url: str) -> None:
    async def late(database: Database) -> None:
        async with database.write() as session:
            await add(session, "unknown", "a", due_at=now().replace(year=2025))

    async def alive(database: Database) -> None:
        async with database.write() as session:
            session.add(ProcessRow(name="here:1"))

    in_database(url, late)
    assert checked(url, doctor._jobs)[0]
    in_database(url, alive)
    well, words = checked(url, doctor._jobs)
    assert not well and "没有进程做" in words


async def test_signs_of_life_come_go_and_warn(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("core.processes.BEAT_S", 0.05)
    async with SignsOfLife(database, "channel"):
        await until(lambda: _count(database, 1))
        async with SignsOfLife(database, "channel"):
            await until(lambda: _count(database, 2))
            assert "用这个数据库" not in caplog.text
            async with SignsOfLife(database):
                await until(lambda: caplog.text.count("不是都设了 WENBAN_REDIS_URL") >= 3)
        await until(lambda: _count(database, 1))
        async with SignsOfLife(database, "another"):
            await until(lambda: "密钥（WENBAN_SESSION_KEY）不一样" in caplog.text)


async def test_one_that_was_killed_and_started_again_is_one(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("core.processes.BEAT_S", 0.05)
    async with database.write() as session:
        session.add(ProcessRow(name="killed:1"))
    async with SignsOfLife(database):
        (_, ours) = await _living_twice(database)
        first = ours.seen_at

        async def beaten() -> bool:
            return (await living(database))[-1].seen_at > first

        await until(beaten)
    assert "用这个数据库" not in caplog.text


async def _count(database: Database, wanted: int) -> bool:
    return len(await living(database)) == wanted


async def _living_twice(database: Database) -> list[object]:
    await until(lambda: _count(database, 2))
    return list(await living(database))


@pytest.mark.slow
def test_the_doctor_asks_redis_and_whether_those_that_seem_to_live_do(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.doctor.BEAT_S", -0.9)
    assert checked(url, doctor._processes) == (True, "没有在运行")

    async def killed(database: Database) -> None:
        async with database.write() as session:
            session.add_all([ProcessRow(name="killed:1"), ProcessRow(name="killed:2")])

    in_database(url, killed)
    assert checked(url, doctor._processes) == (True, "没有在运行")
    with redis() as server:
        well, words = checked(url, doctor._processes, redis_url=server.url)
        assert well and words.endswith("Redis 连得上")
    well, words = checked(url, doctor._processes, redis_url=server.url)
    assert (
        not well and words.startswith("连不上 Redis（WENBAN_REDIS_URL）：连不上。") and "Error" not in words
    )


def test_the_doctor_still_finds_its_way_in_an_empty_place(tmp_path: Path) -> None:
    console = Console(record=True, width=200)
    settings = Settings(data_dir=tmp_path / "none", database_url=f"sqlite:///{tmp_path / 'none.db'}")  # type: ignore[call-arg]
    assert not asyncio.run(doctor.examine(settings, console))
    assert "wenban db upgrade" in console.export_text()
