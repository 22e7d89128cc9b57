"""The WeChat accounts, as ``WENBAN_WECHAT_ACCOUNTS`` lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field, field_validator


class WeChatNotice(BaseModel):
    """The template message (模板消息) or subscription message (订阅消息) about the progress of a ticket."""

    kind: Literal["template", "subscribe"] = Field(
        "template", description="模板消息 of a service account, or 订阅消息 of a mini program or account."
    )
    template_id: str = Field(min_length=1, description="The template's id as the platform shows it.")
    fields: dict[str, str] = Field(
        description="The template's fields; {number}, {state}, {text} and {time} are filled in."
    )
    lasting: bool = Field(
        False, description="The template is 长期订阅: one consent is good for any number of messages."
    )
    page: str = Field("", description="Page of the mini program it opens; empty: the hotline's own address.")

    @field_validator("fields")
    @classmethod
    def _known(cls, fields: dict[str, str]) -> dict[str, str]:
        for value in fields.values():
            try:
                value.format(number="", state="", text="", time="")
            except (KeyError, IndexError, ValueError):
                raise ValueError(f"“{value}”里只能用 {{number}}、{{state}}、{{text}}、{{time}}") from None
        return fields


class WeChatAccount(BaseModel):
    """One WeChat account. The platform sends its messages to ``/wechat/<name>``."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$", description="Path segment and stable key of the account."
    )
    kind: Literal["service", "subscription", "mini_program"] = Field(
        "service", description="服务号, 订阅号 or 小程序."
    )
    app_id: str = Field(min_length=1, description="AppID as the platform shows it.")
    token: str = Field(min_length=3, max_length=32, description="Token of the message push configuration.")
    aes_key: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9]{43}$",
        description="EncodingAESKey, 43 characters; needed in compatible and safe mode.",
    )
    previous_aes_key: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9]{43}$",
        description="The former EncodingAESKey while a change is under way.",
    )
    mode: Literal["plain", "compatible", "safe"] = Field(
        "plain", description="明文, 兼容 or 安全模式, as chosen on the platform."
    )
    app_secret: str | None = Field(
        None, description="AppSecret; with it answers that take longer are sent as customer-service messages."
    )
    customer_service: bool = Field(
        True, description="Whether the account may send customer-service messages (客服消息)."
    )
    msgmenu: bool = Field(
        True, description="Whether choices may go out as a menu to tap (msgmenu); a numbered list otherwise."
    )
    notice: WeChatNotice | None = Field(None, description="What a ticket's progress is told with.")

    @property
    def pushes(self) -> bool:
        """Whether the account may push: send messages by itself, and not only in answers to a citizen's message."""
        return bool(self.app_secret) and self.customer_service


def check(accounts: Sequence[WeChatAccount]) -> None:
    """Check what no account shows by itself alone, or that one part of it needs another part.

    Raises:
        ValueError: two accounts have the same name, or one lacks what its kind or mode needs.
    """
    names = [account.name for account in accounts]
    if len(set(names)) != len(names):
        raise ValueError("两个账号的 name 一样")
    for account in accounts:
        if account.mode != "plain" and account.aes_key is None:
            raise ValueError(f"账号 {account.name} 的 mode 是 {account.mode}，必须填写 aes_key")
        if account.kind == "mini_program" and not account.pushes:
            raise ValueError(f"账号 {account.name} 是小程序，只能通过接口回复，必须填写 app_secret")
