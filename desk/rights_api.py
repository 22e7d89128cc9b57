"""Citizens' requests about their own data, for supervisors: /api/desk/rights."""

from __future__ import annotations

from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from conversations.rights import NAMES, Request
from conversations.service import Conversations
from conversations.types import Reply
from core.clock import iso
from core.errors import BadRequest
from core.text import clean, written
from desk import acts, body
from desk.guard import Guard
from desk.roles import SUPERVISING
from desk.users import User

SHOWN = 100
"""Most requests in one answer, the oldest first."""


class _End(body.Body):
    state: Literal["done", "refused"] = Field(title="办理结果")
    note: str = Field(title="给群众的说明", max_length=500)


class RightsApi:
    """Handlers that list the requests and end them. What a request asks for is done with ``wenban privacy``."""

    def __init__(self, guard: Guard, conversations: Conversations) -> None:
        self._guard = guard
        self._conversations = conversations

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only = self._guard.only
        return [
            web.get("/api/desk/rights", only(SUPERVISING, self.open, acts.LIST_RIGHTS)),
            web.post("/api/desk/rights/{id}", only(SUPERVISING, self.end, acts.END_RIGHTS)),
        ]

    async def open(self, _: web.Request, __: User) -> web.Response:
        """The open requests."""
        found = await self._conversations.rights.list(limit=SHOWN)
        return web.json_response({"requests": [_json(one) for one in found]})

    async def end(self, request: web.Request, user: User) -> web.Response:
        """End a request, and tell the citizen what was done, or why not: the law asks for the reason."""
        said = await body.read(request, _End)
        note = clean(said.note).strip()
        if written(note) < 4:
            raise BadRequest("请写明办了什么；不办的，写明理由。这段话会发给群众")
        ended = await self._conversations.rights.end(
            request.match_info["id"], said.state, user.display_name, note
        )
        how = "办好了" if said.state == "done" else "没有办理"
        await self._conversations.tell(
            ended.conversation_id,
            Reply(f"您{NAMES[ended.kind]}个人信息的请求{how}：{note}"),
            f"rights:{ended.id}",
        )
        return web.json_response({"request": _json(ended)})


def _json(one: Request) -> dict[str, Any]:
    return {
        "id": one.id,
        "conversation_id": one.conversation_id,
        "kind": one.kind,
        "name": NAMES[one.kind],
        "state": one.state,
        "asked_at": iso(one.asked_at),
        "note": one.note,
    }
