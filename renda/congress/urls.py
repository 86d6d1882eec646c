"""Addresses. A page that writes is named after its action; allauth's views are mounted one by one."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from django.http.response import HttpResponseBase
from django.urls import URLPattern, include, path

from renda.congress import views
from renda.congress.views import identity, passkeys, tokens


def _verbs(root: str, view: Callable[..., HttpResponseBase], **names: str) -> list[URLPattern]:
    """The presses of a page: each has an address, named after its action."""
    return [path(f"{root}/<int:pk>/{last}/", view, {"name": name}, name=name) for last, name in names.items()]


_own = [
    path("account/", views.account, name="account"),
    path("account/sessions/<int:pk>/end/", views.end_session, name="session.end"),
    path("sign-in/identity/", identity.begin, name="identity.begin"),
    path("sign-in/identity/back/", identity.back, name="identity.back"),
    path("account/identity/", identity.identities, name="identity.list"),
    path("account/identity/link/", identity.link, name="identity.link"),
    path("account/identity/<int:pk>/unlink/", identity.unlink, name="identity.unlink"),
    path("account/tokens/", tokens.tokens, name="token.list"),
    path("account/tokens/new/", tokens.create, name="token.create"),
    path("account/tokens/<int:pk>/revoke/", tokens.revoke, name="token.revoke"),
    path("sign-in/sms/", views.sms_sign_in, name="sms_code.send"),
    path("sign-in/sms/code/", views.sms_code, name="sms_code.use"),
    path("congress/people/", views.people, name="person.list"),
    path("congress/people/new/", views.person_create, name="person.create"),
    path("congress/people/slips/", views.invite_many, name="person.invite_many"),
    path("congress/people/<int:pk>/", views.person_page, name="person.page"),
    *_verbs(
        "congress/people",
        views.person_act,
        edit="person.edit",
        disable="person.disable",
        enable="person.enable",
        reveal="person.reveal",
        email="person.set_email",
        reset="second_factor.reset",
        identity="identity.assign",
        invite="person.invite",
        invite_administrator="administrator.invite",
    ),
    path("congress/congresses/", views.congresses, name="congress.list"),
    path("congress/congresses/<int:pk>/", views.congress_page, name="congress.page"),
    path("congress/congresses/<int:pk>/found/", views.congress_found, name="congress.found"),
    path("congress/congresses/<int:pk>/term/", views.term_begin, name="term.begin"),
    path("congress/organisations/", views.organisations, name="organisation.list"),
    path("congress/organisations/new/", views.organisation_create, name="organisation.create"),
    path("congress/organisations/<int:pk>/", views.organisation_page, name="organisation.page"),
    *_verbs(
        "congress/organisations",
        views.organisation_act,
        edit="organisation.edit",
        close="organisation.close",
        posts="post.create",
    ),
    path("congress/posts/<int:pk>/", views.post_page, name="post.page"),
    *_verbs(
        "congress/posts",
        views.post_act,
        edit="post.edit",
        close="post.close",
        assign="holding.assign",
        assign_administrator="administrator.assign",
    ),
    path("congress/holdings/<int:pk>/end/", views.holding_end, name="holding.end"),
    path("congress/stations/", views.stations, name="station.list"),
    path("congress/stations/new/", views.station_create, name="station.create"),
    path("congress/stations/<int:pk>/", views.station_page, name="station.page"),
    *_verbs(
        "congress/stations", views.station_act, edit="station.edit", close="station.close", reopen="station.reopen"
    ),
    path("congress/stations/<int:pk>/deputies/", views.station_serve, name="station.serve"),
    path("congress/stations/<int:pk>/manager/", views.station_appoint, name="station.appoint"),
    path("congress/stations/<int:pk>/reception/", views.reception_arrange, name="reception.arrange"),
    path("congress/reception/<int:pk>/cancel/", views.reception_cancel, name="reception.cancel"),
    path("congress/deputies/", views.mandates, name="mandate.list"),
    path("congress/deputies/new/", views.mandate_begin, name="mandate.begin"),
    path("congress/deputies/<int:pk>/", views.mandate_page, name="mandate.page"),
    *_verbs(
        "congress/deputies",
        views.mandate_act,
        edit="mandate.edit",
        suspend="mandate.suspend",
        restore="mandate.restore",
        end="mandate.end",
    ),
    path("congress/districts/", views.districts, name="district.list"),
    path("congress/districts/new/", views.district_create, name="district.create"),
    path("congress/districts/<int:pk>/", views.district_page, name="district.page"),
    path("congress/roster/", views.roster, name="roster.import"),
    path("congress/roster/template/", views.template, name="roster.template"),
    path("congress/roster/confirm/", views.confirm, name="roster.confirm"),
    path("congress/sessions/", views.sessions, name="session.list"),
    path("congress/administrators/", views.administrators, name="administrator.list"),
    path("congress/system/", views.system, name="system"),
    path("congress/places/", views.places, name="place.list"),
    path("congress/places/import/", views.place_import, name="place.import"),
    path("congress/places/<int:pk>/", views.place_page, name="place.page"),
    path("congress/audit/", views.audit, name="audit"),
]

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", account_views.logout, name="account_logout"),
    path("account/inactive/", account_views.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("account/password/change/", account_views.password_change, name="account_change_password"),
    path("account/password/set/", account_views.password_set, name="account_set_password"),
    path("account/second-factor/", views.account, name="mfa_index"),
    path("account/second-factor/authenticate/", mfa_views.authenticate, name="mfa_authenticate"),
    path("account/second-factor/reauthenticate/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("account/second-factor/activate/", totp_views.activate_totp, name="mfa_activate_totp"),
    path("account/second-factor/deactivate/", views.account, name="mfa_deactivate_totp"),
    path("account/second-factor/recovery-codes/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/second-factor/recovery-codes/generate/",
        recovery_views.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("account/passkeys/", passkeys.list_passkeys, name="mfa_list_webauthn"),
    path("account/passkeys/add/", passkeys.add_passkey, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/edit/", passkeys.edit_passkey, name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", passkeys.remove_passkey, name="mfa_remove_webauthn"),
    path("account/passkeys/reauthenticate/", passkeys.reauthenticate_with_passkey, name="mfa_reauthenticate_webauthn"),
    path("sign-in/passkey/", passkeys.sign_in_with_passkey, name="mfa_login_webauthn"),
    path("", include((_own, "congress"))),
]
