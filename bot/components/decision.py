"""The last step of the pipeline: makes the final intent from Rasa's intents and the app's evidence.

:func:`bot.understanding.decide.decide` makes the decision.

The evidence is in the message's metadata (``kinds``, ``best``). Without evidence, for example when a message
comes to Rasa without the app, the classifier's intent stays, but for who calls for a human in so many words.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.understanding.decide import DECISION, KINDS, decide, without_evidence
from bot.understanding.decide import Decision as Decided

_RANKING = "intent_ranking"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Decision(GraphComponent, IntentClassifier):
    """Sets each message's final intent from its intents and evidence."""

    @classmethod
    def required_components(cls) -> list[type]:
        """An intent classifier must come first, because it ranks the intents."""
        return [IntentClassifier]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        context: ExecutionContext,
    ) -> Decision:
        """Make the component; it needs no training."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide each message that has evidence."""
        for message in messages:
            text = message.get(TEXT)
            if not text or text.startswith("/"):
                continue
            decision = _decided(message, text)
            if decision is None:
                continue
            chosen = {"name": decision.intent, "confidence": decision.probability}
            message.set(INTENT, chosen, add_to_output=True)
            rest = [found for found in message.get(_RANKING) or [] if found["name"] != decision.intent]
            message.set(_RANKING, [chosen, *rest], add_to_output=True)
            message.set(DECISION, decision.to_json(), add_to_output=True)
        return messages


def _decided(message: Message, text: str) -> Decided | None:
    evidence = _evidence(message.get(METADATA))
    if evidence is None:
        return without_evidence(text)
    kinds, best, second, topic, words, office = evidence
    ranking = [(str(found["name"]), float(found["confidence"] or 0)) for found in message.get(_RANKING) or []]
    return decide(words or text, ranking, kinds, best, topic=topic, second=second, office=office)


def _evidence(metadata: Any) -> tuple[dict[str, float], float, float, bool, str, bool] | None:
    """What the app found out about a message (:meth:`bot.understanding.evidence.Evidence.metadata`).

    Probabilities of the kinds, of the best entry and of the second (0 to 1), whether the message only names a topic, its
    words that count, and whether it can be read as a question for an office.

    None when they are missing or malformed.
    """
    try:
        kinds = {kind: float(metadata["kinds"][kind]) for kind in KINDS}
        words = str(metadata.get("words") or "")
        best, second = float(metadata["best"]), float(metadata.get("second", 1.0))
        topic, office = metadata.get("topic") is True, metadata.get("office") is True
        return kinds, best, second, topic, words, office
    except (TypeError, KeyError, ValueError):
        return None
