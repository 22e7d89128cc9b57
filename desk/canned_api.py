"""常用语 at the desk: /api/desk/canned."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from aiohttp import web
from pydantic import Field

from core.errors import BadRequest
from core.text import clean, legible, line, written
from desk import acts, body
from desk.canned import SHORTCUT, Canned, CannedReplies
from desk.fill import VARIABLES
from desk.guard import Guard
from desk.roles import ANSWERING
from desk.users import User

MAX_TITLE, MAX_TEXT = 30, 2_000
"""Most characters of a title, and of the words."""


class _Save(body.Body):
    title: Annotated[str, Field(title="名称", min_length=1, max_length=MAX_TITLE)]
    text: Annotated[str, Field(title="内容", min_length=1, max_length=MAX_TEXT)]
    shortcut: Annotated[str, Field(title="快捷码", pattern=SHORTCUT)] = ""
    shared: Annotated[bool, Field(title="大家共用")] = False
    version: Annotated[int, Field(ge=0, lt=2**31)] = 0


class CannedApi:
    """Handlers of the addresses for canned replies."""

    def __init__(self, guard: Guard, replies: CannedReplies) -> None:
        self._guard = guard
        self._replies = replies

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, at = self._guard.only, "/api/desk/canned"
        return [
            web.get(at, only(ANSWERING, self.list, acts.LIST_CANNED)),
            web.post(at, only(ANSWERING, self.add, acts.ADD_CANNED)),
            web.post(f"{at}/{{id}}", only(ANSWERING, self.change, acts.CHANGE_CANNED)),
            web.post(f"{at}/{{id}}/remove", only(ANSWERING, self.remove, acts.REMOVE_CANNED)),
        ]

    async def list(self, request: web.Request, user: User) -> web.Response:
        """All that this account may send, and what the variables mean. The page searches them by itself."""
        found = [_shown(one) for one in await self._replies.of(user)]
        return web.json_response({"canned": found, "variables": VARIABLES})

    async def add(self, request: web.Request, user: User) -> web.Response:
        """Write a new one."""
        return await self._save(request, user, None)

    async def change(self, request: web.Request, user: User) -> web.Response:
        """Change one, as it was seen."""
        return await self._save(request, user, request.match_info["id"])

    async def _save(self, request: web.Request, user: User, reply_id: str | None) -> web.Response:
        said = await body.read(request, _Save)
        title, text = line(legible(said.title)), clean(said.text)
        if not title or not written(text):
            raise BadRequest("名称和内容都要写")
        saved = await self._replies.save(
            user, reply_id, said.version, title[:MAX_TITLE], said.shortcut, text, shared=said.shared
        )
        return web.json_response({"canned": _shown(saved)})

    async def remove(self, request: web.Request, user: User) -> web.Response:
        """Remove one."""
        await self._replies.remove(user, request.match_info["id"])
        return web.json_response({"removed": True})


def _shown(one: Canned) -> dict[str, object]:
    return asdict(one)
