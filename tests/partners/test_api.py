"""The API for other systems: each token does what it may, nothing twice, and nothing over what somebody else did."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import now
from core.database import Database
from core.errors import BadRequest, Conflict
from partners import retention, service
from partners.api import OPERATIONS, STRANGERS_PER_MINUTE
from partners.schemas import Line, WorkOrder
from partners.service import Origins
from tests.cities import HUAINAN
from tests.partners.conftest import AGENT, OFFICE, City
from tickets.lifecycle import TRANSITIONS
from tickets.needs import NEEDS
from tickets.types import TicketDraft

NEW = {
    "type": "complaint",
    "content": "小区门口的路灯坏了三天，打13800001234联系",
    "category": "市政设施/路灯照明",
    "district": "田家庵",
    "contact_name": "某某某",
    "contact_phone": "13800001234",
    "external_number": "WO-1",
}
ALL = ("read", "create", "move", "contact")


async def test_a_work_order_is_filed_once_for_each_key(city: City) -> None:
    token = (await city.connect(*ALL)).token
    status, filed = await city.ask(token, "POST", key="k1", json=NEW)
    assert status == 201 and filed["state"] == "pending_acceptance" and "138****1234" in filed["summary"]
    assert await city.ask(token, "POST", key="k1", json=NEW) == (200, filed)
    status, said = await city.ask(token, "POST", key="k1", json={**NEW, "content": "另一件事"})
    assert (status, said["error"]["code"]) == (409, "key_reused")
    status, said = await city.ask(token, "POST", json=NEW)
    assert (status, said["error"]["code"]) == (400, "key_needed")
    other = (await city.connect(*ALL, name="另一个系统")).token
    assert (await city.ask(other, "POST", key="k1", json=NEW))[0] == 201, "keys are each system's own"
    status, page = await city.ask(token, "GET", "?limit=1")
    assert len(page["work_orders"]) == 1 and page["next"]
    status, whole = await city.ask(token, "GET", f"/{filed['number']}")
    assert whole["external_number"] == "WO-1" and whole["contact_phone"] == "138****1234"
    assert "13800001234" not in str(whole) and whole["history"][0]["actor"] == "对接系统：市级工单系统"


async def test_a_key_stands_for_one_request_with_all_its_data(city: City) -> None:
    token = (await city.connect(*ALL)).token
    number = (await city.ask(token, "POST", key="k1", json=NEW))[1]["number"]
    other = (await city.ask(token, "POST", key="k2", json=NEW))[1]["number"]
    for change in ({"contact_phone": "13800001235"}, {"confidential": True}, {"address": "别处"}):
        status, said = await city.ask(token, "POST", key="k1", json={**NEW, **change})
        assert (status, said["error"]["code"]) == (409, "key_reused"), change
    accept: dict[str, Any] = {"action": "accept", "version": 1}
    stale = {**accept, "version": 9}
    assert (await city.ask(token, "POST", f"/{number}/moves", key="m", json=stale))[0] == 409
    status, moved = await city.ask(token, "POST", f"/{number}/moves", key="m", json=accept)
    assert status == 200, "what was refused frees its key"
    withdraw = {"action": "withdraw", "version": 2, "fields": {"reason": "不办了"}}
    for which, move in ((number, withdraw), (number, {**accept, "fields": {"note": "急"}}), (other, accept)):
        status, said = await city.ask(token, "POST", f"/{which}/moves", key="m", json=move)
        assert (status, said["error"]["code"]) == (409, "key_reused")
    assert await city.ask(token, "POST", f"/{number}/moves", key="m", json=accept) == (200, moved)
    assert (await city.tickets.get(other)).version == 1
    twenty = [city.ask(token, "POST", key="race", json=NEW | {"address": f"{nth % 2}"}) for nth in range(8)]
    answers = await asyncio.gather(*twenty)
    assert len({said["number"] for status, said in answers if status < 400}) == 1
    assert sorted(status for status, _ in answers) == [200, 200, 200, 201, 409, 409, 409, 409]


async def test_what_a_key_stands_for_is_kept_for_a_while(city: City, database: Database) -> None:
    token = (await city.connect(*ALL)).token
    for key in ("k 1", "k 2"):
        assert (await city.ask(token, "POST", key=key, json=NEW))[0] == 201
    week = timedelta(days=7)
    keys = retention.rules(database, outbox=week)[1]
    assert await keys.step(now()) == 0 and await keys.overdue(now() + 2 * week) == 2
    assert await keys.step(now() + 2 * week) == 2 and await keys.overdue(now() + 2 * week) == 0
    assert (await city.ask(token, "POST", key="k 1", json=NEW))[0] == 200, (
        "the ticket knows its key for longer"
    )
    changed = {**NEW, "content": "另一件事"}
    assert (await city.ask(token, "POST", key="k 2", json=changed))[1]["error"]["code"] == "key_reused"


async def test_the_contact_in_clear_stands_in_the_history(city: City) -> None:
    token = (await city.connect(*ALL)).token
    number = (await city.ask(token, "POST", key="k1", json=NEW))[1]["number"]
    status, contact = await city.ask(token, "GET", f"/{number}/contact")
    assert (status, contact) == (200, {"contact_name": "某某某", "contact_phone": "13800001234"})
    seen = [one for one in await city.tickets.events(number) if one.action == "contact_seen"]
    assert [one.actor for one in seen] == ["对接系统：市级工单系统"]
    secret = (await city.ask(token, "POST", key="k2", json={**NEW, "confidential": True}))[1]["number"]
    assert (await city.ask(token, "GET", f"/{secret}/contact"))[1]["error"]["code"] == "confidential"


async def test_without_contact_a_ticket_with_protection_tells_nobody(city: City) -> None:
    full = (await city.connect(*ALL)).token
    reads = (await city.connect("read", "move", name="只读系统")).token
    content = "我叫赵某柱，家住东山小区5栋302，楼下饭店油烟大，打13712340123联系"
    secret = {**NEW, "content": content, "contact_name": "赵某柱", "contact_phone": "13712340123"}
    hidden = (await city.ask(full, "POST", key="k1", json={**secret, "confidential": True}))[1]["number"]
    plain = (await city.ask(full, "POST", key="k2", json=secret))[1]["number"]

    async def found(token: str, q: str) -> list[str]:
        page = (await city.ask(token, "GET", "", params={"q": q}))[1]
        return [one["number"] for one in page["work_orders"]]

    # Whoever has the mask 137****0123 could try ten thousand phones.
    assert await found(full, "13712340123") == [plain] and await found(reads, "13712340123") == []
    for q in ("赵某柱", "302", "东山小区", "油烟", "路灯照明", hidden[:-1]):
        assert hidden not in await found(reads, q), q
    assert await found(reads, hidden) == [hidden] and await found(full, "油烟") == [plain, hidden]
    assert plain in await found(reads, "油烟") and hidden in await found(reads, "")
    seen = [
        (await city.ask(reads, "GET", f"/{hidden}"))[1],
        (await city.ask(reads, "GET"))[1]["work_orders"][1],
    ]
    assert (seen[0]["contact_name"], seen[0]["contact_phone"]) == ("", "") and seen[0]["confidential"]
    move = {"action": "accept", "version": 1}
    seen += [(await city.ask(reads, "POST", f"/{hidden}/moves", json=move))[1]]
    for told in seen:
        assert told["number"] == hidden
        assert not [one for one in ("赵某柱", "0123", "302", "东山") if one in str(told)], told
        assert "油烟" in str(told)
    assert (await city.ask(reads, "GET", f"/{plain}"))[1]["contact_phone"] == "137****0123"


async def test_a_stale_move_is_refused_and_told_who_did_what(city: City) -> None:
    token = (await city.connect(*ALL)).token
    number = (await city.ask(token, "POST", key="k1", json=NEW))[1]["number"]
    await city.tickets.moves.act(number, "accept", {}, AGENT)
    move: dict[str, Any] = {"action": "accept", "version": 1}
    status, said = await city.ask(token, "POST", f"/{number}/moves", json=move)
    assert (status, said["error"]["code"]) == (409, "stale")
    assert said["error"]["details"]["by"] == AGENT.name and said["error"]["details"]["version"] == 2
    move = {"action": "dispatch", "version": 2, "fields": {"department": city.office}}
    status, moved = await city.ask(token, "POST", f"/{number}/moves", key="m1", json=move)
    assert status == 200 and moved["department"] == OFFICE and moved["state"] == "pending_sign"
    # The same key again: nothing more happens, although the version is old by now.
    assert await city.ask(token, "POST", f"/{number}/moves", key="m1", json=move) == (200, moved)
    status, said = await city.ask(token, "POST", f"/{number}/moves", json={"action": "sign", "version": 3})
    assert (status, said["error"]["code"]) == (403, "not_yours"), "it acts as the hotline"


async def test_a_departments_system_sees_and_moves_its_own(city: City) -> None:
    token = (await city.connect("read", "move", "contact", department=OFFICE)).token
    draft = TicketDraft("投诉", "我叫王小二，楼上漏水", contact_name="王小二", confidential=True)
    mine = (await city.tickets.file(draft, "1")).number
    other = (await city.tickets.file(TicketDraft("投诉", "别人的事"), "2")).number
    for number in (mine, other):
        await city.tickets.moves.act(number, "accept", {}, AGENT)
    await city.tickets.moves.act(mine, "dispatch", {"department": city.office}, AGENT)
    page = (await city.ask(token, "GET"))[1]
    assert [one["number"] for one in page["work_orders"]] == [mine]
    whole = (await city.ask(token, "GET", f"/{mine}"))[1]
    assert "王小二" not in str(whole) and whole["contact_name"] == ""
    for method, path, body in (
        ("GET", f"/{other}", None),
        ("GET", f"/{other}/contact", None),
        ("POST", f"/{other}/moves", {"action": "note", "version": 2, "fields": {"text": "看看"}}),
    ):
        assert (await city.ask(token, method, path, json=body))[0] == 404
    status, signed = await city.ask(token, "POST", f"/{mine}/moves", json={"action": "sign", "version": 3})
    assert status == 200 and signed["state"] == "handling" and "王小二" not in str(signed)


async def test_without_token_or_scope_nothing_is_told(city: City, database: Database) -> None:
    made = await city.connect("read")
    for token in ("", "wo_wrong", made.token + "x", "\x80"):
        assert (await city.ask(token, "GET"))[0] == 401
    assert (await city.ask(made.token, "POST", key="k", json=NEW))[1]["error"]["code"] == "scope_missing"
    assert (await city.ask(made.token, "GET", "/HN2026112300001/contact"))[0] == 403
    stored = [str(value) for one in await service.everybody(database) for value in vars(one).values()]
    assert stored and not any(made.token in value for value in stored)
    await service.close(database, made.name)
    assert (await city.ask(made.token, "GET"))[0] == 401
    for _ in range(STRANGERS_PER_MINUTE):
        last = await city.ask("wo_guess", "GET")
    assert last[0] == 429


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "gossip"}, "type"),
        ({"content": ""}, "content"),
        ({"content": "NUL\0"}, ""),
        ({"urgent": "yes"}, "urgent"),
        ({"more": 1}, "more"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"content": "12345 ！！"}, "content"),
        ({"content": " \u200b\u200b "}, "content"),
        ({"category": "没有/这个"}, "category"),
        ({"district": "火星区"}, "district"),
    ],
)
async def test_what_does_not_fit_is_refused_by_field(city: City, change: dict[str, Any], field: str) -> None:
    token = (await city.connect(*ALL)).token
    status, said = await city.ask(token, "POST", key="k", json={**NEW, **change})
    assert status == 400 and field in str(said["error"]["details"] or said)


async def test_the_document_is_made_of_what_is_served(city: City) -> None:
    answer = await city.client.get("/api/work-orders/openapi.json")
    told = await answer.json()
    assert told["openapi"].startswith("3.1")
    served = {(one.method.lower(), one.path) for one in OPERATIONS}
    assert {(method, path) for path, ways in told["paths"].items() for method in ways} == served
    models = told["components"]["schemas"]
    assert set(models["Line"]["properties"]) == set(Line.model_fields)
    assert set(models["WorkOrder"]["required"]) == set(WorkOrder.model_fields)
    assert set(models["NewMove"]["properties"]["action"]["enum"]) == set(TRANSITIONS)
    for action, shape in NEEDS.items():
        fields = models[f"Fields_{action}"]
        assert set(fields.get("properties", ())) == set(shape.model_fields)
        needed = {name for name, field in shape.model_fields.items() if field.is_required()}
        assert set(fields.get("required", ())) == needed and not fields["additionalProperties"]
        assert {"kind", "asked"}.isdisjoint(key for one in fields["properties"].values() for key in one)
    assert {one["if"]["properties"]["action"]["const"] for one in models["NewMove"]["allOf"]} == set(NEEDS)
    named = set(_refs(told))
    assert named <= {f"#/components/schemas/{name}" for name in models}
    create = told["paths"]["/api/work-orders"]["post"]
    assert {"200", "201", "400", "401", "403", "409", "429"} == set(create["responses"])


def test_the_fields_of_every_move_stand_in_the_manual() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "work-orders.md").read_text(encoding="utf-8")
    manual = manual[manual.index("**Fields of a move**") :]
    told: dict[str, list[str]] = {}
    for row in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (.*) \|$", manual, re.M):
        for action in re.findall(r"`(\w+)`", row[0]):
            told.setdefault(action, re.findall(r"`(\w+\??)`", row[1]))
    for action, shape in NEEDS.items():
        fields = [f"{name}{'' if one.is_required() else '?'}" for name, one in shape.model_fields.items()]
        assert sorted(told[action]) == sorted(fields), action


async def test_departments_are_told_and_named_by_id_or_name(city: City) -> None:
    token = (await city.connect(*ALL)).token
    status, told = await city.ask(token, "GET", "/departments")
    leads = list(HUAINAN.department(OFFICE).leads)  # type: ignore[union-attr]
    assert status == 200 and leads
    assert told["departments"] == [{"id": city.office, "name": OFFICE, "categories": leads, "districts": []}]
    for nth, name in enumerate((OFFICE, city.office)):
        number = (await city.ask(token, "POST", key=f"k{nth}", json=NEW))[1]["number"]
        await city.ask(token, "POST", f"/{number}/moves", json={"action": "accept", "version": 1})
        move: dict[str, Any] = {"action": "dispatch", "version": 2, "fields": {"department": "没有这个局"}}
        assert (await city.ask(token, "POST", f"/{number}/moves", json=move))[0] == 400
        move["fields"] = {"department": name}
        assert (await city.ask(token, "POST", f"/{number}/moves", json=move))[1]["department"] == OFFICE


async def test_states_are_codes_everywhere(city: City) -> None:
    token = (await city.connect(*ALL)).token
    number = (await city.ask(token, "POST", key="k", json=NEW))[1]["number"]
    move = {"action": "accept", "version": 1}
    assert (await city.ask(token, "POST", f"/{number}/moves", json=move))[0] == 200
    whole = (await city.ask(token, "GET", f"/{number}"))[1]
    steps = [(one["from_state"], one["to_state"]) for one in whole["history"]]
    assert steps == [(None, "pending_acceptance"), ("pending_acceptance", "pending_dispatch")]
    status, said = await city.ask(token, "POST", f"/{number}/moves", json=move)
    assert (status, said["error"]["details"]["state"]) == (409, "pending_dispatch")


def _refs(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [
            *([value["$ref"]] if isinstance(value.get("$ref"), str) else []),
            *(ref for one in value.values() for ref in _refs(one)),
        ]
    return [ref for one in value for ref in _refs(one)] if isinstance(value, list) else []


async def test_a_system_is_connected_once_and_only_to_allowed_addresses(city: City) -> None:
    await city.connect()
    with pytest.raises(Conflict):
        await city.connect()
    allowed = Origins(["https://orders.example.gov.cn"])
    for url in (
        "https://orders.example.gov.cn.evil.example/x",
        "https://user@orders.example.gov.cn/x",
        "http://orders.example.gov.cn/x",
        "https://orders.example.gov.cn:8443/x",
        "file:///etc/passwd",
        "https://[bad",
    ):
        with pytest.raises(BadRequest):
            await city.connect(name="别的系统", url=url, origins=allowed)
    made = await city.connect(name="别的系统", url="https://orders.example.gov.cn/x", origins=allowed)
    assert made.secret
