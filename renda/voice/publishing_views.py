"""Making a message public: the draft to work on, the page as the public will see it, and the press."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from renda.kernel import clock, policy
from renda.kernel.errors import Forbidden, Refused
from renda.kernel.files.api import IMAGES, files_of, painted_over, store
from renda.kernel.secrecy import api as secrecy
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.voice import actions, selectors
from renda.voice.actions.publishing import ShownPhoto, obstacle_to_publishing
from renda.voice.drafting import draft_of
from renda.voice.forms.publishing import PublishForm
from renda.voice.models import Message, Publication
from renda.voice.public_copies import public_body
from renda.voice.published import page_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: ActorRequest, pk: int) -> HttpResponse:
    """``step``: ``preview`` shows the public page, ``edit`` goes back to the form, ``publish`` makes it public."""
    actor, step = request.actor, request.POST.get("step", "preview")
    with tenant_transaction(actor.tenants, durable=False):
        message = get_object_or_404(_rows(request), pk=pk)
        if not policy.may(actor, "message.publish", message.tenant_id):
            raise Forbidden("message.publish")
        if obstacle := obstacle_to_publishing(message):
            raise Refused("message.not_for_public", obstacle)
        public = Publication.objects.filter(message=message).first()
        form = _form(request, message, public)
        if request.method != "POST" or not form.is_valid() or step == "edit":
            return _edit(request, message, public, form)
        if step == "preview":
            return _preview(request, message, public, form)
    with form.catching():
        secrecy.screen(actor, "公开留言", {name: form.cleaned_data[name] for name in ("subject", "body", "answer")})
        photos = [
            ShownPhoto(photo.pk, strokes, store(_copy(number, painted_over(photo, strokes)), accept=IMAGES))
            for number, (photo, strokes) in enumerate(form.shown(), start=1)
        ]
        given = {name: form.cleaned_data[name] for name in ("subject", "body", "answer")}
        actions.message_publish.once(request.POST.get("idempotency_key"))(actor, pk, **given, photos=photos)
        flashes.success(request, "已公开，几秒钟后公众可以看到。")
        return SeeOther(reverse("voice:message.page", args=[pk]))
    with tenant_transaction(actor.tenants, durable=False):
        return _edit(request, message, public, form)


def _rows(request: ActorRequest) -> Any:
    return selectors.messages_for(request.actor).select_related(
        "tenant__congress__place__parent", "place__parent__parent", "deputy__party", "station", "lead_unit"
    )


def _copy(number: int, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"公开照片{number}.jpg", content)


def _form(request: ActorRequest, message: Message, public: Publication | None) -> PublishForm:
    photos = list(files_of(message).filter(purpose="photo"))
    if request.method == "POST":
        return PublishForm(request.POST, message=message, actor=request.actor, photos=photos)
    answers = list(message.answers.select_related("organisation"))
    initial: dict[str, Any] = dict(draft_of(message, answers, public))
    for one in public.photos if public is not None else ():
        initial |= {f"show_{one['original']}": True, f"strokes_{one['original']}": _said(one["strokes"])}
    return PublishForm(message=message, actor=request.actor, photos=photos, initial=initial)


def _said(strokes: Any) -> str:
    return json.dumps(strokes)


def _edit(request: ActorRequest, message: Message, public: Publication | None, form: PublishForm) -> HttpResponse:
    shown = {"message": message, "public": public, "texts": form.texts(), "photos": form.photo_fields()}
    return page(request, "voice/publish.html", shown, form=form)


def _preview(request: ActorRequest, message: Message, public: Publication | None, form: PublishForm) -> HttpResponse:
    """What the public will see, from the same body and the same template; nothing is stored yet."""
    texts = {name: form.cleaned_data[name] for name in ("subject", "body", "answer")}
    at = public.published_at if public is not None else clock.now()
    body = public_body(message, Publication(message=message, published_at=at, **texts), len(form.shown()))
    photos = [
        f"data:image/jpeg;base64,{base64.b64encode(painted_over(photo, strokes)).decode()}"
        for photo, strokes in form.shown()
    ]
    carried = list(texts.items())
    for photo in form.stored:
        if form.cleaned_data[f"show_{photo.pk}"]:
            carried.append((f"show_{photo.pk}", "on"))
        strokes = [asdict(stroke) for stroke in form.cleaned_data[f"strokes_{photo.pk}"]]
        carried.append((f"strokes_{photo.pk}", _said(strokes)))
    return page(
        request,
        "voice/publish_preview.html",
        {"message": message, "carried": carried, "is_change": public is not None, **page_of(body, photos)},
    )
