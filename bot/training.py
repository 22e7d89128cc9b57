"""Trains Rasa's model, but only when its inputs have changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import rasa_program
from core.city import City
from core.errors import ConfigurationError
from core.settings import ROOT, Settings

INPUTS = (
    *("config.yml", "domain.yml", "bot/data", "bot/components"),
    *("kb_index/model/model.safetensors", "kb_index/model/tokenizer.json", "requirements/rasa.lock"),
)
"""Files and folders from which the model is made, as paths below the project's root."""
WORDS = ROOT / "bot" / "data" / "dictionary"
"""The folder of the segmenter's words that are the same in all cities."""
KEPT = 2
"""Number of models kept: the one in use and the one before it."""


def fingerprint(city: City, root: Path = ROOT) -> str:
    """A hash of all inputs of the model: names and contents of the files, and the city's words."""
    digest = hashlib.sha256(city.dictionary.encode())
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
    """The folder of trained models."""
    return settings.data_dir / "rasa" / "models"


def model_path(settings: Settings) -> Path:
    """The path of the model for the current inputs, whether it exists or not."""
    return models_dir(settings) / f"wenban-{fingerprint(settings.city)}.tar.gz"


def dictionaries(city: City, folder: Path) -> None:
    """Write jieba's user dictionaries (general and city's words) to the folder that config.yml names."""
    for file in WORDS.glob("*.txt"):
        shutil.copy(file, folder)
    (folder / "city.txt").write_text(city.dictionary, "utf-8")


def train(settings: Settings, *, force: bool = False) -> tuple[Path, bool]:
    """The model for the current inputs; it is trained when it does not exist.

    Returns:
        (path of the model, whether it was trained now).

    Raises:
        ConfigurationError: when training fails; Rasa has printed the reason on the terminal.
    """
    path = model_path(settings)
    if path.exists() and not force:
        return path, False
    partial = path.with_name(f"training-{os.getpid()}.tar.gz")
    call = rasa_program.command(
        *("train", "--config", "config.yml", "--domain", "domain.yml", "--data", "bot/data"),
        *("--out", str(partial.parent), "--fixed-model-name", partial.name.removesuffix(".tar.gz")),
    )
    with TemporaryDirectory(prefix="wenban-words-") as words:
        dictionaries(settings.city, Path(words))
        result = subprocess.run(
            call, cwd=ROOT, env={**rasa_program.quiet(), "WENBAN_RASA_DICTIONARIES": words}
        )
    if result.returncode != 0 or not partial.exists():
        raise ConfigurationError("Training the Rasa model failed; its messages are above.")
    partial.replace(path)
    for old in sorted(path.parent.glob("wenban-*.tar.gz"), key=lambda p: p.stat().st_mtime)[:-KEPT]:
        old.unlink()
    return path, True
