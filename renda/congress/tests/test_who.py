"""Who is whose superior (上级), as flows that escalate ask it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renda.congress.models import Organisation, Post
from renda.kernel import clock, parties
from renda.kernel.parties.models import Holding, Party
from tests.people import Cast

pytestmark = pytest.mark.django_db


def post_of(cast: Cast, role: str) -> int:
    return cast.actor(role).posts[0].post_id


def head_of(cast: Cast, role: str, kind: str) -> int:
    """The post of a kind among the posts of the congress that the role works for."""
    congress = cast.actor(role).posts[0].tenant_id
    where = {"tenant_id": congress, "kind": kind}
    if kind == "chair":
        where["organisation__kind__in"] = ["standing_committee", "presidium"]
    return Post.objects.get(**where).party_id


def superiors(party_id: int, tenant_id: int = 0) -> list[int]:
    return parties.resolve("superior", Party.objects.get(id=party_id), tenant_id)


@pytest.mark.parametrize(
    ("role", "above"),
    [
        ("case_officer", "handler_head"),
        ("township_officer", "township_head"),
        ("county_assigner", "county_leader"),
        ("presidium_clerk", "presidium_chair"),
        # The head of a handling unit: who assigns and oversees.
        ("handler_head", "county_leader"),
        ("township_head", "presidium_chair"),
    ],
)
def test_a_post_answers_to_its_head_and_a_head_to_who_oversees(cast: Cast, role: str, above: str) -> None:
    assert superiors(post_of(cast, role)) == [post_of(cast, above)]
    # A person answers where her posts do.
    assert superiors(cast.people[role].party_id) == [post_of(cast, above)]


@pytest.mark.parametrize("role", ["county_leader", "county_vice_chair"])
def test_a_body_of_the_congress_answers_to_its_chair(cast: Cast, role: str) -> None:
    chair = head_of(cast, role, "chair")
    assert superiors(post_of(cast, role)) == [chair]


def test_nobody_is_above_the_chair_nor_above_a_deputy(cast: Cast) -> None:
    assert superiors(post_of(cast, "presidium_chair")) == []
    assert superiors(head_of(cast, "county_leader", "chair")) == []
    assert superiors(post_of(cast, "deputy")) == []
    assert superiors(cast.people["deputy"].party_id) == []


def test_a_post_given_up_gives_no_superior(cast: Cast) -> None:
    officer = cast.people["case_officer"].party_id
    Holding.objects.filter(person_id=officer).update(ends_on=clock.today() - timedelta(days=1))
    assert superiors(officer) == []


def test_where_no_head_is_left_the_one_above_answers(cast: Cast) -> None:
    head = Party.objects.get(id=post_of(cast, "handler_head"))
    head.is_active = False
    head.save()
    assert superiors(post_of(cast, "case_officer")) == [post_of(cast, "county_leader")]


def test_the_word_needs_a_party(cast: Cast) -> None:
    unit = Organisation.objects.get(id=cast.organisations["case_officer"].id)
    assert parties.resolve("superior", unit, unit.tenant_id) == []
    assert parties.resolve("superior", None, unit.tenant_id) == []
