"""Every page of congress: who sees it, who does not, and that a refused press changes nothing."""

from io import BytesIO
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse

from renda.congress.models import Mandate, Person, SignInCode, Station, Term
from renda.congress.roster import read_roster
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
    "congress:person.page": {"presidium_clerk", "county_assigner", "business_administrator", "security_administrator"},
    "congress:person.create": {"business_administrator"},
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
    "congress:audit": {"audit_administrator"},
    "congress:account": set(EVERYBODY),
}
# Press → the form it carries; none of STRANGERS may do any of them.
PRESSES: dict[str, dict[str, Any]] = {
    "congress:person.edit": {"name": "改名"},
    "congress:person.disable": {"reason": "试试"},
    "congress:person.enable": {"reason": "试试"},
    "congress:person.reveal": {"reason": "试试"},
    "congress:person.invite": {"count": 1},
    "congress:administrator.invite": {"count": 1},
    "congress:second_factor.reset": {"reason": "试试"},
    "congress:person.create": {"name": "新人"},
    "congress:holding.assign": {"user_name": "stranger"},
    "congress:holding.end": {},
    "congress:station.page": {"name": "改名"},
    "congress:roster.import": {},
    "congress:roster.confirm": {"closed": "x"},
    "congress:session.end": {},
}
STRANGERS = ("constituent", "deputy", "case_officer", "stranger", "audit_administrator")


def address(name: str, ids: dict[str, int]) -> str:
    noun = {"holding.assign": "post", "second_factor.reset": "person", "administrator.invite": "person"}
    stem = name.removeprefix("congress:")
    key = ids.get(noun.get(stem, stem.partition(".")[0]))
    if name == "congress:session.end":
        key = 1
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, args=[key])


def test_every_address_of_congress_is_in_these_tables(db: None) -> None:
    names = {
        f"congress:{name}"
        for name in get_resolver().namespace_dict["congress"][1].reverse_dict
        if isinstance(name, str)
    }
    assert names == PAGES.keys() | PRESSES.keys()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_seen_by_those_and_by_no_one_else(cast: Cast, name: str) -> None:
    url = address(name, keys(cast))
    seen = {role for role in EVERYBODY if enter(cast, role).get(url).status_code == 200}
    assert seen == PAGES[name]
    answer = enter(cast, "constituent").get(url)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/")


@pytest.mark.parametrize("name", PRESSES)
def test_a_strangers_press_is_refused_and_changes_nothing(cast: Cast, name: str) -> None:
    url, given = address(name, keys(cast)), PRESSES[name]

    def state() -> list[Any]:
        with tenant_transaction(cast.tenants, durable=False):
            return [
                list(model.objects.order_by("pk").values())
                for model in (Person, Holding, SignInCode, Mandate, Station, Term)
            ]

    before = state()
    for role in STRANGERS:
        answer = enter(cast, role).post(url, given)
        refused = answer.status_code in (403, 404) or (
            answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
        )
        assert refused, (role, answer.status_code)
    assert state() == before


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


def test_a_post_is_filled_and_emptied_on_the_organisations_page(cast: Cast) -> None:
    client, ids = enter(cast, "business_administrator"), keys(cast)
    wrong = client.post(reverse("congress:holding.assign", args=[ids["post"]]), {"user_name": "nobody"})
    assert (wrong.status_code, "没有这个用户名" in wrong.content.decode()) == (422, True)
    client.post(reverse("congress:holding.assign", args=[ids["post"]]), {"user_name": "joint_officer"})
    assert Holding.objects.filter(post_id=ids["post"], ends_on=None).count() == 2
    client.post(reverse("congress:holding.end", args=[ids["holding"]]))
    assert Holding.objects.filter(post_id=ids["post"], ends_on=None).count() == 1


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


@pytest.mark.parametrize("name", ["congress:person.list", "congress:organisation.list", "congress:person.page"])
def test_a_page_takes_few_queries(cast: Cast, name: str) -> None:
    client, url = enter(cast, "business_administrator"), address(name, keys(cast))
    client.get(url)  # the first page of a session notes that it lives
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    assert len(queries) <= 15, "\n".join(query["sql"][:110] for query in queries)


def test_the_template_is_a_spreadsheet_that_can_be_read_back(cast: Cast) -> None:
    answer: Any = enter(cast, "business_administrator").get(reverse("congress:roster.template"))
    (row,) = read_roster(BytesIO(b"".join(answer.streaming_content)))
    assert row.name == "王小明"
