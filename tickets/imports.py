"""Files many tickets at once, all or none, such as those of the city's spreadsheet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.city import City
from core.database import Alongside, Database
from core.errors import BadRequest, Conflict
from core.events import Events
from tickets import checks, filing
from tickets.models import TicketRow
from tickets.moves import announce
from tickets.types import Actor, Detail, Ticket, TicketDraft

MOST = 200
"""Most tickets of one import: nobody else writes to SQLite while they are filed, which takes about a second."""
MAX_EXTERNAL = 60
"""Most characters of an external number."""
EXTERNAL = "external_number"
"""Name of the detail that holds the number of the other system."""


@dataclass(frozen=True)
class Wanted:
    """A ticket that is to be filed.

    Args:
        row: its row in the sheet, from 1.
        external: its number in the other system (外部编号).
        draft: the rest.
        wrong: what could not be read of the row.
    """

    row: int
    external: str
    draft: TicketDraft
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a row.

    Args:
        row: the row in the sheet, from 1.
        field: name of the field, as in :class:`tickets.types.TicketDraft`; ``external`` for the external number.
        words: what is wrong, in plain words.
    """

    row: int
    field: str
    words: str


class Imports:
    """Files tickets of the city's own list.

    Args:
        database: where the tickets are.
        events: told about each ticket.
        city: has districts and rules.
    """

    def __init__(self, database: Database, events: Events, city: City) -> None:
        self._database = database
        self._events = events
        self._city = city

    async def file(
        self, wanted: Sequence[Wanted], actor: Actor, alongside: Alongside | None = None
    ) -> tuple[Ticket, ...]:
        """File all of them in one transaction, or none.

        Args:
            wanted: the tickets, at most :data:`MOST`.
            actor: who imports them.
            alongside: work of the caller in the same transaction.

        Raises:
            BadRequest: code ``bad_rows``; ``details.rows`` says what is wrong with which row. Code ``no_rows`` or
                ``too_many_rows``.
            Conflict: code ``imported_before``; somebody imported one of them at the same moment.
        """
        if not wanted:
            raise BadRequest("表格里没有要导入的工单", code="no_rows")
        if len(wanted) > MOST:
            raise BadRequest(
                f"一次最多导入 {MOST} 张，这里有 {len(wanted)} 张，请分几次导入", code="too_many_rows"
            )
        checked, wrong = self._checked(wanted)
        wrong += await self._known(wanted)
        if wrong:
            raise refusal(wrong)
        filed = []
        try:
            async with self._database.write() as session:
                for draft, one in zip(checked, wanted, strict=True):
                    ticket, made = await filing.within(
                        session, draft, key_of(one.external), self._city, actor
                    )
                    if not made:
                        raise _before()
                    filed.append(ticket)
                    await asyncio.sleep(0)  # on SQLite nothing else yields to those who only read
                if alongside is not None:
                    await alongside(session)
        except IntegrityError as error:
            raise _before() from error
        for ticket in filed:
            announce(self._events, ticket.line, "filed")
        return tuple(filed)

    def unknown(self, draft: TicketDraft) -> dict[str, str]:
        """What a draft names that neither the catalogue nor the city has: field → words. Of citizens everything is taken."""
        return checks.unknown(draft, self._city)

    def _checked(self, wanted: Sequence[Wanted]) -> tuple[list[TicketDraft], list[Wrong]]:
        found: list[TicketDraft] = []
        wrong: list[Wrong] = []
        seen: dict[str, int] = {}
        for one in wanted:
            if not one.external or len(one.external) > MAX_EXTERNAL:
                wrong.append(Wrong(one.row, "external", f"外部编号请填 1 到 {MAX_EXTERNAL} 个字"))
            elif one.external in seen:
                wrong.append(Wrong(one.row, "external", f"外部编号和第 {seen[one.external]} 行重复"))
            seen.setdefault(one.external, one.row)
            wrong += one.wrong
            wrong += [Wrong(one.row, name, words) for name, words in self.unknown(one.draft).items()]
            try:
                found.append(checks.check(with_external(one.draft, one.external), self._city))
            except BadRequest as error:
                told = error.details["fields"]
                wrong += [Wrong(one.row, name, words) for name, words in told.items() if name != EXTERNAL]
        return found, wrong

    async def _known(self, wanted: Sequence[Wanted]) -> list[Wrong]:
        keys = {key_of(one.external): one for one in wanted}
        async with self._database.read() as session:
            found = await session.execute(
                select(TicketRow.filing_key, TicketRow.number).where(TicketRow.filing_key.in_(list(keys)))
            )
            return [
                Wrong(keys[key].row, "external", f"这个外部编号已经导入过，是工单 {number}")
                for key, number in found
            ]


def refusal(wrong: Sequence[Wrong]) -> BadRequest:
    """The error that says what is wrong with which rows, in their order."""
    ordered = sorted(wrong, key=lambda one: one.row)
    rows = [{"row": one.row, "field": one.field, "message": one.words} for one in ordered]
    first = ordered[0]
    return BadRequest(
        f"有 {len({one.row for one in ordered})} 行要改，一张都没有导入。第 {first.row} 行：{first.words}",
        code="bad_rows",
        details={"rows": rows},
    )


def _before() -> Conflict:
    return Conflict("其中有工单刚刚由别人导入了，请重新上传看看是哪些", code="imported_before")


def key_of(external: str) -> str:
    """The filing key of an imported ticket: the same external number is filed once."""
    return f"import:{external}"


def with_external(draft: TicketDraft, external: str) -> TicketDraft:
    """A draft that tells the number of the other system among its details."""
    if not external:
        return draft
    told = (Detail(EXTERNAL, "外部编号", external[:MAX_EXTERNAL]), *draft.details)
    return TicketDraft(**{**vars(draft), "details": told})
