"""What will become of a made-up ticket: decided when it is filed, so that all kinds of lives come up in a natural share.

The shares are judgements, made so that every page has something to show. They say nothing of any real hotline.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from tickets.states import State

DISPUTED, RETURNED = "disputed", "returned"
"""Places to stop at that are no states: waiting for a supervisor after a second bad callback, or after two returns."""
STOPS: tuple[str, ...] = (
    *(state for state in State if not state.is_final),
    DISPUTED,
    RETURNED,
)
"""Where a ticket may stand still at the end, so that each open state and each list of the supervisor has tickets."""
_WHYS = ("过了几天又坏了", "只修了一半", "说的和做的不一样", "现场没有人来看过", "没有说清楚原因")


@dataclass
class Life:
    """What will become of a ticket.

    Args:
        ends: how it ends before any department has it: ``declined``, ``answered``, ``merged``; empty: it is dispatched.
        into: number of the ticket into which it is merged, when one is found.
        withdrawn: whether the citizen takes it back while the department works on it.
        returns: how often it goes to the wrong department first.
        return_refused: whether the department asks in vain for the return.
        extends: ``granted``, ``refused``, or empty.
        suspends: whether the citizen is asked to add something.
        resumes: whether the citizen adds it; else the clock ends the waiting.
        rejected: whether the first answer is sent back.
        work: working days that the department needs.
        slow: whether the department signs late.
        mood: what the citizen says at the callback: ``satisfied``, ``silent``, ``unreached``, ``unhappy`` or ``unhappy twice``.
        mark: satisfaction of who is satisfied, 3 to 5.
        urges: how long after the filing the citizen urges.
        why: what a dissatisfied citizen says.
        hurried: whether everything happens within hours, so that it reaches its stop before the present.
        stop: where it stands still, one of :data:`STOPS`; empty: nowhere.
        done: what was done once already.
    """

    ends: str = ""
    into: str = ""
    withdrawn: bool = False
    returns: int = 0
    return_refused: bool = False
    extends: str = ""
    suspends: bool = False
    resumes: bool = True
    rejected: bool = False
    work: float = 3.0
    slow: bool = False
    mood: str = "satisfied"
    mark: int = 5
    urges: tuple[timedelta, ...] = ()
    why: str = ""
    hurried: bool = False
    stop: str = ""
    done: set[str] = field(default_factory=set)


def live(chance: random.Random) -> Life:
    """A life, as chance has it."""
    life = Life(work=min(chance.lognormvariate(1.1, 0.6), 14.0), why=chance.choice(_WHYS))
    roll = chance.random()
    if roll < 0.04:
        life.ends = "declined"
    elif roll < 0.12:
        life.ends = "answered"
    elif roll < 0.15:
        life.ends = "merged"
    life.withdrawn = chance.random() < 0.025
    life.returns = chance.choices((0, 1, 2), (91, 7, 2))[0]
    life.return_refused = life.returns == 0 and chance.random() < 0.02
    life.extends = chance.choices(("", "granted", "refused"), (91, 7, 2))[0]
    life.suspends = chance.random() < 0.05
    life.resumes = chance.random() < 0.8
    life.rejected = chance.random() < 0.05
    life.slow = chance.random() < 0.05
    life.mood = chance.choices(
        ("satisfied", "silent", "unreached", "unhappy", "unhappy twice"), (72, 12, 4, 9, 3)
    )[0]
    life.mark = chance.choices((3, 4, 5), (2, 3, 6))[0]
    if chance.random() < 0.07:
        life.urges = tuple(timedelta(days=chance.uniform(0.5, 8)) for _ in range(chance.randint(1, 2)))
    if life.extends == "granted":
        life.work = chance.uniform(9.0, 14.0)
    return life


def still(chance: random.Random, stop: str) -> Life:
    """The life of a ticket that comes to a place within hours and stands still there."""
    life = Life(work=0.1, hurried=True, stop=stop, why=chance.choice(_WHYS), mood="satisfied")
    life.extends = "granted" if stop == State.EXTENSION_REVIEW else ""
    life.suspends = stop == State.SUSPENDED
    life.returns = {State.RETURN_REVIEW: 1, RETURNED: 2}.get(stop, 0)
    if stop == DISPUTED:
        life.mood = "unhappy twice"
    return life


def merged(chance: random.Random) -> Life:
    """The life of a ticket that tells of the same as another one."""
    return Life(ends="merged", why=chance.choice(_WHYS))


def late(chance: random.Random, stop: str) -> Life:
    """The life of a ticket with which its department does not get on, so that it is overdue."""
    return Life(work=60.0, stop=stop, slow=True, why=chance.choice(_WHYS), urges=(timedelta(days=9),))
