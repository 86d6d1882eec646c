"""The public's pages: find a deputy, leave a message, look it up, rate the answer. No account, no script needed."""

from __future__ import annotations

from functools import cached_property

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from renda.congress.api import (
    Behind,
    FoundDeputy,
    Place,
    PlaceLevel,
    ReceptionDay,
    Station,
    WallCode,
    behind,
    deputy_by_person,
    find_deputies,
    open_code,
    places_of,
    stations_at,
    stations_of,
)
from renda.kernel.codes.api import read_short_code
from renda.kernel.deadlines.api import ics
from renda.kernel.files.api import IMAGES, store_all
from renda.kernel.flow import api as flow
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.tenancy.models import Tenant
from renda.kernel.ui.http import SeeOther
from renda.voice import actions, selectors
from renda.voice.finding import as_events, grouped, recent_facts, reception_days
from renda.voice.forms import PHOTOS, LookUpForm, MessageForm, RateForm
from renda.voice.models import Message, Rating, Stage
from renda.voice.receipts import normalised, opens, query_word
from renda.voice.telling import public_line, public_steps

_SALT = "renda.voice.receipt"
MOST_FOUND = 200  # what congress gives at most
RECEIPT_HOURS = 12  # how long an opened receipt stays open in the browser


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Find my deputies in one step: by place, by name, or by scanning."""
    typed = request.GET.get("code", "").strip()
    if typed and (wall_code := open_code(typed)):
        return redirect("voice:code", code=wall_code.code)
    query = request.GET.get("q", "").strip()
    county, township, village = (request.GET.get(name, "") for name in ("county", "township", "village"))
    place_code = village or township
    found = find_deputies(query=query) if query else find_deputies(place_code=place_code) if place_code else []
    shown = {
        "typed": typed,
        "query": query,
        "count": len(found),
        "is_cut": len(found) >= MOST_FOUND,
        "groups": grouped(found),
        "searched": bool(query or place_code),
        "stations": stations_at(place_code) if place_code and not query else [],
        "counties": _below_city(),
        "townships": _children(county, PlaceLevel.TOWNSHIP),
        "villages": _children(township, PlaceLevel.VILLAGE),
        "county": county,
        "township": township,
        "village": village,
    }
    return render(request, "voice/home.html", shown, status=422 if typed else 200)


def _below_city() -> list[Place]:
    rows = Place.objects.filter(level=PlaceLevel.COUNTY, valid_to=None, congress__isnull=False)
    return list(rows.order_by("code"))


def _children(code: str, level: str) -> list[Place]:
    if not code:
        return []
    return list(Place.objects.filter(parent__code=code, level=level, valid_to=None).order_by("code"))


@require_safe
def deputies(request: HttpRequest) -> HttpResponse:
    """An old address of the search."""
    return redirect("voice:home")


@require_safe
def deputy(request: HttpRequest, person_id: int) -> HttpResponse:
    """A deputy's page: who she is and how to leave a message; no contact, no marks."""
    found = deputy_by_person(person_id)
    if found is None:
        raise Http404
    shown = {
        "deputy": found,
        "facts": recent_facts(person_id),
        "days": reception_days(person_id=person_id),
        "stations": stations_of(person_id),
    }
    return render(request, "voice/deputy.html", shown)


@require_safe
def deputy_calendar(request: HttpRequest, person_id: int) -> HttpResponse:
    """A deputy's next reception days for one's calendar."""
    found = deputy_by_person(person_id)
    if found is None:
        raise Http404
    return _calendar(reception_days(person_id=person_id), f"{found.name}代表接待日")


@require_safe
def station_calendar(request: HttpRequest, tenant_id: int, station_id: int) -> HttpResponse:
    """A station's next reception days for one's calendar."""
    found = _station(tenant_id, station_id)
    return _calendar(reception_days(station_id=station_id), f"{found.name}代表接待日")


def _calendar(days: list[ReceptionDay], name: str) -> HttpResponse:
    return HttpResponse(
        ics(as_events(days), name=name),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="reception.ics"'},
    )


@require_safe
def stations(request: HttpRequest) -> HttpResponse:
    """Stations by county and township."""
    county, township = request.GET.get("county", ""), request.GET.get("township", "")
    shown = {
        "counties": _below_city(),
        "townships": _children(county, PlaceLevel.TOWNSHIP),
        "county": county,
        "township": township,
        "stations": stations_at(township or county) if (township or county) else [],
    }
    return render(request, "voice/stations.html", shown)


@require_safe
def station(request: HttpRequest, tenant_id: int, station_id: int) -> HttpResponse:
    """A station's page: where, when, and who receives there. A closed station's leads to the one that took over."""
    with tenant_transaction([tenant_id], durable=False):
        heir = Station.objects.filter(id=station_id, is_active=False).values_list("merged_into_id", flat=True).first()
    if heir is not None:
        return redirect("voice:station", tenant_id=tenant_id, station_id=heir)
    found = _station(tenant_id, station_id)
    shown = {
        "station": found,
        "code": WallCode.objects.filter(station_id=station_id, is_active=True).first(),
        "deputies": find_deputies(station_id=station_id, tenant_id=tenant_id),
        "days": reception_days(station_id=station_id),
    }
    return render(request, "voice/station.html", shown)


def _station(tenant_id: int, station_id: int) -> Station:
    with tenant_transaction([tenant_id], durable=False):
        found: Station | None = Station.objects.filter(id=station_id, is_active=True).select_related("place").first()
    if found is None:
        raise Http404
    return found


class _Target:
    """What a scanned code names. Who stands behind it is asked only when a page shows it."""

    def __init__(self, wall_code: WallCode, *, took_over: bool) -> None:
        self.wall_code = wall_code
        self.code = wall_code.code
        self.tenant: Tenant = wall_code.tenant
        # Another code than the one that was scanned: its station was closed.
        self.took_over = took_over

    @property
    def names_a_deputy(self) -> bool:
        return self.wall_code.person_id is not None

    @cached_property
    def behind(self) -> Behind:
        """Who reads what is left here."""
        return behind(self.wall_code)

    @property
    def leads_to_her(self) -> bool:
        """Whether the deputy on the code is there to read."""
        return self.names_a_deputy and self.behind.is_as_printed

    def chosen(self, word: str) -> FoundDeputy | None:
        """The deputy that a page is for: the one chosen, or the one a deputy's code names."""
        deputies = self.behind.deputies
        named = next((one for one in deputies if str(one.person_id) == word), None)
        return named or (next(iter(deputies), None) if self.leads_to_her else None)


def _target(code: str) -> _Target:
    wall_code = open_code(code)
    if wall_code is None:
        raise Http404
    return _Target(wall_code, took_over=wall_code.code != read_short_code(code))


@require_safe
def code(request: HttpRequest, code: str) -> HttpResponse:
    """What is behind a code on a wall: a deputy goes straight to the form, a station lets one choose."""
    target = _target(code)
    if target.leads_to_her:
        return redirect("voice:message.submit", code=target.code)
    return render(request, "voice/code.html", {"target": target})


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """The form, and its press."""
    target = _target(code)
    chosen = request.POST.get("deputy") or request.GET.get("deputy") or ""
    form = MessageForm(request.POST or None, request.FILES or None, places=places_of(target.tenant.id))
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "photos"}
        actor = Actor.public([target.tenant.id], address=request.META.get("REMOTE_ADDR", ""))
        with form.catching():
            photos = store_all(form.cleaned_data["photos"], accept=IMAGES, at_most=PHOTOS, field="photos")
            message = actions.message_submit.once(request.POST.get("idempotency_key"))(
                actor,
                tenant=target.tenant,
                code=target.wall_code,
                deputy_id=int(chosen) if chosen.isascii() and chosen.isdigit() else None,
                photos=photos,
                **given,
            )
            return SeeOther(reverse("voice:receipt", args=[_token(message, fresh=True)]))
    shown = {"target": target, "deputy": target.chosen(chosen), "form": form}
    with tenant_transaction([target.tenant.id], durable=False):
        return render(request, "voice/submit.html", shown, status=422 if request.method == "POST" else 200)


def _token(message: Message, *, fresh: bool = False) -> str:
    """Opens one receipt for some hours: its number and tenant, signed; ``fresh``: the page shows the word once."""
    return signing.dumps([message.receipt_number, message.tenant_id, int(fresh)], salt=_SALT)


def _open(token: str) -> tuple[str, int, bool]:
    try:
        number, tenant_id, fresh = signing.loads(token, salt=_SALT, max_age=RECEIPT_HOURS * 3600)
    except signing.BadSignature:
        raise Http404 from None
    return str(number), int(tenant_id), bool(fresh)


@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Number and word open the receipt; a wrong pair says the same whatever is wrong."""
    form = LookUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = normalised(form.cleaned_data["receipt_number"])
        if opens(number, form.cleaned_data["word"]):
            # The word proves that the number is one of ours; it is looked for in every congress.
            with tenant_transaction(Tenant.objects.filter(is_active=True).values_list("id", flat=True), durable=False):
                message = selectors.message_of(number).first()
            if message is not None:
                return SeeOther(reverse("voice:receipt", args=[_token(message)]))
        form.add_error(None, "没有查到。请核对受理编号和查询码。")
    return render(request, "voice/look_up.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The line of one message, as its writer sees it."""
    number, tenant_id, fresh = _open(token)
    return _receipt(request, token, number, tenant_id, fresh=fresh, form=None)


def _receipt(
    request: HttpRequest, token: str, number: str, tenant_id: int, *, fresh: bool, form: RateForm | None
) -> HttpResponse:
    with tenant_transaction([tenant_id], durable=False):
        message = selectors.for_page(selectors.message_of(number)).first()
        if message is None:
            raise Http404
        rated = Rating.objects.filter(message=message, by=Rating.By.CONSTITUENT).count()
        answers = list(message.answers.select_related("organisation", "author"))
        trail = flow.trail(message.case_id)
        may_rate = message.stage == Stage.RATING and rated < len(answers)
        shown = {
            "message": message,
            "fresh": fresh,
            "word": query_word(number) if fresh else "",
            "steps": public_steps(message),
            "lines": public_line(message, answers, trail),
            "answers": answers,
            "token": token,
            "live_key": f"case:{message.case_id}",
            "form": form or (RateForm() if may_rate else None),
        }
        status = 422 if form is not None and form.errors else 200
        return render(request, "voice/receipt.html", shown, status=status)


@require_http_methods(["POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """The constituent rates the answer."""
    number, tenant_id, _ = _open(token)
    form = RateForm(request.POST)
    if form.is_valid():
        with tenant_transaction([tenant_id], durable=False):
            message = selectors.message_of(number).first()
        if message is None:
            raise Http404
        with form.catching():
            actions.message_rate(Actor.public([tenant_id]), message.id, **form.cleaned_data)
            return SeeOther(reverse("voice:receipt", args=[token]))
    return _receipt(request, token, number, tenant_id, fresh=False, form=form)
