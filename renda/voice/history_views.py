"""Former messages: the list, one of them, and the import from a spreadsheet with its preview."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.kernel import clock, policy
from renda.kernel.errors import Forbidden
from renda.kernel.exports.api import Column, export_response, stream_xlsx
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.voice import actions, selectors
from renda.voice.forms import UploadForm
from renda.voice.forms.steering import ReasonOnly
from renda.voice.history.columns import COLUMNS, TITLES
from renda.voice.history.reading import opened
from renda.voice.models import ImportedRow, MessageImport, PastMessage
from renda.voice.tables import PastTable
from renda.voice.views import LOOK_MINUTES

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_REFRESH = 2  # seconds between two looks at a running import
_ROWS = 100  # wrong ones that the page shows; the file has all
_IMPORTS = 20


@login_required
@require_safe
def past_messages(request: ActorRequest) -> HttpResponseBase:
    """The former messages that exist for me; the same rows as xlsx or csv."""
    table = PastTable(request, selectors.past_messages_for(request.actor))
    if kind := table.wants_export:
        if not policy.may(request.actor, "message.export", None):
            raise Forbidden("message.export")
        columns = [Column(column.title, column.read_for_export) for column in table.columns if column.in_export]
        return export_response(request.actor, columns, lambda: table.narrowed, "历史留言", kind)
    may = policy.may(request.actor, "history.import", None)
    return page(request, "voice/past_list.html", {"table": table, "may_import": may})


def _past(request: ActorRequest, pk: int) -> PastMessage:
    return get_object_or_404(selectors.past_messages_for(request.actor).select_related("tenant", "followed_by"), pk=pk)


def _context(request: ActorRequest, message: PastMessage, form: ReasonOnly | None = None) -> dict[str, Any]:
    seen = selectors.messages_for(request.actor)
    followed = (
        message.followed_by if message.followed_by_id and seen.filter(pk=message.followed_by_id).exists() else None
    )
    return {
        "message": message,
        "followed": followed,
        "may_register": not message.followed_by_id and policy.may(request.actor, "message.register", message.tenant_id),
        "reveal": (form or ReasonOnly()) if policy.may(request.actor, "message.reveal", message.tenant_id) else None,
    }


@login_required
@require_safe
def past_message(request: ActorRequest, pk: int) -> HttpResponse:
    """One former message with its answer."""
    return page(request, "voice/past.html", _context(request, _past(request, pk)))


@login_required
@require_POST
def reveal(request: ActorRequest, pk: int) -> HttpResponse:
    """The writer's name and phone, once, with a reason."""
    form = ReasonOnly(request.POST)
    if form.is_valid():
        with form.catching():
            contact = actions.history_reveal(request.actor, pk, reason=form.cleaned_data["reason"])
            shown = {"title": "查看联系方式", "contact": contact, "at": clock.now(), "minutes": LOOK_MINUTES}
            with tenant_transaction(request.actor.tenants):
                shown |= {"message": _past(request, pk), "reason": form.cleaned_data["reason"], "is_past": True}
            response = page(request, "voice/look.html", shown)
            response["Cache-Control"] = "no-store"
            response["Refresh"] = f"{LOOK_MINUTES * 60}; url={reverse('voice:past.page', args=[pk])}"
            return response
    with tenant_transaction(request.actor.tenants):
        return page(request, "voice/past.html", _context(request, _past(request, pk), form), form=form)


# The import


def _allowed(request: ActorRequest) -> None:
    if not policy.may(request.actor, "history.import", None):
        raise Forbidden("history.import")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: ActorRequest) -> HttpResponse:
    """Choose a file; the answer is its preview. Below, the imports so far."""
    _allowed(request)
    tenants = Tenant.objects.filter(id__in=policy.tenants_where(request.actor, "history.import"), is_active=True)
    with tenant_transaction(request.actor.tenants, durable=False):
        form = UploadForm(request.POST or None, request.FILES or None, tenants=tenants.order_by("path"))
        valid = request.method == "POST" and form.is_valid()
    if valid:
        with form.catching():
            file = form.cleaned_data["file"]
            with opened(file) as sheet:
                source = actions.history_upload(
                    request.actor, tenant=form.cleaned_data["tenant"], name=file.name or "留言", sheet=sheet
                )
            return SeeOther(reverse("voice:import.page", args=[source.pk]))
    with tenant_transaction(request.actor.tenants, durable=False):
        known = selectors.imports_for(request.actor).select_related("uploaded_by", "tenant").order_by("-uploaded_at")
        shown = {"form": form, "columns": COLUMNS, "imports": list(known[:_IMPORTS])}
        return page(request, "voice/imports.html", shown, form=form)


@login_required
@require_safe
def template(request: ActorRequest) -> StreamingHttpResponse:
    """The spreadsheet to fill in, with one example row."""
    _allowed(request)
    columns = [Column(column.title, itemgetter(column.name)) for column in COLUMNS]
    return _download("历史留言模板", columns, [{column.name: column.example for column in COLUMNS}])


def _download(name: str, columns: Sequence[Column], rows: Any) -> StreamingHttpResponse:
    response = StreamingHttpResponse(stream_xlsx(columns, rows), content_type=_XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.xlsx")
    response["Cache-Control"] = "private, no-store"
    return response


def _import(request: ActorRequest, pk: int) -> MessageImport:
    rows = selectors.imports_for(request.actor).select_related("tenant", "uploaded_by")
    return get_object_or_404(rows, pk=pk)


@never_cache
@login_required
@require_safe
def import_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One import: its preview with the wrong rows first, its progress, its end; the page looks again while it runs."""
    source = _import(request, pk)
    rows = ImportedRow.objects.filter(source=source)
    wrong = rows.exclude(errors=[]).order_by("number")[:_ROWS]
    good = rows.filter(errors=[]).order_by("number")[:10] if source.state == MessageImport.State.PREVIEW else []
    shown = {
        "source": source,
        "mapped": [(source.columns[name], title) for name, title in TITLES.items() if name in source.columns],
        "wrong": [_line(row) for row in wrong],
        "more": max(0, source.wrong - _ROWS),
        "examples": [_line(row) for row in good],
        "is_running": source.state == MessageImport.State.RUNNING,
        "may_start": source.state == MessageImport.State.PREVIEW and source.good > 0,
        "may_take_back": source.state in {MessageImport.State.PREVIEW, MessageImport.State.DONE},
    }
    response = page(request, "voice/import.html", shown)
    if shown["is_running"]:
        response["Refresh"] = str(_REFRESH)
    return response


def _line(row: ImportedRow) -> dict[str, Any]:
    typed = json.loads(row.values)
    return {"row": row, "title": typed.get("subject") or typed.get("body", "")[:30], "typed": typed}


@login_required
@require_POST
def start(request: ActorRequest, pk: int) -> HttpResponse:
    """Bring it in: all rows, or the good ones where that was chosen."""
    actions.history_start(request.actor, pk, only_good="only_good" in request.POST)
    return SeeOther(reverse("voice:import.page", args=[pk]))


@login_required
@require_POST
def take_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Take the whole import back."""
    actions.history_take_back(request.actor, pk)
    flashes.success(request, "已撤回，这次导入的内容已删除。")
    return SeeOther(reverse("voice:import.list"))


@login_required
@require_safe
def wrong_rows(request: ActorRequest, pk: int) -> HttpResponseBase:
    """The wrong rows as they were, with what is wrong: to be mended and uploaded again."""
    source = _import(request, pk)
    titles = {name: source.columns.get(name, TITLES[name]) for name in TITLES if name in source.columns}
    columns = [
        Column("行号", itemgetter("row")),
        Column("错在哪里", itemgetter("faults"), width=50),
        *(Column(title, itemgetter(name)) for name, title in titles.items()),
    ]
    with tenant_transaction(request.actor.tenants, durable=False):
        return _download("有误的行", columns, list(_wrong(source, titles)))


def _wrong(source: MessageImport, names: Sequence[str] | dict[str, str]) -> Iterator[dict[str, Any]]:
    for row in ImportedRow.objects.filter(source=source).exclude(errors=[]).order_by("number"):
        typed = json.loads(row.values)
        said = "；".join(f"{column}：{what}" for column, what in row.errors)
        yield {"row": row.number, "faults": said, **{name: typed.get(name, "") for name in names}}
