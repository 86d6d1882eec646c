"""The page of work that waits for nobody (待指派): what lies at one post or person is given away together, in one press."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from renda.kernel import clock
from renda.kernel.errors import NotFound, RendaError
from renda.kernel.flow import assigning
from renda.kernel.flow.assigning import Waiting
from renda.kernel.flow.errors import TaskGone
from renda.kernel.flow.policy import TRANSFER
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding, Party
from renda.kernel.policy import tenants_where
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui import wording
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, actor_of, page
from renda.kernel.ui.shapes import State

MOST = 20  # people shown for a name


class TransferForm(HouseForm):
    """Which of a group's tasks, to whom, and why."""

    task = forms.MultipleChoiceField(
        label="待办",
        error_messages={"required": "请至少选择一件。", "invalid_choice": "有的待办已有变化，请核对后再指派。"},
    )
    to = forms.TypedChoiceField(label="指派给", coerce=int, error_messages={"required": "请选择办理人。"})
    reason = forms.CharField(label="理由", max_length=200)

    def offer(self, tasks: Iterable[str], people: list[Any]) -> None:
        """Set what can be chosen."""
        for name, choices in (("task", [(task, "") for task in tasks]), ("to", people)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


@dataclass(frozen=True, slots=True)
class Row:
    """One task of a group: its box, and how the time stands. The box's value is the task as it was seen."""

    waiting: Waiting
    value: str
    is_chosen: bool

    @property
    def due(self) -> State | None:
        due_at = self.waiting.task.due_at
        return wording.time_left(due_at) if due_at else None


@dataclass(frozen=True, slots=True)
class Group:
    """What waits at one step with one post or person; ``form`` None: nobody is known to give it to."""

    key: str
    step: str
    why: str
    rows: list[Row]
    form: TransferForm | None


def _value(waiting: Waiting) -> str:
    return f"{waiting.task.id}.{waiting.task.version}"


def _key(waiting: Waiting) -> str:
    return f"at-{waiting.task.assignee_id}-{waiting.node.id}-{'stand-in' if waiting.task.stands_in else 'own'}"


def _labels(parties: Sequence[int]) -> dict[int, str]:
    """Each party with the people behind it: a post with its holders, a person with her posts."""
    rows = Party.objects.in_bulk(list(parties))
    beside: dict[int, list[str]] = {key: [] for key in rows}
    held = Holding.on(clock.today()).filter(person__is_active=True, post__is_active=True)
    for post, holder in held.filter(post__in=rows).order_by("id").values_list("post_id", "person__name"):
        beside[post].append(holder)
    for person, post_name in held.filter(person__in=rows).order_by("id").values_list("person_id", "post__name"):
        beside[person].append(post_name)
    return {
        key: f"{rows[key].name}（{'、'.join(beside[key])}）" if beside[key] else rows[key].name
        for key in parties
        if key in rows
    }


def _groups(actor: Actor, name: str, typed: Mapping[str, QueryDict]) -> list[Group]:
    """The groups in the order of their most pressing tasks. ``typed``: what was posted for a group."""
    waiting = assigning.unassigned(actor)
    found = [party.id for party in assigning.people_named(actor, name)[:MOST]] if name else []
    labels = _labels(list(dict.fromkeys([*found, *(party for one in waiting for party in one.fitting)])))
    rank = {key: place for place, key in enumerate(dict.fromkeys(map(_key, waiting)))}
    together = groupby(sorted(waiting, key=lambda one: rank[_key(one)]), key=_key)
    return [_group(key, list(tasks), found, labels, typed.get(key)) for key, tasks in together]


def _group(
    key: str, tasks: list[Waiting], found: Sequence[int], labels: Mapping[int, str], typed: QueryDict | None
) -> Group:
    first, values = tasks[0], [_value(one) for one in tasks]
    fitting = [party for party in first.fitting if all(party in one.fitting for one in tasks)]
    by_name = [party for party in found if party not in fitting and party != first.task.assignee_id]
    people: list[Any] = [(party, labels[party]) for party in fitting] if fitting else [("", "请选择")]
    if by_name:
        people.append(("按姓名或岗位查到的", [(party, labels[party]) for party in by_name]))
    form = TransferForm(typed, initial={"task": values, "reason": first.why}, auto_id=f"{key}-%s")
    form.offer(values, people)
    chosen = set(form["task"].value() or ())
    rows = [Row(one, value, value in chosen) for one, value in zip(tasks, values, strict=True)]
    return Group(key, first.node.title, first.why, rows, form if fitting or by_name else None)


def _shown(request: ActorRequest, typed: Mapping[str, QueryDict] | None = None) -> dict[str, Any]:
    name = (request.POST or request.GET).get("name", "").strip()[:30]
    return {
        "groups": _groups(request.actor, name, typed or {}),
        "name": name,
        "jumps": [(row, assigning.page_of(row.case)) for row in assigning.jumps_to_grant(request.actor)],
    }


@login_required
@require_safe
def unassigned(request: ActorRequest) -> HttpResponse:
    """What waits for nobody, for whoever may give it to somebody."""
    if not tenants_where(request.actor, TRANSFER):
        raise NotFound
    return page(request, "flow/unassigned.html", _shown(request))


@login_required
@require_POST
def transfer(request: ActorRequest) -> HttpResponse:
    """Give the chosen tasks of a group to somebody; what was typed stays when nothing could be done."""
    if not tenants_where(request.actor, TRANSFER):
        raise NotFound
    with tenant_transaction(request.actor.tenants):
        shown = _shown(request, {request.POST.get("group", ""): request.POST})
        group = next((one for one in shown["groups"] if one.form is not None and one.form.is_bound), None)
        valid = group is not None and group.form.is_valid()
    if group is None:
        raise TaskGone
    if not valid:
        return page(request, "flow/unassigned.html", shown, form=group.form)
    given = group.form.cleaned_data
    cases = {row.value: row.waiting.task.case_id for row in group.rows}
    chosen = [(cases[value], _task(value) | {"to": given["to"], "reason": given["reason"]}) for value in given["task"]]
    results = assigning.flow_transfer.many(request.actor, chosen, skip_refused=True)
    refused = [one for one in results if isinstance(one, RendaError)]
    if len(refused) < len(results):
        messages.success(request, f"已指派 {len(results) - len(refused)} 件，对方会收到通知。")
    for sentence in dict.fromkeys(one.message for one in refused):
        messages.warning(request, f"有 {sum(one.message == sentence for one in refused)} 件没有指派：{sentence}")
    return SeeOther(reverse("flow:flow.unassigned"))


def _task(value: str) -> dict[str, Any]:
    task, _, version = value.partition(".")
    return {"task_id": int(task), "version": int(version)}


def on_the_bench(request: HttpRequest, _subject: Any) -> dict[str, object] | None:
    """The line on an administrator's work bench, when there is anything to give to somebody."""
    actor = actor_of(request)
    if not tenants_where(actor, TRANSFER):
        return None
    count = len(assigning.unassigned(actor))
    return {"count": count} if count else None
