"""Danger is met before any model reads the message: fixed phrases, editable in ``emergency.yml``.

The advice names the national emergency numbers: 110 (police), 119 (fire), 120 (medical), 122 (traffic), and
12356, the national mental-health line.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

_FILE = Path(__file__).with_name("emergency.yml")


@dataclass(frozen=True)
class Danger:
    """A kind of danger, and what to tell the citizen at once."""

    name: str
    advice: str


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    advice: str
    any: list[str]
    unless: list[str] = []


@dataclass(frozen=True)
class _Compiled:
    danger: Danger
    any: re.Pattern[str]
    unless: re.Pattern[str] | None


@cache
def _rules() -> tuple[_Compiled, ...]:
    rules = TypeAdapter(list[_Rule]).validate_python(yaml.safe_load(_FILE.read_text("utf-8")))
    return tuple(
        _Compiled(
            Danger(rule.name, rule.advice),
            re.compile("|".join(f"(?:{p})" for p in rule.any)),
            re.compile("|".join(f"(?:{p})" for p in rule.unless)) if rule.unless else None,
        )
        for rule in rules
    )


def screen(text: str) -> Danger | None:
    """The danger a message tells of, if any.

    Each clause is judged by itself, so that a harmless word in one ("去年也着过火") does not hide the danger in
    the next ("现在又着火了").

    >>> screen("我家着火了").name
    'fire'
    >>> screen("120平米的房子要交多少物业费") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text)
    clauses = [c for c in re.split(r"[。！？!?；;，,、\n]", plain) if c.strip()]
    for rule in _rules():
        for clause in clauses:
            squeezed = re.sub(r"\s+", "", clause)
            if rule.any.search(squeezed) and not (rule.unless and rule.unless.search(squeezed)):
                return rule.danger
    return None
