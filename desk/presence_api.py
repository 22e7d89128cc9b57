"""The states of agents: POST /api/desk/presence for one's own, and …/agents/{id}/capacity for a supervisor."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from conversations.service import Conversations
from core.errors import NotFound
from desk import acts, body
from desk.guard import Guard
from desk.presence import MOST_CAPACITY, Presence, State
from desk.roles import ANSWERING, SUPERVISING
from desk.users import User


class _State(body.Body):
    state: Annotated[Literal["online", "busy", "away"], Field(title="状态")]


class _Capacity(body.Body):
    capacity: Annotated[int | None, Field(title="同时接待的会话数", ge=1, le=MOST_CAPACITY)]


class PresenceApi:
    """Handlers for the states of agents."""

    def __init__(self, guard: Guard, presence: Presence, conversations: Conversations) -> None:
        self._guard = guard
        self._presence = presence
        self._conversations = conversations

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only = self._guard.only
        return [
            web.post("/api/desk/presence", only(ANSWERING, self.choose, acts.SET_PRESENCE)),
            web.post("/api/desk/agents/{id}/capacity", only(SUPERVISING, self.capacity, acts.SET_CAPACITY)),
        ]

    async def choose(self, request: web.Request, user: User) -> web.Response:
        """Choose the own state. Who is away gives the citizens who wait for an answer back into the queue."""
        said = await body.read(request, _State)
        await self._presence.choose(user.id, State(said.state))
        await self._conversations.agent_came()
        state, chosen = await self._presence.state(user.id)
        return web.json_response({"state": state, "chosen": chosen})

    async def capacity(self, request: web.Request, user: User) -> web.Response:
        """Set how many conversations an agent may have at the same time; null: the default."""
        said = await body.read(request, _Capacity)
        if not await self._presence.give(request.match_info["id"], said.capacity):
            raise NotFound("没有这个坐席")
        return web.json_response({})
