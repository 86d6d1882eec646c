"""What the page of one message needs: head, steps, deadline, trail, and a form behind each button the flow allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from renda.kernel import policy
from renda.kernel.deadlines import api as deadlines
from renda.kernel.deadlines.api import Due
from renda.kernel.files.api import files_of
from renda.kernel.flow import api as flow
from renda.kernel.flow import library
from renda.kernel.flow.api import Task
from renda.kernel.flow.models import PendingRequest
from renda.kernel.parties import Actor
from renda.kernel.ui import wording
from renda.kernel.ui.http import ActorRequest
from renda.kernel.ui.shapes import Press
from renda.voice.forms import FORMS, ActForm
from renda.voice.models import Assignment, Channel, Message, Rating, Stage
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
    ("read", ""): "read",
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
    "record_rating": "代录群众评价",
    "read": "已阅",
}
# What one does first stands first.
_FIRST = ("grant_extension", "refuse_extension")
_ICONS = {
    "answer": "send",
    "assign": "share-3",
    "send_back": "arrow-back-up",
    "accept": "circle-check",
    "forward": "message-2",
    "grant_extension": "circle-check",
    "read": "eye-check",
    "urge": "bell",
    "oversee": "flag",
}
# What the clock runs for: 2026年9月12日 前答复.
_DUE_VERBS = {
    Stage.VET: "审核",
    Stage.DEPUTY: "答复或转请办理",
    Stage.STATION: "答复或报请交办",
    Stage.OFFICE: "交办",
    Stage.UNIT: "答复",
    Stage.DELIVER: "反馈群众",
    Stage.JUDGE: "研判",
}
_WARNINGS = {
    "redirect": "指引后办理终止，群众会看到渠道和理由。",
    "answer": "提交后不能撤回，请核对后再提交。",
}


def presses(
    message: Message,
    actor: Actor,
    bound: Mapping[str, ActForm],
    offers: Sequence[flow.Offer],
    assignments: Sequence[Assignment] = (),
    ratings: Sequence[Rating] = (),
) -> list[Press]:
    """The buttons: the flow's offers as forms, and what is open beside the flow."""
    found: dict[str, Press] = {}
    to_act_on = {offer.task_id for offer in offers if offer.move == "act"}
    running = [one for one in assignments if one.sent_back_at is None and one.answered_at is None]
    for offer in offers:
        verb = _VERBS.get((offer.move, offer.action if offer.move == "act" else ""))
        if verb is None or verb in found:
            continue
        if verb in {"urge", "oversee"} and not policy.may(actor, f"message.{verb}", message.tenant_id):
            continue
        if verb == "urge" and to_act_on:
            continue  # nobody urges herself
        if verb == "read" and offer.task_id in to_act_on:
            continue  # to act on it is to have read it
        if verb == "receive" and any(one.unit_id == message.lead_unit_id and one.received_at for one in running):
            continue  # received is received
        hidden = {"task_id": offer.task_id, "version": offer.version}
        if offer.request_id is not None:
            hidden = {"request_id": offer.request_id}
        primary = offer.primary or verb == "grant_extension"
        found[verb] = _press(message, actor, verb, bound, primary=primary, hidden=hidden)
    mine = {post.organisation_id for post in actor.posts}
    if "log_contact" not in found and any(
        one.unit_id in mine and one.unit_id != message.lead_unit_id for one in running
    ):
        found["log_contact"] = _press(message, actor, "log_contact", bound)
    if _may_rate(message, actor, ratings):
        found["record_rating"] = _press(message, actor, "record_rating", bound)
    return sorted(found.values(), key=lambda press: press.key.removeprefix("message.") not in _FIRST)


def _may_rate(message: Message, actor: Actor, ratings: Sequence[Rating]) -> bool:
    """Whether this side has not rated the last answer yet, and this actor may speak for it."""
    if message.stage not in {Stage.RATING, Stage.CONCLUDED, Stage.PROMISE} or message.answered_at is None:
        return False
    by_deputy = message.deputy_id == actor.party_id
    side = Rating.By.DEPUTY if by_deputy else Rating.By.CONSTITUENT
    if any(rating.by == side and rating.rated_at >= message.answered_at for rating in ratings):
        return False
    return by_deputy or (
        message.stage == Stage.RATING and policy.may(actor, "message.record_rating", message.tenant_id)
    )


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
    has_form = bool(form.visible_fields()) or verb in bound
    rates_herself = verb == "record_rating" and message.deputy_id == actor.party_id
    return Press(
        key=f"message.{verb}",
        title="代表评价" if rates_herself else _TITLES[verb],
        url=reverse(f"voice:message.{verb}", args=[message.pk]),
        form=form if has_form else None,
        primary=primary,
        icon=_ICONS.get(verb, ""),
        hidden={} if has_form else dict(hidden or {}),
        warning=_WARNINGS.get(verb, ""),
        is_open=verb in bound,
    )


def case_context(request: ActorRequest, message: Message, bound: Mapping[str, ActForm] | None = None) -> dict[str, Any]:
    """The page's context; ``bound``: the form that was refused, shown again with what was typed."""
    actor = request.actor
    # What cannot be there yet is not asked for.
    is_assigned, is_answered = message.assigned_at is not None, message.answered_at is not None
    answers = list(message.answers.select_related("organisation", "author")) if is_answered else []
    contacts = list(message.contacts.select_related("organisation"))
    assignments = list(_assignments(message)) if is_assigned else []
    ratings = list(Rating.objects.filter(message=message)) if is_answered else []
    case = flow.view(actor, message.case_id, subject=message)
    return {
        "message": message,
        "steps": public_steps(message),
        "lines": in_order(
            [
                *inner_line(message, case.trail, answers, ratings),
                *contact_lines(contacts),
                *assignment_lines(assignments),
            ]
        ),
        "presses": presses(message, actor, bound or {}, case.offers, assignments, ratings),
        "due": _due(message, case.tasks),
        "due_verb": _DUE_VERBS.get(Stage(message.stage), "办结"),
        "extensions": _extensions(message, case.requests),
        "assignments": assignments,
        "joint": [one for one in assignments if one.role == Assignment.Role.JOINT and one.sent_back_at is None],
        "decisions": list(message.decisions.select_related("organisation")) if message.case.overseen_at else [],
        "photos": list(files_of(message)),
        "may_reveal": policy.may(actor, "message.reveal", message.tenant_id)
        and bool(message.contact_name or message.contact_phone),
        "reveal_form": (bound or {}).get("reveal") or FORMS["reveal"](message=message, actor=actor),
        "receipt_word": _receipt_word(message, actor),
        "live_key": f"case:{message.case_id}",
    }


def _assignments(message: Message) -> QuerySet[Assignment]:
    return message.assignments.select_related("unit", "ruled_by", "proposed_unit", "assigned_by")


def _extensions(message: Message, requests: Sequence[PendingRequest]) -> list[PendingRequest]:
    """Extensions that are asked for and not decided yet."""
    if message.stage != Stage.UNIT:
        return []
    return [request for request in requests if request.kind == "extend" and request.state == "pending"]


def _receipt_word(message: Message, actor: Actor) -> str:
    """The query word, for who registered the message in the constituent's name and has to tell it."""
    registered = message.channel in {Channel.DESK, Channel.TELEPHONE, Channel.PAPER}
    may_tell = registered and policy.may(actor, "message.register", message.tenant_id)
    return message.query_word if may_tell else ""


def _due(message: Message, tasks: Sequence[Task]) -> Due | None:
    """The present handler's due moment with its arithmetic; an extension is told as its last line."""
    if message.due_at is None or message.concluded_at is not None:
        return None
    running = (one for one in tasks if one.state == "open" and one.kind == "act" and one.due_at == message.due_at)
    task = next(running, None)
    definition = library.by_id([message.case.definition_id])[message.case.definition_id]
    node = definition.by_id.get(message.stage)
    if task is None or task.opened_at is None or node is None or node.deadline is None or not node.deadline.rule:
        return None
    due = deadlines.due(node.deadline.rule, message.tenant_id, task.opened_at)
    if due.at == message.due_at:
        return due
    line = f"经同意延期，时限改为{wording.moment(message.due_at)}。"
    return replace(due, at=message.due_at, explanation=(*due.explanation, line))
