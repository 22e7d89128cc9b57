"""办理期限: a city's rules for how long each step of a ticket may take (``deadlines.yml``)."""

from __future__ import annotations

from datetime import date, time
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from core.city.parts import Strict, Wrong

Unit = Literal["working_days", "working_hours", "hours"]
"""Unit of a limit: working days (工作日), working hours, or clock hours."""
_UNIT_LABELS: dict[Unit, str] = {"working_days": "个工作日", "working_hours": "个工作小时", "hours": "小时"}
_STEP_LABELS = {"sign": "签收", "reply": "答复", "close": "办结"}
# strict: otherwise yes counts as 1, and 1 as yes
_Count = Annotated[int, Field(strict=True, ge=1, le=365)]
_Flag = Annotated[bool, Field(strict=True)]


class Published(Strict):
    """The document that states a rule.

    Args:
        document: its title.
        number: its number (文号), such as 国办发〔2020〕53号.
        address: the web address where it was read.
        opened: the day on which it was read there.
    """

    document: Annotated[str, Field(min_length=4, max_length=100)]
    number: Annotated[str, Field(min_length=4, max_length=40)]
    address: Annotated[str, Field(pattern=r"^https?://\S+$")]
    opened: date

    @property
    def name(self) -> str:
        """The document as citizens and agents read it: 《title》（number）."""
        return f"《{self.document}》（{self.number}）"


class Grounded(Strict):
    """Base class of what either has a source or is marked as an example.

    Args:
        source: the document that states it; None for an example.
        example: whether it has no source. An example is never told to a citizen.
    """

    source: Published | None = None
    example: _Flag = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Grounded:
        if self.example == (self.source is not None):
            raise Wrong("source（依据）和 example: true（样例）要写一个，也只能写一个")
        return self


class Limit(Strict):
    """How long a step may take: a number and its unit. In the file it is written as ``{working_days: 3}``.

    Args:
        count: how many, 1 to 365.
        unit: see :data:`Unit`.
    """

    count: _Count
    unit: Unit

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: Any) -> Any:
        if isinstance(value, Limit) or (isinstance(value, dict) and set(value) == {"count", "unit"}):
            return value
        if not isinstance(value, dict) or len(value) != 1 or not set(value) <= set(_UNIT_LABELS):
            raise Wrong(f"要写成 {{working_days: 3}} 这样：一个单位（{'、'.join(_UNIT_LABELS)}）和一个整数")
        [(unit, count)] = value.items()
        return {"count": count, "unit": unit}

    @property
    def label(self) -> str:
        """The limit as citizens and agents read it, such as ``3 个工作日``."""
        return f"{self.count} {_UNIT_LABELS[self.unit]}"


class OfficeHours(Grounded):
    """上班时间: the office hours of a working day.

    Args:
        spans: times of day from and to, such as ``08:30-12:00``, in order and without overlap.
    """

    spans: tuple[Annotated[str, Field(pattern=r"^\d\d:\d\d-\d\d:\d\d$")], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> OfficeHours:
        try:
            moments = [moment for span in self.times for moment in span]
        except ValueError as error:
            raise Wrong("没有这样的钟点") from error
        if moments != sorted(set(moments)):
            raise Wrong("各段要从早到晚，不能重叠")
        return self

    @cached_property
    def times(self) -> tuple[tuple[time, time], ...]:
        """The spans as times of day in China.

        Raises:
            ValueError: a span has a time that no clock shows.
        """
        pairs = (span.split("-") for span in self.spans)
        return tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in pairs)

    @property
    def length_h(self) -> float:
        """Hours of work in a day."""
        return sum((end.hour - begin.hour) + (end.minute - begin.minute) / 60 for begin, end in self.times)


class DeadlineRule(Grounded):
    """How long the steps of some tickets may take. An empty condition fits every ticket.

    Args:
        name: the rule's name, which the desk shows.
        types: 诉求类型 as labels, such as 咨询.
        categories: 事项分类: names of level 1, or ``一级/二级``.
        urgent: True: only urgent tickets (紧急), which those in danger right now (特急) are, too; False: only others; None: both.
        emergency: True: only those in danger right now (特急); False: only others; None: both.
        sign: 签收, the department signs for the ticket.
        reply: 答复, the citizen gets an answer.
        close: 办结, the matter is settled.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)]
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    urgent: _Flag | None = None
    emergency: _Flag | None = None
    sign: Limit | None = None
    reply: Limit | None = None
    close: Limit | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> DeadlineRule:
        if self.emergency and self.urgent is False:
            raise Wrong("emergency: true（特急）的工单也是紧急的，不能同时写 urgent: false")
        if not self.limits:
            raise Wrong("sign（签收）、reply（答复）、close（办结）至少要写一个")
        return self

    @property
    def limits(self) -> dict[str, Limit]:
        """The steps that have a limit → the limit, in the order of a ticket's life."""
        named = {"sign": self.sign, "reply": self.reply, "close": self.close}
        return {step: limit for step, limit in named.items() if limit is not None}

    def fits(self, type_label: str, category: str, urgent: bool, emergency: bool = False) -> bool:
        """Whether the rule applies to a ticket.

        Args:
            type_label: the label of its type; empty when it is not known yet.
            category: ``一级/二级``; empty when it is not known.
            urgent: whether it is urgent.
            emergency: whether somebody is in danger right now.
        """
        return (
            (not self.types or type_label in self.types)
            and (not self.categories or bool({category, category.partition("/")[0]} & set(self.categories)))
            and self.urgent in (None, urgent or emergency)
            and self.emergency in (None, emergency)
        )


class DeadlineRules(Strict):
    """All rules of a city. The first rule that fits a ticket applies.

    Args:
        office_hours: when offices work. Without it a working day ends at midnight, and no limit can be in
            working hours.
        rules: the rules. A special rule stands before a general one.
    """

    office_hours: OfficeHours | None = None
    rules: tuple[DeadlineRule, ...] = ()

    @model_validator(mode="after")
    def _each_can_count(self) -> DeadlineRules:
        seen: dict[object, str] = {}
        for rule in self.rules:
            if rule.name in seen.values():
                raise Wrong(f"规则名称写了两次：{rule.name}", rule.name, "deadlines")
            condition = (frozenset(rule.types), frozenset(rule.categories), rule.urgent, rule.emergency)
            everything = (frozenset[str](), frozenset[str](), None, None)
            if before := seen.get(condition) or seen.get(everything):
                words = f"规则“{rule.name}”永远用不上，因为前面的“{before}”已经包括它"
                raise Wrong(words, rule.name, "deadlines")
            seen[condition] = rule.name
            if self.office_hours is None and any(
                limit.unit == "working_hours" for limit in rule.limits.values()
            ):
                words = f"规则“{rule.name}”用了 working_hours，就要写 office_hours（上班时间）"
                raise Wrong(words, rule.name, "deadlines")
            self._sign_first(rule)
        return self

    def _sign_first(self, rule: DeadlineRule) -> None:
        """Refuse a rule by which a ticket may be signed for later than it is answered or settled."""
        sign = rule.limits.get("sign")
        for step, limit in rule.limits.items():
            if sign and self._days(sign) > self._days(limit):
                words = f"规则“{rule.name}”的 sign（签收，{sign.label}）比 {step}（{_STEP_LABELS[step]}，{limit.label}）还晚"
                raise Wrong(words, rule.name, "deadlines")

    def _days(self, limit: Limit) -> float:
        """About how many days a limit is in a week without holidays."""
        if limit.unit == "working_hours" and self.office_hours:
            return limit.count / self.office_hours.length_h
        return limit.count / 24 if limit.unit == "hours" else limit.count

    def of(
        self, type_label: str, category: str, urgent: bool, emergency: bool = False
    ) -> DeadlineRule | None:
        """The rule that applies to a ticket; None when no rule fits. See :meth:`DeadlineRule.fits`."""
        found = (rule for rule in self.rules if rule.fits(type_label, category, urgent, emergency))
        return next(found, None)

    def basis(self, rule: DeadlineRule) -> str:
        """The document that states a rule's deadlines; "" when the rule, or the office hours in it, are an example."""
        counted = any(limit.unit != "hours" for limit in rule.limits.values())
        if rule.source is None or (counted and self.office_hours is not None and self.office_hours.example):
            return ""
        return rule.source.name
