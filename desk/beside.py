"""What stands beside a talk at the desk: what was asked and tried, tickets, notes, tags, drafts, deliveries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conversations import delivered, tried
from conversations.service import Conversations
from conversations.types import ConversationView
from core.clock import iso, now
from core.database import Database
from core.masking import hide
from desk.drafts import Drafts
from desk.fill import values
from desk.gist import story
from desk.notes import Notes
from desk.sight import masked, ticket
from desk.summaries import person
from desk.users import User, Users
from gaps import Gaps
from tickets.of_person import Own, of_talk

Upset = Callable[[str], bool]
"""Tells whether a citizen's words are angry."""
_WORDS = 120
"""Most characters of a citizen's words in the summary."""


class Beside:
    """Gathers it all in one answer.

    Args:
        database: where everything is.
        conversations: the conversations.
        users: the accounts.
        gaps: has the knowledge base, for titles of entries.
        drafts, notes: what agents wrote.
        upset: tells whether a citizen's words are angry.
    """

    def __init__(
        self,
        database: Database,
        conversations: Conversations,
        users: Users,
        gaps: Gaps,
        drafts: Drafts,
        notes: Notes,
        upset: Upset,
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._users = users
        self._gaps = gaps
        self._drafts = drafts
        self._notes = notes
        self._upset = upset

    async def of(self, conversation_id: str, user: User) -> dict[str, Any]:
        """All of it, as one agent may see it; numbers are masked, except in the agent's own draft.

        Raises:
            NotFound: there is no such conversation.
        """
        view = await self._conversations.view(conversation_id)
        async with self._database.read() as session:
            states = await delivered.of_agents(session, conversation_id)
            visit = await tried.visit(session, conversation_id)
        tickets = await of_talk(self._database, conversation_id)
        has_it = view.agent_id == user.id
        left = await self._drafts.left(conversation_id, user.id) if has_it else []
        return {
            "summary": self._summary(view, visit),
            "left_note": await self._note(visit.left),
            "tickets": [_own(one) for one in tickets],
            "deliveries": {id: one.to_json() for id, one in states.items()},
            "notes": [
                {
                    "id": one.id,
                    "by": one.by,
                    "text": hide(one.text),
                    "after_seq": one.after_seq,
                    "at": iso(one.at),
                }
                for one in await self._notes.of(conversation_id)
            ],
            "tags": await self._notes.tags(conversation_id),
            "usual_tags": await self._notes.usual(user.id),
            "draft": (await self._drafts.own(conversation_id, user.id)).to_json(),
            "left_drafts": [
                {
                    "by": {"id": one.user_id, "display_name": one.name},
                    "version": one.version,
                    "words": masked(list(one.words)),
                    "at": iso(one.at),
                }
                for one in left
            ],
            "variables": values(user.public_name, tickets, now()),
        }

    def _summary(self, view: ConversationView, visit: tried.Visit) -> dict[str, Any]:
        angry = next((one for one in visit.heard if self._upset(one)), None)
        form = view.facts.get("form") or view.facts.get("handoff")
        held = form if isinstance(form, dict) else {}
        return {
            "question": _short(next((one.words for one in reversed(visit.tries) if one.words), None)),
            "matter": _short(story(view)),
            "upset": _short(angry),
            "filled": [str(name) for name, value in held.items() if value not in (None, "")],
            "missing": [str(name) for name, value in held.items() if value in (None, "")],
            "tried": [
                {
                    "at": iso(one.at),
                    "words": _short(one.words),
                    "result": one.result,
                    "title": self._title(one.entry),
                    "probability": one.probability,
                    "verdict": one.verdict,
                }
                for one in visit.tries
            ],
        }

    def _title(self, entry_id: str | None) -> str | None:
        entry = self._gaps.knowledge.stored(entry_id) if entry_id else None
        return entry.title if entry else entry_id

    async def _note(self, left: tried.Left | None) -> dict[str, Any] | None:
        if left is None:
            return None
        names = await self._users.names([left.agent_id] if left.agent_id else [])
        return {"by": person(left.agent_id, names), "text": hide(left.note), "at": iso(left.at)}


def _short(words: str | None) -> str | None:
    if not words:
        return None
    told = hide(" ".join(words.split()))
    return told if len(told) <= _WORDS else told[: _WORDS - 1] + "…"


def _own(one: Own) -> dict[str, Any]:
    return {**ticket(one.line.to_json()), "why": one.why, "open": one.open}
