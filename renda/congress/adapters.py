"""Where allauth meets the house: sign-in and out are audited, passwords go through the gate, secrets are closed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from renda.congress.actions.demo import MFA
from renda.congress.actions.sign_in import (
    person_set_password,
    person_sign_in,
    person_sign_out,
    second_factor_change,
)
from renda.congress.actors import actor_for, herself
from renda.congress.models import SECOND_FACTOR_KINDS, Person
from renda.kernel.privacy.api import decrypt, encrypt

# The type of a second factor that was given at the city's provider.
IDENTITY = "identity"


def _methods(request: HttpRequest, person: Person) -> list[str]:
    return [entry["method"] for entry in get_authentication_records(request, person)]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """Nobody signs up; a person is created by an office."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        assert isinstance(user, Person)
        person_sign_in(herself(user, request.META.get("REMOTE_ADDR", "")), method="+".join(_methods(request, user)))

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, Person):
            person_sign_out(herself(request.user))
        super().logout(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        assert isinstance(user, Person)
        # The session's own copy follows, so that this browser stays signed in.
        user.password = person_set_password(herself(user), user.party_id, password=password).password

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """After a printed code an account without a password is offered one."""
        user = request.user
        if isinstance(user, Person) and not user.has_usable_password():
            return reverse("account_set_password")
        return str(super().get_login_redirect_url(request))

    def send_notification_mail(self, template_prefix: str, user: AbstractBaseUser, *args: Any, **kwargs: Any) -> None:
        """Called by allauth after each change of a second factor: it is written into the trail, no mail is sent."""
        area, _, name = template_prefix.rpartition("/email/")
        if area != "mfa" or not isinstance(user, Person):
            return
        if name == "totp_activated":
            # The code was just shown to be right: this session has its second factor.
            record_authentication(context.request, user, "mfa", type=Authenticator.Type.TOTP)
        if name == "webauthn_added":
            record_authentication(context.request, user, "mfa", type=Authenticator.Type.WEBAUTHN)
        second_factor_change(herself(user), change=name)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth brings no types
    """Secrets are closed with the house's key; an administrator cannot be without a second factor."""

    def encrypt(self, text: str) -> str:
        return encrypt(text, purpose=MFA)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text, purpose=MFA)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site's own name, whatever host a request says."""
        return {"id": settings.RENDA_PASSKEY_HOST, "name": settings.RENDA_BRAND}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002  # allauth's name
        """For who gives it no name."""
        return f"通行密钥 {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"

    def is_mfa_enabled(self, user: AbstractBaseUser, types: Any = None) -> bool:
        """Not asked for where the city's provider has just said that it was given there."""
        if any(entry.get("type") == IDENTITY for entry in get_authentication_records(context.request, user)):
            return False
        return bool(super().is_mfa_enabled(user, types))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        person = Person.objects.get(party_id=authenticator.user_id)
        return not any(post.kind in SECOND_FACTOR_KINDS for post in actor_for(person).posts)
