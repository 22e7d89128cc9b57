"""Train Rasa's model when what it is made of has changed, and not otherwise."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from bot import rasa_program
from core.errors import ConfigurationError
from core.settings import ROOT, Settings

INPUTS = (
    *("config.yml", "domain.yml", "bot/data", "bot/components"),
    *("kb_index/model/model.safetensors", "kb_index/model/tokenizer.json", "requirements/rasa.lock"),
)
KEPT = 2
"""Models kept: the one in use and the one before it."""


def fingerprint(root: Path = ROOT) -> str:
    """A hash of everything the model is made of: names and contents, in a fixed order."""
    digest = hashlib.sha256()
    for name in INPUTS:
        path = root / name
        files = (
            [path]
            if path.is_file()
            else sorted(p for p in path.rglob("*") if p.is_file() and p.suffix not in (".pyc", ".md"))
        )
        for file in files:
            digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def models_dir(settings: Settings) -> Path:
    """Where trained models are kept."""
    return settings.data_dir / "rasa" / "models"


def model_path(settings: Settings) -> Path:
    """Where the model of the present inputs is, or will be."""
    return models_dir(settings) / f"wenban-{fingerprint()}.tar.gz"


def train(settings: Settings, *, force: bool = False) -> tuple[Path, bool]:
    """The model of the present inputs, trained now if it is not there yet: (its path, whether trained now).

    Raises:
        ConfigurationError: training failed; Rasa has said why on the terminal.
    """
    path = model_path(settings)
    if path.exists() and not force:
        return path, False
    partial = path.with_name(f"training-{os.getpid()}.tar.gz")
    call = rasa_program.command(
        *("train", "--config", "config.yml", "--domain", "domain.yml", "--data", "bot/data"),
        *("--out", str(partial.parent), "--fixed-model-name", partial.name.removesuffix(".tar.gz")),
    )
    result = subprocess.run(call, cwd=ROOT, env=rasa_program.quiet())
    if result.returncode != 0 or not partial.exists():
        raise ConfigurationError("Training the Rasa model failed; its messages are above.")
    partial.replace(path)
    for old in sorted(path.parent.glob("wenban-*.tar.gz"), key=lambda p: p.stat().st_mtime)[:-KEPT]:
        old.unlink()
    return path, True
