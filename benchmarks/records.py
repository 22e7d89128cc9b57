"""What the audit costs: requests of the desk with and without their record, by turns: ``python -m benchmarks.records``.

Processor time of the server and of its client together, which are one process here, so the ratio is if anything too low by the
client's share (about a third of a request). Everything is real but Rasa and the network; the database is SQLite.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.figures import Figure, percentile
from benchmarks.tickets.office import Client, get, office
from conversations.models import Conversation
from core.city import load_city
from core.database import Database
from core.events import LocalEvents
from core.ids import new_id
from core.migrate import prepare
from core.settings import Settings
from desk import audit
from tickets.service import Tickets
from tickets.types import TicketDraft

EACH = 200
"""Requests of each kind and side, one by turns. The lower quartile counts."""
RATIO_BOUND = 1.1
"""Largest allowed ratio of a request's processor time to that of one without a record."""
Ask = Callable[[], Awaitable[Any]]


async def _measure(folder: Path) -> list[Figure]:
    settings = Settings(data_dir=folder)
    await prepare(settings)
    database = Database(settings.sqlalchemy_url)
    tickets = Tickets(database, LocalEvents(), load_city("huainan"))
    for number in range(30):
        filed = await tickets.file(
            TicketDraft("投诉", f"小区门口的路灯坏了{number + 2}天", contact_phone=f"138000000{number:02}"),
            new_id(),
        )
    try:
        async with office(database, tickets, folder) as sign_in:
            agent = await sign_in("a1", "agent", None)
            talk = await _talk(database, agent)
            asked: dict[str, Ask] = {
                # First, for who takes a conversation and is silent loses it.
                "reply": lambda: _post(
                    agent,
                    f"/conversations/{talk}/messages",
                    {"text": "您好，已经在办了", "client_id": new_id()},
                ),
                "tickets alike": lambda: _post(
                    agent, "/tickets/like", {"type": "投诉", "content": "路灯不亮"}
                ),
                "list of tickets": lambda: get(agent, "/tickets"),
                "one ticket": lambda: get(agent, f"/tickets/{filed.number}"),
            }
            return [figure for name, ask in asked.items() for figure in await _by_turns(name, ask)]
    finally:
        await database.close()


async def _by_turns(name: str, ask: Ask) -> list[Figure]:
    async def nothing(*_: object) -> None: ...

    sides = {"without a record": nothing, "with it": audit.write}
    took: dict[str, list[float]] = {side: [] for side in sides}
    for number in range(-10, EACH):  # the first ones warm both up and do not count
        for side, write in sides.items():
            with mock.patch.object(audit, "write", write):
                began = time.process_time()
                await ask()
                if number >= 0:
                    took[side].append((time.process_time() - began) * 1000)
    # Other programs can only make a request dearer, by what they push out of the processor's caches.
    without, with_it = (percentile(one, 0.25) for one in took.values())
    return [
        Figure(f"{name}, without a record", without, "ms"),
        Figure(f"{name}, with it", with_it, "ms"),
        Figure(f"{name}, with / without", with_it / without, "×", RATIO_BOUND),
    ]


async def _post(client: Client, path: str, said: dict[str, Any]) -> Any:
    answer = await client.post(f"/api/desk{path}", json=said, headers={"X-Requested-With": "wenban"})
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def _talk(database: Database, agent: Client) -> str:
    """A conversation that the agent has taken."""
    async with database.write() as session:
        session.add(made := Conversation(channel="web", user_id="v1"))
        await session.flush()
        talk = made.id
    await _post(agent, f"/conversations/{talk}/take", {})
    return talk


def main() -> int:
    """Measure and print; the exit status is 1 when a ratio is over its bound."""
    with tempfile.TemporaryDirectory(prefix="wenban-records-") as folder:
        figures = asyncio.run(_measure(Path(folder)))
    for one in figures:
        print(f"{one.name}: {one.value:.2f} {one.unit}{'' if one.kept else '  over its bound'}")
    return 0 if all(one.kept for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
