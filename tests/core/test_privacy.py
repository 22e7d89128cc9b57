"""Personal data: unreadable on disk, masked wherever people look."""

from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from core.privacy import decrypt, encrypt, mask_name, mask_phone, mask_text, use_data_key


def test_encrypting_hides_and_gives_back() -> None:
    token = encrypt("13800000000")
    assert "13800000000" not in token
    assert decrypt(token) == "13800000000"


def test_another_key_is_told_apart_from_damage() -> None:
    with pytest.raises(ConfigurationError, match="WENBAN_DATA_KEY"):
        decrypt("not a token")


def test_a_key_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Fernet 密钥"):
        use_data_key("short")


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
