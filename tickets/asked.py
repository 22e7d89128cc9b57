"""What one word of a search in the list of tickets may mean: a number, a phone, a name of the catalogue, or words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, false, literal_column, or_

from core import phone
from core.clock import SHANGHAI
from core.ids import first_id
from core.masking import hide
from core.sealing import lookup_keys
from core.search_tokens import folded, may_have
from tickets import catalog, numbers
from tickets.models import END_DIGITS, NUMBER_END, TicketRow
from tickets.narrowing import Source

_LONG_NUMBER = re.compile(r"\d{5}")
"""Digits in a row that are searched among tickets' numbers only. In words they are a person's number, and masked."""
_BEGINNING = re.compile(r"[A-Za-z]{2,6}\d{0,14}")
"""How a ticket's number begins."""
_YEAR = re.compile(r"^[A-Z]+(20\d\d)(?:(\d\d)(\d\d)?)?")
_SPARE = timedelta(days=1)
"""Number and id are made one after the other, and midnight may come between."""
_END = re.compile(rf"\d{{{END_DIGITS},14}}")
"""How it ends."""


@dataclass(frozen=True)
class Asked:
    """A word of a search.

    Args:
        word: the word.
        keys: digests of the phone that it is; none when it is no phone, or may not be searched for.
        categories: names of the catalogue in which it occurs.
        districts: names of districts in which it occurs.
        prefix: the letters with which the city's ticket numbers begin.
    """

    word: str
    keys: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    prefix: str = ""

    @classmethod
    def of(cls, word: str, places: Collection[str], *, by_phone: bool, prefix: str = "") -> Asked:
        """Read a word.

        Args:
            word: one word, without white space.
            places: names of the city's districts.
            by_phone: whether the reader may find a ticket by the citizen's phone. A department may not, nor who may never read a
                contact: what is found would tell whose ticket it is. A ticket with 保密 is found so by nobody: whoever tries all
                numbers that fit a masked one would have the phone without a word of it in the records.
            prefix: the letters with which the city's ticket numbers begin.
        """
        small = folded(word)
        named = [f"{one.name}/{leaf.name}" for one in catalog.categories() for leaf in one.children]
        found = phone.everywhere(word) if by_phone else []
        number = found[0].number if len(found) == 1 and not found[0].service else ""
        return cls(
            word,
            tuple(lookup_keys(number)) if number else (),
            tuple(name for name in named if small in name.lower()),
            tuple(name for name in places if small in name.lower()),
            prefix,
        )

    @property
    def indexed(self) -> bool:
        """Whether the index of words alone finds what has it (:mod:`tickets.word_index`)."""
        return not (self.keys or self.categories or self.districts or self._number)

    @property
    def _number(self) -> bool:
        folded = unicodedata.normalize("NFKC", self.word)
        return bool(_LONG_NUMBER.search(folded) or _BEGINNING.fullmatch(folded))

    @property
    def whole(self) -> bool:
        """Whether it is the whole number of a ticket."""
        return numbers.plain_number(self.word) is not None

    @property
    def in_words(self) -> bool:
        """Whether it may stand in the words of a ticket."""
        return not (self.keys or self.whole or _LONG_NUMBER.search(self.word))

    @property
    def breadth(self) -> int:
        """How many tickets it may name, roughly: 0 few, 1 those of categories, 2 those of districts."""
        return 2 if self.districts else 1 if self.categories else 0

    def sources(self) -> list[Source]:
        """What names the tickets for which the word stands, beside the index of words."""
        if self.keys:
            # One key alone is read in order.
            whose = TicketRow.contact_key
            named = whose == self.keys[0] if len(self.keys) == 1 else whose.in_(self.keys)
            return [Source("id", named=named & TicketRow.confidential.is_(False))]
        found = [Source("id", named=one) for one in self._numbered()]
        if self.whole:
            return found
        found += [Source("category", one) for one in self.categories]
        return found + [Source("district", one) for one in self.districts]

    def _numbered(self) -> list[ColumnElement[bool]]:
        """SQL: a ticket's number is the word, begins or ends with it; nothing when no number does."""
        if not self._number:
            return []
        whole = numbers.plain_number(self.word)
        if whole is not None:
            return [TicketRow.number == whole]
        part = unicodedata.normalize("NFKC", self.word).upper()
        beginnings = [part] if _BEGINNING.fullmatch(part) else [self.prefix + part] if self.prefix else []
        found = [_begins(one) for one in beginnings]
        return found + ([_ends(part)] if _END.fullmatch(part) else [])

    def condition(self, sqlite: bool, in_words: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
        """SQL: a ticket may have it.

        Args:
            sqlite: whether the database is SQLite.
            in_words: that its words may; None: by the tokens of all of them.
        """
        found_by: list[Any] = []
        if self.keys:
            return TicketRow.contact_key.in_(self.keys) & TicketRow.confidential.is_(False)
        found_by += self._numbered()
        if self.whole:
            return or_(*found_by)
        if self.in_words:
            found_by.append(self.in_tokens(sqlite=sqlite) if in_words is None else in_words)
        if self.categories:
            found_by.append(TicketRow.category.in_(self.categories))
        if self.districts:
            found_by.append(TicketRow.district.in_(self.districts))
        return or_(false(), *found_by)

    def in_tokens(self, *, sqlite: bool) -> ColumnElement[bool]:
        """SQL: the words of a ticket may have it; for tickets that are read in any case."""
        return may_have(TicketRow.__table__.c.search_tokens, self.word, sqlite=sqlite)

    def has(self, row: TicketRow) -> bool:
        """Whether a ticket has it as agents read it: a masked number is not found digit by digit."""
        if self.keys:
            return row.contact_key in self.keys and not row.confidential
        word = folded(unicodedata.normalize("NFKC", self.word) if self._number else self.word)
        if any(word in folded(text) for text in (row.number, row.district, row.category)):
            return True
        # Masking takes most of the time, and puts nothing but stars into a text.
        told = [text for text in (row.content, row.address) if word in folded(text) or "*" in word]
        return any(word in folded(hide(text)) for text in told) or row.number == numbers.plain_number(
            self.word
        )


def _begins(part: str) -> ColumnElement[bool]:
    """SQL: a ticket's number begins with these letters and digits."""
    # Beyond them come digits, or a few letters and then digits; both are in order in every language of a database.
    named = TicketRow.number.between(part, f"{part}ZZZZZZ")
    days = _days(part)
    if days is None:
        return named
    # A list is read by id, newest first. So it begins at those days, instead of looking at all that came later.
    return named & (TicketRow.id >= first_id(days[0])) & (TicketRow.id < first_id(days[1]))


def _days(part: str) -> tuple[datetime, datetime] | None:
    """Between which moments tickets were filed whose number begins so, with a day to spare on both sides; None: it says no year.

    >>> [one.date().isoformat() for one in _days("HN2026041") or ()], _days("HN20")
    (['2026-03-31', '2026-05-03'], None)
    """
    told = _YEAR.search(part)
    if told is None:
        return None
    year, month, day = (int(one) if one else None for one in told.groups())
    try:
        first = datetime(year or 1, month or 1, day or 1, tzinfo=SHANGHAI)
    except ValueError:
        return None  # no such day, and no such number
    length = 1 if day else 31 if month else 366
    return first - _SPARE, first + timedelta(days=length) + _SPARE


def _ends(part: str) -> ColumnElement[bool]:
    """SQL: a ticket's number ends with these digits, at least as many as the index of ends has."""
    end: Any = literal_column(NUMBER_END.replace("number", "tickets.number"), String())
    found: ColumnElement[bool] = (end == part[-END_DIGITS:]) & TicketRow.number.endswith(part)
    return found
