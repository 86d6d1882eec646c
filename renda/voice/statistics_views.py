"""The figures of messages."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from renda.congress.api import Congress
from renda.kernel.documents.word import CONTENT_TYPE
from renda.kernel.ui.http import ActorRequest, page
from renda.voice.issues_views import congresses_where
from renda.voice.statistics.areas import Area
from renda.voice.statistics.forms import FiguresForm
from renda.voice.statistics.measures import MEASURES
from renda.voice.statistics.reading import GROUPS, Line, read
from renda.voice.statistics.report import report as write_report
from renda.voice.statistics.report import wording_of

PERMISSION = "statistics.view"


@login_required
@require_safe
def figures(request: ActorRequest) -> HttpResponse:
    """Received, answered, solved, satisfied side by side, by place, unit, category or month."""
    congresses = congresses_where(request, PERMISSION)
    areas = [(str(congress.tenant_id), congress.name) for congress in congresses]
    form = FiguresForm(request.GET, areas=areas)
    question = form.question(Area(congresses[0].tenant_id))
    lines, total = read(question)
    if question.by == "place":
        _lead_below(request.GET, congresses, lines)
    shown = {
        "form": form,
        "question": question,
        "name": dict(areas)[str(question.area)],
        "groups": [(title, _address(request.GET, by=by), by == question.by) for by, title in GROUPS.items()],
        "measures": MEASURES.values(),
        "lines": lines,
        "total": total,
    }
    return page(request, "voice/statistics.html", shown, status=422 if form.errors else 200)


@login_required
@require_safe
def report(request: ActorRequest) -> HttpResponse:
    """The same figures as a Word draft; each number's footnote leads to its rows."""
    congresses = congresses_where(request, PERMISSION)
    form = FiguresForm(request.GET, areas=[(str(one.tenant_id), one.name) for one in congresses])
    question = form.question(Area(congresses[0].tenant_id))
    name = question.area.name
    return HttpResponse(
        write_report(question, name, request.build_absolute_uri("/")),
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": content_disposition_header(
                as_attachment=True, filename=f"{name}留言办理情况{wording_of(question)}.docx"
            )
            or "",
            "Cache-Control": "private, no-store",
        },
    )


def _lead_below(query: QueryDict, congresses: list[Congress], lines: list[Line]) -> None:
    """A place with a congress of its own leads to that one's figures."""
    by_code = {congress.place.code: congress.tenant_id for congress in congresses}
    for line in lines:
        tenant_id = by_code.get(line.narrowing["area"].partition("-")[2])
        if tenant_id is not None:
            line.below_url = _address(query, area=str(tenant_id))


def _address(query: QueryDict, **changes: Any) -> str:
    changed = query.copy()
    for name, value in changes.items():
        changed[name] = value
    return f"?{changed.urlencode()}"
