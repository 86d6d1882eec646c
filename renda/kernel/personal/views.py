"""What is held about people and how long (security administrator), somebody's copy with a reason, and one's own."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from renda.kernel import policy
from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.parties.models import Party
from renda.kernel.personal.actions import people_of, personal_copy, personal_export
from renda.kernel.personal.declared import holdings
from renda.kernel.personal.dossier import About, stream
from renda.kernel.personal.models import Hold
from renda.kernel.personal.policy import EXPORT, VIEW
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, page

HOLDS = 100


class ExportForm(HouseForm):
    """Whose data, and why."""

    user_name = forms.CharField(label="用户名", max_length=40, help_text="在“人员”页面可以查到，如 u10001。")
    reason = forms.CharField(
        label="事由", max_length=300, widget=forms.Textarea({"rows": 3}), help_text="如：本人书面申请查阅。会留下记录。"
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def personal(request: ActorRequest) -> HttpResponseBase:
    """Every field with purpose, ground and time; and the form that gives somebody's copy."""
    actor = request.actor
    if not policy.may(actor, VIEW, None):
        raise Forbidden(VIEW)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.catching():
            found = people_of(actor).filter(account__user_name=form.cleaned_data["user_name"].strip()).first()
            if found is None:
                raise Invalid("personal.user_name", fields={"user_name": "您管理的范围内没有这个用户名。"})
            return _zip(personal_export(actor, found.pk, reason=form.cleaned_data["reason"]))
    shown = {
        "holdings": [(held.title, held.together()) for held in holdings()],
        "holds": lambda: list(
            Hold.objects.filter(released_at=None).select_related("tenant").order_by("-held_at")[:HOLDS]
        ),
        "may_export": policy.may(actor, EXPORT, None),
    }
    return page(request, "personal/personal.html", shown, form=form)


@never_cache
@login_required
@require_POST
def copy(request: ActorRequest) -> HttpResponseBase:
    """One's own copy."""
    return _zip(personal_copy(request.actor, request.actor.party_id or 0))


def _zip(person: Party) -> StreamingHttpResponse:
    response = StreamingHttpResponse(stream(About(person.name, party=person.pk)), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{person.name}的个人信息.zip"
    )
    return response


@login_required
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """What one may get, and the button."""
    return page(
        request, "personal/mine.html", {"holdings": [held.title for held in holdings() if held.personal.person]}
    )
