"""The auditor's page: /api/desk/audit, and the same as a file at /api/desk/audit/export."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from core.clock import SHANGHAI, local, now
from core.database import Database
from core.errors import BadRequest
from desk import acts, body
from desk.audit_list import AuditList, Filter
from desk.guard import Guard
from desk.roles import AUDITING
from desk.users import User


class _Wanted(body.Body):
    person: Annotated[str, Field(title="人", max_length=40)] = ""
    action: Annotated[str, Field(title="操作", max_length=40)] = ""
    subject: Annotated[str, Field(title="对象", max_length=40)] = ""
    result: Literal["", "allowed", "refused", "failed"] = Field("", title="结果")
    first: date | None = Field(None, title="开始日期")
    last: date | None = Field(None, title="结束日期")

    def filter(self) -> Filter:
        """What is asked for; days are those of China."""
        return Filter(
            person=self.person.strip(),
            action=self.action,
            subject=self.subject.strip(),
            result=self.result,
            since=_beginning(self.first) if self.first else None,
            until=_beginning(self.last) + timedelta(days=1) if self.last else None,
        )


class _Page(_Wanted):
    before: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    limit: Annotated[int, Field(title="条数", ge=1, le=200)] = 50


class AuditApi:
    """Handlers for the role that reads the audit."""

    def __init__(self, guard: Guard, database: Database) -> None:
        self._guard = guard
        self._list = AuditList(database)

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only = self._guard.only
        return [
            web.get("/api/desk/audit", only(AUDITING, self.list, acts.READ_AUDIT)),
            web.get(
                "/api/desk/audit/export", only(AUDITING, self.export, acts.EXPORT_AUDIT), allow_head=False
            ),
        ]

    async def list(self, request: web.Request, user: User) -> web.Response:
        """One page of records, newest first, and the acts that can be chosen."""
        asked = body.query(request, _Page)
        records, next_page = await self._list.page(asked.filter(), asked.before, asked.limit)
        actions = [{"name": act.name, "words": act.words} for act in acts.ACTS.values()]
        return web.json_response({"records": records, "next": next_page, "actions": actions})

    async def export(self, request: web.Request, user: User) -> web.StreamResponse:
        """The records as a CSV file for spreadsheet programs."""
        wanted = body.query(request, _Wanted).filter()
        name = f"audit-{local(now()):%Y%m%d-%H%M}.csv"
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/csv; charset=utf-8",
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            }
        )
        await response.prepare(request)
        async for lines in self._list.lines(wanted):
            await response.write(lines.encode("utf-8"))
        await response.write_eof()
        return response


def _beginning(day: date) -> datetime:
    """The first moment of a day in China.

    Raises:
        BadRequest: nobody can mean this year.
    """
    if not 2000 <= day.year < 3000:
        raise BadRequest("日期不对，请重新选")
    return datetime.combine(day, time(), SHANGHAI)
