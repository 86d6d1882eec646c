"""A code on a wall never leads to nobody: leavers give way to their district's deputies, then to the nearest station."""

import pytest

from renda.congress.actions import mandate_edit, mandate_end, station_close
from renda.congress.api import WallCode, aim_of, behind
from renda.congress.models import Mandate, StationDeputy
from renda.kernel.tenancy import tenant_transaction
from tests.people import Cast


def leave(cast: Cast, *roles: str) -> None:
    for role in roles:
        mandate_end(
            cast.actor("business_administrator"),
            cast.mandates[role].id,
            ground="resigned",
            decision="第十次会议接受辞职",
        )


def code(cast: Cast, name: str) -> WallCode:
    found: WallCode = WallCode.objects.select_related("tenant").get(pk=cast.codes[name].pk)
    return found


def names(cast: Cast, name: str) -> list[str]:
    return [deputy.name for deputy in behind(code(cast, name)).deputies]


def aim(cast: Cast, name: str, chosen: int | None = None) -> tuple[int | None, int | None]:
    with tenant_transaction([cast.tenant("township")], durable=False):
        return aim_of(code(cast, name), chosen)


def test_while_she_is_in_office_her_code_is_hers(cast: Cast) -> None:
    found = behind(code(cast, "deputy"))
    assert ([deputy.name for deputy in found.deputies], found.station, found.is_as_printed) == (["代表甲"], None, True)
    assert aim(cast, "deputy") == (cast.people["deputy"].party_id, None)


def test_a_leavers_code_leads_to_the_deputies_of_her_district_and_says_so(cast: Cast) -> None:
    leave(cast, "deputy")
    found = behind(code(cast, "deputy"))
    assert ([deputy.name for deputy in found.deputies], found.is_as_printed) == (["代表乙"], False)
    other = cast.people["other_deputy"].party_id
    assert aim(cast, "deputy", other) == (other, cast.stations["township"].id)
    # Nobody chosen: the station at which she served reads it, nobody's name is on it.
    assert aim(cast, "deputy") == (None, cast.stations["township"].id)
    with pytest.raises(LookupError):
        aim(cast, "deputy", cast.people["deputy"].party_id)


def test_where_nobody_sits_for_the_district_the_station_reads(cast: Cast) -> None:
    leave(cast, "deputy", "other_deputy")
    for name in ("deputy", "district"):
        found = behind(code(cast, name))
        assert (found.deputies, found.station, found.is_as_printed) == ((), cast.stations["township"], False)
        assert aim(cast, name) == (None, cast.stations["township"].id)


def test_who_does_not_want_to_be_found_is_not_found_by_her_code(cast: Cast) -> None:
    mandate_edit(cast.actor("business_administrator"), cast.mandates["deputy"].id, is_public=False)
    assert names(cast, "deputy") == ["代表乙"]
    assert aim(cast, "deputy") == (None, cast.stations["township"].id)


def test_a_leaver_of_one_congress_who_sits_in_another_still_answers_at_her_code(cast: Cast) -> None:
    with tenant_transaction(cast.tenants, durable=False):
        mandate = cast.mandates["deputy"]
        Mandate.objects.create(
            tenant_id=cast.tenant("county"),
            person=mandate.person,
            level="county",
            body_name="黄州区第六届人民代表大会",
            term=cast.terms["county"],
            district=cast.districts["county"],
            managed_by_id=cast.tenant("county"),
            starts_on=mandate.starts_on,
        )
    leave(cast, "deputy")
    assert (names(cast, "deputy"), aim(cast, "deputy")[0]) == (["代表甲"], cast.people["deputy"].party_id)


def test_a_district_code_lets_one_choose_who_sits_for_it_and_nobody_else(cast: Cast) -> None:
    assert names(cast, "district") == ["代表甲", "代表乙"]
    other = cast.people["other_deputy"].party_id
    assert aim(cast, "district", other) == (other, None)
    assert aim(cast, "district") == (None, None)
    with pytest.raises(LookupError):
        aim(cast, "district", cast.people["far_deputy"].party_id)


def test_at_a_station_only_those_answer_who_serve_and_are_in_office(cast: Cast) -> None:
    station, deputy = cast.stations["township"].id, cast.people["deputy"].party_id
    assert aim(cast, "station", deputy) == (deputy, station)
    assert aim(cast, "station") == (None, station)
    leave(cast, "deputy")
    with tenant_transaction(cast.tenants, durable=False):
        assert StationDeputy.objects.filter(person_id=deputy).exists()
    for wrong in (deputy, cast.people["other_deputy"].party_id):
        with pytest.raises(LookupError):
            aim(cast, "station", wrong)


def test_without_any_open_station_the_office_reads(cast: Cast) -> None:
    station_close(cast.actor("presidium_clerk"), cast.stations["township"].id, reason="房屋拆迁")
    leave(cast, "deputy", "other_deputy")
    found = behind(code(cast, "deputy"))
    assert (found.deputies, found.station) == ((), None)
    assert aim(cast, "deputy") == (None, None)
