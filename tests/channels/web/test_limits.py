"""Token buckets."""

from __future__ import annotations

import pytest

from channels.web import limits
from channels.web.limits import Buckets
from core.errors import RateLimited


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_refills_with_time() -> None:
    clock = Clock()
    buckets = Buckets(6, clock)
    for _ in range(6):
        buckets.take("a")
    with pytest.raises(RateLimited) as refused:
        buckets.take("a")
    assert refused.value.retry_after_s == 10
    clock.now += 9.9
    with pytest.raises(RateLimited):
        buckets.take("a")
    clock.now += 0.2
    buckets.take("a")
    buckets.take("b")


def test_being_refused_costs_nothing_and_a_rest_gives_no_more_than_a_full_bucket() -> None:
    clock = Clock()
    buckets = Buckets(3, clock)
    for _ in range(3):
        buckets.take("a")
    for _ in range(50):
        with pytest.raises(RateLimited):
            buckets.take("a")
    clock.now += 3_600
    for _ in range(3):
        buckets.take("a")
    with pytest.raises(RateLimited):
        buckets.take("a")


def test_a_flood_of_strangers_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST", 100)
    clock = Clock()
    buckets = Buckets(3, clock)
    for n in range(1_000):
        buckets.take(str(n))
    assert len(buckets._buckets) <= 100
    clock.now += 61
    buckets.take("later")
    assert list(buckets._buckets) == ["later"]
