"""Reads labelled rows from a JSON lines file; an error names the line of each bad row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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
            bad.append(f"第 {number} 行：{'.'.join(map(str, first['loc']))} {expected(first)}")
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
