"""Spreadsheets of tickets at the desk: /api/desk/tickets/export, /template and /import."""

from __future__ import annotations

import asyncio

from aiohttp import web

from core.bodies import whole
from core.clock import local, now
from core.errors import BadRequest, TooLarge
from desk import acts, audit, body, ticket_sheets
from desk.guard import Guard
from desk.roles import SUPERVISING, TICKETS
from desk.ticket_filter import PERSONAL, TicketFilter, wanted_of
from desk.ticket_moves_api import actor
from desk.users import User
from tickets.listing import MAX_LIMIT
from tickets.service import Tickets
from tickets.types import TicketLine

MOST = 10_000
"""Most tickets of one file."""
MAX_BYTES = 900_000
"""Largest uploaded file, in bytes; two hundred tickets need a tenth of it."""


class TicketSheetsApi:
    """Handlers of the addresses for spreadsheets."""

    def __init__(self, guard: Guard, tickets: Tickets) -> None:
        self._guard = guard
        self._tickets = tickets
        self._one = asyncio.Semaphore(1)

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers. They stand before those with a number in their place."""
        only, at = self._guard.only, "/api/desk/tickets"
        return [
            web.get(f"{at}/export", only(TICKETS, self.export, acts.EXPORT_TICKETS), allow_head=False),
            web.get(
                f"{at}/template", only(SUPERVISING, self.template, acts.TICKET_TEMPLATE), allow_head=False
            ),
            web.post(f"{at}/import", only(SUPERVISING, self.import_, acts.IMPORT_TICKETS)),
        ]

    async def export(self, request: web.Request, user: User) -> web.Response:
        """The list as filtered, as the account's own list shows it: masked, and a department's own tickets only.

        Raises:
            BadRequest: code ``too_many``; there are more than :data:`MOST`.
        """
        asked = body.query(request, TicketFilter)
        await self._guard.guesses.looked_up(user, asked.q)
        wanted = wanted_of(asked, user, self._tickets)
        lines: list[TicketLine] = []
        before: str | None = None
        async with self._one:  # a file of thousands of rows takes memory and time
            while True:
                page = await self._tickets.find(wanted, MAX_LIMIT, before)
                lines += page.tickets
                if len(lines) > MOST:
                    raise BadRequest(f"超过 {MOST} 张，请先缩小范围再导出", code="too_many")
                if (before := page.next) is None:
                    break
            packed = await asyncio.to_thread(ticket_sheets.listed, lines)
        if (entry := audit.ENTRY.get()) is not None:
            entry.reason = f"导出 {len(lines)} 张：{_conditions(asked)}"[: audit.MAX_REASON]
        return _file(packed, f"tickets-{local(now()):%Y%m%d-%H%M}.xlsx")

    async def template(self, request: web.Request, user: User) -> web.Response:
        """The empty file for an import."""
        body.query(request, body.Body)
        return _file(await asyncio.to_thread(ticket_sheets.template), "ticket-template.xlsx")

    async def import_(self, request: web.Request, user: User) -> web.Response:
        """File the tickets of an uploaded file (its bytes are the body), all or none.

        Raises:
            BadRequest: see :func:`desk.ticket_sheets.read` and :meth:`tickets.imports.Imports.file`. In ``details.rows`` each
                row says also which ``column`` is wrong.
        """
        if (request.content_length or 0) > MAX_BYTES:
            raise TooLarge("文件太大了，请分几次导入")
        raw = await whole(request)
        if len(raw) > MAX_BYTES:
            raise TooLarge("文件太大了，请分几次导入")
        async with self._one:
            wanted = await asyncio.to_thread(ticket_sheets.read, raw)
        address = request.remote or "unknown"
        record = audit.record(user, acts.IMPORT_TICKETS.name, "", f"导入 {len(wanted)} 张", address)
        try:
            filed = await self._tickets.imports.file(wanted, actor(user), record)
        except BadRequest as error:
            for row in error.details.get("rows", ()):
                row["column"] = ticket_sheets.COLUMNS.get(row["field"], (row["field"],))[0]
            raise
        return web.json_response({"imported": len(filed), "numbers": [ticket.number for ticket in filed]})


def _conditions(asked: TicketFilter) -> str:
    """The conditions of an export for the audit. Words that were searched may name somebody, so it is only said that there were some."""
    given = {name: value for name, value in asked.model_dump().items() if value and name != "order"}
    told = [f"{name}={value}" for name, value in given.items() if name not in PERSONAL]
    return "；".join([*told, *(["有搜索词"] if PERSONAL.keys() & given else [])]) or "全部"


def _file(packed: bytes, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=packed, content_type=ticket_sheets.KIND, headers=headers)
