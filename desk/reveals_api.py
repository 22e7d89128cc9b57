"""Clear data of conversations, and the list of who saw what (查看记录): /api/desk/reveals and …/conversations/{id}/reveal."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from conversations.service import Conversations
from core.clock import iso
from desk import acts, body
from desk.conversations_api import HISTORY, asked_id
from desk.guard import Guard
from desk.reveals import MOST_SHOWN, PRESETS, Reveals
from desk.roles import ANSWERING, SUPERVISING, TICKETS
from desk.sight import without_codes
from desk.summaries import decision, slots
from desk.users import User


class Reveal(body.Body):
    """Why somebody wants to see data in clear."""

    reason: Annotated[str, Field(title="查看原因", max_length=200)]


class _More(body.Body):
    user: Annotated[str, Field(title="给谁", min_length=1, max_length=36)]
    reason: Annotated[str, Field(title="原因", max_length=200)]


class _List(body.Body):
    before: Annotated[str, Field(max_length=36)] = ""
    user: Annotated[str, Field(max_length=36)] = ""
    limit: Annotated[int, Field(title="条数", ge=1, le=MOST_SHOWN)] = 50


class RevealsApi:
    """Handlers of the addresses for seeing data in clear."""

    def __init__(self, guard: Guard, conversations: Conversations, reveals: Reveals) -> None:
        self._guard = guard
        self._conversations = conversations
        self._reveals = reveals

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only = self._guard.only
        return [
            web.post(
                "/api/desk/conversations/{id}/reveal", only(ANSWERING, self.reveal, acts.REVEAL_CONVERSATION)
            ),
            web.get("/api/desk/reveals/reasons", only(TICKETS, self.reasons, acts.LIST_REASONS)),
            web.get("/api/desk/reveals", only(SUPERVISING, self.list, acts.LIST_REVEALS)),
            web.post("/api/desk/reveals/more", only(SUPERVISING, self.more, acts.REVEAL_MORE)),
        ]

    async def reveal(self, request: web.Request, user: User) -> web.Response:
        """The words of a conversation with their numbers, after recording who sees them and why. Query codes stay hidden."""
        said = await body.read(request, Reveal)
        conversation_id = asked_id(request)
        view = await self._conversations.view(conversation_id)
        address = request.remote or "unknown"
        await self._reveals.seen(user, "conversation", conversation_id, said.reason, address)
        messages = await self._conversations.history(conversation_id, limit=HISTORY)
        return web.json_response(
            {
                "messages": [without_codes(message.to_json()) for message in messages],
                "slots": without_codes([*slots(view.facts), *decision(view.facts)]),
            }
        )

    async def reasons(self, request: web.Request, user: User) -> web.Response:
        """The reasons that can be chosen with one click."""
        return web.json_response({"reasons": list(PRESETS)})

    async def list(self, request: web.Request, user: User) -> web.Response:
        """Who saw what and why, newest first, and how often each person looked today."""
        asked = body.query(request, _List)
        found = await self._reveals.listed(asked.before or None, asked.user or None, asked.limit)
        return web.json_response(
            {
                "reveals": [{**vars(one), "at": iso(one.at)} for one in found],
                "next": found[-1].id if len(found) == asked.limit else None,
                "today": await self._reveals.today(),
            }
        )

    async def more(self, request: web.Request, user: User) -> web.Response:
        """Give somebody another day's number."""
        said = await body.read(request, _More)
        await self._reveals.give_more(user, said.user, said.reason, request.remote or "unknown")
        return web.json_response({"today": await self._reveals.today()})
