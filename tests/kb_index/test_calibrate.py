import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigurationError
from kb_index.fitting.probability import (
    answer_threshold,
    ask_threshold,
    calibration_error,
    fit_logistic,
    wilson,
)
from kb_index.search.calibration import FEATURES, Calibration

RANDOM = np.random.default_rng(5)


def test_the_logistic_model_recovers_known_probabilities() -> None:
    features = RANDOM.normal(size=(4000, 3))
    chance = 1 / (1 + np.exp(-(features @ [2.0, -1.0, 0.0] + 0.5)))
    right = RANDOM.random(4000) < chance
    weights, bias = fit_logistic(features, right, penalty=1e-4)
    np.testing.assert_allclose([*weights, bias], [2, -1, 0, 0.5], atol=0.2)
    stated = 1 / (1 + np.exp(-(features @ np.array(weights) + bias)))
    assert calibration_error(stated, right) < 0.03
    assert calibration_error(np.sqrt(stated), right) > 0.1


def test_constant_features_and_one_sided_labels_do_not_break_the_fit() -> None:
    weights, bias = fit_logistic(np.ones((50, 2)), np.ones(50, bool))
    assert np.isfinite([*weights, bias]).all()


def test_the_answer_threshold_keeps_both_bounds_and_is_the_lowest_that_does() -> None:
    probability = np.linspace(0, 1, 1001)
    right = RANDOM.random(1001) < probability
    answerable = right | (RANDOM.random(1001) < 0.5)
    threshold = answer_threshold(probability, right, answerable, wrong=0.02, false=0.03)
    given = probability >= threshold
    assert (given & ~right).sum() <= 0.02 * 1001
    assert (given & ~answerable).sum() <= 0.03 * (~answerable).sum()
    lower = probability >= threshold - 0.1
    assert (lower & ~right).sum() > 0.02 * 1001 or (lower & ~answerable).sum() > 0.03 * (~answerable).sum()


def test_asking_back_stops_where_it_no_longer_helps() -> None:
    probability = np.linspace(0, 1, 1001)
    near = probability > 0.4
    assert ask_threshold(probability, near, 0.8) == pytest.approx(0.4, abs=0.02)
    assert ask_threshold(probability, np.zeros(1001, bool), 0.8) == 0.8


def test_confidence_intervals() -> None:
    assert wilson(50, 100) == pytest.approx((0.404, 0.596), abs=0.001)
    assert wilson(0, 100)[0] == 0 and wilson(0, 100)[1] == pytest.approx(0.037, abs=0.001)
    assert wilson(0, 0) == (0, 1)


def test_it_is_kept_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    numbers = Calibration(
        weights=tuple(range(len(FEATURES))), bias=-1.5, answer_at=0.9, model="abc", report={"n": 1}
    )
    numbers.save(path)
    assert Calibration.load(path) == numbers
    assert Calibration.load(tmp_path / "missing.json") == Calibration()
    data = json.loads(path.read_text("utf-8"))
    del data["weights"]["margin"]
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(ConfigurationError, match="--fit"):
        Calibration.load(path)
