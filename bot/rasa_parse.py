"""Classifies messages with a trained Rasa model; run by Rasa's own Python 3.10: ``python -m bot.rasa_parse``.

Reads a JSON list of texts from standard input. Writes one JSON line for each text: intent, confidence,
milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

_OUT = sys.stdout
sys.stdout = sys.stderr  # output of Rasa itself must not mix with the result lines


async def parse(model: str, texts: list[str]) -> None:
    """Print the classification of each text."""
    from rasa.core.agent import load_agent

    agent = await load_agent(model_path=model)
    for text in texts:
        began = time.perf_counter()
        found: dict[str, Any] = await agent.parse_message(text)
        took = (time.perf_counter() - began) * 1000
        intent = found.get("intent") or {}
        row = {
            "intent": intent.get("name") or "",
            "confidence": intent.get("confidence"),
            "ranking": [[i["name"], round(i["confidence"], 4)] for i in found.get("intent_ranking") or []],
            "ms": round(took, 2),
        }
        print(json.dumps(row, ensure_ascii=False), file=_OUT, flush=True)


if __name__ == "__main__":
    asyncio.run(parse(sys.argv[1], json.load(sys.stdin)))
