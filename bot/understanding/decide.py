"""Decides what a message is, from all evidence.

Before the app calls Rasa, it gathers evidence: the probabilities that the message is a question, a matter,
both or talk (:mod:`bot.understanding.kinds`), and the probability that the knowledge base has an answer. Rasa
adds its intents. :func:`decide` combines them with thresholds in ``decision.json``, which are fitted end to
end (``wenban train-decision``). Rasa's last component calls this module, so it must run in Python 3.10 with
only the standard library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path

from bot.understanding.asking import asks_at_end, only_asks
from bot.understanding.closing import closes_asking
from bot.understanding.contacted import asks_contact, contacted
from bot.understanding.exposure import asks_exposure
from bot.understanding.how_long import asks_how_long
from bot.understanding.human_wish import calls_human, files_for_answer, may_wish_human
from bot.understanding.instead import puts_right
from bot.understanding.machine import is_for_machine
from bot.understanding.meant import explains, wants_changed, wants_made
from bot.understanding.numbered import numbers_questions
from bot.understanding.signs import only_time, sign
from bot.understanding.wording import (
    asks_no_rule,
    asks_rule,
    asks_somehow,
    implies_question,
    plainly_asks,
    reproaches,
    wishes_filing,
)
from bot.understanding.wordless import is_wordless

DECISION = "decision"
"""Key of :meth:`Decision.to_json` in Rasa's parse result and in the facts of a conversation."""
KINDS = ("question", "matter", "both", "talk")
"""The kinds of a message: asks something, reports a matter, does both, or is only talk."""

ASK = "ask_policy"
"""Intent: answer the question."""
ASK_WITH_MATTER = "ask_with_matter"
"""Intent: answer the question, and offer to file the matter behind it."""
TELL = "complain"
"""Intent: take the matter into the complaint form."""
WHICH = "ask_or_tell"
"""Intent: ask whether the citizen wants an answer or to file a matter."""
THANK = "thank"
"""Intent: the citizen says thanks."""
NONSENSE = "nonsense"
"""Intent: nothing a hotline can act on."""
_OF_SIGN = {"angry": "abuse", "pleased": THANK, "fire": "nonsense", "other": "nonsense"}
"""Intents of messages of only emoji or punctuation."""

_MATTERS = frozenset({"complain", "suggest", "praise", "start_complaint"})
_FRAGMENTS = frozenset({"follow_up", "inform", "repeat", "correct"})
"""Intents of short messages that depend on earlier messages."""
_OF_FORMS = frozenset({"correct", "cancel"})
"""Intents of what is done with a form. A question whose answer is known, of which Rasa is not sure, is none (投诉点错了想撤, 孩子改跟我姓)."""
_OF_TICKETS = frozenset({"ask_progress", "urge"})
"""Intents about a ticket. A question without a word of one is none of them (怎么查一个人是不是老赖)."""
_TICKET = re.compile(
    r"工单|单[子号]|进度|登记|反[映应]|投诉|举报|上报|办到|办[的得]|处理|解决|回[复话音]|答复|结果|查询码|编号|12345|催|派|来人|受理|"
    r"快(?:点|些|一点)|尽快|赶紧|抓紧|早[点些]"
)
"""Words about a ticket and what becomes of it."""
_DUNNED = re.compile("催(?:收|债|款|缴|费|租|婚|讨)")
"""Words of others who dun the citizen, and not of the citizen who urges the hotline (催收违法我去哪告)."""
_ADDS = re.compile(r"补充|补一|[再还]?加[一个上]|[再还]补|照片|图片|附件|电话")
"""Words of what is added to a ticket. 补上 alone may mean premiums or papers."""
_RATES = re.compile(
    r"评(?![残级职审估定卷委理选先])|满意|[打给].{0,3}[分星]|[一二三四五\d][分星]|服务|态度|表扬"
)
"""Words of a rating, and none of 评残, 评职称."""
_ASKS_NUMBER = re.compile(
    r"(?:那|他们|那边|那里|请问)*(?:有没有|有)(?:个|他们的?)?(?:联系|咨询|办公|服务)?(?:电话|联系方式)(?:号码?)?(?:吗|没有?|不|呢|啊)?(?:我|俺)?(?:自己)?(?:问问|问一下|打一下|打过去|联系一下)?(?:吗|呢|啊)?|"
    r"(?:那|把)*(?:他们的?)?(?:联系|咨询|办公|服务)?(?:电话|联系方式)(?:号码?)?(?:给|发|说|来|报)(?:我|俺)?(?:一个|个|一下|一?遍)(?:吧|呗|啊|行吗|呢)?"
)
"""A message that asks only for the number of what was spoken of."""
_MAY_BE = re.compile(r"[能会可该](?![不行吧吗])|要(?![了不行吧吗])|算|得(?=[交去办])")
"""Words with which it is asked whether something may be or has to be done."""
_OPEN = frozenset({ASK, TELL, "out_of_scope", "nonsense", "nlu_fallback"})
"""Intents that are weak evidence: the message is always decided again."""
_DEEDS = frozenset({"ask_progress", "urge", "add_to_ticket", "rate", "request_human", "start_complaint"})
"""Intents of explicit wishes; only strong evidence overrules them."""
_PLAIN = 0.85
"""Confidence (0 to 1) from which a wish counts as explicit even if the knowledge base has a sure answer.

From it a matter that asks nothing counts as one when everything else leaves it open.
"""
_TALK = 0.8
"""Probability of talk (0 to 1) from which praise is meant for the assistant and is not filed."""
_MOSTLY = 0.7
"""Probability of a question or matter (0 to 1) from which a message is no talk, though talk is likely enough."""
_CLEARLY = 0.8
"""Probability of a question (0 to 1) from which Rasa's being sure of a matter counts no more."""
_EVIDENT = 0.4
"""Probability of a matter (0 to 1) from which the citizen is asked whether it is to be filed."""
_SAID = 0.6
"""Rasa's confidence (0 to 1) from which talk that asks nothing stays talk (那我打合肥的，这里取消吧)."""
_BRIEF = 8
"""Up to this number of characters Rasa's intent is kept: there is too little other evidence."""
_SURE_MATTER = 0.97
"""Rasa's confidence (0 to 1) from which a matter or talk is believed when no word of it asks, and a question that may be a matter."""
_SUGGESTS = re.compile(
    r"(?:您好|你好)?[，,\s]*(?:我|俺)?们?(?:强烈|想|要|诚恳|真心)*(?:提个?)?建议(?!书|被|采纳|信|单|箱|是).."
)
"""A message that begins as an idea."""
_FAREWELL = re.compile(
    r"再见|再会|回见|拜|886?|bye|see you|回聊|下次|改天|明天|先[这到去]|就[这问]|没.{0,4}(?:事了|问题|要问)|没别的|没有了|不[聊问]|不说了|关了|退下|到这|(?:^|[我俺先该要得就那]|[行好嘞][，, ])走了|挂了|撤了|溜|闪了|下了|忙去|晚安|告辞|好梦|保重|回头|慢走|不打扰|不麻烦|"
    r"睡了|辛苦|谢|到此|结束|👋",
    re.IGNORECASE,
)
"""Words of a farewell, or that end a talk."""

_ONLY_NUMBER = re.compile(
    r"(?:我?的?工?单号?|编号|查询码|[是为:：,，\s]){0,8}[A-Za-z]{2,6}[\s-]{0,3}20\d{2}[\s-]{0,3}\d{4}[\s-]{0,3}\d{5,6}"
    r"(?:[\s,，。.;；:：/]{0,4}(?:查询码|密码|码)?[\s是为:：]{0,3}(?:[A-Za-z0-9]{4}[\s-]?[A-Za-z0-9]{4}|\d{3}\s?\d{3}))?[\s。.！!]{0,4}"
)
"""A message of only a ticket number, mostly with its query code: the citizen was asked for them."""

FAR_BEHIND = 0.2
"""Share (0 to 1) of the first entry's probability from which another entry is its rival."""

FILE = Path(__file__).with_name("decision.json")
"""The file with the fitted thresholds."""
_SEARCH = "fitted_with_search"


@dataclass(frozen=True)
class Bars:
    """Thresholds: probabilities (0 to 1) from which something is done.

    Args:
        sure: probability of the first entry from which it is given as the answer.
        likely: the same for an entry without a rival (:data:`FAR_BEHIND`); the citizen is asked whether it was meant.
        matter: probability of ``matter`` from which the matter is filed although the knowledge base is sure.
        tell: probability of a matter from which it is filed when the knowledge base is not sure.
        ask: probability of a question from which it is treated as one when the knowledge base is not sure.
        offer: probability of a matter from which filing is offered together with the answer.
        talk: probability of ``talk`` from which Rasa's intent of talk is kept.
    """

    sure: float = 0.84
    likely: float = 0.7
    matter: float = 0.9
    tell: float = 0.6
    ask: float = 0.5
    offer: float = 0.25
    talk: float = 0.3


@dataclass(frozen=True)
class Decision:
    """The decision about a message.

    Args:
        intent: the intent with which Rasa continues.
        probability: probability that the intent is right, 0 to 1.
        reasons: the reasons, for logs and the desk.
    """

    intent: str
    probability: float
    reasons: Mapping[str, object]

    def to_json(self) -> dict[str, object]:
        """The JSON-safe form that Rasa passes to actions and the desk shows."""
        return {
            "intent": self.intent,
            "probability": round(self.probability, 3),
            "reasons": dict(self.reasons),
        }


@lru_cache(maxsize=1)
def shipped() -> Bars:
    """The shipped, fitted thresholds."""
    saved = json.loads(FILE.read_text("utf-8"))
    return Bars(**{field.name: float(saved[field.name]) for field in fields(Bars)})


def save(bars: Bars, search: str) -> None:
    """Write fitted thresholds to the file that :func:`shipped` reads.

    Args:
        bars: the thresholds.
        search: stamp of the search's numbers with which they were fitted.
    """
    kept = {name: round(value, 3) for name, value in asdict(bars).items()}
    FILE.write_text(json.dumps({**kept, _SEARCH: search}, indent=2) + "\n", "utf-8")


def fitted_with() -> str:
    """Stamp of the search's numbers with which the shipped thresholds were fitted; "" when the file has none."""
    return str(json.loads(FILE.read_text("utf-8")).get(_SEARCH, ""))


def without_evidence(text: str) -> Decision | None:
    """What a message is without any evidence of the app; None when only Rasa's intent tells.

    >>> without_evidence("楼上漏水，麻烦帮我转人工").intent, without_evidence("楼上漏水")
    ('request_human', None)
    """
    return Decision("request_human", 1.0, {}) if calls_human(text) else None


def decide(
    text: str,
    ranking: Sequence[tuple[str, float]],
    kinds: Mapping[str, float],
    best: float,
    bars: Bars | None = None,
    *,
    topic: bool = False,
    second: float = 1.0,
    office: bool = False,
) -> Decision:
    """Decide what a message is.

    Args:
        text: the message, without its cries for help (:mod:`bot.understanding.plea`).
        ranking: Rasa's intents with their confidence (0 to 1), best first.
        kinds: kind → probability, for all :data:`KINDS`.
        best: probability that the knowledge base's first entry answers the message, 0 to 1.
        bars: thresholds to use; None: the shipped ones.
        topic: whether the message is only the name of a topic (低保).
        second: the same probability of the second entry; by default there is a rival.
        office: whether the message can be read as a question for an office (社保局电话).

    >>> decide("公积金怎么取", [("complain", 0.4)], {"question": .9, "matter": .05, "both": .02, "talk": .03}, .95, Bars()).intent
    'ask_policy'
    """
    bars = bars or shipped()
    intent, confidence = ranking[0] if ranking else ("nlu_fallback", 0.0)
    if intent == "goodbye" and not _may_part(text):
        intent, confidence = "nlu_fallback", 1 - confidence
    if intent == "request_human" and not may_wish_human(text):  # 三个人, 你们多久来人
        intent, confidence = "nlu_fallback", 1 - confidence
    if intent in _OF_TICKETS and kinds["question"] >= _PLAIN and _TICKET.search(text) is None:
        intent, confidence = "nlu_fallback", 1 - confidence
    if intent == "urge" and kinds["question"] >= _PLAIN and _TICKET.search(_DUNNED.sub("", text)) is None:
        intent, confidence = "nlu_fallback", 1 - confidence
    if asks_no_ticket(text, intent):
        intent, confidence = "nlu_fallback", 1 - confidence
    asks, tells = kinds["question"] + kinds["both"], kinds["matter"] + kinds["both"]
    reasons = {
        "rasa": intent,
        "confidence": round(confidence, 3),
        **{kind: round(kinds[kind], 3) for kind in KINDS},
        "base": round(best, 3),
    }

    def decided(intent: str, probability: float) -> Decision:
        if intent in _MATTERS and puts_right(text):  # 我说的是驾驶证，不是身份证 tells no matter
            intent, probability = "nlu_fallback", 1.0
        return Decision(intent, min(max(probability, 0.0), 1.0), reasons)

    shown = sign(text)
    if shown is not None:
        return decided(_OF_SIGN[shown], 1.0)
    if intent != "skip" and is_wordless(text):  # 说不上来 to a question of the form skips it
        return decided("nlu_fallback", 1.0)
    if calls_human(text):
        return decided("request_human", 1.0)
    if files_for_answer(text):
        return decided("start_complaint", 1.0)
    if is_for_machine(text):
        return decided(NONSENSE, 1.0)
    if wants_made(text):  # Rasa takes 给我写首诗 for thanks
        return decided("out_of_scope", 1.0)
    if asks_contact(text) or (intent not in _DEEDS and asks_how_long(text)):
        return decided(ASK, max(asks, best))
    if contacted(text) is not None:  # 来之前给我打个电话 is written into the matter, and is none
        return decided("nlu_fallback", 1.0)
    if numbers_questions(text):  # a long letter that says 想问三个事, whatever it tells around them
        return decided(ASK, 1.0)
    if only_asks(text) or asks_exposure(text) or (explains(text) and intent in _OPEN | _MATTERS):
        return decided(ASK, max(asks, best))
    if only_time(text):
        return decided("inform", 1.0)
    if kinds["question"] >= _PLAIN and asks_no_refusal(text, intent):
        return decided(ASK, max(asks, best))
    if asks_number(text):
        return decided("follow_up", 1.0)
    if _ONLY_NUMBER.fullmatch(text.strip()):
        return decided("ask_progress", 1.0)
    if intent == "correct" and wants_changed(text):
        return decided(intent, confidence)
    if intent not in _DEEDS and _SUGGESTS.match(text) and not asks_somehow(text):
        return decided("suggest", max(tells, confidence))
    if office and intent not in _DEEDS and tells < bars.matter:
        return decided(ASK_WITH_MATTER if tells >= bars.offer else ASK, max(asks, best))
    if topic and intent not in _DEEDS and not (intent == "cancel" and confidence >= _SURE_MATTER):
        return decided(ASK, max(asks, best))
    if intent == "praise" and kinds["talk"] >= _TALK:
        return decided(THANK, kinds["talk"])
    known = best >= bars.sure or (best >= bars.likely and second < best * FAR_BEHIND)
    if known and intent in _OPEN | _MATTERS and closes_asking(text):  # …直往我卧室灌，打城管还是打环保
        return decided(ASK_WITH_MATTER if tells >= bars.offer else ASK, max(asks, best))
    if intent in _OF_FORMS and confidence < _PLAIN <= kinds["question"] and known:
        return decided(ASK, max(asks, best))
    heard = kinds["question"] < _CLEARLY
    tells_only = heard and _only_tells(text, intent, confidence)
    if tells_only or _stays(text, intent, confidence, kinds, best, bars):
        return decided(intent, confidence)
    matter = intent if intent in _MATTERS else TELL
    if best >= bars.sure:
        if kinds["matter"] >= bars.matter and not asks_rule(text):
            return decided(matter, kinds["matter"])
        return decided(ASK_WITH_MATTER if tells >= bars.offer else ASK, best)
    if intent not in _DEEDS and confidence < _SURE_MATTER and plainly_asks(text):
        return decided(ASK, max(asks, best))
    if intent not in _DEEDS and (asks_rule(text) or implies_question(text)):
        return decided(ASK_WITH_MATTER if tells >= bars.offer else ASK, max(asks, best))
    told = _SAID if reproaches(text) else _PLAIN
    if heard and intent == TELL and confidence >= told and best < bars.sure and asks_no_rule(text):
        return decided(TELL, confidence)
    if tells >= bars.tell and tells > asks:
        if intent == ASK and confidence >= _SURE_MATTER and kinds["matter"] < bars.matter:
            return decided(ASK_WITH_MATTER, tells)
        return decided(matter, tells)
    if asks >= bars.ask:
        return decided(ASK_WITH_MATTER if tells >= bars.offer else ASK, asks)
    if kinds["talk"] >= max(asks, tells):
        return decided(intent if intent not in (ASK, TELL) else "nlu_fallback", kinds["talk"])
    if intent == TELL and confidence >= _PLAIN and not asks_somehow(text):
        return decided(TELL, confidence)  # no word of it asks, and the base has no answer to offer
    if tells < _EVIDENT:
        return decided(ASK, asks)
    return decided(WHICH, 1 - max(asks, tells))


def asks_no_ticket(text: str, intent: str) -> bool:
    """Whether a question was taken for a supplement or a rating of a ticket of which it has no word.

    >>> asks_no_ticket("一次性把差的补上行不行", "add_to_ticket"), asks_no_ticket("能再补充一句吗", "add_to_ticket")
    (True, False)
    >>> [asks_no_ticket(said, "rate") for said in ("生育津贴打给我还是打给单位", "评残能上门不", "挺好的", "给个好评行不")]
    [True, True, False, False]
    """
    own = {"add_to_ticket": _ADDS, "rate": _RATES}.get(intent)
    if own is None or own.search(text) or _TICKET.search(text):
        return False
    return asks_somehow(text) or asks_at_end(text) or "还是" in text


def asks_number(text: str) -> bool:
    """Whether a message asks for the telephone number of what was spoken of, and says nothing else.

    >>> [asks_number(said) for said in ("电话给一个", "有没有电话我问问", "那有联系电话吗")]
    [True, True, True]
    >>> [asks_number(said) for said in ("给我打个电话", "没有电话", "有人打电话骗我", "社保局电话给一个")]
    [False, False, False, False]
    """
    return _ASKS_NUMBER.fullmatch(re.sub(r"[，,。.！!？?、\s]", "", text)) is not None


def asks_no_refusal(text: str, intent: str) -> bool:
    """Whether a question that has 不 in it was taken for a no.

    >>> [asks_no_refusal(said, "deny") for said in ("不签字能强拆不", "不同意能赔不", "不用了", "不要了行不", "不是这个不")]
    [True, True, False, False, False]
    """
    return intent == "deny" and _MAY_BE.search(text) is not None and asks_at_end(text)


def _may_part(text: str) -> bool:
    """Whether anything in a text is a farewell, or a word after which people part."""
    return _FAREWELL.search(text) is not None


def _only_tells(text: str, intent: str, confidence: float) -> bool:
    """Whether Rasa is sure of a matter and no words ask. It is then filed even if an entry would answer."""
    wished = confidence >= _SURE_MATTER or wishes_filing(text)
    silent = not asks_somehow(text) and not asks_rule(text) and not implies_question(text)
    return intent == TELL and wished and silent


def _stays(
    text: str, intent: str, confidence: float, kinds: Mapping[str, float], best: float, bars: Bars
) -> bool:
    """Whether Rasa's own intent is kept."""
    brief, sure = len(text) <= _BRIEF, best >= bars.sure
    asked = asks_somehow(text) and kinds["question"] > kinds["talk"]
    if intent == "start_complaint" and asked and (sure or kinds["question"] >= bars.ask):
        return False  # a question about complaints (投诉要多久), not a complaint
    if intent in _DEEDS:
        return brief or confidence >= (_PLAIN if sure else 0.5)
    if intent in _FRAGMENTS:
        return not sure and (brief or (confidence >= 0.5 and len(text) <= 2 * _BRIEF))
    if intent in _OPEN:
        return brief and not sure and intent != TELL
    if intent in ("suggest", "praise"):
        return confidence >= 0.6 and not sure and kinds["question"] <= kinds["matter"] + kinds["both"]
    if brief and sure and asked:
        return False
    asks, tells = kinds["question"] + kinds["both"], kinds["matter"] + kinds["both"]
    silent = not asks_somehow(text)
    if silent and confidence >= _SURE_MATTER:
        return True  # 算了不投诉了，取消, though an entry tells how to cancel
    likely = kinds["talk"] >= bars.talk or (silent and confidence >= _SAID)
    talks = likely and max(asks, tells) < _MOSTLY
    return (brief and max(asks if asked else 0.0, tells) < bars.tell) or talks
