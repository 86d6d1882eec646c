"""Every action: who may do it on what, and who may not.

A new action gets its line here. ``by`` does it (so that the refusals beside it are not empty), ``wrong`` are people of
the right place with the wrong post; strangers, people without a post and the public are tried on every action.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from renda.kernel import clock
from renda.kernel.flow.toml import to_toml
from renda.kernel.privacy.vault import vault
from tests.gates.city import NOBODY, City
from tests.gates.former import old_sheet

Given = Callable[[City], dict[str, Any]]
Key = Callable[[City], int]
OUTSIDERS = ("stranger", "far_constituent", "constituent", NOBODY)
SIGNED_IN = ("constituent", "far_constituent")
_ADMIN = "county_business_administrator"


@dataclass(frozen=True)
class Act:
    """One line of the table. ``key`` None: the action makes something. ``instead``: the key that is refused."""

    by: str
    key: Key | None = None
    given: Given = lambda _: {}
    wrong: tuple[str, ...] = ()
    outsiders: tuple[str, ...] = OUTSIDERS
    instead: Key | None = None

    @property
    def refused(self) -> tuple[str, ...]:
        return self.wrong + self.outsiders


def row(name: str) -> Key:
    return lambda city: city.key(name)


def person(role: str) -> Key:
    return lambda city: city.person(role)


def fixed(**given: Any) -> Given:
    return lambda _: given


def message(stage: str, by: str, given: Given, *wrong: str) -> Act:
    """An action on a message at a stage; deputies, clerks and units that do not have it are tried beside."""
    beside = ("other_deputy", "other_township_clerk", "presidium_clerk", "strange_officer")
    return Act(by, row(stage), given, (*(role for role in beside if role != by), *wrong))


def _unit(role: str) -> Callable[[City], Any]:
    return lambda city: city.cast.organisations[role]


def _congress(city: City) -> Any:
    return city.cast.congresses["township"]


def _post_of(role: str) -> Key:
    return lambda city: int(city.cast.actor(role).posts[0].post_id)


def _flow_text(city: City) -> str:
    return to_toml(city.rows["draft"].graph)


_NOT_SECRECY = ("county_secrecy_officer", "business_administrator", "security_administrator", "county_clerk", "deputy")
_NOT_MEND = ("county_business_administrator", "system_administrator", "secrecy_officer", "county_clerk", "deputy")


def _old_key() -> str:
    """A key that nothing is closed with any more."""
    old = vault().active().name
    vault().rotate()
    return old


_TOO = ("presidium_clerk", "county_assigner", "deputy")
_REASON = fixed(reason="工作需要，已电话核实")
_LEAVE = {"body": "路灯坏了三周，夜里看不见路。"}

_NOT_HERS = ("other_deputy", "other_township_clerk", "strange_officer")
_NOT_HISTORY = ("presidium_vetter", "deputy", "township_officer", "other_township_clerk", "county_clerk")

ACTS: dict[str, Act] = {
    # Messages.
    "message.submit": Act(
        "constituent",
        None,
        lambda city: {**_LEAVE, "tenant": city.cast.congresses["township"].tenant},
        ("presidium_clerk", "deputy"),
        ("stranger", "far_constituent", NOBODY),
    ),
    "message.register": Act(
        "presidium_clerk",
        None,
        lambda city: {**_LEAVE, "channel": "desk", "tenant": city.cast.congresses["township"].tenant},
        ("deputy", "township_officer", "other_township_clerk"),
    ),
    "message.accept": message("vet", "presidium_vetter", fixed(), "deputy", "presidium_assigner"),
    "message.redirect": message("vet", "presidium_vetter", fixed(door="court", reason="诉讼中。"), "deputy"),
    "message.answer": message("deputy", "deputy", fixed(body="已联系社区。", solved="yes"), "township_officer"),
    "message.refer": message("deputy", "deputy", fixed(note="请办理。"), "presidium_assigner"),
    "message.assign": message(
        "office",
        "presidium_assigner",
        lambda city: {"lead_unit": _unit("township_officer")(city)},
        "deputy",
        "presidium_vetter",
        "township_officer",
    ),
    "message.refer_up": message(
        "office", "presidium_assigner", fixed(note="属县级事权。"), "deputy", "presidium_vetter"
    ),
    "message.receive": message("unit", "township_officer", fixed(), "deputy", "presidium_assigner", "case_officer"),
    "message.send_back": message(
        "unit", "township_officer", fixed(reason="不属本单位。"), "deputy", "presidium_assigner"
    ),
    "message.extend": message(
        "county_unit",
        "case_officer",
        lambda city: {"until": city.rows["county_unit"].due_at + timedelta(days=7), "reason": "需要招标。"},
        "deputy",
        "county_assigner",
        "township_officer",
    ),
    "message.grant_extension": message(
        "extending", "county_assigner", lambda city: {"request_id": city.key("request")}, "case_officer", "deputy"
    ),
    "message.refuse_extension": message(
        "extending",
        "county_assigner",
        lambda city: {"request_id": city.key("request"), "note": "请按期办结。"},
        "case_officer",
        "deputy",
    ),
    "message.log_contact": message(
        "unit", "township_officer", fixed(way="telephone", note="已电话联系。"), "case_officer"
    ),
    "message.read": message(
        "joint", "joint_officer", lambda city: {"task_id": city.key("reading")}, "case_officer", "county_assigner"
    ),
    **{
        f"message.{verb}": message(name, "case_officer", given, "deputy", "county_assigner", "township_officer")
        for verb, name, given in (
            ("claim", "county_unit", lambda city: {"task_id": city.task("county_unit")}),
            ("release", "claimed", lambda city: {"task_id": city.task("claimed")}),
            ("transfer", "county_unit", lambda city: {"to": city.post("handler_head"), "note": "请批示。"}),
            ("withdraw", "sent_back", lambda city: {"task_id": city.key("task_sent_back")}),
        )
    },
    **{
        f"message.{verb}": message(
            name, by, given, "county_assigner", "case_officer", *((_ADMIN,) if by != _ADMIN else ())
        )
        for verb, name, by, given in (
            ("suspend", "county_unit", _ADMIN, fixed(reason="等待批复。")),
            ("resume", "suspended", _ADMIN, fixed()),
            ("terminate", "county_unit", _ADMIN, fixed(reason="并案办理。")),
            ("jump", "county_unit", _ADMIN, fixed(to="office", reason="交办有误。")),
            # She who asked is not the second one.
            ("grant_jump", "jumping", "second_administrator", lambda city: {"request_id": city.key("jump_request")}),
            ("refuse_jump", "jumping", "second_administrator", lambda city: {"request_id": city.key("jump_request")}),
            ("remove_assignee", "vet", _ADMIN, lambda city: {"task_id": city.task("vet")}),
        )
    },
    "message.read_sealed": message("sealed", "presidium_vetter", _REASON, "deputy", "county_assigner"),
    "message.forward": message("deliver", "deputy", fixed(), "township_officer", "presidium_assigner"),
    "message.rate": Act(
        "constituent",
        row("rating"),
        fixed(process="satisfied", result="satisfied"),
        ("deputy", "presidium_clerk", "township_officer"),
        ("stranger", "far_constituent", NOBODY),
    ),
    "message.publish": message(
        "consented", "presidium_vetter", fixed(subject="早餐店", body="没有早餐店。"), "deputy", "township_officer"
    ),
    "message.take_back": message(
        "published", "presidium_vetter", fixed(reason="内容有误。"), "deputy", "township_officer"
    ),
    "message.withdraw_consent": Act(
        "constituent",
        row("published"),
        fixed(),
        ("deputy", "presidium_vetter", "township_officer"),
        ("stranger", "far_constituent", NOBODY),
    ),
    "message.reveal_joiners": Act(
        "presidium_vetter", row("published"), _REASON, ("other_deputy", "other_township_clerk", "strange_officer")
    ),
    "joiner.join": Act(
        "constituent",
        None,
        lambda city: {"message": city.rows["published"], "receipt_number": "2609-KKKKKKKK"},
        ("presidium_clerk", "deputy"),
        ("stranger", "far_constituent", NOBODY),
    ),
    "joiner.rate": Act(
        "constituent",
        row("joiner"),
        fixed(process="satisfied", result="satisfied"),
        ("deputy", "presidium_clerk", "township_officer"),
        ("stranger", "far_constituent", NOBODY),
    ),
    "message.record_rating": Act(
        "presidium_clerk",
        row("rating"),
        fixed(by="constituent", process="satisfied", result="satisfied"),
        ("deputy", "township_officer", "other_deputy", "other_township_clerk"),
    ),
    "message.judge": message(
        "judge", "station_manager", fixed(verdict="explained", note="已当面说明。"), "deputy", "township_officer"
    ),
    "issue.rename": Act(
        "county_clerk", row("issue"), fixed(title="自来水水质"), ("deputy", "case_officer", "county_leader")
    ),
    "issue.take_out": Act("county_clerk", row("voice"), fixed(), ("deputy", "case_officer", "county_leader")),
    "message.urge": message("unit", "presidium_assigner", fixed(), "township_officer", "presidium_vetter"),
    "message.oversee": message(
        "county_unit",
        "county_supervisor",
        lambda city: {
            "organisation": _unit("county_supervisor")(city),
            "reference": "主任会议纪要 12 号",
            "content": "限期办结。",
            "decided_on": date(2026, 1, 5),
        },
        "county_assigner",
        "case_officer",
        "deputy",
    ),
    "message.reveal": Act(
        "presidium_vetter", row("vet_reachable"), _REASON, ("other_deputy", "township_officer", "other_township_clerk")
    ),
    # Former messages, drafts, the hotline.
    "history.upload": Act(
        "presidium_clerk",
        None,
        lambda city: {"tenant": _congress(city).tenant, "name": "旧留言.xlsx", "sheet": old_sheet()},
        ("deputy", "presidium_vetter", "township_officer", "other_township_clerk", "county_clerk"),
    ),
    "history.start": Act("presidium_clerk", row("preview"), fixed(), _NOT_HISTORY),
    "history.bring_in": Act("machine", row("running_import"), fixed(), ("presidium_clerk", *_NOT_HISTORY)),
    "history.take_back": Act("presidium_clerk", row("preview"), fixed(), _NOT_HISTORY),
    "history.reveal": Act("presidium_clerk", row("past"), _REASON, ("deputy", "township_officer", *_NOT_HERS)),
    "draft.start": Act(
        "presidium_clerk",
        None,
        lambda city: {"tenant": _congress(city).tenant, "values": {"body": "路灯坏了"}},
        ("deputy", "township_officer", "other_township_clerk"),
    ),
    "draft.save": Act("presidium_clerk", row("message_draft"), fixed(values={}), ("presidium_vetter", *_NOT_HERS)),
    "draft.drop": Act("presidium_clerk", row("message_draft"), fixed(), ("presidium_vetter", *_NOT_HERS)),
    "ticket.number": Act(
        "case_officer", row("ticket"), fixed(number="HG1"), ("county_assigner", "township_officer", "strange_officer")
    ),
    "ticket.reply": Act(
        "machine",
        row("ticket"),
        fixed(state="answered", answer="已修好。", solved="yes", promised_on=None),
        ("case_officer", "county_assigner"),
    ),
    # Flows.
    "flow.fork": Act(
        "county_business_administrator",
        row("shipped_flow"),
        lambda city: {"tenant_id": city.cast.tenant("township")},
        (*_TOO, "system_administrator"),
    ),
    "flow.edit": Act(
        "county_business_administrator",
        row("draft"),
        lambda city: {"text": _flow_text(city)},
        (*_TOO, "system_administrator"),
    ),
    "flow.change_step": Act(
        "county_business_administrator", row("draft"), fixed(node="unit", values={"title": "承办"}), _TOO
    ),
    "flow.add_step": Act(
        "county_business_administrator",
        row("draft"),
        fixed(edge=0, values={"title": "再审", "who": ["post:vetter@case"]}),
        _TOO,
    ),
    "flow.remove_step": Act("county_business_administrator", row("draft"), fixed(node="deliver"), _TOO),
    "flow.publish": Act("county_business_administrator", row("draft"), fixed(), (*_TOO, "system_administrator")),
    "flow.retire": Act("county_business_administrator", row("draft"), fixed(), (*_TOO, "system_administrator")),
    "flow.time_out": Act("machine", lambda city: city.rows["unit"].case_id, fixed(), ("business_administrator", *_TOO)),
    "flow.recount": Act("machine", lambda city: city.rows["unit"].case_id, fixed(), ("business_administrator", *_TOO)),
    "flow.hand_over": Act(
        "machine",
        lambda city: city.rows["deputy"].case_id,
        lambda city: {"person": city.person("deputy"), "successor": city.person("other_deputy")},
        ("business_administrator", *_TOO),
    ),
    "flow.transfer": Act(
        "county_business_administrator",
        row("nobodys_case"),
        lambda city: {"task_id": city.key("nobodys_task"), "to": _post_of("handler_head")(city), "reason": "岗位空缺"},
        (*_TOO, "case_officer", "system_administrator"),
    ),
    "flow.delegate": Act(
        "county_assigner",
        None,
        lambda city: {
            "from_party": _post_of("county_assigner")(city),
            "to_person": city.person("county_clerk"),
            "starts_on": clock.today(),
            "ends_on": clock.today(),
        },
        ("county_clerk", "deputy", "system_administrator", "business_administrator"),
    ),
    "flow.revoke_delegation": Act(
        "county_assigner", row("delegation"), fixed(), ("county_clerk", "deputy", "business_administrator")
    ),
    # Emergency access.
    "access.open": Act(
        "presidium_assigner",
        None,
        lambda city: {
            "tenant_id": city.cast.tenant("township"),
            "permission": "message.view_sealed",
            "reason": "群众来电催问进展",
        },
        ("presidium_clerk", "county_assigner", "deputy", "audit_administrator"),
    ),
    "access.close": Act("presidium_assigner", row("access"), fixed(), ("presidium_clerk", "audit_administrator")),
    # What people say about renda itself.
    # The border, and what carries a mark of secrecy. Anybody's work may come upon a mark.
    "secrecy.hold": Act(
        "far_constituent", None, fixed(name="a.docx", size=1, source="测试", mark="机密★", digest="f" * 64), (), ()
    ),
    "secrecy.release": Act("secrecy_officer", row("held"), fixed(reason="误判。"), _NOT_SECRECY),
    "secrecy.destroy": Act("secrecy_officer", row("held"), fixed(reason="已核实。"), _NOT_SECRECY),
    "exchange.retry": Act("business_administrator", row("quarantined"), fixed(), _NOT_MEND),
    "exchange.drop": Act("business_administrator", row("quarantined"), fixed(reason="重复。"), _NOT_MEND),
    "feedback.send": Act("far_constituent", None, fixed(text="字太小"), (), ()),
    "feedback.handle": Act(
        "system_administrator", row("feedback"), fixed(note="已改"), ("county_leader", "audit_administrator", "deputy")
    ),
    # Notices.
    "notice.read": Act("deputy", row("notice"), fixed(), ("other_deputy", "presidium_clerk")),
    "notice.prefer": Act("deputy", None, fixed(wanted={}), (), SIGNED_IN),
    "notice.digest": Act(
        "machine",
        None,
        lambda city: {"person": city.person("deputy"), "summary": "待我办理 1 件", "body": "", "subscriptions": []},
        ("deputy", "system_administrator"),
    ),
    "address.ask_code": Act("deputy", None, fixed(channel="email", address="deputy@example.cn"), (), SIGNED_IN),
    "address.bind": Act(
        "deputy", None, lambda city: {"proof": city.key("proof")}, ("other_deputy", "presidium_clerk"), SIGNED_IN
    ),
    "address.unbind": Act("deputy", row("address"), fixed(), ("other_deputy", "presidium_clerk")),
    "filter.save": Act("deputy", None, fixed(path="/messages/", query="stage=unit", name="办理中"), (), SIGNED_IN),
    "filter.rename": Act("deputy", row("saved_filter"), fixed(name="超期的"), ("other_deputy", "presidium_clerk")),
    "filter.share": Act("deputy", row("saved_filter"), fixed(organisation=None), ("other_deputy", "presidium_clerk")),
    "filter.remove": Act("deputy", row("saved_filter"), fixed(), ("other_deputy", "presidium_clerk")),
    "watch.add": Act(
        _ADMIN,
        None,
        lambda city: {"tenant_id": city.cast.tenant("county"), "words": [("堵桥", "")]},
        ("business_administrator", "county_clerk", "deputy"),
    ),
    "watch.remove": Act(_ADMIN, row("watch_word"), fixed(), ("business_administrator", "county_clerk", "deputy")),
    "subscription.add": Act("deputy", None, fixed(kind="gates.place", target="花园社区"), (), SIGNED_IN),
    "subscription.remove": Act("deputy", row("subscription"), fixed(), ("other_deputy", "presidium_clerk")),
    "delivery.retry": Act(
        "system_administrator", row("dead_letter"), fixed(), ("business_administrator", "audit_administrator", "deputy")
    ),
    "delivery.test": Act(
        "system_administrator", None, fixed(), ("business_administrator", "audit_administrator", "deputy")
    ),
    # Keys.
    "key.rotate": Act("machine", None, fixed(), ("system_administrator", *_TOO)),
    "key.close_anew": Act(
        "machine",
        None,
        fixed(place="congress_person.phone", after=0, many=10),
        ("system_administrator", "security_administrator", *_TOO),
    ),
    "key.retire": Act("machine", None, lambda _: {"name": _old_key()}, ("system_administrator", *_TOO)),
}
