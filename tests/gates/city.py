"""The small city with something at every stage of its life, built once for all refusals, in one transaction.

Each test plays inside a savepoint of it. ``changes.unchanged`` compares every business table before and after.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.test import Client

from renda.congress.actions import (
    administrator_assign,
    congress_found,
    mandate_suspend,
    person_create,
    reception_arrange,
    station_close,
    station_create,
)
from renda.congress.models import Person, Place, SignInCode
from renda.congress.roster import RosterRow
from renda.congress.views.identity import FOUND
from renda.kernel import clock
from renda.kernel.access.models import EmergencyAccess
from renda.kernel.audit.models import NO_TENANT
from renda.kernel.deadlines.models import DeadlineRule, OfficeHours
from renda.kernel.exchange.models import Received
from renda.kernel.feedback.models import Feedback
from renda.kernel.files.api import StoredFile, store
from renda.kernel.files.tests import material
from renda.kernel.flow.models import Delegation, FlowDefinition, PendingRequest, Task
from renda.kernel.notices import proofs
from renda.kernel.notices.actions import BIND
from renda.kernel.notices.models import AddressProof, Delivery, Notice, PersonAddress, Subscription
from renda.kernel.parties import Actor
from renda.kernel.parties.models import Holding
from renda.kernel.personal.models import Hold
from renda.kernel.privacy.api import encrypt
from renda.kernel.saved_filters.models import SavedFilter
from renda.kernel.secrecy.models import HeldItem
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions
from renda.voice.models import CommonIssue, IssueVoice, Message, WatchWord
from renda.voice.tests.conftest import Story
from tests.gates import credentials
from tests.gates.former import history
from tests.gates.published import add_published
from tests.people import Cast
from tests.zones import publish

# A person whose posts have all ended: she signs in, and nothing is hers.
NOBODY = "nobody"
MESSAGES = {
    "vet": "submitted",
    "deputy": "accepted",
    "office": "referred",
    "unit": "assigned",
    "county_unit": "assigned_in_county",
    "deliver": "answered",
    "rating": "delivered",
}


@dataclass
class City:
    """The cast, and the rows that actions and addresses are about, by name."""

    cast: Cast
    rows: dict[str, Any] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    def actor(self, role: str) -> Actor:
        """The actor of a role; ``constituent`` is the public everywhere, ``far_constituent`` in another county."""
        match role:
            case "constituent":
                return Actor.public(self.cast.tenants)
            case "far_constituent":
                return Actor.public([self.cast.tenant("other_county")])
            case "machine":
                return Actor.machine("钟", self.cast.tenants)
            case "founder":
                return Actor.machine("建立站点", [self.key("founded"), NO_TENANT])
            case _:
                return self.cast.actor(role)

    def client(self, role: str) -> Client:
        """A browser of a role, as it was when she signed in."""
        client = Client()
        if role in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client

    def key(self, name: str) -> int:
        """The key of a named row."""
        return int(self.rows[name].pk)

    def task(self, name: str) -> int:
        """The last task of a message's case."""
        with tenant_transaction(self.tenants, durable=False):
            return int(Task.objects.filter(case_id=self.rows[name].case_id).latest("id").pk)

    def row(self, model: type[Model], key: int) -> Any:
        """A row of any model."""
        with tenant_transaction(self.tenants, durable=False):
            return model._base_manager.get(pk=key)

    def post(self, role: str) -> Any:
        """The first post of a role."""
        return self.row(apps.get_model("congress", "Post"), self.cast.actor(role).posts[0].post_id)

    def person(self, role: str) -> int:
        """The key of a person."""
        return int(self.cast.people[role].pk)

    @cached_property
    def tenants(self) -> frozenset[int]:
        return self.cast.tenants | {NO_TENANT}


def build(cast: Cast) -> City:
    """One of everything that can be asked for."""
    city, story = City(cast), Story(cast)
    for name, step in MESSAGES.items():
        city.rows[name] = getattr(story, step)()
    with_photo = story.submitted(photos=[store(material.upload(material.picture()))])
    city.rows["photo"] = _photo(city, with_photo)
    city.rows["vet_reachable"] = story.submitted(contact_name="王女士", contact_phone="13800001111")
    city.rows["extending"] = _extending(story)
    city.rows["judge"] = _judged(story)
    _nobodys(city, story)
    city.rows["sealed"] = story.tell("presidium_vetter", "redirect", story.submitted(), door="court", reason="诉讼中。")
    city.rows["joint"] = story.assigned_in_county(joint_units=[cast.organisations["joint_officer"]])
    _moved(city, story)
    add_published(city.cast, city.rows)
    with tenant_transaction(city.tenants, durable=False):
        reading = {"case_id": city.rows["joint"].case_id, "kind": "read"}
        city.rows["reading"] = Task.objects.get(**reading)
        city.rows["request"] = PendingRequest.objects.get(case_id=city.rows["extending"].case_id)
    _issue(city)
    history(city)
    _flows(city)
    _accounts(city)
    _kept_back(city)
    _desks(city)
    _told(city)
    _browsers(city)
    publish()
    return city


def _moved(city: City, story: Story) -> None:
    """What can be taken, given back, taken back, stopped and moved."""
    administrator = "county_business_administrator"
    for name in ("claimed", "sent_back", "suspended", "jumping"):
        city.rows[name] = story.assigned_in_county()
    story.tell("case_officer", "claim", city.rows["claimed"], task_id=city.task("claimed"))
    city.rows["task_sent_back"] = city.row(Task, city.task("sent_back"))
    story.tell("case_officer", "send_back", city.rows["sent_back"], reason="不属本单位。")
    story.tell(administrator, "suspend", city.rows["suspended"], reason="等待批复。")
    story.tell(administrator, "jump", city.rows["jumping"], to="office", reason="交办有误。")
    with tenant_transaction(city.tenants, durable=False):
        city.rows["jump_request"] = PendingRequest.objects.get(case_id=city.rows["jumping"].case_id)
    # A change of the step needs two of them.
    held = city.cast.actor(administrator).posts[0].post_id
    second = city.cast.people["second_administrator"] = city.cast.people["county_vice_chair"]
    Holding.objects.create(person_id=second.pk, post_id=held, starts_on=clock.today().replace(year=2025))


def _issue(city: City) -> None:
    """A common issue, and one message's place in it."""
    message = city.rows["deputy"]
    with tenant_transaction(city.tenants, durable=False):
        issue = city.rows["issue"] = CommonIssue.objects.create(title="自来水发黄", found_at=clock.now())
        city.rows["voice"] = IssueVoice.objects.create(
            tenant_id=message.tenant_id, issue=issue, message=message, likeness=0.5, added_at=clock.now()
        )


def _browsers(city: City) -> None:
    """Everybody is signed in before the tests begin."""
    for role, person in city.cast.people.items():
        city.sessions[role] = _sign_in(person)


def _sign_in(person: Person) -> str:
    """The key of a new session; the second factor was given."""
    client = Client()
    client.force_login(person)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": 0}]
    session["renda_seen"] = int(time.time())
    session[FOUND] = ("wang.wu", "王五")  # as if the provider had just named her
    session.save()
    return str(session.session_key)


def _photo(city: City, message: Message) -> StoredFile:
    with tenant_transaction(city.tenants, durable=False):
        found: StoredFile = StoredFile.objects.get(subject_id=message.id)
        return found


def _extending(story: Story) -> Message:
    message = story.assigned_in_county()
    assert message.due_at is not None
    until = message.due_at.replace(hour=23) + timedelta(days=7)
    return story.tell("case_officer", "extend", message, until=until, reason="需要招标。")


def _judged(story: Story) -> Message:
    message = story.delivered()
    given = {"process": "satisfied", "result": "dissatisfied", "comment": "只开了三天就关了。"}
    actions.message_rate(Actor.public([message.tenant_id]), message.id, **given)
    return story.fresh(message)


def _nobodys(city: City, story: Story) -> None:
    """A task that somebody only stands in for."""
    message = story.assigned_in_county()
    with tenant_transaction(city.tenants, durable=False):
        task = Task.objects.get(case_id=message.case_id, state="open", kind="act")
        task.stands_in, task.assignee_id = True, city.cast.actor("county_business_administrator").posts[0].post_id
        task.save(update_fields=["stands_in", "assignee"])
        city.rows["nobodys_case"], city.rows["nobodys_task"] = message.case, task


def _flows(city: City) -> None:
    shipped = FlowDefinition.objects.filter(key="message", tenant=None, retired_at=None).first()
    assert shipped is not None
    city.rows["shipped_flow"] = shipped
    city.rows["draft"] = FlowDefinition.objects.create(
        key="message", version=1, tenant_id=city.cast.tenant("county"), title=shipped.title, graph=shipped.graph
    )


def _accounts(city: City) -> None:
    cast = city.cast
    cast.people[NOBODY] = cast.people["joint_head"]
    Holding.objects.filter(person_id=city.person(NOBODY)).update(ends_on=clock.today().replace(year=2025))
    city.rows["holding"] = Holding.objects.get(person_id=city.person("case_officer"))
    city.rows["security_holding"] = Holding.objects.get(person_id=city.person("security_administrator"))
    # There is another one: the only administrator of a kind is not taken away.
    spare = person_create(cast.actor("business_administrator"), congress=cast.congresses["city"], name="安全备岗")
    administrator_assign(
        cast.actor("system_administrator"), city.rows["security_holding"].post_id, person_id=spare.party_id
    )
    codes = [
        SignInCode(
            person=cast.people["other_deputy"],
            code_hash=name,
            issued_by_id=city.person("presidium_clerk"),
            issued_at=clock.now(),
            expires_at=clock.now() + timedelta(days=9),
            used_at=used,
        )
        for name, used in (("fresh", None), ("spent", clock.now()))
    ]
    city.rows["code"], city.rows["spent_code"] = SignInCode.objects.bulk_create(codes)
    # A second telephone of hers that is still signed in.
    key = _sign_in(cast.people["deputy"])
    city.rows["session"], _ = UserSession.objects.get_or_create(
        session_key=key, defaults={"user": cast.people["deputy"], "ip": "127.0.0.1", "user_agent": "另一台手机"}
    )
    city.rows |= credentials.give(cast.people["deputy"])
    city.rows["access"] = EmergencyAccess.objects.create(
        person_id=city.person("presidium_assigner"),
        tenant_id=cast.tenant("township"),
        permission="message.view_sealed",
        reason="群众来电催问进展",
        opened_at=clock.now(),
        ends_at=clock.now() + timedelta(days=1),
    )
    city.rows["delegation"] = Delegation.objects.create(
        from_party_id=cast.actor("county_assigner").posts[0].post_id,
        to_party_id=city.person("county_leader"),
        starts_on=clock.today(),
        ends_on=clock.today(),
    )


def _kept_back(city: City) -> None:
    """What was held back, quarantined, must stay, was said of renda; and a congress's own rules of time."""
    cast = city.cast
    city.rows["held"] = HeldItem.objects.create(
        name="人员名单.docx", size=1024, source="公众区来件", mark="机密★10年", digest="e" * 64, held_at=clock.now()
    )
    city.rows["quarantined"] = Received.objects.create(
        key="q" * 32,
        kind="message.submit",
        made_at=clock.now(),
        received_at=clock.now(),
        body=b"x",
        signature=b"x",
        state="quarantined",
        reason="二维码已停用或不存在。",
    )
    held = city.rows["deputy"]
    with tenant_transaction(cast.tenants, durable=False):
        city.rows["hold"] = Hold.objects.create(
            tenant_id=held.tenant_id, case_id=held.case_id, reason="法院调取", held_at=clock.now()
        )
    city.rows["feedback"] = Feedback.objects.create(text="字太小", sender="", created_at=clock.now())
    county = {"tenant_id": cast.tenant("county"), "valid_from": clock.today(), "note": "测试"}
    city.rows["local_rule"] = DeadlineRule.objects.create(
        key="message.unit", title="承办", amount=5, unit="working_days", from_event="交办之日", **county
    )
    city.rows["local_hours"] = OfficeHours.objects.create(periods="08:00-12:00", **county)


def _told(city: City) -> None:
    """Where the deputy is reached, what she has subscribed to, and a letter that did not reach her."""
    now, deputy = clock.now(), city.person("deputy")
    mine = {"party_id": deputy, "channel": "email", "address": "deputy@example.cn"}
    city.rows["address"] = PersonAddress.objects.create(**mine, proven_at=now)
    city.rows["proof"] = proofs.note(purpose=BIND, channel="email", address="deputy@example.cn", party_id=deputy)
    asked = AddressProof(**mine, purpose=BIND, created_at=now - timedelta(minutes=2), expires_at=now + proofs.VALID)
    asked.address_key = proofs.address_key("email", "deputy@example.cn")
    asked.digest = proofs._digest(asked, "246810")
    asked.save()
    city.rows["subscription"] = Subscription.objects.create(
        party_id=deputy, kind="gates.place", target="路口镇", title="路口镇", created_at=now, told_until=now
    )
    saved = {"path": "/messages/", "name": "镇里超期的", "query": "due=overdue", "created_at": now}
    city.rows["saved_filter"] = SavedFilter.objects.create(party_id=deputy, **saved)
    word = {"word": "聚众堵路", "folded": "聚众堵路", "added_at": now}
    city.rows["watch_word"] = WatchWord.objects.create(tenant_id=city.cast.tenant("county"), **word)
    with tenant_transaction(city.tenants, durable=False):
        city.rows["dead_letter"] = Delivery.objects.create(
            tenant_id=city.cast.tenant("township"),
            notice=city.rows["notice"],
            person_id=deputy,
            channel="email",
            address="deputy@example.cn",
            state=Delivery.State.FAILED,
            next_at=now,
            error="收件地址被拒绝（550）",
        )


def _desks(city: City) -> None:
    with tenant_transaction(city.tenants, durable=False):
        city.rows["notice"] = Notice.objects.create(
            tenant_id=city.cast.tenant("township"),
            party_id=city.person("deputy"),
            kind="test",
            title="通知",
            created_at=clock.now(),
        )
    city.rows["station"] = city.cast.stations["township"]
    row = RosterRow(2, name="王一", district_number="1").as_json()
    # What the preview page carries.
    city.rows["closed_roster"] = encrypt(
        json.dumps([city.cast.tenant("township"), None, [row]]), purpose="roster.preview"
    )
    city.rows["mandate"] = city.cast.mandates["other_deputy"]
    city.rows["suspended_mandate"] = city.cast.mandates["far_deputy"]
    office, clerk = city.cast.actor("business_administrator"), city.cast.actor("presidium_clerk")
    mandate_suspend(office, city.key("suspended_mandate"), ground="detained", decision="法定情形。")
    (city.rows["reception"],) = reception_arrange(
        city.cast.actor("station_manager"),
        city.key("station"),
        people=[city.person("deputy")],
        days=[clock.today() + timedelta(days=7)],
        starts_at=dt.time(9),
        ends_at=dt.time(11),
    )
    given = {"congress": city.cast.congresses["township"], "place": city.cast.places["village"]}
    city.rows["closed_station"] = station_create(clerk, name="花园社区联络点", kind="point", **given)
    station_close(clerk, city.key("closed_station"), reason="合并")
    _bare_places(city)


def _bare_places(city: City) -> None:
    """Two townships of the other county: one has just been given a congress, the other has none. And one of the county."""
    for name, code, above in (("bare_place", "421102103", "county"), ("just_founded", "421181109", "other_county")):
        city.rows[name] = Place.objects.create(
            code=f"{code}000",
            name=f"{name}镇",
            level="township",
            parent=city.cast.places[above],
            valid_from=clock.today(),
        )
    office = city.cast.actor("business_administrator")
    (made,) = congress_found(office, city.cast.tenant("other_county"), places=[city.rows["just_founded"]])
    city.rows["bare_congress"] = city.cast.congresses["just_founded"] = made
    vars(city).pop("tenants", None)  # there is one more
