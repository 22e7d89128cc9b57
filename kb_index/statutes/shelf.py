"""The searchable index of articles of law, used when no entry answers. Articles are never given as an answer.

The index has versions like that of the entries (:mod:`kb_index.index.versions`). Its largest arrays stay on
disk and are memory-mapped, so a loaded index needs little memory.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import Conflict, NotFound
from kb_index.index.lexical import Asked, LexicalIndex
from kb_index.index.lines import Lines
from kb_index.index.nearest import DenseIndex
from kb_index.index.versions import current_version, manifest
from kb_index.index.vocabulary import Vocabulary
from kb_index.language.encoder import load_encoder
from kb_index.language.text import TextPipeline, query_text
from kb_index.statutes.laws import EVERYWHERE
from kb_index.statutes.numbers import FEATURES, SHIPPED, StatuteNumbers

FORMAT = 3
"""Number of the file format of a version's folder; a version of another format is refused."""
LEXICAL = 0.5
"""Weight of word coverage in the fused score, 0 to 1; the cosine has the rest. Nearby values do as well."""
CANDIDATES = 200
"""Number of articles found by words, and again by vector, that the fused score then orders."""
CLOSE = 0.9
"""A second article is shown only from this share (0 to 1) of the first article's fused score."""


@dataclass(frozen=True)
class FoundArticle:
    """An article that is possibly about a question.

    Args:
        document: the file name without the date, as entries cite it.
        title: the document's full name.
        date: ISO date on which this version was adopted or amended; "" when unknown.
        region: the region where the article holds.
        number: such as 第十六条.
        text: the paragraphs, one on each line.
        url: the public database with the official text.
        probability: probability that the question is about this article or the one shown with it, 0 to 1.
        lexical: share of the question that the article covers, 0 to 1.
        dense: cosine of the article with the question.
    """

    document: str
    title: str
    date: str
    region: str
    number: str
    text: str
    url: str
    probability: float = 0.0
    lexical: float = 0.0
    dense: float = 0.0


class StatuteShelf:
    """Searches the version in service.

    Args:
        index_dir: the index folder of the statutes.
        model: the model the version was built with.
        numbers: the fitted numbers that decide whether articles are shown.

    Raises:
        NotFound: when no version has been built.
        Conflict: when the version was built with another model or another program version.
    """

    def __init__(self, index_dir: Path, model: str, numbers: StatuteNumbers | None = None) -> None:
        version = current_version(index_dir)
        if version is None:
            raise NotFound("法规还没有建索引，请先运行 wenban kb laws build", code="laws_version")
        folder, details = index_dir / "versions" / version, manifest(index_dir, version)
        self.version = version
        self.pipeline = TextPipeline.load(folder / "text.json")
        self.encoder = load_encoder(model, self.pipeline)
        if details["format"] != FORMAT or details["model"] != self.encoder.fingerprint:
            raise Conflict(
                "法规索引是用另一个模型或程序版本建的，请运行 wenban kb laws build", code="laws_model_changed"
            )
        self.numbers = StatuteNumbers.load(SHIPPED) if numbers is None else numbers
        self._lines = Lines(folder / "articles.jsonl")
        self._vectors = DenseIndex.load(folder, "vectors")
        self._vocabulary = Vocabulary.load(folder / "vocabulary.txt")
        self._lexical = LexicalIndex.load(folder, "lexical")

    def __len__(self) -> int:
        return len(self._lines)

    def article(self, place: int) -> FoundArticle:
        """The article at a place (its number in the index, from 0)."""
        return FoundArticle(**json.loads(self._lines[place]))

    def place(self, document: str, number: str) -> int | None:
        """The place of an article; None when the index does not contain it.

        Args:
            document: the document's name without the date.
            number: such as 第十六条.
        """
        return self._places.get((document, number))

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        rows = ((place, json.loads(self._lines[place])) for place in range(len(self._lines)))
        return {(row["document"], row["number"]): place for place, row in rows}

    def related(self, question: str, regions: Sequence[str] = (), limit: int = 2) -> tuple[FoundArticle, ...]:
        """The articles to show for a question: up to ``limit``, for most questions none.

        Args:
            question: the citizen's words, any text.
            regions: names of the citizen's regions; rules of other regions are never shown.
            limit: largest number of articles.
        """
        found = self.rank(question, regions)
        if not found or found[0].probability < self.numbers.show_at:
            return ()
        first = _fused(found[0].lexical, found[0].dense)
        return tuple(a for a in found[:limit] if _fused(a.lexical, a.dense) >= CLOSE * first)

    def rank(self, question: str, regions: Sequence[str] = (), limit: int = 10) -> list[FoundArticle]:
        """The best matching articles with their scores, even when the probability is too low to show them."""
        places, lexical, dense, features = self.scored(question, regions, limit)
        if not len(places):
            return []
        chance = round(float(self.numbers.probability(features[None])[0]), 4)
        return [
            replace(self.article(int(p)), probability=chance, lexical=float(a), dense=float(b))
            for p, a, b in zip(places, lexical, dense, strict=True)
        ]

    def scored(
        self, question: str, regions: Sequence[str] = (), limit: int = 10
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Places, word coverage and cosine of the best matching articles, and the features of the first."""
        text = self.pipeline.normalise(query_text(question))
        asked = Asked.of(self.pipeline.tokens(text), self._vocabulary)
        nothing = np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(len(FEATURES))
        if not len(asked.ids):
            return nothing
        covered = self._lexical.scores(asked).astype(np.float64)
        vector = self.encoder.encode([text], query=True)[0]
        nearest = np.union1d(
            np.argsort(-covered, kind="stable")[:CANDIDATES], self._vectors.nearest(vector, CANDIDATES)
        )
        dense = self._vectors.at(nearest) @ vector
        order = np.argsort(-_fused(covered[nearest], dense), kind="stable")
        kept = [i for i in order[: limit + 50] if self._holds(int(nearest[i]), regions)][: max(limit, 6)]
        if not kept:
            return nothing
        places, lexical, cosine = nearest[kept], covered[nearest][kept], dense[kept]
        features = self._features(text, asked, places, lexical, cosine)
        return places[:limit], lexical[:limit], cosine[:limit], features

    def _holds(self, place: int, regions: Sequence[str]) -> bool:
        region = self.article(place).region
        return region == EVERYWHERE or not regions or region in regions

    def _features(
        self,
        text: str,
        asked: Asked,
        places: NDArray[np.int64],
        lexical: NDArray[np.float64],
        dense: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        fused = _fused(lexical, dense)
        articles = [self.article(int(place)) for place in places[:5]]
        first = articles[0]
        held = set(self.pipeline.words_of(self.pipeline.normalise(f"{first.document} {first.text}")))
        words = set(self.pipeline.words_of(text))
        weight = self._weight(words)
        return np.array(
            [
                fused[0],
                lexical[0],
                dense[0],
                fused[0] - (fused[1] if len(fused) > 1 else 0),
                fused[0] - (fused[5] if len(fused) > 5 else 0),
                sum(a.document == first.document for a in articles) / 5,
                self._lexical.known_share(asked),
                math.log(1 + len(asked.ids) + asked.unknown),
                self._weight(words & held) / weight if weight else 0.0,
            ]
        )

    def _weight(self, words: set[str]) -> float:
        """The total weight of these words; rare words weigh more."""
        return self._lexical.weight(Asked.of(words, self._vocabulary))


def _fused(lexical: Any, dense: Any) -> Any:
    return LEXICAL * lexical + (1 - LEXICAL) * dense
