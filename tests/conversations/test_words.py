"""What a text becomes on its way in: clean, never a command, and a choice only of what was offered."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.buttons import as_text, choose
from conversations.types import Button
from core.text import clean

anything = st.text(st.characters(exclude_categories=()), max_size=200)
OFFERED = [Button("是", "/affirm"), Button("不是", "/deny"), Button("转人工。", "/request_human")]


@settings(max_examples=500, deadline=None)
@given(anything)
def test_clean_text_can_be_stored_anywhere_and_is_clean_for_good(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned
    assert set(cleaned) <= set(text)


@settings(deadline=None)
@given(st.text(st.sampled_from("您好，12345 👍🏽\n\t"), max_size=100))
def test_ordinary_words_are_left_as_they_are(text: str) -> None:
    assert clean(text) == text.strip()


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from('/ \t\n\u3000\u00a0\u2028\x85\x1cabc您好{}"'), max_size=30))
def test_what_a_citizen_types_is_never_a_command(text: str) -> None:
    # Rasa strips the text before it looks for the slash (UserMessage.__init__).
    assert not as_text(text).strip().startswith("/")


@settings(deadline=None)
@given(anything)
def test_only_leading_slashes_and_white_space_are_taken(text: str) -> None:
    said = as_text(text)
    assert text.endswith(said)
    assert set(text[: len(text) - len(said)]) <= {c for c in text if c == "/" or c.isspace()}


@pytest.mark.parametrize(
    ("text", "pressed", "payload"),
    [
        ("1", None, "/affirm"),
        ("２", None, "/deny"),
        ("2.", None, "/deny"),
        (" 2 。", None, "/deny"),
        ("③", None, "/request_human"),
        ("不是！", None, "/deny"),
        ("转人工", None, "/request_human"),
        ("随便", "/deny", "/deny"),
        ("不是", "/forged", "/deny"),
        ("随便", "/forged", None),
        ("0", None, None),
        ("4", None, None),
        ("-1", None, None),
        ("12", None, None),
        ("不是这个意思", None, None),
        ("/affirm", None, None),
        ("", None, None),
    ],
)
def test_choosing(text: str, pressed: str | None, payload: str | None) -> None:
    chosen = choose(text, pressed, OFFERED)
    assert (chosen.payload if chosen else None) == payload


@settings(deadline=None)
@given(anything, st.none() | anything)
def test_nothing_offered_nothing_chosen(text: str, pressed: str | None) -> None:
    assert choose(text, pressed, []) is None


@settings(deadline=None)
@given(anything, st.none() | anything)
def test_only_what_was_offered_is_ever_chosen(text: str, pressed: str | None) -> None:
    assert choose(text, pressed, OFFERED) in (None, *OFFERED)
