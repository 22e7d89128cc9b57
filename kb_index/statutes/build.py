"""``wenban kb laws build``: indexes a folder of law texts by article and puts the index in service."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.errors import BadRequest, NotFound
from core.progress import Progress
from kb_index.index.lexical import LexicalIndex
from kb_index.index.nearest import DenseIndex
from kb_index.index.ragged import Ids, Ragged
from kb_index.index.versions import current_version, locked, manifest, publish, version_name
from kb_index.index.vocabulary import Vocabulary
from kb_index.language.encoder import BATCH, Encoder, load_encoder
from kb_index.language.text import TextPipeline
from kb_index.statutes.laws import Statute, in_force, read_statute
from kb_index.statutes.shelf import FORMAT, FoundArticle

_EMBEDDED_CHARS = 300
"""Number of characters of an article that go into its vector."""
_KEPT_CHARS = 3000
"""Number of characters of an article that are kept."""
_KEPT_VERSIONS = 2
"""Number of versions kept, the one in service included."""


@dataclass(frozen=True)
class LawsReport:
    """The result of a build.

    Args:
        version: name of the version in service after the build.
        documents: number of its documents.
        articles: number of its articles.
        unreadable: names of the files that are not UTF-8 text.
        unchanged: whether the version in service already had this content.
    """

    version: str
    documents: int
    articles: int
    unreadable: tuple[str, ...]
    unchanged: bool


def build(
    laws: Path,
    index_dir: Path,
    knowledge_dir: Path,
    model: str,
    *,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> LawsReport:
    """Indexes a folder of law texts by article and puts the index in service.

    Args:
        laws: the folder of law texts; documents that are no longer in force are left out.
        index_dir: the index folder; created when missing.
        knowledge_dir: the knowledge folder, whose synonyms and words are used.
        model: sentence-transformers folder or name.
        today: the day on which documents must be in force; None: the real day.
        progress: called with (articles done, articles in all).

    Raises:
        NotFound: when the folder of law texts does not exist.
        BadRequest: when it contains no article.
        Conflict: when another build is running.
    """
    if not laws.is_dir():
        raise NotFound(f"没有法规文件夹 {laws}", code="laws_folder")
    statutes, unreadable = read_folder(laws)
    held = in_force(statutes, today or dt.date.today())
    articles = _articles(held)
    if not articles:
        raise BadRequest(f"{laws} 里没有找到按“第几条”分条的法规", code="laws_empty")
    pipeline = TextPipeline.from_folder(knowledge_dir)
    encoder = load_encoder(model, pipeline)
    lines = [json.dumps(asdict(article), ensure_ascii=False) for article, _ in articles]
    content = hashlib.sha256(
        "\n".join([*lines, pipeline.fingerprint(), encoder.fingerprint, str(FORMAT)]).encode()
    ).hexdigest()
    with locked(index_dir, "法规索引正在生成，请稍后再试"):
        now = current_version(index_dir)
        if now is not None and manifest(index_dir, now).get("content") == content:
            return LawsReport(now, len(held), len(articles), tuple(unreadable), True)
        texts = [pipeline.normalise(f"{a.document} {chapter} {a.text}") for a, chapter in articles]
        name = version_name(dt.datetime.now(dt.UTC), content)
        details = {
            "format": FORMAT,
            "content": content,
            "model": encoder.fingerprint,
            "documents": len(held),
            "articles": len(articles),
        }
        publish(
            index_dir,
            name,
            lambda folder: _write(folder, lines, texts, pipeline, encoder, progress),
            details,
            _KEPT_VERSIONS,
        )
    return LawsReport(name, len(held), len(articles), tuple(unreadable), False)


def read_folder(laws: Path) -> tuple[list[Statute], list[str]]:
    """All documents below a folder, and the names of the unreadable files."""
    found, unreadable = [], []
    for path in sorted(laws.rglob("*.md")):
        try:
            found.append(read_statute(path))
        except (OSError, UnicodeDecodeError):
            unreadable.append(path.relative_to(laws).as_posix())
    return found, unreadable


def _articles(statutes: list[Statute]) -> list[tuple[FoundArticle, str]]:
    """(article, chapter) of all articles, in order."""
    found = []
    for statute in statutes:
        for article in statute.articles:
            kept = FoundArticle(
                document=statute.name,
                title=statute.title,
                date=statute.version.isoformat() if statute.version else "",
                region=statute.region,
                number=article.number,
                text=article.text[:_KEPT_CHARS],
                url=statute.url,
            )
            found.append((kept, article.chapter))
    return found


def _write(
    folder: Path,
    lines: list[str],
    texts: list[str],
    pipeline: TextPipeline,
    encoder: Encoder,
    progress: Progress | None,
) -> None:
    vocabulary = Vocabulary()
    rows: list[Ids] = []
    vectors = np.zeros((len(texts), encoder.dimensions), np.float32)
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        rows += [vocabulary.add(pipeline.tokens(text)) for text in batch]
        vectors[start : start + len(batch)] = encoder.encode([text[:_EMBEDDED_CHARS] for text in batch])
        if progress is not None:
            progress(start + len(batch), len(texts))
    LexicalIndex.fit(Ragged.of(rows), len(vocabulary)).save(folder, "lexical")
    vocabulary.save(folder / "vocabulary.txt")
    DenseIndex.of(vectors).save(folder, "vectors")
    (folder / "articles.jsonl").write_text("".join(line + "\n" for line in lines), "utf-8")
    pipeline.save(folder / "text.json")
