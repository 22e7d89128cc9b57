"""Personal data: masked wherever people look, and removed from what is kept for statistics."""

from __future__ import annotations

import pytest

from core.privacy import mask_name, mask_phone, mask_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13800000000，急", "电话138****0000，急"),
        ("身份证34040019000101001X。", "身份证340400********001X。"),
        ("编号HN202611230000001", "编号HN202611230000001"),
        ("120平米，1380000", "120平米，1380000"),
    ],
)
def test_numbers_in_free_text_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


def test_names_and_phones() -> None:
    assert mask_name("张某某") == "张**"
    assert mask_phone("13800000000") == "138****0000"
    assert mask_phone("0554") == "**54"
