"""The agents' queue and conversations: /api/desk/conversations and below."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

from conversations.event_kinds import Event, Taken, Transferred, to_json
from conversations.listing import Wanted
from conversations.service import Conversations
from conversations.types import Agent, HandoffReason
from core.clock import iso
from core.events import Events
from core.text import clean, written
from desk import acts, body
from desk.drafts import Drafts
from desk.fill import require_filled
from desk.finding import Finding, Kind
from desk.guard import Guard
from desk.naming import Naming
from desk.roles import ANSWERING
from desk.sight import masked, note
from desk.summaries import Summaries, decision, person, slots
from desk.taking import Taking
from desk.users import User, Users

HISTORY = 200
"""Most messages that are shown when a conversation is opened: the newest ones."""


class _List(body.Body):
    mode: Literal["waiting", "human", "bot", "all"] = "all"
    mine: bool = False
    q: Annotated[str, Field(title="搜索内容", max_length=100)] = ""
    kind: Kind = Field("", title="类别")
    channel: Annotated[str, Field(title="渠道", max_length=20)] = ""
    waited: Annotated[int, Field(title="等待的分钟数", ge=0, le=1440)] = 0
    after: Annotated[str, Field(max_length=120)] = ""
    limit: Annotated[int, Field(title="条数", ge=1, le=200)] = 50


class _Events(body.Body):
    after: Annotated[int, Field(ge=0, lt=2**63)] = 0
    messages: bool = False
    limit: Annotated[int, Field(title="条数", ge=1, le=1_000)] = 200


class _Say(body.Body):
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    text: str = Field(title="回复内容")


class _HandBack(body.Body):
    note: Annotated[str, Field(title="备注", max_length=500)] = ""


class ConversationsApi:
    """Handlers of the addresses for conversations."""

    def __init__(
        self,
        guard: Guard,
        users: Users,
        conversations: Conversations,
        summaries: Summaries,
        events: Events,
        naming: Naming,
        finding: Finding,
        drafts: Drafts,
        taking: Taking,
    ) -> None:
        self._guard = guard
        self._users = users
        self._conversations = conversations
        self._summaries = summaries
        self._events = events
        self._naming = naming
        self._finding = finding
        self._drafts = drafts
        self._taking = taking

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, one = self._guard.only, "/api/desk/conversations/{id}"
        return [
            web.get("/api/desk/conversations", only(ANSWERING, self.list, acts.LIST_CONVERSATIONS)),
            web.get(one, only(ANSWERING, self.open, acts.OPEN_CONVERSATION)),
            web.get(f"{one}/events", only(ANSWERING, self.events, acts.READ_EVENTS)),
            web.post(f"{one}/take", only(ANSWERING, self.take, acts.TAKE)),
            web.post(f"{one}/messages", only(ANSWERING, self.say, acts.SAY)),
            web.post(f"{one}/hand_back", only(ANSWERING, self.hand_back, acts.HAND_BACK)),
        ]

    async def list(self, request: web.Request, user: User) -> web.Response:
        """A page of conversations, filtered; see :func:`conversations.listing.find` for their order."""
        asked = body.query(request, _List)
        await self._guard.guesses.looked_up(user, asked.q)
        page = await self._conversations.list(
            Wanted(
                mode=asked.mode,
                agents={user.id} if asked.mine else await self._finding.agents(asked.kind),
                urgent=asked.kind == "urgent",
                reason=asked.kind if asked.kind in tuple(HandoffReason) else None,
                channel=asked.channel or None,
                waited=timedelta(minutes=asked.waited) if asked.waited else None,
                marked=await self._finding.marks(asked.q),
                limit=asked.limit,
                after=asked.after or None,
            )
        )
        return web.json_response(
            {
                "conversations": await self._summaries.listed(page.views),
                "next": page.next,
                "counts": await self._conversations.counts(user.id),
            }
        )

    async def open(self, request: web.Request, user: User) -> web.Response:
        """One conversation with its messages. When the agent who has it opens it, they count as read."""
        conversation_id = asked_id(request)
        view = await self._conversations.view(conversation_id)
        messages = await self._conversations.history(conversation_id, limit=HISTORY)
        shown = await self._summaries.one(conversation_id)
        if view.agent_id == user.id and shown["unread"]:
            await self._conversations.seen(conversation_id)
            shown["unread"] = 0
            # Other windows of this agent show unread messages until they get this event.
            self._events.publish("desk", "conversation", conversation_id=conversation_id)
        reach = await self._conversations.reach(conversation_id)
        return web.json_response(
            {
                "conversation": {
                    **shown,
                    "slots": masked([*slots(view.facts), *decision(view.facts)]),
                    "reach": reach.to_json() if reach else None,
                    "holder_present": await self._finding.colleagues.present(view.agent_id),
                },
                "messages": [masked(message.to_json()) for message in messages],
            }
        )

    async def events(self, request: web.Request, user: User) -> web.Response:
        """The events of a conversation, oldest first, with actor and reason. At most ``limit``: the newest ones."""
        asked = body.query(request, _Events)
        events = await self._conversations.happened(
            asked_id(request), after=asked.after, messages=asked.messages, limit=asked.limit
        )
        people = {id for one in events for id in (one.agent_id, _got(one), _lost(one))}
        names = await self._users.names(one for one in people if one)
        return web.json_response({"events": [note(_told(one, names)) for one in events]})

    async def take(self, request: web.Request, user: User) -> web.Response:
        """Take a conversation. When two agents try at once, one of them gets it."""
        conversation_id = asked_id(request)
        async with self._naming.who_has_it():
            allowed = self._taking.may(user, conversation_id)
            await self._conversations.take(conversation_id, as_agent(user), allowed)
        return await self._changed(conversation_id)

    async def say(self, request: web.Request, user: User) -> web.Response:
        """Send words to the citizen. The same ``client_id`` again sends nothing."""
        said = await body.read(request, _Say)
        conversation_id, text = asked_id(request), require_filled(clean(said.text))
        async with self._naming.who_has_it("没有发出去："):
            message = await self._conversations.say(conversation_id, as_agent(user), text, said.client_id)
        await self._drafts.sent(conversation_id, user.id)
        return web.json_response({"message": masked(message.to_json())})

    async def hand_back(self, request: web.Request, user: User) -> web.Response:
        """Give the conversation back to the assistant."""
        said = await body.read(request, _HandBack)
        conversation_id = asked_id(request)
        told = clean(said.note)
        async with self._naming.who_has_it():
            await self._conversations.hand_back(
                conversation_id, as_agent(user), told if written(told) else ""
            )
        return await self._changed(conversation_id)

    async def _changed(self, conversation_id: str) -> web.Response:
        return web.json_response({"conversation": await self._summaries.one(conversation_id)})


def _told(event: Event, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "nth": event.nth,
        "at": iso(event.at),
        "kind": event.kind,
        "actor": event.actor,
        "agent": person(event.agent_id, names),
        "to": person(_got(event), names),
        "from": person(_lost(event), names),
        "reason": event.reason,
        "facts": to_json(event.facts),
    }


def _got(event: Event) -> str | None:
    """The agent to whom the event passed the conversation; None for all others."""
    return event.facts.to if isinstance(event.facts, Transferred) else None


def _lost(event: Event) -> str | None:
    """The agent from whom the conversation was taken over; None for all other events."""
    return event.facts.over_from if isinstance(event.facts, Taken) else None


def as_agent(user: User) -> Agent:
    """The user, as conversations know agents."""
    return Agent(user.id, user.public_name)


def asked_id(request: web.Request) -> str:
    """The conversation's id in the address.

    Raises:
        NotFound: the text is no id, so there is no such conversation.
    """
    return body.asked_id(request, "没有这个会话")
