"""Organisations and posts: set up, renamed and closed by the office; what they leave behind is handed over."""

from typing import Any

import pytest

from renda.congress import jobs
from renda.congress.actions import (
    holding_assign,
    organisation_close,
    organisation_create,
    organisation_edit,
    post_close,
    post_create,
    post_edit,
)
from renda.congress.assigning import organisations_to_assign
from renda.congress.following import register_unit_follower
from renda.congress.models import Organisation, OrganisationKind, Post, PostKind
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renda.kernel.flow import api as flow
from renda.kernel.flow.models import Task
from renda.kernel.flow.tests.cases import Town
from renda.kernel.parties.models import Holding, Party
from tests.people import Cast

K = OrganisationKind
STRANGERS = ("constituent", "deputy", "presidium_clerk", "county_clerk", "stranger", "system_administrator")


def make(
    cast: Cast, role: str = "county_business_administrator", congress: str = "county", **more: Any
) -> Organisation:
    given = {"kind": K.GOVERNMENT_DEPARTMENT, "name": "黄州区园林局", "department": "forestry", **more}
    return organisation_create(cast.actor(role), congress=cast.congresses[congress], **given)


def test_a_new_unit_has_the_posts_of_its_kind_and_can_be_assigned_to(cast: Cast) -> None:
    unit = make(cast)
    assert set(unit.posts.values_list("kind", flat=True)) == {PostKind.CASE_OFFICER, PostKind.HANDLER_HEAD}
    assert unit in organisations_to_assign(cast.congresses["county"].tenant)
    committee = make(cast, kind=K.SPECIAL_COMMITTEE, name="法制委员会", department="")
    assert not committee.is_handler
    assert set(committee.posts.values_list("kind", flat=True)) == {PostKind.LEADER, PostKind.CLERK}


@pytest.mark.parametrize(
    ("congress", "given", "field"),
    [
        ("county", {"name": " "}, "name"),
        ("county", {"name": "黄州区交通运输局"}, "name"),
        ("county", {"department": ""}, "department"),
        ("county", {"kind": K.ADMINISTRATION}, "kind"),
        ("county", {"kind": K.CONGRESS}, "kind"),
        ("county", {"kind": K.DEPUTIES_WORK_COMMITTEE}, "kind"),
        ("county", {"kind": K.SUBDISTRICT_COMMITTEE}, "place"),
        ("township", {"kind": K.STANDING_COMMITTEE}, "kind"),
        ("township", {"kind": K.SPECIAL_COMMITTEE}, "kind"),
        ("city", {"kind": K.PRESIDIUM}, "kind"),
    ],
)
def test_what_a_congress_of_its_level_cannot_have_is_refused(
    cast: Cast, congress: str, given: dict[str, Any], field: str
) -> None:
    before = Organisation.objects.count()
    with pytest.raises(Invalid) as refused:
        make(cast, "business_administrator", congress, **given)
    assert set(refused.value.fields) == {field}
    assert Organisation.objects.count() == before


@pytest.mark.parametrize("role", STRANGERS)
def test_who_may_not_set_up_changes_nothing(cast: Cast, role: str) -> None:
    unit, post = cast.organisations["case_officer"], cast.actor("case_officer").posts[0].post_id
    before = (Organisation.objects.count(), Post.objects.count(), Party.objects.filter(is_active=True).count())
    presses: tuple[Any, ...] = (
        lambda actor: organisation_create(actor, congress=cast.congresses["county"], kind=K.COURT, name="法庭"),
        lambda actor: organisation_edit(actor, unit.id, name="改名局"),
        lambda actor: organisation_close(actor, unit.id, reason="试试"),
        lambda actor: post_create(actor, unit.id, kind=PostKind.CLERK, title="新岗"),
        lambda actor: post_edit(actor, post, title="改名岗"),
        lambda actor: post_close(actor, post, reason="试试"),
    )
    for press in presses:
        with pytest.raises((Forbidden, NotFound)):
            press(cast.actor(role))
    assert before == (Organisation.objects.count(), Post.objects.count(), Party.objects.filter(is_active=True).count())
    assert Organisation.objects.get(id=unit.id).name == unit.name


def test_a_renamed_unit_keeps_its_posts_and_their_parties_carry_the_new_name(cast: Cast) -> None:
    unit, post = cast.organisations["case_officer"], cast.actor("case_officer").posts[0].post_id
    organisation_edit(cast.actor("county_business_administrator"), unit.id, name="黄州区交通局", department="transport")
    assert Party.objects.get(id=post).name == "黄州区交通局·承办人员"
    assert cast.actor("case_officer").posts[0].post_id == post


def test_no_organisation_lies_under_itself(cast: Cast) -> None:
    office, above = cast.actor("county_business_administrator"), make(cast)
    below = make(cast, name="黄州区园林局二级单位", parent=above)
    with pytest.raises(Invalid):
        organisation_edit(office, above.id, name=above.name, department="forestry", parent=below)
    with pytest.raises(Refused):
        organisation_close(office, above.id, reason="机构改革")


def test_a_closed_unit_ends_its_posts_and_hands_over_to_the_posts_of_its_kind(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    deferred: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr("renda.kernel.jobs.registry.defer_many", deferred.extend)
    unit, heir = cast.organisations["case_officer"], cast.organisations["joint_officer"]
    post, to = (cast.actor(role).posts[0].post_id for role in ("case_officer", "joint_officer"))
    organisation_close(cast.actor("county_business_administrator"), unit.id, reason="机构改革方案", successor=heir)
    closed = Organisation.objects.get(id=unit.id)
    assert (closed.is_active, closed.merged_into_id) == (False, heir.id)
    assert cast.actor("case_officer").posts == ()
    assert closed not in organisations_to_assign(cast.congresses["county"].tenant)
    assert ("congress.hand_over_all", {"person": post, "successor": to}) in deferred
    assert ("congress.follow_unit", {"closed": unit.id, "successor": heir.id}) in deferred
    with pytest.raises(Refused):
        organisation_edit(cast.actor("county_business_administrator"), unit.id, name="再改名")


@pytest.mark.parametrize(
    ("role", "error"),
    [("county_assigner", Refused), ("presidium_clerk", Refused), ("system_administrator", Refused)],
)
def test_what_a_congress_cannot_be_without_is_not_closed(cast: Cast, role: str, error: type[Exception]) -> None:
    organisation = cast.organisations[role]
    with pytest.raises(error):
        organisation_close(cast.actor("business_administrator"), organisation.id, reason="试试")
    assert Organisation.objects.get(id=organisation.id).is_active


def test_a_handling_unit_is_followed_by_a_handling_unit_of_its_congress(cast: Cast) -> None:
    office, unit = cast.actor("business_administrator"), cast.organisations["case_officer"]
    for heir in (cast.organisations["county_assigner"], cast.organisations["strange_officer"], unit):
        with pytest.raises(Invalid):
            organisation_close(office, unit.id, reason="机构改革", successor=heir)


@pytest.mark.django_db
def test_a_post_with_open_tasks_is_not_closed_without_a_successor_and_the_job_moves_them() -> None:
    town = Town()
    case = town.start()
    town.do("clerk", flow.act, case, "assign")
    with town.everything():
        task = Task.objects.filter(state="open").first()
        assert task is not None
    post, heir = task.assignee_id, town.people["leader"].id
    jobs.hand_over_all(post, heir)
    with town.everything():
        assert Task.objects.get(id=task.id).assignee_id == heir


def test_a_post_is_made_renamed_closed_and_opened_again(cast: Cast) -> None:
    office, unit = cast.actor("county_business_administrator"), cast.organisations["case_officer"]
    post = post_create(office, unit.id, kind=PostKind.CASE_OFFICER, title="热线岗")
    holding_assign(office, post.party_id, person_id=cast.people["joint_officer"].party_id)
    post_edit(office, post.party_id, title="热线办理岗")
    assert Party.objects.get(id=post.party_id).name.endswith("·热线办理岗")
    post_close(office, post.party_id, reason="并岗")
    assert not Holding.objects.filter(post_id=post.party_id, ends_on=None).exists()
    with pytest.raises(Refused):
        holding_assign(office, post.party_id, person_id=cast.people["joint_officer"].party_id)
    again = post_create(office, unit.id, kind=PostKind.CASE_OFFICER, title="热线办理岗")
    assert again.party_id == post.party_id
    with pytest.raises(Invalid):
        post_create(office, unit.id, kind=PostKind.CASE_OFFICER, title="热线办理岗")


@pytest.mark.parametrize("kind", ["deputy", "station_manager", "system_administrator", "audit_administrator"])
def test_posts_that_come_by_election_or_with_the_platform_are_not_made_by_hand(cast: Cast, kind: str) -> None:
    unit = cast.organisations["county_assigner"]
    with pytest.raises(Forbidden):
        post_create(cast.actor("business_administrator"), unit.id, kind=kind, title="新岗")
    role = {"deputy": "deputy", "station_manager": "station_manager"}.get(kind, kind)
    post = cast.actor(role).posts[0].post_id
    with pytest.raises((Forbidden, NotFound)):
        post_close(cast.actor("business_administrator"), post, reason="试试")
    assert Party.objects.get(id=post).is_active


def test_whoever_registered_hears_which_unit_follows_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("renda.congress.following._followers", [])
    heard: list[tuple[int, int]] = []
    register_unit_follower(lambda closed, successor: heard.append((closed, successor)))
    jobs.follow_unit(closed=1, successor=2)
    assert heard == [(1, 2)]
