"""Who asks, and the transaction that a page is read in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from renda.congress.actions.tokens import token_use
from renda.congress.actors import actor_for, herself
from renda.congress.models import SECOND_FACTOR_KINDS
from renda.congress.tokens import token_of
from renda.kernel import clock
from renda.kernel.errors import Forbidden, RendaError, SignedOut
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui import faults

SEEN = "renda_seen"
# A page left open asks again by itself; such requests carry this header and are no sign of life.
BACKGROUND = "X-Renda-Background"
# The way in: it reads no congress's rows, waits for the city's provider, and writes in coming back from there.
_DOOR = "/sign-in/"
# Where somebody may go who must still set up a second factor.
_SETTING_UP = ("/account/", "/sign-out/", "/static/", "/ui/")


class ActorMiddleware:
    """Sets ``request.actor`` (built when first asked for) and reads pages inside the actor's scope.

    A request without a session cookie costs no query here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._asked(request)
        except RendaError as error:
            # Django turns what a middleware raises into a fault (500) before a middleware further out hears of it.
            return faults.respond(request, faults.of(error))

    def _asked(self, request: HttpRequest) -> HttpResponse:
        address = request.META.get("REMOTE_ADDR", "")
        if faults.is_machine(request) and (token := token_of(request)) is not None:
            actor = herself(token.person, address)
            if token.used_on != clock.today():
                token_use(actor, token.pk)
            request.actor = actor  # type: ignore[attr-defined]  # the house's own attribute
            return self._answer(request)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            request.actor = Actor.public(address=address)  # type: ignore[attr-defined]  # the house's own attribute
            return self._answer(request)
        if _rested_too_long(request):
            logout(request)
            if faults.is_machine(request):
                raise SignedOut
            return HttpResponseRedirect(f"{reverse('account_login')}?rested=1")
        request.actor = SimpleLazyObject(lambda: actor_for(request.user, address=address))  # type: ignore[attr-defined]
        if _owes_second_factor(request):
            if faults.is_machine(request):
                raise Forbidden("second_factor", "请先在网页上设置并输入第二登录凭证。")
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.path.startswith(_DOOR):
            return self.get_response(request)
        actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
        with tenant_transaction(actor.tenants):
            return self.get_response(request)


def _rested_too_long(request: HttpRequest) -> bool:
    """Whether a signed-in browser has rested beyond the limit; else notes, at most once a minute, that it lives."""
    if "_auth_user_id" not in request.session:
        return False
    now = int(time.time())
    seen = int(request.session.get(SEEN, now))
    if now - seen > settings.RENDA_IDLE_SECONDS:
        return True
    if BACKGROUND not in request.headers and (SEEN not in request.session or now - seen >= 60):
        request.session[SEEN] = now
    return False


def _owes_second_factor(request: HttpRequest) -> bool:
    """Whether an administrator has not given (or not even set up) her second factor in this session."""
    if request.path.startswith(_SETTING_UP) or not request.user.is_authenticated:
        return False
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    if not any(post.kind in SECOND_FACTOR_KINDS for post in actor.posts):
        return False
    records = request.session.get("account_authentication_methods", [])
    return not any(record.get("method") == "mfa" for record in records)
