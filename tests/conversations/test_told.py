"""The places for query codes in stored texts are filled for their own citizen, and for nobody else."""

from __future__ import annotations

from collections.abc import Collection

from conversations.told import UNKNOWN, Told
from core.codes import place

NUMBER = "HN2026112300001"


async def _codes(conversation_id: str, numbers: Collection[str]) -> dict[str, str]:
    return {NUMBER: "AC3D9KXQ"} if conversation_id == "own" and NUMBER in numbers else {}


async def test_its_own_citizen_reads_the_code() -> None:
    told = Told(_codes)
    text = f"工单号：{NUMBER}\n查询码：{place(NUMBER)}\n“请”记好"
    assert await told.text("own", text) == f"工单号：{NUMBER}\n查询码：AC3D9KXQ\n“请”记好"
    message = {"seq": 1, "text": text, "card": {"kind": "ticket", "query_code": place(NUMBER)}}
    [shown] = await told.messages("own", [message])
    assert shown["card"] == {"kind": "ticket", "query_code": "AC3D9KXQ"} and "AC3D9KXQ" in shown["text"]
    assert message["text"] == text, "what is stored stays"


async def test_nobody_else_does() -> None:
    told = Told(_codes)
    assert await told.text("another", place(NUMBER)) == UNKNOWN
    assert await told.text("own", place("HN2026112300002")) == UNKNOWN
    assert await Told().text("own", place(NUMBER)) == UNKNOWN
