from renda.congress.views.administration import administrators, audit, sessions, system
from renda.congress.views.directory import (
    organisation_page,
    organisations,
    people,
    person_act,
    person_create,
    person_page,
    post_assign,
    post_end,
    station_page,
    stations,
)
from renda.congress.views.roster import confirm, roster, template
from renda.congress.views.sign_in import account, end_session, sign_in

__all__ = [
    "account",
    "administrators",
    "audit",
    "confirm",
    "end_session",
    "organisation_page",
    "organisations",
    "people",
    "person_act",
    "person_create",
    "person_page",
    "post_assign",
    "post_end",
    "roster",
    "sessions",
    "sign_in",
    "station_page",
    "stations",
    "system",
    "template",
]
