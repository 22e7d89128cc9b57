"""Requests about one's own data, from the citizen's words to the desk and back."""

from __future__ import annotations

from tests.desk.conftest import Office


async def test_a_request_reaches_the_desk_and_its_end_reaches_the_citizen(office: Office) -> None:
    boss = await office.hire("boss", "supervisor")
    citizen = await office.says("visitor", "删除我的信息", "m1")
    (said,) = [m.text for m in await office.conversations.history(citizen) if m.direction == "out"]
    assert "登记好了" in said and "办完之前要留着" in said
    (request,) = (await boss.get("/rights"))["requests"]
    assert (request["kind"], request["name"], request["conversation_id"]) == ("erase", "删除", citizen)
    await office.says("visitor", "把我的信息删掉", "m2")
    again = (await office.conversations.history(citizen))[-1].text
    assert "已经登记过" in again and len((await boss.get("/rights"))["requests"]) == 1
    path = f"/rights/{request['id']}"
    await boss.post(path, {"state": "done", "note": "。。。"}, status=400)
    note = "对话和联系方式已删除，在办的工单办结后删除。"
    ended = await boss.post(path, {"state": "done", "note": note})
    assert ended["request"]["state"] == "done"
    assert (await office.conversations.history(citizen))[-1].text.endswith(note)
    assert (await boss.get("/rights"))["requests"] == []
    refused = await boss.post(path, {"state": "refused", "note": note}, status=409)
    assert refused["error"]["code"] == "ended"


async def test_a_citizen_takes_a_request_back(office: Office) -> None:
    boss = await office.hire("boss", "supervisor")
    await office.says("visitor", "你们有我什么信息", "m1")
    assert len((await boss.get("/rights"))["requests"]) == 1
    citizen = await office.says("visitor", "不用了，撤回这个请求", "m2")
    assert "撤回了" in (await office.conversations.history(citizen))[-1].text
    assert (await boss.get("/rights"))["requests"] == []
