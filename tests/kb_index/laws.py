"""A tiny folder of law texts, in the format of the public database of laws. All of them are invented."""

from __future__ import annotations

from pathlib import Path

PETS = """# 中华人民共和国某宠物管理法

2010年3月1日 第一次会议通过

2011年1月1日 施行

<!-- INFO END -->

## 第一章 总则

第一条 为了规范宠物饲养，制定本法。

第二条 本法所称宠物，是指家庭饲养的犬、猫。

## 第二章 饲养

第三条 饲养烈性犬的，应当向公安机关申请养犬登记证，并每年接种狂犬病疫苗。

携带烈性犬出户的，应当用犬绳牵引，并戴嘴套。

第三条之一 违反前条规定不牵犬绳的，处五百元罚款。

第四条 本法自2011年1月1日起施行。《某养犬暂行条例》同时废止。
"""
"""A law in force; it ends with the sentence that repeals ``REPEALED``."""
OLD_PETS = (
    PETS.replace("五百元", "五十元").replace("2010年3月1日", "2001年3月1日").replace("2011年", "2002年")
)
"""An older version of ``PETS``."""
REPEALED = """# 某养犬暂行条例

1990年1月1日 国务院发布

<!-- INFO END -->

第一条 养犬登记证由街道办事处发放，不牵犬绳的处五元罚款。
"""
"""Regulations that ``PETS`` repeals."""
WITHDRAWN = """# 某蜂蜜管理办法

1995年5月1日 发布　已废止

<!-- INFO END -->

第一条 蜂蜜罐头的瓶盖应当使用铁皮。
"""
"""A text that is itself marked as repealed (已废止)."""
RULES = """# 某渡船乘坐规定

2015年6月1日 某部令第9号公布

<!-- INFO END -->

第一条 乘坐渡船的旅客应当穿救生衣，渡船超员的，旅客可以拒绝乘坐。
"""
"""Rules of a ministry, in force."""
ELSEWHERE = """# 上海市某共享单车停放条例

2018年1月1日 通过

<!-- INFO END -->

第一条 共享单车应当停放在白线以内，乱停放共享单车的，由企业在两小时内清理。
"""
"""Regulations of another city."""
LATER = PETS.replace("五百元", "九百元").replace("2011年1月1日 施行", "2999年1月1日 施行")
"""A version of ``PETS`` that is not in force yet."""


def write_laws(folder: Path) -> Path:
    """Writes the texts into ``folder / "laws"``."""
    laws = folder / "laws"
    texts = {
        "社会法/某宠物管理法(2010-03-01).md": PETS,
        "社会法/某宠物管理法(2001-03-01).md": OLD_PETS,
        "社会法/某宠物管理法(2024-01-01).md": LATER,
        "行政法规/某养犬暂行条例(1990-01-01).md": REPEALED,
        "行政法规/某蜂蜜管理办法(1995-05-01).md": WITHDRAWN,
        "部门规章/某部/某渡船乘坐规定(2015-06-01).md": RULES,
        "地方性法规/上海市某共享单车停放条例(2018-01-01).md": ELSEWHERE,
    }
    for name, text in texts.items():
        path = laws / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return laws
