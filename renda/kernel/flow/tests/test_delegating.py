"""Lending one's work: who may, to whom, for how long, and everybody who may not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused, RendaError
from renda.kernel.events.models import Event
from renda.kernel.flow import delegating
from renda.kernel.flow.delegating import flow_delegate, flow_revoke_delegation
from renda.kernel.flow.models import Delegation
from renda.kernel.notices.models import Notice
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

pytestmark = pytest.mark.django_db


def days(first: int = 0, last: int = 3) -> dict[str, date]:
    today = clock.today()
    return {"starts_on": today + timedelta(days=first), "ends_on": today + timedelta(days=last)}


def post(cast: Cast, role: str) -> int:
    return cast.actor(role).posts[0].post_id


def person(cast: Cast, role: str) -> int:
    return cast.people[role].party_id


def lend(cast: Cast, role: str, to: str, **given: Any) -> Delegation:
    given = {"from_party": post(cast, role), "to_person": person(cast, to), **days(), **given}
    done: Delegation = flow_delegate(cast.actor(role), **given)
    return done


def client(cast: Cast, role: str) -> Client:
    made = Client()
    made.force_login(cast.people[role])
    return made


def test_both_see_it_and_the_delegate_is_told(cast: Cast) -> None:
    lent = lend(cast, "county_assigner", "county_clerk")
    assert list(delegating.given_by(cast.actor("county_assigner"))) == [lent]
    assert list(delegating.received_by(cast.actor("county_clerk"))) == [lent]
    assert not delegating.received_by(cast.actor("county_leader")).exists()
    assert not delegating.given_by(cast.actor("county_clerk")).exists()
    with tenant_transaction(cast.tenants, durable=False):
        (notice,) = Notice.objects.filter(kind="flow.delegated")
    assert notice.party_id == person(cast, "county_clerk")
    keys = set(Event.objects.values_list("key", flat=True))
    assert {f"party:{post(cast, 'county_assigner')}", f"party:{person(cast, 'county_clerk')}"} <= keys


@pytest.mark.parametrize(
    ("role", "to"),
    [
        ("county_assigner", "county_vice_chair"),  # her own congress
        ("presidium_clerk", "county_clerk"),  # above it
        ("county_assigner", "business_administrator"),
    ],
)
def test_the_same_congress_or_one_above(cast: Cast, role: str, to: str) -> None:
    assert lend(cast, role, to).to_party_id == person(cast, to)
    assert lend(cast, role, to, from_party=person(cast, role)).from_party_id == person(cast, role)


@pytest.mark.parametrize(
    ("role", "to", "refusal"),
    [
        ("county_assigner", "presidium_clerk", Invalid),  # below: she would not see it
        ("county_assigner", "stranger", Invalid),  # beside
        ("county_assigner", "county_assigner", Invalid),  # herself
        ("county_assigner", "county_deputy", Invalid),  # holds no post that acts for others
        ("county_assigner", "audit_administrator", Invalid),
        ("deputy", "presidium_clerk", Forbidden),  # a mandate is personal
        ("system_administrator", "business_administrator", Forbidden),
    ],
)
def test_nobody_else(cast: Cast, role: str, to: str, refusal: type[RendaError]) -> None:
    with pytest.raises(refusal):
        lend(cast, role, to)
    assert not Delegation.objects.exists()


def test_the_public_lends_nothing(cast: Cast) -> None:
    given: dict[str, Any] = {
        "from_party": post(cast, "county_assigner"),
        "to_person": person(cast, "county_clerk"),
        **days(),
    }
    with pytest.raises(Forbidden):
        flow_delegate(cast.actor("constituent"), **given)
    assert not Delegation.objects.exists()


def test_a_post_of_another_is_not_mine_to_lend(cast: Cast) -> None:
    for other in ("county_leader", "stranger"):
        for party in (post(cast, other), person(cast, other)):
            with pytest.raises(Forbidden):
                lend(cast, "county_assigner", "county_clerk", from_party=party)
    assert not Delegation.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (days(-1, 3), "starts_on"),
        (days(3, 2), "ends_on"),
        (days(0, 367), "ends_on"),
        ({"flow_key": "no_such_flow"}, "flow_key"),
    ],
)
def test_days_and_flows_that_do_not_fit(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        lend(cast, "county_assigner", "county_clerk", **given)
    assert list(refused.value.fields) == [field]
    assert not Delegation.objects.exists()


def test_the_same_twice_is_refused_and_later_is_not(cast: Cast) -> None:
    lend(cast, "county_assigner", "county_clerk")
    with pytest.raises(Invalid):
        lend(cast, "county_assigner", "county_clerk", **days(2, 9))
    lend(cast, "county_assigner", "county_clerk", **days(4, 9))
    assert Delegation.objects.count() == 2


def test_it_is_taken_back_by_who_lent_it_only_and_once(cast: Cast) -> None:
    lent = lend(cast, "county_assigner", "county_clerk")
    for role in ("county_clerk", "county_leader", "stranger", "deputy", "constituent"):
        with pytest.raises(NotFound):
            flow_revoke_delegation(cast.actor(role), lent.id)
    lent.refresh_from_db()
    assert lent.ends_on == clock.today() + timedelta(days=3)
    flow_revoke_delegation(cast.actor("county_assigner"), lent.id)
    lent.refresh_from_db()
    assert lent.ends_on < clock.today()
    with pytest.raises(Refused):
        flow_revoke_delegation(cast.actor("county_assigner"), lent.id)


def test_the_page_finds_the_person_by_name_and_lends_without_scripts(cast: Cast) -> None:
    me, address = client(cast, "county_assigner"), "/flows/delegations/"
    clerk: Any = cast.people["county_clerk"]
    mine = post(cast, "county_assigner")
    assert "没有委托" in me.get(address).content.decode()
    assert "没有找到" in me.get(address, {"name": "无此人"}).content.decode()
    found = me.get(address, {"from_party": mine, "name": clerk.name[:2]}).content.decode()
    assert f'value="{clerk.party_id}"' in found
    assert f'value="{person(cast, "stranger")}"' not in found
    given = {"from_party": mine, "name": clerk.name, "to_person": clerk.party_id, "flow_key": ""}
    wrong = me.post(address, {**given, "starts_on": "2020-01-01", "ends_on": "2020-01-02"})
    assert wrong.status_code == 422
    assert "不能早于今天" in wrong.content.decode()
    sent = {name: day.isoformat() for name, day in days().items()}
    for _ in range(2):
        assert me.post(address, {**given, **sent, "idempotency_key": "one"}).status_code == 303
    (lent,) = Delegation.objects.all()
    assert "收回" in me.get(address).content.decode()
    other = client(cast, "county_clerk")
    assert "收回" not in other.get(address).content.decode()
    assert other.post(f"{address}{lent.id}/revoke/").status_code == 404
    assert me.post(f"{address}{lent.id}/revoke/").status_code == 303
    lent.refresh_from_db()
    assert lent.ends_on < clock.today()


def test_the_page_is_closed_to_others(cast: Cast) -> None:
    lent = lend(cast, "county_assigner", "county_clerk")
    for address, method in (("/flows/delegations/", "get"), (f"/flows/delegations/{lent.id}/revoke/", "post")):
        assert getattr(Client(), method)(address)["Location"].startswith("/sign-in/")
    # A deputy sees what is lent to her (nothing), and no form.
    shown = client(cast, "deputy").get("/flows/delegations/").content.decode()
    assert "查找受托人" not in shown
    sent = {"from_party": person(cast, "deputy"), "to_person": person(cast, "presidium_clerk"), "name": "办公室"}
    answer = client(cast, "deputy").post("/flows/delegations/", sent | {k: d.isoformat() for k, d in days().items()})
    assert answer.status_code == 403
    assert Delegation.objects.count() == 1
