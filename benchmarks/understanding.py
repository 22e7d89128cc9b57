"""Compares Rasa pipelines on the same five folds of the training data. Runs in Rasa's environment:

    .venv-rasa/bin/python -m benchmarks.understanding [NAME …]

It takes about ten minutes on an idle machine and prints one line for each pipeline: accuracy and macro-F1 over all
folds together, seconds to train one fold, milliseconds for one message. The pipeline in config.yml is the most accurate
of those that take at most 60 ms (p95).
"""

from __future__ import annotations

import asyncio
import copy
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.evaluation.figures import accuracy, macro_f1

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""
FOLDS = 5
"""Number of parts the training data are cut into."""
DENSE = "bot.components.embedding.EmbeddingFeaturizer"
"""Our featurizer that gives dense vectors, by its name in config.yml."""
DIET = {
    "name": "DIETClassifier",
    "epochs": 30,
    "number_of_transformer_layers": 1,
    "transformer_size": 128,
    "entity_recognition": False,
    "constrain_similarities": True,
    "random_seed": 1,
}
"""Rasa's DIET classifier, made small enough to run without a GPU."""
Pipeline = list[dict[str, Any]]
"""The ``pipeline`` of a Rasa configuration: one mapping for each component."""


def pipelines() -> dict[str, Pipeline]:
    """The pipelines by name: the tokenizer and the sparse featurizers of config.yml, followed by one of the classifiers."""
    # Only the words of this field, no city's place names: the figures are not to depend on a city.
    os.environ.setdefault("WENBAN_RASA_DICTIONARIES", str(ROOT / "bot" / "data" / "dictionary"))
    parts: Pipeline = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    names = [part["name"] for part in parts]
    sparse = [p for p in parts if p["name"].endswith(("Tokenizer", "RegexFeaturizer", "Counts"))]
    dense = parts[names.index(DENSE)]
    logistic = parts[names.index("LogisticRegressionClassifier")]
    return {
        "LogisticRegression": [*sparse, logistic],
        "LogisticRegression + embedding": [*sparse, dense, logistic],
        "DIET": [*sparse, DIET],
    }


def data() -> tuple[list[str], list[str], list[dict[str, Any]]]:
    """The texts of all training examples, their intents, and the blocks that hold no examples (patterns)."""
    texts: list[str] = []
    intents: list[str] = []
    rest: list[dict[str, Any]] = []
    for file in sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            if "intent" not in block:
                rest.append(block)
                continue
            for line in block["examples"].splitlines():
                texts.append(line[2:])
                intents.append(block["intent"])
    return texts, intents, rest


def folds(intents: list[str]) -> list[np.ndarray]:
    """For each fold the positions of its test examples. Every intent is spread evenly; all pipelines get the same folds."""
    from sklearn.model_selection import StratifiedKFold

    split = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return [test for _, test in split.split(np.zeros(len(intents)), intents)]


async def measure(pipeline: Pipeline, folder: Path) -> dict[str, float]:
    """Train and test one pipeline on every fold. Returns its figures by name; training in seconds, p50 and p95 in ms."""
    from rasa.core.agent import load_agent
    from rasa.model_training import train_nlu

    texts, intents, rest = data()
    said: list[str] = [""] * len(texts)
    seconds: list[float] = []
    took: list[float] = []
    (folder / "config.yml").write_text(
        yaml.safe_dump({"recipe": "default.v1", "language": "zh", "pipeline": copy.deepcopy(pipeline)}),
        "utf-8",
    )
    for test in folds(intents):
        held = set(test.tolist())
        by_intent: dict[str, list[str]] = {}
        for place, (text, intent) in enumerate(zip(texts, intents, strict=True)):
            if place not in held:
                by_intent.setdefault(intent, []).append(text)
        blocks = [
            {"intent": name, "examples": "".join(f"- {t}\n" for t in examples)}
            for name, examples in by_intent.items()
        ]
        nlu = folder / "nlu.yml"
        nlu.write_text(
            yaml.safe_dump({"version": "3.1", "nlu": [*rest, *blocks]}, allow_unicode=True), "utf-8"
        )
        began = time.perf_counter()
        model = train_nlu(str(folder / "config.yml"), str(nlu), str(folder / "models"))
        seconds.append(time.perf_counter() - began)
        agent = await load_agent(model_path=model)
        for place in test.tolist():
            began = time.perf_counter()
            found = await agent.parse_message(texts[place])
            took.append((time.perf_counter() - began) * 1000)
            said[place] = found["intent"]["name"] or ""
        print(".", end="", file=sys.stderr, flush=True)
    return {
        "accuracy": accuracy(intents, said),
        "macro_f1": macro_f1(intents, said),
        "train": float(np.mean(seconds)),
        "p50": float(np.percentile(took, 50)),
        "p95": float(np.percentile(took, 95)),
    }


def main(wanted: list[str]) -> None:
    """Measure the pipelines of these names (none: all) and print the table."""
    import structlog

    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    os.chdir(ROOT)
    print(
        "| pipeline | accuracy | macro F1 | training, s | p50, ms | p95, ms |\n|---|---|---|---|---|---|",
        flush=True,
    )
    for name, pipeline in pipelines().items():
        if wanted and name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            row = asyncio.run(measure(pipeline, Path(folder)))
        print(
            f"| {name} | {row['accuracy']:.3f} | {row['macro_f1']:.3f} | {row['train']:.0f} "
            f"| {row['p50']:.1f} | {row['p95']:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
