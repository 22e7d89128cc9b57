"""Beside a talk: /api/desk/conversations/{id}/beside, /draft, /notes, /tags, /suggestions."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from conversations.handoff import MAX_AGENT_TEXT
from conversations.moves import held_by
from conversations.service import Conversations
from core.clock import iso
from desk import acts, body
from desk.beside import Beside
from desk.conversations_api import as_agent, asked_id
from desk.drafts import MOST_UNSENT, Draft, Drafts, Unsent
from desk.guard import Guard
from desk.naming import Naming
from desk.notes import MAX_NOTE, Notes
from desk.roles import ANSWERING
from desk.sight import masked
from desk.suggesting import Suggesting
from desk.users import User

_CLIENT_ID = r"^[A-Za-z0-9_-]{1,64}$"


class _Unsent(body.Body):
    client_id: Annotated[str, Field(pattern=_CLIENT_ID)]
    text: Annotated[str, Field(title="没发出的话", max_length=MAX_AGENT_TEXT)]


class _Draft(body.Body):
    version: Annotated[int, Field(ge=0, lt=2**31)]
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
    text: Annotated[str, Field(title="草稿", max_length=MAX_AGENT_TEXT)] = ""
    unsent: list[_Unsent] = Field(default_factory=list, title="没发出的话", max_length=MOST_UNSENT)


class _Drop(body.Body):
    user: Annotated[str, Field(title="哪位同事的", min_length=1, max_length=36)]
    version: Annotated[int, Field(ge=0, lt=2**31)]


class _Note(body.Body):
    text: Annotated[str, Field(title="备注", max_length=MAX_NOTE)]


class _Tag(body.Body):
    name: Annotated[str, Field(title="标签", max_length=40)]
    on: bool = True


class TalkApi:
    """Handlers of the addresses for what stands beside a talk."""

    def __init__(
        self,
        guard: Guard,
        conversations: Conversations,
        naming: Naming,
        beside: Beside,
        drafts: Drafts,
        notes: Notes,
        suggesting: Suggesting,
    ) -> None:
        self._guard = guard
        self._conversations = conversations
        self._naming = naming
        self._beside = beside
        self._drafts = drafts
        self._notes = notes
        self._suggesting = suggesting

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, one = self._guard.only, "/api/desk/conversations/{id}"
        return [
            web.get(f"{one}/beside", only(ANSWERING, self.beside, acts.SEE_BESIDE)),
            web.post(f"{one}/draft", only(ANSWERING, self.save_draft, acts.SAVE_DRAFT)),
            web.post(f"{one}/draft/drop", only(ANSWERING, self.drop_draft, acts.DROP_DRAFT)),
            web.post(f"{one}/notes", only(ANSWERING, self.note, acts.NOTE)),
            web.post(f"{one}/tags", only(ANSWERING, self.tag, acts.TAG)),
            web.get(f"{one}/suggestions", only(ANSWERING, self.suggest, acts.SUGGEST)),
        ]

    async def beside(self, request: web.Request, user: User) -> web.Response:
        """All that stands beside the talk; see :class:`desk.beside.Beside`."""
        return web.json_response(await self._beside.of(asked_id(request), user))

    async def save_draft(self, request: web.Request, user: User) -> web.Response:
        """Save what this agent has typed and not sent, over the version that was seen."""
        said = await body.read(request, _Draft)
        conversation_id = asked_id(request)
        unsent = tuple(Unsent(one.client_id, one.text) for one in said.unsent)
        client_id = said.client_id if said.text else ""
        kept, shown = await self._drafts.save(
            conversation_id, user.id, Draft(said.version, client_id, said.text, unsent)
        )
        if shown:  # Whoever took over sees at once what their colleague was about to say.
            self._conversations.beside_changed(conversation_id)
        return web.json_response({"draft": kept.to_json()})

    async def drop_draft(self, request: web.Request, user: User) -> web.Response:
        """Remove what a colleague had typed. Only the agent who has the conversation may."""
        said = await body.read(request, _Drop)
        conversation_id = asked_id(request)
        async with self._naming.who_has_it():
            held_by(await self._conversations.view(conversation_id), as_agent(user))
        await self._drafts.drop(conversation_id, said.user, said.version)
        return web.json_response({"removed": True})

    async def note(self, request: web.Request, user: User) -> web.Response:
        """Write an internal note. Any agent may, also one who only looks on."""
        said = await body.read(request, _Note)
        conversation_id = asked_id(request)
        await self._notes.write(conversation_id, user.id, said.text)
        return self._told(conversation_id)

    async def tag(self, request: web.Request, user: User) -> web.Response:
        """Give the conversation a tag, or take it away."""
        said = await body.read(request, _Tag)
        conversation_id = asked_id(request)
        await self._notes.tag(conversation_id, user.id, said.name, on=said.on)
        return self._told(conversation_id)

    def _told(self, conversation_id: str) -> web.Response:
        self._conversations.beside_changed(conversation_id)
        return web.json_response({"ok": True})

    async def suggest(self, request: web.Request, user: User) -> web.Response:
        """What the knowledge base has on the citizen's last words. The search is not stored."""
        conversation_id = asked_id(request)
        await self._conversations.view(conversation_id)
        asked = await self._suggesting.asked(conversation_id)
        found = await self._suggesting.on(asked[0]) if asked else []
        return web.json_response(
            {
                "asked": {"text": masked(asked[0]), "at": iso(asked[1])} if asked else None,
                "suggestions": [one.to_json() for one in found],
            }
        )
