"""The words of tickets with 保密 as departments may read them: keyed tokens of the redacted text, so that they are found by it.

A department's search must not find what is hidden from it, nor take longer when a word is hidden. So such tickets are found by the
tokens of what is shown (:meth:`tickets.department_view.DepartmentView.tokens`), and only those are read. A change of a ticket removes
its tokens in the same transaction (:class:`tickets.models.TicketShownRow`), and a job makes them anew. Until then, and after
an upgrade or with another key, the ticket is read by every search of its department: that takes longer, and finds the same.
"""

from __future__ import annotations

import asyncio
import logging
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from sqlalchemy import ColumnElement, Table, false, or_, select
from sqlalchemy.orm import load_only

from core.bulk import update_many
from core.database import Database
from core.jobs import Job, Jobs
from core.sealing import ring
from core.search_tokens import may_have as tokens_may_have
from tickets.department_view import DepartmentView
from tickets.models import TicketRow, TicketShownRow

log = logging.getLogger(__name__)

JOB, LOOK = "ticket_shown", timedelta(seconds=20)
"""Name of the job, and time between two looks."""
_AT_ONCE = 20
"""Tickets of one transaction: some 10 ms, for which nobody else writes on SQLite."""


def may_have(word: str, rules: str, *, sqlite: bool) -> ColumnElement[bool]:
    """SQL: the words of a ticket with 保密 may have a word where a department reads it; all of which that is not known may.

    Args:
        word: at least one character, without white space.
        rules: by which the department reads.
        sqlite: whether the database is SQLite.
    """
    table = TicketShownRow
    forms = dict.fromkeys((word, unicodedata.normalize("NFKC", word)))
    column = cast(Table, table.__table__).c.tokens
    has = or_(*(tokens_may_have(column, form, sqlite=sqlite) for form in forms))
    # Looked up for each ticket: for an "exists" PostgreSQL would read the tokens of all departments first. Nothing is not false.
    known = select(has).where(table.ticket_id == TicketRow.id, table.made_by == _made_by(rules))
    found: ColumnElement[bool] = known.scalar_subquery().is_not(false())
    return found


def _made_by(rules: str) -> str:
    return f"{rules}{ring().present.id}"


class Shown:
    """Makes the tokens of changed tickets anew.

    Args:
        database: where the tickets are.
        view: reads as a department.
        jobs: the runner of this process.
    """

    def __init__(self, database: Database, view: DepartmentView, jobs: Jobs) -> None:
        self._database = database
        self._view = view
        jobs.every(JOB, LOOK, self.run)

    async def run(self, _: Job | None = None) -> int:
        """Make all that are missing, or were made by other rules.

        Returns:
            How many were made.
        """
        made, last = 0, ""
        while some := await self._some(last):
            try:
                made += await self._make(some)
            except Exception:
                # One that can't be read must not keep the others from being found.
                log.info("some tickets are made findable one by one", exc_info=True)
                for one in some:
                    made += await self._alone(one)
            last = some[-1]
            await asyncio.sleep(0)
        return made

    async def _some(self, last: str) -> Sequence[str]:
        """The next tickets whose tokens are missing."""
        by, wanted = _made_by(self._view.rules), TicketShownRow.made_by
        # An index is entered by what lies below and above, and not by what differs.
        other = or_(wanted < by, wanted > by)
        query = select(TicketShownRow.ticket_id).where(other, TicketShownRow.ticket_id > last)
        async with self._database.browse() as session:
            return list(
                await session.scalars(query.order_by(TicketShownRow.ticket_id.concat("")).limit(_AT_ONCE))
            )

    async def _make(self, ids: Sequence[str]) -> int:
        by = _made_by(self._view.rules)
        query = select(TicketRow).where(TicketRow.id.in_(ids), TicketRow.confidential.is_(True))
        read = (
            TicketRow.content,
            TicketRow.address,
            TicketRow.category,
            TicketRow.district,
            TicketRow.contact_name,
            TicketRow.contact_phone,
            TicketRow.former_contacts,
            TicketRow.confidential,
        )
        async with self._database.write() as session:
            # Who changes a ticket removes its tokens: so it is locked, and what somebody works on just now waits for the next turn.
            locked = query.options(load_only(*read)).with_for_update(of=TicketRow, skip_locked=True)
            rows = list(await session.scalars(locked))
            told = [{"ticket_id": row.id, "made_by": by, "tokens": self._view.tokens(row)} for row in rows]
            await update_many(session, cast(Table, TicketShownRow.__table__), "ticket_id", told)
        return len(told)

    async def _alone(self, ticket_id: str) -> int:
        try:
            return await self._make([ticket_id])
        except Exception:
            log.exception("a ticket can't be made findable for departments", extra={"ticket": ticket_id})
            return 0
