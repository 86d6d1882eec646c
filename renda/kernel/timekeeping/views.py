"""Rules in force at a place, its own rules and hours, and the calendar with what waits for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from renda.kernel import clock, policy
from renda.kernel.deadlines import actions
from renda.kernel.deadlines.arrangement import as_text, read_arrangement, stretches
from renda.kernel.deadlines.calendar import SpecialDay
from renda.kernel.deadlines.loading import check_arrangement
from renda.kernel.deadlines.policy import KEEP, LOAD_YEAR
from renda.kernel.deadlines.selectors import local_hours, local_rules, may_load_year
from renda.kernel.errors import Forbidden
from renda.kernel.timekeeping import reading
from renda.kernel.timekeeping.forms import EndForm, HoursForm, PlacedForm, RuleForm, YearForm
from renda.kernel.timekeeping.sheets import lines_of
from renda.kernel.ui.http import ActorRequest, SeeOther, page, scope_of

_LIST = "timekeeping:deadline.list"


def _kept(request: ActorRequest) -> dict[int, str]:
    """The congresses in the reader's keeping.

    Raises:
        Forbidden: none.
    """
    if not policy.may(request.actor, KEEP, None):
        raise Forbidden(KEEP)
    return reading.kept_tenants(request.actor)


def _chosen(request: ActorRequest, tenants: dict[int, str]) -> int:
    asked = request.GET.get("congress", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
    return number if number in tenants else next(iter(tenants))


def _back(tenant_id: int) -> str:
    return f"{reverse(_LIST)}?congress={tenant_id}"


@login_required
@require_safe
def deadline_list(request: ActorRequest) -> HttpResponse:
    """What holds today at a place, and what the place has set itself."""
    tenants = _kept(request)
    if not tenants:
        raise Http404
    tenant_id, words, today = _chosen(request, tenants), request.GET.get("q", "").strip()[:40], clock.today()
    dated = {
        name: [
            (row, reading.standing(row, today), reading.is_open(row, today))
            for row in rows.filter(tenant_id=tenant_id).order_by(F("valid_from").desc(nulls_last=True), "-id")
        ]
        for name, rows in (("own_rules", local_rules(request.actor)), ("own_hours", local_hours(request.actor)))
    }
    lines = reading.rules_of(tenant_id, words)
    shown = {
        "tenants": tenants,
        "tenant_id": tenant_id,
        "q": words,
        "lines": [line for line in lines if line.rule],
        "unset": [line for line in lines if not line.rule],
        "hours": reading.hours_today(tenant_id),
        "may_load": may_load_year(request.actor),
        **dated,
    }
    return page(request, "timekeeping/list.html", shown)


def _add(
    request: ActorRequest, form: PlacedForm, tenants: dict[int, str], action: Any, template: str, said: str
) -> HttpResponse:
    form.offer(tenants)
    if request.method == "POST" and form.is_valid():
        with form.catching():
            action.once(request.POST.get("idempotency_key"))(request.actor, **form.cleaned_data)
            messages.success(request, said)
            return SeeOther(_back(form.cleaned_data["tenant_id"]))
    return page(request, template, form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_rule(request: ActorRequest) -> HttpResponse:
    """A rule of a place's own; ``?key=`` and ``?congress=`` fill it in."""
    tenants = _kept(request)
    tenant_id, key = _chosen(request, tenants), request.GET.get("key", "")
    begin = {"tenant_id": tenant_id, "key": key, "unit": reading.unit_of(key), "valid_from": clock.today()}
    form = RuleForm(request.POST or None, initial=begin)
    form.offer_rules(reading.titles())
    return _add(request, form, tenants, actions.deadline_add_rule, "timekeeping/add_rule.html", "本地规则已增加。")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_hours(request: ActorRequest) -> HttpResponse:
    """Office hours of a place."""
    tenants = _kept(request)
    begin = {"tenant_id": _chosen(request, tenants), "valid_from": clock.today()}
    form = HoursForm(request.POST or None, initial=begin)
    return _add(request, form, tenants, actions.deadline_add_hours, "timekeeping/add_hours.html", "办公时间已设定。")


def _end(request: ActorRequest, pk: int, rows: QuerySet[Any], action: Any, what: str) -> HttpResponse:
    row = get_object_or_404(rows.select_related("tenant"), pk=pk)
    form = EndForm(request.POST or None, initial={"valid_to": clock.today()})
    if request.method == "POST" and form.is_valid():
        with form.catching():
            action(request.actor, pk, **form.cleaned_data)
            messages.success(request, f"{what}已终止。")
            return SeeOther(_back(row.tenant_id))
    return page(request, "timekeeping/end.html", {"row": row, "what": what}, form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_rule(request: ActorRequest, pk: int) -> HttpResponse:
    """The last day of a rule of a place's own."""
    return _end(request, pk, local_rules(request.actor), actions.deadline_end_rule, "本地规则")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end_hours(request: ActorRequest, pk: int) -> HttpResponse:
    """The last day of office hours."""
    return _end(request, pk, local_hours(request.actor), actions.deadline_end_hours, "办公时间")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: ActorRequest) -> HttpResponse:
    """The years around now, what waits for the next one, and (where the tree begins) the form that enters it.

    A press shows what was read; the second press, of the page that shows it, stores it.
    """
    may_load = may_load_year(request.actor)
    if not may_load and not policy.may(request.actor, KEEP, None):
        raise Forbidden(KEEP)
    if request.method == "POST" and not may_load:
        raise Forbidden(LOAD_YEAR)
    this = clock.today().year
    form = YearForm(request.POST or None, request.FILES or None, initial={"year": this + 1})
    form.offer([this + 1, this])
    if request.method == "POST" and form.is_valid():
        with form.catching():
            return _read(request, form.cleaned_data)
    with scope_of(request):
        shown = {
            "years": reading.year_pages(this + 1, this),
            "outlooks": reading.outlooks(request.actor),
            "may_load": may_load,
        }
        return page(request, "timekeeping/calendar.html", shown, form=form)


def _read(request: ActorRequest, given: dict[str, Any]) -> HttpResponse:
    year, source = given["year"], given["source"]
    text = lines_of(given["file"]) if given["file"] else given["text"]
    days = read_arrangement(text, year, source)
    check_arrangement(year, days)
    if "confirm" not in request.POST:
        return page(request, "timekeeping/year_preview.html", {**_preview(days), "year": year, "source": source})
    actions.calendar_load_year(request.actor, year=year, days=days, source=source)
    messages.success(request, f"{year}年的工作日历已保存，暂定的时限正在重新计算。")
    return SeeOther(reverse("timekeeping:calendar.load_year"))


def _preview(days: list[SpecialDay]) -> dict[str, Any]:
    off: list[tuple[str, date, date]] = stretches([day for day in days if not day.is_working])
    return {"off": off, "worked": [day for day in days if day.is_working], "text": as_text(days), "count": len(days)}
