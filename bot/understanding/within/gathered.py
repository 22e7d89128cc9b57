"""What the encoder and the search say to the written follow-ups: gathered once in some minutes, and kept in ``var/``."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.understanding.asking import without_lead_in
from bot.understanding.evidence import found as as_found
from bot.understanding.kinds import shipped as kind_model
from bot.understanding.plea import without_plea
from bot.understanding.within.choice import Evidence
from bot.understanding.within.examples import Example
from bot.understanding.within.features import Read, Vectors
from bot.understanding.within.judging import behind, read
from bot.understanding.within.sentences import headed
from core.settings import ROOT, Settings
from kb_index.index.meanings import Meaning, shipped_meaning
from kb_index.index.versions import current_version
from kb_index.publishing.build import build
from kb_index.search.loading import load_searcher
from kb_index.search.searcher import Hit, Searcher, SearchResult
from kb_index.search.unmentioned import unmentioned

KEPT = ROOT / "var" / "within"
"""The folder of what is kept; it may be deleted at any time."""
_HITS = 3


class Gathered:
    """Gathers the evidence of examples.

    Args:
        settings: name the knowledge base and the city.
    """

    def __init__(self, settings: Settings) -> None:
        build(settings.knowledge_dir, settings.index_dir, settings.kb_model)
        version = current_version(settings.index_dir) or ""
        self._searcher: Searcher = load_searcher(settings.index_dir, version, settings.kb_model)
        self._regions = tuple(settings.city.regions)
        self._meaning: Meaning = shipped_meaning()
        self._states = KEPT / f"states-{self._meaning.fingerprint}.npz"
        self._searches = KEPT / f"searches-{version}.json"
        self._hits: dict[str, list[tuple[str, float, float, float]]] = {}
        self._vectors: dict[str, NDArray[np.float16]] = {}
        if self._searches.is_file():
            self._hits = json.loads(self._searches.read_text("utf-8"))
        if self._states.is_file():
            with np.load(self._states) as kept:
                self._vectors = dict(zip(json.loads(str(kept["texts"])), kept["rows"], strict=True))

    def keep(self) -> None:
        """Write down what was gathered."""
        KEPT.mkdir(parents=True, exist_ok=True)
        self._searches.write_text(json.dumps(self._hits, ensure_ascii=False), "utf-8")
        texts = json.dumps(list(self._vectors), ensure_ascii=False)
        np.savez(self._states, texts=np.array(texts), rows=np.stack(list(self._vectors.values())))

    def states(self, texts: Sequence[str]) -> Vectors:
        """Like :meth:`kb_index.index.meanings.Meaning.states`, in half precision."""
        for text in texts:
            if text not in self._vectors:
                self._vectors[text] = self._meaning.states([text])[0].astype(np.float16)
        return np.stack([self._vectors[text] for text in texts]).astype(np.float32)

    def search(self, question: str) -> list[Hit]:
        """The first entries for a question."""
        if question not in self._hits:
            result = self._searcher.search(question, self._regions, dt.date.today(), _HITS)
            self._hits[question] = [
                (hit.entry.id, hit.probability, hit.lexical, hit.dense) for hit in result.hits
            ]
        store = self._searcher.shelf.store
        found = []
        for entry, probability, lexical, dense in self._hits[question]:
            place = store.place(entry)
            if place is not None:
                found.append(Hit(store.at(place), probability, lexical, dense, variant=""))
        return found

    def read(self, example: Example) -> Read:
        """What is read of an example's sentences."""
        about = example.about
        return read(example.text, about.title, headed(about), example.opening, self.states)

    def evidence(self, example: Example, chances: NDArray[np.float64]) -> Evidence:
        """The evidence about an example.

        Args:
            chances: the probability that each sentence answers.
        """
        about, text = example.about, example.text
        alone = self.search(without_lead_in(text))
        bare = without_plea(text)
        result = SearchResult("unknown", tuple(self.search(bare)))
        kinds = kind_model().probabilities(bare, self.states([bare])[0], as_found(result))
        topical = self.search(behind(about.topic, text))
        opened = self.search(behind(example.opening or about.title, text))
        foreign = (
            bool(unmentioned(self._searcher, text, about)),
            bool(unmentioned(self._searcher, text, about, headed=True)),
        )
        return Evidence(text, about, list(headed(about)), chances, alone, topical, opened, kinds, foreign)
