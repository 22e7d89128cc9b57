"""Rasa as a program: where it is, how it is called, what it takes from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from core.errors import ConfigurationError
from core.settings import ROOT, Settings


def python() -> Path:
    """The interpreter of Rasa's own environment.

    Raises:
        ConfigurationError: that environment is not installed.
    """
    found = ROOT / ".venv-rasa" / "bin" / "python"
    if not found.exists():
        raise ConfigurationError("Rasa is not installed (.venv-rasa is missing); run `make setup`.")
    return found


def command(*arguments: str) -> list[str]:
    """A call of Rasa's command line, to be run in the project's folder."""
    return [str(python()), "-m", "bot.rasa_main", *arguments]


def serve(port: int, model: Path) -> list[str]:
    """The call that serves a model on a loopback port."""
    return command(
        *("run", "--interface", "127.0.0.1", "--port", str(port), "--model", str(model)),
        *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
    )


def quiet() -> dict[str, str]:
    """This process's environment with Rasa's chatter turned off."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
    }


def endpoints(actions_url: str, actions_secret: str, tracker_url: str) -> Mapping[str, str]:
    """Everything endpoints.yml reads; Rasa refuses to start on a variable that is not set.

    Several Rasa processes share a Redis lock store when the four ``WENBAN_RASA_LOCK_STORE`` /
    ``WENBAN_RASA_REDIS_…`` are set from outside.
    """
    return {
        "WENBAN_RASA_LOCK_STORE": "in_memory",
        "WENBAN_RASA_REDIS_HOST": "",
        "WENBAN_RASA_REDIS_PORT": "6379",
        "WENBAN_RASA_REDIS_PASSWORD": "",
        **quiet(),
        "WENBAN_ACTIONS_URL": actions_url,
        "WENBAN_ACTIONS_SECRET": actions_secret,
        "WENBAN_RASA_TRACKER_URL": tracker_url,
    }


def environment(settings: Settings) -> dict[str, str]:
    """The environment Rasa serves in."""
    tracker = settings.rasa_tracker_url or f"sqlite:///{settings.data_dir / 'rasa' / 'tracker.db'}"
    url = f"{settings.app_url}/actions/webhook"
    return dict(endpoints(url, settings.secrets.actions_secret, tracker))
