"""Loads a version of the entries' index for searching.

The folder of a version contains entries and questions, their tokens and vectors (of the static model and, up to
:data:`kb_index.index.meanings.MOST` questions, of the pretrained encoder), a lexical index, text.json (synonyms and
words) and calibration.json.
"""

from __future__ import annotations

from pathlib import Path

from core.errors import Conflict
from kb_index.index import meanings
from kb_index.index.shelf import Shelf
from kb_index.index.versions import manifest
from kb_index.language.encoder import load_encoder
from kb_index.language.text import TextPipeline
from kb_index.search.calibration import Calibration
from kb_index.search.rerank import load_reranker
from kb_index.search.searcher import Searcher

FORMAT = 6
"""Number of the format of a version's folder. Other formats are refused; the next build makes them again."""

CALIBRATION = "calibration.json"
"""File with a version's numbers."""


def load_searcher(index_dir: Path, version: str, model: str, reranker: str = "") -> Searcher:
    """Loads a version for searching.

    Raises:
        NotFound: when there is no such version.
        Conflict: when the version was built with another model than the given one.
    """
    details = manifest(index_dir, version)
    folder = index_dir / "versions" / version
    pipeline = TextPipeline.load(folder / "text.json")
    encoder = load_encoder(model, pipeline)
    if encoder.fingerprint != details["model"]["fingerprint"] or details["format"] != FORMAT:
        raise Conflict(
            f"知识库版本 {version} 是用另一个模型或程序版本建的，请运行 wenban kb build",
            code="kb_model_changed",
        )
    calibration = numbers_of(index_dir, version)
    shelf, meaning = Shelf.load(folder), meanings.shipped_meaning()
    meant = meanings.load(folder, shelf.questions, shelf.starts, meaning)
    return Searcher(shelf, pipeline, encoder, calibration, version, load_reranker(reranker), meant, meaning)


def numbers_of(index_dir: Path, version: str) -> Calibration:
    """The weights, probability model and thresholds of a version."""
    return Calibration.load(index_dir / "versions" / version / CALIBRATION)
