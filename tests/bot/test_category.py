"""The category of a story: by words alone, and with the tail; the examples; the commands."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.evaluation import CATEGORIES, LETTERS, LONG_CATEGORIES
from bot.evaluation.rows import CategoryRow, read
from bot.understanding.category import Classifier, fit, suggest
from bot.understanding.category.cli import app
from core.errors import ConfigurationError
from tickets import catalog


@pytest.mark.measured
def test_long_letters_of_another_hand() -> None:
    """They ramble: other categories' words occur in passing. Words alone are right for .82."""
    rows = read(LONG_CATEGORIES, CategoryRow)
    found = [suggest(row.text) for row in rows]
    right = [
        one is not None and row.category.startswith(f"{one.level1}/")
        for one, row in zip(found, rows, strict=True)
    ]
    assert sum(right) >= 0.93 * len(rows)


def test_without_the_encoder_words_decide(tmp_path: Path) -> None:
    by_words = Classifier(encoder=tmp_path)
    found = by_words.suggest("小区门口的路灯坏了三天了")
    assert found is not None and found.category == "市政设施/路灯照明"


def test_a_category_the_tail_does_not_know_is_left_to_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor's new category works before the tail is tuned anew."""
    known = catalog.names()
    monkeypatch.setattr(
        catalog, "names", lambda: tuple(f"{name}新" if "路灯" in name else name for name in known)
    )
    found = Classifier().suggest("路灯不亮，路灯坏了，灯杆也歪了，一片漆黑")
    assert found is not None and found.category == "市政设施/路灯照明新"


def test_letters_are_labelled_with_known_categories_and_stand_once() -> None:
    letters = [letter for one in fit.hands().values() for letter in one]
    assert {letter.category for letter in letters} == set(catalog.names())
    assert max(Counter(letter.text for letter in letters).values()) == 1
    held_out = {
        row.text for file in (CATEGORIES, LONG_CATEGORIES, LETTERS) for row in read(file, CategoryRow)
    }
    assert not held_out & {letter.text for letter in letters}


def test_an_unknown_category_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "somebody.jsonl").write_text('{"text": "某事", "category": "没有/没有"}\n', "utf-8")
    with pytest.raises(ConfigurationError, match="没有/没有"):
        fit.hands(tmp_path)


def test_commands() -> None:
    said = CliRunner().invoke(app, ["suggest", "干了三个月，老板不发工资"])
    assert said.stdout.startswith("劳动与就业/拖欠工资")
    wrong = CliRunner().invoke(app, ["fit", "--held", "nobody"])
    assert isinstance(wrong.exception, ConfigurationError) and "nobody" in str(wrong.exception)
