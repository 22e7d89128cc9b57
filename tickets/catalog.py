"""事项分类: the catalogue of categories, and how well each fits the words of a citizen's story.

The score combines three scores: keywords, the nearest written examples, and complement naive Bayes over both.
``bot/understanding/category`` makes a suggestion of it. Editors change ``catalog/categories.yml`` and
``catalog/examples.yml``; both are checked when they are first read.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from core import yaml_loader
from core.errors import ConfigurationError
from tickets.likeness import Likeness, Scores

_FILE = Path(__file__).with_name("catalog") / "categories.yml"
_EXAMPLES = _FILE.with_name("examples.yml")
_LONGEST = 600
"""Number of characters of a story that are read. A story says earlier than that what it is about."""
_LEAST_LIKE = 0.12
"""Least cosine (0 to 1) to an example for a guess, when the story contains no keyword."""

_Name = Annotated[str, Field(min_length=2, max_length=20, pattern=r"^[^/\s]+$")]


class Leaf(BaseModel):
    """A level-2 category and its keywords.

    The city names its lead department (:meth:`core.city.City.lead`).
    """

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
    """The probable category of a story.

    Args:
        level1: name of the level-1 category.
        level2: name of the level-2 category.
        confidence: 0 to 1; the share of guesses with this confidence whose level 1 is right.
    """

    level1: str
    level2: str
    confidence: float

    @property
    def category(self) -> str:
        """The form in which tickets store it: ``一级/二级``."""
        return f"{self.level1}/{self.level2}"


def load(path: Path) -> tuple[Category, ...]:
    """Read and check a catalogue.

    Raises:
        ConfigurationError: the file can't be read, or breaks a rule. The message names the file and the place
            in it.
    """
    try:
        found = TypeAdapter(tuple[Category, ...]).validate_python(yaml_loader.load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError(f"{path.name}: {error}") from error
    names = [category.name for category in found]
    if len(set(names)) != len(names):
        raise ConfigurationError(f"{path.name}: two level-1 categories have the same name")
    return found


@cache
def categories() -> tuple[Category, ...]:
    """The shipped catalogue, read once."""
    return load(_FILE)


def examples(path: Path = _EXAMPLES) -> dict[tuple[str, str], tuple[str, ...]]:
    """Examples of what citizens say about each category: (一级, 二级) → sentences.

    Raises:
        ConfigurationError: the file can't be read, has another format, or names an unknown category.
    """
    try:
        found = TypeAdapter(dict[str, dict[str, tuple[str, ...]]]).validate_python(
            yaml_loader.load(path.read_text("utf-8"))
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError(f"{path.name}: {error}") from error
    known = {(category.name, leaf.name) for category in categories() for leaf in category.children}
    flat = {(level1, level2): said for level1, leaves in found.items() for level2, said in leaves.items()}
    if unknown := sorted(set(flat) - known):
        raise ConfigurationError(f"{path.name}: no such category: {'/'.join(unknown[0])}")
    return flat


@cache
def _leaves() -> tuple[tuple[str, Leaf], ...]:
    return tuple((category.name, leaf) for category in categories() for leaf in category.children)


@cache
def _likeness() -> Likeness:
    texts: list[str] = []
    labels: list[int] = []
    said = examples()
    for place, (level1, leaf) in enumerate(_leaves()):
        for text in (leaf.name, *leaf.keywords, *said.get((level1, leaf.name), ())):
            texts.append(text)
            labels.append(place)
    return Likeness(texts, labels)


def names() -> tuple[str, ...]:
    """All categories as ``一级/二级``, in the order of the catalogue."""
    return tuple(f"{level1}/{leaf.name}" for level1, leaf in _leaves())


def keywords(category: str | None) -> tuple[str, ...]:
    """What the things of a category (``一级/二级``) are called; nothing of one that the catalogue does not have.

    >>> "路灯" in keywords("市政设施/路灯照明"), keywords("其他")
    (True, ())
    """
    level1, _, level2 = (category or "").partition("/")
    found = (leaf.keywords for name, leaf in _leaves() if (name, leaf.name) == (level1, level2))
    return next(found, ())


def scores(text: str) -> Scores | None:
    """How well each category fits a story by its words; None when nothing in the text points to a category.

    Returns:
        [categories], in the order of :func:`names`: the sum of three standardised scores. No unit; higher fits better.
    """
    text = text[:_LONGEST]
    words = np.array([_score(text, leaf.keywords) for _, leaf in _leaves()], float)
    like = _likeness()
    nearest = like.nearest(text)
    if not words.any() and nearest.max() < _LEAST_LIKE:
        return None
    return 0.5 * _standard(np.log1p(words)) + _standard(nearest) + _standard(like.bayes(text))


def _standard(found: Scores) -> Scores:
    """The scores as multiples of the standard deviation above the mean, so that they can be added."""
    standard: Scores = (found - found.mean()) / (found.std() + 1e-9)
    return standard


def _score(text: str, keywords: tuple[str, ...]) -> int:
    """Keyword score of a category: the sum of the squared lengths of the keywords in the text.

    A keyword inside a longer one that is also found does not count.
    """
    hits = [word for word in keywords if word in text]
    return sum(len(word) ** 2 for word in hits if not any(word != other and word in other for other in hits))
