"""Pages of flows: the list, one flow in words and as a picture, and the workshop of a fork."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from renda.kernel.errors import Invalid, NotFound, Refused
from renda.kernel.flow import actions, drafts, library
from renda.kernel.flow.definition import from_graph
from renda.kernel.flow.models import Case, FlowDefinition
from renda.kernel.flow.policy import FORK
from renda.kernel.flow.selectors import definitions_for, forks_for
from renda.kernel.flow.shapes import Definition
from renda.kernel.flow.toml import to_toml
from renda.kernel.flow.web import diagram, reading
from renda.kernel.flow.web.forms import StepForm, TextForm, who_words
from renda.kernel.policy import tenants_where
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.kernel.ui.shapes import State

DRAFT = State("修改稿", "warn", "pencil")
IN_USE = State("使用中", "ok")
RETIRED = State("已停用", "quiet")


def _state(row: FlowDefinition) -> State:
    if row.retired_at is not None:
        return RETIRED
    return IN_USE if row.published_at is not None else DRAFT


def _fetch(request: ActorRequest, rows: QuerySet[FlowDefinition], pk: int) -> FlowDefinition:
    """One row through its selector.

    Raises:
        NotFound: not for this actor.
    """
    row = rows.select_related("tenant").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


@login_required
@require_GET
def flow_list(request: ActorRequest) -> HttpResponse:
    """The flows this person may see, current ones and drafts first by name, each with its running cases."""
    rows = definitions_for(request.actor)
    if not tenants_where(request.actor, FORK):
        raise NotFound
    kept = rows.filter(retired_at=None).select_related("tenant").defer("graph").order_by("title", "key", "-version")
    running = dict(
        Case.objects.filter(state=Case.State.RUNNING, definition__in=rows.values("id"))
        .values_list("definition__key")
        .annotate(Count("id"))
    )
    shown = [(row, _state(row), running.get(row.key, 0)) for row in kept]
    return page(request, "flow/list.html", {"rows": shown})


@login_required
@require_GET
def flow_detail(request: ActorRequest, pk: int) -> HttpResponse:
    """One flow as steps in words, with its picture, its versions, and what this person may do with it."""
    row = _fetch(request, definitions_for(request.actor), pk)
    definition = from_graph(row.graph)
    mine = tenants_where(request.actor, FORK)
    versions = definitions_for(request.actor).filter(key=row.key).select_related("tenant").defer("graph")
    running = Case.objects.filter(definition=row, state=Case.State.RUNNING).count()
    context = _shown(row, definition) | {
        "versions": [(one, _state(one)) for one in versions.order_by("-tenant_id", "-version")],
        "running": running,
        "own": row.tenant_id in mine,
        "congresses": Tenant.objects.filter(id__in=mine).order_by("path")
        if row.published_at and not row.retired_at
        else (),
    }
    return page(request, "flow/detail.html", context)


def _shown(row: FlowDefinition, definition: Definition, problems: Sequence[Any] = ()) -> dict[str, Any]:
    return {
        "row": row,
        "state": _state(row),
        "definition": definition,
        "facts": reading.rules(definition, row.tenant_id),
        "steps": reading.steps(definition, problems, tenant_id=row.tenant_id),
        "diagram": diagram.draw(definition),
    }


@login_required
@require_POST
def flow_fork(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a flow as a draft and go to its workshop."""
    tenant = request.POST.get("tenant", "")
    if not tenant.isdigit():
        raise Invalid(fields={"tenant": "请选择为哪一级人大修改。"})
    draft = actions.flow_fork(request.actor, pk, tenant_id=int(tenant))
    return SeeOther(reverse("flow:flow.edit", args=[draft.id]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def flow_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """The workshop: the steps, the form of the one that was chosen, the text with its lines, what the checker says."""
    if request.method != "POST":
        return _workshop(request, _fetch(request, forks_for(request.actor), pk))
    form = TextForm(request.POST)
    if form.is_valid():
        with form.catching():
            actions.flow_edit(request.actor, pk, text=form.cleaned_data["text"])
    return _after(request, pk, "流程文本已保存。", {"text_form": form} if form.errors else {})


def _after(request: ActorRequest, pk: int, saved: str, wrong: Mapping[str, Any], anchor: str = "") -> HttpResponse:
    """Back to the workshop with a word of success, or the workshop again with what was typed."""
    if not wrong:
        messages.success(request, saved)
        return SeeOther(reverse("flow:flow.edit", args=[pk]) + anchor)
    with tenant_transaction(request.actor.tenants):
        return _workshop(request, _fetch(request, forks_for(request.actor), pk), wrong, status=422)


def _workshop(
    request: ActorRequest, row: FlowDefinition, wrong: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    if row.published_at is not None or row.retired_at is not None:
        raise Refused("flow.published", "已经发布或停用的流程不能修改，请另起一份修改稿。")
    text = to_toml(row.graph)
    definition = drafts.read(text)
    reach = Tenant.objects.filter(path__contains=[row.tenant_id], is_active=True).order_by("path")
    problems = library.problems_of(definition, tenants=reach)
    context = _shown(row, definition, problems) | {
        "problems": problems,
        "lines": list(enumerate(text.splitlines(), 1)),
        "faulty_lines": {problem.line for problem in problems},
        "words": who_words(definition.subject),
        "text_form": TextForm(initial={"text": text}),
        **(wrong or {}),
    }
    chosen = next(
        (step.node for step in context["steps"] if step.editable and step.node.id == request.GET.get("step")), None
    )
    if chosen is not None:
        context.setdefault("form", StepForm(prefix=chosen.id, flow=definition, node=chosen, tenant_id=row.tenant_id))
        context.setdefault("chosen", chosen.id)
    if "adds" in request.GET:
        context.setdefault("new_form", StepForm(prefix="new", flow=definition, tenant_id=row.tenant_id))
    context["places"] = [
        (way.edge, f"{step.node.title} → {way.title}（{way.when}）")
        for step in context["steps"]
        for way in step.ways
        if way.edge >= 0
    ]
    return page(request, "flow/edit.html", context, status=status)


@login_required
@require_POST
def flow_change_step(request: ActorRequest, pk: int) -> HttpResponse:
    """Save one step's form."""
    node_id = request.POST.get("node", "")
    definition, tenant_id = _draft(request, pk)
    node = definition.by_id.get(node_id)
    if node is None:
        raise NotFound
    form = StepForm(request.POST, prefix=node_id, flow=definition, node=node, tenant_id=tenant_id)
    if form.is_valid():
        with form.catching():
            actions.flow_change_step(request.actor, pk, node=node_id, values=form.values())
    wrong = {"form": form, "chosen": node_id} if form.errors else {}
    return _after(request, pk, "环节已保存。", wrong, f"#step-{node_id}")


def _draft(request: ActorRequest, pk: int) -> tuple[Definition, int | None]:
    with tenant_transaction(request.actor.tenants):
        row = _fetch(request, forks_for(request.actor), pk)
    return from_graph(row.graph), row.tenant_id


@login_required
@require_POST
def flow_add_step(request: ActorRequest, pk: int) -> HttpResponse:
    """Put a new step on an edge."""
    definition, tenant_id = _draft(request, pk)
    form = StepForm(request.POST, prefix="new", flow=definition, tenant_id=tenant_id)
    edge = request.POST.get("edge", "")
    if form.is_valid():
        with form.catching():
            number = int(edge) if edge.isdigit() else -1
            actions.flow_add_step(request.actor, pk, edge=number, values=form.values())
    return _after(request, pk, "已增加一步。", {"new_form": form, "edge": edge} if form.errors else {})


@login_required
@require_POST
def flow_remove_step(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a step out."""
    actions.flow_remove_step(request.actor, pk, node=request.POST.get("node", ""))
    return _after(request, pk, "已删去这一步。", {})


@login_required
@require_POST
def flow_publish(request: ActorRequest, pk: int) -> HttpResponse:
    """Publish a draft; with faults the workshop is shown again and names them."""
    try:
        actions.flow_publish(request.actor, pk)
    except Invalid as error:
        return _after(request, pk, "", {"refused": error.message})
    messages.success(request, "流程已发布，此后的新办件按这一版办理，正在办理的不受影响。")
    return SeeOther(reverse("flow:flow.detail", args=[pk]))


@login_required
@require_POST
def flow_retire(request: ActorRequest, pk: int) -> HttpResponse:
    """Retire a fork, or give up a draft."""
    actions.flow_retire(request.actor, pk)
    messages.success(request, "已停用，新办件改用上级或系统自带的流程。")
    return SeeOther(reverse("flow:flow.list"))
