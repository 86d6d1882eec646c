"""Signing in by a code sent to a telephone: one page asks for it, the next takes it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from renda.congress import sms_codes
from renda.congress.actions.sign_in import sms_code_send, sms_code_use
from renda.congress.forms import SmsCodeForm, SmsPhoneForm
from renda.congress.sign_in import Checked
from renda.congress.views.sign_in import enter, next_of, stranger_at
from renda.kernel.audit import record
from renda.kernel.errors import Invalid, NotFound, RendaError, TooMany
from renda.kernel.notices.api import read_address
from renda.kernel.privacy.api import decrypt, encrypt, mask_phone
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import ActorRequest, SeeOther, page

# Closed in the session until the code has come; the trail and the address line never have it.
_PHONE = "sign_in_phone"


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "HEAD", "POST"])
def sms_sign_in(request: ActorRequest) -> HttpResponse:
    """Ask for a code. Whatever the number, the next page and its words are the same."""
    if not sms_codes.is_on():
        raise NotFound
    if request.user.is_authenticated:
        return SeeOther(settings.LOGIN_REDIRECT_URL)
    form, status = SmsPhoneForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            phone = _read(form.cleaned_data["phone"])
            stranger = stranger_at(request)
            sms_codes.count_asking(phone, device=_device(request), address=stranger.address)
            sms_code_send(stranger, phone=phone)
            request.session[_PHONE] = encrypt(phone, purpose=_PHONE)
            return SeeOther(
                reverse("congress:sms_code.use", query={"next": next_of(request)} if next_of(request) else None)
            )
        except Invalid as error:
            form.take(error)
        except TooMany as error:
            status = _slow(form, error)
    return _page(request, "congress/sms_sign_in.html", form, status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sms_code(request: ActorRequest) -> HttpResponse:
    """Take the code and sign in; an authenticator, where one is set up, is asked for after it."""
    if not sms_codes.is_on():
        raise NotFound
    if request.user.is_authenticated:
        return SeeOther(settings.LOGIN_REDIRECT_URL)
    if _PHONE not in request.session:
        return redirect("congress:sms_code.send")
    phone = decrypt(request.session[_PHONE], purpose=_PHONE)
    form, status = SmsCodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            checked = _checked(request, phone, form.cleaned_data["code"])
            del request.session[_PHONE]
            return enter(request, checked)
        except Invalid as error:
            form.take(error)
        except TooMany as error:
            status = _slow(form, error)
    return _page(request, "congress/sms_code.html", form, status, phone=mask_phone(phone))


def _checked(request: ActorRequest, phone: str, code: str) -> Checked:
    """Who signs in; her code is used up. A refusal is in the trail.

    Raises:
        Invalid: always the same sentence.
        TooMany: too many tries.
    """
    stranger = stranger_at(request)
    try:
        person, proof = sms_codes.claim(phone, code, device=_device(request), address=stranger.address)
        sms_code_use(stranger, proof=proof, person=person.party_id)
    except RendaError as error:
        known = sms_codes.person_at(phone)
        about = ("congress.Person", known and known.party_id)
        record.refused(stranger, "person.sign_in", error, about, {}, private=())
        if isinstance(error, TooMany):
            raise
        raise Invalid("sign_in.sms", fields={"code": sms_codes.WRONG}) from error
    return Checked(person, "sms_code")


def _read(typed: str) -> str:
    try:
        return read_address(sms_codes.CHANNEL, typed)
    except Invalid as error:
        raise Invalid(error.code, fields={"phone": error.message}) from error


def _device(request: ActorRequest) -> str:
    """What a browser is known by: the secret of its form cookie, which every press carries."""
    return request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")


def _slow(form: HouseForm, error: TooMany) -> int:
    form.add_error(None, error.message)
    return error.status


def _page(request: ActorRequest, template: str, form: HouseForm, status: int, **more: object) -> HttpResponse:
    response = page(request, template, {"next": next_of(request), **more}, form=form)
    if status == TooMany.status:
        response.status_code, response["Retry-After"] = status, "60"
    return response
