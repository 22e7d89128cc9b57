"""办理规则: a city's rules for dispatching, returning, extending, pressing and calling back (``handling.yml``)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from core.city.deadlines import Grounded, Limit
from core.city.parts import Strict, Wrong

LOCAL = "属地"
"""What stands for the government of the ticket's own district, as a lead or an assisting department."""
_Count = Annotated[int, Field(strict=True, ge=1, le=365)]
_Few = Annotated[int, Field(strict=True, ge=0, le=10)]
_Unit = Annotated[str, Field(min_length=2, max_length=80, pattern=r"^\S+$")]


class DirectoryRule(Grounded):
    """派单目录: who handles some categories in some districts. The first rule that fits counts, before ``leads``.

    Args:
        categories: names of level 1, or ``一级/二级``; empty: all.
        districts: names of districts; empty: all.
        lead: name of the lead department (主办), or :data:`LOCAL`.
        assisting: names of the assisting departments (协办), or :data:`LOCAL`.
    """

    categories: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    lead: _Unit
    assisting: tuple[_Unit, ...] = ()

    def fits(self, category: str, district: str) -> bool:
        """Whether the rule applies to a ticket of this category and district."""
        named = {category, category.partition("/")[0]} & set(self.categories)
        return bool(not self.categories or named) and (not self.districts or district in self.districts)


class Dispatching(Grounded):
    """派单.

    Args:
        automatic_from: how sure the system must be, 0.9 to 1, to dispatch an accepted ticket by itself; None: it never does.
            What each bar was measured to be worth: docs/tickets.md.
    """

    automatic_from: Annotated[float, Field(ge=0.9, le=1)] | None = None


class Returns(Grounded):
    """退单.

    Args:
        within: time after the dispatch within which a department may ask to return a ticket.
        supervisor_after: returns of one ticket after which only a supervisor may decide about it.
    """

    within: Limit = Limit(count=2, unit="working_days")
    supervisor_after: _Count = 2


class Extension(Grounded):
    """延期.

    Args:
        times: most extensions of one ticket.
        most_days: most working days of one extension.
    """

    times: _Few = 1
    most_days: _Count = 10


class Suspension(Grounded):
    """挂起, while the citizen has to do something. The deadline moves on by these working days.

    Args:
        times: most suspensions of one ticket.
        most_days: most working days of one suspension.
    """

    times: _Few = 1
    most_days: _Count = 5


class Reminders(Grounded):
    """提醒和督办.

    Args:
        sign_before_h: hours before the deadline for signing at which the department is reminded.
        before_h: hours before the deadline for the answer at which the department is reminded.
        supervise_after: time after a missed deadline at which the ticket is supervised (督办) by itself.
    """

    sign_before_h: _Count = 2
    before_h: _Count = 24
    supervise_after: Limit = Limit(count=1, unit="working_days")


class Repeats(Grounded):
    """重复反映: the same citizen tells the same matter again, or several citizens do.

    Args:
        urgent_after: time since the earlier ticket after which the citizen's next one about it makes the matter urgent (紧急).
        many_from: how many citizens must have told the same of one place for it to be marked as a hazard to many (多人反映).
    """

    urgent_after: Limit = Limit(count=24, unit="hours")
    many_from: Annotated[int, Field(strict=True, ge=2, le=50)] = 3


class CallbackRules(Grounded):
    """回访.

    Args:
        archive_after: time without an answer of the citizen after which the ticket is filed away.
        satisfied_from: least mark (1 to 5) that counts as satisfied.
        redos: how often a dissatisfied citizen's ticket is redone by itself; later a supervisor decides.
        decide_within: time within which a supervisor decides about what is left to one.
        phone_after: time without an answer in the conversation after which the citizen is to be called.
        tries: on how many days a citizen who is not reached is called.
    """

    archive_after: Limit = Limit(count=5, unit="working_days")
    satisfied_from: Annotated[int, Field(strict=True, ge=2, le=5)] = 3
    redos: _Few = 1
    decide_within: Limit = Limit(count=2, unit="working_days")
    phone_after: Limit = Limit(count=1, unit="working_days")
    tries: Annotated[int, Field(strict=True, ge=1, le=10)] = 3

    @model_validator(mode="after")
    def _time_to_call(self) -> CallbackRules:
        days = self.archive_after.unit == self.phone_after.unit == "working_days"
        if days and self.archive_after.count < self.phone_after.count + self.tries:
            raise Wrong(
                f"archive_after 太短：{self.phone_after.label}后开始打电话，要打 {self.tries} 天，"
                f"至少要 {self.phone_after.count + self.tries} 个工作日"
            )
        return self


class Handling(Strict):
    """All rules of a city. Without the file the numbers above hold, as examples."""

    directory: tuple[DirectoryRule, ...] = ()
    dispatch: Dispatching = Dispatching(example=True)
    returns: Returns = Returns(example=True)
    extension: Extension = Extension(example=True)
    suspension: Suspension = Suspension(example=True)
    reminders: Reminders = Reminders(example=True)
    callback: CallbackRules = CallbackRules(example=True)
    repeats: Repeats = Repeats(example=True)

    @model_validator(mode="after")
    def _each_can_count(self) -> Handling:
        for number, rule in enumerate(self.directory):
            for before in self.directory[:number]:
                wider = not before.categories or set(rule.categories) <= set(before.categories)
                if rule.categories == () and before.categories:
                    wider = False
                near = not before.districts or (
                    rule.districts and set(rule.districts) <= set(before.districts)
                )
                if wider and near:
                    words = f"派单目录第 {number + 1} 条永远用不上，因为前面有一条已经包括它"
                    raise Wrong(words, rule.lead, "handling")
        return self

    def directed(self, category: str, district: str) -> DirectoryRule | None:
        """The rule of the directory for a ticket; None when none fits."""
        return next((rule for rule in self.directory if rule.fits(category, district)), None)

    @property
    def examples(self) -> tuple[str, ...]:
        """The names of the parts without a source."""
        named = {
            "派单（dispatch）": self.dispatch,
            "退单（returns）": self.returns,
            "延期（extension）": self.extension,
            "挂起（suspension）": self.suspension,
            "提醒督办（reminders）": self.reminders,
            "回访（callback）": self.callback,
            "重复反映（repeats）": self.repeats,
        }
        found = [name for name, part in named.items() if part.example]
        if any(rule.example for rule in self.directory):
            found.append("派单目录（directory）")
        return tuple(found)
