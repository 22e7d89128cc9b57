"""Word and character counts that ignore numbers, so that no number decides the intent.

Rasa's own featurizer replaces all numbers by the same token. An intent with a number as a short example
("88", a farewell) then attracts all messages with numbers: "3栋1单元电梯坏了5天" was taken for a farewell.
"""

from __future__ import annotations

import re

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.shared.nlu.constants import TEXT

_NUMBER = re.compile(r"[0-9０-９]+(?:[.,:：/％%\-－][0-9０-９]*)*")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Counts(CountVectorsFeaturizer):
    """Rasa's ``CountVectorsFeaturizer`` without numbers, with the same settings."""

    def _process_tokens(self, tokens: list[str], attribute: str = TEXT) -> list[str]:
        if attribute == TEXT:
            said = [token for token in tokens if not _NUMBER.fullmatch(token)]
            # A number beside words becomes an empty token. It is not removed, because the sequences of all
            # featurizers must have one element for each token. A number that is the whole message ("886")
            # becomes a word.
            beside = "" if said else "n{}"
            tokens = [beside.format(token) if _NUMBER.fullmatch(token) else token for token in tokens]
        return super()._process_tokens(tokens, attribute)
