"""Every address of the inner zone: who comes to it, with what, and who does not.

A new address gets its line here. ``by`` reaches it (a page is shown, a press is done), so that the refusals beside it
are not empty. ``public`` and ``own`` say why nobody is turned away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from renda.kernel.flow.toml import to_toml
from tests.gates.city import NOBODY, City

Args = Callable[[City], list[Any]]
Given = Callable[[City], dict[str, Any]]

FRAME = "a part of the frame, without any row of business"


@dataclass(frozen=True)
class Page:
    """One line of the table. ``given``: the form of a press. ``only_post``: it has no page of its own."""

    by: str = "constituent"
    args: Args = lambda _: []
    given: Given | None = None
    only_post: bool = False
    wrong: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ("stranger", NOBODY)
    public: str = ""
    own: str = ""
    # What an unknown browser gets: the sign-in page, unless an address keeps even its existence to itself.
    logged_out: int = 302
    # Django settings under which ``by`` reaches it.
    settings: dict[str, Any] = field(default_factory=dict)
    # What ``by`` gets.
    status: int = 200
    # What the address carries behind its question mark.
    query: Given = lambda _: {}


def press(by: str, args: Args, given: Given, *wrong: str, **more: Any) -> Page:
    """An address that only takes a form."""
    return Page(by, args, given, only_post=True, wrong=wrong, status=more.pop("status", 303), **more)


def row(name: str) -> Args:
    return lambda city: [city.key(name)]


def person(role: str) -> Args:
    return lambda city: [city.person(role)]


def fixed(**given: Any) -> Given:
    return lambda _: given


def _organisation(role: str) -> Args:
    return lambda city: [city.cast.organisations[role].pk]


def _station(city: City) -> list[Any]:
    return [city.cast.tenant("township"), city.key("station")]


def _post(role: str) -> Args:
    return lambda city: [city.cast.actor(role).posts[0].post_id]


def _until(city: City) -> dict[str, Any]:
    due = timezone.localdate(city.rows["county_unit"].due_at) + timedelta(days=7)
    return {"until": due.isoformat(), "reason": "需要招标。"}


def _oversight(city: City) -> dict[str, Any]:
    organisation = city.cast.organisations["county_supervisor"].pk
    return {"organisation": organisation, "reference": "纪要", "decided_on": "2026-01-05", "content": "限期办结。"}


_ADMIN = "county_business_administrator"
_NOT_ADMIN = ("county_clerk", "case_officer", "system_administrator")
_TOO = ("presidium_clerk", "county_assigner", "deputy")
_REASON = fixed(reason="工作需要，已电话核实")
_RATED = fixed(process="satisfied", result="satisfied")
_NOT_HERS = ("other_deputy", "other_township_clerk", "strange_officer")
_SIGNED_IN = "everybody who is signed in has one"
_TEXT = {"body": "路灯坏了三周，夜里看不见路。"}

_CHOSEN = "the messages that exist for oneself, perhaps none"


def _chosen(city: City) -> dict[str, Any]:
    return {"row": [city.key("vet")], "verb": "accept"}


# A message's buttons: verb → at which stage, by whom, with what, and who sees the message but does not do this.
VERBS: dict[str, tuple[str, str, Given, tuple[str, ...]]] = {
    "accept": ("vet", "presidium_vetter", fixed(), ("presidium_clerk", "presidium_assigner")),
    "redirect": ("vet", "presidium_vetter", fixed(door="court", reason="诉讼中。"), ("presidium_clerk",)),
    "answer": ("deputy", "deputy", fixed(body="已联系。", solved="yes"), ("presidium_clerk",)),
    "refer": ("deputy", "deputy", fixed(note="请办理。"), ("presidium_assigner",)),
    "assign": (
        "office",
        "presidium_assigner",
        lambda city: {"lead_unit": city.cast.organisations["township_officer"].pk},
        ("deputy", "presidium_vetter"),
    ),
    "refer_up": ("office", "presidium_assigner", fixed(note="属县级事权。"), ("deputy", "presidium_vetter")),
    "receive": ("unit", "township_officer", fixed(), ("deputy", "presidium_assigner")),
    "send_back": ("unit", "township_officer", fixed(reason="不属本单位。"), ("deputy", "presidium_assigner")),
    "extend": ("county_unit", "case_officer", _until, ("deputy", "county_assigner")),
    "grant_extension": (
        "extending",
        "county_assigner",
        lambda city: {"request_id": city.key("request")},
        ("case_officer", "deputy"),
    ),
    "refuse_extension": (
        "extending",
        "county_assigner",
        lambda city: {"request_id": city.key("request"), "note": "请按期办结。"},
        ("case_officer", "deputy"),
    ),
    "read": ("joint", "joint_officer", lambda city: {"task_id": city.key("reading")}, ("case_officer", "deputy")),
    "log_contact": ("unit", "township_officer", fixed(way="telephone", note="已电话联系。"), ("presidium_clerk",)),
    "forward": ("deliver", "deputy", fixed(), ("township_officer", "presidium_assigner")),
    "record_rating": (
        "rating",
        "presidium_clerk",
        _RATED,
        ("township_officer", "presidium_chair"),
    ),
    "judge": ("judge", "station_manager", fixed(verdict="explained", note="已说明。"), ("deputy", "township_officer")),
    "urge": ("unit", "presidium_assigner", fixed(), ("township_officer", "presidium_vetter")),
    "oversee": ("county_unit", "county_supervisor", _oversight, ("county_assigner", "case_officer")),
    **{
        verb: (name, by, given, ("county_assigner", "deputy"))
        for verb, name, by, given in (
            ("claim", "county_unit", "case_officer", lambda city: {"task_id": city.task("county_unit")}),
            ("release", "claimed", "case_officer", lambda city: {"task_id": city.task("claimed")}),
            ("transfer", "county_unit", "case_officer", lambda city: {"to": city.post("handler_head").pk}),
            ("withdraw", "sent_back", "case_officer", lambda city: {"task_id": city.key("task_sent_back")}),
            ("suspend", "county_unit", _ADMIN, fixed(reason="等待批复。")),
            ("resume", "suspended", _ADMIN, fixed()),
            ("terminate", "county_unit", _ADMIN, fixed(reason="并案办理。")),
            ("jump", "county_unit", _ADMIN, fixed(to="office", reason="交办有误。")),
            ("grant_jump", "jumping", "second_administrator", lambda city: {"request_id": city.key("jump_request")}),
            ("refuse_jump", "jumping", "second_administrator", lambda city: {"request_id": city.key("jump_request")}),
            ("remove_assignee", "vet", _ADMIN, lambda city: {"task_id": city.task("vet")}),
        )
    },
    "reveal": ("vet_reachable", "presidium_vetter", _REASON, ("presidium_chair",)),
    "read_sealed": ("sealed", "presidium_vetter", _REASON, ()),
    "reveal_joiners": ("published", "presidium_vetter", _REASON, ("presidium_chair",)),
    "take_back": ("published", "presidium_vetter", fixed(reason="内容有误。"), ("deputy", "presidium_chair")),
}
LOOKS = {"reveal": 200, "read_sealed": 200, "reveal_joiners": 200}  # they answer with the page itself

PAGES: dict[str, Page] = {
    "front": Page(public="leads to the bench, which asks who comes", status=302),
    # The kit.
    "ui:elder": Page(public=FRAME, status=303),
    "ui:badges": Page(public=FRAME),
    "manual:first": Page(public="the manual; strangers read the constituents' chapter"),
    "manual:chapter": Page("deputy", lambda _: ["constituent"], public="the same"),
    "ui:manifest": Page(public=FRAME),
    **{
        f"ui:{name}": Page(
            public="the gallery exists in workshops only", settings={"RENDA_GALLERY": True}, status=status
        )
        for name, status in (
            ("gallery", 200),
            ("gallery_public", 200),
            ("gallery_case", 200),
            ("gallery_list", 200),
            ("gallery_form", 200),
            ("gallery_fault", 404),  # it shows the page of a fault
        )
    },
    # Flows.
    "flow:flow.list": Page(_ADMIN, wrong=_NOT_ADMIN),
    "flow:flow.detail": Page(_ADMIN, row("draft"), wrong=_NOT_ADMIN),
    "flow:flow.fork": press(
        _ADMIN, row("shipped_flow"), lambda city: {"tenant": city.cast.tenant("township")}, *_NOT_ADMIN
    ),
    "flow:flow.edit": Page(
        _ADMIN, row("draft"), lambda city: {"text": to_toml(city.rows["draft"].graph)}, wrong=_NOT_ADMIN
    ),
    "flow:flow.change_step": press(
        _ADMIN,
        row("draft"),
        fixed(**{"node": "judge", "judge-title": "研判", "judge-who_1": "field:station_manager", "judge-mode": "any"}),
        *_NOT_ADMIN,
    ),
    "flow:flow.add_step": press(
        _ADMIN,
        row("draft"),
        fixed(**{"edge": "0", "new-title": "再审", "new-who_1": "post:vetter@field:tenant", "new-mode": "any"}),
        *_NOT_ADMIN,
    ),
    "flow:flow.remove_step": press(_ADMIN, row("draft"), fixed(node="deliver"), *_NOT_ADMIN),
    "flow:flow.publish": press(_ADMIN, row("draft"), fixed(), *_NOT_ADMIN),
    "flow:flow.retire": press(_ADMIN, row("draft"), fixed(), *_NOT_ADMIN),
    "flow:flow.unassigned": Page(_ADMIN, wrong=(*_NOT_ADMIN, "county_assigner")),
    "flow:flow.transfer": press(
        _ADMIN,
        lambda _: [],
        lambda city: {
            "group": f"at-{_post(_ADMIN)(city)[0]}-unit-stand-in",
            "task": f"{city.key('nobodys_task')}.{city.rows['nobodys_task'].version}",
            "to": _post("handler_head")(city)[0],
            "reason": "岗位空缺",
        },
        "county_assigner",
        *_NOT_ADMIN,
    ),
    # Everybody sees her own loans there; who may not lend is tried in flow/tests/test_delegating.py.
    "flow:flow.delegate": Page(
        "county_assigner",
        given=lambda city: {
            "from_party": _post("county_assigner")(city)[0],
            "to_person": city.person("county_clerk"),
            "name": city.cast.people["county_clerk"].name,
            "starts_on": timezone.localdate(),
            "ends_on": timezone.localdate(),
        },
        own=_SIGNED_IN,
    ),
    "flow:flow.revoke_delegation": press(
        "county_assigner", row("delegation"), fixed(), "county_clerk", "deputy", "business_administrator"
    ),
    # The border, and what carries a mark of secrecy.
    "secrecy:secrecy.list": Page(
        "secrecy_officer", wrong=("business_administrator", "security_administrator", "county_clerk", "deputy")
    ),
    "secrecy:secrecy.release": press(
        "secrecy_officer",
        row("held"),
        fixed(reason="误判。"),
        "county_secrecy_officer",
        "business_administrator",
        "deputy",
    ),
    "secrecy:secrecy.destroy": press(
        "secrecy_officer",
        row("held"),
        fixed(reason="核实。"),
        "county_secrecy_officer",
        "business_administrator",
        "deputy",
    ),
    "exchange:exchange.list": Page("business_administrator", wrong=("secrecy_officer", "county_clerk", "deputy")),
    "exchange:exchange.retry": press(
        "business_administrator", row("quarantined"), fixed(), "county_business_administrator", "deputy"
    ),
    "exchange:exchange.drop": press(
        "business_administrator", row("quarantined"), fixed(reason="重复。"), "county_business_administrator", "deputy"
    ),
    # Personal data.
    "personal:personal.export": Page(
        "security_administrator",
        wrong=("business_administrator", "system_administrator", "audit_administrator", "county_clerk", "deputy"),
    ),
    "personal:mine": Page("deputy", own=_SIGNED_IN),
    "personal:personal.copy": press("deputy", lambda _: [], fixed(), status=200, own=_SIGNED_IN),
    # What people say about renda itself.
    "feedback:feedback.send": Page("deputy", given=fixed(text="字太小"), own=_SIGNED_IN),
    "feedback:feedback.list": Page("system_administrator", wrong=("county_leader", "audit_administrator", "deputy")),
    "feedback:feedback.handle": press(
        "system_administrator", row("feedback"), fixed(note="已改"), "county_leader", "audit_administrator", "deputy"
    ),
    # Emergency access.
    "access:access.open": Page(
        "presidium_assigner",
        given=lambda city: {
            "permission": "message.view_sealed",
            "tenant_id": city.cast.tenant("township"),
            "reason": "群众来电催问进展",
        },
        wrong=("presidium_clerk", "deputy", "case_officer"),
        strangers=(NOBODY,),
    ),
    "access:access.close": press(
        "presidium_assigner", row("access"), fixed(), "presidium_clerk", "audit_administrator"
    ),
    # Files: without a row for the reader there is no address either.
    "file.download": Page("presidium_vetter", row("photo"), wrong=_NOT_HERS, logged_out=404),
    "file.thumb": Page("presidium_vetter", row("photo"), wrong=_NOT_HERS, logged_out=404),
    # Notices.
    "notice.list": Page("deputy", own=_SIGNED_IN),
    "notice.read": press("deputy", row("notice"), fixed(), "other_deputy", "presidium_clerk"),
    "notice.read_all": press("deputy", lambda _: [], fixed(), own=_SIGNED_IN),
    "notice.prefer": Page("deputy", given=fixed(), own=_SIGNED_IN),
    "notice.digest": Page("deputy", own=_SIGNED_IN),
    "filter.list": Page("deputy", own=_SIGNED_IN),
    "filter.save": press(
        "deputy", lambda _: [], fixed(path="/messages/", query="stage=unit", name="办理中"), own=_SIGNED_IN
    ),
    "filter.rename": press("deputy", row("saved_filter"), fixed(name="超期的"), "other_deputy", "presidium_clerk"),
    "filter.share": press("deputy", row("saved_filter"), fixed(), "other_deputy", "presidium_clerk"),
    "filter.remove": press("deputy", row("saved_filter"), fixed(), "other_deputy", "presidium_clerk"),
    "subscription.list": Page("deputy", own=_SIGNED_IN),
    "subscription.add": press(
        "deputy", lambda _: [], fixed(kind="gates.place", target="花园社区"), own="what a target is, its kind says"
    ),
    "subscription.remove": press("deputy", row("subscription"), fixed(), "other_deputy", "presidium_clerk"),
    "address.bind": Page("deputy", lambda _: ["email"], fixed(address="deputy@example.cn"), own=_SIGNED_IN),
    "address.verify": Page("deputy", lambda _: ["email"], fixed(code="246810"), own=_SIGNED_IN),
    # What is pressed there needs WeChat's answer: notices/tests/test_settings_pages.py.
    "address.return": Page("deputy", own="the state in the address is the visitor's own"),
    "address.unbind": press("deputy", row("address"), fixed(), "other_deputy", "presidium_clerk"),
    "delivery.list": Page("system_administrator", wrong=("business_administrator", "audit_administrator", "deputy")),
    "delivery.retry": press(
        "system_administrator", row("dead_letter"), fixed(), "business_administrator", "audit_administrator", "deputy"
    ),
    "delivery.retry_all": press(
        "system_administrator", lambda _: [], fixed(), "business_administrator", "audit_administrator", "deputy"
    ),
    "delivery.test": press(
        "system_administrator", lambda _: [], fixed(), "business_administrator", "audit_administrator", "deputy"
    ),
    # Codes.
    "voice:codes.station_pdf": Page("presidium_clerk", _station, wrong=("deputy", "other_township_clerk")),
    "voice:codes.deputies_pdf": Page("presidium_clerk", _station, wrong=("deputy", "other_township_clerk")),
    # Inside.
    "voice:bench": Page("deputy", own=_SIGNED_IN),
    "voice:bench.read": Page("deputy", own=_SIGNED_IN),
    "voice:bench.done": Page("deputy", own=_SIGNED_IN),
    "voice:codes": Page("presidium_clerk", own="the codes of one's own stations and one's own"),
    "voice:codes.own_pdf": Page("deputy", wrong=("presidium_clerk", "case_officer")),
    "voice:codes.station": Page("presidium_clerk", row("station"), wrong=("other_township_clerk", "far_deputy")),
    "voice:statistics": Page(
        "county_clerk", wrong=("deputy", "case_officer", "business_administrator"), strangers=(NOBODY,)
    ),
    "voice:statistics.report": Page(
        "county_clerk", wrong=("deputy", "case_officer", "business_administrator"), strangers=(NOBODY,)
    ),
    "voice:issues": Page("county_clerk", wrong=("deputy", "case_officer"), strangers=(NOBODY,)),
    "voice:issue.page": Page("county_clerk", row("issue"), fixed(title="自来水水质"), wrong=("deputy", "case_officer")),
    "voice:issue.take_out": press("county_clerk", row("voice"), fixed(), "deputy", "case_officer", "county_leader"),
    "voice:opinions": Page("deputy", wrong=("case_officer", "station_manager"), strangers=(NOBODY,)),
    "voice:message.list": Page("presidium_clerk", own="the messages that exist for oneself, perhaps none"),
    # Whose message it is not, for her there is none among the chosen: voice/tests/test_bulk.py.
    "voice:message.bulk": Page("presidium_vetter", own=_CHOSEN, query=_chosen),
    "voice:message.bulk_moves": Page("presidium_vetter", own=_CHOSEN, query=_chosen),
    "voice:message.bulk_act": press("presidium_vetter", lambda _: [], _chosen, own=_CHOSEN, status=200),
    "voice:watch.add": Page(
        _ADMIN,
        given=lambda city: {"tenant_id": city.cast.tenant("county"), "words": "堵桥"},
        wrong=("county_clerk", "deputy", "system_administrator"),
        strangers=(NOBODY,),
    ),
    "voice:watch.remove": press(
        _ADMIN,
        lambda _: [],
        lambda city: {"row": [city.key("watch_word")]},
        "business_administrator",
        "county_clerk",
        "deputy",
    ),
    "voice:message.register": Page(
        "presidium_clerk", given=fixed(**_TEXT, channel="desk"), wrong=("deputy", "case_officer"), strangers=(NOBODY,)
    ),
    "voice:message.page": Page("presidium_clerk", row("deputy"), wrong=_NOT_HERS),
    "voice:message.publish": Page(
        "presidium_vetter",
        row("consented"),
        fixed(subject="早餐店", body="没有早餐店。", step="publish"),
        wrong=("deputy", "presidium_chair", *_NOT_HERS),
    ),
    "voice:message.pdf": Page("presidium_clerk", row("deputy"), wrong=_NOT_HERS),
    **{
        f"voice:message.{verb}": press(by, row(stage), given, *wrong, *_NOT_HERS, status=LOOKS.get(verb, 303))
        for verb, (stage, by, given, wrong) in VERBS.items()
    },
}


def addresses(patterns: Any = None, spaces: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Every address of the site: its name with its namespaces, and its path as declared."""
    found: list[tuple[str, str]] = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            found += [(name, f"{pattern.pattern}{path}") for name, path in addresses(pattern.url_patterns, inner)]
        elif isinstance(pattern, URLPattern):
            found.append((":".join((*spaces, pattern.name or "")), str(pattern.pattern)))
    return found
