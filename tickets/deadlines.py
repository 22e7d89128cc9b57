"""Counts a ticket's deadlines by the rules of its city, and says in words how long a matter may take."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.city import City, Limit
from core.city.deadlines import DeadlineRule
from tickets import catalog
from tickets.due import Due
from tickets.models import TicketRow
from tickets.types import EMERGENCY, TicketType
from tickets.working_time import Moment, after_working_days, after_working_hours

_STEPS = {"reply": "答复", "close": "办结"}
"""The steps that citizens are told about. Signing (签收) is left out, because it does not concern them."""


def count(city: City, kind: TicketType, category: str, urgency: str | None, start: datetime) -> Due:
    """The deadlines of a ticket; none when no rule of the city fits it.

    Args:
        city: has the rules.
        kind: the type of the ticket.
        category: ``一级/二级``; empty when not known.
        urgency: code of how urgent it is (:mod:`tickets.urgency`).
        start: when the time begins to run, with time zone.
    """
    return _count(city, kind, category, urgency, start, start, 0)


def of_row(city: City, row: TicketRow) -> Due:
    """The deadlines of a ticket as its life stands.

    Signing is counted from the last dispatch. Answer and settlement are counted from the filing, which is what the citizen was
    told, or from the beginning of the redoing; a return does not stop them. The working days of extensions and suspensions are
    added. What was returned has no time for signing until it is dispatched again: the department that signed was not late.
    What became urgent later has the shorter time from then on, and none of its deadlines is later than without that.
    """
    start = row.due_from or row.created_at
    sign = row.dispatched_at or row.created_at
    kind, category, added = TicketType(row.type), row.category, row.added_days
    risen = row.urgent_at if row.urgency else None
    if risen is None or risen <= start:
        due = _count(city, kind, category, row.urgency, start, sign, added)
    else:
        usual = _count(city, kind, category, None, start, sign, added)
        due = _sooner(_count(city, kind, category, row.urgency, risen, max(sign, risen), added), usual)
    return replace(due, sign_at=None) if row.returns and row.dispatched_at is None else due


def _sooner(due: Due, usual: Due) -> Due:
    """Deadlines of which none is later than the usual one of the step; and no answer is left that would come after the settlement."""
    sign, reply, close = (
        min((one for one in pair if one is not None), default=None)
        for pair in (
            (due.sign_at, usual.sign_at),
            (due.reply_at, usual.reply_at),
            (due.close_at, usual.close_at),
        )
    )
    if due.reply_at is None and reply and close and reply > close:
        reply = None
    basis = due.basis if usual.basis or not usual.rule else ""
    return replace(due, sign_at=sign, reply_at=reply, close_at=close, basis=basis)


def later(city: City, limit: Limit, start: datetime) -> datetime:
    """The moment when a limit of the city has passed since ``start``."""
    return _after(city, limit, start).at.astimezone(UTC)


def _count(
    city: City,
    kind: TicketType,
    category: str,
    urgency: str | None,
    start: datetime,
    sign: datetime,
    added: int,
) -> Due:
    rule = _rule(city, kind.label, category, urgency)
    if rule is None:
        return Due()
    moments = {
        step: _after(city, limit, sign if step == "sign" else start) for step, limit in rule.limits.items()
    }
    if added:
        spans = city.deadlines.office_hours.times if city.deadlines.office_hours else ()
        for step, moment in moments.items():
            if step != "sign":
                # A deadline of midnight is the end of the day before, from which the days are counted.
                moved = after_working_days(moment.at - timedelta(microseconds=1), added, spans)
                moments[step] = Moment(moved.at, moved.provisional or moment.provisional)
    at = {f"{step}_at": moment.at.astimezone(UTC) for step, moment in moments.items()}
    provisional = any(moment.provisional for moment in moments.values())
    return Due(**at, rule=rule.name, basis=city.deadlines.basis(rule), provisional=provisional)


def in_words(city: City, type_label: str, category: str, urgency: str | None = None) -> str:
    """How long such a matter may take, in words for a citizen, such as 按《…》，这类诉求登记后 3 个工作日内答复.

    Empty when no document says so. A rule that is only an example is never told to citizens.

    Args:
        city: has the rules.
        type_label: the label of the type; empty when not known yet.
        category: ``一级/二级``; empty when not known yet.
        urgency: code of how urgent it is.
    """
    rule = _rule(city, type_label, category, urgency)
    basis = city.deadlines.basis(rule) if rule else ""
    if rule is None or not basis:
        return ""
    limits = [f"{rule.limits[step].label}内{done}" for step, done in _STEPS.items() if step in rule.limits]
    which = "这类诉求" if type_label else "一般诉求"
    return f"按{basis}，{which}登记后 {'、'.join(limits)}" if limits else ""


def unknown(city: City) -> list[str]:
    """Types and categories that the city's rules name, but that do not exist."""
    labels = {kind.label for kind in TicketType}
    known = {c.name for c in catalog.categories()}
    known |= {f"{c.name}/{leaf.name}" for c in catalog.categories() for leaf in c.children}
    rules = city.deadlines.rules
    return [
        f"规则“{rule.name}”：没有“{name}”这个类型"
        for rule in rules
        for name in rule.types
        if name not in labels
    ] + [
        f"规则“{rule.name}”：没有“{name}”这个分类"
        for rule in rules
        for name in rule.categories
        if name not in known
    ]


def examples(city: City) -> list[str]:
    """Names of the rules without a document."""
    return [rule.name for rule in city.deadlines.rules if not city.deadlines.basis(rule)]


def covers_all(city: City) -> bool:
    """Whether every ticket gets a deadline, because one rule has no conditions."""
    return any(
        not rule.types and not rule.categories and rule.urgent is None and not rule.emergency
        for rule in city.deadlines.rules
    )


def set_due(row: TicketRow, due: Due) -> None:
    """Write deadlines into a ticket's row."""
    row.sign_due_at, row.reply_due_at, row.close_due_at = due.sign_at, due.reply_at, due.close_at
    row.due_rule, row.due_basis, row.due_provisional = due.rule, due.basis, due.provisional


def _rule(city: City, type_label: str, category: str, urgency: str | None) -> DeadlineRule | None:
    return city.deadlines.of(type_label, category, urgency is not None, urgency == EMERGENCY)


def _after(city: City, limit: Limit, start: datetime) -> Moment:
    hours = city.deadlines.office_hours
    spans = hours.times if hours else ()
    if limit.unit == "working_days":
        return after_working_days(start, limit.count, spans)
    if limit.unit == "working_hours":
        return after_working_hours(start, limit.count, spans)
    return Moment(start + timedelta(hours=limit.count), False)
