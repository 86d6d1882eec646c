"""The manual's pages: one's own chapter, and the way to the others."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from renda.kernel.manual.api import chapters_for
from renda.kernel.manual.rendering import html_of
from renda.kernel.ui.http import actor_of


@require_safe
def chapter(request: HttpRequest, key: str = "", frame: str = "ui/door_base.html") -> HttpResponse:
    """A chapter; without a key the first one for whoever asks. ``frame``: for whoever has not signed in."""
    actor = actor_of(request)
    chapters = chapters_for(actor)
    found = next((one for one in chapters if key in ("", one.key)), None)
    if found is None:
        raise Http404
    shown = {
        "frame": "ui/base.html" if actor.is_signed_in else frame,
        "chapter": found,
        "chapters": chapters,
        "text": html_of(found.file),
    }
    return render(request, "manual/chapter.html", shown)
