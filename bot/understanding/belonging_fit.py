"""Fits the judge of what belongs to a ticket just filed (``wenban train-decision``) to written lines (``after_filing.jsonl``).

Matters and questions from the examples of the decision are added as messages that tell nothing of the ticket, and so are the
other matters of the lines beside other tickets. What the reader of talk about tickets says of a line comes from readers that
have not seen the lines of its ticket.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np

from bot.understanding.belonging import LONGEST, Belonging, Matter, evidence
from bot.understanding.fitting import examples
from bot.understanding.ticket_fit import MORE, After, Encode, after_filing, fit
from bot.understanding.ticket_reader import TicketReader, Vector
from core.city import City

_RIDGE = 0.5
"""Inverse strength of the ridge penalty on weights."""
_ELSEWHERE = 0.5
"""Weight of another matter beside a ticket whose lines it does not belong to, compared with a written line."""
_EXAMPLE = 0.25
"""Weight of an example of the decision."""
_MATTERS, _QUESTIONS = 330, 120
"""Number of such examples."""
_SEED = 1

Row = tuple[After, float]
"""A line beside a ticket, and its weight."""


def fit_belonging(encode: Encode, city: City, *, held: Sequence[After] = ()) -> Belonging:
    """Fit the judge.

    Args:
        encode: gives the states of texts.
        city: the city whose places are recognised.
        held: lines that are left out, to judge the judge by.
    """
    from sklearn.linear_model import LogisticRegression

    said = [one for one in after_filing() if one not in held]
    tickets = list(dict.fromkeys(one.ticket["content"] for one in said))
    halves = [[one for one in said if tickets.index(one.ticket["content"]) % 2 == half] for half in (0, 1)]
    readers = [fit(encode, without=[*half, *held]) for half in halves]
    rows = list(_rows(said))
    states = encode([one.text for one, _ in rows])
    contents = dict(zip(tickets, encode(tickets), strict=True))
    found = []
    for (one, _), of_text in zip(rows, states, strict=True):
        reader = readers[tickets.index(one.ticket["content"]) % 2]
        found.append(_evidence(one, (of_text, contents[one.ticket["content"]]), reader, city))
    names = list(found[0])
    shown = np.array([[one[name] for name in names] for one in found])
    belongs = [not one.other for one, _ in rows]
    fitted = LogisticRegression(C=_RIDGE, max_iter=500).fit(shown, belongs, [weight for _, weight in rows])
    return Belonging(dict(zip(names, fitted.coef_[0].tolist(), strict=True)), float(fitted.intercept_[0]))


def judged(model: Belonging, reader: TicketReader, encode: Encode, one: After, city: City) -> float:
    """How likely a line tells more of its ticket's matter, 0 to 1."""
    of_text, content = encode([one.text, one.ticket["content"]])
    return model.probability(_evidence(one, (of_text, content), reader, city))


def _evidence(
    one: After, states: tuple[Vector, Vector], reader: TicketReader, city: City
) -> dict[str, float]:
    fields = {name: value for name, value in one.ticket.items() if name != "content"}
    matter = Matter(one.ticket["content"], tuple(fields.values()), fields.get("district", ""))
    return evidence(one.text, matter, states, reader, city)


def _rows(said: Sequence[After]) -> Iterator[Row]:
    """The lines to learn from: what tells more of its ticket's matter, and what does not."""
    chance = random.Random(_SEED)  # noqa: S311
    tickets = list({one.ticket["content"]: one.ticket for one in said}.values())
    for one in said:
        if one.other or one.says in (MORE, "add"):
            yield one, 1.0
        if one.says == "matter":
            for ticket in chance.sample([each for each in tickets if each is not one.ticket], 2):
                yield After(ticket, one.text, one.says), _ELSEWHERE
    written = [row for row in examples() if len(row.text) <= LONGEST]
    for kind, most in (("matter", _MATTERS), ("question", _QUESTIONS)):
        for row in chance.sample([each for each in written if each.kind == kind], most):
            yield After(chance.choice(tickets), row.text, "matter" if kind == "matter" else "ask"), _EXAMPLE
