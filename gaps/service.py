"""Gaps as the other parts use them: keep a question, see what is missing, act on it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.clock import local, now
from core.database import Database
from core.errors import BadRequest, Conflict, NotFound
from gaps import store
from gaps.drafting import write_draft
from gaps.grouping import Grouper
from gaps.types import Asked, Draft, Group, Kind, Overview, Question, Rating, State
from kb_index.service import KnowledgeBase


@dataclass(frozen=True)
class Window:
    """Which questions are grouped: of the last ``days`` days, of one kind or all."""

    days: int = 30
    kind: Kind = "all"

    @property
    def since(self) -> dt.datetime:
        """The moment it begins."""
        return now() - dt.timedelta(days=self.days)


class Gaps:
    """What citizens asked and the knowledge base could not answer well.

    Args:
        database: where questions are kept.
        knowledge: groups by its model, and tells what it would answer now.
        folder: the knowledge folder, where drafts are written.
        regions: regions whose entries hold here.

    >>> await gaps.keep(Asked(turn_id, "狂犬疫苗要打几针", "unknown", "web"))      # doctest: +SKIP
    >>> [group.question for group in (await gaps.groups(Window(days=7))).groups]   # doctest: +SKIP
    ['狂犬疫苗要打几针']
    """

    def __init__(
        self, database: Database, knowledge: KnowledgeBase, folder: Path, regions: Sequence[str] = ()
    ) -> None:
        self._database = database
        self.knowledge = knowledge
        self.folder = folder
        self.regions = tuple(regions)
        self._grouper: Grouper | None = None
        self._drafting = asyncio.Lock()

    async def keep(self, asked: Asked) -> None:
        """Store a question; the same turn again counts once and changes only the citizen's verdict."""
        await store.keep(self._database, asked)

    async def groups(self, window: Window, state: State | None = "open", limit: int = 50) -> Overview:
        """The groups of a stretch of time, most asked first.

        Args:
            state: only groups in this state; None for all.
            limit: most groups returned.

        Raises:
            NotFound: there is no version of the knowledge base yet, so no model to group by.
        """
        grouper = self._ready()
        found = await store.questions(self._database, window.kind, window.since)
        stored = await store.count(self._database, window.kind, window.since)
        today = local(now()).date()

        def work() -> Overview:
            groups, left_out = grouper.group(found)
            wanted = [g for g in groups if state is None or g.state == state]
            return Overview(
                groups=tuple(grouper.with_entries(g, today) for g in wanted[:limit]),
                total=len(wanted),
                questions=sum(g.count for g in wanted),
                left_out=left_out + stored - len(found),
            )

        return await asyncio.to_thread(work)

    async def group(self, member: str, window: Window) -> Group:
        """The group a question belongs to.

        Args:
            member: id of any of its questions, or the end of it as ``wenban kb gaps`` prints it.

        Raises:
            NotFound: no question of that time has this id.
            BadRequest: several groups' ids end so.
        """
        grouper = self._ready()
        found = await store.questions(self._database, window.kind, window.since)
        today = local(now()).date()

        def holds(question: Question) -> bool:
            return question.id.endswith(member)

        def work() -> list[Group]:
            groups, _ = grouper.group(found)
            fitting = [g for g in groups if any(map(holds, g.members))]
            return [grouper.with_entries(g, today) for g in fitting[:2]]

        fitting = await asyncio.to_thread(work) if member else []
        if not fitting:
            raise NotFound("没有这组问题，可能已经过了所选的时间", code="no_group")
        if len(fitting) > 1:
            raise BadRequest("有几组问题的编号都以此结尾，请写完整的编号", code="group_ambiguous")
        return fitting[0]

    async def dismiss(self, member: str, window: Window, by: str) -> None:
        """Set a group aside: it is not for the knowledge base. It comes back when asked as often again.

        Raises:
            NotFound: there is no such group.
        """
        await self._mark(await self.group(member, window), "dismissed", by)

    async def reopen(self, member: str, window: Window) -> None:
        """Take a dismissal or a draft's mark back; the draft's file stays.

        Raises:
            NotFound: there is no such group.
        """
        await self._mark(await self.group(member, window), "open")

    async def draft(self, member: str, window: Window, title: str, department: str, by: str) -> Draft:
        """Write a draft entry for a group.

        Args:
            title: the question as a citizen would ask it; empty takes the wording asked most.
            department: 承办单位; empty takes that of the nearest entry.

        Raises:
            NotFound: there is no such group.
            BadRequest: no department was given, and none is near.
            Conflict: it has a draft already, or the folder can't be written.
        """
        async with self._drafting:  # a second click waits, and then finds the first one's draft
            group = await self.group(member, window)
            if group.state == "drafted" and group.last_handled is not None:
                raise Conflict(f"已经起草过了：{group.last_handled.draft_id}", code="already_drafted")
            department = department or (group.nearest.department if group.nearest else "")
            if not department:
                raise BadRequest("请写明承办单位", code="no_department")
            searcher = self._ready().searcher
            made = await asyncio.to_thread(
                write_draft, self.folder, searcher, group, title or group.question, department
            )
            await self._mark(group, "drafted", by, made.entry_id)
            return made

    async def ratings(self, days: int) -> list[Rating]:
        """What citizens said of each entry's answers in the last days, the least helpful first."""
        return await store.ratings(self._database, Window(days).since)

    async def _mark(self, group: Group, state: State, by: str = "", draft_id: str | None = None) -> None:
        await store.mark(self._database, [m.id for m in group.members], state, by, draft_id)

    def _ready(self) -> Grouper:
        searcher = self.knowledge.searcher
        if searcher is None:
            raise NotFound("还没有知识库版本，请先运行 wenban kb build", code="kb_version")
        if self._grouper is None or self._grouper.searcher is not searcher:
            self._grouper = Grouper(searcher, self.regions)
        return self._grouper
