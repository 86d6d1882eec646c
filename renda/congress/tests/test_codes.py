"""Wall codes name their targets; a station knows who serves there."""

from __future__ import annotations

from renda.congress.api import deputies_serving, open_code, open_codes
from tests.people import Cast


def test_a_wall_code_names_its_target_however_it_is_typed_and_a_withdrawn_one_names_nothing(cast: Cast) -> None:
    typed = cast.codes["station"].code.lower()
    code = open_code(f" {typed[:4]}-{typed[4:]} ")
    assert code is not None
    assert (code.kind, code.station_id) == ("station", cast.stations["township"].id)
    assert open_code(f"{typed[1]}{typed[0]}{typed[2:]}") is None
    assert open_codes([typed, "ABCDEFGH"]) == {typed: code}
    cast.codes["station"].is_active = False
    cast.codes["station"].save()
    assert open_code(typed) is None
    assert open_codes([typed]) == {}


def test_a_station_finds_who_serves_there_whatever_their_congress(cast: Cast) -> None:
    found = deputies_serving(cast.stations["township"].pk, cast.tenant("township"))
    assert [deputy.name for deputy in found] == ["代表甲", "代表丙"]
    assert found[0].code == cast.codes["deputy"].code
