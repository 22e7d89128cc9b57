"""What is doubtful about a department's answer, and what reads well."""

from __future__ import annotations

import pytest

from tickets.models import TicketRow
from tickets.replies import warnings

MATTER = TicketRow(content="小区门口的路灯坏了三天了，晚上老人出门看不见路。", subject="")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("您反映的小区门口路灯已于 11 月 29 日更换灯泡，恢复照明。", []),
        ("经现场查看，路灯线路被施工挖断，计划 12 月 5 日前修好。", []),
        ("路灯属物业产权，已督促物业公司三个工作日内修好，我们会再去看。", []),
        ("已转。", ["short", "off_matter"]),
        ("您反映的路灯问题已转相关部门处理，感谢您的来电。", ["boilerplate"]),
        ("路灯的事已反馈至辖区单位，相关部门会尽快处理。", ["boilerplate", "no_date"]),
        ("感谢您对政府工作的支持和理解，祝您生活愉快身体健康。", ["off_matter"]),
        ("经核实，小区门口的路灯确有损坏，我们将尽快安排人员维修。", ["no_date"]),
        ("小区门口的路灯已于昨天修好，住 3 栋的报修人电话 13855440013 已经回访。", ["personal"]),
    ],
)
async def test_an_answer_is_warned_about(text: str, codes: list[str]) -> None:
    assert [one.code for one in await warnings(MATTER, text)] == codes
