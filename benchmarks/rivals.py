"""Compares Rasa's ResponseSelector, rank_bm25 and our search on the shipped entries and questions."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from rank_bm25 import BM25Okapi

from benchmarks.figures import percentile
from bot.training import dictionaries
from core.settings import ROOT, load_settings
from kb_index.entries.entry import Entry
from kb_index.entries.folder import load_folder
from kb_index.measure.evaluate import Labelled, evaluate, read_questions
from kb_index.measure.workbench import searcher_over
from kb_index.search.calibration import SHIPPED, Calibration

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
"""The interpreter of Rasa's environment."""
RASA_LIMIT_S = 3600
"""Most seconds that training and asking the ResponseSelector may take together."""

Log = Callable[[str], None]
"""Is called with a line of text about each step."""


@dataclass(frozen=True)
class Row:
    """The figures of one way of searching.

    Args:
        name: the way's name.
        recall_at_1: share of the questions (0 to 1) whose entry is found first.
        recall_at_3: share of the questions (0 to 1) whose entry is among the first three.
        build_s: seconds to build its index or train it; None: not measured.
        query_ms: median of the milliseconds one question takes; None: not measured.
    """

    name: str
    recall_at_1: float
    recall_at_3: float
    build_s: float | None = None
    query_ms: float | None = None


def run(rasa_epochs: int, log: Log = print) -> list[Row]:
    """Measure every way on the same entries and the same answerable questions.

    Args:
        rasa_epochs: epochs of the ResponseSelector; 0 leaves it out.
        log: called with a line about each step.
    """
    folder = load_settings().knowledge_dir
    entries = [item.entry for item in load_folder(folder)[0]]
    questions = [q for q in read_questions(folder / "questions.jsonl") if q.entry is not None]
    log(f"{len(entries)} entries, {len(questions)} answerable questions")
    rows = []
    if rasa_epochs:
        log(f"Rasa's ResponseSelector: training {rasa_epochs} epochs, this takes minutes")
        rows.append(_rasa(entries, questions, rasa_epochs))
    log("rank_bm25")
    asked = [(text, entry.id) for entry in entries for text in entry.questions]
    whole = [
        ("\n".join([*entry.questions, entry.answer, *entry.sections.values()]), entry.id) for entry in entries
    ]
    rows.append(_rank_bm25("rank_bm25, titles and variants", asked, questions))
    rows.append(_rank_bm25("rank_bm25, whole entries", whole, questions))
    log("ours")
    return rows + _ours(folder, questions)


def _ours(folder: Path, questions: list[Labelled]) -> list[Row]:
    settings = load_settings()
    began = time.perf_counter()
    searcher = searcher_over(folder, None, settings.kb_model, Calibration.load(SHIPPED))
    built = time.perf_counter() - began
    found = evaluate(searcher, questions, settings.city.regions)
    return [
        Row("ours, BM25 alone", found["bm25"]["recall_at_1"], found["bm25"]["recall_at_3"]),
        Row("ours, dense alone", found["dense"]["recall_at_1"], found["dense"]["recall_at_3"]),
        Row("ours, fused", found["recall_at_1"], found["recall_at_3"], built, found["latency_ms"]["p50"]),
    ]


def _rank_bm25(name: str, texts: list[tuple[str, str]], questions: list[Labelled]) -> Row:
    """Okapi BM25 over characters and pairs of characters. An entry ranks where the best of its texts ranks."""
    began = time.perf_counter()
    engine = BM25Okapi([_grams(text) for text, _ in texts])
    owners = [entry for _, entry in texts]
    built = time.perf_counter() - began
    found, times = [], []
    for item in questions:
        began = time.perf_counter()
        order = np.argsort(-engine.get_scores(_grams(item.question)), kind="stable")
        found.append(list(dict.fromkeys(owners[place] for place in order[:200]))[:3])
        times.append((time.perf_counter() - began) * 1000)
    return _row(name, found, questions, built, times)


def _grams(text: str) -> list[str]:
    bare = "".join(text.split()).lower()
    return [*bare, *(bare[i : i + 2] for i in range(len(bare) - 1))]


def _rasa(entries: list[Entry], questions: list[Labelled], epochs: int) -> Row:
    """Trains and asks the ResponseSelector in Rasa's environment. Every entry is a response of one retrieval intent."""
    with tempfile.TemporaryDirectory(prefix="wenban-rasa-") as scratch:
        folder = Path(scratch)
        _rasa_project(folder, entries, epochs)
        (folder / "questions.json").write_text(json.dumps([q.question for q in questions]), "utf-8")
        done = subprocess.run(
            [str(RASA_PYTHON), str(Path(__file__).with_name("rasa_selector.py")), str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=RASA_LIMIT_S,
        )
    given = json.loads(done.stdout.splitlines()[-1])
    found = [answer["entries"][:3] for answer in given["answers"]]
    times = [answer["ms"] for answer in given["answers"]]
    return _row(f"Rasa ResponseSelector, {epochs} epochs", found, questions, given["train_s"], times)


def _rasa_project(folder: Path, entries: list[Entry], epochs: int) -> None:
    """Writes a Rasa project: the tokenizers and featurizers of our pipeline that are Rasa's own, and a ResponseSelector."""
    config = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))
    prepare = [
        part
        for part in config["pipeline"]
        if part["name"].endswith(("Tokenizer", "Featurizer")) and not part["name"].startswith("bot.")
    ]
    words = folder / "words"
    words.mkdir()
    dictionaries(load_settings().city, words)
    prepare = [
        part | {"dictionary_path": str(words)} if "dictionary_path" in part else part for part in prepare
    ]
    selector = {"name": "ResponseSelector", "retrieval_intent": "faq", "epochs": epochs, "random_seed": 1}
    _yaml(
        folder / "config.yml",
        {"recipe": "default.v1", "language": config["language"], "pipeline": [*prepare, selector]},
    )
    responses = {f"utter_faq/{entry.id}": [{"text": entry.title}] for entry in entries}
    _yaml(folder / "domain.yml", {"version": "3.1", "intents": ["faq"], "responses": responses})
    # "[" would open an entity in Rasa's training data
    examples = [
        {
            "intent": f"faq/{entry.id}",
            "examples": "".join(
                f"- {text.replace('[', '（').replace(']', '）')}\n" for text in entry.questions
            ),
        }
        for entry in entries
    ]
    _yaml(folder / "nlu.yml", {"version": "3.1", "nlu": examples})


def _yaml(path: Path, data: object) -> None:
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10_000), "utf-8")


def _row(
    name: str, found: list[list[str]], questions: list[Labelled], built: float, times: list[float]
) -> Row:
    at = [
        float(np.mean([q.entry in ids[:k] for q, ids in zip(questions, found, strict=True)])) for k in (1, 3)
    ]
    return Row(name, at[0], at[1], built, percentile(times, 0.5))
