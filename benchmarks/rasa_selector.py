"""Trains and asks Rasa's own ResponseSelector. Runs in Rasa's environment, so it imports nothing of ours.

``python rasa_selector.py FOLDER``: trains on FOLDER's config.yml, domain.yml and nlu.yml, asks every question of
questions.json, and prints one line of JSON: seconds of training, and for each question the entries found, best first,
and the milliseconds taken.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

for name, value in {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}.items():
    os.environ.setdefault(name, value)


async def _ask(model: str, questions: list[str]) -> list[dict[str, object]]:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    answers = []
    for question in questions:
        began = time.perf_counter()
        parsed = await agent.parse_message(question)
        elapsed = (time.perf_counter() - began) * 1000
        ranking = parsed["response_selector"]["faq"]["ranking"]
        entries = [item["intent_response_key"].partition("/")[2] for item in ranking]
        answers.append({"entries": entries, "ms": elapsed})
    return answers


def main(folder: Path) -> None:
    """Train, ask every question, print the result."""
    from rasa.model_training import train_nlu

    began = time.perf_counter()
    model = train_nlu(
        str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), domain=str(folder / "domain.yml")
    )
    trained = time.perf_counter() - began
    questions = json.loads((folder / "questions.json").read_text("utf-8"))
    print(json.dumps({"train_s": trained, "answers": asyncio.run(_ask(str(model), questions))}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
