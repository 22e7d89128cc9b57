"""Removes the citizen's own name from a content that others read, for citizens who are anonymous or want secrecy."""

from __future__ import annotations

import re

from bot.understanding.name import ANONYMOUS, introduced_name, read_name, titled_name

_CLAUSE = re.compile(r"(?P<clause>[^，,。；;！!？?\n]+)(?P<mark>[，,。；;！!？?\n]*)")
_ADDED = "补充："
_LONGEST_BARE = 4
"""Most characters of a clause that is only a name."""
_FORM_OF_ADDRESS = re.compile(r"(?:先生|女士|小姐|同志)(?:/女士)?$")


def without_name(content: str, name: str) -> str:
    """A content without the clauses in which citizens say who they are, and without their name elsewhere.

    Args:
        content: the matter; each addition to it is a line of its own.
        name: the citizen's name; "匿名" or "" when it is not known.

    >>> without_name("我叫李明，路灯坏了，请回复李明", "李明"), without_name("王芳，路灯坏了", "匿名")
    ('路灯坏了，请回复本人', '路灯坏了')
    """
    own = "" if name == ANONYMOUS else name
    left = "\n".join(line for one in content.split("\n") if (line := _line(one, own)) and line != _ADDED)
    if own and len(own) > 1 and not _FORM_OF_ADDRESS.search(own):
        left = left.replace(own, "本人")
    return left or content.replace(own or ANONYMOUS, "本人")


def _line(line: str, own: str) -> str:
    added = _ADDED if line.startswith(_ADDED) else ""
    bare = line.removeprefix(_ADDED)
    first = True
    kept = []
    for found in _CLAUSE.finditer(bare):
        if not _says_who(found["clause"].strip(), own, bare[: found.start()], first=first):
            kept.append(found.group())
        first = False
    rest = "".join(kept)
    return added + (rest if len(rest) == len(bare) else rest.rstrip("，,；;")) if rest else ""


def _says_who(clause: str, own: str, before: str, *, first: bool) -> bool:
    """Whether a clause, behind the words before it, only names the citizen."""
    if own and clause == own:
        return True
    named = introduced_name(clause, before)
    if named is not None:
        return len(clause) <= len(named) + 6
    if titled_name(clause) is not None:
        return True
    return first and len(clause) <= _LONGEST_BARE and len(clause) > 1 and read_name(clause) == clause
