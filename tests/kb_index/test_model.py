"""The shipped model, and how one is made."""

import time
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadRequest, ConfigurationError
from kb_index.language.encoder import StaticEncoder, TransformerEncoder, load_encoder, query_instruction
from kb_index.language.text import TextPipeline
from kb_index.training.static import train_on
from tests.kb_index.conftest import ID_CARD, MODEL, NOISE, PENSION

PIPELINE = TextPipeline()
TEXTS = ["身份证丢了怎么补办", "养老保险交多少年", "asdf", "一段很长的话" * 50]


def test_the_shipped_model_is_small_and_loads_fast() -> None:
    assert sum(f.stat().st_size for f in Path(MODEL).rglob("*") if f.is_file()) <= 20_000_000
    began = time.process_time()
    encoder = load_encoder(MODEL, PIPELINE)
    assert time.process_time() - began < 2
    assert isinstance(encoder, StaticEncoder)


@pytest.mark.slow
def test_numpy_gives_the_vectors_sentence_transformers_gives() -> None:
    static, full = StaticEncoder(Path(MODEL), PIPELINE), TransformerEncoder(MODEL, PIPELINE)
    assert static.fingerprint == full.fingerprint
    np.testing.assert_allclose(static.encode(TEXTS), full.encode(TEXTS), atol=2e-3)


def test_vectors_are_unit_and_nothing_known_is_zero() -> None:
    encoder = load_encoder(MODEL, PIPELINE)
    rows = encoder.encode([*TEXTS, "", "鿿鿿"])
    np.testing.assert_allclose(np.linalg.norm(rows[:2], axis=1), 1, atol=1e-5)
    assert not rows[-2].any()
    assert encoder.encode([]).shape == (0, encoder.dimensions)


@pytest.mark.parametrize(
    ("name", "instruction"),
    [
        ("BAAI/bge-small-zh-v1.5", "为这个句子生成表示以用于检索相关文章："),
        ("models/bge-large-zh-v1.5/", "为这个句子生成表示以用于检索相关文章："),
        ("intfloat/multilingual-e5-base", "query: "),
        ("shibing624/text2vec-base-chinese", ""),
    ],
)
def test_the_query_instruction_of_known_models(name: str, instruction: str) -> None:
    assert query_instruction(name) == instruction
    assert query_instruction(name, {"query": "自带的："}) == "自带的："


def test_a_missing_model_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="train-model"):
        load_encoder(str(tmp_path / "nowhere"), PIPELINE)


@pytest.mark.measured
def test_training_makes_a_model_that_knows_its_entries_and_is_repeatable(tmp_path: Path) -> None:
    groups = [([title, *variants], "您可以到窗口办理。") for _, title, variants in (PENSION, ID_CARD, NOISE)]
    made = [
        train_on(groups, PIPELINE, None, tmp_path / name, epochs=20, log=lambda _: None)
        for name in ("one", "two")
    ]
    assert made[0]["bytes"] == made[1]["bytes"] <= 20_000_000
    one, two = (StaticEncoder(tmp_path / name, PIPELINE) for name in ("one", "two"))
    np.testing.assert_array_equal(one.encode(TEXTS), two.encode(TEXTS))
    a, b, c = one.encode([ID_CARD[1], ID_CARD[2][0], NOISE[1]])
    assert a @ b > a @ c + 0.2
    from sentence_transformers import SentenceTransformer

    assert SentenceTransformer(str(tmp_path / "one"), device="cpu").get_embedding_dimension() == 256


@pytest.mark.slow
def test_training_on_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest):
        train_on([], PIPELINE, None, tmp_path / "model", log=lambda _: None)
