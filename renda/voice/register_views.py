"""The clerk's pages for what came by word, telephone, letter or chat: paste, draft, register."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from renda.congress.api import mandates_for, places_of, stations_for
from renda.kernel import policy
from renda.kernel.files.api import (
    ALL,
    DOCUMENTS,
    IMAGES,
    StoredFile,
    UnreadableError,
    files_of,
    missing_for_reading,
    store_all,
    text_in,
)
from renda.kernel.secrecy import api as secrecy
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.http import ActorRequest, SeeOther, page
from renda.voice import actions, selectors
from renda.voice.forms import PHOTOS, PasteForm, RegisterForm
from renda.voice.models import MessageDraft, PastMessage
from renda.voice.pasting import draft_of

_LETTERS = (*IMAGES, *(kind for kind in DOCUMENTS if kind.name == "pdf"))
_SCREENED = ("subject", "body", "place_text", "contact_name")
_SOURCE = "代群众登记"


def _tenant_id(request: ActorRequest) -> int:
    """The congress in which the clerk registers.

    Raises:
        Http404: she may in none.
    """
    found = next(iter(sorted(policy.tenants_where(request.actor, "message.register"))), None)
    if found is None:
        raise Http404
    return found


def _form(request: ActorRequest, tenant_id: int, initial: dict[str, Any] | None = None) -> RegisterForm:
    actor, sent = request.actor, request.method == "POST"
    deputies = mandates_for(actor).filter(tenant_id=tenant_id, status="active")
    return RegisterForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        initial=initial,
        places=places_of(tenant_id),
        stations=stations_for(actor).filter(tenant_id=tenant_id),
        deputies=selectors.deputies_among(deputies),
    )


def _named(request: ActorRequest, name: str, rows: Any) -> Any:
    """The row that the address or the form names, if it is one's own; None where none is named.

    Raises:
        Http404: there is no such row for this actor.
    """
    given = (request.POST if request.method == "POST" else request.GET).get(name, "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Http404
    return get_object_or_404(rows, pk=int(given))


def _initial(draft: MessageDraft | None, past: PastMessage | None, tenant_id: int) -> dict[str, Any]:
    """What the form shows first: the draft, or the former message that is taken up again."""
    if draft is not None:
        kept: dict[str, Any] = json.loads(draft.values)
        if codes := kept.get("places"):
            place = places_of(tenant_id).filter(code__in=codes).first()
            kept.setdefault("place", place and place.pk)
        return kept
    if past is not None:
        return {
            "subject": past.subject,
            "body": past.body,
            "place_text": past.place_text,
            "category": past.category,
            "deputy": past.deputy_id,
            "channel": "desk",
        }
    return {}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: ActorRequest) -> HttpResponse:
    """A clerk enters a message for somebody who came in, rang or wrote; or keeps it as a draft."""
    actor, tenant_id = request.actor, _tenant_id(request)
    with tenant_transaction(actor.tenants, durable=False):
        draft: MessageDraft | None = _named(request, "draft", selectors.drafts_for(actor))
        past: PastMessage | None = _named(request, "past", selectors.past_messages_for(actor))
        form = _form(request, tenant_id, _initial(draft, past, tenant_id))
        keeps = request.method == "POST" and "keep" in request.POST
        valid = request.method == "POST" and (form.is_valid() or keeps)
        tenant = Tenant.objects.get(id=tenant_id)
    if valid:
        with form.catching():
            given = form.kept() if keeps else form.cleaned_data
            secrecy.screen(actor, _SOURCE, {name: str(given.get(name) or "") for name in _SCREENED})
            photos = _photos(request, form.cleaned_data.get("photos") or (), IMAGES)
            if keeps:
                return _keep(request, tenant, draft, form, photos)
            given = {name: value for name, value in given.items() if name != "photos"}
            message = actions.message_register.once(request.POST.get("idempotency_key"))(
                actor, tenant=tenant, photos=photos, draft=draft, past=past, **given
            )
            flashes.success(request, f"已登记，受理编号 {message.receipt_number}，查询码 {message.query_word}。")
            return SeeOther(_after(request, message.id))
    return _show(request, form, draft=draft, past=past)


def _keep(
    request: ActorRequest, tenant: Tenant, draft: MessageDraft | None, form: RegisterForm, photos: list[StoredFile]
) -> HttpResponse:
    values = form.kept()
    if draft is None:
        draft = actions.draft_start.once(request.POST.get("idempotency_key"))(
            request.actor, tenant=tenant, values=values, photos=photos
        )
    else:
        draft = actions.draft_save(request.actor, draft.pk, values=values, photos=photos)
    flashes.success(request, "草稿已保存。")
    return SeeOther(f"{reverse('voice:message.register')}?draft={draft.pk}")


def _photos(request: ActorRequest, uploads: Any, accept: Any = ALL) -> list[StoredFile]:
    return store_all(
        uploads, accept=accept, at_most=PHOTOS, field="photos", by=request.actor, source=f"{_SOURCE}的照片"
    )


def _show(
    request: ActorRequest,
    form: RegisterForm,
    *,
    paste: PasteForm | None = None,
    draft: MessageDraft | None = None,
    past: PastMessage | None = None,
) -> HttpResponse:
    with tenant_transaction(request.actor.tenants, durable=False):
        drafts = [(one, json.loads(one.values)) for one in selectors.drafts_for(request.actor).order_by("-saved_at")]
        shown = {
            "paste": paste or PasteForm(),
            "draft": draft,
            "past": past,
            "notes": json.loads(draft.values).get("notes", []) if draft is not None else [],
            "photos": list(files_of(draft)) if draft is not None else [],
            "drafts": [(one, kept.get("subject") or "（没有标题）") for one, kept in drafts if one != draft],
            "missing": missing_for_reading(),
        }
        return page(request, "voice/register.html", shown, form=paste if paste and paste.errors else form)


@login_required
@require_POST
def paste(request: ActorRequest) -> HttpResponse:
    """Take what was pasted apart and keep it as a draft; pictures are read where a reader is installed."""
    actor, tenant_id = request.actor, _tenant_id(request)
    form = PasteForm(request.POST, request.FILES)
    if form.is_valid():
        with form.catching():
            text = form.cleaned_data["text"]
            secrecy.screen(actor, _SOURCE, {"text": text})
            photos = _photos(request, form.cleaned_data["photos"], _LETTERS)
            read, notes = _read(photos)
            secrecy.screen(actor, _SOURCE, {"text": read})
            with tenant_transaction(actor.tenants, durable=False):
                values = draft_of("\n".join(filter(None, (text, read))), tenant_id)
                tenant = Tenant.objects.get(id=tenant_id)
            values["notes"] += notes
            draft = actions.draft_start(actor, tenant=tenant, values=values, photos=photos)
            return SeeOther(f"{reverse('voice:message.register')}?draft={draft.pk}#register")
    with tenant_transaction(actor.tenants, durable=False):
        empty = RegisterForm(places=places_of(tenant_id), stations=stations_for(actor).filter(tenant_id=tenant_id))
    return _show(request, empty, paste=form)


def _read(photos: list[StoredFile]) -> tuple[str, list[str]]:
    """The text in the pictures, and what could not be read, in words."""
    texts, notes = [], []
    for number, photo in enumerate(photos, start=1):
        try:
            found = text_in(photo)
        except UnreadableError as error:
            notes.append(f"第 {number} 个文件：{error.message}")
            continue
        texts.append(found)
        notes.append(
            f"第 {number} 个文件已识别，请对照原图核对。" if found else f"第 {number} 个文件里没有识别出文字。"
        )
    return "\n".join(filter(None, texts)), list(dict.fromkeys(notes))


@login_required
@require_POST
def drop(request: ActorRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    actions.draft_drop(request.actor, pk)
    flashes.success(request, "草稿已删除。")
    return SeeOther(reverse("voice:message.register"))


def _after(request: ActorRequest, pk: int) -> str:
    """The message's page, if it exists for this actor; else the bench."""
    with tenant_transaction(request.actor.tenants):
        seen = selectors.messages_for(request.actor).filter(pk=pk).exists()
    return reverse("voice:message.page", args=[pk]) if seen else reverse("voice:bench")
