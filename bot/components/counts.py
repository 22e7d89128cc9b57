"""Counts of words and characters, numbers left out: no number says what a message is.

Rasa's own featurizer makes one token of every number. Whichever intent has a short example with one ("88", a farewell) then
owns all numbers, and "3栋1单元电梯坏了5天" becomes a good-bye.
"""

from __future__ import annotations

import re

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.shared.nlu.constants import TEXT

_NUMBER = re.compile(r"[0-9０-９]+(?:[.,:：/％%\-－][0-9０-９]*)*")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Counts(CountVectorsFeaturizer):
    """``CountVectorsFeaturizer`` that does not see numbers; its settings are the same."""

    def _process_tokens(self, tokens: list[str], attribute: str = TEXT) -> list[str]:
        if attribute == TEXT:
            said = [token for token in tokens if not _NUMBER.fullmatch(token)]
            # A number beside words is emptied, not taken out: other featurizers' sequences are as long as the tokens are
            # many. One that is the whole message ("886") is a word of its own.
            beside = "" if said else "n{}"
            tokens = [beside.format(token) if _NUMBER.fullmatch(token) else token for token in tokens]
        return super()._process_tokens(tokens, attribute)
