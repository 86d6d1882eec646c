"""A right opened in an emergency: for minutes, in one congress, with a reason, and gone after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renda.kernel import clock, policy
from renda.kernel.access.actions import access_close, access_open
from renda.kernel.access.models import EmergencyAccess
from renda.kernel.audit.models import AuditEntry
from renda.kernel.errors import Forbidden, Invalid, NotFound
from renda.kernel.notices.api import inbox
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast

RIGHT = "message.view_sealed"
WHY = {"permission": RIGHT, "reason": "群众来电称有人身危险，需核对原文"}


def test_it_opens_one_right_in_one_congress_and_ends_by_itself(cast: Cast) -> None:
    county = cast.tenant("county")
    assert not policy.may(cast.actor("county_assigner"), RIGHT, county)
    access_open(cast.actor("county_assigner"), tenant_id=county, **WHY)
    actor = cast.actor("county_assigner")
    assert policy.may(actor, RIGHT, county)
    assert not policy.may(actor, RIGHT, cast.tenant("township"))
    assert not policy.may(actor, "message.oversee", county)
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        assert not policy.may(cast.actor("county_assigner"), RIGHT, county)


def test_it_can_be_closed_by_the_one_who_opened_it_only(cast: Cast) -> None:
    opened = access_open(cast.actor("county_assigner"), tenant_id=cast.tenant("county"), **WHY)
    with pytest.raises(NotFound):
        access_close(cast.actor("stranger"), opened.pk)
    assert policy.may(cast.actor("county_assigner"), RIGHT, cast.tenant("county"))
    access_close(cast.actor("county_assigner"), opened.pk)
    assert not policy.may(cast.actor("county_assigner"), RIGHT, cast.tenant("county"))


@pytest.mark.parametrize(
    ("role", "tenant", "given", "refusal"),
    [
        ("county_clerk", "county", {}, Forbidden),
        ("stranger", "county", {}, Forbidden),
        ("constituent", "county", {}, Forbidden),
        ("county_assigner", "other_county", {}, Forbidden),
        ("county_assigner", "county", {"reason": "需要"}, Invalid),
        ("county_assigner", "county", {"permission": "roster.import"}, Invalid),
    ],
)
def test_nobody_else_opens_and_nothing_changes(
    cast: Cast, role: str, tenant: str, given: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        access_open(cast.actor(role), tenant_id=cast.tenant(tenant), **{**WHY, **given})
    assert not EmergencyAccess.objects.exists()
    with tenant_transaction({0, *cast.tenants}, durable=False):
        assert [entry.outcome for entry in AuditEntry.objects.filter(action="access.open")] == ["refused"]


def test_who_reviews_is_told_at_once(cast: Cast) -> None:
    access_open(
        cast.actor("county_assigner"), tenant_id=cast.tenant("county"), **{**WHY, "reason": "请回电 13800001111 核实"}
    )
    auditor = cast.actor("audit_administrator")
    with tenant_transaction(auditor.tenants, durable=False):
        (notice,) = inbox(auditor)
    assert notice.title == "有人开启了紧急授权"
    assert "请回电 〔手机号〕 核实" in notice.body
    assert "30 分钟" in notice.body
    for role in ("county_assigner", "system_administrator", "county_leader"):
        actor = cast.actor(role)
        with tenant_transaction(actor.tenants, durable=False):
            assert not inbox(actor).exists()
