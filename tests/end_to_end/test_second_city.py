"""Another city by one setting: a citizen's whole way through Rasa and the app."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.cities import QINGWU_FOLDER
from tests.citizen import Citizen
from tests.end_to_end.test_complaint import answer_to
from tests.system import System, started


@pytest.fixture(scope="module")
def qingwu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("qingwu")
    with started(folder, WENBAN_CITY_PROFILE=str(QINGWU_FOLDER)) as running:
        yield running


def test_a_complaint_from_the_greeting_to_the_number(qingwu: System) -> None:
    citizen = Citizen(qingwu.url)
    assert "青梧12345" in citizen.greeting
    said = citizen.say("我要投诉，小区楼下的烧烤店天天半夜冒油烟，呛得睡不着")
    for _ in range(14):
        if "请您核对" in said:
            break
        if "县区" in said.splitlines()[-1]:
            assert {"梧东区", "澜水县", "青梧高新区（科学城）"} <= set(citizen.buttons())
            said = citizen.say("白鹭洲镇桐花路")
        else:
            said = citizen.say(answer_to(said))
    assert "所在县区：梧东区" in said and "白鹭洲镇" in said
    citizen.press("确认提交")
    card = citizen.card("ticket")
    assert re.fullmatch(r"QW\d{13}", card["number"])
    assert card["number"] in citizen.say(f"查一下{card['number']} {card['query_code']}")
