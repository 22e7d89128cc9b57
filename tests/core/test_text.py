"""Text from outside, made fit to be kept."""

from __future__ import annotations

import pytest

from core.text import clean


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("路灯\x00不亮\x1f", "路灯不亮"),
        ("第一行\n\t第二行", "第一行\n\t第二行"),
        ("路灯\ud800不\udfff亮", "路灯不亮"),
        ("路灯\ud7ff\ue000", "路灯\ud7ff\ue000"),
        ("\u3000 路灯不亮\t\n", "路灯不亮"),
    ],
)
def test_only_what_nothing_can_hold_is_taken_out(said: str, kept: str) -> None:
    assert clean(said) == kept
