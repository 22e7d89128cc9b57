"""``wenban kb train-model --encoder``: derives the pretrained encoder, tunes it, and writes it in 8 bits."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.errors import BadRequest
from kb_index.entries.folder import load_folder
from kb_index.training.derive import derive, sample_texts
from kb_index.training.packed import DerivationError
from kb_index.training.ship import ship
from kb_index.training.tune import groups_of, tune


def train_encoder(
    knowledge: Path,
    out: Path,
    told: Sequence[Path],
    laws: Path | None,
    cache: Path | None,
    *,
    minutes: float,
    threads: int,
    log: Callable[[str], Any],
) -> dict[str, Any]:
    """Makes the encoder's folder.

    Args:
        knowledge: the knowledge folder.
        out: the folder to write; files of the same names are replaced.
        told: JSON lines files of questions told as stories (``text``, ``entry``, ``kind``).
        laws: folder of statutes, whose word pieces are also kept; None: none.
        cache: folder of the downloaded package; None: the system's temporary folder.
        minutes: longest tuning time, in minutes.
        threads: number of CPU threads.
        log: called with each line of progress.

    Returns:
        JSON-safe figures of the encoder.

    Raises:
        BadRequest: when the package can't be downloaded, or the folder has fewer than two entries.
    """
    entries = [parsed.entry for parsed in load_folder(knowledge)[0]]
    if len(entries) < 2:
        raise BadRequest(f"{knowledge} holds fewer than two entries", code="no_entries")
    packages = cache or Path(tempfile.gettempdir()) / "wenban-encoder"
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        try:
            made = derive(base, sample_texts(knowledge, laws, told), packages, log)
        except DerivationError as error:
            raise BadRequest(str(error), code="encoder_package") from error
        groups = groups_of([(e.id, list(e.questions), e.answer) for e in entries], told)
        weights = tune(base, groups, minutes=minutes, threads=threads, log=log)
        size = ship(weights, base, out)
    return {"out": str(out), **made, "entries": len(groups), "bytes": size}
