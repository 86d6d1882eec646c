"""Districts: made with a code, drawn anew, out of use only when nobody sits for them; what they cover is what the public finds by."""

from typing import Any

import pytest

from renda.congress.actions import district_create, district_edit
from renda.congress.api import places_of
from renda.congress.models import DistrictPlace, ElectoralDistrict, Place, PlaceLevel, WallCode
from renda.kernel.errors import Forbidden, Invalid, NotFound
from renda.kernel.tenancy import tenant_transaction
from tests.people import SINCE, Cast
from tests.zones import representing


def make(
    cast: Cast, role: str = "business_administrator", congress: str = "township", **more: Any
) -> ElectoralDistrict:
    given = {"number": 9, "name": "第9选区", "places": [cast.places["village"]], **more}
    return district_create(cast.actor(role), congress=cast.congresses[congress], **given)


def test_a_direct_district_has_a_wall_code_an_electing_unit_has_none(cast: Cast) -> None:
    assert WallCode.objects.filter(district=make(cast), is_active=True).count() == 1
    unit = make(cast, congress="city", places=[cast.places["other_county"]])
    assert (unit.kind, WallCode.objects.filter(district=unit).count()) == ("unit", 0)


@pytest.mark.parametrize(
    "given", [{"number": 1}, {"number": 0}, {"name": ""}, {"places": []}, {"places": "far_township"}]
)
def test_a_district_that_cannot_be_is_refused(cast: Cast, given: dict[str, Any]) -> None:
    if isinstance(given.get("places"), str):
        given = {"places": [cast.places[given["places"]]]}
    with pytest.raises(Invalid):
        make(cast, **given)


@pytest.mark.parametrize("role", ["constituent", "deputy", "presidium_clerk", "stranger", "system_administrator"])
def test_who_may_not_draw_districts_draws_none(cast: Cast, role: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        make(cast, role)
    with pytest.raises((Forbidden, NotFound)):
        district_edit(cast.actor(role), cast.districts["township"].id, name="改名", places=[cast.places["village"]])
    with tenant_transaction(cast.tenants, durable=False):
        assert not ElectoralDistrict.objects.filter(number=9).exists()
        assert ElectoralDistrict.objects.get(id=cast.districts["township"].id).name == "第1选区"


def test_a_district_drawn_anew_is_found_by_its_new_places(cast: Cast) -> None:
    office, district = cast.actor("business_administrator"), cast.districts["county"]
    assert "代表丙" not in representing("421102001")
    district_edit(office, district.id, name="城区选区", places=[cast.places["subdistrict"]])
    assert "代表丙" in representing("421102001")
    with tenant_transaction(cast.tenants, durable=False):
        assert DistrictPlace.objects.filter(district=district).count() == 1
    with pytest.raises(Invalid):
        district_edit(office, district.id, name="城区选区", places=[cast.places["subdistrict"]], is_active=False)


def test_the_places_of_a_county_go_down_to_the_villages_of_its_sub_districts_and_no_further(cast: Cast) -> None:
    village = Place.objects.create(
        code="421102001001",
        name="考棚街社区",
        level=PlaceLevel.VILLAGE,
        parent=cast.places["subdistrict"],
        valid_from=SINCE,
    )
    names = list(places_of(cast.tenant("county")).values_list("name", flat=True))
    assert names == ["黄州区", "赤壁街道", village.name, "路口镇", "堵城镇"]
    assert set(places_of(cast.tenant("township")).values_list("name", flat=True)) == {"路口镇", "花园社区"}
    assert set(places_of(cast.tenant("city")).values_list("name", flat=True)) == {"黄冈市", "黄州区", "麻城市"}
