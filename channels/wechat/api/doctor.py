"""``wenban wechat doctor``: checks each account step by step, and says in Chinese what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import time
from uuid import uuid4

import aiohttp

from channels.wechat.api.client import Client
from channels.wechat.api.crypto import signature
from channels.wechat.api.errors import PlatformError, Refused
from core.database import Database
from core.settings import Settings
from core.wechat_accounts import WeChatAccount

_KINDS = {"service": "服务号", "subscription": "订阅号", "mini_program": "小程序"}
_MODES = {"plain": "明文模式", "compatible": "兼容模式", "safe": "安全模式"}
_WORDS = {
    40013: "AppID 不对：请核对公众平台“设置与开发 → 基本配置”里的 AppID。",
    40125: "AppSecret 不对：请在公众平台重置 AppSecret，写入 app_secret 后重启。",
    40001: "AppSecret 不对，或者不是这个 AppID 的：请核对后重启。",
    40164: "本机的出口 IP 不在白名单：请在公众平台“基本配置 → IP 白名单”里加上报错里写的 IP。",
    40243: "AppSecret 被冻结：请在公众平台解冻。",
    45009: "今天的接口调用次数用完了：明天自动恢复，也可以在公众平台申请清零。",
    48001: "这个账号没有这项接口权限（多半是没有认证）：认证后再试，或者设 customer_service 为 false 只用被动回复。",
    50002: "账号被封禁或者受限：请登录公众平台查看通知。",
    65400: "没有开通新版客服功能：不影响收发，只是发送结果不明时查不了聊天记录。",
    -1: "微信平台繁忙：过几分钟再试。",
}


@dataclass(frozen=True)
class Finding:
    """The result of one step.

    Args:
        step: name of the step.
        good: whether the step passed; None when that can't be known, or is not important.
        words: what was found, and what to do about it.
    """

    step: str
    good: bool | None
    words: str


def explain(error: PlatformError) -> str:
    """What an administrator has to do about a failed call, in Chinese."""
    if isinstance(error, Refused):
        return f"{_WORDS.get(error.number, '微信平台拒绝了。')}（{error.number} {error.words}）"
    return (
        f"连不上微信平台：请检查本机能否访问外网、DNS、防火墙和 WENBAN_WECHAT_API_BASE。（{error.message}）"
    )


async def examine(settings: Settings, account: WeChatAccount, database: Database) -> AsyncIterator[Finding]:
    """Check one account. Each result is returned as soon as it is known."""
    yield Finding(
        "配置",
        True,
        f"{_KINDS[account.kind]}，AppID {account.app_id}，{_MODES[account.mode]}"
        + ("，旧密钥还留着，换完请删掉 previous_aes_key" if account.previous_aes_key else ""),
    )
    if account.mode != "safe":
        yield Finding("加密", None, f"现在是{_MODES[account.mode]}，正式使用请改成安全模式。")
    yield await _address(settings)
    yield await _entrance(settings, account)
    if not account.app_secret:
        yield Finding(
            "接口",
            None,
            "没有配置 app_secret：只用被动回复。回答慢了要等群众再发一句才能看到，坐席的话也一样。",
        )
        return
    async with Client(account, database, settings.wechat_api_base) as client:
        try:
            await client.tokens.get()
        except PlatformError as error:
            yield Finding("access_token", False, explain(error))
            return
        yield Finding("access_token", True, "拿到了，AppID 和 AppSecret 没有问题。")
        try:
            found = await client.call("/cgi-bin/get_api_domain_ip", None)
            yield Finding("接口", True, f"能调用，微信平台给出 {len(found.get('ip_list', []))} 个接口地址。")
        except PlatformError as error:
            yield Finding("接口", False, explain(error))
        if not account.customer_service:
            yield Finding("客服消息", None, "customer_service 是 false：不主动发消息。")
        else:
            yield await _service(client)
        if account.kind != "mini_program":
            yield await _menu(client)
    if account.notice is None:
        yield Finding(
            "进度通知", None, "没有配置 notice：工单进度在会话里告诉群众，超过 48 小时要等他再发消息。"
        )
    else:
        yield Finding("进度通知", True, f"用模板 {account.notice.template_id}。")


async def _address(settings: Settings) -> Finding:
    if not settings.public_url:
        return Finding("公网地址", None, "没有设 WENBAN_PUBLIC_URL：回复里没有“全文”链接。")
    if not settings.public_url.startswith("https://"):
        return Finding("公网地址", None, f"{settings.public_url} 不是 https，微信里打开会有提示。")
    return Finding("公网地址", True, settings.public_url)


async def _entrance(settings: Settings, account: WeChatAccount) -> Finding:
    """Call our own address as the platform would, and check the answer."""
    base = settings.public_url or settings.app_url
    url = f"{base.rstrip('/')}/wechat/{account.name}"
    timestamp, nonce, echo = str(int(time())), uuid4().hex[:10], uuid4().hex
    query = {
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": echo,
        "signature": signature(account.token, timestamp, nonce),
    }
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
            session.get(url, params=query, allow_redirects=False) as response,
        ):
            status, body = response.status, await response.text()
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        return Finding(
            "服务器地址",
            False,
            f"{url} 打不开（{type(error).__name__}）：问办在运行吗？反向代理转发 /wechat/ 了吗？",
        )
    if status == 200 and body == echo:
        return Finding("服务器地址", True, f"{url} 按微信的方式验证通过，公众平台里就填这个地址。")
    if status == 403:
        return Finding(
            "服务器地址", False, f"{url} 验证不通过：运行中的问办用的是别的 Token，或者两边时钟差得太多。"
        )
    if status == 404:
        return Finding("服务器地址", False, f"{url} 没有这个账号：改过 WENBAN_WECHAT_ACCOUNTS 以后重启了吗？")
    return Finding("服务器地址", False, f"{url} 回答了 {status}：请检查反向代理，路径和参数要原样转发。")


async def _service(client: Client) -> Finding:
    """Whether the account may send customer-service messages. It is tried with a made-up openid."""
    try:
        await client.typing("o-doctor-nobody")
    except Refused as error:
        if error.number in Refused.NOT_ALLOWED:
            return Finding("客服消息", False, explain(error))
    except PlatformError as error:
        return Finding("客服消息", False, explain(error))
    # Any other refusal is about the made-up openid, so the account has the permission.
    return Finding("客服消息", True, "有权限：回答慢了、坐席的话都能主动发给群众。")


async def _menu(client: Client) -> Finding:
    try:
        await client.call("/cgi-bin/menu/get", None)
    except Refused as error:
        if error.number == 46003:
            return Finding("菜单", None, "还没有菜单：运行 wenban wechat menu push。")
        return Finding("菜单", None, explain(error))
    except PlatformError as error:
        return Finding("菜单", None, explain(error))
    return Finding("菜单", True, "有菜单。")
