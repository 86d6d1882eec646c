"""The matrix of who may assign to whom."""

import pytest

from renda.congress.api import (
    assigning_above,
    may_assign,
    organisations_to_assign,
    organisations_to_oversee,
    places_of,
    rulers,
)
from tests.people import Cast


@pytest.mark.parametrize(
    ("congress", "unit", "allowed"),
    [
        ("township", "township_officer", True),
        ("township", "case_officer", False),
        ("other_township", "township_officer", False),
        ("county", "case_officer", True),
        ("county", "township_officer", True),
        ("county", "city_officer", False),
        ("county", "strange_officer", False),
        ("city", "city_officer", True),
        ("city", "government_officer", True),
        ("city", "case_officer", False),
        ("city", "township_officer", False),
        ("county", "county_assigner", False),
    ],
)
def test_a_congress_assigns_to_its_own_level_and_one_door_below(
    cast: Cast, congress: str, unit: str, allowed: bool
) -> None:
    tenant = cast.congresses[congress].tenant
    assert may_assign(tenant, cast.organisations[unit]) is allowed
    assert (cast.organisations[unit] in organisations_to_assign(tenant)) is allowed


def test_a_township_asks_the_county_and_the_city_asks_nobody(cast: Cast) -> None:
    assert assigning_above(cast.congresses["township"].tenant) == cast.congresses["county"].tenant
    assert assigning_above(cast.congresses["city"].tenant) is None


def test_the_government_rules_and_the_institution_oversees(cast: Cast) -> None:
    county, township = cast.congresses["county"].tenant, cast.congresses["township"].tenant
    assert list(rulers(county)) == [cast.organisations["government_officer"]]
    assert list(rulers(township)) == [cast.organisations["township_officer"]]
    assert {row.kind for row in organisations_to_oversee(township)} == {"presidium"}
    assert "council_of_chairpersons" in {row.kind for row in organisations_to_oversee(county)}


def test_a_congress_has_its_place_and_those_right_below(cast: Cast) -> None:
    assert [place.name for place in places_of(cast.tenant("township"))] == ["路口镇", "花园社区"]
