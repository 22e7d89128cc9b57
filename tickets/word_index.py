"""The index of words of tickets: which tickets may have some words, without reading all of them.

It holds the keyed tokens of :mod:`core.search_tokens`, never a word. SQLite has a full-text table, which triggers keep in step with
the table of tickets; PostgreSQL has an inverted index. Both find a few tickets too many, which the caller leaves out.

The full-text table numbers tickets by ``ticket_search``, because the row numbers of a table without a number of its own may change
(https://www.sqlite.org/lang_vacuum.html). Whoever copies the table of tickets in a migration makes the triggers anew
(:data:`SQLITE_TRIGGERS`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.jobs import Job, Jobs
from core.search_tokens import wanted

SQLITE_TABLES = (
    "CREATE TABLE ticket_search (seq INTEGER PRIMARY KEY, ticket_id VARCHAR(36) NOT NULL UNIQUE)",
    # Tokens differ in capitals only by their first letter, which is always one; so the plain tokenizer keeps them apart.
    "CREATE VIRTUAL TABLE ticket_words USING fts5(tokens, content='', detail=none, tokenize='ascii')",
)
SQLITE_MERGING = "INSERT INTO ticket_words(ticket_words, rank) VALUES ('automerge', 0)"
"""Whoever adds a ticket leaves the merging of the table's parts to :class:`Merging`: it would hold the event loop for tens of
milliseconds. Only when very many have piled up does SQLite merge them itself."""
_ADD = "INSERT INTO ticket_words(rowid, tokens) SELECT seq, new.search_tokens FROM ticket_search WHERE ticket_id = new.id;"
_REMOVE = (
    "INSERT INTO ticket_words(ticket_words, rowid, tokens)"
    " SELECT 'delete', seq, old.search_tokens FROM ticket_search WHERE ticket_id = old.id;"
)
SQLITE_TRIGGERS = (
    "CREATE TRIGGER ticket_words_added AFTER INSERT ON tickets BEGIN"
    f" INSERT INTO ticket_search(ticket_id) VALUES (new.id); {_ADD} END",
    "CREATE TRIGGER ticket_words_changed AFTER UPDATE OF search_tokens ON tickets"
    f" WHEN old.search_tokens IS NOT new.search_tokens BEGIN {_REMOVE} {_ADD} END",
    "CREATE TRIGGER ticket_words_removed AFTER DELETE ON tickets BEGIN"
    f" {_REMOVE} DELETE FROM ticket_search WHERE ticket_id = old.id; END",
)
POSTGRESQL = ("CREATE INDEX ix_tickets_words ON tickets USING gin (string_to_array(search_tokens, ' '))",)
SQLITE = (*SQLITE_TABLES, SQLITE_MERGING, *SQLITE_TRIGGERS)
"""Statements that make the index of an empty table."""
OWN = ("ticket_search", "ticket_words", "ix_tickets_words")
"""Beginnings of the names of what they make, which is in no metadata."""

_FOUND = "SELECT ticket_id FROM ticket_words CROSS JOIN ticket_search ON seq = ticket_words.rowid WHERE ticket_words MATCH :match"


def postgresql_has(words: Sequence[str]) -> ColumnElement[bool]:
    """SQL of PostgreSQL: a ticket may have all of these words."""
    # As it stands in the index, and compared as text: a cast would have every ticket read.
    column: Any = literal_column("tickets.search_tokens")
    space: Any = literal_column("' '")
    stored: Any = func.string_to_array(column, space, type_=ARRAY(Text))
    return and_(
        *(
            or_(*(stored.contains(cast(array(tokens), ARRAY(Text))) for tokens in wanted(word)))
            for word in words
        )
    )


_COUNTED = text(
    "SELECT count(*) FROM unnest(CAST(:tokens AS TEXT[])) AS token WHERE token IN (SELECT unnest(most_common_elems::text::text[])"
    " FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'ix_tickets_words')"
)
"""How many of some tokens PostgreSQL has counted as frequent, so that it plans well for them."""


async def postgresql_few(
    session: AsyncSession, words: Sequence[str], named: ColumnElement[bool], most: int
) -> bool:
    """Whether at most so many tickets may have all of these words, on PostgreSQL, and it would not know that by itself.

    Args:
        session: a transaction on PostgreSQL.
        words: the words.
        named: what :func:`postgresql_has` names of them.
        most: how many at most.
    """
    tokens = [token for word in words for tokens in wanted(word) for token in tokens]
    if (await session.execute(_COUNTED, {"tokens": tokens})).scalar_one() == len(tokens):
        return False
    some = select(literal_column("1")).select_from(text("tickets")).where(named).limit(most + 1).subquery()
    return (await session.execute(select(func.count()).select_from(some))).scalar_one() <= most


def sqlite_has(words: Sequence[str]) -> Any:
    """SQL of SQLite: the ids of all tickets that may have all of these words, for ``in_``."""
    return text(_FOUND).bindparams(bindparam("match", _match(words), String()))


async def count(session: AsyncSession, words: Sequence[str], most: int) -> int:
    """How many tickets may have all of these words, on SQLite; ``most`` when there are more."""
    some = "SELECT rowid FROM ticket_words WHERE ticket_words MATCH :match LIMIT :most"
    given = {"match": _match(words), "most": most}
    return int((await session.execute(text(f"SELECT count(*) FROM ({some})"), given)).scalar_one())


async def newest(
    session: AsyncSession, words: Sequence[str], before: str | None, most: int, *, since: str | None = None
) -> list[str]:
    """Ids of the newest tickets that may have all of these words, on SQLite.

    Args:
        session: a transaction on SQLite.
        words: at least one, each without white space.
        before: id of a ticket; only older ones are found. None: all.
        most: how many at most.
        since: an id; only tickets that are not older are found. None: all.
    """
    given: dict[str, Any] = {"match": _match(words), "most": most}
    older = ""
    if since is not None:
        older = (
            " AND ticket_words.rowid >= (SELECT seq FROM ticket_search WHERE ticket_id >= :since"
            " ORDER BY ticket_id LIMIT 1)"
        )
        given["since"] = since
    if before is not None:
        older += (
            " AND ticket_words.rowid <= coalesce((SELECT seq FROM ticket_search WHERE ticket_id < :before"
            " ORDER BY ticket_id DESC LIMIT 1), 0)"
        )
        given["before"] = before
    found = await session.scalars(
        text(f"{_FOUND}{older} ORDER BY ticket_words.rowid DESC LIMIT :most"), given
    )
    return list(found)


def _match(words: Sequence[str]) -> str:
    """The words in the language of the full-text table: of each word, all tokens under one of the keys."""
    return " AND ".join(
        "("
        + " OR ".join("(" + " AND ".join(f'"{one}"' for one in tokens) + ")" for tokens in wanted(word))
        + ")"
        for word in words
    )


JOB, LOOK = "ticket_words", timedelta(seconds=5)
"""Name of the job that merges, and time between two looks."""
_PAGES = 16
"""Pages of one merge: a few milliseconds, for which nobody else writes."""
_NOTHING = 2
"""Changes of a merge that had nothing to do are fewer (https://www.sqlite.org/fts5.html#the_merge_command)."""


class Merging:
    """Merges the parts of the full-text table of SQLite, in a thread: each transaction that adds tickets makes one.

    Args:
        database: where the table is.
        jobs: the runner of this process.
    """

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        if database.is_sqlite:
            jobs.every(JOB, LOOK, self.run)

    async def run(self, _: Job | None = None) -> None:
        """Merge until there is nothing left to merge."""
        while await self._database.apart(_merge) >= _NOTHING:
            pass  # whoever waits to write has written meanwhile


def _merge(connection: sqlite3.Connection) -> int:
    before = connection.total_changes
    connection.execute("INSERT INTO ticket_words(ticket_words, rank) VALUES ('merge', ?)", (_PAGES,))
    return connection.total_changes - before
