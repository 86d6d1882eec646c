"""What the page of one message needs: head, steps, deadline, trail, and a form behind each button the flow allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.urls import reverse

from renda.kernel import policy
from renda.kernel.deadlines import api as deadlines
from renda.kernel.deadlines.api import Due
from renda.kernel.files.api import files_of
from renda.kernel.flow import api as flow
from renda.kernel.flow import library
from renda.kernel.flow.api import Task
from renda.kernel.parties import Actor
from renda.kernel.ui import wording
from renda.kernel.ui.http import ActorRequest
from renda.kernel.ui.shapes import Press
from renda.voice.forms import FORMS, ActForm
from renda.voice.models import Assignment, Message, Rating, Stage
from renda.voice.telling import assignment_lines, contact_lines, in_order, inner_line, public_steps

# How a flow offer is pressed here: move (and action) → verb. What is not here is no button of this page.
_VERBS: Mapping[tuple[str, str], str] = {
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
    ("extend_request", ""): "extend",
    ("extend_grant", ""): "grant_extension",
    ("extend_refuse", ""): "refuse_extension",
    ("urge", ""): "urge",
    ("oversee", ""): "oversee",
}
_TITLES = {
    "accept": "受理",
    "redirect": "指引其他渠道",
    "answer": "答复",
    "refer": "转请办理",
    "assign": "交办",
    "refer_up": "提请上级交办",
    "receive": "接收",
    "send_back": "退回（不属本单位）",
    "extend": "申请延期",
    "grant_extension": "同意延期",
    "refuse_extension": "不同意延期",
    "log_contact": "记沟通",
    "forward": "反馈群众",
    "judge": "评价研判",
    "urge": "催办",
    "oversee": "登记督办决定",
    "record_rating": "代录评价",
}
_ICONS = {
    "answer": "send",
    "assign": "share-3",
    "send_back": "arrow-back-up",
    "accept": "circle-check",
    "forward": "message-2",
}
_WARNINGS = {
    "redirect": "指引后办理终止，群众会看到渠道和理由。",
    "answer": "提交后不能撤回，请核对后再提交。",
}


def presses(message: Message, actor: Actor, bound: Mapping[str, ActForm]) -> list[Press]:
    """The buttons: the flow's offers as forms, and what is open beside the flow."""
    found: dict[str, Press] = {}
    offers = flow.offered(actor, message.case_id)
    has_task = any(offer.move == "act" for offer in offers)
    for offer in offers:
        verb = _VERBS.get((offer.move, offer.action if offer.move == "act" else ""))
        if verb is None or verb in found:
            continue
        if verb in {"urge", "oversee"} and not policy.may(actor, f"message.{verb}", message.tenant_id):
            continue
        if verb == "urge" and has_task:
            continue  # nobody urges herself
        hidden = {"task_id": offer.task_id, "version": offer.version}
        if offer.request_id is not None:
            hidden = {"request_id": offer.request_id}
        found[verb] = _press(message, actor, verb, bound, primary=offer.primary, hidden=hidden)
    by_deputy = message.deputy_id == actor.party_id
    if message.stage in {Stage.RATING, Stage.CONCLUDED, Stage.PROMISE} and (
        by_deputy or policy.may(actor, "message.record_rating", message.tenant_id)
    ):
        found["record_rating"] = _press(message, actor, "record_rating", bound)
    return list(found.values())


def _press(
    message: Message,
    actor: Actor,
    verb: str,
    bound: Mapping[str, ActForm],
    *,
    primary: bool = False,
    hidden: Mapping[str, object] | None = None,
) -> Press:
    form = bound.get(verb) or FORMS[verb](message=message, actor=actor, initial=dict(hidden or {}))
    return Press(
        key=f"message.{verb}",
        title=_TITLES[verb],
        url=reverse(f"voice:message.{verb}", args=[message.pk]),
        form=form,
        primary=primary,
        icon=_ICONS.get(verb, ""),
        warning=_WARNINGS.get(verb, ""),
        is_open=verb in bound,
    )


def case_context(request: ActorRequest, message: Message, bound: Mapping[str, ActForm] | None = None) -> dict[str, Any]:
    """The page's context; ``bound``: the form that was refused, shown again with what was typed."""
    actor = request.actor
    answers = list(message.answers.select_related("organisation", "author"))
    contacts = list(message.contacts.select_related("organisation"))
    assignments = list(message.assignments.select_related("unit", "ruled_by", "proposed_unit", "assigned_by"))
    ratings = list(Rating.objects.filter(message=message))
    trail = flow.trail(message.case_id)
    return {
        "message": message,
        "steps": public_steps(message),
        "lines": in_order(
            [
                *inner_line(message, trail, answers, ratings),
                *contact_lines(contacts),
                *assignment_lines(assignments),
            ]
        ),
        "presses": presses(message, actor, bound or {}),
        "due": _due(message),
        "assignments": assignments,
        "joint": [one for one in assignments if one.role == Assignment.Role.JOINT and one.sent_back_at is None],
        "decisions": list(message.decisions.select_related("organisation")),
        "photos": list(files_of(message)),
        "may_reveal": policy.may(actor, "message.reveal", message.tenant_id)
        and bool(message.contact_name or message.contact_phone),
        "reveal_form": (bound or {}).get("reveal") or FORMS["reveal"](message=message, actor=actor),
        "live_key": f"case:{message.case_id}",
    }


def _due(message: Message) -> Due | None:
    """The present handler's due moment with its arithmetic; an extension is told as its last line."""
    if message.due_at is None or message.concluded_at is not None:
        return None
    task = Task.objects.filter(case_id=message.case_id, state="open", kind="act", due_at=message.due_at).first()
    definition = library.by_id([message.case.definition_id])[message.case.definition_id]
    node = definition.by_id.get(message.stage)
    if task is None or task.opened_at is None or node is None or node.deadline is None or not node.deadline.rule:
        return None
    due = deadlines.due(node.deadline.rule, message.tenant_id, task.opened_at)
    if due.at == message.due_at:
        return due
    line = f"经同意延期，时限改为{wording.moment(message.due_at)}。"
    return replace(due, at=message.due_at, explanation=(*due.explanation, line))
