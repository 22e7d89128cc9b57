from pathlib import Path

import numpy as np
import pytest

from kb_index.index.nearest import EXACT, DenseIndex
from kb_index.language.encoder import Vectors

MANY = EXACT + 500


def unit(count: int, seed: int = 1) -> Vectors:
    """Vectors that gather about some matters, as questions do."""
    chance = np.random.default_rng(seed)
    matters = np.random.default_rng(0).normal(size=(400, 32))
    rows = matters[chance.integers(0, 400, count)] + 0.4 * chance.normal(size=(count, 32))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def truly_nearest(vectors: Vectors, query: Vectors, count: int) -> list[int]:
    return [int(place) for place in np.argsort(-(vectors @ query))[:count]]


def test_few_vectors_are_searched_exactly_among_those_allowed() -> None:
    vectors = unit(300)
    index, query = DenseIndex.of(vectors), vectors[7]
    assert index.nearest(query, 5).tolist() == truly_nearest(vectors, query, 5)
    allowed = np.zeros(300, bool)
    allowed[[3, 40, 299]] = True
    assert set(index.nearest(query, 5, allowed).tolist()) == {3, 40, 299}
    assert index.nearest(query, 5, np.zeros(300, bool)).size == 0
    assert index.nearest(np.zeros(32, np.float32), 5).size == 0


@pytest.mark.parametrize("share", [1.0, 0.9, 0.02])
def test_of_many_nearly_all_of_the_nearest_are_found_among_those_allowed(
    tmp_path: Path, share: float
) -> None:
    vectors = unit(MANY)
    DenseIndex.of(vectors).save(tmp_path, "vectors")
    index = DenseIndex.load(tmp_path, "vectors")
    allowed = np.random.default_rng(2).random(MANY) < share
    places = np.flatnonzero(allowed)
    found = 0
    for query in unit(20, seed=3):
        near = index.nearest(query, 50, None if share == 1 else allowed).tolist()
        assert len(near) == 50 and set(near) <= set(places.tolist())
        found += len(set(near) & {int(places[i]) for i in truly_nearest(vectors[places], query, 50)})
    assert found >= 0.95 * 20 * 50
    assert np.allclose(index.at(places[:9]), vectors[places[:9]], atol=0.01)


def test_vectors_that_come_go_and_change_places() -> None:
    vectors, fresh = unit(30), unit(3, seed=5)
    order = np.array([*range(2, 20), 21, 20, 22, 0, 1])
    index = DenseIndex.of(vectors).changed(np.arange(10, 30), fresh, order)
    assert np.allclose(index.at(slice(None)), np.concatenate([vectors[10:], fresh])[order], atol=1e-3)
    assert DenseIndex.of(vectors).changed(np.arange(4), fresh[:0], np.arange(4)).size == 4
    assert DenseIndex.of(vectors).changed(np.arange(0), fresh, np.arange(3)).size == 3


def test_a_base_that_grows_beyond_few_and_a_large_one_that_changes() -> None:
    vectors = unit(MANY)
    half = DenseIndex.of(vectors[: EXACT - 500])
    whole = half.changed(np.arange(EXACT - 500), vectors[EXACT - 500 :], np.arange(MANY))
    changed = whole.changed(np.arange(1, MANY), vectors[:1], np.roll(np.arange(MANY), 1))
    for index in (whole, changed):
        for place in (0, 5, MANY - 1):
            assert index.nearest(vectors[place], 3)[0] == place
