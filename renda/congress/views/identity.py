"""Signing in at the city's provider, and linking one's account to it."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from renda.congress import identity
from renda.congress.actions.identity import identity_link, identity_unlink, own_links
from renda.congress.adapters import IDENTITY
from renda.congress.identity import Identity
from renda.congress.sign_in import Checked
from renda.congress.views.sign_in import enter, next_of, stranger_at
from renda.kernel.audit import record
from renda.kernel.errors import NotFound, Refused
from renda.kernel.ui.http import ActorRequest, SeeOther, page

# In the session: where to go after signing in; who the provider says she is, until she has confirmed it.
_NEXT, FOUND = "identity_next", "identity_found"
_UNKNOWN = "这个统一身份账号还没有关联本系统的账号。请先用密码或登录码登录，在“账号与安全”里关联，或请业务管理员设置。"


def _on() -> None:
    if not identity.is_on():
        raise NotFound


@never_cache
@require_safe
def begin(request: ActorRequest) -> HttpResponse:
    """To the provider: to sign in, or (signed in) to link one's account."""
    _on()
    request.session[_NEXT] = next_of(request)
    try:
        return identity.leave_for_provider(request)
    except Refused as error:
        return _told(request, error)


@never_cache
@require_safe
def back(request: ActorRequest) -> HttpResponse:
    """From the provider. Signed out: signs in who is linked. Signed in: asks whether this identity is hers."""
    _on()
    try:
        found = identity.come_back(request)
        if not request.user.is_authenticated:
            return _sign_in(request, found)
    except Refused as error:
        if not request.user.is_authenticated:
            about = ("congress.Person", None)
            record.refused(stranger_at(request), "person.sign_in", error, about, {}, private=())
        return _told(request, error)
    # Asked before it is linked: somebody else may be signed in at the provider in this browser.
    request.session[FOUND] = [found.subject, found.name]
    return redirect("congress:identity.list")


def _sign_in(request: ActorRequest, found: Identity) -> HttpResponse:
    person = identity.person_of(found)
    if person is None:
        raise Refused("identity.unknown", _UNKNOWN)
    if found.second_factor:
        record_authentication(request, person, "mfa", type=IDENTITY)
    return enter(request, Checked(person, "identity"), to=request.session.pop(_NEXT, ""))


def _told(request: ActorRequest, error: Refused) -> HttpResponse:
    messages.error(request, error.message)
    return redirect("congress:identity.list" if request.user.is_authenticated else "account_login")


@never_cache
@login_required
@require_safe
def identities(request: ActorRequest) -> HttpResponse:
    """What my account is linked to, and what waits to be confirmed."""
    _on()
    shown = {
        "links": own_links(request.actor),
        "found": request.session.get(FOUND),
        "provider": settings.RENDA_OIDC["name"],
    }
    return page(request, "congress/identity.html", shown)


@login_required
@require_POST
def link(request: ActorRequest) -> HttpResponse:
    """Yes, that is me at the provider."""
    _on()
    subject, _ = request.session.pop(FOUND, ("", ""))
    try:
        identity_link(request.actor, subject=subject)
    except Refused as error:
        return _told(request, error)
    messages.success(request, "已关联，下次可以用统一身份认证登录。")
    return SeeOther(reverse("congress:identity.list"))


@login_required
@require_POST
def unlink(request: ActorRequest, pk: int) -> HttpResponse:
    """It signs me in no more."""
    identity_unlink(request.actor, pk)
    messages.success(request, "已解除关联。")
    return SeeOther(reverse("congress:account"))
