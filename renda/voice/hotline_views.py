"""The desk of the hotline: its tickets, what is to be handed over as a spreadsheet, answers brought back by one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.kernel.exports.api import Column, export_response
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.voice import actions, selectors
from renda.voice.history.reading import opened
from renda.voice.hotline import has_interface, releasing
from renda.voice.hotline.sheets import COLUMNS, Answers, read
from renda.voice.models import HotlineTicket

_SHOWN = 200


class AnswersForm(HouseForm):
    """The hotline's answer sheet."""

    file = forms.FileField(
        label="12345 的答复表",
        help_text="xlsx 或 csv；按受理编号或工单号对应。有一行有误就全部不导入。",
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的。"},
    )


class NumberForm(HouseForm):
    """The ticket's number, by hand."""

    number = forms.CharField(max_length=40, error_messages={"required": "请填写 12345 的工单号。"})


def _desk(request: ActorRequest) -> None:
    """Turn away whoever is not of the hotline's desk.

    Raises:
        Http404: the page does not exist for her.
    """
    if not selectors.is_of_hotline(request.actor):
        raise Http404


def _open(request: ActorRequest) -> Any:
    rows = selectors.tickets_for(request.actor).filter(assignment__answered_at=None, assignment__sent_back_at=None)
    return rows.select_related("assignment__message__place").order_by("created_at")


def _show(request: ActorRequest, form: AnswersForm, found: Answers | None = None) -> HttpResponse:
    with tenant_transaction(request.actor.tenants, durable=False):
        rows = list(_open(request)[:_SHOWN])
        replied = {HotlineTicket.State.ANSWERED, HotlineTicket.State.RETURNED}
        shown = {
            "form": form,
            "tickets": rows,
            "replied": sum(row.state in replied for row in rows),
            "errors": found.errors if found else [],
            "columns": COLUMNS,
            "has_interface": has_interface(),
        }
        response = page(request, "voice/hotline.html", shown, form=form)
    if found and found.errors:
        response.status_code = 422
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tickets(request: ActorRequest) -> HttpResponse:
    """What lies with the hotline; a sheet of its answers is brought in, wholly or not at all."""
    _desk(request)
    if request.method != "POST":
        return _show(request, AnswersForm())
    form, found = AnswersForm(request.POST, request.FILES), None
    if form.is_valid():
        with form.catching():
            with opened(form.cleaned_data["file"], COLUMNS) as sheet, tenant_transaction(request.actor.tenants):
                found = read(sheet.rows, _open(request))
            if not found.errors:
                return _bring_in(request, found)
    return _show(request, form, found)


def _bring_in(request: ActorRequest, found: Answers) -> HttpResponse:
    numbers = [(key, {"number": number}) for key, number in found.numbers.items()]
    actions.ticket_number.many(request.actor, numbers)
    actions.message_answer.many(request.actor, list(found.answers.values()))
    flashes.success(request, f"已登记工单号 {len(numbers)} 件，答复 {len(found.answers)} 件。")
    return SeeOther(reverse("voice:hotline"))


@login_required
@require_safe
def handover(request: ActorRequest) -> HttpResponseBase:
    """What has no number yet, to be handed to the hotline. Nobody's name or telephone number is in it."""
    _desk(request)
    columns = [
        Column("受理编号", lambda ticket: ticket.assignment.message.receipt_number),
        Column("标题", lambda ticket: ticket.assignment.message.subject, width=30),
        Column("内容", lambda ticket: ticket.assignment.message.body, width=60),
        Column("地点", _place),
        Column("类别", lambda ticket: ticket.assignment.message.category),
        Column("提出时间", lambda ticket: ticket.assignment.message.submitted_at),
        *(Column(title, lambda _: "") for title in ("工单号", "答复", "解决情况", "完成日期")),
    ]
    return export_response(request.actor, columns, lambda: _open(request).filter(number=""), "转12345", "xlsx")


def _place(ticket: HotlineTicket) -> str:
    message = ticket.assignment.message
    return f"{message.place.name if message.place else ''}{message.place_text}"


@login_required
@require_POST
def number(request: ActorRequest, pk: int) -> HttpResponse:
    """Write down one ticket's number."""
    form = NumberForm(request.POST)
    if form.is_valid():
        with form.catching():
            actions.ticket_number(request.actor, pk, number=form.cleaned_data["number"])
            flashes.success(request, "工单号已登记。")
            return SeeOther(reverse("voice:hotline"))
    _desk(request)
    said = " ".join(str(error) for errors in form.errors.values() for error in errors)
    return _show(request, AnswersForm(), Answers(errors=[(0, "工单号", said)]))


@login_required
@require_POST
def release(request: ActorRequest) -> HttpResponse:
    """Make what the hotline has replied the answers of the cases: one, or all that wait."""
    _desk(request)
    chosen = request.POST.get("ticket", "")
    with tenant_transaction(request.actor.tenants):
        replied = list(_open(request))
    refused = releasing.release(request.actor, [one for one in replied if chosen in ("", str(one.pk))])
    if refused:
        errors = [(0, one.assignment.message.subject, f"{why}请打开这件留言，由您答复。") for one, why in refused]
        return _show(request, AnswersForm(), Answers(errors=errors))
    flashes.success(request, "已确认，答复交代表反馈群众，退回的由交办机关另行交办。")
    return SeeOther(reverse("voice:hotline"))
