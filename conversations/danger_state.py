"""What a conversation remembers of a danger: one fact, so that any process can continue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from conversations import another, danger, during, ended
from conversations.danger import Advice, Danger
from conversations.facts import FORM
from conversations.past import of_now
from conversations.sequels import Heard
from conversations.types import Button, Job, Mode, Reply
from conversations.waiting import asks_place
from core.clock import iso, now
from core.simplified import simplified

FACT = "danger"
"""Key of the fact that holds the state of the danger.

Keys that are always there:

- ``state``: ``asked`` (whether there is danger), ``told`` (advice was given), ``denied``, ``passed`` (asked, and
  neither confirmed nor denied) or ``over``;
- ``kind``: the kind of danger; ``text``: the words that told of it; ``at``: ISO 8601, when this state began.

Keys that are sometimes there:

- ``label``: the label of the advice that was given;
- ``withheld``: the assistant's replies to show after a denial: the question about danger replaced them;
- ``beside``: the question came with these replies, and did not replace them;
- ``again``: the question was asked a second time;
- ``before``: the dangers that were not long over when this one began, the first one first, each with ``kind`` and ``text``, and with
  ``over`` when it was over;
- ``called``: the citizen has called for help;
- ``signs``: words of how things go (呼吸, 出不去) for which the steps of the advice were said again;
- ``filing``: the form is taking the matter down (only while one runs, see :func:`of_facts`);
- ``question``, ``asked``: what was asked with the words of danger, and last since then: answered when it was no danger;
- ``where``: who the citizen is and where help must come, in the citizen's words;
- ``by_text``: the citizen can't speak on the phone now; ``said``: the last reply, so that no two are the same in a row;
- ``past``: the citizen said that it was on a day before;
- ``aside``: an answer to something else has come after a line with the numbers, which is not said again;
- ``met``: an agent had the conversation, and filed or ended it: the alarm is ``over``, though the citizen has not said so;
- ``comforted``: how often guilt or grief was answered; ``offered``: ISO 8601, when the citizen was asked whether a human shall come;
- ``kept``: taken back after words of a plan, so the conversation stays in the queue for a human to look.
"""
TOLD_IN_FORM = "told_in_form"
"""Key of the fact that holds words of danger, said while a form asked, until the form takes them: a list of texts."""
_ADDS = 8
"""Most characters of a message that only adds to the open danger (没有呼吸). A longer one may tell of a new danger."""
_BLOWS = re.compile(
    r"[刀枪棍砍捅杀抢偷绑劫骗]|打(?!给|电话|哪|谁|通|不通|不进|开|扫|听|算|1|过去|哪个|急救|火警|报警|什么|啥|了?(?:电话|1|报警|急救))|威胁|转(?:账|钱)"
)
"""Words without which nothing tells of a crime while another danger is open. 打给谁 asks whom to call."""
_SIGNS_OF = {
    "domestic_violence": _BLOWS,
    "child_abuse": _BLOWS,
    "traffic": re.compile("[撞碾翻]|车祸|追尾"),
    "electric": re.compile("电|麻|火花"),
    "crowd": re.compile("塌|垮|埋|裂|踩|倒|爆|漏"),
}
"""Kind of danger → words without which nothing tells of it while another danger is open."""
_PHONE = re.compile(r"打[^，,。！？!?刀枪棍砍捅杀抢绑]{0,12}(?:电话|手机|座机)")
"""打我妈电话 is a call, and no blow."""
_MONEY = re.compile("骗|转账|转钱|汇款|验证码|冒充")
"""Words of a fraud, which is another matter than blows."""
_DROWNS = re.compile("落水|溺|淹|[河江塘湖井]|水里|进水|积水")
"""Words of water. Without them those who are shut in a lift are still the same (里面还有两个人)."""
FRESH = timedelta(minutes=15)
"""Time for which a question is open, given advice counts as known, and the citizen's denial is believed."""
DESPAIR_LASTS = timedelta(hours=6)
"""The same for advice to somebody in despair: what they say next stays within that talk until it is clearly over."""
COMES_BACK = timedelta(hours=24)
"""Time for which a danger that was over, or taken back, is known again by its signs alone."""


def of_facts(known: Mapping[str, Any]) -> dict[str, Any]:
    """The fact of the danger among the facts of a conversation; empty when there is none.

    Who leaves the form leaves the danger open: nothing is being taken down any more.

    >>> of_facts({FACT: {"state": "told", "filing": True}}), of_facts({FACT: {"filing": True}, FORM: {"shown": 1}})
    ({'state': 'told', 'filing': False}, {'filing': True})
    """
    fact = dict(known.get(FACT) or {})
    return fact | {"filing": False} if fact.get("filing") and not known.get(FORM) else fact


def made(state: str, kind: str, text: str) -> dict[str, Any]:
    """The fact for a state that begins now."""
    return {"state": state, "kind": kind, "text": text, "at": iso(now())}


def fresh(fact: dict[str, Any]) -> bool:
    """Whether there is a fact, and its state began within :data:`FRESH`."""
    return bool(fact) and age(fact) < FRESH


def is_open(fact: dict[str, Any]) -> bool:
    """Whether advice was given lately, and the danger is not over."""
    lasts = DESPAIR_LASTS if fact.get("kind") == "self_harm" else FRESH
    return fact.get("state") == "told" and age(fact) < lasts


def may_return(fact: dict[str, Any]) -> bool:
    """Whether there was an alarm within :data:`COMES_BACK` that is not open, or that the form is taking down."""
    if fact.get("state") not in ("told", "over", "denied") or age(fact) >= COMES_BACK:
        return False
    return not is_open(fact) or bool(fact.get("filing"))


def met_by_agent(facts: Mapping[str, Any], *, filed: bool = False) -> dict[str, Any]:
    """The facts of a conversation whose alarm ends, because an agent has dealt with it.

    Args:
        facts: all facts of the conversation.
        filed: whether the agent only filed a ticket, and still has the conversation. Then an alarm about violence or despair
            stays open: a ticket makes nobody safe.

    >>> met_by_agent({FACT: made("told", "medical", "咋不说话了")})[FACT]["state"]
    'over'
    >>> met_by_agent({FACT: made("told", "self_harm", "不想活了")}, filed=True)[FACT]["state"]
    'told'
    """
    fact = facts.get(FACT) or {}
    if fact.get("state") not in ("told", "asked") or (filed and fact.get("kind") in ended.BY_PEOPLE):
        return dict(facts)
    return {**facts, FACT: {**fact, "state": "over" if fact["state"] == "told" else "passed", "met": True}}


def known_of_late(fact: dict[str, Any]) -> bool:
    """Whether there was an alarm, or the question about one, within :data:`COMES_BACK`, and it was dealt with."""
    return fact.get("state") in ("told", "over", "denied", "passed") and age(fact) < COMES_BACK


def age(fact: dict[str, Any]) -> timedelta:
    """How long ago the state of a fact began."""
    return now() - datetime.fromisoformat(str(fact["at"]))


def advice_of(fact: dict[str, Any]) -> Advice:
    """The advice for the danger of a fact, with the numbers of those that were not over when it began."""
    advice = danger.advice(str(fact["kind"]), str(fact["text"]))
    for one in reversed(not_over(fact)):
        advice = advice.beside(danger.advice(str(one["kind"]), str(one["text"])))
    return advice


def not_over(fact: dict[str, Any]) -> list[dict[str, str]]:
    """The dangers that were not over when the danger of a fact began, the first one first."""
    before = fact.get("before") or []
    return [before] if isinstance(before, dict) else list(before)  # until 2026-11-30 it was one


def goes_beside(fact: dict[str, Any]) -> bool:
    """Whether somebody else's danger, which was not over, goes on beside the one of a fact."""
    return any(not one.get("over") for one in not_over(fact))


def read_as(fact: dict[str, Any]) -> str:
    """The kind as which the citizen's words about the danger are read: of others' despair, of poison, and of missing people,
    words mean other things than of the kind's own.
    """
    label = advice_of(fact).label
    if label == danger.advices()["swallowed"].label:
        return "medical"  # Somebody else has swallowed it: what is told is of a body, and of no despair.
    apart = (name for name in ("another_self_harm", "missing") if danger.advices()[name].label == label)
    return next(apart, str(fact["kind"]))


def harm_done(text: str, found: Danger | None, fact: dict[str, Any]) -> Danger | None:
    """The danger of a message; after words of despair a wound, or pills taken, are part of that despair, and clear.

    >>> open_ = made("told", "self_harm", "活着没意思")
    >>> harm_done("手腕在流血", None, open_).clear, harm_done("公积金怎么取", None, open_)
    (True, None)
    """
    mild = found is None or not found.clear or found.kind in ("self_harm", "medical")
    if (
        mild
        and is_open(fact)
        and read_as(fact) == "self_harm"
        and danger.harmed(danger.advice("self_harm", text))
    ):
        return Danger("self_harm", 1.0, clear=True)
    return found


def stored(replies: Sequence[Reply]) -> list[dict[str, Any]]:
    """Replies as JSON-safe data, for the fact; :func:`restored` reads one back."""
    return [asdict(reply) for reply in replies]


def restored(data: dict[str, Any]) -> Reply:
    """The reply that was stored as this data."""
    return Reply(data["text"], tuple(Button(**b) for b in data["buttons"]), data["card"])


def goes_on(text: str, found: Danger, fact: dict[str, Any], heard: Heard | None) -> bool:
    """Whether clear danger in a message is the open one, which needs no whole advice again."""
    open_, text = advice_of(fact), _PHONE.sub("", simplified(text))
    if found.kind == "crime" and str(fact["kind"]) not in ended.BY_PEOPLE and not _BLOWS.search(text):
        return True  # 我出来了，我妈没出来 is still about the fire.
    signs = _SIGNS_OF.get(found.kind)
    harmed_by_people = str(fact["kind"]) in ended.BY_PEOPLE and fact["kind"] != "self_harm"
    if found.kind != fact["kind"] and not harmed_by_people and signs is not None and not signs.search(text):
        return True  # 她锁门了我听不见声音了 tells of no blows, and is still about her despair.
    if read_as(fact) == "another_self_harm" and found.kind == "self_harm" and not another.of_oneself(text):
        return True  # One who stands by does not turn into the one in despair by naming the place.
    if str(fact["kind"]) in ("domestic_violence", "child_abuse") and (
        found.kind == "crime" or during.silence(text)
    ):
        return True
    despair = re.search("死|活|跳|轻生|自[杀尽]|药|割|遗|上吊", text)
    if during.only_details(text) or (found.kind == "self_harm" and despair is None):
        return (
            True  # Nobody in danger is answered with the words for despair because they hide or are afraid.
        )
    known = len(text) <= _ADDS or fact.get("called") or heard not in (None, Heard.ABOUT)
    told = danger.advice(found.kind, text)
    # 没呼吸了 names nothing of its own: it is still about the one who chokes.
    plain = found.kind == fact["kind"] and told is danger.advices()[found.kind]
    if plain and danger.harmed(open_):
        return True  # Words of despair after a wound: the wound comes first.
    lift = open_ is danger.advices()["in_lift"] and not _DROWNS.search(text)
    same = told.label == open_.label or (plain and (found.kind == "medical" or lift))
    return same and bool(known)


def same_violence(found: Danger, text: str, fact: dict[str, Any]) -> Danger:
    """The danger of a message: while violence at home is open, what sounds like any other crime is part of it.

    >>> open_ = made("told", "domestic_violence", "老公打我")
    >>> same_violence(Danger("crime", 0.9, clear=True), "我出来了，他没追", open_).kind
    'domestic_violence'
    >>> same_violence(Danger("crime", 0.9, clear=True), "有人冒充公安让我转账", open_).kind
    'crime'
    """
    home = str(fact.get("kind")) in ("domestic_violence", "child_abuse")
    if not home or found.kind != "crime" or not (is_open(fact) or fresh(fact)) or _MONEY.search(text):
        return found
    return replace(found, kind=str(fact["kind"]))


def of_queue(job: Job, fact: dict[str, Any]) -> bool:
    """Whether a waiting citizen only asks for their place, and no danger is spoken of."""
    spoken = is_open(fact) or (fact.get("state") == "asked" and fresh(fact))
    return job.mode is Mode.WAITING and not spoken and asks_place(job.text)


def passed_over(fact: dict[str, Any], found: Danger) -> bool:
    """Whether the citizen was just asked about a danger of this kind, and neither confirmed nor denied it."""
    return fact.get("state") == "passed" and fresh(fact) and fact.get("kind") == found.kind


def told_of_the_past(text: str, found: Danger, fact: dict[str, Any]) -> bool:
    """Whether a message tells more of a danger that the citizen has just said to lie behind.

    >>> hit = made("over", "domestic_violence", "老公打我") | {"past": True}
    >>> told_of_the_past("他一喝酒就动手打人", Danger("crime", 0.9, clear=True), hit)
    True
    >>> told_of_the_past("他现在又在砸门", Danger("crime", 0.9, clear=True), hit)
    False
    """
    people = ended.BY_PEOPLE
    same = found.kind == fact.get("kind") or (found.kind in people and fact.get("kind") in people)
    behind = fact.get("state") in ("over", "denied") and bool(fact.get("past")) and fresh(fact)
    return behind and same and found.kind != "self_harm" and not of_now(text)
