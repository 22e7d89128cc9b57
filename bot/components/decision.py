"""The last step of the pipeline: Rasa's intents and the app's evidence become the final intent.

The weighing is :func:`bot.understanding.decide.decide`.

The evidence comes in the message's metadata (``kinds``, ``best``). Without it, as when Rasa is spoken to without the
app, the intent stays what the classifier made of it.
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

from bot.understanding.decide import DECISION, KINDS, decide

_RANKING = "intent_ranking"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Decision(GraphComponent, IntentClassifier):
    """Sets each message's final intent from its intents and evidence."""

    @classmethod
    def required_components(cls) -> list[type]:
        """A classifier must come before it: it ranks the intents."""
        return [IntentClassifier]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        context: ExecutionContext,
    ) -> Decision:
        """A new component; there is nothing to train."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide each message that carries evidence."""
        for message in messages:
            evidence = _evidence(message.get(METADATA))
            text = message.get(TEXT)
            if evidence is None or not text or text.startswith("/"):
                continue
            kinds, best = evidence
            ranking = [
                (str(found["name"]), float(found["confidence"] or 0)) for found in message.get(_RANKING) or []
            ]
            decision = decide(text, ranking, kinds, best)
            chosen = {"name": decision.intent, "confidence": decision.probability}
            message.set(INTENT, chosen, add_to_output=True)
            rest = [found for found in message.get(_RANKING) or [] if found["name"] != decision.intent]
            message.set(_RANKING, [chosen, *rest], add_to_output=True)
            message.set(DECISION, decision.to_json(), add_to_output=True)
        return messages


def _evidence(metadata: Any) -> tuple[dict[str, float], float] | None:
    """Probabilities of the kinds and of the best entry (0 to 1); None when they are missing or misshapen."""
    try:
        kinds = {kind: float(metadata["kinds"][kind]) for kind in KINDS}
        return kinds, float(metadata["best"])
    except (TypeError, KeyError, ValueError):
        return None
