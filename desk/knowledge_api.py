"""The API of the knowledge page: /api/desk/knowledge and below.

It gives the questions that got no good answer, and writes drafts for them.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

from desk import acts, body
from desk.guard import Guard
from desk.roles import EDITING, KNOWLEDGE
from desk.users import User
from gaps import Gaps
from gaps.service import Window
from gaps.types import Kind, Rating
from kb_index.entries.render import answer_card
from kb_index.measure.stats import stats
from kb_index.search.searcher import Hit

_WORST = 10
"""Most entries in the list of those that helped least."""
_EXAMPLES = 5
"""Most wordings of a group that the list shows."""
_ALL_EXAMPLES = 200
"""Most wordings that are shown when a group is opened."""


class _Window(body.Body):
    days: Annotated[int, Field(title="天数", ge=1, le=366)] = 30
    kind: Kind = "all"

    def window(self) -> Window:
        return Window(self.days, self.kind)


class _List(_Window):
    state: Literal["open", "drafted", "dismissed", ""] = "open"
    limit: Annotated[int, Field(title="条数", ge=1, le=200)] = 50


class _Draft(_Window):
    title: Annotated[str, Field(title="标题", min_length=2, max_length=200)]
    department: Annotated[str, Field(title="承办单位", min_length=2, max_length=60)]


class _Ask(body.Body):
    q: Annotated[str, Field(title="问题", min_length=1, max_length=500)]


class _State(body.Body):
    days: Annotated[int, Field(title="天数", ge=1, le=366)] = 30


class KnowledgeApi:
    """Handlers of the addresses for the knowledge page."""

    def __init__(self, guard: Guard, gaps: Gaps) -> None:
        self._guard = guard
        self._gaps = gaps

    def routes(self) -> list[web.RouteDef]:
        """The routes of these handlers."""
        only, base = self._guard.only, "/api/desk/knowledge"
        one = f"{base}/gaps/{{group}}"
        return [
            web.get(base, only(KNOWLEDGE, self.state, acts.SEE_KNOWLEDGE)),
            web.get(f"{base}/ask", only(KNOWLEDGE, self.ask, acts.TRY_QUESTION)),
            web.get(f"{base}/gaps", only(KNOWLEDGE, self.list, acts.LIST_GAPS)),
            web.get(one, only(KNOWLEDGE, self.open, acts.OPEN_GAP)),
            web.post(f"{one}/dismiss", only(EDITING, self.dismiss, acts.DISMISS_GAP)),
            web.post(f"{one}/reopen", only(EDITING, self.reopen, acts.REOPEN_GAP)),
            web.post(f"{one}/draft", only(EDITING, self.draft, acts.DRAFT_ENTRY)),
        ]

    async def state(self, request: web.Request, user: User) -> web.Response:
        """The version in service, the contents of the folder, and the entries that helped least."""
        asked = body.query(request, _State)
        knowledge = self._gaps.knowledge
        counts = await asyncio.to_thread(stats, self._gaps.folder, knowledge.index_dir)
        ratings = await self._gaps.ratings(asked.days)
        return web.json_response(
            {
                "version": knowledge.version,
                "entries": knowledge.size,
                "built_at": counts["index"] and counts["index"]["created_at"],
                "folder": {
                    "entries": counts["entries"],
                    "up_to_date": bool(counts["index"] and counts["index"]["up_to_date"]),
                    **{name: counts[name] for name in ("errors", "expired", "review_overdue")},
                },
                "departments": list(counts["by_department"]),
                "ratings": {
                    "useful": sum(rating.useful for rating in ratings),
                    "useless": sum(rating.useless for rating in ratings),
                    "entries": [self._rating(rating) for rating in ratings[:_WORST]],
                },
            }
        )

    async def ask(self, request: web.Request, user: User) -> web.Response:
        """试问: how the assistant would answer a question now. The question is not stored."""
        asked = body.query(request, _Ask)
        result = await self._gaps.knowledge.search(asked.q, self._gaps.regions_of(asked.q), limit=5)
        answered = result.outcome == "answer"
        return web.json_response(
            {
                "outcome": result.outcome,
                "card": answer_card(result.hits[0].entry) if answered else None,
                "hits": [_hit(hit) for hit in result.hits],
            }
        )

    async def list(self, request: web.Request, user: User) -> web.Response:
        """Groups of questions, the most asked first."""
        asked = body.query(request, _List)
        found = await self._gaps.groups(asked.window(), asked.state or None, asked.limit)
        return web.json_response(
            {
                "groups": [group.to_json(_EXAMPLES) for group in found.groups],
                "total": found.total,
                "questions": found.questions,
                "left_out": found.left_out,
            }
        )

    async def open(self, request: web.Request, user: User) -> web.Response:
        """One group with all its wordings."""
        asked = body.query(request, _Window)
        group = await self._gaps.group(request.match_info["group"], asked.window())
        return web.json_response({"group": group.to_json(_ALL_EXAMPLES)})

    async def dismiss(self, request: web.Request, user: User) -> web.Response:
        """Set a group aside."""
        said = await body.read(request, _Window)
        await self._gaps.dismiss(request.match_info["group"], said.window(), user.display_name)
        return web.json_response({"ok": True})

    async def reopen(self, request: web.Request, user: User) -> web.Response:
        """Reopen a group that was set aside or marked as drafted."""
        said = await body.read(request, _Window)
        await self._gaps.reopen(request.match_info["group"], said.window())
        return web.json_response({"ok": True})

    async def draft(self, request: web.Request, user: User) -> web.Response:
        """Write a draft entry for a group. The answer names its file."""
        said = await body.read(request, _Draft)
        made = await self._gaps.draft(
            request.match_info["group"],
            said.window(),
            said.title.strip(),
            said.department.strip(),
            user.display_name,
        )
        return web.json_response({"entry": made.entry_id, "file": made.file})

    def _rating(self, rating: Rating) -> dict[str, Any]:
        entry = self._gaps.knowledge.stored(rating.entry_id)
        return {
            "id": rating.entry_id,
            "title": entry.title if entry else "（条目已删除）",
            "useful": rating.useful,
            "useless": rating.useless,
            "share": round(rating.share, 3),
        }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.entry.id,
        "title": hit.entry.title,
        "department": hit.entry.department,
        "probability": hit.probability,
        "variant": hit.variant,
    }
