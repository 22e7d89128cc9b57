"""批量结束: POST /api/desk/conversations/close ends several of the agent's own conversations."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import Field

from conversations.service import Conversations
from core.errors import NotFound, WenbanError
from desk import acts, audit, body
from desk.conversations_api import as_agent
from desk.guard import Guard
from desk.naming import Naming
from desk.roles import ANSWERING
from desk.users import User

MOST = 50
"""Most conversations of one request."""


class _Batch(body.Body):
    ids: Annotated[
        list[Annotated[str, Field(max_length=36)]], Field(title="会话", min_length=1, max_length=MOST)
    ]


class ClosingApi:
    """Handler for ending several conversations at once."""

    def __init__(self, guard: Guard, conversations: Conversations, naming: Naming) -> None:
        self._guard = guard
        self._conversations = conversations
        self._naming = naming

    def routes(self) -> list[web.RouteDef]:
        """The route of this handler."""
        only = self._guard.only
        return [web.post("/api/desk/conversations/close", only(ANSWERING, self.close, acts.CLOSE_MANY))]

    async def close(self, request: web.Request, user: User) -> web.Response:
        """End several conversations. Each is ended or refused for itself, with a record of its own in the audit."""
        said = await body.read(request, _Batch)
        address = request.remote or "unknown"
        why = f"一次结束 {len(said.ids)} 个"
        done: list[dict[str, Any]] = []
        for one in dict.fromkeys(said.ids):
            try:
                record = audit.record(user, acts.CLOSE_MANY.name, audit.shown(one), why, address)
                async with self._naming.who_has_it():
                    await self._conversations.close(_checked(one), as_agent(user), alongside=record)
            except WenbanError as error:
                await self._guard.refused(user, acts.CLOSE_MANY, one, why, error.code, address)
                done.append({"id": one, "ok": False, **error.to_json()})
            else:
                done.append({"id": one, "ok": True})
        return web.json_response({"conversations": done})


def _checked(id: str) -> str:
    try:
        return str(UUID(id))
    except ValueError:
        raise NotFound("没有这个会话") from None
