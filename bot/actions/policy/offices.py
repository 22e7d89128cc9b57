"""Answers questions for an office (社保局电话, 寿县医保几点上班) from the city's facts, the nearest one first.

What is on file is told with its source; else a national number is offered, or the citizen is told plainly that it is not on
file, and the question is filed or handed over. What the message asks or tells besides goes on to its own answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.actions.policy import feedback, office_words, unknown
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import FILE_QUESTION, HUMAN, choice, clip, plain
from bot.understanding.asking import asks, without_lead_in
from bot.understanding.decide import ASK_WITH_MATTER, shipped
from bot.understanding.office import OfficeAsked, What, only_place, only_what, read_office
from conversations.event_kinds import Result
from conversations.types import Button, Reply
from core.city import City
from core.city.facts import Facts, Found, Level
from core.clock import local, now

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

OFFER = "office"
"""Value of the slot ``offer`` after an office was told: 那地址呢 and 寿县的呢 are about it."""
_ASKED = "office_asked"
"""Key under which a conversation stores what was asked for last."""
_PLACE = "office_place"
"""Key under which a conversation stores the county or district that was named last in such a question."""
_QUESTION_FROM = 0.5
"""Probability of a question (0 to 1) from which an office that is only named by its last word is one."""
_LEAST_REST = 4
"""Fewest characters of what is asked or told besides."""
_MOST_STORY = 400
"""Longest questions that are kept to be filed, in characters."""
_MOST_PLACES = 6
"""Most counties and districts that are offered for choice."""


def first(action: Action) -> Action:
    """Wraps an action: a question for an office is answered first, then the action runs for what else was asked."""

    async def run(turn: Turn) -> None:
        rest = await answered(turn)
        if rest is None:
            await action(turn)
        elif len(plain(rest)) >= _LEAST_REST and asks(rest):
            await action(turn.narrowed(rest))
        elif turn.intent == ASK_WITH_MATTER and len(plain(rest)) >= _LEAST_REST:
            from bot.actions.policy.which import offer_filing

            offer_filing(turn, turn.text)

    return run


async def answered(turn: Turn, *, within_form: bool = False) -> str | None:
    """Answer a question for an office.

    Args:
        within_form: without buttons, because the form's own follow.

    Returns:
        What the message says besides; None when it is no such question, and nothing was said.
    """
    known = await parts().conversations.recall(turn.conversation_id)
    asked = _chosen(turn) if turn.pressed else _asked(turn, known)
    if asked is None:
        return None
    place = asked.district or ("" if asked.of_city else _place_of(turn, known))
    if not turn.pressed and not await _counts(turn, asked, place):
        return None
    moment = local(now())
    found = parts().facts_now.office(asked.name, on=moment.date(), district=place, city_only=asked.of_city)
    if found is None or (found.level is Level.NATION and not place):
        others = parts().facts_now.elsewhere(asked.name, on=moment.date())
        if others and not place and not within_form:
            _ask_place(turn, asked, others)
            return asked.rest
    story = turn.text if turn.pressed else _story(turn, known)
    await parts().conversations.remember_all(
        turn.conversation_id,
        {
            _ASKED: {
                "what": asked.what.name,
                "name": asked.name,
                "of_city": asked.of_city,
                "story": story,
            },
            _PLACE: place or None,
        },
    )
    if found is None:
        await _say_unknown(turn, asked, place, story, within_form=within_form)
    else:
        buttons = [] if within_form else [HUMAN]
        turn.say(
            office_words.words(found, asked, place, moment), buttons, office_words.card(found, place, moment)
        )
        if not within_form:
            turn.offer(OFFER)
        turn.outcome(Result.ANSWERED, about="office")
    turn.set("misses", 0)
    return asked.rest


def of_department(turn: Turn, entry: Entry) -> bool:
    """Tell the office of the department that an entry names, after 电话多少 or 在哪办; False when none is on file."""
    moment = local(now())
    place = str(turn.slot("district") or "")
    found = parts().facts_now.office(entry.department, on=moment.date(), district=place)
    if found is None:
        return False
    asked = OfficeAsked(_what_of(turn.text), entry.department)
    said = f"这件事由{entry.department}负责。"
    rest = [choice(name, "follow_up", section=name) for name in entry.sections]
    told = office_words.words(found, asked, place, moment)
    turn.say(f"{said}\n{told}", [*rest, HUMAN], office_words.card(found, place, moment))
    turn.outcome(Result.ANSWERED, entry=entry.id, about="office")
    return True


def reply(question: str, facts: Facts, city: City, at: datetime) -> Reply | None:
    """The answer to a question for an office that is on file, without a turn, while Rasa is down; else None.

    Args:
        question: the citizen's words.
        facts: the city's facts.
        city: the city.
        at: the moment of the question.
    """
    asked = read_office(question, facts)
    if asked is None or not asked.named or city.asks_elsewhere(question) is not None:
        return None
    found = facts.office(asked.name, on=local(at).date(), district=asked.district, city_only=asked.of_city)
    if found is None:
        return None
    said = office_words.words(found, asked, asked.district, local(at))
    return Reply(
        said, (Button(HUMAN.title, HUMAN.payload),), dict(office_words.card(found, asked.district, local(at)))
    )


def _asked(turn: Turn, known: Mapping[str, Any]) -> OfficeAsked | None:
    """The question of a message, or of one that goes on from the office told last."""
    asked = read_office(turn.text, parts().facts_now)
    before = known.get(_ASKED)
    if asked is not None or not isinstance(before, dict) or not _goes_on(turn, before):
        return asked
    last = OfficeAsked(What[before["what"]], str(before["name"]), of_city=bool(before.get("of_city")))
    if (what := only_what(turn.text)) is not None:
        return replace(last, what=what[0], day=what[1])
    if place := only_place(turn.text, parts().city):
        return replace(last, district=place, of_city=False)
    return None


def _goes_on(turn: Turn, before: Mapping[str, Any]) -> bool:
    """Whether the last reply told an office, or that what was asked of one is not on file."""
    story = before.get("story")
    return turn.offered == OFFER or (
        turn.offered == "complaint" and bool(story) and turn.slot("story") == story
    )


def _story(turn: Turn, known: Mapping[str, Any]) -> str:
    """The question to be filed: one that goes on (周六上班吗) stands behind those it goes on from, which name the office."""
    before = known.get(_ASKED)
    if read_office(turn.text, parts().facts_now) is not None or not isinstance(before, dict):
        return turn.text
    if not _goes_on(turn, before):
        return turn.text
    return clip(f"{before.get('story') or before['name']}；{turn.text}", _MOST_STORY)


async def _counts(turn: Turn, asked: OfficeAsked, place: str) -> bool:
    """Whether a message that can be read as such a question is one, by the decision and by what the base knows."""
    if parts().city.asks_elsewhere(turn.text) is not None:
        return False
    reasons = turn.decision["reasons"] if turn.decision is not None else {}
    if float(reasons.get("matter") or 0.0) >= shipped().matter and asked.rest:
        return False
    if asked.named and asked.known:
        return True
    if not asked.known and reasons and float(reasons.get("question") or 0.0) < _QUESTION_FROM:
        return False
    # 公积金在哪办 names no office: with one on file it asks where that is, else a sure entry may tell more.
    on_file = parts().facts_now.office(asked.name, on=local(now()).date(), district=place)
    if on_file is not None and on_file.level is not Level.NATION:
        return True
    result = await parts().kb.search(without_lead_in(turn.text), regions=parts().city.regions)
    return bool(result.outcome != "answer")


def _place_of(turn: Turn, known: Mapping[str, Any]) -> str:
    """The county or district of the form, else of the last such question; "" when none is known."""
    district = str(turn.slot("district") or known.get(_PLACE) or "")
    return district if any(district == one.name for one in parts().city.districts) else ""


def _chosen(turn: Turn) -> OfficeAsked | None:
    """The question that a pressed button of :func:`_ask_place` answers."""
    what, _, rest = turn.entities.get("value", "").partition("|")
    name, _, district = rest.partition("|")
    if turn.entities.get("slot") != OFFER or what not in What.__members__ or not name:
        return None
    return OfficeAsked(What[what], name, district)


def _ask_place(turn: Turn, asked: OfficeAsked, others: tuple[Found, ...]) -> None:
    """Ask which county or district is meant, when only those have such an office on file."""
    places = [found.district for found in others][:_MOST_PLACES]
    turn.say(
        f"市里的{asked.name}我这里没有登记，登记了的有{'、'.join(places)}的。您问的是哪里的？",
        [
            *(
                choice(p, "ask_policy", slot=OFFER, value=f"{asked.what.name}|{asked.name}|{p}")
                for p in places
            ),
            FILE_QUESTION,
            HUMAN,
        ],
    )
    turn.set("story", turn.text)
    turn.offer(OFFER)
    turn.outcome(Result.ASKED_BACK, about="office")


async def _say_unknown(turn: Turn, asked: OfficeAsked, place: str, story: str, *, within_form: bool) -> None:
    """Say plainly that it is not on file, and offer to file the question or a human."""
    of = asked.name if asked.name.startswith(place) else f"{place}{asked.name}"
    await feedback.keep_unanswered(turn, f"{of}的{asked.what.value}")
    said = f"{of}的{asked.what.value}{unknown.NOT_ON_FILE}说。"
    if within_form:
        turn.say(f"{said}填完可以另外登记，请工作人员查了告诉您。")
    else:
        turn.say(said + unknown.ways_on(turn), [FILE_QUESTION, HUMAN])
        turn.set("story", story)
        turn.offer("complaint")
    turn.outcome(Result.UNKNOWN, about="office")


def _what_of(text: str) -> What:
    found = only_what(text)
    return found[0] if found else What.PHONE if "电话" in text else What.ADDRESS
