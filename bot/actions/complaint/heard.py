"""What a message within the form says, clause by clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.actions.runtime.wording import plain
from bot.understanding.remarks import is_no_value
from bot.understanding.wishes import Wish

_LEAST_MATTER = 4
"""Fewest characters of a clause without a field that is added to the content."""


@dataclass
class Heard:
    """What a message says.

    Args:
        values: slot → value.
        wishes: wishes about name, phone and secrecy.
        wished: the clauses with these wishes.
        rest: the clauses that contain neither values nor wishes.
        times: times beside the filled one.
        known: whether a clause belongs to another field than the asked one, even if that was filled before.
        unsure: words that may or may not answer the question; "" when there are none.
    """

    values: dict[str, Any] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    wished: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    known: bool = False
    unsure: str = ""

    @property
    def matter(self) -> str:
        """The words that belong to the content; "" when there are none."""
        told = [one for one in self.rest if len(plain(one)) >= _LEAST_MATTER and not is_no_value(one)]
        return "，".join(told)

    def with_wished(self, wished: Mapping[str, Any]) -> dict[str, Any]:
        """The values and what the wishes fill. A wish to give a name is done when the name is there."""
        done = {name: value for name, value in wished.items() if value is not None or name not in self.values}
        return {**self.values, **done}
