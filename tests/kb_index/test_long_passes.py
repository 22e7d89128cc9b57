"""Long texts that come together pass the encoder in turns, and a short one waits for none of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from kb_index.language import bert
from kb_index.language.pretrained import SHIPPED, PretrainedEncoder

TEXTS = [f"{number}号楼的路灯坏了三天没人修，" * 60 for number in range(6)]


@pytest.fixture
def encoder() -> PretrainedEncoder:
    made = PretrainedEncoder(SHIPPED)
    made.tokens("")
    return made


class Gate:
    """Stands before the first product of an encoder's first layer, and counts the long passes that are in the layers."""

    def __init__(self, encoder: PretrainedEncoder) -> None:
        self.open, self.within, self.most = threading.Event(), 0, 0
        self._lock = threading.Lock()
        layers = encoder._loaded().layers
        first = layers._layers[0]
        layers._layers[0] = (self._before(first[0]), *first[1:])

    def _before(self, product: bert.Product) -> Callable[[Any], Any]:
        def counted(x: Any) -> Any:
            if x.shape[0] * x.shape[1] < bert.LONG:
                return product(x)
            with self._lock:
                self.within += 1
                self.most = max(self.most, self.within)
            self.open.wait(60)
            with self._lock:
                self.within -= 1
            return product(x)

        return counted


@pytest.mark.slow
def test_long_texts_are_in_the_layers_one_by_one_and_a_short_one_passes_them(
    encoder: PretrainedEncoder,
) -> None:
    gate = Gate(encoder)
    with ThreadPoolExecutor(len(TEXTS) + 1) as threads:
        try:
            long = [threads.submit(encoder.tokens, text) for text in TEXTS]
            until = time.monotonic() + 30
            while gate.within < bert.AT_ONCE and time.monotonic() < until:
                time.sleep(0.01)
            assert threads.submit(encoder.tokens, "公积金怎么取").result(30).shape[0] < bert.LONG
            assert not any(one.done() for one in long)
        finally:
            gate.open.set()
        read = [one.result(60) for one in long]
    assert gate.most == bert.AT_ONCE
    alone = PretrainedEncoder(SHIPPED)
    for text, states in zip(TEXTS, read, strict=True):
        assert len(states) >= bert.LONG
        np.testing.assert_array_equal(states, alone.tokens(text))
