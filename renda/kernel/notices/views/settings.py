"""My settings of notices: what by which channel, when, and where I am reached."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from renda.kernel import clock
from renda.kernel.errors import TooMany
from renda.kernel.notices import addresses, proofs
from renda.kernel.notices.actions import BIND, address_ask_code, address_bind, address_unbind, notice_prefer
from renda.kernel.notices.channels import (
    CHANNELS,
    Channel,
    DeliveryError,
    Rejected,
    channels_on,
    dingtalk,
    wechat,
    wecom,
)
from renda.kernel.notices.forms import CodeForm, EmailForm, PhoneForm, PreferenceForm
from renda.kernel.notices.models import AddressProof, PersonAddress, Preference, Timing
from renda.kernel.notices.selectors import own_addresses
from renda.kernel.parties import Actor
from renda.kernel.ui.forms import HouseForm
from renda.kernel.ui.http import SeeOther, actor_of, page

_FINDERS = {"wecom": wecom.find, "dingtalk": dingtalk.find}
_STATE = "notices.wechat"
_STATE_SECONDS = 600


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice_preferences(request: HttpRequest) -> HttpResponse:
    """Which kinds one wants, by which channel and when; below it, where one is reached."""
    actor = actor_of(request)
    if request.method == "POST":
        form = PreferenceForm(request.POST)
        if form.is_valid():
            with form.catching():
                notice_prefer(actor, **form.given())
                messages.success(request, "通知设置已保存。")
                return SeeOther(reverse("notice.prefer"))
    else:
        wishes = Preference.objects.filter(party_id=actor.party_id)
        form = PreferenceForm.of(wishes, Timing.objects.filter(party_id=actor.party_id).first())
    shown = {"reached": _reached(actor), "site_quiet": settings.RENDA_QUIET_HOURS.replace("-", " 至 ")}
    return page(request, "notices/preferences.html", shown, form=form)


def _reached(actor: Actor) -> list[dict[str, Any]]:
    """Each channel that is on, with the address that is proven or else known."""
    if actor.party_id is None:
        return []
    own = {row.channel: row for row in own_addresses(actor)}
    names = channels_on()
    known = dict(addresses.addresses(names, [actor.party_id]))
    return [
        {
            "name": name,
            "channel": CHANNELS[name],
            "row": own.get(name),
            "shown": addresses.masked(name, known[name].address) if name in known else "",
        }
        for name in names
    ]


# --- an address of one's own ------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bind(request: HttpRequest, channel: str) -> HttpResponse:
    """Bind an address: by a code, by the proven phone, or in the provider's own browser."""
    known = _channel(channel)
    actor = actor_of(request)
    shown: dict[str, Any] = {"name": channel, "channel": known}
    match known.proof:
        case "code":
            return _ask_code(request, actor, channel, shown)
        case "phone":
            return _find(request, actor, channel, shown)
        case _:
            state = signing.dumps(actor.party_id, salt=_STATE)
            shown["address"] = wechat.page_to_sign_in(request.build_absolute_uri(reverse("address.return")), state)
            return page(request, "notices/bind.html", shown)


def _channel(name: str) -> Channel:
    if name not in channels_on():
        raise Http404
    return CHANNELS[name]


def _ask_code(request: HttpRequest, actor: Actor, channel: str, shown: dict[str, Any]) -> HttpResponse:
    kind = PhoneForm if channel == "sms" else EmailForm
    form = kind(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            with form.catching():
                address_ask_code(actor, channel=channel, address=form.cleaned_data["address"])
                return SeeOther(reverse("address.verify", args=[channel]))
        except TooMany as error:
            status = _too_many(form, error)
    return _answer(page(request, "notices/bind.html", shown, form=form), status)


def _too_many(form: HouseForm, error: TooMany) -> int:
    """Said in the form, so that what was typed is kept."""
    form.add_error(None, error.message)
    return error.status


def _answer(response: HttpResponse, status: int) -> HttpResponse:
    if status != 200:
        response.status_code = status
    return response


def _find(request: HttpRequest, actor: Actor, channel: str, shown: dict[str, Any]) -> HttpResponse:
    """The provider says who has the phone that the actor has proven."""
    phone = PersonAddress.objects.filter(party_id=actor.party_id, channel="sms").first()
    form = HouseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and phone is not None and actor.party_id is not None:
        try:
            found = _FINDERS[channel](phone.address)
        except Rejected:
            form.add_error(None, f"{shown['channel'].title}里没有这个手机号码的成员，请联系系统管理员。")
        except DeliveryError:
            form.add_error(None, f"{shown['channel'].title}暂时没有应答，请稍后再试。")
        else:
            proof = proofs.note(purpose=BIND, channel=channel, address=found, party_id=actor.party_id)
            return _bound(request, actor, proof)
    shown |= {"phone": addresses.masked("sms", phone.address) if phone else "", "sms_on": "sms" in channels_on()}
    return page(request, "notices/bind.html", shown, form=form)


def _bound(request: HttpRequest, actor: Actor, proof: AddressProof) -> HttpResponse:
    address_bind(actor, proof=proof.pk)
    messages.success(request, f"已开通{CHANNELS[proof.channel].title}通知。")
    return SeeOther(reverse("notice.prefer"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, channel: str) -> HttpResponse:
    """The code that came to the address."""
    known, actor = _channel(channel), actor_of(request)
    sent = AddressProof.objects.filter(party_id=actor.party_id, purpose=BIND, channel=channel, proven_at=None)
    asked = sent.filter(expires_at__gt=clock.now()).order_by("-created_at", "-pk").first()
    if asked is None:
        return SeeOther(reverse("address.bind", args=[channel]))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        proof = proofs.claim(
            purpose=BIND,
            channel=channel,
            address=asked.address,
            code=form.cleaned_data["code"],
            party_id=actor.party_id,
        )
        if proof is not None:
            return _bound(request, actor, proof)
        left = max(0, proofs.TRIES - asked.tries - 1)
        form.add_error("code", f"验证码不对，还可以试 {left} 次。" if left else "试错次数太多，请重新获取验证码。")
    shown = {"name": channel, "channel": known, "sent_to": addresses.masked(channel, asked.address)}
    return page(request, "notices/verify.html", shown, form=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wechat_return(request: HttpRequest) -> HttpResponse:
    """Back from WeChat's page: the state is the actor's own, then a press binds who was in front of it."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    code, state = given.get("code", ""), given.get("state", "")
    form = HouseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and "wechat" in channels_on() and _is_own(state, actor) and actor.party_id is not None:
        try:
            openid = wechat.address_of(code)
        except DeliveryError:
            form.add_error(None, "微信没有确认您的身份，请返回重新打开授权页面。")
        else:
            proof = proofs.note(purpose=BIND, channel="wechat", address=openid, party_id=actor.party_id)
            return _bound(request, actor, proof)
    elif request.method == "POST":
        form.add_error(None, "授权已过期，请返回重新打开授权页面。")
    return page(request, "notices/wechat_return.html", {"code": code, "state": state}, form=form)


def _is_own(state: str, actor: Actor) -> bool:
    """Whether this state was made for the actor a short while ago: nobody binds his own account to hers by a link."""
    try:
        party: object = signing.loads(state, salt=_STATE, max_age=_STATE_SECONDS)
    except signing.BadSignature:
        return False
    return party is not None and party == actor.party_id


@login_required
@require_POST
def unbind(request: HttpRequest, key: int) -> HttpResponse:
    """Do not use an address any more."""
    address_unbind(actor_of(request), key)
    messages.success(request, "已解除绑定。")
    return SeeOther(reverse("notice.prefer"))
