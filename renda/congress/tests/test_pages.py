"""Every page of congress: who sees it, who does not, and that a refused press changes nothing."""

from io import BytesIO
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from renda.congress.models import Person, SignInCode, Term
from renda.congress.roster import read_roster
from renda.kernel.audit.models import AuditEntry
from renda.kernel.parties.models import Holding
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast
from tests.roster_files import sheet

EVERYBODY = (
    "deputy",
    "presidium_clerk",
    "case_officer",
    "stranger",
    "county_assigner",
    "business_administrator",
    "system_administrator",
    "security_administrator",
    "audit_administrator",
)


def enter(cast: Cast, role: str) -> Client:
    """A browser of somebody of the cast, second factor given."""
    client = Client()
    if role != "constituent":
        client.force_login(cast.people[role])
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": 0}]
        session.save()
    return client


def keys(cast: Cast) -> dict[str, int]:
    holding = Holding.objects.get(person_id=cast.people["case_officer"].party_id)
    return {
        "person": cast.people["other_deputy"].party_id,
        "organisation": cast.organisations["case_officer"].id,
        "post": holding.post_id,
        "holding": holding.id,
        "station": cast.stations["township"].id,
        "mandate": cast.mandates["deputy"].id,
        "district": cast.districts["township"].id,
        "place": cast.places["township"].id,
        "congress": cast.tenant("township"),
        "term": cast.tenant("township"),
    }


# Page → those of EVERYBODY who see it.
PAGES: dict[str, set[str]] = {
    "congress:person.list": {
        "presidium_clerk",
        "stranger",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:person.page": {
        "presidium_clerk",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:person.create": {"business_administrator"},
    "congress:person.invite_many": {"presidium_clerk", "business_administrator"},
    "congress:organisation.list": {
        "presidium_clerk",
        "stranger",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:organisation.page": {
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:congress.list": {
        "presidium_clerk",
        "stranger",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:congress.page": {
        "presidium_clerk",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:congress.found": {"business_administrator"},
    "congress:term.begin": {"business_administrator"},
    "congress:organisation.create": {"business_administrator"},
    "congress:post.page": {
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:mandate.list": {
        "presidium_clerk",
        "stranger",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:mandate.page": {
        "presidium_clerk",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:mandate.begin": {"business_administrator"},
    "congress:district.list": {
        "presidium_clerk",
        "stranger",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:district.page": {
        "presidium_clerk",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
    },
    "congress:district.create": {"business_administrator"},
    "congress:station.create": {"presidium_clerk", "business_administrator"},
    "congress:station.serve": {"presidium_clerk", "business_administrator"},
    "congress:station.appoint": {"business_administrator"},
    "congress:reception.arrange": {"presidium_clerk", "business_administrator"},
    "congress:station.list": set(EVERYBODY),
    "congress:station.page": {
        "deputy",
        "presidium_clerk",
        "case_officer",
        "county_assigner",
        "business_administrator",
        "system_administrator",
        "security_administrator",
        "audit_administrator",
    },
    "congress:roster.import": {"business_administrator"},
    "congress:roster.template": {"business_administrator"},
    "congress:session.list": {"security_administrator"},
    "congress:administrator.list": {"system_administrator", "security_administrator"},
    "congress:system": {"system_administrator"},
    "congress:place.list": {"system_administrator"},
    "congress:place.page": {"system_administrator"},
    "congress:place.import": {"system_administrator"},
    "congress:audit": {"audit_administrator"},
    "congress:account": set(EVERYBODY),
}


def address(name: str, ids: dict[str, int]) -> str:
    noun = {"reception.arrange": "station"}
    stem = name.removeprefix("congress:")
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, args=[ids[noun.get(stem, stem.partition(".")[0])]])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_seen_by_those_and_by_no_one_else(cast: Cast, name: str) -> None:
    url = address(name, keys(cast))
    seen = {role for role in EVERYBODY if enter(cast, role).get(url).status_code == 200}
    assert seen == PAGES[name]
    answer = enter(cast, "constituent").get(url)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/")


def test_the_office_invites_on_the_page_and_the_codes_are_shown_once(cast: Cast) -> None:
    client = enter(cast, "presidium_clerk")
    url = reverse("congress:person.invite", args=[cast.people["deputy"].party_id])
    answer = client.post(url, {"count": 3})
    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("max-age=0")
    (code,) = answer.context["codes"][:1]
    browser = Client()
    browser.post("/sign-in/", {"user_name": "deputy", "secret": code})
    assert "_auth_user_id" in browser.session


def test_a_wrong_form_keeps_what_was_typed_with_422(cast: Cast) -> None:
    url = reverse("congress:person.edit", args=[cast.people["deputy"].party_id])
    answer = enter(cast, "business_administrator").post(url, {"name": "单雄信", "phone": "12"})
    assert answer.status_code == 422
    assert "单雄信" in answer.content.decode()
    assert Person.objects.get(user_name="deputy").name == "代表甲"


def test_a_post_is_filled_and_emptied_on_its_page(cast: Cast) -> None:
    client, ids = enter(cast, "business_administrator"), keys(cast)
    assign = reverse("congress:holding.assign", args=[ids["post"]])
    wrong = client.post(assign, {"person": "nobody"})
    assert (wrong.status_code, "没有找到“nobody”" in wrong.content.decode()) == (422, True)
    client.post(assign, {"person": "joint_officer"})
    assert Holding.objects.filter(post_id=ids["post"], ends_on=None).count() == 2
    client.post(reverse("congress:holding.end", args=[ids["holding"]]))
    assert Holding.objects.filter(post_id=ids["post"], ends_on=None).count() == 1


def test_of_two_people_of_one_name_the_user_name_is_asked_for(cast: Cast) -> None:
    client, ids = enter(cast, "business_administrator"), keys(cast)
    assign = reverse("congress:holding.assign", args=[ids["post"]])
    name = cast.people["joint_officer"].name  # every case officer of the cast is called so
    answer = client.post(assign, {"person": name})
    assert answer.status_code == 422
    assert "请改填用户名" in answer.content.decode()
    assert name in answer.content.decode()


@pytest.mark.parametrize("role", ["deputy", "case_officer", "county_assigner"])
def test_nonsense_shows_nobody_a_page_she_may_not_press(cast: Cast, role: str) -> None:
    ids = keys(cast)
    for name, key in (
        ("person.edit", ids["person"]),
        ("holding.assign", ids["post"]),
        ("holding.end", ids["holding"]),
        ("organisation.edit", ids["organisation"]),
        ("station.edit", ids["station"]),
        ("mandate.end", ids["mandate"]),
    ):
        answer = enter(cast, role).post(reverse(f"congress:{name}", args=[key]), {"on": "x", "kind": "x"})
        assert answer.status_code in (403, 404), name


def chosen(cast: Cast, client: Client, **query: str) -> list[str]:
    """Whom the page of slips lists."""
    given = {"congress": str(cast.tenant("township")), **query}
    return [person.user_name for person in client.get(reverse("congress:person.invite_many"), given).context["found"]]


def test_slips_of_a_congress_are_made_in_one_press_and_void_those_before(cast: Cast) -> None:
    client = enter(cast, "business_administrator")
    url = f"{reverse('congress:person.invite_many')}?congress={cast.tenant('township')}&whom=deputy"
    people = [cast.people[role].party_id for role in ("deputy", "other_deputy")]
    assert chosen(cast, client, whom="deputy") == ["deputy", "other_deputy"]
    assert client.post(url, {}).status_code == 422
    for turn in (1, 2):
        answer = client.post(url, {"person": people})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
        assert "no-store" in answer["Cache-Control"]
        assert SignInCode.objects.filter(revoked_at=None).count() == 2
        assert SignInCode.objects.count() == 2 * turn
    with tenant_transaction([0, *cast.tenants], durable=False):
        assert AuditEntry.objects.filter(action="person.invite", outcome="done").count() == 4


def test_slips_are_for_whoever_of_the_chosen_may_be_invited_and_nobody_else(cast: Cast) -> None:
    clerk = enter(cast, "presidium_clerk")
    url = f"{reverse('congress:person.invite_many')}?congress={cast.tenant('township')}"
    listed = chosen(cast, clerk)
    assert {"deputy", "township_officer", "station_manager"} <= set(listed)
    assert "presidium_clerk" not in listed
    others = [cast.people[role].party_id for role in ("county_assigner", "presidium_clerk", "stranger")]
    assert clerk.post(url, {"person": others}).status_code == 422
    assert not SignInCode.objects.exists()
    unit = cast.actor("township_officer").posts[0].organisation_id
    assert set(chosen(cast, clerk, organisation=str(unit))) == {"township_officer", "township_head"}
    cast.people["deputy"].set_password("长城万里2026")
    cast.people["deputy"].save()
    assert "deputy" not in chosen(cast, clerk)
    assert "deputy" in chosen(cast, clerk, also_awake="on")


def test_the_platforms_administrators_get_no_slips_from_the_office(cast: Cast) -> None:
    client = enter(cast, "business_administrator")
    given = {"congress": str(cast.tenant("city"))}
    found = client.get(reverse("congress:person.invite_many"), given).context["found"]
    assert not {person.user_name for person in found} & {"system_administrator", "audit_administrator"}


def test_a_slip_leads_to_the_sign_in_page_with_the_user_name_filled_in(client: Client, db: None) -> None:
    assert 'value="u7"' in client.get("/sign-in/?user_name=u7").content.decode()


def test_ones_own_address_is_set_on_ones_own_page(cast: Cast) -> None:
    client, own = enter(cast, "deputy"), cast.people["deputy"].party_id
    url = reverse("congress:person.set_email", args=[own])
    answer = client.post(url, {"email": "me@example.cn", "account": "1"})
    assert (answer.status_code, answer["Location"]) == (303, "/account/")
    assert "me@example.cn" in client.get("/account/").content.decode()
    shown = enter(cast, "presidium_clerk").get(reverse("congress:person.page", args=[own])).content.decode()
    assert "me@example.cn" not in shown
    assert "m*@example.cn" in shown


def upload(client: Client, cast: Cast, *lines: list[object], **more: str) -> Any:
    file = BytesIO(sheet(*lines).getvalue())
    file.name = "名册.xlsx"
    given = {"congress": cast.tenant("township"), "file": file, **more}
    return client.post(reverse("congress:roster.import"), given)


def test_a_roster_is_previewed_then_imported(cast: Cast) -> None:
    client = enter(cast, "business_administrator")
    before = Person.objects.count()
    preview = upload(client, cast, ["王一", 1], ["王二", 99])
    assert preview.status_code == 200
    assert "没有编号为 99 的选区" in preview.content.decode()
    assert Person.objects.count() == before
    closed = preview.context["closed"]
    assert "王一" not in closed
    refused = client.post(reverse("congress:roster.confirm"), {"closed": closed})
    assert refused.status_code == 422
    assert Person.objects.count() == before
    client.post(reverse("congress:roster.confirm"), {"closed": closed, "only_good_rows": "1"})
    assert Person.objects.count() == before + 1


def test_a_preview_that_was_changed_on_the_way_is_refused(cast: Cast) -> None:
    client = enter(cast, "business_administrator")
    closed = upload(client, cast, ["王一", 1]).context["closed"]
    before = Person.objects.count()
    answer = client.post(reverse("congress:roster.confirm"), {"closed": closed[:-4] + "AAAA"})
    assert answer.status_code >= 400
    assert Person.objects.count() == before


def test_a_new_term_is_begun_from_the_page(cast: Cast) -> None:
    client = enter(cast, "business_administrator")
    preview = upload(client, cast, ["王一", 1], starts_on="2024-09-03")
    client.post(reverse("congress:roster.confirm"), {"closed": preview.context["closed"]})
    with tenant_transaction(cast.tenants, durable=False):
        assert Term.objects.filter(tenant_id=cast.tenant("township")).count() == 2


@pytest.mark.parametrize(
    "name",
    [
        "congress:person.list",
        "congress:organisation.list",
        "congress:organisation.page",
        "congress:person.page",
        "congress:mandate.list",
        "congress:mandate.page",
        "congress:district.list",
        "congress:station.page",
    ],
)
def test_a_page_takes_few_queries(cast: Cast, name: str) -> None:
    client, url = enter(cast, "business_administrator"), address(name, keys(cast))
    client.get(url)  # the first page of a session notes that it lives
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    most = 20 if name == "congress:station.page" else 15  # its forms offer places and other stations
    assert len(queries) <= most, "\n".join(query["sql"][:110] for query in queries)


def test_the_template_is_a_spreadsheet_that_can_be_read_back(cast: Cast) -> None:
    answer: Any = enter(cast, "business_administrator").get(reverse("congress:roster.template"))
    (row,) = read_roster(BytesIO(b"".join(answer.streaming_content)))
    assert row.name == "王小明"
