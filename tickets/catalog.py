"""事项分类: the catalogue of what complaints are about, and a guess where a story belongs.

The guess counts keywords, no more: it is good enough to be offered as a button and must never be filed
without somebody having chosen it. Editors change ``catalog/categories.yml``; it is checked when first read.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from core.errors import ConfigurationError

_FILE = Path(__file__).with_name("catalog") / "categories.yml"

_Name = Annotated[str, Field(min_length=2, max_length=20, pattern=r"^[^/\s]+$")]


class Leaf(BaseModel):
    """A level-2 category and the words it is recognised by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Name
    keywords: tuple[Annotated[str, Field(min_length=1, max_length=20)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Leaf:
        if len(set(self.keywords)) != len(self.keywords):
            raise ValueError(f"{self.name}: a keyword stands there twice")
        return self


class Category(BaseModel):
    """A level-1 category."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Name
    children: tuple[Leaf, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Category:
        names = [leaf.name for leaf in self.children]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: two level-2 categories have the same name")
        return self


class Suggestion(NamedTuple):
    """Where a story seems to belong.

    Args:
        confidence: 0 to 1, how far ahead of the next best this one is; not a calibrated probability.
    """

    level1: str
    level2: str
    confidence: float

    @property
    def category(self) -> str:
        """As tickets store it: ``一级/二级``."""
        return f"{self.level1}/{self.level2}"


def load(path: Path) -> tuple[Category, ...]:
    """Read and check a catalogue.

    Raises:
        ConfigurationError: it can't be read, or breaks a rule; the message names file and place.
    """
    try:
        found = TypeAdapter(tuple[Category, ...]).validate_python(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError(f"{path.name}: {error}") from error
    names = [category.name for category in found]
    if len(set(names)) != len(names):
        raise ConfigurationError(f"{path.name}: two level-1 categories have the same name")
    return found


@cache
def categories() -> tuple[Category, ...]:
    """The shipped catalogue."""
    return load(_FILE)


def suggest(text: str) -> Suggestion | None:
    """The category a story seems to belong to; None when no keyword of any stands in it.

    A keyword counts by the square of its length ("路灯坏" says more than "路灯"); one inside a longer one
    that also stands there does not count again.

    >>> suggest("小区门口的路灯坏了三天了").category
    '市政设施/路灯照明'
    """
    scored = sorted(
        (
            (_score(text, leaf.keywords), category.name, leaf.name)
            for category in categories()
            for leaf in category.children
        ),
        key=lambda item: -item[0],
    )
    best, level1, level2 = scored[0]
    if best == 0:
        return None
    second = scored[1][0]
    # A lone short word is weak evidence even when nothing else was found: 4 is the weight of one such word.
    return Suggestion(level1, level2, round(best / (best + second + 4), 3))


def _score(text: str, keywords: tuple[str, ...]) -> int:
    hits = [word for word in keywords if word in text]
    return sum(len(word) ** 2 for word in hits if not any(word != other and word in other for other in hits))
