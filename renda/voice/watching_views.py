"""The page of the words to look out for: add by line or file, remove, take away as a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from renda.kernel import policy
from renda.kernel.errors import Forbidden
from renda.kernel.files import blobs
from renda.kernel.files.inspection.kinds import TEXT, charset_of
from renda.kernel.files.inspection.upload import inspect
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.filters import Choice, Search
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.kernel.ui.tables import Column, Picks, Table
from renda.voice import actions, selectors
from renda.voice.models import WatchWord

LIMIT = 1024 * 1024  # bytes of an uploaded list
MOST_AT_ONCE = 200


def _noted(rows: Any, word: str) -> Any:
    return rows.filter(note="") if word == "no" else rows.exclude(note="")


class WatchTable(Table[WatchWord]):
    """The words of the congresses whose list the actor keeps."""

    caption = "留意词"
    columns = (
        Column("词", "word", sort="word"),
        Column("说明", "note"),
        Column("人大", "tenant.name", css="nowrap", in_export=False),
        Column("加入", "added_at", kind="day", css="nowrap", sort="added_at", in_export=False),
    )
    filters = (
        Search("搜索词、说明", ("word", "note")),
        Choice("noted", "说明", (("yes", "有说明"), ("no", "无说明")), by=_noted),
    )
    order = "-added_at"
    files = ("csv", "xlsx")


class WatchForm(HouseForm):
    """Words as lines, or a file of them."""

    tenant_id = forms.TypedChoiceField(label="用于哪一级人大", coerce=int)
    words = forms.CharField(
        label="词",
        required=False,
        max_length=200_000,
        widget=forms.Textarea({"rows": 5}),
        help_text="每行一个；需要说明的，写在逗号或制表符后面。",
    )
    file = forms.FileField(
        label="或导入 csv",
        required=False,
        widget=forms.FileInput({"accept": ".csv,.txt"}),
        help_text="第一列为词，第二列为说明；可用本页导出的文件。",
    )

    def set_congresses(self, congresses: list[tuple[int, str]]) -> None:
        """Those whose list the actor keeps; a single one is not asked for."""
        field = self.fields["tenant_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = congresses
        if len(congresses) == 1:
            field.initial, field.widget = congresses[0][0], forms.HiddenInput()

    def pairs(self) -> list[tuple[str, str]]:
        """The words with their notes.

        Raises:
            Invalid, TooLarge: the file is none of text.
        """
        lines = self.cleaned_data["words"].splitlines()
        if (upload := self.cleaned_data["file"]) is not None:
            with blobs.received(upload.chunks(), LIMIT) as (path, _, _):
                inspect(path, upload.name or "", (TEXT,))
                data = path.read_bytes()
            lines += data.decode(charset_of(data, whole=True) or "utf-8", "replace").removeprefix("\ufeff").splitlines()
        found = (_pair(line) for line in lines)
        return [pair for pair in found if pair[0] and pair != ("词", "说明")]


def _pair(line: str) -> tuple[str, str]:
    for mark in ("\t", ",", "，"):
        if mark in line:
            word, _, note = line.partition(mark)
            return word.strip().strip('"'), note.strip().strip('"')
    return line.strip().strip('"'), ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def watch_list(request: ActorRequest) -> HttpResponseBase:
    """The list, its files, and the form that adds."""
    where = policy.tenants_where(request.actor, "watch.edit")
    if not where:
        raise Forbidden("watch.edit")
    form = WatchForm(request.POST or None, request.FILES or None)
    with tenant_transaction(request.actor.tenants, durable=False):
        rows = Tenant.objects.filter(id__in=where).order_by("level", "id")
        form.set_congresses([(tenant.id, tenant.name) for tenant in rows])
    if request.method == "POST" and form.is_valid():
        with form.catching():
            tenant_id = form.cleaned_data["tenant_id"]
            many = actions.watch_add(request.actor, tenant_id=tenant_id, words=form.pairs())
            flashes.success(request, f"新加入 {many} 个词，只对以后收到的留言起作用。")
            return SeeOther(reverse("voice:watch.add"))
    table = WatchTable(request, selectors.watch_words_for(request.actor).select_related("tenant"))
    if table.wants_export:
        return table.download(request.actor, "留意词")
    table.picks = Picks(reverse("voice:watch.remove"), [("remove", "删除")], method="post")
    return page(request, "voice/watch_words.html", {"table": table}, form=form)


@login_required
@require_POST
def remove(request: ActorRequest) -> HttpResponse:
    """Take the chosen words off the list."""
    given = request.POST.getlist("row")[:MOST_AT_ONCE]
    keys = [int(key) for key in given if key.isascii() and key.isdigit() and len(key) < 19]
    told = actions.watch_remove.many(request.actor, [(key, {}) for key in keys], skip_refused=True)
    done = sum(not isinstance(one, Exception) for one in told)
    if keys and not done:
        raise Forbidden("watch.edit")
    flashes.success(request, f"已删除 {done} 个词。已经标出的留言仍要核对。" if done else "没有选中词。")
    return SeeOther(reverse("voice:watch.add"))
