"""The one decision what a message is, from all evidence; used by Rasa's last component (Python 3.10, nothing but the library).

The app gathers evidence before it asks Rasa: how likely the message is a question, a matter, both or talk
(:mod:`bot.understanding.kinds`), and how sure the knowledge base is of an answer. Rasa adds its intents.
:func:`decide` weighs them; the bars it goes by are fitted end to end (``wenban train-decision``), in ``decision.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path

DECISION = "decision"
"""Key of :meth:`Decision.to_json` in what Rasa makes of a message, and in what a conversation remembers."""
KINDS = ("question", "matter", "both", "talk")

ASK = "ask_policy"
"""Answer the question."""
ASK_WITH_MATTER = "ask_with_matter"
"""Answer the question, and offer to file the matter it comes from."""
TELL = "complain"
"""Take the matter down."""
WHICH = "ask_or_tell"
"""Ask which of the two is wanted."""
THANK = "thank"

_MATTERS = frozenset({"complain", "suggest", "praise", "start_complaint"})
_FRAGMENTS = frozenset({"follow_up", "inform", "repeat", "correct"})
"""Intents of a few words that lean on what was said before."""
_OPEN = frozenset({ASK, TELL, "out_of_scope", "nonsense", "nlu_fallback"})
"""Intents that say little by themselves: what the message is gets weighed anew."""
_DEEDS = frozenset({"ask_progress", "urge", "add_to_ticket", "rate", "request_human", "start_complaint"})
"""Wishes told in so many words; only strong evidence outweighs one."""
_PLAIN = 0.85
"""Confidence from which a wish counts as told in so many words although the base is sure of an answer to the message."""
_TALK = 0.8
"""Probability of talk from which praise is kindness to the assistant, and no matter to be passed on."""
_BRIEF = 8
"""Characters up to which a message is what Rasa takes it for: fragments carry too little else."""

_SURE_MATTER = 0.97
"""Rasa's confidence in a matter from which the form of words decides beside it."""
_WISH = re.compile(r"[我俺]们?(就)?[要想]?(举报|投诉|反映)")
"""A wish to have something filed, in so many words."""
_ASKS = re.compile(
    r"[?？]|[吗呢么]|怎么|咋|如何|怎样|多少|多久|几[天年个次岁]|[能会行要算该]不[能会行要算该]|可不可以|是不是|有没有|啥|什么|哪|谁|允许|"
    r"可[能行要管以中]|还能|能否|是否|请问|想问|咨询|规定|标准|条件|材料|政策"
)
"""Words that ask, in any of their forms."""

FILE = Path(__file__).with_name("decision.json")


@dataclass(frozen=True)
class Bars:
    """Probabilities from which something is done.

    Args:
        sure: of the knowledge base's first entry, to answer with it.
        matter: that the message only tells a matter, to take it down although the base is sure of an answer.
        tell: that it tells a matter, to take it down when the base is not sure.
        ask: that it asks, to be treated as a question when the base is not sure.
        offer: that it tells a matter, to offer filing it beside the answer.
        talk: that it is talk, to believe an intent of talk.
    """

    sure: float = 0.84
    matter: float = 0.9
    tell: float = 0.6
    ask: float = 0.5
    offer: float = 0.25
    talk: float = 0.3


@dataclass(frozen=True)
class Decision:
    """What a message is.

    Args:
        intent: the intent Rasa goes on with.
        probability: how likely that is right, 0 to 1.
        reasons: what it rests on, for logs and for who asks.
    """

    intent: str
    probability: float
    reasons: Mapping[str, object]

    def to_json(self) -> dict[str, object]:
        """JSON-safe: as Rasa hands it to actions, and as the desk shows it."""
        return {
            "intent": self.intent,
            "probability": round(self.probability, 3),
            "reasons": dict(self.reasons),
        }


@lru_cache(maxsize=1)
def shipped() -> Bars:
    """The fitted bars that ship."""
    saved = json.loads(FILE.read_text("utf-8"))
    return Bars(**{field.name: float(saved[field.name]) for field in fields(Bars)})


def save(bars: Bars) -> None:
    """Write fitted bars where :func:`shipped` reads them."""
    FILE.write_text(
        json.dumps({name: round(value, 3) for name, value in asdict(bars).items()}, indent=2) + "\n", "utf-8"
    )


def decide(
    text: str,
    ranking: Sequence[tuple[str, float]],
    kinds: Mapping[str, float],
    best: float,
    bars: Bars | None = None,
) -> Decision:
    """Decide what a message is.

    Args:
        text: the message.
        ranking: Rasa's intents with their confidence, best first.
        kinds: probability of each of :data:`KINDS`.
        best: probability that the knowledge base's first entry answers it.
        bars: other bars than the shipped ones.

    >>> decide("公积金怎么取", [("complain", 0.4)], {"question": .9, "matter": .05, "both": .02, "talk": .03}, .95, Bars()).intent
    'ask_policy'
    """
    bars = bars or shipped()
    intent, confidence = ranking[0] if ranking else ("nlu_fallback", 0.0)
    asks, tells = kinds["question"] + kinds["both"], kinds["matter"] + kinds["both"]
    reasons = {
        "rasa": intent,
        "confidence": round(confidence, 3),
        **{kind: round(kinds[kind], 3) for kind in KINDS},
        "base": round(best, 3),
    }

    def decided(intent: str, probability: float) -> Decision:
        return Decision(intent, min(max(probability, 0.0), 1.0), reasons)

    if intent == "praise" and kinds["talk"] >= _TALK:
        return decided(THANK, kinds["talk"])
    if _stays(text, intent, confidence, kinds, best, bars) or _only_tells(text, intent, confidence):
        return decided(intent, confidence)
    matter = intent if intent in _MATTERS else TELL
    if best >= bars.sure:
        if kinds["matter"] >= bars.matter:
            return decided(matter, kinds["matter"])
        return decided(ASK_WITH_MATTER if tells >= bars.offer else ASK, best)
    if tells >= bars.tell and tells > asks:
        return decided(matter, tells)
    if asks >= bars.ask:
        return decided(ASK_WITH_MATTER if tells >= bars.offer else ASK, asks)
    if kinds["talk"] >= max(asks, tells):
        return decided(intent if intent not in (ASK, TELL) else "nlu_fallback", kinds["talk"])
    return decided(WHICH, 1 - max(asks, tells))


def _only_tells(text: str, intent: str, confidence: float) -> bool:
    """Whether Rasa surely hears a matter in words that ask nothing: however sure the base is, it is to be filed."""
    wished = confidence >= _SURE_MATTER or _WISH.search(text) is not None
    return intent == TELL and wished and _ASKS.search(text) is None


def _stays(
    text: str, intent: str, confidence: float, kinds: Mapping[str, float], best: float, bars: Bars
) -> bool:
    """Whether Rasa's own intent is to be believed."""
    brief, sure = len(text) <= _BRIEF, best >= bars.sure
    if intent in _DEEDS:
        return brief or confidence >= (_PLAIN if sure else 0.5)
    if intent in _FRAGMENTS:
        return not sure and (brief or (confidence >= 0.5 and len(text) <= 2 * _BRIEF))
    if intent in _OPEN:
        return brief and not sure and intent != TELL
    if intent in ("suggest", "praise"):
        return confidence >= 0.6 and not sure and kinds["question"] <= kinds["matter"] + kinds["both"]
    return brief or kinds["talk"] >= bars.talk
