"""Joining a public message (我也反映): the same trouble is one more party to one matter, not one more message."""

from __future__ import annotations

import json
import uuid
from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from renda.kernel import clock
from renda.kernel.privacy.cleaning import clean_text
from renda.kernel.public_zone import api as public_zone
from renda.kernel.public_zone.api import Copy, Letter
from renda.kernel.ui.http import SeeOther
from renda.voice import published
from renda.voice.public_forms import JoinForm
from renda.voice.public_sending import sending_limits, slow, token
from renda.voice.receipts import receipt_number_of


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, and its press. A matter that is over is read, not joined."""
    copy = published.message(str(pk))
    if copy is None:
        raise Http404
    if not copy.body["may_join"]:
        return redirect("voice:published.page", pk)
    form, status = JoinForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        if seconds := public_zone.wait(*sending_limits(request)):
            form.add_error(None, f"提交得太频繁了，请 {public_zone.in_words(seconds)}后再点一次，填写的内容还在。")
            return slow(_page(request, copy, form, 429), seconds)
        number = _send(pk, form, request.POST.get("idempotency_key", ""))
        return SeeOther(f"{reverse('voice:receipt', args=[token(number, fresh=True)])}?joined=1")
    if request.method == "POST":
        status = 422
    return _page(request, copy, form, status)


def _page(request: HttpRequest, copy: Copy, form: JoinForm, status: int) -> HttpResponse:
    return render(request, "voice/join.html", {**published.page_of(copy.body, ()), "form": form}, status=status)


def _send(pk: int, form: JoinForm, pressed: str) -> str:
    """Leave the letter; the receipt number. The same press gives the same number."""
    said = {name: clean_text(value) for name, value in form.cleaned_data.items()} | {"message": pk}
    digest = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    key = public_zone.letter_key("join", pressed or uuid.uuid4().hex, digest)
    number = receipt_number_of(clock.today(), key)
    public_zone.send(Letter("joiner.join", key, {**said, "receipt_number": number}))
    return number
