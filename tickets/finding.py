"""Finds the ids of the tickets of a page: from an index for each thing that a ticket may be listed for, merged in order.

What is searched for may stand in the words, the number, the category or the district of a ticket. One statement with "or" between
these would read all tickets, or sort all that are found. So each is asked for its first ones, and the first of all of them are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from core.text import clean
from tickets import shown, word_index
from tickets.asked import Asked
from tickets.models import TicketRow
from tickets.narrowing import Narrowed, Source, Wanted, place

Found = tuple[str, datetime | None]
"""Id of a ticket, and in a list by deadline its deadline."""
_Chosen = list[tuple[Source, list[ColumnElement[bool]]]]
_FEW, _MANY = 200, 3_200
"""Fewest and most tickets that the index of words names at once."""
_FREQUENT = 20_000
"""From so many tickets on it is better to look for words among what few filters leave: fifty are soon found."""
_RATHER_FEW = 2_000
"""Up to so many tickets that the index of words of PostgreSQL names are all taken from it and sorted; it would guess 4,000 for each word
that it has not counted, and rather look at every ticket for the first fifty. Of more, fifty are soon found."""
_CATEGORIES = """
WITH RECURSIVE found(category) AS (
  SELECT min(category) FROM tickets
  UNION ALL
  SELECT (SELECT min(tickets.category) FROM tickets WHERE tickets.category > found.category) FROM found
  WHERE found.category IS NOT NULL
) SELECT category FROM found WHERE category IS NOT NULL
"""
"""Every category that a ticket has: one look at an index for each."""


class Finding:
    """A list that is read page by page.

    Args:
        wanted: what the reader wants.
        asked: the words of the search.
        sqlite: whether the database is SQLite.
        rules: by which a department reads (:attr:`tickets.department_view.DepartmentView.rules`).

    Raises:
        BadRequest: a filter is unknown.
    """

    def __init__(self, wanted: Wanted, asked: Sequence[Asked], *, sqlite: bool, rules: str) -> None:
        self._wanted, self._sqlite, self._rules = wanted, sqlite, rules
        self._narrowed = Narrowed(wanted, sqlite=sqlite)
        self._sources: _Chosen | None = None
        self._words: list[str] = []
        """Words by which the index of words of SQLite is read, beside the sources."""
        self._among: list[ColumnElement[bool]] = []
        """Conditions of what is found by them."""
        self._asked = list(asked)

    async def page(
        self, session: AsyncSession, before: str | None, most: int
    ) -> tuple[list[Found], str | None]:
        """The next tickets of the list, as far as an index tells.

        Args:
            session: of :meth:`core.database.Database.browse`.
            before: what they begin behind; None: at the beginning.
            most: how many at most.

        Returns:
            The tickets, and what the next page begins behind; None: there are no more.

        Raises:
            BadRequest: there is no such page.
        """
        if self._sources is None:
            self._sources = await self._choose(session)
        found: dict[str, datetime | None] = {}
        parts = [self._narrowed.ids(source, before, more).limit(most) for source, more in self._sources]
        if len(parts) == 1:
            found.update(_pairs(await session.execute(parts[0])))
        elif parts:
            made = [part.subquery() for part in parts]
            found.update(_pairs(await session.execute(union_all(*(select(*one.c) for one in made)))))
        if self._words:
            found.update((one, None) for one in await self._by_words(session, before, most))
        ordered: list[Found] = sorted(
            found.items(),
            key=lambda one: (one[1], one[0]) if self._wanted.by_due else one[0],
            reverse=not self._wanted.by_due,
        )
        return ordered[:most], place(*ordered[most - 1]) if len(ordered) >= most else None

    async def _choose(self, session: AsyncSession) -> _Chosen:
        """What the list is read from, each with the conditions that are looked at besides."""
        wanted, narrowed = self._wanted, self._narrowed
        if not self._sqlite:
            # A plan for any values, which PostgreSQL makes after some queries, would look at every ticket for rare ones.
            await session.execute(text("SET LOCAL plan_cache_mode TO force_custom_plan"))
        if not self._asked:
            return [(source, []) for source in await self._all(session)]
        if not wanted.own:
            return await self._choose_asked(
                session, [TicketRow.confidential.is_(False)] if self._hides else []
            )
        found = await self._choose_asked(session, [TicketRow.confidential.is_(False)])
        # What is confidential is found by what the department may read of it: so a hidden word finds what one finds that stands
        # nowhere, and takes as long. The index of those is used for what names its condition.
        confidential: ColumnElement[bool] = literal_column("tickets.confidential")
        told = [
            one.condition(self._sqlite, shown.may_have(one.word, self._rules, sqlite=self._sqlite))
            for one in self._asked
        ]
        return found + [(source, [confidential, *told]) for source in narrowed.sources()]

    async def _all(self, session: AsyncSession) -> list[Source]:
        """The sources of all tickets of the list."""
        leaves = []
        if level := self._narrowed.level:
            every = await session.scalars(text(_CATEGORIES))
            leaves = [one for one in every if one.startswith(f"{level}/")]
        return self._narrowed.sources(leaves)

    async def _choose_asked(self, session: AsyncSession, among: list[ColumnElement[bool]]) -> _Chosen:
        asked = self._asked
        indexed = [one for one in asked if one.indexed]
        if indexed:
            rest = [one.condition(self._sqlite) for one in asked if not one.indexed]
            return await self._choose_words(session, indexed, rest + among)
        first = min(asked, key=lambda one: one.breadth)
        rest = [one.condition(self._sqlite) for one in asked if one is not first] + among
        chosen = [(source, rest + self._theirs) for source in first.sources()]
        return chosen + (await self._choose_words(session, [first], rest) if first.in_words else [])

    @property
    def _hides(self) -> bool:
        return self._wanted.guarded and not all(one.whole for one in self._asked)

    @property
    def _theirs(self) -> list[ColumnElement[bool]]:
        """That a ticket is the asking department's, for what is not read from its own sources."""
        return [self._narrowed.has(self._wanted.department_id or "")] if self._wanted.own else []

    async def _choose_words(
        self, session: AsyncSession, asked: Sequence[Asked], rest: list[ColumnElement[bool]]
    ) -> _Chosen:
        """How tickets with some words are found: by the words, or among those that the filters leave."""
        words = [one.word for one in asked]
        if not self._sqlite:
            named = word_index.postgresql_has(words)
            few = await word_index.postgresql_few(session, words, named, _RATHER_FEW)
            return [(Source("id", named=named, few=few), rest + self._theirs)]
        hits = await word_index.count(session, words, _FREQUENT)
        if hits == _FREQUENT and (self._wanted.by_due or await self._fewer(session, hits)):
            may = [one.in_tokens(sqlite=True) for one in asked]
            return [(source, may + rest) for source in await self._all(session)]
        if self._wanted.by_due:
            named = TicketRow.id.in_(word_index.sqlite_has(words))
            return [(Source("id", named=named), rest + self._theirs)]
        self._words, self._among = words, rest + self._theirs
        return []

    async def _fewer(self, session: AsyncSession, hits: int) -> bool:
        """Whether the filters leave at most so many tickets, or the department has its own."""
        if self._wanted.own or self._wanted.reporter:
            return True
        passing = 0
        for source in await self._all(session):
            some = self._narrowed.ids(source, None).limit(hits).subquery()
            passing += (await session.execute(select(func.count()).select_from(some))).scalar_one()
        return passing < hits

    async def _by_words(self, session: AsyncSession, before: str | None, most: int) -> list[str]:
        """Tickets that the index of words of SQLite names, newest first."""
        found: list[str] = []
        since, behind = self._narrowed.days
        given = [one for one in (before and clean(before), behind) if one]
        after, at_once = min(given, default=None), _FEW
        while True:
            named = await word_index.newest(session, self._words, after, at_once, since=since)
            if named:
                some = self._narrowed.ids(Source("id", named=TicketRow.id.in_(named)), None, self._among)
                found += list(await session.scalars(some))
            if len(found) >= most or len(named) < at_once:
                return found[:most]
            after, at_once = named[-1], min(2 * at_once, _MANY)


def _pairs(result: Any) -> list[Found]:
    return [(row[0], row[1] if len(row) > 1 else None) for row in result]
