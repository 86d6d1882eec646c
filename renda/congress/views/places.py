"""Divisions, for the system administrator: the list in force, what a code meant when, the import of a new list."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from renda.congress import actions
from renda.congress.forms import PlaceImportForm
from renda.congress.models import Place
from renda.congress.place_files import read_places
from renda.congress.tables import PlaceTable
from renda.congress.views.pressing import one
from renda.kernel import policy
from renda.kernel.errors import Forbidden, Invalid
from renda.kernel.ui.http import ActorRequest, SeeOther, page

MOST_SHOWN = 100


def _allowed(request: ActorRequest) -> None:
    if not policy.may(request.actor, "place.import", None):
        raise Forbidden("place.import")


@login_required
@require_safe
def places(request: ActorRequest) -> HttpResponse:
    """The divisions, those abolished too."""
    _allowed(request)
    table = PlaceTable(request, Place.objects.select_related("parent"))
    return page(request, "congress/places.html", {"table": table})


@login_required
@require_safe
def place_page(request: ActorRequest, pk: int) -> HttpResponse:
    """One division: what lies above and below it, and what its code meant when."""
    _allowed(request)
    place = one(Place.objects.select_related("parent__parent__parent__parent"), pk)
    above: list[Place] = []
    current = place.parent
    while current is not None:
        above.insert(0, current)
        current = current.parent
    shown = {
        "place": place,
        "above": above,
        "below": place.children.filter(valid_to__isnull=True).order_by("code"),
        "versions": place.versions.order_by("-valid_from"),
    }
    return page(request, "congress/place.html", shown)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def place_import(request: ActorRequest) -> HttpResponse:
    """A new list: all of it, or (when a row is wrong) nothing and what is wrong in which row."""
    _allowed(request)
    form = PlaceImportForm(request.POST or None, request.FILES or None)
    wrong: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            rows = read_places(said["file"])
        except Invalid as error:
            wrong = [(where, why) for where, why in error.fields.items() if where != "file"]
            form.add_error("file", error.message)
        else:
            with form.catching():
                source = said["source"] or said["file"].name
                done = actions.place_import(
                    request.actor, rows=rows, as_of=said["as_of"], source=source[:200], many_gone=said["many_gone"]
                )
                told = "新增 {new}，变更 {renamed}，停用 {abolished}，未变 {unchanged}。".format(**done)
                messages.success(request, f"已导入 {len(rows)} 条：{told}")
                return SeeOther(reverse("congress:place.list"))
    shown = {"wrong": wrong[:MOST_SHOWN], "more": max(0, len(wrong) - MOST_SHOWN)}
    return page(request, "congress/place_import.html", shown, form=form)
