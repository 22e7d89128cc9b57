"""The account's menu: reads the editors' YAML, checks the platform's rules, and makes the platform's JSON.

The rules: https://developers.weixin.qq.com/doc/service/api/custommenu/api_createcustommenu.html
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from channels.wechat.message import SAY
from core.errors import ConfigurationError
from core.expected import expected
from core.mishaps import in_words
from core.settings import ROOT

DEFAULT = ROOT / "channels" / "wechat" / "menu.yml"
"""Path of the menu that is checked and pushed unless another file is named."""
MAX_TOP, MAX_BELOW = 3, 5
"""Most buttons of the menu, and most buttons below one of them."""
_MAX_KEY = 128
"""Most bytes of a button's key."""


class _MiniProgram(BaseModel):
    model_config = ConfigDict(extra="forbid")
    app_id: str = Field(min_length=1)
    page: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://")


class _Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    say: str | None = None
    url: str | None = Field(None, pattern=r"^https?://", max_length=1024)
    mini_program: _MiniProgram | None = None

    _ways: ClassVar[tuple[str, ...]] = ("say", "url", "mini_program")
    _longest: ClassVar[int] = 60

    @model_validator(mode="after")
    def _check(self) -> _Leaf:
        if len(self.name.encode()) > self._longest:
            raise ValueError(f"“{self.name}”太长了，这里最多 {self._longest // 3} 个汉字")
        if sum(bool(getattr(self, way)) for way in self._ways) != 1:
            raise ValueError(f"“{self.name}”要写 {'、'.join(self._ways)} 里的一个，也只能写一个")
        if self.say and len((SAY + self.say).encode()) > _MAX_KEY:
            raise ValueError(f"“{self.name}”的 say 太长了，最多 {(_MAX_KEY - len(SAY)) // 3} 个汉字")
        return self

    def to_json(self) -> dict[str, Any]:
        if self.say:
            return {"type": "click", "name": self.name, "key": SAY + self.say}
        if self.url:
            return {"type": "view", "name": self.name, "url": self.url}
        assert self.mini_program is not None
        mini = self.mini_program
        return {
            "type": "miniprogram",
            "name": self.name,
            "url": mini.url,
            "appid": mini.app_id,
            "pagepath": mini.page,
        }


class _Top(_Leaf):
    buttons: Annotated[list[_Leaf] | None, Field(min_length=1, max_length=MAX_BELOW)] = None

    _ways: ClassVar[tuple[str, ...]] = ("say", "url", "mini_program", "buttons")
    _longest: ClassVar[int] = 16

    def to_json(self) -> dict[str, Any]:
        if self.buttons:
            return {"name": self.name, "sub_button": [one.to_json() for one in self.buttons]}
        return super().to_json()


_MENU: TypeAdapter[list[_Top]] = TypeAdapter(Annotated[list[_Top], Field(min_length=1, max_length=MAX_TOP)])


def read(path: Path) -> dict[str, Any]:
    """The menu in a file, in the form that the platform takes.

    Raises:
        ConfigurationError: the file can't be read, or a button breaks a rule. The message names the button.
    """
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path} 不能当菜单读：{in_words(error) or '不是正确的 YAML'}") from error
    try:
        menu = _MENU.validate_python(found)
    except ValidationError as error:
        lines = [f"{_place(one['loc'])}：{expected(one)}" for one in error.errors()]
        raise ConfigurationError(f"{path} 有错：\n  " + "\n  ".join(lines)) from error
    return {"button": [one.to_json() for one in menu]}


def _place(path: tuple[int | str, ...]) -> str:
    return " › ".join(f"第 {step + 1} 项" if isinstance(step, int) else step for step in path) or "菜单"
