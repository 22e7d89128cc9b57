import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigurationError
from kb_index.measure.workbench import searcher_over
from kb_index.search.calibration import Calibration
from kb_index.search.rerank import Reranker
from kb_index.service import KnowledgeBase
from tests.kb_index.conftest import FUND, ID_CARD, MODEL, NOISE, PENSION
from tests.kb_index.test_cli import as_json, run

QUESTION = "身份证 公积金 养老保险"


def made(folder: Path, labels: int = 1) -> str:
    """A tiny cross-encoder with random weights."""
    import torch  # here, for these take seconds to import, which runs without these tests need not wait for
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(5)
    characters = sorted(set("".join(e[1] + "".join(e[2]) for e in (PENSION, ID_CARD, NOISE, FUND))))
    source = folder / "source"
    source.mkdir(parents=True)
    (source / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]), "utf-8"
    )
    config = BertConfig(
        vocab_size=len(characters) + 5, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, num_labels=labels, initializer_range=1.0,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(source)
    BertTokenizerFast(str(source / "vocab.txt")).save_pretrained(source)
    CrossEncoder(str(source), device="cpu").save_pretrained(str(folder / "saved"))
    return str(folder / "saved")


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return made(tmp_path_factory.mktemp("cross"))


@pytest.mark.slow
def test_the_first_hits_are_ordered_by_both_scores(folder: Path, cross_encoder: str) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    plain = searcher_over(folder, None, MODEL, Calibration())
    with_it = searcher_over(folder, None, MODEL, Calibration(), reranker=cross_encoder)
    before, after = plain.rank(QUESTION), with_it.rank(QUESTION)
    model = CrossEncoder(cross_encoder, device="cpu")
    entries = [plain.shelf.store.at(int(place)) for place in before.places]
    pairs = [(before.query.text, f"{e.title}\n{e.answer}") for e in entries]
    scores = model.predict(pairs, activation_fn=torch.nn.Sigmoid())
    wanted = before.fused + scores * (before.fused[0] - before.fused[-1])
    assert after.places.tolist() == before.places[np.argsort(-wanted)].tolist()
    np.testing.assert_allclose(after.fused, np.sort(wanted)[::-1], rtol=1e-4)
    assert sorted(after.places) == sorted(before.places) and after.query.text == before.query.text
    moved = {int(p): float(s) for p, s in zip(before.places, before.dense, strict=True)}
    assert [moved[int(p)] for p in after.places] == pytest.approx(after.dense.tolist()), (
        "scores go with their entry"
    )
    hits = with_it.search(QUESTION, limit=10).hits
    assert [h.entry.id for h in hits] == [plain.shelf.store.ids[int(p)] for p in after.places]
    assert with_it.search("？！").hits == ()


@pytest.mark.slow
def test_what_is_alone_is_measured_without_it(folder: Path, cross_encoder: str) -> None:
    plain = searcher_over(folder, None, MODEL, Calibration())
    with_it = searcher_over(folder, None, MODEL, Calibration(), reranker=cross_encoder)
    assert (
        with_it.rank(QUESTION, part="dense").places.tolist()
        == plain.rank(QUESTION, part="dense").places.tolist()
    )


@pytest.mark.slow
async def test_app_and_command_line_use_it(
    folder: Path, tmp_path: Path, cross_encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    run("build", "--dir", folder, "--index", index, "--model", MODEL)
    plain = as_json("search", QUESTION, "--index", index, "--model", MODEL)
    monkeypatch.setenv("WENBAN_KB_RERANKER", cross_encoder)
    shown = as_json("search", QUESTION, "--index", index, "--model", MODEL)
    assert [h["fused"] for h in shown["hits"]] != [h["fused"] for h in plain["hits"]]
    async with KnowledgeBase(index, MODEL, reranker=cross_encoder) as knowledge:
        found = await knowledge.search(QUESTION, limit=5)
    assert [h.entry.id for h in found.hits] == [h["id"] for h in shown["hits"]]


@pytest.mark.measured
def test_fitting_with_it(
    folder: Path, tmp_path: Path, cross_encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"question": text + tail, "entry": entry[0]}
        for entry in (PENSION, ID_CARD, NOISE, FUND)
        for text in (entry[1], *entry[2])
        for tail in ("", "吗", "请问")
    ] + [{"question": f"{what}{n}", "entry": None} for what in ("讲个笑话", "天气", "炒股") for n in range(5)]
    questions = tmp_path / "q.jsonl"
    questions.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    monkeypatch.setenv("WENBAN_KB_RERANKER", cross_encoder)
    out = tmp_path / "calibration.json"
    arguments = ("evaluate", "--questions", questions, "--dir", folder, "--model", MODEL)
    report = as_json(*arguments, "--fit", "--out", out)
    assert report["questions"] == len(rows) and out.is_file()
    assert as_json(*arguments)["questions"] == len(rows)


@pytest.mark.slow
def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ConfigurationError, match="WENBAN_KB_RERANKER"):
        Reranker(str(tmp_path / "nothing"))
    with pytest.raises(ConfigurationError, match="3 scores"):
        Reranker(made(tmp_path / "three", labels=3))
