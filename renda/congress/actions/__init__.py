from renda.congress.actions.demo import (
    demo_build,
    demo_sign_ins,
)
from renda.congress.actions.deputies import (
    RollOver,
    RosterResult,
    roster_import,
    term_roll_over,
)
from renda.congress.actions.districts import (
    district_create,
    district_edit,
)
from renda.congress.actions.founding import (
    congress_found,
    site_found,
    term_begin,
)
from renda.congress.actions.identity import identity_assign, identity_link, identity_unlink
from renda.congress.actions.mandates import (
    mandate_begin,
    mandate_edit,
    mandate_end,
    mandate_restore,
    mandate_suspend,
)
from renda.congress.actions.organisations import (
    organisation_close,
    organisation_create,
    organisation_edit,
    post_close,
    post_create,
    post_edit,
)
from renda.congress.actions.people import (
    Revealed,
    person_create,
    person_disable,
    person_edit,
    person_enable,
    person_reveal,
    person_set_email,
)
from renda.congress.actions.places import (
    place_import,
    place_shapes,
)
from renda.congress.actions.posts import (
    administrator_assign,
    administrator_end,
    holding_assign,
    holding_end,
)
from renda.congress.actions.reception import (
    reception_arrange,
    reception_cancel,
)
from renda.congress.actions.sign_in import (
    Issued,
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
from renda.congress.actions.stations import (
    station_close,
    station_create,
    station_edit,
    station_reopen,
    station_serve,
)
from renda.congress.actions.tokens import token_create, token_revoke, token_use

__all__ = [
    "Issued",
    "Revealed",
    "RollOver",
    "RosterResult",
    "administrator_assign",
    "administrator_end",
    "administrator_invite",
    "congress_found",
    "demo_build",
    "demo_sign_ins",
    "district_create",
    "district_edit",
    "holding_assign",
    "holding_end",
    "identity_assign",
    "identity_link",
    "identity_unlink",
    "mandate_begin",
    "mandate_edit",
    "mandate_end",
    "mandate_restore",
    "mandate_suspend",
    "organisation_close",
    "organisation_create",
    "organisation_edit",
    "person_create",
    "person_disable",
    "person_edit",
    "person_enable",
    "person_invite",
    "person_reveal",
    "person_set_email",
    "person_set_password",
    "person_sign_in",
    "person_sign_out",
    "place_import",
    "place_shapes",
    "post_close",
    "post_create",
    "post_edit",
    "reception_arrange",
    "reception_cancel",
    "roster_import",
    "second_factor_change",
    "second_factor_reset",
    "session_end",
    "sign_in_code_use",
    "site_found",
    "station_close",
    "station_create",
    "station_edit",
    "station_reopen",
    "station_serve",
    "term_begin",
    "term_roll_over",
    "token_create",
    "token_revoke",
    "token_use",
]
