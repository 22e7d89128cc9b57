"""All that can be done at the desk, as the audit names it. Each route declares one of these to the guard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "", "account", "conversation", "photo", "ticket", "questions", "request", "canned", "call", "callback"
]
"""What an act is about; empty for lists and for what is about nobody."""
KINDS: dict[str, str] = {
    "account": "账号",
    "conversation": "会话",
    "photo": "照片",
    "ticket": "工单",
    "questions": "一组问题",
    "request": "个人信息请求",
    "canned": "常用语",
    "call": "来电",
    "callback": "约定回电",
}
"""Kind → its name for people."""


@dataclass(frozen=True)
class Act:
    """Something that can be done at the desk.

    Args:
        name: name in the table, at most 40 characters. It must not change, because old records have it.
        words: name for people.
        of: what it is about.
        part: part of the route's address that names this object, such as ``id``; empty for none.
        when: when the guard records it: ``after`` the handler, with its result and before anything is sent; ``before``
            the handler, because that sends its answer itself; only when it is ``refused``.
    """

    name: str
    words: str
    of: Kind = ""
    part: str = ""
    when: Literal["after", "before", "refused"] = "after"


SIGN_IN = Act("sign_in", "登录", "account")
SIGN_IN_CODE = Act("sign_in_code", "登录（动态码）", "account")
SIGN_IN_OIDC = Act("sign_in_oidc", "用单位账号登录", "account")
# Both are asked before anybody is known, and tell nothing of anybody.
SIGN_IN_WAYS = Act("sign_in_ways", "查看登录方式", when="refused")
GO_TO_ISSUER = Act("go_to_issuer", "去单位的登录系统", when="refused")
SIGN_OUT = Act("sign_out", "退出")
# Each page asks who is signed in. The answer tells accounts about themselves only.
WHO_AM_I = Act("who_am_i", "查看自己的账号", when="refused")
# The page says so once a minute while somebody uses it.
STAY = Act("stay", "还在使用", when="refused")
CHANGE_PASSWORD = Act("change_password", "修改密码")
OWN_SESSIONS = Act("own_sessions", "查看自己登录的设备")
END_OTHERS = Act("end_others", "退出其他设备")
SEE_SECOND_FACTOR = Act("see_second_factor", "查看两步验证")
BEGIN_SECOND_FACTOR = Act("begin_second_factor", "开始设置两步验证")
CONFIRM_SECOND_FACTOR = Act("confirm_second_factor", "设好两步验证")
NEW_RECOVERY_CODES = Act("new_recovery_codes", "重新生成恢复码")

LIST_ACCOUNTS = Act("list_accounts", "查看账号")
ADD_ACCOUNT = Act("account_add", "新建账号", "account")
CHANGE_ACCOUNT = Act("account_change", "修改账号", "account", "id")
CLOSE_ACCOUNT = Act("account_close", "停用账号", "account", "id")
OPEN_ACCOUNT = Act("account_open", "重新启用账号", "account", "id")
RESET_PASSWORD = Act("account_password", "重置密码", "account", "id")
REMOVE_SECOND_FACTOR = Act("account_second", "取消两步验证", "account", "id")

LIST_CONVERSATIONS = Act("list_conversations", "查看会话列表")
OPEN_CONVERSATION = Act("open_conversation", "打开会话", "conversation", "id")
READ_EVENTS = Act("read_events", "查看会话经过", "conversation", "id")
TAKE = Act("take", "接入会话", "conversation", "id")
SAY = Act("say", "回复群众", "conversation", "id")
HAND_BACK = Act("hand_back", "交还机器人", "conversation", "id")
TRANSFER = Act("transfer", "转接会话", "conversation", "id")
TAKE_OVER = Act("take_over", "接手会话", "conversation", "id")
CLOSE = Act("close", "结束会话", "conversation", "id")
LIST_AGENTS = Act("list_agents", "查看同事名单")
SET_PRESENCE = Act("set_presence", "切换在线状态")
SET_CAPACITY = Act("set_capacity", "设置同时接待几个", "account", "id")
CLOSE_MANY = Act("close_many", "批量结束会话", "conversation")
WATCH = Act("watch", "打开实时会话", when="before")
REVEAL_CONVERSATION = Act("reveal_conversation", "查看会话里的号码", "conversation", "id")
LIST_REASONS = Act("list_reasons", "查看原因清单", when="refused")
LIST_REVEALS = Act("list_reveals", "查看查看记录")
REVEAL_MORE = Act("reveal_more", "加查看次数", "account")
LIST_RIGHTS = Act("list_rights", "查看个人信息请求")
END_RIGHTS = Act("end_rights", "办结个人信息请求", "request", "id")
SEE_PHOTO = Act("see_photo", "查看会话照片", "photo", "id")

LIST_TICKETS = Act("list_tickets", "查看工单列表")
COUNT_TICKETS = Act("count_tickets", "查看工单数量")
OPEN_TICKET = Act("open_ticket", "打开工单", "ticket", "number")
SEE_TICKET_PHOTO = Act("see_ticket_photo", "查看工单照片", "ticket", "number")
REVEAL_CONTACT = Act("reveal_contact", "查看联系方式", "ticket", "number")

EXPORT_TICKETS = Act("export_tickets", "导出工单")
PRINT_TICKET = Act("print_ticket", "打印工单", "ticket", "number")
TICKET_TEMPLATE = Act("ticket_template", "下载导入模板")
IMPORT_TICKETS = Act("import_tickets", "导入工单")
MOVE_TICKET = Act("move_ticket", "办理工单", "ticket", "number")
# Each ticket of the batch has a record of its own, beside the one of the request.
DISPATCH_TICKETS = Act("dispatch_tickets", "批量派单", "ticket")
LIST_DEPARTMENTS = Act("list_departments", "查看承办单位名单")

READ_MATTER = Act("read_matter", "查看会话里待登记的内容", "conversation", "id")
READ_STORY = Act("read_story", "识别诉求内容")
FIND_LIKE = Act("find_like", "查找可能重复的工单")
# The record that is written with the ticket names it; this one, of a refusal, names nothing.
FILE_TICKET = Act("file_ticket", "登记工单", "ticket")
EDIT_TICKET = Act("edit_ticket", "修改工单", "ticket", "number")

LIST_PHONE_CALLS = Act("list_phone_calls", "查看来电记录")
NOTE_PHONE_CALL = Act("note_phone_call", "登记来电")
ANSWER_PHONE_CALL = Act("answer_phone_call", "接听或结束来电", "call", "id")
OPEN_PHONE_CALL = Act("open_phone_call", "打开来电", "call", "id")
SEE_CALLER = Act("see_caller", "查看来电人的工单")
PHONE_FIGURES = Act("phone_figures", "查看接通率")
LIST_CALLBACKS = Act("list_callbacks", "查看约定回电")
ADD_CALLBACK = Act("add_callback", "登记约定回电")
REVEAL_CALLBACK = Act("reveal_callback", "查看回电号码", "callback", "id")
END_CALLBACK = Act("end_callback", "办结约定回电", "callback", "id")

LIST_CALLS = Act("list_calls", "查看回访电话单")
CALL_FIGURES = Act("call_figures", "查看回访情况")
LIST_VIEWS = Act("list_views", "查看常用视图")
SAVE_VIEW = Act("save_view", "存常用视图")
REMOVE_VIEW = Act("remove_view", "删除常用视图")

SEE_BESIDE = Act("see_beside", "查看会话旁栏", "conversation", "id")
# While an agent types, the page saves once a second; what is sent has a record of its own.
SAVE_DRAFT = Act("save_draft", "存草稿", "conversation", "id", when="refused")
DROP_DRAFT = Act("drop_draft", "删掉同事没发出的话", "conversation", "id")
NOTE = Act("note", "写内部备注", "conversation", "id")
TAG = Act("tag", "改会话标签", "conversation", "id")
SUGGEST = Act("suggest", "查看建议答复", "conversation", "id")
LIST_CANNED = Act("list_canned", "查看常用语")
ADD_CANNED = Act("canned_add", "新建常用语")
CHANGE_CANNED = Act("canned_change", "修改常用语", "canned", "id")
REMOVE_CANNED = Act("canned_remove", "删除常用语", "canned", "id")

PARTNER_TROUBLES = Act("partner_troubles", "查看对接系统的故障")

SEE_KNOWLEDGE = Act("see_knowledge", "查看知识库状态")
TRY_QUESTION = Act("try_question", "试问")
LIST_GAPS = Act("list_gaps", "查看没答好的问题")
OPEN_GAP = Act("open_gap", "打开一组问题", "questions", "group")
DISMISS_GAP = Act("dismiss_gap", "忽略一组问题", "questions", "group")
REOPEN_GAP = Act("reopen_gap", "重新列出一组问题", "questions", "group")
DRAFT_ENTRY = Act("draft_entry", "起草条目", "questions", "group")

READ_AUDIT = Act("read_audit", "查看审计")
EXPORT_AUDIT = Act("export_audit", "导出审计", when="before")
BEGIN_SEALING = Act("begin_sealing", "开始封存审计")

ACTS: dict[str, Act] = {act.name: act for act in list(globals().values()) if isinstance(act, Act)}
"""Name of an act → the act."""
