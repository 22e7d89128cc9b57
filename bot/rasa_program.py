"""Rasa as a program: its path, its command lines, its environment variables."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path

from core.errors import ConfigurationError
from core.keyring import KeyRing
from core.settings import ROOT, Settings


def python() -> Path:
    """Path of the Python interpreter in Rasa's own environment.

    Raises:
        ConfigurationError: when that environment is not installed.
    """
    found = ROOT / ".venv-rasa" / "bin" / "python"
    if not found.exists():
        raise ConfigurationError("没有装 Rasa（缺少 .venv-rasa）；请运行 make setup")
    return found


def command(*arguments: str) -> list[str]:
    """A Rasa command line, to run in the project's root folder."""
    return [str(python()), "-m", "bot.rasa_main", *arguments]


def serve(port: int, model: Path) -> list[str]:
    """The command line that serves a model on a loopback port."""
    return command(
        *("run", "--interface", "127.0.0.1", "--port", str(port), "--model", str(model)),
        *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
    )


def quiet() -> dict[str, str]:
    """The environment of this process, with Rasa's less important output turned off."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
    }


def endpoints(
    actions_url: str, actions_secret: str, tracker_url: str, tracker_keys: str
) -> Mapping[str, str]:
    """All variables that endpoints.yml reads; Rasa does not start when one is missing.

    To let several Rasa processes share a Redis lock store, set ``WENBAN_RASA_LOCK_STORE`` and the three
    variables ``WENBAN_RASA_REDIS_…`` in the environment.
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
        "WENBAN_RASA_TRACKER_KEYS": tracker_keys,
    }


def tracker_url(settings: Settings) -> str:
    """Rasa's tracker store: the one that is set, or SQLite in the data folder."""
    return settings.rasa_tracker_url or f"sqlite:///{settings.data_dir / 'rasa' / 'tracker.db'}"


def environment(settings: Settings) -> dict[str, str]:
    """The environment variables of the process that serves Rasa."""
    url = f"{settings.app_url}/actions/webhook"
    keys = tracker_keys(settings.key_ring)
    return dict(endpoints(url, settings.secrets.actions_secret, tracker_url(settings), keys))


def tracker_keys(ring: KeyRing) -> str:
    """The keys that encrypt Rasa's tracker, in the form that :mod:`bot.rasa_tracker` reads."""
    return ",".join(
        f"{key.id}:{base64.urlsafe_b64encode(key.derived('rasa.tracker')).decode()}" for key in ring.keys
    )
