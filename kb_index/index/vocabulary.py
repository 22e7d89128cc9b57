"""Numbers for tokens, the same in all parts of an index version."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb_index.index.ragged import Ids

PAIR = "_"
"""First character of a bigram token; see :meth:`kb_index.language.text.TextPipeline.search_tokens`."""

_PARTS = (PAIR, "=")


def is_word(token: str) -> bool:
    """Whether a token is a word, and not a bigram or a single-character token."""
    return not token.startswith(_PARTS)


class Vocabulary:
    """Maps tokens to numbers and back.

    Args:
        tokens: all tokens, in the order of their numbers.

    >>> vocabulary = Vocabulary()
    >>> vocabulary.add(["公积金", "_公积", "公积金"]).tolist(), vocabulary.known(["公积金", "贷款"]).tolist()
    ([0, 1, 0], [0])
    """

    def __init__(self, tokens: Iterable[str] = ()) -> None:
        self.tokens = list(tokens)
        self._ids = {token: number for number, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: str) -> bool:
        return token in self._ids

    def add(self, tokens: list[str]) -> Ids:
        """The numbers of the tokens; new tokens are added to the vocabulary."""
        ids = self._ids
        for token in tokens:
            if token not in ids:
                ids[token] = len(self.tokens)
                self.tokens.append(token)
        return np.array([ids[token] for token in tokens], np.int32)

    def known(self, tokens: Iterable[str]) -> Ids:
        """The numbers of the tokens that are in the vocabulary; others are skipped."""
        ids = self._ids
        return np.array([ids[token] for token in tokens if token in ids], np.int32)

    def words(self) -> NDArray[np.bool_]:
        """For each number, whether its token is a word; [tokens]."""
        return np.array([is_word(token) for token in self.tokens], bool)

    def save(self, file: Path) -> None:
        """Writes one token on each line; tokens contain no line ends."""
        file.write_text("".join(f"{token}\n" for token in self.tokens), "utf-8")

    @classmethod
    def load(cls, file: Path) -> Vocabulary:
        """Reads what :meth:`save` wrote."""
        return cls(file.read_text("utf-8").split("\n")[:-1])
