"""Webhooks to a real server that fails, is slow, redirects, dies and comes back: signed, in order, none lost."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json

import pytest

from core.clock import now
from core.database import Database
from core.errors import NotFound
from core.events import LocalEvents
from core.jobs import Jobs
from core.signatures import DELIVERY, SIGNATURE
from partners import service
from partners.models import DEAD, SENT, WAITING
from partners.service import Made, Origins
from partners.webhooks import MOST_TRIES, Webhooks, replay
from tests.cities import HUAINAN
from tests.conftest import Clock
from tests.partners.conftest import AGENT, OFFICE, City, Receiver
from tests.waiting import until
from tickets.sweep import Sweep
from tickets.types import TicketDraft

DRAFT = TicketDraft("投诉", "小区门口的路灯坏了，打13800001234", contact_name="某某某")


async def _connected(city: City, receiver: Receiver, **options: str) -> Made:
    return await city.connect("read", url=receiver.url, origins=Origins([receiver.origin]), **options)


async def _file(city: City, key: str = "1") -> str:
    return (await city.tickets.file(DRAFT, key)).number


def _actions(receiver: Receiver) -> list[str]:
    return [json.loads(body)["action"] for body, _ in receiver.got]


async def test_each_line_of_a_history_is_told_signed_and_without_words(
    city: City, receiver: Receiver, webhooks: Webhooks
) -> None:
    made = await _connected(city, receiver)
    number = await _file(city)
    await city.tickets.moves.act(number, "accept", {"note": "已核对"}, AGENT)
    assert await webhooks.run() == 2 and await webhooks.run() == 0
    assert _actions(receiver) == ["filed", "accept"]
    body, headers = receiver.got[1]
    told = json.loads(body)
    assert told["number"] == number and told["to_state"] == "pending_dispatch" and told["version"] == 2
    assert headers[DELIVERY] == told["id"]
    assert not any(word in body.decode() for word in ("路灯", "138", "某某", "已核对", AGENT.name))
    stamp, signature = headers[SIGNATURE].split(",")
    expected = hmac.new(made.secret.encode(), f"{stamp[2:]}.".encode() + body, hashlib.sha256).hexdigest()
    assert signature == f"v1={expected}" and abs(int(stamp[2:]) - now().timestamp()) < 60
    assert {one.state for one in await city.deliveries()} == {SENT}


async def test_what_the_clock_writes_for_many_at_once_is_told_too(
    city: City, receiver: Receiver, webhooks: Webhooks, clock: Clock
) -> None:
    await _connected(city, receiver)
    numbers = [await _file(city, str(nth)) for nth in range(3)]
    clock.forward(days=30)
    await Sweep(city.database, LocalEvents(), HUAINAN, Jobs(city.database)).run()
    while await webhooks.run():
        pass
    told = [json.loads(body) for body, _ in receiver.got]
    assert {one["number"] for one in told if one["action"] == "overdue"} == set(numbers)
    assert len({one["id"] for one in told}) == len(told) == 3 * 5


async def test_who_fails_is_told_again_in_order_and_others_are_not_held_up(
    city: City, receiver: Receiver, webhooks: Webhooks, clock: Clock
) -> None:
    await _connected(city, receiver)
    number = await _file(city)
    receiver.status = 503
    assert await webhooks.run() == 0
    await city.tickets.moves.act(number, "accept", {}, AGENT)
    receiver.status = 200
    other = await _file(city, "2")
    assert await webhooks.run() == 1, "the other ticket only: the accepting must not overtake the filing"
    assert json.loads(receiver.got[-1][0])["number"] == other
    clock.forward(seconds=16)
    assert await webhooks.run() == 2
    assert _actions(receiver)[-2:] == ["filed", "accept"]
    assert [one.attempts for one in await city.deliveries()] == [2, 1, 1]


async def test_who_never_answers_well_is_given_up_shown_and_told_after_a_replay(
    city: City, receiver: Receiver, webhooks: Webhooks, clock: Clock, database: Database
) -> None:
    made = await _connected(city, receiver)
    number = await _file(city)
    receiver.status = 500
    waited = []
    for _ in range(MOST_TRIES):
        (one,) = await city.deliveries()
        waited.append(one.due_at)
        clock.forward(hours=6, seconds=1)
        await webhooks.run()
    (one,) = await city.deliveries()
    assert (one.state, one.attempts, one.error) == (DEAD, MOST_TRIES, "HTTP 500")
    assert len(receiver.got) == MOST_TRIES and waited == sorted(waited)
    (trouble,) = await service.troubles(database)
    assert (trouble.name, trouble.dead, trouble.error) == (made.name, 1, "HTTP 500")
    receiver.status = 200
    clock.forward(hours=24)
    assert await webhooks.run() == 0, "not by itself"
    assert await replay(database, made.name) == 1
    assert await webhooks.run() == 1 and await service.troubles(database) == []
    assert await replay(database, made.name, number=number) == 1 and await webhooks.run() == 1
    assert len({headers[DELIVERY] for _, headers in receiver.got}) == 1, "the same id each time"
    for name, which in (("没有", ""), (made.name, "HN2020010100001")):
        with pytest.raises(NotFound):
            await replay(database, name, number=which)


async def test_a_redirect_leads_nowhere(
    city: City, receiver: Receiver, webhooks: Webhooks, database: Database
) -> None:
    await _connected(city, receiver)
    await _file(city)
    receiver.status, receiver.headers = 307, {"Location": f"{receiver.origin}/inside"}
    assert await webhooks.run() == 0 and receiver.elsewhere == 0
    (one,) = await city.deliveries()
    assert (one.state, one.error) == (WAITING, "HTTP 307")


async def test_an_address_that_is_not_allowed_any_more_is_not_called(
    city: City, receiver: Receiver, database: Database
) -> None:
    await _connected(city, receiver)
    await _file(city)
    assert await Webhooks(database, Origins([]), Jobs(database)).run() == 0
    assert receiver.got == [] and "WENBAN_PARTNER_ORIGINS" in (await city.deliveries())[0].error


@pytest.mark.slow
async def test_who_is_slow_or_away_comes_back_and_misses_nothing(
    city: City, receiver: Receiver, webhooks: Webhooks, clock: Clock
) -> None:
    await _connected(city, receiver)
    await _file(city)
    receiver.sleep = asyncio.Event()
    assert await webhooks.run() == 0
    assert "没有答复" in (await city.deliveries())[0].error
    receiver.sleep.set()
    receiver.sleep = None
    assert receiver.server is not None and receiver.server.port is not None
    port = receiver.server.port
    await receiver.server.close()
    clock.forward(minutes=1)
    assert await webhooks.run() == 0 and "连不上" in (await city.deliveries())[0].error
    await receiver.start(port)
    receiver.got.clear()
    clock.forward(minutes=5)
    assert await webhooks.run() == 1 and _actions(receiver) == ["filed"]


async def test_a_departments_system_hears_of_its_own_tickets_only(
    city: City, receiver: Receiver, webhooks: Webhooks
) -> None:
    await _connected(city, receiver, department=OFFICE)
    mine, _ = await _file(city), await _file(city, "2")
    await webhooks.run()
    assert receiver.got == []
    await city.tickets.moves.act(mine, "accept", {}, AGENT)
    await city.tickets.moves.act(mine, "dispatch", {"department": city.office}, AGENT)
    await webhooks.run()
    assert {json.loads(body)["number"] for body, _ in receiver.got} == {mine}


@pytest.mark.slow
async def test_the_runner_sends_and_who_is_shut_out_hears_no_more(
    city: City, receiver: Receiver, database: Database, clock: Clock
) -> None:
    made = await _connected(city, receiver)
    jobs = Jobs(database, look_s=0.05)
    Webhooks(database, Origins([receiver.origin]), jobs)
    async with jobs:
        await _file(city)
        clock.forward(seconds=5)
        await until(lambda: len(receiver.got) == 1)
        await service.close(database, made.name)
        await _file(city, "2")
        clock.forward(seconds=5)
    assert len(receiver.got) == 1 and len(await city.deliveries()) == 1
