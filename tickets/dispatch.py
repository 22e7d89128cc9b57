"""派单: which department a ticket should go to, with how sure that is and why; and who has it.

Three things speak for a department: the city's directory (派单目录) for category and district, the lead of the category, and how
earlier tickets of the category went that were dispatched in the last :data:`LOOKED_BACK`. A dispatch that was not returned
speaks for its department, and one whose return was granted speaks against it. When nothing speaks for any, the government of
the district (属地) is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.city import LOCAL, City
from core.clock import now
from tickets.models import Department, TicketDispatchRow, TicketRow

LOOKED_BACK = timedelta(days=365)
"""Age up to which earlier dispatches count."""
MOST = 3
"""Most departments that are suggested."""
_MOST_COUNTED = 2_000
"""Most earlier dispatches of a category that are counted: the newest."""
# How many earlier dispatches a written rule weighs as much as. They are judgements: a rule of the directory must outweigh a few
# accidents, and give way when the departments themselves settled otherwise. No measure stands behind the exact numbers.
_DIRECTORY, _LEAD, _LOCAL = 8.0, 4.0, 1.0
_RETURNED = 2.0
"""How many kept dispatches a granted return takes away."""


@dataclass(frozen=True)
class Suggestion:
    """A department that a ticket may go to.

    Args:
        department_id: its id.
        name: its name.
        confidence: 0 to 1: its share of all that speaks for any department. It is no measured probability.
        reason: why, in words.
        assisting: names of the departments that the directory has assist.
        record: 0 to 1: how little granted returns of the category speak against it; 1: it never returned any.
    """

    department_id: str
    name: str
    confidence: float
    reason: str
    assisting: tuple[str, ...] = ()
    record: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """The JSON form for the desk."""
        return {
            "department_id": self.department_id,
            "name": self.name,
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
            "assisting": list(self.assisting),
        }


def by_rules(city: City, category: str, district: str) -> str | None:
    """The name of the department that the city's rules alone name: directory, lead, government of the district; None: none."""
    rule = city.handling.directed(category, district)
    if rule is not None and (name := _named(city, rule.lead, district)):
        return name
    found = city.lead(category) or city.local(district)
    return found.name if found else None


def _named(city: City, name: str, district: str) -> str | None:
    """The department that a rule means."""
    if name != LOCAL:
        return name
    local = city.local(district)
    return local.name if local else None


async def suggest(session: AsyncSession, city: City, row: TicketRow) -> tuple[Suggestion, ...]:
    """The departments that a ticket may go to, the best first; none when nothing speaks for any.

    A department that already returned this ticket is not named again, nor is the government of another district, however many
    tickets of the category that had in its own.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    assists: dict[str, tuple[str, ...]] = {}
    records: dict[str, float] = {}
    local = city.local(row.district)
    rule = city.handling.directed(row.category, row.district)
    if rule is not None and (name := _named(city, rule.lead, row.district)):
        weights[name] += _DIRECTORY
        reasons[name].append("派单目录")
        helping = (_named(city, one, row.district) for one in rule.assisting)
        assists[name] = tuple(one for one in helping if one)
    if lead := city.lead(row.category):
        weights[lead.name] += _LEAD
        reasons[lead.name].append("牵头单位")
    if local is not None:
        weights[local.name] += _LOCAL
        reasons[local.name].append("属地")
    ids = {name: key for key, name in (await session.execute(select(Department.id, Department.name))).all()}
    names = {key: name for name, key in ids.items()}
    for department_id, kept, returned in await _past(session, row.category):
        name = names[department_id]
        office = city.department(name)
        if office is not None and office.district and (local is None or office.name != local.name):
            continue
        spoken = weights[name] + kept
        records[name] = spoken / (spoken + _RETURNED * returned) if returned else 1.0
        weights[name] = max(0.0, spoken - _RETURNED * returned)
        reasons[name] += [f"同类办过 {kept} 件"] if kept else []
        reasons[name] += [f"退过 {returned} 件"] if returned else []
    gone = {names[one] for one in await _returned_by(session, row.id)}
    total = sum(weights.values())
    best = sorted(
        (name for name, weight in weights.items() if weight > 0 and name in ids and name not in gone),
        key=lambda name: weights[name],
        reverse=True,
    )
    return tuple(
        Suggestion(
            ids[name],
            name,
            weights[name] / total,
            "，".join(reasons[name]),
            assists.get(name, ()),
            records.get(name, 1.0),
        )
        for name in best[:MOST]
    )


async def _past(session: AsyncSession, category: str) -> list[tuple[str, int, int]]:
    """Department → its earlier dispatches of a category that were kept, and that were returned."""
    if not category:
        return []
    newest = (
        select(TicketDispatchRow.department_id, TicketDispatchRow.returned)
        .where(
            TicketDispatchRow.category == category,
            TicketDispatchRow.at > now() - LOOKED_BACK,
            TicketDispatchRow.lead.is_(True),
        )
        .order_by(TicketDispatchRow.at.desc())
        .limit(_MOST_COUNTED)
        .subquery()
    )
    found = await session.execute(
        select(newest.c.department_id, newest.c.returned, func.count()).group_by(
            newest.c.department_id, newest.c.returned
        )
    )
    counted: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for department_id, returned, number in found:
        counted[department_id][bool(returned)] += number
    return [(department_id, kept, back) for department_id, (kept, back) in counted.items()]


async def _returned_by(session: AsyncSession, ticket_id: str) -> list[str]:
    return list(
        await session.scalars(
            select(TicketDispatchRow.department_id).where(
                TicketDispatchRow.ticket_id == ticket_id, TicketDispatchRow.returned.is_(True)
            )
        )
    )


def write(session: AsyncSession, row: TicketRow, lead: str, assisting: Iterable[str]) -> None:
    """Record a dispatch in the transaction that makes it.

    Args:
        session: the transaction.
        row: the ticket.
        lead: id of the lead department.
        assisting: ids of the assisting departments.
    """
    facts = {"ticket_id": row.id, "category": row.category, "district": row.district}
    session.add(TicketDispatchRow(department_id=lead, lead=True, **facts))
    session.add_all(TicketDispatchRow(department_id=one, lead=False, **facts) for one in assisting)


async def end(session: AsyncSession, ticket_id: str, *, returned: bool) -> None:
    """Record that a ticket was taken from its departments. ``returned``: because the lead was the wrong one."""
    held = (TicketDispatchRow.ticket_id == ticket_id) & TicketDispatchRow.ended_at.is_(None)
    if returned:
        await session.execute(
            update(TicketDispatchRow).where(held, TicketDispatchRow.lead.is_(True)).values(returned=True)
        )
    await session.execute(update(TicketDispatchRow).where(held).values(ended_at=now()))


def assisted(department_id: str) -> Any:
    """SQL: ids of the tickets that a department assists with."""
    return select(TicketDispatchRow.ticket_id).where(
        TicketDispatchRow.department_id == department_id,
        TicketDispatchRow.lead.is_(False),
        TicketDispatchRow.ended_at.is_(None),
    )


async def has(session: AsyncSession, row: TicketRow, department_id: str, *, assisting: bool = True) -> bool:
    """Whether a department has a ticket now.

    A ticket that was merged into another one is had by whoever leads that one: its reporter is theirs to call.

    Args:
        session: the transaction.
        row: the ticket.
        department_id: id of the department; empty: none.
        assisting: also when it only assists.
    """
    if not department_id:
        return False
    if row.merged_into_id is not None:
        main = await session.get(TicketRow, row.merged_into_id, populate_existing=True)
        return main is not None and main.department_id == department_id
    if row.department_id == department_id:
        return True
    wanted = assisted(department_id).where(TicketDispatchRow.ticket_id == row.id)
    return assisting and await session.scalar(wanted.limit(1)) is not None
