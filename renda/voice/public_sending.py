"""The public's pages that take something in: a message behind a code, the look-up of its receipt, the rating."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from renda.kernel import clock
from renda.kernel.codes.api import read_short_code
from renda.kernel.errors import Invalid
from renda.kernel.files.inspection.kinds import IMAGES
from renda.kernel.files.inspection.upload import display_name, inspect_bytes
from renda.kernel.privacy.cleaning import clean_text
from renda.kernel.public_zone import api as public_zone
from renda.kernel.public_zone.api import Letter, Limit
from renda.kernel.ui.http import SeeOther
from renda.kernel.ui.shapes import State, TrailLine
from renda.voice import finding, published, similar
from renda.voice.public_forms import LookUpForm, MessageForm, RateForm
from renda.voice.receipts import copy_key, normalised, opened, opens, query_word, receipt_number_of

_SALT = "renda.voice.receipt"
RECEIPT_HOURS = 12  # how long an opened receipt stays open in the browser
TEN_MINUTES = 600
# Wrong words of one number, and look-ups from one address, in ten minutes: a million words take 380 years.
TRIES_A_NUMBER, TRIES_AN_ADDRESS = 5, 60
NOT_FOUND = "没有查到。请核对受理编号和查询码。"
# After so many seconds a message is not "being registered" any more: somebody is looking at it.
REGISTERED_WITHIN = 120
# How often similar messages are looked for while one types: in one browser, from one address.
SIMILAR_A_DEVICE, SIMILAR_AN_ADDRESS = 80, 800


# --- what a scanned code names ---------------------------------------------------------------------------------------------


class Target:
    """What a scanned code names. Who stands behind it is asked only when a page shows it."""

    def __init__(self, wall_code: finding.WallCode, *, took_over: bool) -> None:
        self.wall_code = wall_code
        self.code = wall_code.code
        self.station, self.district = wall_code.station, wall_code.district
        self.names_a_deputy = wall_code.names_a_deputy
        # False: the deputy (or everybody of the district) on it has left; others read what is left here.
        self.is_as_printed = wall_code.is_as_printed
        # Another code than the one that was scanned: its station was closed.
        self.took_over = took_over

    @property
    def leads_to_her(self) -> bool:
        """Whether the deputy on the code is there to read."""
        return self.names_a_deputy and self.is_as_printed

    @cached_property
    def deputies(self) -> list[finding.Deputy]:
        """The deputies one can choose behind it."""
        return finding.deputies_behind(self.wall_code)

    def chosen(self, word: str) -> finding.Deputy | None:
        """The deputy that a page is for: the one chosen, or the one a deputy's code names."""
        named = next((one for one in self.deputies if str(one.person_id) == word), None)
        return named or (next(iter(self.deputies), None) if self.leads_to_her else None)


def target_of(code: str) -> Target:
    """What a code names.

    Raises:
        Http404: nothing.
    """
    read = read_short_code(code)
    wall_code = finding.wall_code(read) if read else None
    if wall_code is None:
        raise Http404
    return Target(wall_code, took_over=wall_code.code != read)


@require_safe
def code(request: HttpRequest, code: str) -> HttpResponse:
    """What is behind a code on a wall: a deputy goes straight to the form, a station lets one choose."""
    target = target_of(code)
    if target.leads_to_her:
        return redirect("voice:message.submit", code=target.code)
    return render(request, "voice/code.html", {"target": target})


# --- leaving a message -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """The form, and its press; a similar public message can be joined instead (``joiner.join``)."""
    target = target_of(code)
    chosen = request.POST.get("deputy") or request.GET.get("deputy") or ""
    places = finding.places_of(target.wall_code.tenant_id)
    form = MessageForm(request.POST or None, request.FILES or None, places=places)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        if chosen and target.chosen(chosen) is None:
            form.add_error(None, "这位代表不在这个二维码的接待范围内，请重新选择。")
        elif _asks_first(request, form) and (alike := _similar(target, form.cleaned_data["body"])):
            return _form(request, target, chosen, form, 200, alike)
        elif seconds := public_zone.wait(*sending_limits(request)):
            form.add_error(
                None, f"提交得太频繁了，请 {public_zone.in_words(seconds)}后再点一次“提交留言”，填写的内容还在。"
            )
            return slow(_form(request, target, chosen, form, 429), seconds)
        else:
            with form.catching():
                number = leave(target, chosen, form, request.POST.get("idempotency_key", ""))
                return SeeOther(reverse("voice:receipt", args=[token(number, fresh=True)]))
    return _form(request, target, chosen, form, status)


def _asks_first(request: HttpRequest, form: MessageForm) -> bool:
    """Whether similar public messages are shown before this one is taken: not to whoever has seen them, nor where photos
    were chosen (a page that is shown again cannot keep them), nor when a kept draft is sent with nobody at the screen.
    """
    is_seen = request.POST.get("similar") == "seen" or request.POST.get("unattended") == "1"
    return not is_seen and not form.cleaned_data["photos"]


def _similar(target: Target, text: str) -> list[dict[str, Any]]:
    return [published.page_of(copy.body, ()) for copy in similar.similar(target.wall_code.tenant_id, text)]


@require_http_methods(["POST"])
def similar_messages(request: HttpRequest, code: str) -> HttpResponse:
    """While one types: public messages of the county that speak of the same thing; a part of the form."""
    target = target_of(code)
    seconds = public_zone.wait(
        Limit("similar", public_zone.device_of(request), SIMILAR_A_DEVICE, TEN_MINUTES),
        Limit("similar from", public_zone.address_of(request), SIMILAR_AN_ADDRESS, TEN_MINUTES),
    )
    if seconds:
        return slow(HttpResponse(status=429), seconds)
    text = clean_text(request.POST.get("body", ""))[:5000]
    return render(request, "voice/similar.html", {"similar": _similar(target, text), "seen": True})


def _form(
    request: HttpRequest,
    target: Target,
    chosen: str,
    form: MessageForm,
    status: int,
    alike: Sequence[dict[str, Any]] = (),
) -> HttpResponse:
    form.fields["body"].widget.attrs |= {
        "hx-post": reverse("voice:similar", args=[target.code]),
        "hx-trigger": "input changed delay:900ms",
        "hx-target": "#similar",
        "hx-swap": "innerHTML",
        "hx-sync": "this:replace",
    }
    shown = {"target": target, "deputy": target.chosen(chosen), "form": form, "similar": alike, "asks": bool(alike)}
    return render(request, "voice/submit.html", shown, status=status)


def slow(response: HttpResponse, seconds: int) -> HttpResponse:
    """The answer to whoever presses too often."""
    response["Retry-After"] = str(seconds)
    return response


def sending_limits(request: HttpRequest) -> tuple[Limit, ...]:
    """How often one browser, and one network address, may send."""
    return (
        Limit("send", public_zone.device_of(request), settings.RENDA_SENDS_A_DEVICE, TEN_MINUTES),
        Limit("send from", public_zone.address_of(request), settings.RENDA_SENDS_AN_ADDRESS, TEN_MINUTES),
    )


def leave(target: Target, chosen: str, form: MessageForm, pressed: str) -> str:
    """Leave the message and its photos for the inner zone; the receipt number. The same press gives the same number.

    Raises:
        Invalid: a photo is not taken.
    """
    photos = _photos(form.cleaned_data["photos"])
    said: dict[str, Any] = {
        name: clean_text(form.cleaned_data[name])
        for name in ("body", "place", "place_text", "contact_name", "contact_phone")
    }
    said |= {"code": target.code, "deputy": chosen, "may_publish": form.cleaned_data["may_publish"]}
    said["names"] = [name for name, _ in photos]
    digest = sha256(json.dumps(said, sort_keys=True).encode() + b"".join(sha256(one).digest() for _, one in photos))
    key = public_zone.letter_key("message", pressed or uuid.uuid4().hex, digest.hexdigest())
    number = receipt_number_of(clock.today(), key)
    said |= {"receipt_number": number, "files": [f"{key}:{place}" for place in range(len(photos))]}
    public_zone.send(
        *(Letter("file", name, content) for name, (_, content) in zip(said["files"], photos, strict=True)),
        Letter("message.submit", key, said),
    )
    return number


def _photos(uploads: Sequence[UploadedFile[Any]]) -> list[tuple[str, bytes]]:
    """Name and content of the pictures, looked at before they are sent; the inner zone looks again.

    Raises:
        Invalid: some are no pictures; each is named with its place in the list.
    """
    found: list[tuple[str, bytes]] = []
    refused: list[str] = []
    for number, upload in enumerate(uploads, start=1):
        content = upload.read()
        try:
            inspect_bytes(content, accept=IMAGES)
        except Invalid as error:
            refused.append(f"第 {number} 个文件：{error.message}" if len(uploads) > 1 else error.message)
        found.append((display_name(upload.name or ""), content))
    if refused:
        raise Invalid("file.refused", fields={"photos": " ".join(refused)})
    return found


# --- the receipt -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Receipt:
    """An opened receipt: its number, whether it has just been made, when that was."""

    token: str
    number: str
    fresh: bool
    made_at: int

    @property
    def is_late(self) -> bool:
        return time.time() - self.made_at > REGISTERED_WITHIN


def token(number: str, *, fresh: bool = False) -> str:
    """Opens one receipt for some hours: its number, signed; ``fresh``: the page shows the word once."""
    return signing.dumps([number, int(fresh), int(time.time())], salt=_SALT)


def _open(given: str) -> _Receipt:
    try:
        number, fresh, made_at = signing.loads(given, salt=_SALT, max_age=RECEIPT_HOURS * 3600)
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
    return _Receipt(given, str(number), bool(fresh), int(made_at))


def looking_limits(request: HttpRequest, number: str) -> tuple[Limit, ...]:
    """How often a number, and one network address, may be looked up."""
    return (
        Limit("look up", number, TRIES_A_NUMBER, TEN_MINUTES),
        Limit("look up from", public_zone.address_of(request), TRIES_AN_ADDRESS, TEN_MINUTES),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Number and word open the receipt; a wrong pair says the same whatever is wrong."""
    form = LookUpForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        number = normalised(form.cleaned_data["receipt_number"])
        if seconds := public_zone.wait(*looking_limits(request, number)):
            form.add_error(None, f"查询得太频繁了，请 {public_zone.in_words(seconds)}后再试。")
            return slow(render(request, "voice/look_up.html", {"form": form}, status=429), seconds)
        if opens(number, form.cleaned_data["word"]):
            return SeeOther(reverse("voice:receipt", args=[token(number)]))
        form.add_error(None, NOT_FOUND)
    status = 422 if form.errors else 200
    return render(request, "voice/look_up.html", {"form": form}, status=status)


@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The line of one message, as its writer sees it. The open page asks for its part again with the tag it has."""
    return _receipt(request, _open(token), None)


def story_of(number: str) -> tuple[int, dict[str, Any] | None]:
    """Version and content of a receipt's copy; none while the inner zone has not registered the message."""
    copy = public_zone.one("receipt", copy_key(number))
    return (copy.version, opened(number, copy.body["closed"])) if copy is not None else (0, None)


def _receipt(request: HttpRequest, found: _Receipt, form: RateForm | None) -> HttpResponse:
    version, story = story_of(found.number)
    rated = request.GET.get("rated") == "1" and bool(story and story["may_rate"])
    withdrawn = request.GET.get("withdrawn") == "1" and bool(story and story["may_publish"])
    tag = f'"{version}-{int(rated)}-{int(withdrawn)}-{int(found.is_late)}"'
    if request.headers.get("If-None-Match") == tag and "HX-Request" in request.headers:
        return HttpResponse(status=304, headers={"ETag": tag, "Cache-Control": "no-store"})
    shown = {
        "receipt": found,
        "word": query_word(found.number) if found.fresh else "",
        "tag": tag,
        "rated": rated,
        "withdrawn": withdrawn,
        "joined": request.GET.get("joined") == "1",
        "here": request.get_full_path() if request.method != "POST" else reverse("voice:receipt", args=[found.token]),
    }
    if story is None:
        response = render(request, "voice/receipt_waiting.html", shown)
    else:
        shown |= told(story)
        shown["form"] = form or (RateForm() if story["may_rate"] and not rated else None)
        status = 422 if form is not None and form.errors else 200
        response = render(request, "voice/receipt.html", shown, status=status)
    response["ETag"], response["Cache-Control"] = tag, "no-store"
    return response


def told(story: dict[str, Any]) -> dict[str, Any]:
    """The copy's content in the shapes that components take."""
    return {
        "story": story,
        "state": State(story["state"]["word"], story["state"]["tone"]),
        "steps": published.steps_of(story["steps"]),
        "lines": [
            TrailLine(line["title"], datetime.fromisoformat(line["at"]), line["by"], line["note"], line["tone"])
            for line in story["lines"]
        ],
    }


@require_http_methods(["POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """The constituent rates the answer. The first rating of an answer counts."""
    found = _open(token)
    form = RateForm(request.POST)
    if form.is_valid():
        _, story = story_of(found.number)
        if story is None or not story["may_rate"]:
            form.add_error(None, "现在不能评价：还没有答复，或者这次答复已经评价过了。")
        elif seconds := public_zone.wait(*sending_limits(request)):
            form.add_error(None, f"提交得太频繁了，请 {public_zone.in_words(seconds)}后再试。")
            response = _receipt(request, found, form)
            response.status_code = 429
            return slow(response, seconds)
        else:
            key = public_zone.letter_key("rate", found.number, str(story["answers"]))
            said = {name: clean_text(value) for name, value in form.cleaned_data.items()}
            public_zone.send(Letter("message.rate", key, {**said, "receipt_number": found.number}))
            return SeeOther(f"{reverse('voice:receipt', args=[token])}?rated=1")
    return _receipt(request, found, form)


@require_http_methods(["POST"])
def withdraw_consent(request: HttpRequest, token: str) -> HttpResponse:
    """The constituent does not agree any more to her message being public."""
    found = _open(token)
    if seconds := public_zone.wait(*sending_limits(request)):
        response = _receipt(request, found, None)
        response.status_code = 429
        return slow(response, seconds)
    key = public_zone.letter_key("withdraw", found.number)
    public_zone.send(Letter("message.withdraw_consent", key, {"receipt_number": found.number}))
    return SeeOther(f"{reverse('voice:receipt', args=[token])}?withdrawn=1")
