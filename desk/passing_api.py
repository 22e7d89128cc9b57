"""转接, 接手 and 结束会话 (addresses below /api/desk/conversations), and the list of colleagues (/api/desk/agents)."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.event_kinds import Disposition
from conversations.passing import checked_note, may_pass
from conversations.service import Conversations
from core.text import clean
from desk import acts, audit, body
from desk.colleagues import Colleagues
from desk.conversations_api import as_agent, asked_id
from desk.guard import Guard
from desk.naming import Naming
from desk.roles import ANSWERING, SUPERVISING
from desk.summaries import Summaries
from desk.taking import Taking
from desk.users import User


class _Transfer(body.Body):
    to: Annotated[str, Field(min_length=1, max_length=36)] | None = Field(title="转给谁")
    note: str = Field(title="转接说明")


class _TakeOver(body.Body):
    holder: Annotated[str, Field(title="现在接待的坐席", min_length=1, max_length=36)]
    note: str = Field(title="接手的原因")


class _Close(body.Body):
    disposition: Annotated[Disposition | None, Field(title="处理结果", strict=False)] = None


class PassingApi:
    """Handlers for conversations that change hands between agents, or end."""

    def __init__(
        self,
        guard: Guard,
        colleagues: Colleagues,
        conversations: Conversations,
        summaries: Summaries,
        naming: Naming,
        taking: Taking,
    ) -> None:
        self._guard = guard
        self._colleagues = colleagues
        self._conversations = conversations
        self._summaries = summaries
        self._naming = naming
        self._taking = taking

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, one = self._guard.only, "/api/desk/conversations/{id}"
        return [
            web.get("/api/desk/agents", only(ANSWERING, self.agents, acts.LIST_AGENTS)),
            web.post(f"{one}/transfer", only(ANSWERING, self.transfer, acts.TRANSFER)),
            web.post(f"{one}/take_over", only(ANSWERING, self.take_over, acts.TAKE_OVER)),
            web.post(f"{one}/close", only(ANSWERING, self.close, acts.CLOSE)),
        ]

    async def agents(self, request: web.Request, user: User) -> web.Response:
        """The user's colleagues, with who is online and how many conversations each has."""
        return web.json_response({"agents": await self._colleagues.of(user.id)})

    async def transfer(self, request: web.Request, user: User) -> web.Response:
        """Pass a conversation to a colleague, or back into the queue when ``to`` is null."""
        said = await body.read(request, _Transfer)
        conversation_id, note = asked_id(request), checked_note(clean(said.note))
        async with self._naming.who_has_it():
            return await self._transfer(user, conversation_id, said.to, note, request.remote or "unknown")

    async def _transfer(
        self, user: User, conversation_id: str, to_id: str | None, note: str, address: str
    ) -> web.Response:
        # An agent who does not have the conversation is told so first, even when ``to`` is wrong as well. The
        # transfer checks again, with the row locked.
        may_pass(await self._conversations.view(conversation_id), as_agent(user), to_id)
        to = None if to_id is None else await self._colleagues.ready(to_id)
        record = audit.record(user, "transfer", conversation_id, note, address)

        async def allowed_and_recorded(session: AsyncSession) -> None:
            if to is not None:
                await self._taking.may_pass(conversation_id)(session)
            await record(session)

        await self._conversations.transfer(conversation_id, as_agent(user), to, note, allowed_and_recorded)
        return web.json_response({"conversation": await self._summaries.one(conversation_id)})

    async def take_over(self, request: web.Request, user: User) -> web.Response:
        """Take a conversation over from a colleague. An agent may do so only when the colleague is away."""
        said = await body.read(request, _TakeOver)
        conversation_id, note = asked_id(request), checked_note(clean(said.note), "接手的原因")
        record = audit.record(user, "take_over", conversation_id, note, request.remote or "unknown")

        async def allowed_and_recorded(session: AsyncSession) -> None:
            if user.role not in SUPERVISING:
                await self._colleagues.left_by(session, said.holder)
                await self._taking.may(user, conversation_id)(session)
            await record(session)

        async with self._naming.who_has_it():
            await self._conversations.take_over(
                conversation_id, as_agent(user), said.holder, note, allowed_and_recorded
            )
        return web.json_response({"conversation": await self._summaries.one(conversation_id)})

    async def close(self, request: web.Request, user: User) -> web.Response:
        """End a conversation, and keep what it came to."""
        said = await body.read(request, _Close)
        conversation_id = asked_id(request)
        async with self._naming.who_has_it():
            await self._conversations.close(conversation_id, as_agent(user), said.disposition)
        return web.json_response({"conversation": await self._summaries.one(conversation_id)})
