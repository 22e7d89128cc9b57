"""Train Rasa's model when what it is made of has changed, and not otherwise."""

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
WORDS = ROOT / "bot" / "data" / "dictionary"
"""Words of the field, the same in every city."""
KEPT = 2
"""Models kept: the one in use and the one before it."""


def fingerprint(city: City, root: Path = ROOT) -> str:
    """A hash of everything the model is made of: names and contents, in a fixed order, and the city's words."""
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
    """Where trained models are kept."""
    return settings.data_dir / "rasa" / "models"


def model_path(settings: Settings) -> Path:
    """Where the model of the present inputs is, or will be."""
    return models_dir(settings) / f"wenban-{fingerprint(settings.city)}.tar.gz"


def dictionaries(city: City, folder: Path) -> None:
    """Put jieba's user dictionaries where config.yml looks for them: the words of the field, and the city's own."""
    for file in WORDS.glob("*.txt"):
        shutil.copy(file, folder)
    (folder / "city.txt").write_text(city.dictionary, "utf-8")


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
