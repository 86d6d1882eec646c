"""The pages of several messages at once: choose on the list, see what will happen, do it, read what became of each."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from renda.kernel.errors import NotFound
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui.http import ActorRequest, page
from renda.voice import bulk
from renda.voice.bulk import BULK, MOST, Choice
from renda.voice.verbs import VERBS


def _given(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _keys(request: HttpRequest) -> list[int]:
    given = _given(request).getlist("row")
    return [int(key) for key in given if key.isascii() and key.isdigit() and len(key) < 19]


def _chosen(request: HttpRequest, actor: Actor) -> list[Choice]:
    return bulk.choices(actor, _keys(request))


@login_required
@require_safe
def moves(request: ActorRequest) -> HttpResponse:
    """The part of the bar that names the moves which every chosen message allows."""
    found = bulk.moves(_chosen(request, request.actor))
    return render(request, "ui/picks_moves.html", {"key": "list", "form": "list-picks", "moves": found})


@login_required
@require_safe
def confirm(request: ActorRequest) -> HttpResponse:
    """What a move will do to each of the chosen messages, and what is to be said to all of them."""
    return _page(request, _chosen(request, request.actor), _verb(request))


@login_required
@require_POST
def act(request: ActorRequest) -> HttpResponse:
    """Do it. What was typed stays when it cannot be taken."""
    actor, verb = request.actor, _verb(request)
    if verb not in BULK:
        raise NotFound
    with tenant_transaction(actor.tenants):
        chosen = _chosen(request, actor)
        form = bulk.form_of(verb, chosen, actor, data=request.POST)
        if bulk.mixed(verb, chosen) or (form is not None and not form.is_valid()):
            return _page(request, chosen, verb, form)
        given = form.given() if form is not None else {}
    told = bulk.do(actor, verb, chosen, given, request.POST.get("idempotency_key", ""))
    done = [one for one in told if one.is_done]
    shown = {"title": bulk.title(verb), "told": sorted(told, key=lambda one: one.is_done), "done": len(done)}
    return page(request, "voice/bulk_done.html", {**shown, "left": len(told) - len(done)})


def _verb(request: HttpRequest) -> str:
    return _given(request).get("verb", "")


def _page(request: ActorRequest, chosen: list[Choice], verb: str, form: Any = None) -> HttpResponse:
    rows = [(one, one.obstacle(verb)) for one in chosen]
    able = sum(not obstacle for _, obstacle in rows)
    known = verb in BULK
    bound = form if form is not None or not known else bulk.form_of(verb, chosen, request.actor)
    shown = {
        "verb": verb if known else "",
        "title": bulk.title(verb) if known else "",
        "warning": VERBS[verb].warning if known else "",
        "rows": sorted(rows, key=lambda row: bool(row[1])),
        "able": able,
        "unable": len(rows) - able,
        "mixed": bulk.mixed(verb, chosen),
        "moves": bulk.moves(chosen),
        "most": MOST if len(_keys(request)) > MOST else 0,
    }
    return page(request, "voice/bulk.html", shown, form=bound)
