"""The addresses of congress: who comes to each, with what, and who does not. The table's shape is in ``addresses``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from renda.congress.models import Post
from renda.kernel import clock
from tests.gates.addresses import _SIGNED_IN, Page, _organisation, _post, fixed, person, press, row
from tests.gates.city import NOBODY, City

_ADMIN = "county_business_administrator"
_TOO = ("presidium_clerk", "county_assigner", "deputy")
_NOT_HOUSE = ("deputy", "station_manager", "other_township_clerk")
_NOT_KEEPER = ("deputy", "far_station_manager", "other_township_clerk", "county_assigner")
_REASON = fixed(reason="工作需要，已电话核实")


def _list_of_divisions() -> SimpleUploadedFile:
    text = "level,code,parent_code,name\n1,420000,,湖北省\n2,421100,420000,黄冈市\n"
    return SimpleUploadedFile("list.csv", text.encode())


def _into_the_heads(city: City) -> dict[str, Any]:
    unit = city.cast.organisations["joint_officer"]
    return {"reason": "并岗", "successor": Post.objects.get(organisation=unit, kind="handler_head").pk}


CONGRESS_PAGES: dict[str, Page] = {
    # Signing in, and one's own account.
    "account_login": Page(public="the door itself"),
    "account_logout": Page("deputy", given=fixed(), public="leaving twice harms nobody"),
    "account_inactive": Page(public="says that an account sleeps, to whoever asks"),
    "account_reauthenticate": Page("deputy", own=_SIGNED_IN, status=403),  # one-use codes only: nothing to confirm with
    "account_change_password": Page("deputy", own=_SIGNED_IN),
    "account_set_password": Page("deputy", own=_SIGNED_IN),
    "mfa_index": Page("deputy", own=_SIGNED_IN),
    "mfa_authenticate": Page("deputy", own=_SIGNED_IN),
    "mfa_reauthenticate": Page("deputy", own=_SIGNED_IN, status=403),  # the same
    "mfa_activate_totp": Page("deputy", own=_SIGNED_IN),
    "mfa_deactivate_totp": Page("deputy", own=_SIGNED_IN),
    "mfa_view_recovery_codes": Page("deputy", own=_SIGNED_IN, status=404),  # she has none
    "mfa_generate_recovery_codes": Page("deputy", own=_SIGNED_IN),
    "congress:account": Page("deputy", own=_SIGNED_IN),
    "congress:token.list": Page("deputy", own=_SIGNED_IN),
    "congress:token.create": press(
        "deputy", lambda _: [], fixed(name="统计大屏", days="30"), status=200, own=_SIGNED_IN
    ),
    "congress:token.revoke": press("deputy", row("token"), fixed(), "other_deputy", "security_administrator"),
    "congress:sms_code.send": Page(public="the door itself"),
    "congress:sms_code.use": Page(
        public="the door itself; back to the one before, which asks for the number", status=302
    ),
    "congress:identity.begin": Page(public="the door itself; nobody answers there", status=302),
    "congress:identity.back": Page(
        public="the door itself; who was not sent to the provider comes back to it", status=302
    ),
    "congress:identity.list": Page("deputy", own=_SIGNED_IN),
    "congress:identity.link": press("deputy", lambda _: [], fixed(), own=_SIGNED_IN),
    "congress:identity.unlink": press("deputy", row("identity"), fixed(), "other_deputy", "presidium_clerk"),
    "congress:identity.assign": press(
        "presidium_clerk", person("other_deputy"), fixed(subject="li.si"), "deputy", "other_township_clerk"
    ),
    "mfa_list_webauthn": Page("deputy", own=_SIGNED_IN),
    "mfa_add_webauthn": Page("deputy", own=_SIGNED_IN),
    "mfa_edit_webauthn": Page("deputy", row("passkey"), own=_SIGNED_IN),
    "mfa_remove_webauthn": Page("deputy", row("passkey"), own=_SIGNED_IN),
    "mfa_reauthenticate_webauthn": Page("deputy", own=_SIGNED_IN),
    "mfa_login_webauthn": Page(
        public="the door itself; a browser that does not ask by script is sent to it", status=302
    ),
    "congress:session.end": press("deputy", row("session"), fixed(), "other_deputy", "business_administrator"),
    # The directory.
    "congress:person.list": Page("presidium_clerk", wrong=("deputy", "case_officer"), strangers=(NOBODY,)),
    "congress:person.create": Page(
        "business_administrator",
        given=lambda city: {"congress": city.cast.congresses["township"].pk, "name": "王新"},
        wrong=_TOO,
    ),
    "congress:person.invite_many": Page("presidium_clerk", wrong=("deputy", "case_officer"), strangers=(NOBODY,)),
    "congress:person.page": Page("presidium_clerk", person("other_deputy"), wrong=("deputy", "case_officer")),
    "congress:person.edit": press("business_administrator", person("other_deputy"), fixed(name="王改"), *_TOO),
    "congress:person.disable": press("business_administrator", person("other_deputy"), _REASON, *_TOO),
    "congress:person.enable": press("business_administrator", person("other_deputy"), _REASON, *_TOO),
    "congress:person.reveal": press(
        "business_administrator", person("other_deputy"), _REASON, "deputy", "case_officer"
    ),
    "congress:person.set_email": press(
        "system_administrator",
        person("other_deputy"),
        fixed(email="deputy@example.cn"),
        "business_administrator",
        "presidium_clerk",
        "deputy",
    ),
    "congress:person.invite": press(
        "presidium_clerk", person("other_deputy"), fixed(count=1), "deputy", "other_township_clerk", status=200
    ),
    "congress:administrator.invite": press(
        "system_administrator",
        person("security_administrator"),
        fixed(count=1),
        "business_administrator",
        "audit_administrator",
        status=200,
    ),
    "congress:second_factor.reset": press(
        "security_administrator", person("other_deputy"), _REASON, "business_administrator", "system_administrator"
    ),
    "congress:congress.list": Page("presidium_clerk", wrong=("deputy", "case_officer"), strangers=(NOBODY,)),
    "congress:congress.page": Page(
        "presidium_clerk", lambda city: [city.cast.tenant("township")], wrong=("deputy", "case_officer")
    ),
    "congress:congress.found": Page(
        _ADMIN,
        lambda city: [city.cast.tenant("county")],
        lambda city: {"places": [city.rows["bare_place"].pk], "number": 19, "starts_on": "2021-12-10"},
        wrong=("county_assigner", "deputy", "system_administrator"),
    ),
    "congress:term.begin": Page(
        "business_administrator",
        lambda city: [city.rows["bare_congress"].pk],
        fixed(number=19, starts_on="2021-12-10"),
        wrong=("county_assigner", "deputy", "system_administrator"),
    ),
    "congress:organisation.list": Page("presidium_clerk", wrong=("deputy", "case_officer"), strangers=(NOBODY,)),
    "congress:organisation.page": Page(
        "county_assigner", _organisation("case_officer"), wrong=("deputy", "case_officer")
    ),
    "congress:organisation.create": Page(
        _ADMIN,
        given=fixed(kind="court", name="黄州区人民法院第二法庭"),
        query=lambda city: {"congress": city.cast.tenant("county")},
        wrong=("county_assigner", "deputy", "system_administrator"),
    ),
    "congress:organisation.edit": press(
        _ADMIN, _organisation("case_officer"), fixed(name="改名局"), "county_assigner", "deputy", "system_administrator"
    ),
    "congress:organisation.close": press(
        _ADMIN,
        _organisation("government_officer"),
        lambda city: {"reason": "机构改革", "successor": city.cast.organisations["joint_officer"].pk},
        "county_assigner",
        "deputy",
        "system_administrator",
    ),
    "congress:post.create": press(
        _ADMIN,
        _organisation("case_officer"),
        fixed(kind="case_officer", title="热线岗"),
        "county_assigner",
        "deputy",
        "system_administrator",
    ),
    "congress:post.page": Page("county_assigner", _post("case_officer"), wrong=("deputy", "case_officer")),
    "congress:post.edit": press(
        _ADMIN, _post("case_officer"), fixed(title="热线岗"), "county_assigner", "deputy", "system_administrator"
    ),
    "congress:post.close": press(
        _ADMIN, _post("joint_officer"), _into_the_heads, "county_assigner", "deputy", "system_administrator"
    ),
    "congress:holding.assign": press(
        _ADMIN, _post("case_officer"), fixed(person="joint_officer"), "county_assigner", "deputy"
    ),
    "congress:administrator.assign": press(
        "system_administrator",
        _post("security_administrator"),
        lambda city: {"person": city.cast.people[NOBODY].user_name},
        "business_administrator",
        "audit_administrator",
        "presidium_clerk",
    ),
    "congress:holding.end": press(_ADMIN, row("holding"), fixed(), "county_assigner", "deputy"),
    "congress:station.list": Page("deputy", own="the stations of one's own congresses, public anyway"),
    "congress:station.create": Page(
        "presidium_clerk",
        given=lambda city: {"kind": "station", "name": "新站", "place": city.cast.places["village"].pk},
        wrong=("deputy", "station_manager"),
    ),
    "congress:station.page": Page("presidium_clerk", row("station"), wrong=("other_township_clerk", "far_deputy")),
    "congress:station.edit": press(
        "presidium_clerk",
        row("station"),
        lambda city: {"name": "改名站", "place": city.cast.places["village"].pk},
        *_NOT_HOUSE,
    ),
    "congress:station.close": press("presidium_clerk", row("station"), _REASON, *_NOT_HOUSE),
    "congress:station.reopen": press("presidium_clerk", row("closed_station"), _REASON, *_NOT_HOUSE),
    "congress:station.serve": Page(
        "presidium_clerk",
        row("station"),
        lambda city: {"people": [city.person("other_deputy")]},
        wrong=_NOT_HOUSE,
    ),
    "congress:station.appoint": Page(
        "business_administrator",
        row("station"),
        fixed(person="joint_officer"),
        wrong=("presidium_clerk", "county_assigner", "deputy", "station_manager"),
    ),
    "congress:reception.arrange": Page(
        "station_manager",
        row("station"),
        lambda city: {
            "people": [city.person("county_deputy")],
            "day": (clock.today() + timedelta(days=9)).isoformat(),
            "starts_at": "09:00",
            "ends_at": "11:00",
            "repeat": "once",
        },
        wrong=_NOT_KEEPER,
    ),
    "congress:reception.cancel": Page("station_manager", row("reception"), _REASON, wrong=_NOT_KEEPER),
    "congress:mandate.list": Page("presidium_clerk", wrong=("deputy", "case_officer"), strangers=(NOBODY,)),
    "congress:mandate.begin": Page(
        "business_administrator",
        lambda city: [],
        lambda city: {
            "ground": "by_election",
            "name": "王新",
            "district": city.cast.districts["township"].pk,
            "starts_on": clock.today().isoformat(),
            "decision": "补选结果公告",
        },
        query=lambda city: {"congress": city.cast.tenant("township")},
        wrong=_TOO,
    ),
    "congress:mandate.page": Page("presidium_clerk", row("mandate"), wrong=("deputy", "case_officer")),
    "congress:mandate.edit": press("business_administrator", row("mandate"), fixed(group="第二代表小组"), *_TOO),
    "congress:mandate.end": press(
        "business_administrator", row("mandate"), fixed(ground="resigned", decision="接受辞职。"), *_TOO
    ),
    "congress:mandate.suspend": press(
        "business_administrator", row("mandate"), fixed(ground="detained", decision="资格审查委员会报告。"), *_TOO
    ),
    "congress:mandate.restore": press(
        "business_administrator", row("suspended_mandate"), fixed(decision="不起诉。"), *_TOO
    ),
    "congress:district.list": Page("presidium_clerk", wrong=("deputy", "case_officer"), strangers=(NOBODY,)),
    "congress:district.create": Page(
        "business_administrator",
        lambda city: [],
        lambda city: {"number": 9, "name": "第9选区", "places": [city.cast.places["village"].pk]},
        query=lambda city: {"congress": city.cast.tenant("township")},
        wrong=_TOO,
    ),
    "congress:district.page": Page(
        "business_administrator",
        lambda city: [city.cast.districts["township"].pk],
        lambda city: {"name": "第1选区（花园）", "is_active": "on", "places": [city.cast.places["village"].pk]},
        wrong=("deputy", "case_officer"),
    ),
    "congress:roster.import": Page("business_administrator", wrong=_TOO),
    "congress:roster.template": Page("business_administrator", wrong=_TOO),
    "congress:roster.confirm": press(
        "business_administrator", lambda _: [], lambda city: {"closed": city.rows["closed_roster"]}, *_TOO
    ),
    # The platform.
    "congress:session.list": Page("security_administrator", wrong=("system_administrator", *_TOO)),
    "congress:administrator.list": Page("system_administrator", wrong=("business_administrator", *_TOO)),
    "congress:system": Page("system_administrator", wrong=("business_administrator", *_TOO)),
    "congress:place.list": Page("system_administrator", wrong=("business_administrator", "audit_administrator", *_TOO)),
    "congress:place.page": Page(
        "system_administrator",
        lambda city: [city.cast.places["village"].pk],
        wrong=("business_administrator", "audit_administrator", *_TOO),
    ),
    "congress:place.import": Page(
        "system_administrator",
        given=lambda city: {"file": _list_of_divisions(), "as_of": clock.today().isoformat()},
        wrong=("business_administrator", "audit_administrator", *_TOO),
    ),
    "congress:audit": Page("audit_administrator", wrong=("system_administrator", *_TOO)),
}
