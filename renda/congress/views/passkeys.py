"""Passkeys: allauth's pages in the house's words, with the house's rules. Where there are none each answers 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from renda.congress.actions.sign_in import second_factor_change
from renda.congress.adapters import SecondFactorAdapter
from renda.congress.models import Person
from renda.kernel.ui.http import SeeOther, actor_of

View = Callable[..., HttpResponseBase]


def _where_there_are_passkeys(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **given: Any) -> HttpResponseBase:
        if not settings.RENDA_PASSKEY_HOST:
            raise Http404
        return view(request, **given)

    return guarded


class _Add(views.AddWebAuthnView):  # type: ignore[misc]  # allauth brings no types
    """Every passkey signs in by itself: it is kept in the device and asks for its owner (PIN, finger, face)."""

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context_data(**given)
        shown["js_data"] = {"creation_options": auth.begin_registration(self.request.user, passwordless=True)}
        return shown


class _Edit(views.EditWebAuthnView):  # type: ignore[misc]  # allauth brings no types
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        second_factor_change(actor_of(self.request), change="webauthn_renamed")
        return response


class _Remove(views.RemoveWebAuthnView):  # type: ignore[misc]  # allauth brings no types
    """An administrator's last second factor stays."""

    def form_valid(self, form: Form) -> HttpResponse:
        passkey, person = self.get_object(), self.request.user
        assert isinstance(person, Person)
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        others = Authenticator.objects.filter(user=person, type__in=kinds).exclude(pk=passkey.pk)
        if not others.exists() and not SecondFactorAdapter().can_delete_authenticator(passkey):
            messages.error(self.request, "管理员必须有第二登录凭证，请先添加另一个通行密钥或设置验证器。")
            return SeeOther(reverse("mfa_list_webauthn"))
        response: HttpResponse = super().form_valid(form)
        return response


list_passkeys = _where_there_are_passkeys(views.list_webauthn)
add_passkey = _where_there_are_passkeys(_Add.as_view())
edit_passkey = _where_there_are_passkeys(_Edit.as_view())
remove_passkey = _where_there_are_passkeys(_Remove.as_view())
sign_in_with_passkey = _where_there_are_passkeys(views.login_webauthn)
reauthenticate_with_passkey = _where_there_are_passkeys(views.reauthenticate_webauthn)
