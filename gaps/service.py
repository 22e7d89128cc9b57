"""The interface of gaps for other packages: store questions, list groups, and act on a group."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from core.clock import local, now
from core.database import Database
from core.errors import BadRequest, Conflict, NotFound
from gaps import store
from gaps.drafting import write_draft
from gaps.grouping import Grouper, RegionsOf, everywhere
from gaps.types import Asked, Draft, Group, Kind, Overview, Question, Rating, State
from kb_index.service import KnowledgeBase


@dataclass(frozen=True)
class Window:
    """Which questions are grouped.

    Args:
        days: only questions of the last days, as many as this.
        kind: only questions of this kind.
    """

    days: int = 30
    kind: Kind = "all"

    @property
    def since(self) -> dt.datetime:
        """The moment at which the window begins."""
        return now() - dt.timedelta(days=self.days)


class Gaps:
    """The questions that the knowledge base could not answer well.

    Args:
        database: where the questions are.
        knowledge: has the model for grouping, and tells what it would answer now.
        folder: the knowledge folder, into which drafts are written.
        regions_of: the regions whose entries answer a question (:meth:`core.city.City.regions_of`).

    >>> await gaps.keep(Asked(turn_id, "狂犬疫苗要打几针", "unknown", "web"))      # doctest: +SKIP
    >>> [group.question for group in (await gaps.groups(Window(days=7))).groups]   # doctest: +SKIP
    ['狂犬疫苗要打几针']
    """

    def __init__(
        self, database: Database, knowledge: KnowledgeBase, folder: Path, regions_of: RegionsOf = everywhere
    ) -> None:
        self._database = database
        self.knowledge = knowledge
        self.folder = folder
        self.regions_of = regions_of
        self._grouper: Grouper | None = None
        self._drafting = asyncio.Lock()

    async def keep(self, asked: Asked) -> None:
        """Store a question. The same turn again adds nothing, and changes only the citizen's verdict."""
        await store.keep(self._database, asked)

    async def groups(self, window: Window, state: State | None = "open", limit: int = 50) -> Overview:
        """The groups of a time window, the most asked first.

        Args:
            window: which questions are grouped.
            state: only groups in this state; None for all.
            limit: most groups that are returned.

        Raises:
            NotFound: code ``kb_version``; there is no version of the knowledge base yet, so there is no model.
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
        """The group to which a question belongs.

        Args:
            member: id of any question of the group, or the end of the id as ``wenban kb gaps`` prints it.
            window: which questions are grouped.

        Raises:
            NotFound: code ``no_group``; no question in the window has this id.
            BadRequest: code ``group_ambiguous``; questions of several groups have an id that ends like this.
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
        """Set a group aside, because it is not for the knowledge base. It comes back when it is asked as often again.

        Args:
            member: see :meth:`group`.
            window: which questions are grouped.
            by: name of who does it.

        Raises:
            NotFound, BadRequest: as :meth:`group`.
        """
        await self._mark(await self.group(member, window), "dismissed", by)

    async def reopen(self, member: str, window: Window) -> None:
        """Reopen a group that was set aside or marked as drafted. The file of the draft stays.

        Raises:
            NotFound, BadRequest: as :meth:`group`.
        """
        await self._mark(await self.group(member, window), "open")

    async def draft(self, member: str, window: Window, title: str, department: str, by: str) -> Draft:
        """Write a draft entry for a group.

        Args:
            member: see :meth:`group`.
            window: which questions are grouped.
            title: the question as a citizen would ask it; empty: the wording that was asked most.
            department: 承办单位; empty: the department of the nearest entry.
            by: name of who does it.

        Raises:
            NotFound, BadRequest: as :meth:`group`; or code ``no_department``: no department was given, and there is
                no nearest entry.
            Conflict: code ``already_drafted``; or the draft can't be written
                (:func:`gaps.drafting.write_draft`).
        """
        async with self._drafting:  # A second click waits, and then finds the draft of the first.
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
        """What citizens said of each entry's answers in the last ``days`` days, the least helpful entry first."""
        return await store.ratings(self._database, Window(days).since)

    async def _mark(self, group: Group, state: State, by: str = "", draft_id: str | None = None) -> None:
        await store.mark(self._database, [m.id for m in group.members], state, by, draft_id)

    def _ready(self) -> Grouper:
        searcher = self.knowledge.searcher
        if searcher is None:
            raise NotFound("还没有知识库版本，请先运行 wenban kb build", code="kb_version")
        if self._grouper is None or self._grouper.searcher is not searcher:
            self._grouper = Grouper(searcher, self.regions_of)
        return self._grouper
