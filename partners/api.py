"""The API for the city's own work-order systems: /api/work-orders and below."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from math import ceil
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from core.bodies import parsed, whole
from core.database import Database
from core.errors import BadRequest, Conflict, Forbidden, RateLimited, Unauthorized
from core.expected import expected
from core.rates import Rates
from core.text import clean
from partners import keys, schemas, views
from partners.openapi import Operation, document
from partners.service import Caller, Scope, caller
from tickets.imports import with_external
from tickets.listing import Wanted
from tickets.models import TicketRow
from tickets.numbers import plain_number
from tickets.service import Tickets
from tickets.types import Actor, Ticket, TicketDraft

PATH = "/api/work-orders"
PER_MINUTE = 600
"""Requests of one system."""
STRANGERS_PER_MINUTE = 60
"""Requests without a valid token from one address."""
MAX_KEY = 100
"""Most characters of an idempotency key."""
CHANNEL = "partner"
"""The channel of tickets that a system files."""
VERSION = "1"
"""Version of the API. It is raised when something that works stops working."""
_OLD = (409, "Another version, the rules are against it, or the key was used for something else; see `code`.")
_CHANGED = (200, "Done.")
OPERATIONS = (
    Operation(
        "list_work_orders", "GET", PATH, Scope.READ, "List work orders.", schemas.Page, query=schemas.ListQuery
    ),
    Operation(
        "create_work_order",
        "POST",
        PATH,
        Scope.CREATE,
        "File a work order.",
        schemas.Line,
        body=schemas.NewWorkOrder,
        statuses=(
            (200, "Filed before with this key."),
            (201, "Filed."),
            (409, "The key was used for another one."),
        ),
        keyed="required",
    ),
    Operation(
        "list_departments",
        "GET",
        PATH + "/departments",
        Scope.READ,
        "List the departments, which a move names by id or name.",
        schemas.Offices,
    ),
    Operation(
        "get_work_order", "GET", PATH + "/{number}", Scope.READ, "Read a work order.", schemas.WorkOrder
    ),
    Operation(
        "get_contact",
        "GET",
        PATH + "/{number}/contact",
        Scope.CONTACT,
        "Read the contact in clear. It stands in the work order's history.",
        schemas.Contact,
    ),
    Operation(
        "move_work_order",
        "POST",
        PATH + "/{number}/moves",
        Scope.MOVE,
        "Move a work order on.",
        schemas.Line,
        body=schemas.NewMove,
        statuses=(_CHANGED, _OLD),
        keyed="optional",
    ),
)  # fmt: skip
"""All addresses but that of the document itself."""
_SEEN = "对接系统读取，用于办理"
M = TypeVar("M", bound=BaseModel)
"""The model of a request."""
Source = Callable[[web.Request], str]
"""A keyed hash of the address of a request."""


class WorkOrders:
    """The handlers of the API.

    Args:
        database: where the systems are.
        tickets: the tickets.
        rates: counts requests.
        source: tells network addresses apart.
        city: full name of the city, for the document.
    """

    def __init__(self, database: Database, tickets: Tickets, rates: Rates, source: Source, city: str) -> None:
        self._database = database
        self._tickets = tickets
        self._rates = rates
        self._source = source
        self._document = document(OPERATIONS, city, VERSION)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of the API."""
        made: list[web.AbstractRouteDef] = [web.get(f"{PATH}/openapi.json", self.openapi, allow_head=False)]
        for one in OPERATIONS:
            handler = self._guarded(one, getattr(self, one.name))
            options = {"allow_head": False} if one.method == "GET" else {}
            made.append(web.route(one.method, one.path, handler, **options))
        return made

    async def openapi(self, _: web.Request) -> web.Response:
        """The OpenAPI document. It tells nothing of any ticket, and needs no token."""
        return web.json_response(self._document)

    def _guarded(
        self, operation: Operation, handler: Callable[[web.Request, Caller], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def guarded(request: web.Request) -> web.Response:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            known = await caller(self._database, token.strip()) if scheme.lower() == "bearer" else None
            if known is None:
                await self._limited(
                    "partner-stranger", self._source(request) or "unknown", STRANGERS_PER_MINUTE
                )
                raise Unauthorized("没有有效的令牌", code="no_token")
            await self._limited("partner", known.id, PER_MINUTE)
            if operation.scope not in known.scopes:
                raise Forbidden(f"这个令牌没有 {operation.scope} 权限", code="scope_missing")
            return await handler(request, known)

        return guarded

    async def list_work_orders(self, request: web.Request, who: Caller) -> web.Response:
        """One page, newest first; of a department, its own."""
        asked = _checked(dict(request.query), schemas.ListQuery)
        wanted = Wanted(
            state=asked.state,
            q=asked.q,
            due=asked.due,
            department_id=who.department_id,
            own=who.department_id is not None,
            guarded=who.guarded,
        )
        page = await self._tickets.find(wanted, asked.limit, asked.before or None)
        return _json(schemas.Page(work_orders=[views.line(one) for one in page.tickets], next=page.next))

    async def list_departments(self, _: web.Request, who: Caller) -> web.Response:
        """The departments in service."""
        found = [schemas.Office(**asdict(one)) for one in await self._tickets.offices()]
        return _json(schemas.Offices(departments=found))

    async def get_work_order(self, request: web.Request, who: Caller) -> web.Response:
        """One work order."""
        return _json(await views.whole(self._tickets, who, request.match_info["number"]))

    async def get_contact(self, request: web.Request, who: Caller) -> web.Response:
        """Name and phone in clear, unless the citizen wants 保密."""
        seen = await views.whole(self._tickets, who, request.match_info["number"])
        if seen.confidential:
            raise Forbidden("群众要求保密，不能读取联系方式", code="confidential")
        contact = await self._tickets.contact(seen.number, who.actor, _SEEN)
        return _json(schemas.Contact(contact_name=contact.name, contact_phone=contact.phone))

    async def create_work_order(self, request: web.Request, who: Caller) -> web.Response:
        """File a work order, once for each key."""
        key = _key(request, required=True)
        said = await _body(request, schemas.NewWorkOrder)
        draft = _draft(said)
        if unknown := self._tickets.imports.unknown(draft):
            raise BadRequest("；".join(unknown.values()), details={"fields": unknown})
        filed_as = f"partner:{who.id}:{key}"
        async with self._database.read() as session:
            known = await session.scalar(select(TicketRow.id).where(TicketRow.filing_key == filed_as))
        asked = {"do": "create", **said.model_dump()}
        async with keys.once(self._database, who.id, key, asked) as fresh:
            ticket = await self._tickets.file(draft, filed_as, _filer(who))
            if not _same(
                ticket, draft
            ):  # what the key stands for is kept for some weeks, and the ticket longer
                raise Conflict("这个 Idempotency-Key 已经用来登记过另一件事", code="key_reused")
        return _json(await self._line(who, ticket), 201 if fresh and not known else 200)

    async def move_work_order(self, request: web.Request, who: Caller) -> web.Response:
        """Make a move, as the role in which the system acts may."""
        key = _key(request, required=False)
        said = await _body(request, schemas.NewMove)
        number = request.match_info["number"]
        asked = {"do": "move", "number": plain_number(number) or number, **said.model_dump()}
        async with keys.once(self._database, who.id, key, asked):
            try:
                moved = await self._tickets.moves.act(
                    number,
                    said.action,
                    said.fields,
                    who.actor,
                    version=said.version,
                    key=f"partner:{who.id}:{key}" if key else None,
                )
            except Conflict as error:
                raise views.stale(error) from None
        return _json(await self._line(who, moved))

    async def _line(self, who: Caller, ticket: Ticket) -> schemas.Line:
        if who.guarded:
            return views.line(await self._tickets.line_for_department(ticket.number))
        return views.line(ticket.line)

    async def _limited(self, kind: str, key: str, per_minute: int) -> None:
        wait_s = await self._rates.take(kind, key, per_minute)
        if wait_s:
            raise RateLimited(retry_after_s=ceil(wait_s))


def _filer(who: Caller) -> Actor:
    """A system that files does so for the hotline, whatever department it acts as."""
    return Actor("agent", who.actor.name, who.id)


def _draft(said: schemas.NewWorkOrder) -> TicketDraft:
    given = said.model_dump()
    external = given.pop("external_number")
    return with_external(TicketDraft(**given, channel=CHANNEL), external)


def _same(ticket: Ticket, draft: TicketDraft) -> bool:
    """Whether a ticket that was found by its key is the one that is sent now, as far as it can't have changed since."""
    told = {one.name: one.value for one in ticket.details}
    return (
        str(ticket.type) == draft.type
        and ticket.content.split() == clean(draft.content).split()
        and told == {one.name: one.value for one in draft.details}
    )


def _key(request: web.Request, *, required: bool) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if required and not key:
        raise BadRequest("请在 Idempotency-Key 里写这次登记的编号，重发时写同一个", code="key_needed")
    if len(key) > MAX_KEY or not key.isascii() or not (key.isprintable() or not key):
        raise BadRequest(f"Idempotency-Key 请用 1 到 {MAX_KEY} 个英文字符", code="key_needed")
    return key


async def _body(request: web.Request, shape: type[M]) -> M:
    try:
        found = parsed(await whole(request) or b"{}")
    except (ValueError, RecursionError) as error:
        raise BadRequest("请求不是 JSON", code="bad_json") from error
    if not isinstance(found, dict):
        raise BadRequest("请求要是一个 JSON 对象", code="bad_json")
    return _checked(found, shape, strict=True)


def _checked(found: dict[str, Any], shape: type[M], *, strict: bool = False) -> M:
    _refuse_unstorable(found)
    try:
        return shape.model_validate(found, strict=strict)
    except ValidationError as error:
        fields = {".".join(map(str, one["loc"])): expected(one) for one in error.errors()}
        raise BadRequest(
            "；".join(f"{name}：{words}" for name, words in fields.items()), details={"fields": fields}
        ) from error


def _refuse_unstorable(value: Any) -> None:
    """PostgreSQL refuses NUL, and no encoder accepts lone surrogates."""
    if isinstance(value, str):
        if any(one == "\0" or "\ud800" <= one <= "\udfff" for one in value):
            raise BadRequest("内容里有无法识别的字符，请删掉后再试", code="bad_characters")
    elif isinstance(value, dict):
        for name, one in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(one)
    elif isinstance(value, list):
        for one in value:
            _refuse_unstorable(one)


def _json(answer: BaseModel, status: int = 200) -> web.Response:
    return web.Response(
        text=answer.model_dump_json(),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
