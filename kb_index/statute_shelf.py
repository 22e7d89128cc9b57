"""The second shelf: articles of law, searched when no entry answers. Never an answer by themselves.

Layout of its index folder, much as that of the entries::

    CURRENT                    name of the version in service, one line
    versions/<stamp>-<hash>/   manifest.json articles.jsonl vectors.npy text.json bm25/

The largest arrays stay on disk and are mapped, so a loaded shelf costs little memory.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import math
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

from core.errors import BadRequest, Conflict, NotFound
from kb_index.dense import BATCH, DenseIndex, Encoder, load_encoder
from kb_index.lexical import K1, B
from kb_index.statute_numbers import FEATURES, SHIPPED, StatuteNumbers
from kb_index.statutes import EVERYWHERE, Statute, in_force, read_statute
from kb_index.text import TextPipeline, query_text

FORMAT = 1
LEXICAL = 0.5
"""Weight of word coverage in the fused score, the rest being the cosine: the middle of a flat best plateau."""
CANDIDATES = 200
"""Articles taken by words, and as many by vector, before fusion."""
CLOSE = 0.9
"""A second article is shown only when its fused score is at least this share of the first one's."""
_EMBEDDED_CHARS = 300
_KEPT_CHARS = 3000
_KEPT_VERSIONS = 2

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FoundArticle:
    """An article that may have to do with a question.

    Args:
        document: the file's name without date, as entries cite it.
        title: the document's full name.
        date: day its version was adopted or amended, ISO; "" when unknown.
        region: where it holds.
        number: 第十六条.
        text: its paragraphs, one a line.
        url: public database with the official text.
        probability: that this or the article shown with it is one the question is about.
        lexical: share of the question it covers.
        dense: cosine with the question.
    """

    document: str
    title: str
    date: str
    region: str
    number: str
    text: str
    url: str
    probability: float = 0.0
    lexical: float = 0.0
    dense: float = 0.0


@dataclass(frozen=True)
class LawsReport:
    """What a build did: version now in service, documents and articles in it, files that could not be read."""

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
    """Indexes a folder of law texts by article and puts the result in service.

    Args:
        laws: the folder; documents no longer in force are left out.
        index_dir: where versions live; made when missing.
        knowledge_dir: its synonyms and words are used.
        model: sentence-transformers folder or name.
        today: the day that decides what is in force.
        progress: called with (articles done, articles in all).

    Raises:
        NotFound: there is no such folder.
        BadRequest: no article is found in it.
        Conflict: another build is under way.
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
    index_dir.mkdir(parents=True, exist_ok=True)
    with _lock(index_dir):
        now = current(index_dir)
        if now is not None and _manifest(index_dir, now).get("content") == content:
            return LawsReport(now, len(held), len(articles), tuple(unreadable), True)
        texts = [pipeline.normalise(f"{a.document} {chapter} {a.text}") for a, chapter in articles]
        name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}Z-{content[:8]}"
        aside = index_dir / "versions" / f".{name}.part"
        try:
            _write(aside, lines, texts, pipeline, encoder, progress)
            details = {
                "format": FORMAT,
                "content": content,
                "model": encoder.fingerprint,
                "documents": len(held),
                "articles": len(articles),
            }
            (aside / "manifest.json").write_text(json.dumps(details, indent=1), "utf-8")
            aside.replace(aside.with_name(name))
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        pointer = index_dir / "CURRENT.tmp"
        pointer.write_text(name + "\n", "utf-8")
        pointer.replace(index_dir / "CURRENT")
        _prune(index_dir)
    return LawsReport(name, len(held), len(articles), tuple(unreadable), False)


def read_folder(laws: Path) -> tuple[list[Statute], list[str]]:
    """Every document below a folder, and the names of the files that could not be read."""
    found, unreadable = [], []
    for path in sorted(laws.rglob("*.md")):
        try:
            found.append(read_statute(path))
        except (OSError, UnicodeDecodeError):
            unreadable.append(path.relative_to(laws).as_posix())
    return found, unreadable


def current(index_dir: Path) -> str | None:
    """Name of the version in service, None when there is none."""
    try:
        name = (index_dir / "CURRENT").read_text("utf-8").strip()
    except OSError:
        return None
    whole = name and "/" not in name and (index_dir / "versions" / name / "manifest.json").is_file()
    return name if whole else None


def _articles(statutes: list[Statute]) -> list[tuple[FoundArticle, str]]:
    """Articles with their chapters, in order."""
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
    folder.mkdir(parents=True)
    vocabulary: dict[str, int] = {}
    rows: list[list[int]] = []
    vectors = np.zeros((len(texts), encoder.dimensions), np.float16)
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        rows += [[vocabulary.setdefault(t, len(vocabulary)) for t in pipeline.tokens(x)] for x in batch]
        vectors[start : start + len(batch)] = encoder.encode([text[:_EMBEDDED_CHARS] for text in batch])
        if progress is not None:
            progress(start + len(batch), len(texts))
    engine = bm25s.BM25(k1=K1, b=B, method="lucene")
    engine.index((rows, vocabulary), show_progress=False)
    engine.save(str(folder / "bm25"), show_progress=False)
    np.save(folder / "vectors.npy", vectors)
    (folder / "articles.jsonl").write_text("".join(line + "\n" for line in lines), "utf-8")
    text = {"synonyms": pipeline.synonyms, "words": pipeline.words}
    (folder / "text.json").write_text(json.dumps(text, ensure_ascii=False), "utf-8")


class StatuteShelf:
    """Searches the version in service.

    Args:
        index_dir: where versions live.
        model: the model the version was built with.
        numbers: when articles are shown.

    Raises:
        NotFound: nothing has been built.
        Conflict: the version was built with another model or program.
    """

    def __init__(self, index_dir: Path, model: str, numbers: StatuteNumbers | None = None) -> None:
        version = current(index_dir)
        if version is None:
            raise NotFound("法规还没有建索引，请先运行 wenban kb laws build", code="laws_version")
        folder, details = index_dir / "versions" / version, _manifest(index_dir, version)
        text = json.loads((folder / "text.json").read_text("utf-8"))
        self.version = version
        self.pipeline = TextPipeline(text["synonyms"], text["words"])
        self.encoder = load_encoder(model, self.pipeline)
        if details["format"] != FORMAT or details["model"] != self.encoder.fingerprint:
            raise Conflict(
                "法规索引是用另一个模型或程序版本建的，请运行 wenban kb laws build", code="laws_model_changed"
            )
        self.numbers = StatuteNumbers.load(SHIPPED) if numbers is None else numbers
        self._lines = (folder / "articles.jsonl").read_bytes().splitlines()
        self._vectors: NDArray[np.float16] = np.load(folder / "vectors.npy", mmap_mode="r")
        self._dense = DenseIndex(self._vectors.astype(np.float32))
        self._engine = bm25s.BM25.load(str(folder / "bm25"), mmap=True, show_progress=False)
        self._ids: dict[str, int] = self._engine.vocab_dict
        frequency = np.diff(np.asarray(self._engine.scores["indptr"]))
        self._idf = np.log(1 + (len(self._lines) - frequency + 0.5) / (frequency + 0.5))
        self._unknown = math.log(1 + (len(self._lines) + 0.5) / 0.5)

    def __len__(self) -> int:
        return len(self._lines)

    def article(self, place: int) -> FoundArticle:
        """The article at a place."""
        return FoundArticle(**json.loads(self._lines[place]))

    def place(self, document: str, number: str) -> int | None:
        """The place of an article, None when it isn't there.

        Args:
            document: the document's name without date.
            number: 第十六条.
        """
        return self._places.get((document, number))

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        rows = ((place, json.loads(line)) for place, line in enumerate(self._lines))
        return {(row["document"], row["number"]): place for place, row in rows}

    def related(self, question: str, regions: Sequence[str] = (), limit: int = 2) -> tuple[FoundArticle, ...]:
        """Articles that may be shown for a question: up to two, mostly none.

        Args:
            question: anything a citizen typed.
            regions: where the citizen is; rules of other places are never shown.
            limit: most articles.
        """
        found = self.rank(question, regions)
        if not found or found[0].probability < self.numbers.show_at:
            return ()
        first = _fused(found[0].lexical, found[0].dense)
        return tuple(a for a in found[:limit] if _fused(a.lexical, a.dense) >= CLOSE * first)

    def rank(self, question: str, regions: Sequence[str] = (), limit: int = 10) -> list[FoundArticle]:
        """The nearest articles with their scores, whether they may be shown or not."""
        places, lexical, dense, features = self.scored(question, regions, limit)
        if not len(places):
            return []
        chance = round(float(self.numbers.probability(features[None])[0]), 4)
        return [
            replace(self.article(int(p)), probability=chance, lexical=float(a), dense=float(b))
            for p, a, b in zip(places, lexical, dense, strict=True)
        ]

    def scored(
        self, question: str, regions: Sequence[str] = (), limit: int = 10
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Places, coverage and cosine of the nearest articles, and the features of the first."""
        text = self.pipeline.normalise(query_text(question))
        tokens = set(self.pipeline.tokens(text))
        ids = sorted(self._ids[t] for t in tokens if t in self._ids)
        nothing = np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(len(FEATURES))
        if not ids:
            return nothing
        whole = sum(map(self._weight, tokens))
        covered: NDArray[np.float64] = self._engine.get_scores_from_ids(ids) / whole
        vector = self.encoder.encode([text], query=True)[0]
        nearest = np.union1d(
            np.argsort(-covered, kind="stable")[:CANDIDATES], self._dense.nearest(vector, CANDIDATES)
        )
        dense = self._vectors[nearest].astype(np.float32) @ vector
        order = np.argsort(-_fused(covered[nearest], dense), kind="stable")
        kept = [i for i in order[: limit + 50] if self._holds(int(nearest[i]), regions)][: max(limit, 6)]
        if not kept:
            return nothing
        places, lexical, cosine = nearest[kept], covered[nearest][kept], dense[kept]
        features = self._features(text, tokens, whole, places, lexical, cosine)
        return places[:limit], lexical[:limit], cosine[:limit], features

    def _holds(self, place: int, regions: Sequence[str]) -> bool:
        region = self.article(place).region
        return region == EVERYWHERE or not regions or region in regions

    def _weight(self, token: str) -> float:
        """How much a token tells; one never seen tells most."""
        place = self._ids.get(token)
        return self._unknown if place is None else float(self._idf[place])

    def _features(
        self,
        text: str,
        tokens: set[str],
        whole: float,
        places: NDArray[np.int64],
        lexical: NDArray[np.float64],
        dense: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        fused = _fused(lexical, dense)
        articles = [self.article(int(place)) for place in places[:5]]
        first = articles[0]
        held = set(self.pipeline.words_of(self.pipeline.normalise(f"{first.document} {first.text}")))
        words = set(self.pipeline.words_of(text))
        weight = sum(map(self._weight, words))
        return np.array(
            [
                fused[0],
                lexical[0],
                dense[0],
                fused[0] - (fused[1] if len(fused) > 1 else 0),
                fused[0] - (fused[5] if len(fused) > 5 else 0),
                sum(a.document == first.document for a in articles) / 5,
                sum(self._weight(t) for t in tokens if t in self._ids) / whole,
                math.log(1 + len(tokens)),
                sum(map(self._weight, words & held)) / weight if weight else 0.0,
            ]
        )


def _fused(lexical: Any, dense: Any) -> Any:
    return LEXICAL * lexical + (1 - LEXICAL) * dense


def _manifest(index_dir: Path, version: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (index_dir / "versions" / version / "manifest.json").read_text("utf-8")
    )
    return found


def _prune(index_dir: Path) -> None:
    """Keeps the last two versions: a running app may still read the former one."""
    folder = index_dir / "versions"
    whole = sorted(
        p for p in folder.iterdir() if (p / "manifest.json").is_file() and not p.name.startswith(".")
    )
    for old in [*whole[:-_KEPT_VERSIONS], *folder.glob(".*.part")]:
        shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _lock(index_dir: Path) -> Iterator[None]:
    """One build at a time, across processes; the kernel lets go when a process dies."""
    with (index_dir / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("法规索引正在生成，请稍后再试", code="laws_busy") from error
        yield
