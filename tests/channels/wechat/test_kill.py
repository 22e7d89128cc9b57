"""``kill -9`` at every point at which something is written: nothing lost, nothing said twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from channels.wechat.reply import DOUBTFUL
from tests.channels.wechat.api import Api
from tests.channels.wechat.platform import text_xml
from tests.channels.wechat.processes import POINTS, Processes

PASSIVE = [point for point in POINTS if "push" not in point and "token" not in point]
PUSHED = [point for point in POINTS if "answer is" not in point and "answer has" not in point]
LAST_WAIT_S = 12


async def _talk(processes: Processes, api: Api, account: str, point: str) -> list[str]:
    """One question while a process dies, and another after; everything the citizen was shown."""
    shown: list[str | None] = []
    await processes.prepare()
    await processes.start()
    # Another question first: the platform's record shows its answer, so what it does not show is believed.
    shown.append(await processes.deliver(account, text_xml("第零问")))
    for _ in range(100):
        if account == "passive" or api.sent:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)
    if "token" in point:
        api.expire_tokens()
    await processes.start(point)
    processes.keep_last()
    question = asyncio.create_task(processes.deliver(account, text_xml("第一问")))
    for _ in range(round(LAST_WAIT_S / 0.05)):
        await processes.look_after()
        answered = account == "passive" or any("第一问" in text for text in api.texts())
        if question.done() and processes.died and answered:
            break
        await asyncio.sleep(0.05)
    shown.append(await question)
    assert processes.died, "the point was never reached"
    # Long enough for what is doubtful to be found out about.
    await asyncio.sleep(2.5)
    await processes.look_after()
    for text in ("好了吗", "第二问"):
        shown.append(await processes.deliver(account, text_xml(text)))
        await asyncio.sleep(0.3)
    await asyncio.sleep(1)
    return [text for text in [*shown, *api.texts()] if text]


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("account", "again", "point"),
    [
        *(("passive", False, point) for point in PASSIVE),
        *(("passive", True, point) for point in PASSIVE if "answer" in point),
        *(("mini", True, point) for point in PUSHED),
        *(("mini", False, point) for point in PUSHED if "push" in point),
    ],
)
def test_killed_at_any_point_nothing_is_lost_and_nothing_said_twice(
    tmp_path: Path, account: str, again: bool, point: str
) -> None:
    async def run() -> list[str]:
        async with Api() as api:
            processes = Processes(tmp_path, api, restart=again)
            try:
                return await _talk(processes, api, account, point)
            finally:
                processes.stop()
                assert set(api.refused) <= {42001}

    said = asyncio.run(run())
    whole = "\n".join(said)
    if point == "when an answer has gone out" and again:
        # Nobody was there to be asked again, so nobody can tell: said once more, with words that say so.
        assert f"{DOUBTFUL}您说的是：第一问" in whole
        whole = whole.replace(f"{DOUBTFUL}您说的是：第一问", "", 1)
    for question in ("第零问", "第一问", "第二问"):
        assert whole.count(f"您说的是：{question}") == 1, said
