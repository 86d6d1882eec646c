"""The buttons of a message's page: each verb's looks and what is said after the press. Its title is its action's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# How an offer of the flow is pressed here: (move, its action) → verb.
OFFERED: Mapping[tuple[str, str], str] = {
    ("act", "accept"): "accept",
    ("act", "redirect"): "redirect",
    ("act", "answer"): "answer",
    ("act", "refer"): "refer",
    ("act", "assign"): "assign",
    ("act", "refer_up"): "refer_up",
    ("act", "receive"): "receive",
    ("act", "log_contact"): "log_contact",
    ("act", "forward"): "forward",
    ("act", "redo"): "judge",
    ("act", "close"): "judge",
    ("send_back", ""): "send_back",
    ("withdraw", ""): "withdraw",
    ("extend_request", ""): "extend",
    ("extend_grant", ""): "grant_extension",
    ("extend_refuse", ""): "refuse_extension",
    ("read", ""): "read",
    ("claim", ""): "claim",
    ("release", ""): "release",
    ("transfer", ""): "transfer",
    ("urge", ""): "urge",
    ("oversee", ""): "oversee",
    ("suspend", ""): "suspend",
    ("resume", ""): "resume",
    ("terminate", ""): "terminate",
    ("jump", ""): "jump",
    ("jump_grant", ""): "grant_jump",
    ("jump_refuse", ""): "refuse_jump",
    ("remove_assignee", ""): "remove_assignee",
}


@dataclass(frozen=True, slots=True)
class Verb:
    """``said`` is the note after the press; ``warning`` stands above the button of what cannot be taken back."""

    said: str
    icon: str = ""
    hint: str = ""
    warning: str = ""


VERBS: Mapping[str, Verb] = {
    "accept": Verb("已受理。", "circle-check"),
    "redirect": Verb("已指引其他渠道。", "directions", warning="指引后办理终止，群众会看到渠道和理由。"),
    "answer": Verb("答复已提交。", "send", warning="提交后不能撤回，请核对后再提交。"),
    "refer": Verb("已转请办理。", "arrow-forward-up"),
    "assign": Verb("已交办。", "share-3"),
    "refer_up": Verb("已提请上级交办。", "arrow-bar-to-up"),
    "receive": Verb("已接收。", "inbox"),
    "log_contact": Verb("沟通记录已保存。", "phone"),
    "send_back": Verb("已退回交办机关。", "arrow-back-up", hint="不属于本单位职责的，写明理由和依据，退回交办机关。"),
    "withdraw": Verb("已取回，仍由您办理。", "arrow-back", hint="交办机关还没有处理退回，可以取回继续办理。"),
    "extend": Verb("已申请延期，等待同意。", "calendar-plus"),
    "grant_extension": Verb("已同意延期。", "circle-check"),
    "refuse_extension": Verb("未同意延期，时限不变。", "circle-x"),
    "read": Verb("已阅。", "eye-check"),
    "claim": Verb("已由您办理，同岗位的其他人不再看到这件待办。", "hand-stop"),
    "release": Verb("已交还岗位，同岗位的人都可以办理。", "users"),
    "transfer": Verb("已转办。", "corner-up-right", hint="时限不变；责任单位不变。"),
    "forward": Verb("已反馈群众，等待评价。", "message-2"),
    "record_rating": Verb("评价已记录。", "star"),
    "judge": Verb("研判结果已记录。", "scale"),
    "urge": Verb("已催办，对方会收到通知。", "bell"),
    "oversee": Verb("督办决定已登记。", "flag"),
    "suspend": Verb("已挂起，时限停止计算。", "player-pause", hint="挂起期间时限停止计算，任何人不能办理。"),
    "resume": Verb("已恢复办理，挂起占用的时间已补足。", "player-play"),
    "terminate": Verb("已终止办理。", "ban", warning="终止后不能恢复，群众会看到理由。"),
    "jump": Verb("已申请调整环节，等待另一位业务管理员同意。", "route", hint="须经另一位业务管理员同意。"),
    "grant_jump": Verb("已同意调整环节。", "circle-check"),
    "refuse_jump": Verb("未同意调整环节。", "circle-x"),
    "remove_assignee": Verb("已减签。", "user-minus"),
    "take_back": Verb("已撤回公开，几秒钟后公众不再看到。", "eye-off"),
}
# Seldom pressed, and their choices are read from the database: the button leads to the page with its form open.
ON_DEMAND = frozenset({"transfer", "oversee"})
# What one does first stands first.
FIRST = ("grant_extension", "refuse_extension", "grant_jump", "refuse_jump", "resume")
