"""Passing a conversation on (转接), and ending it (结束会话): below /api/desk/conversations; /api/desk/agents."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from conversations.passing import checked_note, may_pass
from conversations.service import Conversations
from core.text import clean
from desk import body
from desk.audit import Audit
from desk.colleagues import Colleagues
from desk.conversations_api import as_agent, asked_id
from desk.guard import Guard
from desk.roles import ANSWERING
from desk.summaries import Summaries
from desk.users import User


class _Transfer(body.Body):
    to: Annotated[str, Field(min_length=1, max_length=36)] | None
    note: str


class PassingApi:
    """Handlers for agents who give a conversation away."""

    def __init__(
        self,
        guard: Guard,
        colleagues: Colleagues,
        conversations: Conversations,
        summaries: Summaries,
        audit: Audit,
    ) -> None:
        self._guard = guard
        self._colleagues = colleagues
        self._conversations = conversations
        self._summaries = summaries
        self._audit = audit

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, one = self._guard.only, "/api/desk/conversations/{id}"
        return [
            web.get("/api/desk/agents", only(ANSWERING, self.agents)),
            web.post(f"{one}/transfer", only(ANSWERING, self.transfer)),
            web.post(f"{one}/close", only(ANSWERING, self.close)),
        ]

    async def agents(self, request: web.Request, user: User) -> web.Response:
        """The user's colleagues, with who is online and how many conversations each has."""
        return web.json_response({"agents": await self._colleagues.of(user.id)})

    async def transfer(self, request: web.Request, user: User) -> web.Response:
        """Pass a conversation to a colleague, or back into the queue when ``to`` is null."""
        said = await body.read(request, _Transfer)
        conversation_id, note = asked_id(request), checked_note(clean(said.note))
        # Checked before the record is written. The transfer checks again, with the row locked.
        may_pass(await self._conversations.view(conversation_id), as_agent(user), said.to)
        to = None if said.to is None else await self._colleagues.ready(said.to)
        await self._audit.write(user, "transfer", conversation_id, note, request.remote or "unknown")
        await self._conversations.transfer(conversation_id, as_agent(user), to, note)
        return web.json_response({"conversation": await self._summaries.one(conversation_id)})

    async def close(self, request: web.Request, user: User) -> web.Response:
        """End a conversation."""
        conversation_id = asked_id(request)
        await self._conversations.close(conversation_id, as_agent(user))
        return web.json_response({"conversation": await self._summaries.one(conversation_id)})
