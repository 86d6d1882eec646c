"""What the public says about renda itself: a letter to the inner zone."""

from __future__ import annotations

import json
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from renda.kernel.feedback.public_forms import FeedbackForm
from renda.kernel.privacy.cleaning import clean_text
from renda.kernel.public_zone import api as public_zone
from renda.kernel.public_zone.api import Letter, Limit
from renda.kernel.ui.http import SeeOther

TEN_MINUTES = 600


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """The form, and after it the thanks."""
    form = FeedbackForm(request.POST or None, initial={"page": request.GET.get("page", "")[:120]})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            seconds = public_zone.wait(
                Limit("feedback", public_zone.device_of(request), settings.RENDA_SENDS_A_DEVICE, TEN_MINUTES),
                Limit("feedback from", public_zone.address_of(request), settings.RENDA_SENDS_AN_ADDRESS, TEN_MINUTES),
            )
            if not seconds:
                said = {name: clean_text(value) for name, value in form.cleaned_data.items()}
                # Whoever floods is known to the inner zone by a keyed hash only.
                said["sender"] = public_zone.letter_key("sender", public_zone.address_of(request))
                pressed = request.POST.get("idempotency_key") or uuid.uuid4().hex
                key = public_zone.letter_key("feedback", pressed, json.dumps(said, sort_keys=True))
                public_zone.send(Letter("feedback.send", key, said))
                return SeeOther(f"{reverse('feedback:feedback.send')}?sent=1")
            status = 429
            form.add_error(None, f"反馈得太频繁了，请 {public_zone.in_words(seconds)}后再试，填写的内容还在。")
    shown = {"base": "ui/public_base.html", "sent": request.GET.get("sent") == "1", "form": form}
    response = render(request, "feedback/send.html", shown, status=status)
    if status == 429:
        response["Retry-After"] = str(seconds)
    return response
