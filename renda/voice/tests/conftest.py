"""What the tests of messages share: the published flow, and one message at each stage of its life."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from renda.kernel.flow import api as flow
from renda.kernel.flow import library
from renda.kernel.parties import Actor
from renda.kernel.tenancy import tenant_transaction
from renda.voice import actions, sorting
from renda.voice.models import Message
from tests.people import Cast

TEXT = "花园社区附近没有早餐店，老人孩子吃早饭要走一公里，希望镇里协调引进一家。"


@dataclass
class Story:
    """Plays a message forward, each step by the person whose step it is."""

    cast: Cast
    # What each of its messages is left with beside the text.
    left: dict[str, Any] = field(default_factory=dict)

    def tell(self, role: str, verb: str, message: Message, **given: Any) -> Message:
        """Press the button ``verb`` as ``role`` and give the message as it then is."""
        getattr(actions, f"message_{verb}")(self.cast.actor(role), message.id, **given)
        return self.fresh(message)

    def fresh(self, message: Message) -> Message:
        with tenant_transaction(self.cast.tenants, durable=False):
            found: Message = Message.objects.select_related("case").get(pk=message.pk)
            return found

    def submitted(self, **extra: Any) -> Message:
        tenant = self.cast.congresses["township"].tenant
        given: dict[str, Any] = {
            "deputy": self.cast.people["deputy"],
            "station": self.cast.stations["township"],
            "body": TEXT,
        }
        given = {**given, **self.left, **extra}
        made = actions.message_submit(Actor.public([tenant.id]), tenant=tenant, **given)
        return self.fresh(made)

    def accepted(self, **given: Any) -> Message:
        return self.tell("presidium_vetter", "accept", self.submitted(), **given)

    def referred(self) -> Message:
        return self.tell("deputy", "refer", self.accepted(), note="已到社区了解。")

    def assigned(self) -> Message:
        unit = self.cast.organisations["township_officer"]
        return self.tell("presidium_assigner", "assign", self.referred(), lead_unit=unit, note="请会同社区办理。")

    def referred_up(self) -> Message:
        return self.tell("presidium_assigner", "refer_up", self.referred(), note="由县交通部门负责。")

    def assigned_in_county(self, **given: Any) -> Message:
        unit = self.cast.organisations["case_officer"]
        return self.tell("county_assigner", "assign", self.referred_up(), lead_unit=unit, **given)

    def answered(self, **given: Any) -> Message:
        given = {"body": "已引进早餐店两家，昨日开业。", "solved": "yes", **given}
        return self.tell("township_officer", "answer", self.assigned(), **given)

    def delivered(self, **given: Any) -> Message:
        return self.tell("deputy", "forward", self.answered(**given))

    def offered(self, role: str, message: Message) -> set[str]:
        """The verbs that the flow offers to a role."""
        actor = self.cast.actor(role)
        with tenant_transaction(actor.tenants, durable=False):
            return {offer.action or offer.move for offer in flow.offered(actor, message.case_id)}


@pytest.fixture
def story(cast: Cast) -> Story:
    library.forget()
    sorting.forget()
    library.publish_shipped()
    return Story(cast)
