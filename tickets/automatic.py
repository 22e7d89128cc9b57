"""自动派单: dispatches an accepted ticket by itself, when it is sure enough of the department.

It is off unless the city's ``handling.yml`` names a bar (``dispatch.automatic_from``). Only what an agent accepted is
dispatched so, once; a ticket that came back waits for a person.

How sure it is: :func:`certainty`. What each bar was measured to be worth stands in docs/tickets.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from core.city import City
from core.database import Database
from core.errors import WenbanError
from core.jobs import Job, Jobs
from tickets import dispatch
from tickets.dispatch import Suggestion
from tickets.effects import AUTOMATIC
from tickets.models import TicketRow
from tickets.moves import Moves
from tickets.states import State
from tickets.types import SYSTEM

log = logging.getLogger(__name__)

Likely = Callable[[str], Mapping[str, float]]
"""A ticket's words → each category (``一级/二级``) and how probable it is by them, 0 to 1; empty when nothing points to any.

It may take a third of a second of computing.
"""


def certainty(city: City, district: str, found: Suggestion, shares: Mapping[str, float]) -> float:
    """How sure it is, 0 to 1, that a suggested department is the right one.

    The probability, by the ticket's own words, of all categories which the city's rules send to this department in this
    district; lowered by the share that granted returns have of what is known of department and category. So neither a category
    that the words contradict nor a department that gave such tickets back is sure.

    Args:
        city: has the rules.
        district: name of the ticket's district.
        found: the department.
        shares: see :data:`Likely`.
    """
    agree = sum(
        share for name, share in shares.items() if dispatch.by_rules(city, name, district) == found.name
    )
    return min(1.0, agree * found.record)


class AutomaticDispatch:
    """Does the jobs that accepting a ticket adds while automatic dispatch is on.

    Whoever dispatches the ticket before, or changes it at the same moment, comes first; then nothing is done.

    Args:
        database: where the tickets are.
        moves: makes the move, in the name of the system.
        city: has the rules.
        jobs: the runner of this process.
        likely: reads what a ticket's words are about.
    """

    def __init__(self, database: Database, moves: Moves, city: City, jobs: Jobs, likely: Likely) -> None:
        self._database = database
        self._moves = moves
        self._city = city
        self._likely = likely
        jobs.handle(AUTOMATIC, self._dispatch, forget=True)

    async def _dispatch(self, job: Job) -> None:
        bar = self._city.handling.dispatch.automatic_from
        async with self._database.read() as session:
            row = await session.get(TicketRow, job.key)
            if bar is None or row is None or row.state != State.PENDING_DISPATCH or row.returns:
                return
            if self._city.named(row.district) is None:
                return  # whose government would it be?
            suggested = await dispatch.suggest(session, self._city, row)
            number, version, content, district = row.number, row.version, row.content, row.district
        if not suggested:
            return
        best = suggested[0]
        sure = certainty(self._city, district, best, await asyncio.to_thread(self._likely, content))
        if sure < bar:
            return
        fields = {
            "department": best.department_id,
            "assisting": list(best.assisting),
            "note": f"系统自动派单，把握 {int(sure * 100)}%：{best.reason}，诉求的话也对得上",
        }
        try:
            await self._moves.act(
                number, "dispatch", fields, SYSTEM, version=version, key="automatic dispatch"
            )
        except WenbanError as error:
            log.info("ticket %s is not dispatched by itself: %s", number, error.code)
