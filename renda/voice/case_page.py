"""What the page of one message needs: head, steps, deadline, trail, and a form behind each button the flow allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from renda.kernel import policy
from renda.kernel.actions.api import ACTIONS
from renda.kernel.files.api import files_of
from renda.kernel.flow import api as flow
from renda.kernel.flow.api import CaseView, TaskDue
from renda.kernel.flow.models import PendingRequest
from renda.kernel.parties import Actor
from renda.kernel.public_zone import api as public_zone
from renda.kernel.ui.http import ActorRequest
from renda.voice.actions.publishing import obstacle_to_publishing
from renda.voice.forms import ActForm, form_for
from renda.voice.models import BY_A_CLERK, Assignment, Joiner, Message, Publication, Stage
from renda.voice.presses import Buttons
from renda.voice.telling import audience, public_steps
from renda.voice.trail import Record
from renda.voice.watching import marked, waiting

LATEST_JOINERS = 20
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


def case_context(request: ActorRequest, message: Message, bound: Mapping[str, ActForm] | None = None) -> dict[str, Any]:
    """The page's context; ``bound``: the form that was refused, shown again with what was typed."""
    actor, bound = request.actor, bound or {}
    record, case = Record.of(message), flow.view(actor, message.case, subject=message)
    return {
        "message": message,
        "steps": public_steps(message),
        "lines": record.trail(case),
        "presses": Buttons(
            message, actor, case, record.assignments, record.ratings, bound, request.GET.get("act", "")
        ).presses(),
        "due": _due(message, case),
        "due_verb": _DUE_VERBS.get(Stage(message.stage), "办结"),
        "requests": _requests(case),
        "joint": [one for one in record.assignments if one.role == Assignment.Role.JOINT and one.sent_back_at is None],
        "decisions": list(message.decisions.select_related("organisation")) if message.case.overseen_at else [],
        "photos": list(files_of(message)) if message.may_have("photos") else [],
        "hints": _hints(message),
        "held": _held(message),
        "audience": audience(message),
        "looks": _looks(message, actor, bound),
        "publicity": _publicity(message, actor, bound),
        "receipt_word": _receipt_word(message, actor),
        "live_key": f"case:{message.case_id}",
    }


def _hints(message: Message) -> dict[str, Any]:
    """What the system proposes for whoever decides next: everything to the vetter, units to the assigner."""
    if message.stage == Stage.VET:
        return dict(message.proposal)
    return {"units": message.proposal.get("units", [])} if message.stage == Stage.OFFICE else {}


def _held(message: Message) -> dict[str, Any] | None:
    """The words that hold it, and its text with them marked, for whoever vets."""
    hold = waiting(message)
    if hold is None or message.is_sealed:
        return None
    return {"words": hold.words, "body": marked(message.body, hold.words)}


def _looks(message: Message, actor: Actor, bound: Mapping[str, ActForm]) -> list[tuple[str, str, ActForm]]:
    """What is kept back and this actor may look at with a reason: title, address, form."""
    open_to_her = [
        ("reveal", "message.reveal", message.may_have("address")),
        ("read_sealed", "message.view_sealed", message.is_sealed),
        ("reveal_joiners", "message.reveal", bool(message.counted("joined"))),
    ]
    return [
        (
            ACTIONS[f"message.{verb}"].title,
            reverse(f"voice:message.{verb}", args=[message.pk]),
            bound.get(verb) or form_for(verb, message, actor),
        )
        for verb, permission, is_there in open_to_her
        if is_there and policy.may(actor, permission, message.tenant_id)
    ]


def _publicity(message: Message, actor: Actor, bound: Mapping[str, ActForm]) -> dict[str, Any] | None:
    """What is public of it and who joined; nothing to say of a message that its writer keeps to herself."""
    public: Publication | None = getattr(message, "publication", None)
    if public is None and (not message.may_publish or message.accepted_at is None):
        return None
    joiners = (
        Joiner.objects.filter(message=message).defer("contact_name", "contact_phone").order_by("-joined_at", "-id")
    )
    is_public = public is not None and public.is_public
    return {
        "public": public,
        "url": public_zone.public_address("voice:published.page", message.pk) if is_public else "",
        "obstacle": obstacle_to_publishing(message),
        "may_publish": policy.may(actor, "message.publish", message.tenant_id),
        "take_back": bound.get("take_back") or form_for("take_back", message, actor),
        "has_later_answers": is_public and message.counted("answer_count") > (public.answers if public else 0),
        "joiners": list(joiners.prefetch_related("ratings")[:LATEST_JOINERS]) if message.counted("joined") else [],
    }


def _requests(case: CaseView) -> list[PendingRequest]:
    """Extensions and changes of the step that are asked for and not decided yet."""
    return [request for request in case.requests if request.state == "pending"]


def _receipt_word(message: Message, actor: Actor) -> str:
    """The query word, for who registered the message in the constituent's name and has to tell it."""
    may_tell = message.channel in BY_A_CLERK and policy.may(actor, "message.register", message.tenant_id)
    return message.query_word if may_tell else ""


def _due(message: Message, case: CaseView) -> TaskDue | None:
    """When the present handler must be done, with its arithmetic."""
    return next((due for due in case.dues.values() if due.at == message.due_at), None)
