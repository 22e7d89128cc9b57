"""Pipelines compared on the same five folds of the training data; run by Rasa's Python, about ten minutes idle:

    .venv-rasa/bin/python -m benchmarks.understanding [NAME …]

Prints one line for each pipeline: accuracy and macro-F1 over all folds together, seconds of training a fold,
milliseconds a message. The one in config.yml is the best by accuracy within 60 ms (p95).
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
FOLDS = 5
"""Parts the training data are cut into."""
DENSE = "bot.components.embedding.EmbeddingFeaturizer"
"""Our dense featurizer."""
DIET = {
    "name": "DIETClassifier",
    "epochs": 30,
    "number_of_transformer_layers": 1,
    "transformer_size": 128,
    "entity_recognition": False,
    "constrain_similarities": True,
    "random_seed": 1,
}
"""Rasa's DIET classifier, small enough for a processor."""
Pipeline = list[dict[str, Any]]


def pipelines() -> dict[str, Pipeline]:
    """The tokenizer and the counts of config.yml, with each classifier, with and without the dense featurizer."""
    # The field's words alone: no figure here is of one city.
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
    """Texts, intents, and the blocks that are no examples (patterns)."""
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
    """Places of each fold's test examples: every intent spread evenly, the same for every pipeline."""
    from sklearn.model_selection import StratifiedKFold

    split = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return [test for _, test in split.split(np.zeros(len(intents)), intents)]


async def measure(pipeline: Pipeline, folder: Path) -> dict[str, float]:
    """Train and test one pipeline on every fold."""
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
    """Print the table."""
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
