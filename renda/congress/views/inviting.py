"""Sign-in slips for many: choose whose, then one press makes the codes and prints them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from renda.congress import actions, selectors
from renda.congress.actions import Issued
from renda.congress.forms import InviteManyForm
from renda.congress.models import Person
from renda.kernel import policy
from renda.kernel.documents import api as documents
from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, page
from renda.kernel.ui.wording import day as in_words

MOST = 500


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite_many(request: ActorRequest) -> HttpResponse:
    """Choose whose slips; the press gives them as one PDF, once: what was printed before is void from then on."""
    actor = request.actor
    if not policy.may(actor, "person.invite", None):
        raise Forbidden("person.invite")
    tenants = policy.tenants_where(actor, "person.invite")
    with tenant_transaction(actor.tenants, durable=False):
        congresses = selectors.congresses_for(actor).filter(tenant_id__in=tenants).order_by("tenant__path")
        form = InviteManyForm(_asked(request, congresses), congresses=congresses)
        found = list(_found(actor, form)[: MOST + 1]) if form.is_valid() else []
    shown: dict[str, Any] = {"found": found[:MOST], "is_cut": len(found) > MOST, "most": MOST, "form": form}
    if request.method == "POST":
        ticked = set(request.POST.getlist("person"))
        chosen = [person for person in found[:MOST] if str(person.party_id) in ticked]
        if chosen:
            return _slips(request, chosen, form.cleaned_data["congress"].name)
        shown["nobody"] = True
        return page(request, "congress/invite_many.html", shown, status=422)
    return page(request, "congress/invite_many.html", shown)


def _asked(request: ActorRequest, congresses: QuerySet[Any]) -> Any:
    """What was chosen; who has one congress only need not choose it."""
    few = list(congresses[:2])
    if "congress" not in request.GET and len(few) == 1:
        return {**request.GET.dict(), "congress": str(few[0].pk)}
    return request.GET if "congress" in request.GET else None


def _found(actor: Actor, form: InviteManyForm) -> QuerySet[Person]:
    said = form.cleaned_data
    organisation = said.get("organisation")
    return selectors.people_to_invite(
        actor,
        tenant_id=said["congress"].tenant_id,
        whom=said["whom"],
        organisation_id=organisation and organisation.pk,
        also_awake=said["also_awake"],
    )


def _slips(request: ActorRequest, chosen: list[Person], congress: str) -> HttpResponse:
    # Without a font there would be codes that nobody has seen.
    documents.chinese_fonts()
    items = [(person.party_id, {"count": 1}) for person in chosen]
    results = actions.person_invite.many(request.actor, items)
    address = settings.RENDA_PUBLIC_URL.rstrip("/") + reverse("account_login")
    slips = [_slip(issued, congress, address) for issued in results if isinstance(issued, Issued)]
    if not slips:
        raise Invalid("person.codes", "没有可以打印的登录码。")
    demo = any(person.is_demo for person in chosen)
    answer = HttpResponse(
        documents.pdf("sign_in_slips", documents.slip_data(settings.RENDA_BRAND, slips, is_demo=demo)),
        content_type="application/pdf",
    )
    answer["Content-Disposition"] = "attachment; filename*=UTF-8''%E7%99%BB%E5%BD%95%E5%87%AD%E6%9D%A1.pdf"
    return answer


def _slip(issued: Issued, congress: str, address: str) -> documents.SignInSlip:
    person, code = issued.person, issued.codes[0]
    return {
        "name": person.name,
        "subtitle": person.occupation or congress,
        "user_name": person.user_name,
        "code": "-".join(code[at : at + 4] for at in range(0, len(code), 4)),
        "url": f"{address}?user_name={person.user_name}",
        "valid_until": in_words(issued.expires_at),
    }
