from renda.congress.views.administration import administrators, audit, sessions, system
from renda.congress.views.deputies import (
    district_create,
    district_page,
    districts,
    mandate_act,
    mandate_begin,
    mandate_page,
    mandates,
)
from renda.congress.views.founding import congress_found, congress_page, congresses, term_begin
from renda.congress.views.inviting import invite_many
from renda.congress.views.organisations import (
    holding_end,
    organisation_act,
    organisation_create,
    organisation_page,
    organisations,
    post_act,
    post_page,
)
from renda.congress.views.people import people, person_act, person_create, person_page
from renda.congress.views.places import place_import, place_page, places
from renda.congress.views.roster import confirm, roster, template
from renda.congress.views.sign_in import account, end_session, sign_in
from renda.congress.views.sms_sign_in import sms_code, sms_sign_in
from renda.congress.views.stations import (
    reception_arrange,
    reception_cancel,
    station_act,
    station_appoint,
    station_create,
    station_page,
    station_serve,
    stations,
)

__all__ = [
    "account",
    "administrators",
    "audit",
    "confirm",
    "congress_found",
    "congress_page",
    "congresses",
    "district_create",
    "district_page",
    "districts",
    "end_session",
    "holding_end",
    "invite_many",
    "mandate_act",
    "mandate_begin",
    "mandate_page",
    "mandates",
    "organisation_act",
    "organisation_create",
    "organisation_page",
    "organisations",
    "people",
    "person_act",
    "person_create",
    "person_page",
    "place_import",
    "place_page",
    "places",
    "post_act",
    "post_page",
    "reception_arrange",
    "reception_cancel",
    "roster",
    "sessions",
    "sign_in",
    "sms_code",
    "sms_sign_in",
    "station_act",
    "station_appoint",
    "station_create",
    "station_page",
    "station_serve",
    "stations",
    "system",
    "template",
    "term_begin",
]
