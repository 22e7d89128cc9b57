"""Classifies texts with the trained Rasa model, in Rasa's own environment."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from bot import rasa_program
from bot.training import train
from core.errors import ConfigurationError
from core.settings import ROOT, Settings


def parse(settings: Settings, texts: list[str]) -> list[dict[str, Any]]:
    """Classify each text with the trained model.

    Returns:
        For each text ``intent``, ``confidence`` (0 to 1) and ``ms`` (duration in milliseconds).

    Raises:
        ConfigurationError: when Rasa is not installed, or the model can't be trained or loaded.
    """
    model, _ = train(settings)
    call = [str(rasa_program.python()), "-m", "bot.rasa_parse", str(model)]
    done = subprocess.run(
        call, cwd=ROOT, env=rasa_program.quiet(), input=json.dumps(texts), capture_output=True, text=True
    )
    if done.returncode != 0:
        raise ConfigurationError(f"Rasa could not parse the messages:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]
