"""Near misses are told apart from questions for details that the entry tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.settings import ROOT
from kb_index.fitting import telling as fitting
from kb_index.index.meanings import shipped_meaning
from kb_index.measure.workbench import searcher_over
from kb_index.search import telling
from kb_index.search.calibration import FEATURES, SHIPPED, Calibration
from kb_index.search.searcher import Searcher
from tests.kb_index.conftest import MODEL

DIMENSIONS = 8


@pytest.fixture(scope="module")
def searcher() -> Iterator[Searcher]:
    yield searcher_over(ROOT / "knowledge_base", None, MODEL, Calibration.load(SHIPPED))


def test_the_shipped_network_belongs_to_the_shipped_numbers_and_to_no_others() -> None:
    numbers, meaning = Calibration.load(SHIPPED), shipped_meaning()
    assert telling.belonging(numbers, meaning) is not None
    assert telling.belonging(replace(numbers, answer_at=0.5), meaning) is not None
    assert telling.belonging(replace(numbers, bias=numbers.bias + 1), meaning) is None
    assert telling.belonging(numbers, None) is None


@pytest.mark.slow
def test_a_search_with_other_numbers_goes_by_the_probability_model(searcher: Searcher) -> None:
    other = searcher.with_calibration(replace(searcher.calibration, bias=searcher.calibration.bias - 2))
    assert searcher.telling is not None and other.telling is None
    ranking = other.rank("产假有多少天")
    assert 0 <= other.chances(ranking, 1)[0] <= 1
    assert searcher.chances(ranking, 1)[0] != other.chances(ranking, 1)[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "untold"),
    [
        ("生孩子能歇多少天产假", "老婆生孩子，男的陪产假给几天"),
        ("献血前要满足啥条件", "献血证丢了怎么补"),
    ],
)
def test_what_an_entry_does_not_tell_is_less_probable(searcher: Searcher, told: str, untold: str) -> None:
    first = [searcher.search(one, ["安徽", "淮南"]).hits[0].probability for one in (told, untold)]
    assert first[0] > first[1]


class _Reading:
    """A judge that finds the second of the found entries the likeliest."""

    def probability(self, read: np.ndarray) -> np.ndarray:
        return np.array([0.2, 0.6, 0.1])[: len(read)]


@pytest.mark.slow
def test_the_likeliest_of_the_first_entries_comes_first(searcher: Searcher) -> None:
    question, before = "我家娃被学校老师打了一巴掌，老师这样要受什么处分", searcher.telling
    ranking = searcher.rank(question, ["安徽", "淮南"])
    by_likeness = [searcher.shelf.store.ids[int(place)] for place in ranking.places[:3]]
    searcher.telling = _Reading()  # type: ignore[assignment]
    try:
        hits = searcher.search(question, ["安徽", "淮南"]).hits
        alone = searcher.search(question, ["安徽", "淮南"], limit=1).hits
    finally:
        searcher.telling = before
    assert [hit.entry.id for hit in hits] == [by_likeness[1], by_likeness[0], by_likeness[2]]
    assert [hit.probability for hit in hits] == [0.6, 0.2, 0.1]
    assert [hit.entry.id for hit in alone] == [by_likeness[1]]


@pytest.mark.slow
def test_a_network_learns_what_likeness_does_not_show(tmp_path: Path) -> None:
    """Told and untold questions have the same features; only a direction of the question's vector parts them."""
    chance = np.random.default_rng(3)
    asked = []
    for place in range(8_000):
        vector = chance.normal(size=DIMENSIONS).astype(np.float32)
        vector /= np.linalg.norm(vector)
        near = np.tile(chance.normal(size=DIMENSIONS).astype(np.float32), (1, 1))
        read = telling.joined(chance.normal(size=(1, len(FEATURES))), vector, near, near)
        asked.append(fitting.Told(read, [bool(vector[0] > 0)], 1.0, place % 3 > 0))
    network, unseen, _ = fitting.fit(asked, np.arange(8_000) % 2, "numbers encoder")
    right = np.array([one.right[0] for one in asked])
    assert np.mean((unseen > 0.5) == right) > 0.7  # by features alone: 0.5
    network.save({telling.key("问"): 0.25}, tmp_path / "n.npz")
    again = telling.shipped(tmp_path / "n.npz")
    assert again is not None and again.made_with == "numbers encoder"
    assert np.allclose(again.probability(asked[0].read), network.probability(asked[0].read), atol=0.02)
    assert telling.unseen(tmp_path / "n.npz") == {telling.key("问"): 0.25}
