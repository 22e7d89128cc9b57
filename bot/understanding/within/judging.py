"""Says which sentences of an entry answer a follow-up question, and with what probability."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.within import points
from bot.understanding.within.features import COUNT, Read, Vectors, features
from kb_index.index.meanings import shipped_meaning
from kb_index.language.unsaid import missing

WEIGHTS = Path(__file__).with_name("weights.json")
"""The file with the fitted weights and thresholds."""
_LONGEST = 60
"""Longest part of a question that is used, in characters."""
_BESIDE = 0.75
"""Share (0 to 1) of the best sentence's probability from which a second one is said, too."""
_LACKING = 0.2
"""Factor on the probability of a sentence that does not mention a deed or a thing that the question names."""
Encode = Callable[[Sequence[str]], Vectors]
"""Texts → the encoder's states, [texts, 2 × dimensions]; cached, because an entry's sentences come again."""


@dataclass(frozen=True)
class Model:
    """The fitted weights.

    Args:
        weights: one for each feature.
        bias: the constant.
        sure: probability (0 to 1) from which a sentence is said as the answer.
        likely: probability from which a sentence is said as what the entry has on this point.
    """

    weights: tuple[float, ...]
    bias: float
    sure: float
    likely: float

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability that each sentence answers, [sentences]."""
        found: NDArray[np.float64] = 1 / (1 + np.exp(-(rows @ np.array(self.weights) + self.bias)))
        return found


@dataclass(frozen=True)
class Told:
    """What an entry says to a follow-up.

    Args:
        sentences: one or two sentences, in the entry's order.
        sure: whether they surely answer.
        probability: that the better one answers, 0 to 1.
    """

    sentences: tuple[str, ...]
    sure: bool
    probability: float


def behind(before: str, question: str) -> str:
    """A question behind what it leans on, as one text that is encoded and searched.

    Args:
        before: a title, a topic, or the citizen's words of before.
        question: the follow-up question; the rest of a long one is left out.
    """
    return f"{before[:_LONGEST].rstrip('？?')}，{question[:_LONGEST]}"


def read(
    question: str, title: str, said: Mapping[str, str], opening: str = "", encode: Encode | None = None
) -> Read:
    """Everything that is read of a question and an entry. Encodes texts, so call it in a thread.

    Args:
        question: the follow-up question.
        title: what the sentences are about, such as an entry's title.
        said: sentence → the heading it stands under (:func:`bot.understanding.within.sentences.headed`); at least one.
        opening: the words with which the entry was asked for; "" when they are not known.
        encode: the encoder; None: the shipped one.
    """
    encode = encode or shipped_meaning().states
    together = behind(title, question)
    before = behind(opening, question) if opening else together
    asked = encode([question[:_LONGEST], title, together, before])
    told, headed = encode(list(said)), encode([heading or title for heading in said.values()])
    return Read(question[:_LONGEST], title, list(said), list(said.values()), asked, told, headed)


def probabilities(found: Read, model: Model | None = None) -> NDArray[np.float64]:
    """The probability that each sentence answers, [sentences]. One that lacks what a question names (那个临时的) is doubted."""
    return (model or shipped()).probabilities(features(found)) * doubts(found)


def doubts(found: Read) -> NDArray[np.float64]:
    """The factor on each sentence's probability, [sentences]."""
    if not missing(found.question, ""):
        return np.ones(len(found.said))
    lacks = [bool(missing(found.question, f"{found.title}\n{one}")) for one in found.said]
    return np.where(lacks, _LACKING, 1.0)


def judge(
    title: str,
    said: Sequence[str],
    question: str,
    encode: Encode | None = None,
    model: Model | None = None,
    *,
    least: float | None = None,
) -> Told | None:
    """The sentences that answer a follow-up question; None when none does.

    A question for a number (罚多少, 几天) needs a sentence with a number. Takes some milliseconds for each text that
    is encoded for the first time, so call it in a thread.

    Args:
        title: what the sentences are about, such as an entry's title.
        said: the sentences (:func:`bot.understanding.within.sentences.sentences`).
        question: the follow-up question.
        encode: the encoder; None: the shipped one.
        model: the weights; None: the shipped ones.
        least: probability (0 to 1) from which a sentence is said that tells of the point asked for (an amount, a time …);
            None: the model's ``likely``, for any sentence.
    """
    model = model or shipped()
    if not said or not question.strip():
        return None
    chances = probabilities(read(question, title, dict.fromkeys(said, ""), encode=encode), model)
    if points.wants_number(question):
        chances = chances * np.array([points.has_number(one) for one in said])
    if least is not None:
        wanted = np.array(points.asked(question))
        chances = chances * np.array([bool((wanted & points.told(one)).any()) for one in said])
    best = float(chances.max())
    bar = model.likely if least is None else least
    if best < bar:
        return None
    beside = max(best * _BESIDE, bar)
    places = sorted(int(place) for place in np.argsort(-chances)[:2] if chances[place] >= beside)
    return Told(tuple(said[place] for place in places), best >= model.sure, best)


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The shipped weights.

    Raises:
        ValueError: when the file belongs to other features.
    """
    held = json.loads(WEIGHTS.read_text("utf-8"))
    if len(held["weights"]) != COUNT:
        raise ValueError(
            f"{WEIGHTS.name} was fitted with other features; run python -m bot.understanding.within.fit"
        )
    return Model(tuple(held["weights"]), held["bias"], held["sure"], held["likely"])
