"""``kill -9`` at every point at which something is written: nothing lost, nothing said twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from channels.wechat.outbound.pages import DOUBTFUL
from tests.channels.wechat.api import Api
from tests.channels.wechat.platform import text_xml
from tests.channels.wechat.processes import POINTS, Processes

PASSIVE = [point for point in POINTS if "push" not in point and "token" not in point]
PUSHED = [point for point in POINTS if "answer is" not in point and "answer has" not in point]
LAST_WAIT_S = 12
AT_ONCE = 4
"""Cases under way at the same time; more would keep a small machine too busy for the pace they go by."""


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
    for _ in range(100):
        if account == "passive" or any("第二问" in text for text in api.texts()):
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    return [text for text in [*shown, *api.texts()] if text]


@dataclass(frozen=True)
class Case:
    """A point to die at.

    Args:
        account: who is written to.
        again: whether the process that died is started again, rather than another one being there.
    """

    account: str
    again: bool
    point: str

    def __str__(self) -> str:
        return f"{self.account}, {'started again' if self.again else 'another there'}, {self.point}"


CASES = [
    *(Case("passive", False, point) for point in PASSIVE),
    *(Case("passive", True, point) for point in PASSIVE if "answer" in point),
    *(Case("mini", True, point) for point in PUSHED),
    *(Case("mini", False, point) for point in PUSHED if "push" in point),
]


async def _one(case: Case, folder: Path) -> list[str]:
    async with Api() as api:
        processes = Processes(folder, api, restart=case.again)
        try:
            return await _talk(processes, api, case.account, case.point)
        finally:
            processes.stop()
            assert set(api.refused) <= {42001}


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[Case, Any]:
    """What came of every case that is asked for: everything the citizen was shown, or what went wrong.

    A case is mostly waiting, for the platform's repeats and for leases to run out; so several wait at a time.
    """
    wanted = [
        item.callspec.params["case"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.path == request.path
    ]

    async def run() -> list[Any]:
        places = asyncio.Semaphore(AT_ONCE)

        async def one(case: Case) -> list[str]:
            async with places:
                return await _one(case, tmp_path_factory.mktemp("kill"))

        return await asyncio.gather(*(one(case) for case in wanted), return_exceptions=True)

    return dict(zip(wanted, asyncio.run(run()), strict=True))


@pytest.mark.end_to_end
@pytest.mark.parametrize("case", CASES, ids=str)
def test_killed_at_any_point_nothing_is_lost_and_nothing_said_twice(
    case: Case, outcomes: dict[Case, Any]
) -> None:
    said = outcomes[case]
    if isinstance(said, BaseException):
        raise said
    whole = "\n".join(said)
    if case.point == "when an answer has gone out" and case.again:
        # Nobody was there to be asked again, so nobody can tell: said once more, with words that say so.
        assert f"{DOUBTFUL}您说的是：第一问" in whole
        whole = whole.replace(f"{DOUBTFUL}您说的是：第一问", "", 1)
    for question in ("第零问", "第一问", "第二问"):
        assert whole.count(f"您说的是：{question}") == 1, said
