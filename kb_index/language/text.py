"""Prepares text for search: normalises spellings and makes tokens.

Entries and questions go through the same two steps:

1. :meth:`TextPipeline.normalise`: NFKC (full width → half width), traditional → simplified characters (if
   opencc is installed), lower case, digits for Chinese numerals before a unit, synonyms → the first word of
   their group.
2. :meth:`TextPipeline.tokens`: words of jieba (by rjieba: same dictionary and algorithm, ten times as fast)
   and character bigrams. Words carry meaning. Bigrams still match after wrong segmentation, typing errors and
   errors of voice recognition. Both together find more than either alone (figures: docs/knowledge-base.md).
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import rjieba
import yaml
from ahocorasick_rs import AhoCorasick, MatchKind

from core.errors import ConfigurationError
from core.simplified import simplified as simplified
from core.yaml_loader import SafeLoader

MAX_QUERY_CHARS = 600
"""Largest part of a question that is searched, in characters. A long story names its subject before this."""

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_HAN}]+|[a-z0-9]+(?:\.[0-9]+)*%?")
_HAN_RUN = re.compile(f"[{_HAN}]{{2,}}")
_HAN_RUNS = re.compile(f"[{_HAN}]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\ud800-\udfff]")  # and lone surrogates
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_NUMERAL = re.compile(
    "(?<![零〇一二两三四五六七八九十百千万])[零〇一二两三四五六七八九十百千万]+(?=(?:个|年|月|日|天|周岁|岁|元|块|小时|倍|次|份|级|公里|平方|平米|分钟|周|人))"
)
_PERCENT = re.compile("百分之([零〇一二三四五六七八九十百]+)")
_COLLOQUIAL_ONE = re.compile("^(?:一|两|千万|百万|万一)$")


def numeral(text: str) -> int | None:
    """The value of a Chinese numeral below 100 million; None when the text is not a numeral.

    >>> numeral("十五"), numeral("一百二十"), numeral("两万")
    (15, 120, 20000)
    """
    if not text or any(c not in _DIGITS and c not in _SCALES for c in text):
        return None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, section, digit = 0, 0, 0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c == "万":
            total = (total + section + digit or 1) * 10000
            section = digit = 0
        else:
            section += (digit or 1) * _SCALES[c]
            digit = 0
    return total + section + digit


def _arabic(match: re.Match[str]) -> str:
    text = match.group(0)
    if _COLLOQUIAL_ONE.match(
        text
    ):  # everyday words such as 一次, 一个, 两个, which are not figures of a rule
        return text
    value = numeral(text)
    return text if value is None else str(value)


def load_synonyms(path: Path) -> list[list[str]]:
    """Reads the editors' synonym groups.

    Args:
        path: a YAML file holding a list of lists of words; a missing file means no synonyms.

    Raises:
        ConfigurationError: when the file is not a list of lists of words; the message names file and group.
    """
    if not path.is_file():
        return []
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=SafeLoader) or []  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path}: cannot be read as YAML: {error}", code="synonyms_invalid"
        ) from error
    if not isinstance(data, list):
        raise ConfigurationError(
            f"{path}: must be a list of groups, each a list of words", code="synonyms_invalid"
        )
    groups: list[list[str]] = []
    for number, group in enumerate(data, 1):
        if not isinstance(group, list) or len(group) < 2 or not all(isinstance(w, str | int) for w in group):
            raise ConfigurationError(
                f"{path}: group {number} must be a list of at least two words, found {group!r}",
                code="synonyms_invalid",
            )
        groups.append([str(word).strip() for word in group])
    return groups


class TextPipeline:
    """Normalises and tokenises text. Each index version has one instance; it is safe in several threads.

    Args:
        synonyms: groups of words with equal meaning, the canonical word first.
        words: extra words for the segmenter (policy terms, place names).

    >>> pipeline = TextPipeline([["住房公积金", "公积金", "房积金"]])
    >>> pipeline.normalise("房積金  怎麼提取？ ")
    '住房公积金 怎么提取?'
    """

    def __init__(self, synonyms: list[list[str]] | None = None, words: list[str] | None = None) -> None:
        self.synonyms = synonyms or []
        self.words = words or []
        self._canonical: dict[str, str] = {}
        for group in self.synonyms:
            first = self._spell(group[0])
            for word in group:
                self._canonical.setdefault(self._spell(word), first)
        # the longest match wins, so a synonym inside a canonical word is not replaced
        self._synonyms = AhoCorasick(list(self._canonical), matchkind=MatchKind.LeftmostLongest)
        self._canonicals = list(self._canonical.values())
        self._segmenter: rjieba.Jieba | None = None
        self._lock = threading.Lock()
        # a search needs the words of its question several times: for BM25, the model and the evidence
        self._words_of = lru_cache(maxsize=1024)(self._cut)

    @classmethod
    def from_folder(cls, folder: Path) -> TextPipeline:
        """Reads ``synonyms.yml`` and ``words.txt`` in the knowledge folder; both are optional.

        Raises:
            ConfigurationError: when one of the files can't be read; the message names it.
        """
        words_file = folder / "words.txt"
        try:
            words = words_file.read_text("utf-8").split("\n") if words_file.is_file() else []
        except UnicodeDecodeError as error:
            raise ConfigurationError(
                f"{words_file} is not UTF-8 ({error}); run `wenban kb convert words.txt`.",
                code="words_invalid",
            ) from error
        return cls(load_synonyms(folder / "synonyms.yml"), [w.strip() for w in words if w.strip()])

    def save(self, file: Path) -> None:
        """Writes synonyms and words, so that searches prepare questions as the build prepared the entries."""
        text = {"synonyms": self.synonyms, "words": self.words}
        file.write_text(json.dumps(text, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, file: Path) -> TextPipeline:
        """Reads what :meth:`save` wrote."""
        text = json.loads(file.read_text("utf-8"))
        return cls(text["synonyms"], text["words"])

    @property
    def curated(self) -> frozenset[str]:
        """The normalised words that editors wrote down: in ``words.txt`` and in the synonyms."""
        return frozenset(map(self.normalise, (*self.words, *self._canonical)))

    def fingerprint(self) -> str:
        """A digest that changes with synonyms and words; stored tokens are then made again."""
        material = repr((self.synonyms, self.words, "text-4")).encode()
        return hashlib.sha256(material).hexdigest()[:16]

    def _spell(self, text: str) -> str:
        text = simplified(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).lower()
        return _NUMERAL.sub(_arabic, _PERCENT.sub(lambda m: f"{numeral(m.group(1))}%", text))

    def normalise(self, text: str) -> str:
        """The text in the normalised spelling. Accepts any text and never raises."""
        text = " ".join(self._spell(text).split())
        out, done = [], 0
        for word, start, end in self._synonyms.find_matches_as_indexes(text):
            out += [text[done:start], self._canonicals[word]]
            done = end
        return "".join([*out, text[done:]])

    def words_of(self, normalised: str) -> tuple[str, ...]:
        """The jieba words of a normalised text, without punctuation."""
        return self._words_of(normalised)

    def _cut(self, normalised: str) -> tuple[str, ...]:
        segmenter = self._segmenter or self._load()
        return tuple(word for run in _RUN.findall(normalised) for word in segmenter.cut(run, False))

    def tokens(self, normalised: str) -> list[str]:
        """Search tokens of a normalised text: words, and bigrams of every run of Chinese characters.

        >>> TextPipeline().tokens("换身份证")
        ['换', '身份证', '_换身', '_身份', '_份证']
        """
        found = list(self.words_of(normalised))
        for run in _HAN_RUN.findall(normalised):
            found += [f"_{first}{second}" for first, second in pairwise(run)]
        return found

    def search_tokens(self, normalised: str) -> list[str]:
        """The tokens of lexical search: :meth:`tokens` and every single character.

        Single characters match different wordings ("怎么弄" and "怎么办"). They raise the recall@1 of BM25 from
        0.837 to 0.852 on general question pairs, and from 0.928 to 0.940 on the shipped knowledge base.
        """
        return self.tokens(normalised) + [f"={c}" for run in _HAN_RUNS.findall(normalised) for c in run]

    def _load(self) -> rjieba.Jieba:
        with self._lock:
            if self._segmenter is None:
                words = sorted({*self.words, *self._canonical.values()})
                self._segmenter = _segmenter(tuple(map(self.normalise, words)))
            return self._segmenter


@lru_cache(maxsize=2)
def _segmenter(words: tuple[str, ...]) -> rjieba.Jieba:
    """Jieba with extra words. Index versions with the same words share one: it is large, and slow to make."""
    made = rjieba.Jieba()
    for word in words:
        made.add_word(word, None, None)
    return made


def query_text(question: str) -> str:
    """The part of a question that is searched: the first :data:`MAX_QUERY_CHARS` characters."""
    return question[:MAX_QUERY_CHARS]
