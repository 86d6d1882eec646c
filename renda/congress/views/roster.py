"""The roster: template, preview with the errors of each row, import; with a date it is a new term."""

from __future__ import annotations

import json
from datetime import date
from operator import itemgetter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.congress import actions, selectors
from renda.congress.forms import RosterForm
from renda.congress.models import Congress, ElectoralDistrict, Mandate, Term
from renda.congress.roster import COLUMNS, Review, RosterRow, next_term, read_roster, review
from renda.kernel import policy
from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.exports.api import Column, stream_xlsx
from renda.kernel.privacy.api import KeyLostError, TamperedError, decrypt, encrypt
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.kernel.ui.shapes import State

# The reviewed rows travel through the preview page closed: they hold phone numbers.
_PURPOSE = "roster.preview"


def _allowed(request: ActorRequest) -> None:
    if not policy.may(request.actor, "roster.import", None):
        raise Forbidden("roster.import")


@login_required
@require_safe
def template(request: ActorRequest) -> StreamingHttpResponse:
    """The spreadsheet to fill in, with one example row."""
    _allowed(request)
    columns = [Column(column.title, itemgetter(column.name)) for column in COLUMNS]
    example = {column.name: column.example for column in COLUMNS}
    response = StreamingHttpResponse(
        stream_xlsx(columns, [example]),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = (
        "attachment; filename*=UTF-8''%E4%BB%A3%E8%A1%A8%E5%90%8D%E5%86%8C%E6%A8%A1%E6%9D%BF.xlsx"
    )
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: ActorRequest) -> HttpResponse:
    """Choose congress and file; the answer is the preview."""
    _allowed(request)
    form = RosterForm(
        request.POST or None,
        request.FILES or None,
        congresses=selectors.congresses_for(request.actor).order_by("tenant_id"),
    )
    if request.method == "POST" and form.is_valid():
        with form.catching():
            rows = read_roster(form.cleaned_data["file"])
            return _preview(request, form.cleaned_data["congress"], rows, form.cleaned_data["starts_on"])
    return page(request, "congress/roster.html", {"form": form, "columns": COLUMNS}, form=form)


def _preview(request: ActorRequest, congress: Congress, rows: list[RosterRow], starts_on: date | None) -> HttpResponse:
    with tenant_transaction(request.actor.tenants):
        term = _term(congress, starts_on)
        found = review(rows, term)
        closed = json.dumps(
            [congress.tenant_id, starts_on and starts_on.isoformat(), [row.as_json() for row in rows]],
            ensure_ascii=False,
        )
        shown = {
            "congress": congress,
            "starts_on": starts_on,
            "found": found,
            "lines": _lines(found),
            "closed": encrypt(closed, purpose=_PURPOSE),
            "term": term,
            **_balance(found, congress, is_new_term=starts_on is not None),
        }
        return page(request, "congress/roster_preview.html", shown)


def _term(congress: Congress, starts_on: date | None) -> Term:
    running = Term.objects.select_related("tenant").filter(tenant_id=congress.tenant_id, ends_on__isnull=True)
    current: Term | None = running.first()
    if current is None:
        raise Invalid("roster.term", fields={"congress": "这个人民代表大会没有正在进行的一届。"})
    return current if starts_on is None else next_term(current, starts_on)


def _balance(found: Review, congress: Congress, *, is_new_term: bool) -> dict[str, int]:
    """How many sit now, of whom how many are elected again and how many leave; and which districts are new."""
    rows = Mandate.objects.filter(tenant_id=congress.tenant_id, level=congress.level, ends_on__isnull=True)
    sitting = set(rows.values_list("person_id", flat=True)) if is_new_term else set()
    again = len(sitting & set(found.known.values()))
    known = ElectoralDistrict.objects.filter(tenant_id=congress.tenant_id, level=congress.level)
    numbers = {str(number) for number in known.values_list("number", flat=True)}
    fresh = {row.district_number for row in found.good} - numbers
    return {"sitting": len(sitting), "again": again, "leaving": len(sitting) - again, "new_districts": len(fresh)}


def _line(found: Review, row: RosterRow) -> dict[str, Any]:
    why = found.errors.get(row.number)
    state = State("有误", "late") if why else State("可以导入", "ok")
    return {"row": row, "state": state, "note": why or found.notes.get(row.number, "新代表，新建账号")}


def _lines(found: Review) -> list[dict[str, Any]]:
    return [
        _line(found, row) for row in sorted(found.rows, key=lambda row: (row.number not in found.errors, row.number))
    ]


@login_required
@require_POST
def confirm(request: ActorRequest) -> HttpResponse:
    """Import what was previewed: all rows, or the good ones where that was chosen."""
    _allowed(request)
    try:
        tenant_id, begins, said = json.loads(decrypt(request.POST.get("closed", ""), purpose=_PURPOSE))
    except (TamperedError, KeyLostError) as error:
        # Cut on its way, or older than a change of keys.
        raise Invalid("roster.preview", "预览已经失效，请重新上传名册。") from error
    rows = [RosterRow(**row) for row in said]
    only_good_rows = "only_good_rows" in request.POST
    if begins:
        result: Any = actions.term_roll_over(
            request.actor, tenant_id, starts_on=date.fromisoformat(begins), rows=rows, only_good_rows=only_good_rows
        )
        told = (
            f"已换届：{result.term}，{result.seated} 名代表，其中连任 {result.re_elected} 名，离任 {result.left} 名。"
        )
    else:
        result = actions.roster_import(request.actor, tenant_id=tenant_id, rows=rows, only_good_rows=only_good_rows)
        told = f"已导入 {result.seated} 名代表，新建账号 {result.new_accounts} 个，跳过 {result.skipped} 行。"
    messages.success(request, f"{told}下一步：给新代表发放登录码，给新选区设置包括的地方。")
    return SeeOther(reverse("congress:mandate.list"))
