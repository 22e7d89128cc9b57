"""Sixty acted citizens through the whole running app: what each says and knows, and what must be on file in the end.

sixty.yml says how a case is written. A citizen answers the question that stands open (the form's slot, as Rasa's
tracker has it), whatever its words are, and confirms at the summary. Then the ticket is read at the desk.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core import yaml_loader
from tests.end_to_end.acting import Acted, Desk
from tests.system import System

CASES: list[dict[str, Any]] = yaml_loader.load(Path(__file__).with_name("sixty.yml").read_text("utf-8"))
TEXTS = {"address": "place", "happened_at": "time", "subject": "subject"}
"""Field of a ticket whose words are compared → key of the case's `ticket`."""
SLACK = 12
"""Most characters that such a field may have beyond the expected words and a date in brackets: more is a piece of the
story, not the field."""
MEDIAN = 5
"""Most messages that half of the citizens with a complete story need until they have the number."""
counts: list[int] = []
"""Messages from the first word to the number, for each citizen whose story was complete."""


@pytest.fixture(scope="module")
def desk(system: System) -> Iterator[Desk]:
    at = Desk(system)
    yield at
    at.http.close()


def faults(ticket: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """What is wrong with a ticket as the desk shows it."""
    found = []
    for field, key in TEXTS.items():
        value, words = str(ticket[field]), wanted.get(key, "")
        if str(words).startswith("="):
            if value not in words[1:].split("|"):
                found.append(f"{key}: {value!r}, not {words!r}")
            continue
        pieces = [str(one).lstrip("?") for one in (words if isinstance(words, list) else [words]) if one]
        if not value and str(words).startswith("?"):
            continue
        if not all(piece in value for piece in pieces) or (value and not pieces):
            found.append(f"{key}: {value!r}, not {words!r}")
        elif pieces and len(re.sub("（2.*?）", "", value)) > sum(map(len, pieces)) + SLACK:
            found.append(f"{key}: {value!r} is more than {words!r}")
    same = {
        "district": (ticket["district"], wanted.get("district", "")),
        "name": (
            re.sub("(先生|女士|/)+$", "", ticket["contact_name"]),
            re.sub("(先生|女士)$", "", wanted.get("name", "")),
        ),
        "phone": (ticket["contact_phone"], str(wanted.get("phone", ""))),
        "confidential": (ticket["confidential"], wanted.get("confidential", False)),
        "photos": (len(ticket["photos"]), wanted.get("photos", 0)),
        "point": (ticket["latitude"] is not None, wanted.get("point", False)),
        "type": (ticket["type"], wanted.get("type", ticket["type"])),
    }
    found += [f"{key}: {is_!r}, not {must!r}" for key, (is_, must) in same.items() if is_ != must]
    whole = "\n".join([ticket["content"], *(f"{d['label']}：{d['value']}" for d in ticket["details"])])
    found += [
        f"words: {word!r} is missing in {whole[:300]!r}"
        for word in wanted.get("words", [])
        if word not in whole
    ]
    found += [f"lacks: {word!r} is in {whole!r}" for word in wanted.get("lacks", []) if word in whole]
    notes = "\n".join(ticket["notes"])
    found += [
        f"notes: {word!r} is missing in {notes!r}" for word in wanted.get("notes", []) if word not in notes
    ]
    return found


def check(acted: Acted, desk: Desk) -> list[str]:
    """What went wrong in the end of a case."""
    case, last = acted.case, "\n".join(message["text"] for message in acted.citizen.last)
    wanted, talk = case.get("tickets", []), "\n".join(acted.citizen.transcript)
    wrong = [f"nobody said {word!r}" for word in case.get("heard", []) if word not in talk]
    wrong += [f"the last reply has no {word!r}" for word in case.get("last", []) if word not in last]
    wrong += [f"the last reply has {word!r}" for word in case.get("last_lacks", []) if word in last]
    if len(acted.numbers) != len(wanted):
        wrong.append(f"{len(acted.numbers)} tickets, not {len(wanted)}")
    for number, one in zip(acted.numbers, wanted, strict=False):
        wrong += faults(desk.ticket(number), one)
    if "mode" in case:
        opened = acted.citizen.http.post("/api/web/session", json={"token": acted.citizen.token}).json()
        if opened["conversation"]["mode"] != case["mode"]:
            wrong.append(f"mode {opened['conversation']['mode']}, not {case['mode']}")
    return wrong


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            one,
            id=one["name"],
            marks=[pytest.mark.xfail(reason=one["broken"], strict=True)] if "broken" in one else [],
        )
        for one in CASES
    ],
)
def test_citizen(system: System, desk: Desk, case: dict[str, Any]) -> None:
    acted = Acted(system, case)
    try:
        acted.act(len(case.get("tickets", [])))
        wrong = check(acted, desk)
    except (AssertionError, httpx.HTTPError) as error:
        wrong = [str(error)]
    if case.get("complete") and acted.messages:
        counts.append(acted.messages)
    assert not wrong, "\n".join([*wrong, *acted.citizen.transcript])


def test_a_complete_story_needs_few_messages() -> None:
    if len(counts) < sum(bool(one.get("complete")) for one in CASES):
        pytest.skip("not all complete stories were told")
    print(f"messages from the first word to the number: median {statistics.median(counts)}, {sorted(counts)}")
    assert statistics.median(counts) <= MEDIAN
