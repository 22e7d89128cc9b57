"""What one word of a search in the list of tickets may mean: a number, a phone, a name of the catalogue, or words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from core import phone
from core.masking import hide
from core.sealing import lookup_keys
from core.search_tokens import may_have
from tickets import catalog, numbers
from tickets.models import TicketRow

_LONG_NUMBER = re.compile(r"\d{5}")
"""Digits in a row that are searched among tickets' numbers only. In words they are a person's number, and masked."""
_BEGINNING = re.compile(r"[A-Za-z]{2,6}\d{0,14}")
"""How a ticket's number begins."""


@dataclass(frozen=True)
class Asked:
    """A word of a search.

    Args:
        word: the word.
        keys: digests of the phone that it is; none when it is no phone, or may not be searched for.
        categories: names of the catalogue in which it occurs.
        districts: names of districts in which it occurs.
    """

    word: str
    keys: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()

    @classmethod
    def of(cls, word: str, places: Collection[str], *, by_phone: bool) -> Asked:
        """Read a word.

        Args:
            word: one word, without white space.
            places: names of the city's districts.
            by_phone: whether the reader may find a ticket by the citizen's phone. A department may not, nor who may never read a
                contact: what is found would tell whose ticket it is. A ticket with 保密 is found so by nobody: whoever tries all
                numbers that fit a masked one would have the phone without a word of it in the records.
        """
        small = word.lower()
        named = [f"{one.name}/{leaf.name}" for one in catalog.categories() for leaf in one.children]
        found = phone.everywhere(word) if by_phone else []
        number = found[0].number if len(found) == 1 and not found[0].service else ""
        return cls(
            word,
            tuple(lookup_keys(number)) if number else (),
            tuple(name for name in named if small in name.lower()),
            tuple(name for name in places if small in name.lower()),
        )

    @property
    def indexed(self) -> bool:
        """Whether the index of words alone finds what has it (:mod:`tickets.word_index`)."""
        return not (self.keys or self.categories or self.districts or self._number)

    @property
    def _number(self) -> bool:
        folded = unicodedata.normalize("NFKC", self.word)
        return bool(_LONG_NUMBER.search(folded) or _BEGINNING.fullmatch(folded))

    def condition(self, sqlite: bool) -> ColumnElement[bool]:
        """SQL: a ticket may have it. ``sqlite``: whether the database is SQLite."""
        found_by: list[Any] = []
        if self.keys:
            return TicketRow.contact_key.in_(self.keys) & TicketRow.confidential.is_(False)
        if self._number:
            whole = numbers.plain_number(self.word)
            if whole is not None:
                return TicketRow.number == whole
            # Among the numbers alone, which an index has, and not among whole rows.
            other = aliased(TicketRow)
            part = unicodedata.normalize("NFKC", self.word).upper()
            found_by.append(
                TicketRow.id.in_(select(other.id).where(other.number.contains(part, autoescape=True)))
            )
        if not _LONG_NUMBER.search(self.word):
            found_by.append(may_have(TicketRow.__table__.c.search_tokens, self.word, sqlite=sqlite))
        if self.categories:
            found_by.append(TicketRow.category.in_(self.categories))
        if self.districts:
            found_by.append(TicketRow.district.in_(self.districts))
        return or_(*found_by)

    def has(self, row: TicketRow) -> bool:
        """Whether a ticket has it as agents read it: a masked number is not found digit by digit."""
        if self.keys:
            return row.contact_key in self.keys and not row.confidential
        texts = (row.number, hide(row.content), hide(row.address), row.district, row.category)
        word = unicodedata.normalize("NFKC", self.word).lower() if self._number else self.word.lower()
        return any(word in text.lower() for text in texts) or row.number == numbers.plain_number(self.word)
