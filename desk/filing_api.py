"""登记 and 修改 at the desk: /api/desk/conversations/{id}/matter and …/tickets, /api/desk/tickets/read, …/like and …/{number}/edit."""

from __future__ import annotations

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from core.database import Alongside
from desk import acts, audit, body, sight, unmasking
from desk.conversations_api import as_agent, asked_id
from desk.filing import Filing, Recorder, with_numbers
from desk.guard import Guard
from desk.roles import ANSWERING
from desk.ticket_moves_api import actor
from desk.users import User
from tickets.checks import MAX_CONTENT, MAX_PHOTOS
from tickets.editing import LABELS
from tickets.service import Tickets
from tickets.types import Ticket, TicketDraft

Key = Annotated[str, Field(title="登记请求编号", pattern=r"^[A-Za-z0-9_-]{8,64}$")]
"""Names a request, so that it is done once however often it comes."""
_Line = Annotated[str, Field(max_length=400)]


class Matter(body.Body):
    """What an agent puts into the form. What is stored is checked when it is filed (:mod:`tickets.checks`)."""

    type: Annotated[str, Field(title="诉求类型", max_length=20)]
    content: Annotated[str, Field(title="诉求内容", max_length=MAX_CONTENT)]
    category: Annotated[str, Field(title="事项分类", max_length=80)] = ""
    district: Annotated[str, Field(title="所在县区", max_length=40)] = ""
    address: _Line = Field("", title="发生地点")
    happened_at: _Line = Field("", title="发生时间")
    subject: _Line = Field("", title="涉及对象")
    contact_name: _Line = Field("", title="联系人")
    contact_phone: _Line = Field("", title="联系电话")
    confidential: bool = Field(False, title="是否保密")
    urgent: bool = Field(False, title="是否紧急")
    emergency: bool = Field(False, title="是否特急")

    def texts(self) -> list[str]:
        """What was typed, each field by itself."""
        return [one for one in self.model_dump(include=set(LABELS)).values() if isinstance(one, str) and one]

    def draft(self, channel: str = "", photos: tuple[str, ...] = ()) -> TicketDraft:
        """It as a draft."""
        told = {name: getattr(self, name) for name in LABELS}
        return TicketDraft(**told, channel=channel, photos=photos)


class _File(Matter):
    key: Key
    photos: Annotated[
        list[Annotated[str, Field(max_length=36)]], Field(title="照片", max_length=MAX_PHOTOS)
    ] = Field(default_factory=list)
    place: bool = Field(False, title="地图定位")


class _Like(Matter):
    conversation: Annotated[str, Field(title="会话", max_length=36)] | None = None


class _Read(body.Body):
    text: Annotated[str, Field(title="诉求内容", min_length=1, max_length=MAX_CONTENT)]


class _Edit(body.Body):
    version: Annotated[int, Field(title="版本", ge=1)]
    type: Annotated[str, Field(title="诉求类型", max_length=20)] | None = None
    content: Annotated[str, Field(title="诉求内容", max_length=MAX_CONTENT)] | None = None
    category: Annotated[str, Field(title="事项分类", max_length=80)] | None = None
    district: Annotated[str, Field(title="所在县区", max_length=40)] | None = None
    address: _Line | None = Field(None, title="发生地点")
    happened_at: _Line | None = Field(None, title="发生时间")
    subject: _Line | None = Field(None, title="涉及对象")
    contact_name: _Line | None = Field(None, title="联系人")
    contact_phone: _Line | None = Field(None, title="联系电话")
    confidential: bool | None = Field(None, title="是否保密")
    urgent: bool | None = Field(None, title="是否紧急")
    emergency: bool | None = Field(None, title="是否特急")


def recorder(request: web.Request, user: User, how: str) -> Recorder:
    """Makes the audit's record of a ticket that this request files.

    Args:
        request: the request.
        user: who files it.
        how: from what, in words.
    """

    def made(ticket: Ticket) -> Alongside:
        return audit.record(user, acts.FILE_TICKET.name, ticket.number, how, request.remote or "unknown")

    return made


class FilingApi:
    """Handlers of the addresses by which agents file tickets and change their fields."""

    def __init__(self, guard: Guard, tickets: Tickets, filing: Filing) -> None:
        self._guard = guard
        self._tickets = tickets
        self._filing = filing

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, one = self._guard.only, "/api/desk/conversations/{id}"
        return [
            web.get(f"{one}/matter", only(ANSWERING, self.matter, acts.READ_MATTER)),
            web.post(f"{one}/tickets", only(ANSWERING, self.file, acts.FILE_TICKET)),
            web.post("/api/desk/tickets/read", only(ANSWERING, self.read, acts.READ_STORY)),
            web.post("/api/desk/tickets/like", only(ANSWERING, self.like, acts.FIND_LIKE)),
            web.post("/api/desk/tickets/{number}/edit", only(ANSWERING, self.edit, acts.EDIT_TICKET)),
        ]

    async def matter(self, request: web.Request, user: User) -> web.Response:
        """What a ticket of the conversation could say, read from the assistant's form and the citizen's words."""
        body.query(request, body.Body)
        return web.json_response(await self._filing.prefilled(asked_id(request)))

    async def read(self, request: web.Request, user: User) -> web.Response:
        """What a ticket could say by the words that the agent typed, with the same readers."""
        said = await body.read(request, _Read)
        return web.json_response(await self._filing.read(said.text))

    async def like(self, request: web.Request, user: User) -> web.Response:
        """Open tickets that may be about the matter of the form, before it is filed."""
        said = await body.read(request, _Like)
        await self._guard.guesses.typed(user, *said.texts())
        found = await self._filing.like(said.draft(), said.conversation)
        return web.json_response(
            {"tickets": [{**one.to_json(), **sight.ticket(one.line.to_json())} for one in found]}
        )

    async def file(self, request: web.Request, user: User) -> web.Response:
        """File a ticket out of a conversation. The same key again gives the same ticket."""
        said = await body.read(request, _File)
        await self._guard.guesses.typed(user, *said.texts())
        conversation_id = asked_id(request)
        record = recorder(request, user, f"由会话登记：{conversation_id}")
        ticket = await self._filing.from_conversation(
            conversation_id,
            said.draft(photos=tuple(dict.fromkeys(said.photos))),
            said.key,
            as_agent(user),
            actor(user),
            place=said.place,
            record=record,
        )
        return web.json_response({"number": ticket.number, "ticket": sight.ticket(ticket.line.to_json())})

    async def edit(self, request: web.Request, user: User) -> web.Response:
        """Change fields of a filed ticket. Fields that are left out, or null, stay."""
        said = await body.read(request, _Edit)
        number = request.match_info["number"]
        asked = said.model_dump(exclude={"version"}, exclude_none=True)
        await self._guard.guesses.typed(user, *(one for one in asked.values() if isinstance(one, str)))
        held = await self._tickets.get(number)
        texts = [held.content, held.address, held.happened_at, held.subject]
        changes: dict[str, Any] = {**asked, **with_numbers(asked, unmasking.known(texts))}
        record = audit.record(
            user,
            acts.EDIT_TICKET.name,
            audit.shown(number),
            f"修改：{'、'.join(LABELS[name] for name in LABELS if name in asked) or '没有选项目'}",
            request.remote or "unknown",
        )
        ticket = await self._tickets.edit(
            number, changes, actor(user), version=said.version, alongside=record
        )
        return web.json_response({"number": ticket.number, "ticket": sight.ticket(ticket.line.to_json())})
