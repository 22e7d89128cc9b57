"""The endpoint Rasa calls: who may, what is answered, and that nothing bad comes of bad input."""

from __future__ import annotations

import json
import threading

import pytest

from bot.actions.complaint.answers import read_mined, read_unsure, without_own
from bot.actions.runtime.context import parts, set_parts
from bot.actions.runtime.endpoint import MAX_BODY, routes
from bot.understanding import ahead
from bot.understanding.mine import mine
from core.simplified import simplified
from tests.bot.calls import Rasa, call, captured
from tests.bot.parts import SmallCity


async def test_a_real_call_of_rasa_is_answered_in_its_protocol(rasa: Rasa, visitor: str) -> None:
    body = captured("policy_call")
    body["tracker"]["sender_id"] = visitor
    answer = await rasa.post(body)
    assert answer.status == 200
    assert set(answer.body) == {"events", "responses"}
    assert "公积金" in answer.text


async def test_a_real_call_of_the_form_takes_the_answer_and_asks_on(rasa: Rasa) -> None:
    answer = await rasa.post(captured("form_call"))
    assert answer.slots["content"] == "楼道灯坏了两个月了"
    assert answer.slots["requested_slot"] == "district"


@pytest.mark.parametrize("secret", [None, "", "wrong", "secret-of-the-test", "密码"])
async def test_without_the_secret_nothing_runs(
    rasa: Rasa, visitor: str, city: SmallCity, secret: str | None
) -> None:
    answer = await rasa.post(
        call("action_request_human", "转人工", "request_human", conversation=visitor), secret
    )
    assert answer.status == 401
    assert (await city.conversations.view(visitor)).mode == "bot"


def test_an_empty_secret_is_refused_at_start_up() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        routes("")


async def test_an_unknown_action_is_404_with_its_name(rasa: Rasa, visitor: str) -> None:
    answer = await rasa.post(call("action_nowhere", "x", "greet", conversation=visitor))
    assert (answer.status, answer.body["action_name"]) == (404, "action_nowhere")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"next_action": "action_repeat"}', b'{"next_action": 5, "tracker": {}}',
     b'{"next_action": "action_repeat", "tracker": []}', b'{"next_action": "action_repeat", "tracker": {}}'],
)  # fmt: skip
async def test_what_is_no_call_is_400(rasa: Rasa, body: bytes) -> None:
    answer = await rasa.post(body)
    assert answer.status == 400
    assert answer.body["error"]


async def test_a_body_over_the_limit_is_413(rasa: Rasa) -> None:
    answer = await rasa.post(b" " * (MAX_BODY + 1))
    assert answer.status == 413


async def test_a_long_session_over_the_apps_own_limit_is_read(rasa: Rasa, visitor: str) -> None:
    body = call("action_repeat", "再说一遍", "repeat", conversation=visitor)
    body["tracker"]["events"] = [{"event": "slot", "name": "tries", "value": "x" * 1000}] * 2000 + body[
        "tracker"
    ]["events"]
    assert len(json.dumps(body)) > 1_500_000
    assert (await rasa.post(body)).status == 200


async def test_an_action_that_breaks_is_500_without_its_insides(rasa: Rasa, visitor: str) -> None:
    whole = parts()
    set_parts(None)
    answer = await rasa.post(
        call("action_answer_policy", "公积金怎么提取", "ask_policy", conversation=visitor)
    )
    set_parts(whole)
    assert answer.status == 500
    assert answer.body == {"error": "the action failed", "action_name": "action_answer_policy"}


async def test_a_conversation_nobody_knows_is_an_error_and_not_a_crash(rasa: Rasa) -> None:
    answer = await rasa.post(call("action_request_human", "转人工", "request_human", conversation="nobody"))
    assert (answer.status, answer.body["error"]) == (500, "not_found")


async def test_a_long_message_is_read_in_a_thread_and_once(
    rasa: Rasa, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def read(story: str, *more: object) -> object:
        threads.append(threading.current_thread().name)
        return mine(story, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(ahead, "mine", read)
    story = f"小区门口的路灯坏了三天没人修，{'物业说下周来，垃圾也没人收。' * 40}我的电话是13800000000"
    answer = await rasa.post(call("action_answer_policy", story, "complain", conversation=visitor))
    assert answer.status == 200
    assert threads and threading.main_thread().name not in threads
    threads.clear()
    found = read_mined(simplified(story), {})
    read_unsure(simplified(without_own(story, found)))
    assert found["contact_phone"] and not threads, "what was read is remembered"
