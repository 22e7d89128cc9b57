"""Reads labelled rows from a JSON lines file; an error names the line of each bad row."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import ConfigurationError
from core.expected import expected
from core.mishaps import in_words

MOST_NAMED = 10
"""Most bad lines that one error names."""


class MessageRow(BaseModel):
    """A message and its intent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    intent: str = Field(min_length=1)


class CategoryRow(BaseModel):
    """A story and its category (``一级`` or ``一级/二级``). ``label`` is optional, as in :class:`DangerRow`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    category: str = Field(min_length=1)
    label: str | None = None


class StoryRow(BaseModel):
    """A first message and the slots it fills.

    A time is written like ``2026-11-18T22``, as exactly as the message gives it, or in the words of the message.
    ``not`` (here ``never``) names values, or parts of them, that must not be read.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    slots: dict[str, str]
    never: dict[str, str] = Field({}, alias="not")


class AnswerRow(BaseModel):
    """A question and the entry that answers it (None: no entry does); ``also``: other answering entries."""

    model_config = ConfigDict(extra="ignore", strict=True)

    question: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    entry: str | None
    also: list[str] = []


class MatterRow(BaseModel):
    """A message and its kind: a matter to file, a question, both, or talk."""

    model_config = ConfigDict(extra="ignore", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    kind: Literal["matter", "question", "both", "talk"]


class RequestsRow(BaseModel):
    """A message and how many separate matters it holds."""

    model_config = ConfigDict(extra="ignore", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    matters: int = Field(ge=1)


class DangerRow(BaseModel):
    """A message and its label: a danger, ``scope_…`` for a matter out of the hotline's scope, or ``none``."""

    model_config = ConfigDict(extra="ignore", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    label: str = Field(pattern=r"^[a-z_]+$")


Wanted = Literal["answer", "unknown", "form", "danger", "declined", "any"]
"""What a turn of a talk should get; ``any``: it is not judged."""


class Expected(BaseModel):
    """What a turn of a talk should get: exactly one of an answer (``entry``, ``says`` or both), and the five others.

    Args:
        entry: id of the entry that answers the turn; None: ``says`` alone tells an answer.
        also: other entries that answer it as well.
        says: key wordings that the reply must contain, all of them; alternatives of one are parted by ``|``.
        unknown: nothing in the knowledge base answers it.
        form: it tells a matter, which the complaint form takes.
        danger: somebody is in danger.
        declined: it is out of the hotline's scope.
        any: it is not judged (a greeting, a pressed button).
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    entry: str | None = Field(None, min_length=1)
    also: list[Annotated[str, Field(min_length=1)]] = []
    says: list[Annotated[str, Field(min_length=1)]] = []
    unknown: Literal[True] | None = None
    form: Literal[True] | None = None
    danger: Literal[True] | None = None
    declined: Literal[True] | None = None
    any: Literal[True] | None = None

    @property
    def wanted(self) -> Wanted:
        """Which of the kinds is expected."""
        return self._named()[0]

    def _named(self) -> list[Wanted]:
        named: list[Wanted] = ["answer"] if self.entry is not None or self.says else []
        others: tuple[Wanted, ...] = ("unknown", "form", "danger", "declined", "any")
        return named + [name for name in others if getattr(self, name)]

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self._named()) != 1:
            raise ValueError("要写 entry（或 says）、unknown、form、danger、declined、any 里的一种，只能一种")
        if self.also and self.entry is None:
            raise ValueError("有 also 就要有 entry")
        if not all(one.strip() for wording in self.says for one in wording.split("|")):
            raise ValueError("says 里每个 | 的两边都要有字")
        return self


class TalkTurn(BaseModel):
    """What the citizen says in one turn of a talk, and what it should get."""

    model_config = ConfigDict(extra="forbid", strict=True)

    say: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    expect: Expected


class TalkRow(BaseModel):
    """A whole talk through the web widget: its turns are one conversation."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(min_length=1)
    channel: Literal["widget"]
    turns: list[TalkTurn] = Field(min_length=1)

    @model_validator(mode="after")
    def _something_to_judge(self) -> Self:
        if all(turn.expect.wanted == "any" for turn in self.turns):
            raise ValueError("至少要有一句不是 any，不然没有可评的")
        return self


Row = TypeVar("Row", bound=BaseModel)
"""The class of the rows of a file."""


def read(path: Path, kind: type[Row], wrong: Callable[[Row], str | None] = lambda row: None) -> list[Row]:
    """Read the rows of a file; empty lines are skipped.

    Args:
        path: the JSON lines file.
        kind: the class of the rows.
        wrong: returns what is wrong with a row of valid form, such as an unknown label; None: nothing.

    Raises:
        ConfigurationError: when the file can't be read, is empty, or has bad rows; the message names their
        lines.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        words = in_words(error) or "读不了"
        raise ConfigurationError(
            words if isinstance(error, OSError) else f"{path}：{words}", code="evaluation_file"
        ) from error
    rows: list[Row] = []
    bad: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = kind.model_validate(json.loads(line))
        except ValidationError as error:
            first = error.errors()[0]
            bad.append(f"第 {number} 行：{_place(first['loc'])}{expected(first)}")
        except (ValueError, RecursionError):
            bad.append(f"第 {number} 行：不是正确的 JSON")
        else:
            problem = wrong(row)
            if problem:
                bad.append(f"第 {number} 行：{problem}")
            rows.append(row)
    if bad:
        more = f"\n  …还有 {len(bad) - MOST_NAMED} 行" if len(bad) > MOST_NAMED else ""
        raise ConfigurationError(
            f"{path.name} 有不对的行：\n  " + "\n  ".join(bad[:MOST_NAMED]) + more, code="evaluation_rows"
        )
    if not rows:
        raise ConfigurationError(f"{path.name} 里一行也没有", code="evaluation_rows")
    return rows


def _place(path: Sequence[int | str]) -> str:
    """Where in a row an error is, followed by a blank; "" for the row as a whole.

    >>> _place(("turns", 1, "expect", "entry")), _place(("label",)), _place(())
    ('第 2 句的 expect.entry ', 'label ', '')
    """
    if len(path) > 1 and path[0] == "turns":
        inner = _place(path[2:])
        return f"第 {int(path[1]) + 1} 句{'的 ' if inner else ' '}{inner}"
    return f"{'.'.join(map(str, path))} " if path else ""
