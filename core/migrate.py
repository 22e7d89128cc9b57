"""Brings the database to the newest schema, checks whether it has this schema, and opens it for commands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from core.database import Database
from core.errors import ConfigurationError, WenbanError
from core.key_check import require_right_keys
from core.mishaps import in_words
from core.resealing import is_sealed, seal_clear
from core.sealing import use_ring
from core.settings import ROOT, Settings


def config(url: str) -> Config:
    """The configuration of alembic for the database at ``url``."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "migrations"))
    # Alembic reads options with configparser, in which % has a special meaning.
    made.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return made


async def upgrade(url: str) -> None:
    """Run all migrations that this database does not have yet, and encrypt what older versions wrote in clear."""
    await asyncio.to_thread(command.upgrade, config(url), "head")
    database = Database(url)
    try:
        await seal_clear(database)
    finally:
        await database.close()


async def prepare(settings: Settings) -> None:
    """Make the data folder and the database when they don't exist, and bring the database to the newest schema.

    Raises:
        ConfigurationError: this can't be done. The message says why.
    """
    try:
        await require_keys(settings)
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        use_ring(settings.key_ring)
        await upgrade(settings.sqlalchemy_url)
    except WenbanError:
        raise
    except Exception as error:
        raise _unusable(settings, error) from error


async def require_keys(settings: Settings) -> None:
    """Check that the keys of a database with messages or tickets are there, and are its own, before anything is written.

    After a restore without its keys everything would seem to work until somebody opens a ticket.

    Raises:
        ConfigurationError: the database has messages or tickets, and the keys that encrypted them are missing, or others
            are there.
    """
    kept = settings.data_dir / "secrets.json"
    url = make_url(settings.sqlalchemy_url)
    nothing_yet = url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()  # noqa: ASYNC240
    if nothing_yet:
        return None
    database = Database(settings.sqlalchemy_url)
    try:
        if await _revision(database) is None:
            return None
        if settings.has_data_keys():
            return await require_right_keys(database, settings.key_ring)
        async with database.engine.connect() as connection:
            for name in ("tickets", "messages"):
                if (await connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1"))).first() is not None:
                    break
            else:
                return None
    except (SQLAlchemyError, OSError):
        return None  # the caller finds that the database can't be used, and says why
    finally:
        await database.close()
    wanted = settings.data_key_file or kept
    raise ConfigurationError(
        f"没有 {wanted}，数据库里却已经有会话或工单：要用那个文件里的密钥才读得出来。"
        f"请先把备份里的 {wanted.name} 放回原处（或者设 WENBAN_DATA_KEY），再启动"
    )


async def is_current(database: Database) -> bool:
    """Whether the database has the newest schema, and everything in it is encrypted that should be."""
    return await _revision(database) == _newest(database) and await is_sealed(database)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database, for a command. A database that is empty or does not exist yet is made.

    Raises:
        ConfigurationError: it can't be reached, or its schema is old. An old schema is not changed here, because an
            app may be using it.
    """
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = Database(settings.sqlalchemy_url)
    except WenbanError:
        raise
    except Exception as error:
        raise _unusable(settings, error) from error
    try:
        try:
            revision = await _revision(database)
        except Exception as error:
            raise _unusable(settings, error) from error
        if revision is None:
            await prepare(settings)
        elif not await is_current(database):
            raise ConfigurationError("数据库的表不是最新的，请先运行 wenban db upgrade")
        await require_keys(settings)
        use_ring(settings.key_ring)
        yield database
    finally:
        await database.close()


async def _revision(database: Database) -> str | None:
    """The revision of the schema; None for a database without tables."""

    def revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.engine.connect() as connection:
        return await connection.run_sync(revision)


def _newest(database: Database) -> str | None:
    return ScriptDirectory.from_config(config(database.url)).get_current_head()


def _unusable(settings: Settings, error: Exception) -> ConfigurationError:
    try:
        shown = make_url(settings.sqlalchemy_url).render_as_string(hide_password=True)
    except Exception:
        shown = "地址看不懂"
    why = in_words(error) or str(error) or type(error).__name__
    return ConfigurationError(
        f"数据库用不了（{shown}）：{why}。请检查 WENBAN_DATABASE_URL 和 WENBAN_DATA_DIR"
    )
