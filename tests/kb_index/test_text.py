import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigurationError
from kb_index.language.text import TextPipeline, load_synonyms, numeral

PIPELINE = TextPipeline(
    [["住房公积金", "公积金", "房积金"], ["社会保障卡", "社保卡"], ["社会保险", "社保"]], ["田家庵区"]
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("公积金咋取", "房积金咋取"),
        ("住房公积金", "公积金"),
        ("養老保險１５年", "养老保险15年"),
        ("养老保险十五年", "养老保险15年"),
        ("个税百分之二十", "个税20%"),
        ("ＡＢＣ　证", "abc 证"),
        ("身\u200b份证", "身份证"),
    ],
)
def test_what_means_the_same_is_spelt_the_same(one: str, other: str) -> None:
    assert PIPELINE.normalise(one) == PIPELINE.normalise(other)


def test_the_longest_synonym_wins_and_a_canonical_word_is_not_doubled() -> None:
    assert PIPELINE.normalise("社保卡和社保") == "社会保障卡和社会保险"
    assert PIPELINE.normalise("住房公积金") == "住房公积金"


def test_counting_words_are_left_alone() -> None:
    assert PIPELINE.normalise("跑了一个月两次") == "跑了一个月两次"


def test_user_words_stay_whole() -> None:
    assert "田家庵区" in PIPELINE.tokens("田家庵区怎么走")


@pytest.mark.parametrize(
    ("text", "value"),
    [("十", 10), ("二十三", 23), ("一百零五", 105), ("两万", 20000), ("三千五百", 3500), ("二〇二六", 2026)],
)
def test_numerals(text: str, value: int) -> None:
    assert numeral(text) == value


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    normalised = PIPELINE.normalise(text)
    assert all(token.strip() for token in PIPELINE.tokens(normalised))


def test_a_bad_synonym_file_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "synonyms.yml"
    path.write_text("- [甲, 乙]\n- 丙\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"synonyms.yml: group 2"):
        load_synonyms(path)
