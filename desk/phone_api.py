"""来电登记 at the desk: /api/desk/phone/calls, …/caller, …/tickets, …/figures, …/callbacks."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from aiohttp import web
from pydantic import AwareDatetime, BeforeValidator, Field

from core.bodies import written_moment
from core.clock import now
from desk import acts, audit, body, sight
from desk.filing_api import Key, Matter, recorder
from desk.guard import Guard
from desk.phone import Phone
from desk.reveals import Reveals
from desk.reveals_api import Reveal
from desk.roles import ANSWERING
from desk.ticket_moves_api import actor
from desk.users import User
from telephony import CHANNEL
from telephony import callbacks as callback
from telephony.calls import HAND, Call, Happens, Told
from tickets.service import Tickets

_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
_Phone = Annotated[str, Field(title="来电号码", max_length=40)]


class _Figures(body.Body):
    days: Annotated[int, Field(title="天数", ge=1, le=366)] = 1


class _Note(body.Body):
    key: Key
    phone: _Phone = ""
    missed: bool = False


class _Does(body.Body):
    event: Literal["answered", "ended"]


class _Caller(body.Body):
    phone: _Phone


class _File(Matter):
    key: Key
    call: _Id | None = None


class _Wish(body.Body):
    key: Key
    phone: _Phone = ""
    call: _Id | None = None
    name: Annotated[str, Field(title="称呼", max_length=60)] = ""
    about: Annotated[str, Field(title="什么事", max_length=400)]
    wished_at: Annotated[
        AwareDatetime, BeforeValidator(written_moment), Field(title="回电时间", strict=False)
    ]
    ticket: Annotated[str, Field(title="工单号", max_length=24)] | None = None


class _End(body.Body):
    result: Literal["reached", "unreached", "dropped"]
    note: Annotated[str, Field(title="备注", max_length=callback.MAX_NOTE)] = ""


class PhoneApi:
    """Handlers of the addresses for calls that come in, and for callbacks that are wished for."""

    def __init__(self, guard: Guard, phone: Phone, tickets: Tickets, reveals: Reveals) -> None:
        self._guard = guard
        self._phone = phone
        self._tickets = tickets
        self._reveals = reveals

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, base = self._guard.only, "/api/desk/phone"
        return [
            web.get(f"{base}/calls", only(ANSWERING, self.list, acts.LIST_PHONE_CALLS)),
            web.post(f"{base}/calls", only(ANSWERING, self.note, acts.NOTE_PHONE_CALL)),
            web.get(f"{base}/calls/{{id}}", only(ANSWERING, self.open, acts.OPEN_PHONE_CALL)),
            web.post(f"{base}/calls/{{id}}", only(ANSWERING, self.does, acts.ANSWER_PHONE_CALL)),
            web.post(f"{base}/caller", only(ANSWERING, self.caller, acts.SEE_CALLER)),
            web.post(f"{base}/tickets", only(ANSWERING, self.file, acts.FILE_TICKET)),
            web.get(f"{base}/figures", only(ANSWERING, self.figures, acts.PHONE_FIGURES)),
            web.get(f"{base}/callbacks", only(ANSWERING, self.callbacks, acts.LIST_CALLBACKS)),
            web.post(f"{base}/callbacks", only(ANSWERING, self.wish, acts.ADD_CALLBACK)),
            web.post(f"{base}/callbacks/{{id}}/reveal", only(ANSWERING, self.reveal, acts.REVEAL_CALLBACK)),
            web.post(f"{base}/callbacks/{{id}}/end", only(ANSWERING, self.end, acts.END_CALLBACK)),
        ]

    async def list(self, request: web.Request, user: User) -> web.Response:
        """A page of calls, newest first. Numbers are masked but for the account's own calls."""
        asked = body.query(request, body.Paged)
        found, following = await self._phone.calls.recent(asked.limit, asked.after or None)
        return web.json_response({"calls": await self._phone.shown([*found], user.id), "next": following})

    async def note(self, request: web.Request, user: User) -> web.Response:
        """Write down a call that the agent has answered, or missed, where no telephone system tells of it."""
        said = await body.read(request, _Note)
        await self._guard.guesses.looked_up(user, said.phone)
        kind = Happens.MISSED if said.missed else Happens.ANSWERED
        name = hashlib.sha256(f"{user.id}:{said.key}".encode()).hexdigest()
        words = f"{kind} {said.phone}"
        told = Told(name, kind, now(), said.phone, user.id, delivery=f"{HAND}:{name}", body=words)
        return await self._answer(await self._phone.calls.tell(HAND, told), user)

    async def open(self, request: web.Request, user: User) -> web.Response:
        """One call, with what the hotline knows of its number."""
        call = await self._phone.calls.get(_id(request))
        known = await self._phone.caller(call.phone) if call.phone else None
        (shown,) = await self._phone.shown([call], user.id)
        return web.json_response({"call": shown, "caller": known})

    async def does(self, request: web.Request, user: User) -> web.Response:
        """The agent takes a call, or ends it, at the desk."""
        said = await body.read(request, _Does)
        call = await self._phone.calls.by_agent(_id(request), Happens(said.event), user.id)
        return await self._answer(call, user)

    async def _answer(self, call: Call, user: User) -> web.Response:
        (shown,) = await self._phone.shown([call], user.id)
        return web.json_response({"call": shown})

    async def caller(self, request: web.Request, user: User) -> web.Response:
        """What the hotline knows of a number. It stands in the body, so that no log of addresses holds it."""
        said = await body.read(request, _Caller)
        await self._guard.guesses.looked_up(user, said.phone)
        return web.json_response(await self._phone.caller(said.phone))

    async def file(self, request: web.Request, user: User) -> web.Response:
        """File what a caller tells. The same key again gives the same ticket."""
        said = await body.read(request, _File)
        draft = said.draft(CHANNEL)
        await self._guard.guesses.typed(user, *said.texts())
        record = recorder(request, user, "由来电登记")
        ticket = await self._phone.file(said.call, draft, said.key, actor(user), record)
        return web.json_response({"number": ticket.number, "ticket": sight.ticket(ticket.line.to_json())})

    async def figures(self, request: web.Request, user: User) -> web.Response:
        """接通率 of the last days."""
        asked = body.query(request, _Figures)
        return web.json_response((await self._phone.calls.figures(asked.days)).to_json())

    async def callbacks(self, request: web.Request, user: User) -> web.Response:
        """The callbacks still to be made, the first wished first, with how many are due now."""
        asked = body.query(request, body.Paged)
        found, following = await self._phone.callbacks.open(asked.limit, asked.after or None)
        shown = [self._phone.callback(one.to_json()) for one in found]
        return web.json_response(
            {"callbacks": shown, "due": await self._phone.callbacks.due(), "next": following}
        )

    async def wish(self, request: web.Request, user: User) -> web.Response:
        """Put a callback on the list. Without a number it is that of the call."""
        said = await body.read(request, _Wish)
        await self._guard.guesses.typed(user, said.phone, said.name, said.about)
        call = await self._phone.calls.get(said.call) if said.call is not None else None
        number = said.phone or (call.phone if call else "")
        ticket = await self._tickets.get(said.ticket) if said.ticket else None
        wish = callback.Wish(
            key=f"{user.id.replace('-', '')}:{said.key}",
            phone=number,
            wished_at=said.wished_at,
            about=said.about,
            name=said.name,
            ticket_number=ticket.number if ticket else None,
            call_id=call.id if call else None,
        )
        made = await self._phone.callbacks.add(wish, user.display_name)
        return web.json_response({"callback": self._phone.callback(made.to_json())})

    async def reveal(self, request: web.Request, user: User) -> web.Response:
        """The number of a callback in clear, after recording who sees it and why."""
        said = await body.read(request, Reveal)
        found = await self._phone.callbacks.get(_id(request))
        await self._reveals.seen(user, "callback", found.id, said.reason, request.remote or "unknown")
        return web.json_response({"phone": found.phone, "name": found.name, "about": found.about})

    async def end(self, request: web.Request, user: User) -> web.Response:
        """Write down how a callback went. One that reached nobody stays on the list."""
        said = await body.read(request, _End)
        record = audit.record(
            user,
            acts.END_CALLBACK.name,
            _id(request),
            f"回电：{callback.RESULTS[said.result]}",
            request.remote or "unknown",
        )
        made = await self._phone.callbacks.end(
            _id(request), said.result, said.note, user.display_name, record
        )
        return web.json_response({"callback": self._phone.callback(made.to_json())})


def _id(request: web.Request) -> str:
    return body.asked_id(request, "没有这个来电或回电")
