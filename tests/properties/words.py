"""Texts for properties: what people write, what readers look for, and what nobody expects."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.pumping import FRAGMENTS

few = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""Examples of one property. All of them together take well under a minute of a processor."""
anything = st.text(st.characters(exclude_categories=()), max_size=120)
"""Any characters, also control characters and half emojis."""
storable = st.text(st.characters(exclude_categories=("Cs",)), max_size=120)
"""Any characters that UTF-8 can write."""
told = st.lists(
    st.sampled_from(
        (*(one for one in FRAGMENTS if len(one) < 40), "我叫王小明", "13800001234", "0554-2660000", "龙湖花园3栋502室", "昨天晚上8点", "投诉",
         "HN2026112300001", "AC3D9KXQ", "转人工", "3,600元", "340403199001011234", "微信abc_123", "皖D12345", "不对，", "是5号楼")
    ) | st.text(max_size=4),
    max_size=12,
).map("".join)  # fmt: skip
"""What readers look for, in any order."""
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
"""Any JSON value, with Python's NaN and Infinity."""


def bodies(*shapes: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Bodies of requests: any bytes, any JSON, and the given objects with some field missing, foreign or of any value."""
    names = sorted({name for shape in shapes for name in shape}) or ["text"]
    damaged = st.sampled_from(shapes).flatmap(
        lambda shape: st.dictionaries(
            st.sampled_from(names) | st.text(max_size=6), values, max_size=3
        ).flatmap(
            lambda other: st.sets(st.sampled_from(sorted(shape) or [""]), max_size=1).map(
                lambda gone: {k: v for k, v in {**shape, **other}.items() if k not in gone}
            )
        )
    )
    written = (values | damaged).map(lambda one: json.dumps(one, ensure_ascii=True).encode())
    return st.binary(max_size=80) | written
