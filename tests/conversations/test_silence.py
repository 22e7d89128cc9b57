"""The assistant says nothing while an agent has the conversation, whatever happens at the same time."""

from __future__ import annotations

from datetime import datetime

import pytest

from benchmarks.silence import run, spoken_over
from conversations.event_kinds import Actor, Event, HandedBack, Opened, Said, Taken
from core.clock import now
from core.database import Database
from tests import both_databases

database_url = both_databases.database_url


@pytest.mark.slow
async def test_in_random_runs_with_killed_processes_it_never_speaks_over_an_agent(database: Database) -> None:
    found = await run(database, 20, seed=7)
    assert found.spoken == []
    for kind in ("bot words", "taken", "requeued", "kills"):
        assert found.happened[kind], f"the runs had no {kind}"


def test_what_it_says_before_and_after_is_not_held_against_it() -> None:
    def at(nth: int, actor: Actor, facts: Opened | Said | Taken | HandedBack, moment: datetime) -> Event:
        return Event(nth, moment, actor, facts, agent_id="a1")

    happened = [
        (Actor.CITIZEN, Opened("web")), (Actor.BOT, Said(1)), (Actor.AGENT, Taken()), (Actor.AGENT, Said(1)),
        (Actor.BOT, Said(2)), (Actor.AGENT, HandedBack()), (Actor.BOT, Said(1)),
    ]  # fmt: skip
    events = [at(nth, actor, facts, now()) for nth, (actor, facts) in enumerate(happened, 1)]
    assert [event.nth for event in spoken_over(events)] == [5]
