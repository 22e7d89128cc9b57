"""Query codes (查询码) of tickets: how they look, and what stands in a stored text instead of one.

A code opens a ticket as its citizen does. So no stored message holds one: the text has a place for it, which is filled when
the text is shown to the citizen of the ticket's own conversation (:meth:`conversations.service.Conversations.told`).
"""

from __future__ import annotations

import re
import secrets
import unicodedata

ALPHABET = "346789ACDEFHJKMNPQRTWXY"
"""Characters of query codes: none that looks or sounds like another (0 and O, 1 and I, 2 and Z, 5 and S, 8 and B …)."""
LENGTH = 8
"""Characters of a query code: 7.8 × 10¹⁰ possible ones. Codes given before 2026-11-29 are six digits and stay valid."""
_LEAST = 2
"""Fewest figures, and fewest letters, of a code. So it can be told from a word and from other numbers in a text."""
_NEW = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
_OLD = re.compile(r"[0-9]{6}")
PLACE = re.compile(r"⟦查询码 ([A-Z]{2,6}\d{13,16})⟧")
"""The place for the code of a ticket in a stored text; group 1 is the ticket's number."""


def new() -> str:
    """A new query code.

    >>> is_new(new())
    True
    """
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if is_new(code):
            return code


def is_new(code: str) -> bool:
    """Whether a text has the form of codes given today.

    >>> is_new("AC3D9KXQ"), is_new("ACDEFHJK"), is_new("482913")
    (True, False, False)
    """
    figures = sum(c.isdigit() for c in code)
    return _NEW.fullmatch(code) is not None and _LEAST <= figures <= LENGTH - _LEAST


def plain(text: str) -> str | None:
    """The stored form of a code that a citizen typed; None when it can't be one.

    >>> plain(" ac3d-9kxq "), plain("４８２ 913"), plain("四八二九一三")
    ('AC3D9KXQ', '482913', None)
    """
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    return code if is_new(code) or _OLD.fullmatch(code) else None


def place(number: str) -> str:
    """What stands in a stored text for the code of the ticket with this number.

    >>> place("HN2026112300001")
    '⟦查询码 HN2026112300001⟧'
    """
    return f"⟦查询码 {number}⟧"
