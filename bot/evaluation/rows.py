"""Labelled rows from a JSON lines file, every bad one named by its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import ConfigurationError

MOST_NAMED = 10
"""Bad lines one error names."""


class MessageRow(BaseModel):
    """A message and what it means."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    intent: str = Field(min_length=1)


class CategoryRow(BaseModel):
    """A story and its category: ``一级`` or ``一级/二级``; ``label``: as of a :class:`DangerRow`, where it is one, too."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    category: str = Field(min_length=1)
    label: str | None = None


class StoryRow(BaseModel):
    """A first message and the slots it fills; a time as ``2026-11-18T22``, as far as it is exact, or in its words."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    slots: dict[str, str]


class AnswerRow(BaseModel):
    """A question and the entry that answers it; None: nothing does. ``also``: entries that answer it as well."""

    model_config = ConfigDict(extra="ignore", strict=True)

    question: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    entry: str | None
    also: list[str] = []


class MatterRow(BaseModel):
    """A message and what it is: a matter to file, a question, both, or mere talk."""

    model_config = ConfigDict(extra="ignore", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    kind: Literal["matter", "question", "both", "talk"]


class DangerRow(BaseModel):
    """A message and its danger, ``scope_…`` for what the hotline may not take up, or ``none``."""

    model_config = ConfigDict(extra="ignore", strict=True)

    text: str = Field(min_length=1, max_length=5_000, pattern=r"\S")
    label: str = Field(pattern=r"^[a-z_]+$")


Row = TypeVar("Row", bound=BaseModel)


def read(path: Path, kind: type[Row], wrong: Callable[[Row], str | None] = lambda row: None) -> list[Row]:
    """The rows of a file; empty lines are skipped.

    Args:
        wrong: says what is wrong with a row that has the right form, such as an unknown label.

    Raises:
        ConfigurationError: the file can't be read, is empty, or has bad rows; the message names their lines.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} can't be read: {error}", code="evaluation_file") from error
    rows: list[Row] = []
    bad: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = kind.model_validate(json.loads(line))
        except ValidationError as error:
            first = error.errors()[0]
            bad.append(f"line {number}: {'.'.join(map(str, first['loc'])) or 'row'}: {first['msg']}")
        except (ValueError, RecursionError) as error:
            bad.append(f"line {number}: not JSON ({error})")
        else:
            problem = wrong(row)
            if problem:
                bad.append(f"line {number}: {problem}")
            rows.append(row)
    if bad:
        more = f"\n  … and {len(bad) - MOST_NAMED} more" if len(bad) > MOST_NAMED else ""
        raise ConfigurationError(
            f"{path.name} has bad rows:\n  " + "\n  ".join(bad[:MOST_NAMED]) + more, code="evaluation_rows"
        )
    if not rows:
        raise ConfigurationError(f"{path.name} has no rows.", code="evaluation_rows")
    return rows
