"""The sign-in page, one's own account, one's own sessions."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from renda.congress import identity, sms_codes
from renda.congress.actions.sign_in import session_end, sign_in_code_use
from renda.congress.browsers import browser_in_words
from renda.congress.forms import EmailForm, SignInForm
from renda.congress.models import Person
from renda.congress.sign_in import REFUSED, Checked, check
from renda.kernel.audit import record
from renda.kernel.audit.models import NO_TENANT
from renda.kernel.errors import Invalid, RendaError
from renda.kernel.parties import Actor
from renda.kernel.ui.http import ActorRequest, SeeOther, page


@never_cache
@sensitive_post_parameters("secret", "totp")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: ActorRequest) -> HttpResponse:
    """User name with a password or a one-use code; a second factor follows where one is set up."""
    if request.user.is_authenticated:
        return SeeOther(settings.LOGIN_REDIRECT_URL)
    form = SignInForm(request.POST or None, initial={"user_name": request.GET.get("user_name", "")})
    if request.method == "POST" and form.is_valid():
        with form.catching():
            return enter(request, _checked(request, form))
    return page(
        request,
        "congress/sign_in.html",
        {
            "rested": "rested" in request.GET,
            "next": next_of(request),
            "has_sms": sms_codes.is_on(),
            "has_passkeys": bool(settings.RENDA_PASSKEY_HOST),
            "provider": _provider(),
        },
        form=form,
    )


def _provider() -> str:
    """What the city's provider of identities is called, where there is one."""
    return settings.RENDA_OIDC["name"] if identity.is_on() else ""


def next_of(request: HttpRequest) -> str:
    """Where to go after signing in: an address of this site, or empty."""
    return get_next_redirect_url(request) or ""


def stranger_at(request: HttpRequest) -> Actor:
    """Whoever stands before the door, for the trail."""
    return Actor.public([NO_TENANT], address=request.META.get("REMOTE_ADDR", ""))


def _checked(request: ActorRequest, form: SignInForm) -> Checked:
    """Who has shown that she is herself; her one-use code is used up.

    Raises:
        Invalid: always the same sentence; the refusal is in the trail.
    """
    stranger = stranger_at(request)
    given = form.cleaned_data
    try:
        checked = check(request, **given, address=stranger.address)
        if checked.code is not None:
            sign_in_code_use(stranger, checked.code.id)
    except RendaError as error:
        person = Person.objects.filter(user_name=given["user_name"].strip()).first()
        record.refused(
            stranger, "person.sign_in", error, ("congress.Person", person and person.party_id), {}, private=()
        )
        raise Invalid("sign_in.refused", REFUSED) from error
    return checked


def enter(request: HttpRequest, checked: Checked, *, to: str = "") -> HttpResponse:
    """Sign in who was checked; where she has a second factor, its page comes first. ``to``: as ``next_of`` gave it."""
    # As good as a confirmation: what asks for one within the next minutes has it.
    record_authentication(request, checked.person, method=checked.method, reauthenticated=True)
    login = Login(user=checked.person, email_verification="none", redirect_url=to or next_of(request) or None)
    response: HttpResponse = perform_login(request, login)
    return response


@login_required
@require_GET
def account(request: ActorRequest) -> HttpResponse:
    """What I hold, how I sign in, where I am signed in."""
    person = request.user
    assert isinstance(person, Person)
    return page(
        request,
        "congress/account.html",
        {
            "person": person,
            "email_form": EmailForm(initial={"email": person.email}),
            "has_password": person.has_usable_password(),
            "has_totp": Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists(),
            "has_passkeys": bool(settings.RENDA_PASSKEY_HOST),
            "provider": _provider(),
            "sessions": [
                (session, browser_in_words(session.user_agent))
                for session in UserSession.objects.purge_and_list(person)
            ],
            "current": request.session.session_key,
        },
    )


@login_required
@require_POST
def end_session(request: ActorRequest, pk: int) -> HttpResponse:
    """End one of my sessions, or (security administrator) somebody's."""
    session_end(request.actor, pk)
    messages.success(request, "已结束该登录会话。")
    # From the list of all sessions back to it; the address itself is never taken from the form.
    return SeeOther(reverse("congress:session.list" if "back" in request.POST else "congress:account"))
