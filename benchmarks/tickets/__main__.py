"""See :mod:`benchmarks.tickets`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from benchmarks.figures import Figure
from benchmarks.tickets import clock, fill, pages
from benchmarks.tickets.held import ASKED, count_server
from core.city import load_city
from core.clock import now
from core.database import Database
from core.migrate import prepare
from core.settings import Settings
from tests.postgres import postgresql
from tickets.models import TicketRow

COUNT = 1_000_000


async def _run(url: str | None, folder: Path, given: argparse.Namespace) -> list[Figure]:
    settings = Settings(data_dir=folder / "data", **({"database_url": url} if url else {}))
    await prepare(settings)
    database = Database(settings.sqlalchemy_url)
    city = load_city("huainan")
    try:
        async with database.read() as session:
            filled = await session.scalar(select(TicketRow.id).limit(1))
        if filled is None:
            began = time.perf_counter()
            await fill.fill(database, city, given.count, now())
            print(f"{given.count} tickets made in {time.perf_counter() - began:.0f} s", flush=True)
        figures = []
        if given.part in ("", "pages"):
            figures += await pages.measure(database, city, folder, given.count, given.only, given.times)
        if given.part in ("", "clock"):
            figures += await clock.measure(database, city)
        return figures
    finally:
        await database.close()


def main() -> int:
    """Measure and print; the exit status is 1 when a figure is over its bound."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.tickets")
    options.add_argument("--count", type=int, default=COUNT, help="how many tickets are made")
    options.add_argument(
        "--database", default="sqlite", help="sqlite, postgresql, or the address of a database"
    )
    options.add_argument("--folder", type=Path, help="where keys and the SQLite file are kept")
    options.add_argument("--part", choices=("", "fill", "pages", "clock"), default="")
    options.add_argument("--only", default="", help="a part of the names of the lists that are asked for")
    options.add_argument("--times", type=int, default=ASKED, help="how often each list is asked for")
    options.add_argument("--server", type=int, help="process of the database server, whose work is counted")
    given = options.parse_args()
    if given.server:
        count_server(given.server)
    with tempfile.TemporaryDirectory(prefix="wenban-tickets-") as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        if given.database == "postgresql":
            with postgresql() as url:
                figures = asyncio.run(_run(url, folder, given))
        else:
            url = None if given.database == "sqlite" else given.database
            figures = asyncio.run(_run(url, folder, given))
    over = [one for one in figures if not one.kept]
    for one in over:
        print(f"over its bound: {one.name} {one.value:.1f} {one.unit}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
