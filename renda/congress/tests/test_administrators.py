"""The three separated administrators: nobody is two, none has a right of the business, and one of each kind stays."""

import pytest

from renda.congress.actions import mandate_begin, person_disable, person_set_email, roster_import
from renda.congress.models import SEPARATED_ADMINISTRATORS, PostKind
from renda.congress.roster import RosterRow
from renda.congress.tests.test_people import stored_email
from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.policy.registry import GRANTS
from tests.people import Cast


@pytest.mark.parametrize(
    ("by", "target"),
    [("security_administrator", "system_administrator"), ("security_administrator", "audit_administrator")],
)
def test_the_only_administrator_of_a_kind_is_not_put_to_sleep(cast: Cast, by: str, target: str) -> None:
    with pytest.raises(Refused):
        person_disable(cast.actor(by), cast.people[target].party_id, reason="调离")
    assert cast.actor(target).is_signed_in


def test_no_administrator_is_seated_as_a_deputy_by_hand_or_by_a_roster(cast: Cast) -> None:
    auditor, office = cast.people["audit_administrator"], cast.actor("business_administrator")
    auditor.phone = "13812345678"
    auditor.save(update_fields=["phone"])
    with pytest.raises(Refused):
        mandate_begin(
            office,
            congress=cast.congresses["township"],
            person_id=auditor.party_id,
            district=cast.districts["township"],
            starts_on=clock.today(),
            decision="补选结果公告",
        )
    row = RosterRow(2, name=auditor.name, district_number="1", phone="13812345678")
    with pytest.raises(Invalid) as refused:
        roster_import(office, tenant_id=cast.tenant("township"), rows=[row])
    assert "平台管理员" in refused.value.fields["第 2 行"]
    assert [post.kind for post in cast.actor("audit_administrator").posts] == ["audit_administrator"]


def test_where_an_administrators_notices_go_is_hers_alone_to_say(cast: Cast) -> None:
    auditor = cast.people["audit_administrator"].party_id
    with pytest.raises(Forbidden):
        person_set_email(cast.actor("system_administrator"), auditor, email="mine@example.cn")
    person_set_email(cast.actor("audit_administrator"), auditor, email="own@example.cn")
    assert stored_email(cast, "audit_administrator") == "own@example.cn"


BUSINESS = ("message.", "flow.", "mandate.", "organisation.", "station.", "reception.", "district.", "roster.", "term.")
# What people say of renda itself, and who may sign in, are no business.
SHARED = {"feedback.read", "person.disable"}


def test_no_platform_administrator_has_a_right_of_the_business() -> None:
    business = {name for kind, name in GRANTS if kind == PostKind.BUSINESS_ADMINISTRATOR} - SHARED
    for kind in SEPARATED_ADMINISTRATORS:
        hers = {name for holder, name in GRANTS if holder == kind}
        assert not {name for name in hers if name.startswith(BUSINESS) or name == "holding.assign"}
        assert not hers & business
