"""Times the desk's lists, searches, counts and ticket pages, and filing by the assistant's way."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from benchmarks.at_rest import _story
from benchmarks.figures import Figure
from benchmarks.tickets.held import timed
from benchmarks.tickets.made import FREQUENT_NAME, FREQUENT_WORD, KEY, RARE_NAME, RARE_WORD
from benchmarks.tickets.office import Client, get, office
from bot.understanding.name import introduced_name
from core.city import City
from core.clock import local
from core.database import Database
from core.events import LocalEvents
from core.jobs import Jobs
from tickets import catalog
from tickets.models import Department, TicketRow
from tickets.service import Tickets
from tickets.shown import Shown
from tickets.types import TicketDraft
from tickets.word_index import Merging

BOUND_MS, FILING_MS, FILED = 150.0, 50.0, 2_000
_MIDDLE = "{deep}"
"""Stands for the place of a page far behind the first."""
LISTS: dict[str, dict[str, str]] = {
    "list, newest": {},
    "list, deep page": {"before": _MIDDLE},
    "list, open": {"state": "open"},
    "list, 办理中": {"state": "办理中"},
    "list, 办结归档": {"state": "办结归档"},
    "list, 办结归档, deep page": {"state": "办结归档", "before": _MIDDLE},
    "list, 延期审核 by deadline": {"state": "延期审核", "order": "due"},
    "list, overdue": {"state": "open", "due": "overdue"},
    "list, overdue by deadline": {"state": "open", "due": "overdue", "order": "due"},
    "list, due soon": {"state": "open", "due": "soon", "order": "due"},
    "list, 投诉": {"type": "投诉"},
    "list, 投诉 open": {"type": "投诉", "state": "open"},
    "list, one category": {"category": "市政设施/路灯照明"},
    "list, a level of categories": {"category": "市政设施"},
    "list, a level of categories, open": {"category": "市政设施", "state": "open"},
    "list, rare category open": {"category": "{rare}", "state": "open"},
    "list, rare category, deep page": {"category": "{rare}", "before": _MIDDLE},
    "list, district": {"district": "{district}"},
    "list, district 办理中": {"district": "{district}", "state": "办理中"},
    "list, district and category": {"district": "{district}", "category": "{rare}"},
    "list, department": {"department": "{department}"},
    "list, department, deep page": {"department": "{department}", "before": _MIDDLE},
    "list, department 办理中": {"department": "{department}", "state": "办理中"},
    "list, department overdue": {"department": "{department}", "due": "overdue", "order": "due"},
    "list, department, district, 投诉": {
        "department": "{department}",
        "district": "{district}",
        "type": "投诉",
    },
    "list, supervised": {"supervised": "1"},
    "list, supervised open": {"state": "open", "supervised": "1"},
    "list, urgent open": {"state": "open", "urgent": "1"},
    "list, urgent overdue": {"state": "open", "urgent": "1", "due": "overdue"},
    "list, urgent, district": {"urgent": "1", "district": "{district}"},
    "list, returned": {"state": "open", "returned": "1"},
    "list, returned, department": {"returned": "1", "department": "{department}"},
    "list, disputed": {"disputed": "1"},
    "list, name": {"name": FREQUENT_NAME},
    "list, name, deep page": {"name": FREQUENT_NAME, "before": _MIDDLE},
    "list, rare name": {"name": RARE_NAME},
    "list, no such name": {"name": "没有这个人"},
    "list, name, open": {"name": FREQUENT_NAME, "state": "open"},
    "list, name, overdue": {"name": FREQUENT_NAME, "state": "open", "due": "overdue", "order": "due"},
    "list, name, month": {"name": FREQUENT_NAME, "since": "{since}", "until": "{until}"},
    "list, name, district": {"name": FREQUENT_NAME, "district": "{district}"},
    "list, rare name, category": {"name": RARE_NAME, "category": "{rare}"},
    "list, day": {"since": "{since}", "until": "{since}"},
    "list, month": {"since": "{since}", "until": "{until}"},
    "list, until a day": {"until": "{until}"},
    "list, month, 办理中": {"since": "{since}", "until": "{until}", "state": "办理中"},
    "list, month, department": {"since": "{since}", "until": "{until}", "department": "{department}"},
    "list, month, rare category": {"since": "{since}", "until": "{until}", "category": "{rare}"},
    "list, month, level of categories": {"since": "{since}", "until": "{until}", "category": "市政设施"},
    "list, month, open": {"since": "{since}", "until": "{until}", "state": "open"},
    "list, month, overdue": {
        "since": "{since}",
        "until": "{until}",
        "state": "open",
        "due": "overdue",
        "order": "due",
    },
    "list, month, urgent": {"since": "{since}", "until": "{until}", "urgent": "1"},
    "search, frequent word, month": {"q": FREQUENT_WORD, "since": "{since}", "until": "{until}"},
    "search, frequent word, early days": {"q": FREQUENT_WORD, "until": "{early}"},
    "search, rare word, day": {"q": RARE_WORD, "since": "{since}", "until": "{since}"},
    "search, phone, month": {"q": "13800000777", "since": "{since}", "until": "{until}"},
    "search, rare word, name": {"q": RARE_WORD, "name": FREQUENT_NAME},
    "search, frequent word, name": {"q": FREQUENT_WORD, "name": FREQUENT_NAME},
    "search, frequent word, rare name": {"q": FREQUENT_WORD, "name": RARE_NAME},
    "search, number": {"q": "{number}"},
    "search, end of a number": {"q": "{end}"},
    "search, beginning of a number": {"q": "{begin}"},
    "search, phone": {"q": "13800000777"},
    "search, phone and open": {"q": "13800000777", "state": "open"},
    "search, frequent word": {"q": FREQUENT_WORD},
    "search, frequent word, deep page": {"q": FREQUENT_WORD, "before": _MIDDLE},
    "search, two words": {"q": "井盖松动 暖气"},
    "search, one character": {"q": "灯"},
    "search, rare word": {"q": RARE_WORD},
    "search, pairs in another order": {"q": "灯路坏小"},
    "search, no such word": {"q": "没有这个词"},
    "search, word of the catalogue": {"q": "物业"},
    "search, rare word of the catalogue": {"q": "殡葬"},
    "search, rare word and one of the catalogue": {"q": f"{RARE_WORD} 物业"},
    "search, name of a district": {"q": "田家庵"},
    "search, district and word": {"q": f"田家庵 {RARE_WORD}"},
    "search, rare word open": {"q": RARE_WORD, "state": "open"},
    "search, frequent word and rare state": {"q": FREQUENT_WORD, "state": "延期审核"},
    "search, frequent word, urgent": {"q": FREQUENT_WORD, "urgent": "1"},
    "search, frequent word, department": {"q": FREQUENT_WORD, "department": "{department}"},
    "search, frequent word by deadline": {"q": FREQUENT_WORD, "order": "due"},
    "search, rare word by deadline": {"q": RARE_WORD, "order": "due"},
}
"""What supervisors and agents ask for."""
OWN: dict[str, dict[str, str]] = {
    "department's own list": {},
    "department's inbox": {"state": "办理中", "order": "due"},
    "department's overdue": {"state": "open", "due": "overdue", "order": "due"},
    "department's month": {"since": "{since}", "until": "{until}"},
    "department's search": {"q": FREQUENT_WORD},
    "department's search in a month": {"q": FREQUENT_WORD, "since": "{since}", "until": "{until}"},
    "department's search for a rare word": {"q": RARE_WORD},
    "department's search for a number": {"q": "{end}"},
    "department's search for no such word": {"q": "没有这个词"},
}
"""What a department asks for."""


@dataclass(frozen=True)
class Chosen:
    """What the asked addresses name.

    Args:
        words: placeholder → value.
        numbers: numbers of tickets, finished and open ones.
        department: id of the department that asks.
    """

    words: dict[str, str]
    numbers: list[str]
    department: str


async def _choose(database: Database, count: int) -> Chosen:
    chance = random.Random(7)
    async with database.read() as session:

        async def of(nths: list[int]) -> list[TicketRow]:
            keys = [f"{KEY}{nth}" for nth in nths]
            return list(await session.scalars(select(TicketRow).where(TicketRow.filing_key.in_(keys))))

        middle, deep = (await of([count // 3 + 1]))[0], (await of([count // 2]))[0]
        newest, early = (await of([count - 1]))[0], (await of([count // 100]))[0]
        some = await of([chance.randrange(count) for _ in range(60)])
        some += await of([chance.randrange(round(count * 0.92), count) for _ in range(60)])
        office = await session.scalar(select(Department.id).order_by(Department.id))
    words = {
        "rare": [f"{one.name}/{leaf.name}" for one in catalog.categories() for leaf in one.children][-1],
        "district": middle.district,
        "department": str(office),
        "number": middle.number,
        "end": newest.number[-7:],
        "begin": middle.number[:8],
        "deep": deep.id,
        # A month in the middle of the year, and its first days.
        "since": local(deep.created_at).date().isoformat(),
        "until": local(deep.created_at + timedelta(days=30)).date().isoformat(),
        "early": local(early.created_at).date().isoformat(),
    }
    return Chosen(words, chance.sample([row.number for row in some], len(some)), str(office))


async def measure(
    database: Database, city: City, folder: Path, count: int, only: str, times: int
) -> list[Figure]:
    """Ask every address ``times`` times. ``only``: a part of the names of those that are asked."""
    tickets = Tickets(database, LocalEvents(), city, introduced_name)
    began = time.perf_counter()
    made = await Shown(database, tickets.view, Jobs(database)).run()
    print(f"{made} tickets made findable for departments in {time.perf_counter() - began:.1f} s", flush=True)
    chosen = await _choose(database, count)
    figures: list[Figure] = []
    async with office(database, tickets, folder) as sign_in:
        name = f"b{time.time_ns()}"
        leader = await sign_in(name, "supervisor", None)
        clerk = await sign_in(f"{name}d", "department", chosen.department)

        async def asked(title: str, client: Client, path: str, query: dict[str, str] | None = None) -> None:
            filled = {key: value.format(**chosen.words) for key, value in (query or {}).items()}
            if only in title:
                figures.extend(await timed(title, lambda _: get(client, path, filled), BOUND_MS, times))

        for title, query in LISTS.items():
            await asked(title, leader, "/tickets", query)
        for title, query in OWN.items():
            await asked(title, clerk, "/tickets", query)
        await asked("counts", leader, "/tickets/counts")
        await asked("counts, department", leader, "/tickets/counts", {"department": "{department}"})
        await asked("department's counts", clerk, "/tickets/counts")
        numbers = chosen.numbers

        async def page(nth: int) -> None:
            await get(leader, f"/tickets/{numbers[nth % len(numbers)]}")

        if only in "ticket page":
            figures += await timed("ticket page", page, BOUND_MS, len(numbers))
        own = await get(clerk, "/tickets", {"limit": "60"})
        theirs = [one["number"] for one in own["tickets"]]

        async def own_page(nth: int) -> None:
            await get(clerk, f"/tickets/{theirs[nth % len(theirs)]}")

        if only in "department's ticket page":
            figures += await timed("department's ticket page", own_page, BOUND_MS, times)
    if only in "filing":
        figures += await _filing(database, tickets, chosen.words["district"])
    return figures


async def _filing(database: Database, tickets: Tickets, district: str) -> list[Figure]:
    chance, made = random.Random(9), time.time_ns()

    async def file(nth: int) -> None:
        draft = TicketDraft(
            "投诉",
            _story(chance),
            "市政设施/路灯照明",
            district,
            "朝阳中路 1 号",
            contact_phone="13800000000",
        )
        await tickets.file(draft, f"{made}:{nth}")

    async with Jobs(database) as jobs:
        Merging(database, jobs)
        return await timed("filing", file, FILING_MS, FILED)
