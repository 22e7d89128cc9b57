"""``wenban doctor``: checks all parts of the installation, and says in plain words what is wrong."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from redis.exceptions import RedisError
from rich.console import Console

from bot import rasa_program, training
from core.database import Database
from core.errors import ConfigurationError, WenbanError
from core.jobs import troubles
from core.migrate import is_current
from core.privacy import use_data_key
from core.processes import BEAT_S, deaf, living
from core.redis_events import client
from core.settings import Settings
from service import front_end

SHOWN = 3
"""Most jobs with problems that are named."""
Finding = tuple[bool, str]
"""Whether the check passed, and a sentence that says what was found or what to do."""


async def examine(settings: Settings, console: Console) -> bool:
    """Make all checks, and print a line for each.

    Returns:
        Whether all checks passed.
    """
    checks: list[tuple[str, Callable[[Settings], Awaitable[Finding]]]] = [
        ("Python", _python),
        ("Rasa", _rasa),
        ("Rasa model", _model),
        ("web front end", _web),
        ("data folder", _data),
        ("database", _database),
        ("app processes", _processes),
        ("jobs", _jobs),
        ("knowledge base", _knowledge),
        ("decision", _decision),
        ("running app", _running),
    ]
    well = True
    for name, check in checks:
        try:
            good, words = await check(settings)
        except WenbanError as error:
            good, words = False, error.message
        except Exception as error:
            good, words = False, f"{type(error).__name__}: {error}"
        well &= good
        console.print(
            f"{'[green]✓[/]' if good else '[red]✗[/]'} {name}: {words}", highlight=False, soft_wrap=True
        )
    return well


async def _python(_: Settings) -> Finding:
    return sys.version_info >= (3, 11), f"{sys.version.split()[0]}"


async def _rasa(_: Settings) -> Finding:
    found = subprocess.run(  # noqa: ASYNC221 - nothing else runs in a diagnosis
        [str(rasa_program.python()), "-c", "import importlib.metadata as m; print(m.version('rasa'))"],
        capture_output=True,
        text=True,
    )
    if found.returncode != 0:
        return False, "its environment is broken; run `rm -rf .venv-rasa && make setup`."
    return True, f"Rasa {found.stdout.strip()}"


async def _model(settings: Settings) -> Finding:
    path = training.model_path(settings)
    return (
        (True, path.name)
        if path.exists()
        else (False, "not trained for the present data; run `wenban train`.")
    )


async def _web(_: Settings) -> Finding:
    wrong = front_end.trouble()
    return not wrong, wrong or "built"


async def _data(settings: Settings) -> Finding:
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".doctor"
    probe.write_text("")
    probe.unlink()
    keys = settings.secrets  # This reads or makes the keys, and raises an error when they can't be read.
    use_data_key(keys.data_key)
    mode = (folder / "secrets.json").stat().st_mode & 0o077
    if mode:
        return False, f"{folder / 'secrets.json'} can be read by others; run `chmod 600` on it."
    free = shutil.disk_usage(folder).free // 2**30
    return free >= 1, f"{folder}, {free} GB free"


async def _database(settings: Settings) -> Finding:
    async with _opened(settings) as database:
        return True, "SQLite" if database.is_sqlite else "PostgreSQL"


async def _processes(settings: Settings) -> Finding:
    async with _opened(settings) as database:
        found = await living(database)
        if deaf(found):
            # A killed process stays in the table for a while. Only those that give another sign of life are alive.
            before = {process.id: process.seen_at for process in found}
            await asyncio.sleep(BEAT_S + 1)
            found = [
                process for process in await living(database) if process.seen_at != before.get(process.id)
            ]
    if why := deaf(found):
        return False, why
    if not settings.redis_url:
        return True, f"{len(found)} running, no Redis needed" if found else "none running"
    async with client(settings.redis_url) as redis:
        try:
            await redis.ping()
        except (RedisError, OSError, TimeoutError) as error:
            return False, f"Redis (WENBAN_REDIS_URL) does not answer: {error}; messages come late meanwhile."
    return True, f"{len(found)} running, and Redis answers"


async def _jobs(settings: Settings) -> Finding:
    async with _opened(settings) as database:
        found = await troubles(database)
        running = bool(await living(database))
    # While no app runs, all jobs are late. They are done at the next start.
    wrong = [trouble for trouble in found if running or trouble.state != "late"]
    if not wrong:
        return True, "nothing failed, nothing late"
    more = f", and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return False, "; ".join(map(str, wrong[:SHOWN])) + more + "; see `wenban jobs list`."


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    """Open the database.

    Raises:
        ConfigurationError: it does not exist, or its schema is old.
    """
    url = settings.sqlalchemy_url
    if url.startswith("sqlite") and not Path(url.partition("///")[2]).exists():  # noqa: ASYNC240
        raise ConfigurationError(
            "the database is not made yet; run `wenban db upgrade` (make run does it by itself)."
        )
    database = Database(url)
    try:
        await database.ping()
        if not await is_current(database):
            raise ConfigurationError("the database has an old schema; run `wenban db upgrade`.")
        yield database
    finally:
        await database.close()


async def _knowledge(settings: Settings) -> Finding:
    from kb_index.checks.check import check

    errors = [p for p in check(settings.knowledge_dir) if p.severity == "error"]
    if errors:
        return False, f"{len(errors)} errors, the first: {errors[0]}; run `wenban kb check`."
    if not (settings.index_dir / "CURRENT").exists():
        return False, "not built; run `wenban kb build`."
    return True, "checked and built"


async def _decision(settings: Settings) -> Finding:
    from bot.understanding.decide import fitted_with
    from kb_index.index.versions import current_version
    from kb_index.search.loading import numbers_of

    version = current_version(settings.index_dir)
    if version is None:
        return True, "not looked at: no knowledge base is built."
    numbers = numbers_of(settings.index_dir, version)
    if numbers.source != "labelled":
        return True, f"its bars are the shipped ones; the search has numbers of this base ({numbers.source})."
    if numbers.stamp != fitted_with():
        return False, "fitted with other numbers of the search; run `wenban train-decision`."
    return True, "fitted with the search's numbers"


async def _running(settings: Settings) -> Finding:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(f"{settings.app_url}/readyz") as response,
        ):
            parts = (await response.json())["parts"]
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, KeyError):
        return True, f"nothing answers at {settings.app_url} (start with `make run`)."
    down = [name for name, ready in parts.items() if not ready]
    if down:
        return (
            False,
            f"up at {settings.app_url}, but not ready: {', '.join(down)}; see {settings.data_dir / 'log'}.",
        )
    return True, f"ready at {settings.app_url}"
