from renda.congress.actions.demo import demo_build, demo_sign_ins
from renda.congress.actions.deputies import (
    RollOver,
    RosterResult,
    mandate_end,
    mandate_restore,
    mandate_suspend,
    roster_import,
    term_roll_over,
)
from renda.congress.actions.people import (
    person_create,
    person_disable,
    person_edit,
    person_enable,
    person_reveal,
)
from renda.congress.actions.places import place_import
from renda.congress.actions.posts import administrator_assign, administrator_end, holding_assign, holding_end
from renda.congress.actions.sign_in import (
    administrator_invite,
    person_invite,
    person_set_password,
    person_sign_in,
    person_sign_out,
    second_factor_change,
    second_factor_reset,
    session_end,
    sign_in_code_use,
)
from renda.congress.actions.stations import station_create, station_edit

__all__ = [
    "RollOver",
    "RosterResult",
    "administrator_assign",
    "administrator_end",
    "administrator_invite",
    "demo_build",
    "demo_sign_ins",
    "holding_assign",
    "holding_end",
    "mandate_end",
    "mandate_restore",
    "mandate_suspend",
    "person_create",
    "person_disable",
    "person_edit",
    "person_enable",
    "person_invite",
    "person_reveal",
    "person_set_password",
    "person_sign_in",
    "person_sign_out",
    "place_import",
    "roster_import",
    "second_factor_change",
    "second_factor_reset",
    "session_end",
    "sign_in_code_use",
    "station_create",
    "station_edit",
    "term_roll_over",
]
